#!/usr/bin/env bash
# Starts a PostgreSQL of its own, or starts one again: tests/postgres/start.sh DIRECTORY
# Everything lies in DIRECTORY, which is made. Prints the server's URL. PostgreSQL does not run as root, so root starts it
# as the user postgres; Debian's package is installed where root may and it is missing. To be ended with stop.sh.
set -euo pipefail
umask 077
here=$(cd "$(dirname "$0")" && pwd)
source "$here/common.sh"

need initdb postgresql
postgres=$(found initdb)
directory=$1
mkdir -p "$directory"
if [ ! -e "$directory/data/PG_VERSION" ]; then
    free_port >"$directory/port"
    own "$directory"
    (umask 077 && printf 'secret-%s' "$RANDOM$RANDOM" >"$directory/password")
    own "$directory/password"
    as_user "${postgres%/*}/initdb" --pgdata="$directory/data" --username=contactway --pwfile="$directory/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C >"$directory/initdb.log"
fi
port=$(cat "$directory/port")
# No test turns the machine off, so what the system was given is as good as on the disk, and tests are quicker.
as_user "${postgres%/*}/pg_ctl" --pgdata="$directory/data" --log="$directory/log" --wait --silent start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories='$directory'"
echo "postgres://contactway:$(cat "$directory/password")@127.0.0.1:$port/postgres"
