#!/usr/bin/env bash
# The bill of materials (SPDX 2.3): every crate that the library can be built with, its version and its licence.
source "$(dirname "$0")/common.sh"

cargo-sbom --project-directory "$SOURCE" --output-format spdx_json_2_3 \
    | python packaging/dist/same_sbom.py >"$OUT/contactway-$VERSION.spdx.json"
echo "dist: contactway-$VERSION.spdx.json"
