#!/usr/bin/env bash
# Go's module from the archive: by replace, through a proxy in a folder, and vendored; with no cargo to be found.
source "$(dirname "$0")/common.sh"

module=github.com/contactway/contactway/bindings/go
tar --extract --directory "$test" --file "$OUT/contactway-go-$VERSION.tar.xz"
unpacked=$test/contactway-go-$VERSION

mkdir "$test/tools"
for tool in go "${CC:-gcc}" ld as ar pkg-config; do ln -s "$(command -v $tool)" "$test/tools/"; done
clean() { env -i PATH="$test/tools" HOME="$test/home" GOFLAGS=-modcacherw CC="${CC:-gcc}" "$@"; }
program() { # program FOLDER: an empty module with a program in it
    mkdir "$test/$1" && cd "$test/$1"
    sed "s|^package .*|package main|" "$unpacked/example/main.go" >main.go
    clean go mod init example.com/program 2>/dev/null
}

program replaced
clean go mod edit -require="$module@v$VERSION" -replace="$module=$unpacked"
clean GOPROXY=off go run . >/dev/null || fail "Go's module does not work by replace"
# The folder goes: what is vendored is all there is.
clean GOPROXY=off go mod vendor
mv "$unpacked" "$test/gone"
clean GOPROXY=off go run -mod=vendor . >/dev/null || fail "Go's module does not work vendored"
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
clean GOPROXY=off go run . >/dev/null || fail "Go's module does not work from a proxy"
say "Go's module: replaced, vendored, from a proxy"
