#!/usr/bin/env bash
# The same commit, once more, in another folder and by somebody who has set up much for himself: the same bytes.
source "$(dirname "$0")/common.sh"

other=$test/another/checkout
git clone --quiet --no-hardlinks . "$other"
mkdir "$other/build"
ln -s "$TOOLS" "$other/build/tools"
export RUSTFLAGS="-C opt-level=0" CFLAGS=-O0 STRIP=true MANDIR=/elsewhere PYTHONPATH=/elsewhere
(umask 077 && make -C "$other" dist) >"$test/log" 2>&1 || fail "$(tail "$test/log")"
diff "$OUT/SHA256SUMS" "$other/build/dist/SHA256SUMS" || fail "another folder gives other bytes"
say "the same bytes in another folder"
