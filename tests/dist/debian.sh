#!/usr/bin/env bash
# Debian's packages: installed, compiled against, removed. That needs root and Debian on their machine; elsewhere they are
# used where they were unpacked.
source "$(dirname "$0")/common.sh"

packages=(libcontactway1 libcontactway-dev contactway)
files() { printf "$OUT/%s_${VERSION}_$debian.deb\n" "${packages[@]}"; }

unpacked() {
    local file
    while read -r file; do dpkg-deb --extract "$file" "$test/$machine"; done < <(files)
    uses "$test/$machine/usr/lib/$machine-linux-gnu"
    says_version "$test/$machine/usr/bin"
    say "the Debian packages of $debian: unpacked and compiled against, not installed"
}

installed() {
    local package program used path known
    for package in "${packages[@]}"; do
        if dpkg-query --status "$package" >/dev/null 2>&1; then fail "$package is installed here: remove it first"; fi
    done
    trap 'dpkg --purge "${packages[@]}" >/dev/null 2>&1; rm -rf "$test"' EXIT

    files | xargs dpkg --install >"$test/said" || fail "$(cat "$test/said")"
    # shellcheck disable=SC2046 # one word each
    "${compiler[@]}" bindings/c/example.c $(env -u PKG_CONFIG_PATH pkg-config --cflags --libs contactway) -o "$test/example"
    "$test/example" >/dev/null || fail "a program does not run with the package's library"
    used=$(ldd "$test/example")
    grep -q "libcontactway.so.1 => .*$machine-linux-gnu" <<<"$used" || fail "a program uses another library: $used"
    for program in "${PROGRAMS[@]}"; do
        [ "$(command -v "$program")" = "/usr/bin/$program" ] || fail "$program is not installed"
    done
    dpkg --verify "${packages[@]}"
    cp "/var/lib/dpkg/info"/libcontactway*.list "$test"
    dpkg --purge "${packages[@]}" >"$test/said" 2>&1 || fail "$(cat "$test/said")"
    while read -r path; do
        [ ! -e "$path" ] || [ -d "$path" ] || fail "$path is left behind"
    done < <(cat "$test"/*.list)
    known=$(ldconfig -p)
    if grep -q libcontactway <<<"$known"; then fail "the loader still knows of the library"; fi
    say "the Debian packages of $debian: installed, compiled against, removed"
}

for machine in "${made[@]}"; do
    of "$machine"
    if [ "$(id -u)" = 0 ] && [ "$(dpkg --print-architecture)" = "$debian" ]; then installed; else unpacked; fi
done
