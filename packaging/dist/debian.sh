#!/usr/bin/env bash
# Debian's packages of one machine: the library, what is compiled against it, and the programs.
#
#     packaging/dist/debian.sh x86_64
source "$(dirname "$0")/common.sh"
names_of "$1"

root=$WORK/debian-$machine
libdir=/usr/lib/$machine-linux-gnu
rm -rf "$root"
install_in "$root/all" /usr "$libdir"

# take PACKAGE PATH...: of what was installed.
take() {
    local package=$1 path
    shift
    for path in "$@"; do
        mkdir -p "$root/$package$(dirname "$path")"
        mv "$root"/all$path "$root/$package$(dirname "$path")/"
    done
}
# build PACKAGE SECTION DEPENDS DESCRIPTION, with what else stands in the control file from standard input.
build() {
    local package=$1 tree=$root/$1 doc=$root/$1/usr/share/doc/$1
    mkdir -p "$tree/DEBIAN" "$doc"
    cp "$SOURCE/packaging/dist/copyright" "$doc/copyright"
    cat >"$tree/DEBIAN/control" <<END
Package: $package
Source: contactway
Version: $VERSION
Section: $2
Priority: optional
Architecture: $debian
Maintainer: ${MAINTAINER:-Nobody yet <nobody@contactway.invalid>}
Depends: $3
Installed-Size: $(du -k --apparent-size --summarize --exclude=DEBIAN "$tree" | cut -f1)
Description: $4
END
    sed 's/^/ /' >>"$tree/DEBIAN/control"
    (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | sort | xargs md5sum >DEBIAN/md5sums)
    find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$OUT/${package}_${VERSION}_$debian.deb" >/dev/null
    echo "dist: ${package}_${VERSION}_$debian.deb"
}

take libcontactway1 "$libdir/libcontactway.so.*"
mkdir -p "$root/libcontactway1/DEBIAN"
echo "activate-noawait ldconfig" >"$root/libcontactway1/DEBIAN/triggers"
echo "libcontactway 1 libcontactway1 (>= $VERSION)" >"$root/libcontactway1/DEBIAN/shlibs"
build libcontactway1 libs "libc6 (>= 2.17)" "WeCom's contact-way endpoints for C (library)" <<END
The "contact me" QR codes and buttons by which a customer reaches a member of
staff, made, read, listed, changed and deleted, one or a hundred thousand.
END

take contactway /usr/bin /usr/share/man/man1 /usr/share/bash-completion /usr/share/zsh /usr/share/fish
build contactway utils "libc6 (>= 2.17)" "WeCom's contact-way endpoints (programs)" <<END
contactway, the same endpoints and the ledger for people and scripts, and
contactway-sandbox, a stand-in for WeCom, for tests in any language.
END

take libcontactway-dev /usr/include "$libdir" /usr/share/man
mkdir -p "$root/libcontactway-dev/usr/share/doc"
mv "$root/all/usr/share/doc/contactway" "$root/libcontactway-dev/usr/share/doc/libcontactway-dev"
build libcontactway-dev libdevel "libcontactway1 (= $VERSION), libc6-dev" "WeCom's contact-way endpoints for C (development)" <<END
The headers, the static library, files for pkg-config and CMake, and the manual.
END
