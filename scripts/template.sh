#!/bin/sh
# Asks the validators of others whether a CloudFormation template is one that QuickSight could take.
#
#   scripts/template.sh FILE    cfn-lint with its schema, and the model of the API in botocore
#
# They are installed into a folder under target/, at the versions below. What they find goes to standard
# output, a line each. It ends with 0 if they find nothing, with 2 if they find something, and with 1 if
# they could not be asked: what nobody has looked at is not right.
set -eu

# All that is installed. A new version may find more: change it by hand, and run the tests of the chain.
packages() {
    cat <<'END'
botocore==1.44.8
cfn-lint==1.58.0
jmespath==1.1.0
jsonpatch==1.48
jsonpointer==3.12
mpmath==1.3.0
networkx==3.6.1
python-dateutil==2.9.0.post0
PyYAML==6.0.4
regex==2026.11.19
six==1.17.0
sympy==1.14.0
typing_extensions==4.16.0
urllib3==2.8.0
END
}

# The oldest Python for which there are all of these.
oldest=3.11

root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
home=$target/template-$(packages | cksum | cut -d' ' -f1)
half_made=

say() { echo "template.sh: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

leave() {
    status=$?
    [ -z "$half_made" ] || rm -rf "$half_made"
    exit "$status"
}
trap leave EXIT
trap 'exit 130' HUP INT TERM

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@" >&2; else sudo "$@" >&2; fi
}

# A download may fail once, and it may hang for ever.
twice() { "$@" || { say "that failed, trying once more" && "$@"; }; }
bounded='timeout --foreground -k 10 600'

apt() {
    as_root $bounded env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

can_make_environments() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# Says what is to come before it asks for root.
install_python() {
    say "about to install with apt-get, as root: python3 and python3-venv (about 10 MB to download)"
    command -v apt-get >/dev/null || fail "there is no apt-get here: install Python $oldest or later yourself"
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo true; } ||
        fail "that needs root, and this user is not root and cannot use sudo"
    twice apt update || fail "apt-get cannot fetch the lists of packages"
    twice apt install -y --no-install-recommends --no-remove python3 python3-venv ||
        fail "apt-get cannot install them"
    can_make_environments || fail "Python is there now, and still cannot make environments"
}

# Made beside its place and then moved, so that whoever comes at the same time finds all of it or nothing.
install_validators() {
    can_make_environments || install_python
    python3 -c "import sys; sys.exit(sys.version_info < (${oldest%.*}, ${oldest#*.}))" ||
        fail "$(python3 --version) is too old: install Python $oldest or later"
    say "about to install cfn-lint and botocore into $home (about 35 MB to download, 210 MB to keep)"
    mkdir -p "$target"
    half_made=$(mktemp -d "$target/template.XXXXXX")
    python3 -m venv "$half_made" >&2 || fail "python3 cannot make an environment"
    packages >"$half_made/packages"
    # Everything is named above: nothing else may come with it, and nothing is compiled.
    twice $bounded "$half_made/bin/python" -m pip install -q --disable-pip-version-check \
        --no-deps --only-binary :all: -r "$half_made/packages" >&2 ||
        fail "pip cannot fetch them: is there a network, and a package index?"
    mv -T "$half_made" "$home" 2>/dev/null || [ -x "$home/bin/python" ] ||
        fail "the environment cannot be moved to $home"
}

[ $# = 1 ] || {
    say "usage: $0 FILE"
    exit 64
}
[ -r "$1" ] || fail "there is no file $1 that can be read"
[ -e "$home" ] || install_validators
"$home/bin/python" -c 'import botocore, cfnlint' >&2 || fail "what is in $home is of no use: remove it"
"$home/bin/python" "$root/scripts/template.py" "$1"
