#!/usr/bin/env bash
# The binary archive, unpacked somewhere: README's program against its library, and the programs themselves.
source "$(dirname "$0")/common.sh"

name=contactway-$VERSION-linux-$machine
tar --extract --directory "$test" --file "$OUT/$name.tar.xz"
export PKG_CONFIG_PATH=$test/$name/lib/pkgconfig
# shellcheck disable=SC2046 # one word each
${CC:-cc} bindings/c/example.c $(pkg-config --cflags --libs contactway) -Wl,-rpath,"$test/$name/lib" -o "$test/shared"
# shellcheck disable=SC2046
${CC:-cc} bindings/c/example.c $(pkg-config --static --cflags --libs contactway | sed 's/-lcontactway/-l:libcontactway.a/') \
    -o "$test/static"
for program in shared static; do "$test/$program" >/dev/null || fail "the $program program fails"; done
for program in "${PROGRAMS[@]}"; do
    [[ $("$test/$name/bin/$program" --version) == *"$VERSION"* ]] || fail "$program does not say its version"
    [ -e "$test/$name/share/man/man1/$program.1" ] || fail "$program has no man page"
done
say "the binary archive"
