#!/usr/bin/env bash
# A binary archive, unpacked somewhere: README's program against its library, and the programs themselves.
source "$(dirname "$0")/common.sh"

for machine in "${made[@]}"; do
    of "$machine"
    name=contactway-$VERSION-linux-$machine
    tar --extract --directory "$test" --file "$OUT/$name.tar.xz"
    python tests/c/binary.py "$test/$name/lib"/libcontactway.{so,a} >/dev/null || fail "the libraries of $machine are not as they must be"
    uses "$test/$name/lib"
    says_version "$test/$name/bin"
    for program in "${PROGRAMS[@]}"; do
        [ -e "$test/$name/share/man/man1/$program.1" ] || fail "$program has no man page"
    done
    say "the binary archive of $machine"
done
