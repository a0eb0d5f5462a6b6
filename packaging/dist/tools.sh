#!/usr/bin/env bash
# Fetches what builds a distribution and is not on every machine with Rust, Python and a C compiler.
source "$(dirname "$0")/common.sh"

needed=packaging/dist/requirements.txt
if ! cmp -s "$needed" "$TOOLS/python/made"; then
    python3 -m venv --clear "$TOOLS/python"
    pip install --quiet -r "$needed"
    cp "$needed" "$TOOLS/python/made"
fi
# Not optimised: it runs once.
command -v cargo-sbom >/dev/null || cargo install --quiet --debug --locked --root "$TOOLS" --version 0.10.0 cargo-sbom
