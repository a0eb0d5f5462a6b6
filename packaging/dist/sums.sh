#!/usr/bin/env bash
# The checksum of everything that was made.
source "$(dirname "$0")/common.sh"

cd "$OUT"
rm -f SHA256SUMS
sha256sum -- * >"$WORK/sums"
mv "$WORK/sums" SHA256SUMS
echo "dist: SHA256SUMS"
