#!/usr/bin/env bash
# Python's source distribution, with the crate in it: `pip install` of it needs Rust and a C compiler.
source "$(dirname "$0")/common.sh"

cd "$SOURCE/bindings/python"
made=$(python -c 'import sys, setuptools.build_meta as build; print(build.build_sdist(sys.argv[1]))' "$WORK" | tail -n 1)
# Again, without the moment at which it was made.
tar --extract --directory "$WORK" --file "$WORK/$made"
pack "$WORK/${made%.tar.gz}" "$OUT/$made"
