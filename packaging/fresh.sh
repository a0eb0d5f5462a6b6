#!/bin/sh
# Refuses what cargo built before its sources were last changed: to install it would put an older library beside newer
# headers. Nothing is built here, since root installs.
#
#     packaging/fresh.sh target/release
set -eu
built=$1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

refuse() {
    echo "$1" >&2
    echo "Build it first, not as root: make library (or as you built it, with the features of your choice)." >&2
    exit 1
}

for file in libcontactway.so libcontactway.a libcontactway.d; do
    [ -e "$built/$file" ] || refuse "There is no library at $built: $file is missing.
If it was built with CARGO_TARGET_DIR, which sudo does not keep: sudo make install CARGO_TARGET_DIR=…"
done
# What it says to servers.
grep -qF "contactway/$version" "$built/libcontactway.so" || refuse "$built/libcontactway.so is not version $version."
# cargo lists what it read, in a line for each file that it made.
sources=$(sed -n '1s/^[^:]*: //p' "$built/libcontactway.d")
for source in $sources; do
    [ -e "$source" ] || refuse "$built/libcontactway.so was built from $source, which is gone."
done
# shellcheck disable=SC2086 # one word each
newer=$(find $sources -newer "$built/libcontactway.so" -print -quit)
[ -z "$newer" ] || refuse "$built/libcontactway.so is older than $newer."
