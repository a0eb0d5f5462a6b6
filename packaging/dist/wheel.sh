#!/usr/bin/env bash
# Python's wheel of one machine, around the library of its binary archive.
#
#     packaging/dist/wheel.sh x86_64
source "$(dirname "$0")/common.sh"
names_of "$1"

rm -rf "$SOURCE/bindings/python/build"
alone CONTACTWAY_CORE="$(realpath "$WORK/contactway-$VERSION-linux-$machine/lib/libcontactway.so")" \
    pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$OUT" "$SOURCE/bindings/python"
echo "dist: $(cd "$OUT" && echo contactway-*"_$machine.whl")"
