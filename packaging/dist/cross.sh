#!/usr/bin/env bash
# Fetches what builds for another machine than this one, and runs what was built: Debian's packages, unpacked and never
# installed. Neither apt's own lists nor the machines that it knows are touched. Where they cannot be had, one line says so.
#
#     packaging/dist/cross.sh aarch64
source "$(dirname "$0")/common.sh"
names_of "$1"
[ -n "$cross" ] && [ ! -e "$foreign/made" ] || exit 0

pass_over() { echo "dist: $machine is passed over: $*" && exit 1; }
apt_failed() { pass_over "$(grep --max-count=1 '^[EW]: ' "$foreign/log")"; }
command -v apt-get >/dev/null || pass_over "its standard library is taken from Debian, whose apt-get is not here"
rm -rf "$foreign"
mkdir -p "$foreign"/{apt,world,bin}

apt() {
    apt-get -qq --yes --option Dir::State::lists="$foreign/apt/lists" --option Dir::Cache="$foreign/apt" \
        --option Debug::NoLocking=1 --option APT::Sandbox::User=root --option Acquire::Languages=none "$@" 2>>"$foreign/log"
}
# unpack FOLDER COMMAND...: what an apt command downloads.
unpack() {
    local folder=$1 package
    shift
    mkdir -p "$foreign/apt/archives/partial"
    (cd "$foreign/apt/archives" && apt "$@" >/dev/null) || apt_failed
    for package in "$foreign"/apt/archives/*.deb; do
        dpkg-deb --extract "$package" "$folder"
        [[ ${package##*/} != rustc-web_* ]] || version=$(dpkg-deb --field "$package" Version)
    done
    rm -r "$foreign/apt/archives"
}
both=(--option APT::Architectures::="$(dpkg --print-architecture)" --option APT::Architectures::="$debian")
with_needs=(install --download-only --no-install-recommends)

mkdir -p "$foreign/apt/lists/partial"
apt "${both[@]}" update || apt_failed
# A compiler that runs here, of the version that the standard library of there is of; and GNU's tools for there. They are
# downloaded although they may be installed.
unpack "$foreign" "${both[@]}" "${with_needs[@]}" --reinstall rustc-web libstd-rust-web-dev "binutils-$machine-linux-gnu" \
    qemu-user-static
unpack "$foreign" "${both[@]}" download "libstd-rust-web-dev:$debian=$version"
# What runs there, from the C library on: nothing is there before.
unpack "$foreign/world" --option APT::Architecture="$debian" --option APT::Architectures::="$debian" \
    --option Dir::State::status=/dev/null "${with_needs[@]}" libgcc-s1 python3-minimal libpython3-stdlib

# runs_as NAME PROGRAM ARGUMENT...: a command that finds its libraries in this folder.
runs_as() {
    local name=$1
    shift
    echo '#!/bin/sh' >"$foreign/bin/$name"
    echo "LD_LIBRARY_PATH=$foreign/usr/lib/$(uname -m)-linux-gnu exec $foreign/usr/bin/$* \"\$@\"" >>"$foreign/bin/$name"
    chmod +x "$foreign/bin/$name"
}
runs_as rustc rustc --sysroot "$foreign/usr"
runs_as qemu "qemu-$machine-static" -U LD_LIBRARY_PATH -L "$foreign/world"
for tool in ld nm objcopy ar strip; do runs_as "$machine-linux-gnu-$tool" "$machine-linux-gnu-$tool"; done
find "$foreign/usr/bin" -name 'qemu-*' ! -name "qemu-$machine-static" -delete

oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
found=$("$foreign/bin/rustc" --version | cut -d' ' -f2)
printf '%s\n' "$oldest" "$found" | sort --version-sort --check=quiet \
    || pass_over "Debian's Rust here is $found, and $oldest is needed"
rm -r "$foreign/apt"
touch "$foreign/made"
