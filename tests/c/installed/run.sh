#!/bin/sh
# Installs into an empty prefix, moves it elsewhere, and builds programs against it as users do: through pkg-config and
# CMake, with the shared and the static library. Then uninstalls.
#
#     tests/c/installed/run.sh
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in pkg-config cmake; do
    command -v $tool >/dev/null && continue
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get install -qq -y $tool || apt-get update -qq && apt-get install -qq -y $tool; } >/dev/null
    else
        echo "$tool is missing: install it with your distribution's package manager." >&2
        exit 1
    fi
done

say() { echo "installed: $*"; }
fail() { echo "installed: $*" >&2; exit 1; }
cc="${CC:-cc} -std=c99 -pedantic -Wall -Wextra -Werror"

# Libs.private is what the compiler says that a static library of ours needs.
told=$("${CARGO:-cargo}" rustc --lib --crate-type staticlib -- --print native-static-libs 2>&1 \
    | sed -n 's/.*native-static-libs: //p')
sorted() { printf '%s\n' "$@" | sort -u; }
# shellcheck disable=SC2046,SC2086 # one word each
[ "$(sorted $told)" = "$(sorted $(cat packaging/native-libs))" ] || fail "packaging/native-libs must hold: $told"

# In places with a space in their names, and where new files are for nobody else.
in_spaces() {
    make --no-print-directory "$@" PREFIX="/opt/contact way" LIBDIR="/opt/contact way/lib" \
        INCLUDEDIR="/opt/contact way/include/c" DESTDIR="$work/the root"
}
installed="$work/the root/opt/contact way"
mkdir -p "$installed/lib" && chmod 2775 "$installed/lib"
(umask 077 && in_spaces install >/dev/null)
[ "$(stat -c %a "$installed/lib")" = 2775 ] || fail "install changes a folder that was there"
hidden=$(find "$installed" -type f ! -perm -go=r -o -type d ! -perm -go=rx)
[ -z "$hidden" ] || fail "not everybody may read $hidden"
(cd "$installed" && find . ! -type d | sort) >"$work/files"
for file in lib/libcontactway.so.1 share/man/man3/contactway.3 share/doc/contactway/README.md \
    share/doc/contactway/docs/configuration.md; do
    grep -qx "./$file" "$work/files" || fail "there is no $file"
done
if readelf -S "$installed/lib/libcontactway.so" | grep -q '\.symtab'; then fail "the shared library is not stripped"; fi
[ "$(ls "$work")" = "files
the root" ] || fail "install wrote beside its place: $(ls "$work")"
cp -a "$installed" "$work/moved"
# Where the space is there is somebody else's.
mkdir "$work/the" "$work/the root/opt/contact" && touch "$work/the/other" "$work/the root/opt/contact/other"
in_spaces uninstall >/dev/null
[ -e "$work/the/other" ] && [ -e "$work/the root/opt/contact/other" ] || fail "uninstall takes what is not its own"
rm -r "$work/the" "$work/the root/opt/contact"
[ -z "$(find "$work/the root" ! -type d)" ] || fail "uninstall leaves $(find "$work/the root" ! -type d)"

# What cannot be done is told before anything is.
refused() {
    asked=$1 && shift
    if "$@" >"$work/said" 2>&1; then fail "$asked is not refused"; fi
    grep -q "$asked" "$work/said" || fail "$asked is refused without being named: $(cat "$work/said")"
}
for place in PREFIX LIBDIR INCLUDEDIR MANDIR DOCDIR; do
    refused "$place must begin with a slash" make -n install "$place=lib64" DESTDIR="$work/none"
    make -n test-rust "$place=lib64" >/dev/null || fail "a relative $place is refused where it does not matter"
done
mkdir "$work/a checkout"
refused "holds a space" make -n -C "$work/a checkout" -f "$(pwd)/Makefile" stage
[ ! -e "$work/none" ] || fail "install did something before it refused"

# What was built before its sources were changed stays where it is.
mkdir -p "$work/target/release"
built=$work/target/release
cp -p "${CARGO_TARGET_DIR:-target}/release"/libcontactway.* "$built"
refused_when() {
    refused "$1" env CARGO_TARGET_DIR="$work/target" make install DESTDIR="$work/none"
    [ ! -e "$work/none" ] || fail "install did something before it refused"
}
CARGO_TARGET_DIR="$work/target" make install DESTDIR="$work/fresh" >/dev/null
touch "$work/changed.rs"
sed -i "1s|: |: $work/changed.rs |" "$built/libcontactway.d"
refused_when "is older than $work/changed.rs"
rm "$work/changed.rs"
refused_when "$work/changed.rs, which is gone"
echo another >"$built/libcontactway.so"
refused_when "is not version"
rm "$built/libcontactway.so"
# As under sudo, which finds no cargo.
refused "There is no library at $built" make install CARGO=/nowhere/cargo CARGO_TARGET_DIR="$work/target" DESTDIR="$work/none"
[ ! -e "$work/none" ] || fail "install did something before it refused"
say "nothing that is older than its sources"

# The loader's cache is renewed where a folder of this machine's loader was changed, and only there.
cat >"$work/ldconfig" <<EOF
#!/bin/sh
case "\$*" in *-N*) echo "$work/own/lib: (from a file)" ;; *) touch "$work/renewed" ;; esac
EOF
chmod +x "$work/ldconfig"
in_and_out() { make install uninstall LDCONFIG="$work/ldconfig" "$@" >"$work/said"; }
in_and_out PREFIX="$work/own" DESTDIR="$work/staged"
in_and_out PREFIX="$work/elsewhere"
[ ! -e "$work/renewed" ] || fail "install runs ldconfig for a place that is not the loader's"
[ "$(grep -c "do not look into $work/elsewhere/lib" "$work/said")" = 1 ] \
    || fail "that programs look elsewhere is not said by install, once, and not by uninstall"
