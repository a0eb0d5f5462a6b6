#!/usr/bin/env bash
# The source archive: this commit and every crate that it builds with. Left unpacked for all that is built.
source "$(dirname "$0")/common.sh"

[ -z "$(git status --porcelain)" ] || echo "dist: what is not committed is not in it"
rm -rf "$SOURCE"
mkdir -p "$WORK" "$OUT"
git archive --prefix="${SOURCE##*/}/" HEAD | tar --extract --directory "$WORK"
(
    cd "$SOURCE"
    # It prints what makes cargo look there.
    cargo vendor --locked --versioned-dirs vendor >"$WORK/vendored.toml" 2>"$WORK/vendored.log"
    { echo && cat "$WORK/vendored.toml"; } >>.cargo/config.toml
    packaging/dist/stub.sh vendor
)
pack "$SOURCE" "$OUT/${SOURCE##*/}.tar.xz"
