#!/usr/bin/env bash
# Runs the tests of what keeps a ledger over a PostgreSQL of its own, and again through PgBouncer in transaction mode:
# tests/postgres/run.sh CARGO-TEST …
# Where there is none and it cannot be installed, it says so in a line and all is well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/common.sh"

for missing in "initdb postgresql" "pgbouncer pgbouncer"; do
    # In a shell of its own, which it may end.
    (need $missing) || { echo "NOT RUN: the tests of the ledger over PostgreSQL and PgBouncer."; exit 0; }
done

directory=$(mktemp -d)
trap '"$here/stop.sh" "$directory"; rm -rf "$directory"' EXIT
direct=$("$here/start.sh" "$directory")
pooled=$("$here/pgbouncer.sh" "$directory")
for url in "$direct" "$pooled"; do
    export CONTACTWAY_TEST_POSTGRES=$url
    "$@" --lib store
    "$@" --test ledger --test jobs --test crash --test shared
done
