#!/usr/bin/env bash
# Builds the library and the programs of one machine, from the source archive alone, for any Linux with glibc 2.17.
#
#     packaging/dist/build.sh x86_64
source "$(dirname "$0")/common.sh"
names_of "$1"

# Whatever the one who builds has set for himself; what he says of profiles counts.
unset CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET "CARGO_TARGET_$(tr a-z- A-Z_ <<<"$target")_RUSTFLAGS"
# No crate but those of the archive, and no path of this machine in what is made.
export CARGO_HOME=$WORK/cargo-home CARGO_TARGET_DIR=$WORK/target CARGO_INCREMENTAL=0
export RUSTFLAGS="--remap-path-prefix=$WORK=/build"
export CFLAGS="-g0 -ffile-prefix-map=$WORK=/build"
rm -rf "$CARGO_HOME"
cd "$SOURCE"
cargo-zigbuild zigbuild --release --offline --locked --lib --bins --features "$FEATURES,cli" --target "$target.2.17"
# The command line's man pages and completions, by the one that runs here.
[ -n "$cross" ] || "$release/contactway" generate --out "$WORK/generated" >/dev/null
