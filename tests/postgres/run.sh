#!/usr/bin/env bash
# Runs tests over a PostgreSQL of their own, and once more through PgBouncer in transaction mode:
# tests/postgres/run.sh COMMAND …
# Where there is none and it cannot be installed, it says so in a line and all is well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/common.sh"

for missing in "initdb postgresql" "pgbouncer pgbouncer"; do
    # In a shell of its own, which it may end.
    (need $missing) || { echo "NOT RUN, for want of PostgreSQL or PgBouncer: $*"; exit 0; }
done

directory=$(mktemp -d)
trap '"$here/stop.sh" "$directory"; rm -rf "$directory"' EXIT
direct=$("$here/start.sh" "$directory")
pooled=$("$here/pgbouncer.sh" "$directory")
# They wait more than they work.
export RUST_TEST_THREADS=4
for url in "$direct" "$pooled"; do
    CONTACTWAY_TEST_POSTGRES=$url "$@"
done
