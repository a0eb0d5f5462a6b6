#!/usr/bin/env bash
# Go's module, with the header and the static library of every machine that was built.
source "$(dirname "$0")/common.sh"

name=contactway-go-$VERSION
module=$WORK/$name
rm -rf "$module"
cp -r "$SOURCE/bindings/go" "$module"
cp "$SOURCE"/LICENSE-* "$module"
for installed in "$WORK/contactway-$VERSION-linux"-*; do
    names_of "${installed##*-}"
    cp "$installed/include/contactway.h" "$module/include"
    cp "$installed/lib/libcontactway.a" "$module/lib/linux_$go"
done
pack "$module" "$OUT/$name.tar.xz"
