# What every test of a distribution begins with. To be sourced.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../../packaging/dist/common.sh"
names_of "$(uname -m)"

test=$(mktemp -d)
trap 'rm -rf "$test"' EXIT
# Nothing that a checkout or this session set up helps what is tested.
unset CONTACTWAY_LIBRARY CONTACTWAY_CORE PKG_CONFIG_PATH LD_LIBRARY_PATH PYTHONPATH CARGO_TARGET_DIR RUSTFLAGS

fail() { echo "dist: $*" >&2; exit 1; }
say() { echo "dist: $*"; }
