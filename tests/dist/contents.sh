#!/usr/bin/env bash
# Everything that was made: its checksums, no path of the machine that built it, machine code for the machine that its name
# says, and nothing newer than glibc 2.17.
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
    for path in "$PWD" "${CARGO_HOME:-$HOME/.cargo}" "${RUSTUP_HOME:-$HOME/.rustup}" "${XDG_CACHE_HOME:-$HOME/.cache}"; do
        found=$(grep --recursive --text --files-with-matches --fixed-strings "$path" "$test/unpacked" | head -n 1 || true)
        [ -z "$found" ] || fail "$path stands in ${file##*/}, ${found#"$test/unpacked/"}"
    done
    case $file in *source* | *.tar.gz) objects=() ;; *)
        mapfile -t objects < <(find "$test/unpacked" -type f \( -name '*.so*' -o -name '*.a' -o -path '*/bin/*' \)) ;;
    esac
    for object in "${objects[@]}"; do
        name=${file##*/}${object#"$test/unpacked"}
        case $name in *x86_64* | *amd64*) is=X86-64 ;; *aarch64* | *arm64*) is=AArch64 ;; *) is="for a machine" ;; esac
        found=$(readelf --file-header "$object" 2>/dev/null | sed -n 's/^ *Machine: *//p' | sort -u)
        [[ $found == *"$is" ]] || fail "$name is not $is: $found"
        newest=$(readelf --wide --version-info "$object" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 || true)
        printf '%s\n' "$newest" GLIBC_2.17 | sort --version-sort --check=quiet || fail "$name needs $newest"
    done
    rm -r "$test/unpacked"
done
say "checksums, no path of this machine, machines, glibc 2.17"
