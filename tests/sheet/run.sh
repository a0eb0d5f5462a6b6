#!/usr/bin/env bash
# A hundred codes on paper, printed by Chromium: five sheets of A4, each code on one of them, and all read by a QR reader.
#   tests/sheet/run.sh PROGRAM    the command line
# Where there is no Chromium and it cannot be installed, it says so in a line and all is well.
set -euo pipefail
program=$(realpath "$1")

have() {
    command -v "$1" >/dev/null && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
    { apt-get install -qq -y "$2" || { apt-get update -qq && apt-get install -qq -y "$2"; }; } >/dev/null 2>&1
    command -v "$1" >/dev/null
}
for missing in "chromium chromium" "pdfinfo poppler-utils" "zbarimg zbar-tools"; do
    # shellcheck disable=SC2086 # two words
    have $missing || { echo "NOT RUN: sheets printed and read, for want of ${missing% *}"; exit 0; }
done

work=$(mktemp -d)
sandbox=
# By its id: nothing else of that name is ended.
trap '[ -z "$sandbox" ] || kill "$sandbox"; rm -rf "$work"' EXIT
cd "$work"

mkfifo told
"$program" sandbox >told &
sandbox=$!
read -r info <told
member() { echo "$info" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
CONTACTWAY_CORP_ID=$(member corp_id) CONTACTWAY_SECRET=$(member secret) CONTACTWAY_BASE_URL=$(member base_url)
export CONTACTWAY_CORP_ID CONTACTWAY_SECRET CONTACTWAY_BASE_URL XDG_DATA_HOME=$work

# Labels that are short, long, wide, and markup.
{
    echo "key,type,scene,user,state,remark"
    for number in $(seq 100); do
        case $((number % 4)) in
            0) label="Shop $number" ;;
            1) label="一二三四五六七八九十一二三四五六七八九十一二三四五六七$number" ;;
            2) label="WWWWWWWWWWWWWWWWWWWWWWWWWW$number" ;;
            3) label="<b>&amp;$number" ;;
        esac
        echo "a-key-that-is-longer-than-a-caption-has-room-for-shop-$number,2,2,lisi,s$number,$label"
    done
} >codes.csv
"$program" apply codes.csv >/dev/null
"$program" sheet --out sheet.html

# Without a sandbox of its own, since root may have none; nothing from elsewhere is loaded.
chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" \
    --no-pdf-header-footer --print-to-pdf="$work/sheet.pdf" "file://$work/sheet.html" >chromium.log 2>&1 \
    || { cat chromium.log; exit 1; }

printed=$(pdfinfo sheet.pdf)
sheets=$(sed -n 's/^Pages: *//p' <<<"$printed")
[ "$sheets" = 5 ] || { echo "100 codes are on $sheets sheets, not on 5"; exit 1; }
grep -q '^Page size:.*(A4)' <<<"$printed" || { echo "the sheets are not A4"; exit 1; }

# A reader is held to one code at a time, so each place of the grid is looked at by itself: 47.5 by 55.4 mm within margins of 10.
pixels() { echo $(($1 * 150 / 254)); } # of tenths of millimetres
for sheet in 1 2 3 4 5; do
    for place in $(seq 0 19); do
        left=$(pixels $((100 + place % 4 * 475))) top=$(pixels $((100 + place / 4 * 554)))
        pdftoppm -r 150 -gray -singlefile -f "$sheet" -l "$sheet" -x "$left" -y "$top" -W "$(pixels 475)" -H "$(pixels 554)" \
            sheet.pdf code
        zbarimg --nodbus --quiet --raw code.pgm >>read || { echo "place $place of sheet $sheet cannot be read"; exit 1; }
    done
done
"$program" ledger --limit 1000 --output json | grep -o '"config_id":"[^"]*"' | cut -d'"' -f4 | sort >made
sed 's,.*/,,' read | sort | diff - made || { echo "what is read is not what was made"; exit 1; }
echo "100 codes on 5 sheets of A4, all of them read"
