#!/usr/bin/env bash
# Empties vendored crates that no Linux builds with, half of them all: cargo wants each of Cargo.lock to be there.
#
#     cd source && packaging/dist/stub.sh vendor
set -euo pipefail

needed=$(cargo tree --quiet --offline --locked --all-features --edges all --prefix none --format '{p}' \
    --target x86_64-unknown-linux-gnu --target aarch64-unknown-linux-gnu | sed -n 's/^\([^ ]*\) v\([^ ]*\).*/\1-\2/p' | sort -u)
for crate in "$1"/*; do
    if grep --quiet --line-regexp --fixed-strings "${crate##*/}" <<<"$needed"; then continue; fi
    find "$crate" -mindepth 1 ! -name Cargo.toml ! -name .cargo-checksum.json -delete
    # What is left names no other file.
    sed -i -e '/^\[\[/,/^$/d' -e '/^\[lib\]/,/^$/d' -e '/^build = /d' -e '/^auto/d' -e '/^links = /d' "$crate/Cargo.toml"
    mkdir "$crate/src"
    touch "$crate/src/lib.rs"
    sed -i 's/"files":{[^}]*}/"files":{}/' "$crate/.cargo-checksum.json"
done
