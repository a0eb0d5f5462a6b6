#!/usr/bin/env bash
# Go's module from the archive: by replace, through a proxy in a folder, and vendored; with no cargo to be found.
source "$(dirname "$0")/common.sh"

command -v go >/dev/null || fail "Go is missing: install 1.23 or newer from https://go.dev/dl or your distribution."
module=github.com/contactway/contactway/bindings/go
tar --extract --directory "$test" --file "$OUT/contactway-go-$VERSION.tar.xz"
unpacked=$test/contactway-go-$VERSION

mkdir "$test/tools"
for tool in go "${CC:-cc}" ld as ar pkg-config; do ln -s "$(command -v $tool)" "$test/tools/"; done
clean() { env -i PATH="$test/tools" HOME="$test/home" GOFLAGS=-modcacherw GOPROXY=off "$@"; }
program() { # program FOLDER: an empty module with a program in it
    mkdir "$test/$1" && cd "$test/$1"
    sed "s|^package .*|package main|" "$unpacked/example/main.go" >main.go
    clean go mod init example.com/program 2>/dev/null
}

runs() { # runs HOW FLAG...: the program of this folder, built for each of the machines
    local how=$1
    shift
    for machine in "${made[@]}"; do
        of "$machine"
        clean CGO_ENABLED=1 GOARCH="$go" CC="${compiler[*]}" go build -o "$test/built" "$@" .
        "${run[@]}" "$test/built" >/dev/null || fail "Go's module does not work $how on $machine"
    done
}

program replaced
clean go mod edit -require="$module@v$VERSION" -replace="$module=$unpacked"
runs "by replace"
# The folder goes: what is vendored is all there is.
clean go mod vendor
mv "$unpacked" "$test/gone"
runs vendored -mod=vendor
mv "$test/gone" "$unpacked"

proxy=$test/proxy/$module/@v
mkdir -p "$proxy"
echo "v$VERSION" >"$proxy/list"
echo "{\"Version\":\"v$VERSION\"}" >"$proxy/v$VERSION.info"
cp "$unpacked/go.mod" "$proxy/v$VERSION.mod"
python - "$unpacked" "$module@v$VERSION" "$proxy/v$VERSION.zip" <<'END'
import sys, zipfile
from pathlib import Path

folder, prefix, to = sys.argv[1:]
with zipfile.ZipFile(to, "w") as archive:
    for path in Path(folder).rglob("*"):
        if path.is_file():
            archive.write(path, f"{prefix}/{path.relative_to(folder)}")
END
program proxied
clean GOPROXY="file://$test/proxy" GONOSUMDB="$module" go get "$module@v$VERSION" 2>/dev/null
runs "from a proxy"
say "Go's module: replaced, vendored, from a proxy, for ${made[*]}"
