#!/usr/bin/env bash
# Ends what start.sh and pgbouncer.sh started: tests/postgres/stop.sh DIRECTORY [immediate]
# With "immediate" PostgreSQL gets no time to write anything down, as in a crash.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/common.sh"

directory=$1
if [ -e "$directory/pgbouncer.pid" ] && [ $# = 1 ]; then
    end "$(cat "$directory/pgbouncer.pid")" INT
fi
if [ -e "$directory/data/postmaster.pid" ]; then
    # QUIT is an immediate stop, INT ends the connections first.
    end "$(head -1 "$directory/data/postmaster.pid")" "$([ "${2-}" = immediate ] && echo QUIT || echo INT)"
fi
