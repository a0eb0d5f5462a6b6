#!/usr/bin/env bash
# Python's source distribution builds, with crates of the registry.
source "$(dirname "$0")/common.sh"

tar --extract --directory "$test" --file "$OUT/contactway-$VERSION.tar.gz"
cd "$test/contactway-$VERSION"
(cd core && CARGO_TARGET_DIR=$test/target CARGO_PROFILE_DEV_DEBUG=0 cargo build --quiet --locked --lib)
CONTACTWAY_CORE=$test/target/debug/libcontactway.so pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$test/again" .
[ -e "$test/again/contactway-$VERSION-py3-none"-*.whl ] || fail "the source distribution gives no wheel"
say "the source distribution"
