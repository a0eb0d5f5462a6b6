# What every script here begins with: which commit it is, where things lie, and how they are packed. To be sourced.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Nothing of the machine or of the moment goes into what is made.
umask 022
export LC_ALL=C TZ=UTC
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
# What is shipped holds all of it; whoever wants it lean builds it lean.
FEATURES=sqlite,postgres,sandbox
PROGRAMS=(contactway contactway-sandbox)

OUT=$PWD/build/dist                     # what a release page would hold
WORK=$PWD/build/dist-work               # may be thrown away
TOOLS=$PWD/build/tools                  # from PyPI and crates.io
SOURCE=$WORK/contactway-$VERSION-source # the source archive, unpacked; everything is built in it
export PATH=$TOOLS/python/bin:$TOOLS/bin:$PATH

# The names of a machine: as uname has it, as Rust, Debian and Go do.
names_of() {
    machine=$1
    target=$machine-unknown-linux-gnu
    release=$WORK/target/$target/release
    case $machine in
        x86_64) debian=amd64 go=amd64 ;;
        aarch64) debian=arm64 go=arm64 ;;
        *) echo "There is no distribution for $machine." >&2 && exit 1 ;;
    esac
    # The tools for another machine than this one, which cross.sh fetches; binutils' have its name before their own.
    foreign=$TOOLS/$machine
    if [ "$machine" = "$(uname -m)" ]; then cross=; else cross=$foreign/bin/$machine-linux-gnu-; fi
}

# alone COMMAND...: with nothing that whoever builds has set for himself. What he says of cargo's profiles counts.
alone() {
    local kept=() name
    for name in PATH HOME LC_ALL TZ SOURCE_DATE_EPOCH TMPDIR RUSTUP_HOME RUSTUP_TOOLCHAIN ${!CARGO_PROFILE_RELEASE_@}; do
        [ -z "${!name+set}" ] || kept+=("$name=${!name}")
    done
    env --ignore-environment "${kept[@]}" "$@"
}

# pack FOLDER TO: an archive whose bytes depend on nothing but what is in the folder.
pack() {
    tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        --directory "$(dirname "$1")" "$(basename "$1")" | case $2 in *.gz) gzip -n9 ;; *.xz) xz -T2 ;; esac >"$2"
    echo "dist: ${2##*/}"
}

# install_in DESTDIR PREFIX LIBDIR: the library with its manual, and the programs, of the machine that was named.
install_in() {
    alone make --no-print-directory -C "$SOURCE" install DESTDIR="$1" PREFIX="$2" LIBDIR="$3" RELEASE="$release" \
        CROSS_COMPILE="$cross" >"$WORK/installed.log"
    local program
    mkdir -p "$1$2/bin" "$1$2/share/man/man1"
    for program in "${PROGRAMS[@]}"; do
        install -m 755 "$release/$program" "$1$2/bin"
        "${cross}strip" "$1$2/bin/$program"
    done
    install -m 644 "$WORK"/generated/man/* "$1$2/share/man/man1"
    local completions=$WORK/generated/completions
    install -D -m 644 "$completions/contactway.bash" "$1$2/share/bash-completion/completions/contactway"
    install -D -m 644 -t "$1$2/share/zsh/vendor-completions" "$completions/_contactway"
    install -D -m 644 -t "$1$2/share/fish/vendor_completions.d" "$completions/contactway.fish"
}
