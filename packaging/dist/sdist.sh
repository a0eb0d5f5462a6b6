#!/usr/bin/env bash
# Python's source distribution, with the crate in it: `pip install` of it needs Rust and a C compiler.
source "$(dirname "$0")/common.sh"

rm -rf "$WORK/sdist"
mkdir -p "$WORK/sdist"
cd "$SOURCE/bindings/python"
made=$(alone python -c 'import sys, setuptools.build_meta as build; print(build.build_sdist(sys.argv[1]))' "$WORK/sdist" | tail -n 1)
# Again, without the moment at which it was made.
tar --extract --directory "$WORK/sdist" --file "$WORK/sdist/$made"
# Its crates come from the registry; what the source archive's file says of vendored ones is not true of it.
git show HEAD:.cargo/config.toml >"$WORK/sdist/${made%.tar.gz}/core/.cargo/config.toml"
pack "$WORK/sdist/${made%.tar.gz}" "$OUT/$made"