in_and_out PREFIX="$work/own"
[ -e "$work/renewed" ] || grep -q "sudo ldconfig" "$work/said" || fail "programs do not find what was installed"
[ -z "$(find "$work/own" ! -type d)" ] || fail "uninstall leaves $(find "$work/own" ! -type d)"
shared=$(cd "$work/own" && find . -type d -empty | sort | tr '\n' ' ')
[ "$shared" = "./include ./lib/cmake ./lib/pkgconfig ./share/doc ./share/man/man3 " ] || fail "uninstall leaves the folders $shared"
say "the loader's cache"

# Characters that mean something to the tool that fills the files.
make install PREFIX=/opt/one INCLUDEDIR='/opt/R&D|2' DESTDIR="$work/signs" >/dev/null
grep -q 'R&D|2$' "$work/signs/opt/one/lib/pkgconfig/contactway.pc" || fail "contactway.pc names another folder of headers"
grep -q 'R&D|2"' "$work/signs/opt/one/lib/cmake/contactway/contactway-config.cmake" \
    || fail "the CMake package names another folder of headers"
say "places with spaces and signs, relative places, umask"

lib=$work/moved/lib
export PKG_CONFIG_PATH="$lib/pkgconfig"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
[ "$(pkg-config --modversion contactway)" = "$version" ] || fail "contactway.pc has another version than Cargo.toml"
# shellcheck disable=SC2046
$cc "$here/app.c" $(pkg-config --cflags --libs contactway) -Wl,-rpath,"$lib" -o "$work/shared"
"$work/shared"
ldd "$work/shared" | grep -q "libcontactway.so.1 => $lib" || fail "the program does not use the shared library"
say "pkg-config, shared"

examples=$work/moved/share/doc/contactway/examples
for program in quickstart ledger_demo keyed_add; do
    # shellcheck disable=SC2046
    $cc "$examples/$program.c" "$examples/sandbox_http.c" $(pkg-config --cflags --libs contactway) \
        -Wl,-rpath,"$lib" -o "$work/$program"
done
(cd "$work" && ./keyed_add >/dev/null) || fail "an installed example does not run"
! find "$work/moved/share/doc" -path '*/pictures/*' ! -name '*.png' ! -name '*.svg' | grep . || fail "what makes the pictures is no documentation"
say "the examples"

# Pages lead to pages and files that are there too, but for what packaging/README.md says is only in a checkout.
cd "$work/moved/share/doc/contactway"
grep -ro --include='*.md' '](\([^):#]*\)[)#]' . | while IFS=: read -r page link; do
    target=${link#']('} target=${target%[)#]}
    case $target in "" | *tests/* | *docs/man/*) continue ;; esac
    [ -e "$(dirname "$page")/$target" ] || fail "$page leads to $target, which is not installed"
done
cd "$OLDPWD"
say "the manual's links"

for static in OFF ON; do
    cmake -S "$here" -B "$work/cmake-$static" -DCMAKE_PREFIX_PATH="$work/moved" -DSTATIC=$static >/dev/null
    cmake --build "$work/cmake-$static" >/dev/null
    "$work/cmake-$static/app"
done
ldd "$work/cmake-OFF/app" | grep -q libcontactway || fail "CMake's program does not use the shared library"
ldd "$work/cmake-ON/app" | grep -q libcontactway && fail "CMake's static program needs the shared library"
say "CMake, shared and static"

# As on systems whose /lib is a link into /usr.
mkdir "$work/merged"
cp -a "$work/moved" "$work/merged/usr"
ln -s usr/lib "$work/merged/lib"
cmake -S "$here" -B "$work/cmake-merged" -DCMAKE_PREFIX_PATH="$work/merged" >/dev/null
cmake --build "$work/cmake-merged" >/dev/null
PKG_CONFIG_PATH="$work/merged/lib/pkgconfig"
# shellcheck disable=SC2046
$cc "$here/app.c" $(pkg-config --cflags --libs contactway) -o "$work/from-merged"
PKG_CONFIG_PATH="$lib/pkgconfig"
say "where lib is a link to usr/lib"

# The linker prefers a shared library where both lie side by side, unless the static one is named.
# shellcheck disable=SC2046
$cc "$here/app.c" $(pkg-config --static --cflags --libs contactway | sed 's/-lcontactway/-l:libcontactway.a/') -o "$work/named"
rm "$lib"/libcontactway.so*
# shellcheck disable=SC2046
$cc "$here/app.c" $(pkg-config --static --cflags --libs contactway) -o "$work/static"
"$work/named"
"$work/static"
say "pkg-config, static"

if ld --help | grep -q force-group-allocation; then
    rustc --edition 2024 -O --crate-type staticlib "$here/other.rs" -o "$work/libother.a"
    for order in "-lcontactway -lother" "-lother -lcontactway"; do
        # shellcheck disable=SC2046,SC2086
        $cc "$here/both.c" $(pkg-config --cflags contactway) -L"$lib" -L"$work" $order $(cat packaging/native-libs) \
            -o "$work/both"
        "$work/both"
    done
    say "static, beside another library in Rust"
fi
