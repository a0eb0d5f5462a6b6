#!/usr/bin/env bash
# The source archive: this commit and every crate that it builds with. Left unpacked for all that is built.
source "$(dirname "$0")/common.sh"

[ -z "$(git status --porcelain)" ] || echo "dist: what is not committed is not in it"
rm -rf "$SOURCE"
mkdir -p "$WORK" "$OUT"
git archive --prefix="contactway-$VERSION/" HEAD | tar --extract --directory "$WORK"
(
    cd "$SOURCE"
    cargo vendor --quiet --locked --versioned-dirs vendor >"$WORK/vendored.toml"
    { echo && cat "$WORK/vendored.toml"; } >>.cargo/config.toml
)
pack "$SOURCE" "$OUT/contactway-$VERSION.tar.xz"
