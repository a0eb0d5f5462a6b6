#!/bin/sh
# Runs the contract and a loop of calls under valgrind: no error, no leak, and what is left at the end is the same
# however many calls were made.
#
#     tests/c/memcheck.sh PROGRAM_OF_THE_CONTRACT PROGRAM_OF_CALLS
set -eu
contract=$1
calls=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
exec 3>&2

if ! command -v valgrind >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get install -qq -y valgrind || apt-get update -qq && apt-get install -qq -y valgrind; } >/dev/null
    else
        echo "valgrind is missing: install it with your distribution's package manager." >&2
        exit 1
    fi
fi

checked() {
    valgrind --error-exitcode=9 --leak-check=full --child-silent-after-fork=yes \
        --suppressions="$(dirname "$0")/memcheck.supp" --log-file="$log" "$@" \
        || { cat "$log" >&3; exit 1; }
}

# The bytes and blocks that are left after so many rounds.
left_after() {
    checked "$calls" "$1" 2>/dev/null
    sed -n 's/.*in use at exit: //p' "$log"
}

checked "$contract"
few=$(left_after 5)
many=$(left_after 25)
if [ "$few" != "$many" ]; then
    echo "after 5 rounds of calls $few are left, after 25 rounds $many" >&2
    exit 1
fi
echo "memcheck: no error, no leak; left however many calls were made: $few"
