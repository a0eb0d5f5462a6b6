#!/usr/bin/env bash
# The binary archive of one machine: what `make install` puts below a prefix, and the programs. It may lie anywhere.
#
#     packaging/dist/binary.sh x86_64
source "$(dirname "$0")/common.sh"
names_of "$1"

name=contactway-$VERSION-linux-$machine
rm -rf "${WORK:?}/$name"
install_in "$WORK" "/$name" "/$name/lib"
pack "$WORK/$name" "$OUT/$name.tar.xz"
