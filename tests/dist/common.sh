# What every test of a distribution begins with. To be sourced.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../../packaging/dist/common.sh"

test=$(mktemp -d)
trap 'rm -rf "$test"' EXIT
# Nothing that a checkout or this session set up helps what is tested; where crates come from stays, and how it was built.
for name in $(compgen -e); do
    case $name in
        CARGO_HOME | CARGO_HTTP_* | CARGO_NET_* | CARGO_REGISTR* | CARGO_SOURCE_* | CARGO_PROFILE_RELEASE_*) ;;
        CONTACTWAY_* | CARGO_* | RUSTC* | *FLAGS | PKG_CONFIG_* | LD_* | CPATH | *_PATH | PYTHON*) unset "$name" ;;
    esac
done

fail() { echo "dist: $*" >&2; exit 1; }
say() { echo "dist: $*"; }

# The machines of which there is something.
made=()
for archive in "$OUT/contactway-$VERSION-linux"-*.tar.xz; do
    archive=${archive%.tar.xz}
    made+=("${archive##*-}")
done

# of MACHINE: its names, how to compile for it, and what runs its programs.
of() {
    names_of "$1"
    compiler=("${CC:-cc}") run=()
    [ -z "$cross" ] || compiler=("$TOOLS/python/bin/python" -m ziglang cc -target "$machine-linux-gnu.2.17") run=("$foreign/bin/qemu")
}
# uses LIBDIR: README's program in C runs with the shared library of a folder, and with the static one.
uses() {
    local program
    export PKG_CONFIG_PATH=$1/pkgconfig
    # shellcheck disable=SC2046 # one word each
    "${compiler[@]}" bindings/c/example.c $(pkg-config --cflags --libs contactway) -Wl,-rpath,"$1" -o "$test/shared"
    # shellcheck disable=SC2046
    "${compiler[@]}" bindings/c/example.c \
        $(pkg-config --static --cflags --libs contactway | sed 's/-lcontactway/-l:libcontactway.a/') -o "$test/static"
    for program in shared static; do
        "${run[@]}" "$test/$program" >/dev/null || fail "the $program program fails on $machine"
    done
}
# says_version BIN: each of the programs in a folder does.
says_version() {
    local program
    for program in "${PROGRAMS[@]}"; do
        [[ $("${run[@]}" "$1/$program" --version) == *"$VERSION"* ]] || fail "$program of $machine does not say its version"
    done
}
