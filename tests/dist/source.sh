#!/usr/bin/env bash
# The source archive builds with no network and no crate of this machine's.
source "$(dirname "$0")/common.sh"

tar --extract --directory "$test" --file "$OUT/${SOURCE##*/}.tar.xz"
cd "$test/${SOURCE##*/}"
CARGO_HOME=$test/nothing cargo check --quiet --offline --locked --lib --features "$FEATURES"
say "the source archive, offline"
