# What the scripts of this folder share; sourced.

# found PROGRAM: its path, also where Debian keeps a server's programs.
found() {
    command -v "$1" || command -v "/usr/sbin/$1" || { ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null || true; } | sort -V | tail -1
}

# need PROGRAM PACKAGE: installs Debian's package where root may, or says what to do.
need() {
    [ -n "$(found "$1")" ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        # Debian starts a server of its own with the package, unless told not to.
        mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
        { apt-get install -qq -y "$2" || { apt-get update -qq && apt-get install -qq -y "$2"; }; } >&2
    fi
    [ -n "$(found "$1")" ] || { echo "$1 is missing: install $2 with your distribution's package manager." >&2; exit 1; }
}

# as_user COMMAND …: as somebody who is not root.
as_user() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
    else
        "$@"
    fi
}

# own FILE …: gives files to whom as_user is.
own() {
    [ "$(id -u)" != 0 ] || chown postgres:postgres "$@"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# end PROCESS SIGNAL: signals a process and waits until it is gone.
end() {
    kill -"$2" "$1" 2>/dev/null || return 0
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -KILL "$1" 2>/dev/null || true
}
