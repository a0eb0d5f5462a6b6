#!/bin/sh
# README's recipe on Debian: make install into /usr/local, cc, and the program runs. In a mount namespace, where this
# machine's own /usr/local and /etc are left alone.
#
#     tests/c/installed/usr_local.sh
set -eu

if [ "${1:-}" != inside ]; then
    if [ ! -e /etc/debian_version ] || ! unshare --mount true 2>/dev/null; then
        echo "installed: /usr/local is not tried, since that needs Debian and root"
        exit
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp -a /etc "$work/etc"
    unshare --mount "$0" inside "$work"
    echo "installed: README's recipe at /usr/local"
    exit
fi

work=$2
mount --bind "$work/etc" /etc
for folder in lib include share; do
    mkdir "$work/$folder"
    mount --bind "$work/$folder" "/usr/local/$folder"
done
# Nobody told the loader of it by other means.
unset LD_LIBRARY_PATH PKG_CONFIG_PATH
make --no-print-directory install >"$work/said"
# shellcheck disable=SC2046 # one word each
${CC:-cc} bindings/c/example.c $(pkg-config --cflags --libs contactway) -o "$work/example"
"$work/example"
make --no-print-directory uninstall >"$work/said"
left=$(cd "$work" && find lib include share ! -type d)
[ -z "$left" ] || { echo "uninstall leaves $left" >&2; exit 1; }
if ldconfig -p | grep -q libcontactway; then echo "the loader still knows of the library" >&2; exit 1; fi
