#!/usr/bin/env bash
# Builds the library and the programs of one machine, from the source archive alone, for any Linux with glibc 2.17.
#
#     packaging/dist/build.sh x86_64
source "$(dirname "$0")/common.sh"
names_of "$1"

# No crate but those of the archive, and no path of this machine in what is made.
built_with=(
    CARGO_HOME="$WORK/cargo-home" CARGO_TARGET_DIR="$WORK/target" CARGO_INCREMENTAL=0
    RUSTFLAGS="--remap-path-prefix=$WORK=/build" CFLAGS="-g0 -ffile-prefix-map=$WORK=/build"
)
[ -z "$cross" ] || built_with+=(RUSTC="$foreign/bin/rustc")
rm -rf "$WORK/cargo-home"
cd "$SOURCE"
alone "${built_with[@]}" cargo-zigbuild zigbuild --release --offline --locked --lib --bins \
    --features "$FEATURES,cli" --target "$target.2.17"
# The command line's man pages and completions, by the one that runs here.
[ -n "$cross" ] || "$release/contactway" generate --out "$WORK/generated" >/dev/null
