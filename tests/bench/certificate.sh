#!/bin/sh
# Makes ca.pem, and server.pem with server.key, for 127.0.0.1 in the directory given.
set -eu
cd "$1"
command -v openssl >/dev/null || { echo "The openssl command is missing: apt-get install openssl."; exit 1; }
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "$@" 2>/dev/null; }
new -keyout ca.key -out ca.pem -subj "/CN=Benchmark CA" -addext "keyUsage=critical,keyCertSign"
new -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem -subj "/CN=127.0.0.1" \
    -addext "subjectAltName=IP:127.0.0.1" -addext "basicConstraints=critical,CA:FALSE"
