#!/bin/sh
# Makes of the static library one that shows nothing but what the shared one exports, so that it can stand in one program
# with another library written in Rust; and a sixth as large. Where the tools are not GNU's it stays as it is.
#
#     packaging/seal.sh libcontactway.a libcontactway.so TO.a
#
# For another machine CROSS_COMPILE is what stands before the names of its tools, such as "aarch64-linux-gnu-".
set -eu
cross=${CROSS_COMPILE:-}
ld=${LD:-${cross}ld}
archive=$1
shared=$2
to=$3

if ! "$ld" --help 2>/dev/null | grep -q force-group-allocation; then
    echo "libcontactway.a is installed as it is: hiding its inner names needs GNU ld and objcopy (binutils)." >&2
    install -m 644 "$archive" "$to"
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What nobody can reach from the exported functions goes; groups are dissolved, since the linker keeps only one of
# equal name in a program, and it might keep the other library's.
roots=$("${cross}nm" -D --defined-only "$shared" | sed -n 's/.* \(contactway_[a-z0-9_]*\)$/-u \1/p')
# shellcheck disable=SC2086 # one word each
"$ld" -r --gc-sections --force-group-allocation $roots --whole-archive "$archive" -o "$work/whole.o"
# Bitcode of the standard library, for a linker that optimises Rust, would confuse those that read it.
"${cross}objcopy" --strip-unneeded --remove-section=.llvmbc --remove-section=.llvmcmd \
    --wildcard --keep-global-symbol='contactway_*' "$work/whole.o" "$work/contactway.o"
"${cross}ar" rcsD "$work/contactway.a" "$work/contactway.o"
install -m 644 "$work/contactway.a" "$to"
