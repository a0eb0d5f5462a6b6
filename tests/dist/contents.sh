#!/usr/bin/env bash
# Everything that was made: its checksums, no path of the machine that built it, and nothing newer than glibc 2.17.
source "$(dirname "$0")/common.sh"

(cd "$OUT" && sha256sum --quiet --check SHA256SUMS)
[ "$(ls "$OUT" | wc -l)" = "$(($(wc -l <"$OUT/SHA256SUMS") + 1))" ] || fail "SHA256SUMS does not name every file"

for file in "$OUT"/*; do
    mkdir "$test/unpacked"
    case $file in
        *.deb) dpkg-deb --raw-extract "$file" "$test/unpacked" ;;
        *.tar.*) tar --extract --directory "$test/unpacked" --file "$file" ;;
        *.whl) python -m zipfile -e "$file" "$test/unpacked" ;;
        *) cp "$file" "$test/unpacked" ;;
    esac
    for path in "$PWD" "${CARGO_HOME:-$HOME/.cargo}" "${RUSTUP_HOME:-$HOME/.rustup}"; do
        found=$(grep --recursive --text --files-with-matches --fixed-strings "$path" "$test/unpacked" | head -n 1 || true)
        [ -z "$found" ] || fail "$path stands in ${file##*/}, ${found#"$test/unpacked/"}"
    done
    while read -r object; do
        newest=$(readelf --wide --version-info "$object" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 || true)
        [ "$(printf '%s\n' "$newest" GLIBC_2.17 | sort -V | tail -n 1)" = GLIBC_2.17 ] || fail "${object##*/} needs $newest"
    done < <(case $file in *source* | *.tar.gz) ;; *) find "$test/unpacked" -type f \( -name '*.so*' -o -path '*/bin/*' \) ;; esac)
    rm -r "$test/unpacked"
done
say "checksums, no path of this machine, glibc 2.17"
