# Two commands do all the set-up on a machine with Rust, a C compiler, make, Python 3 and Go:
#   make demo   lives the whole life of a contact way against the embedded sandbox
#   make test   everything, in every language
# Others: make bench, make memcheck, make header, make stage, make clean

CARGO  ?= cargo
CC     ?= cc
CFLAGS ?= -O2 -g
WARN   := -std=c99 -pedantic -Wall -Wextra -Werror
STAGE  := $(CURDIR)/build/stage
LINK   := -I$(STAGE)/include -L$(STAGE)/lib -Wl,-rpath,$(STAGE)/lib -lcontactway

.PHONY: demo test test-rust test-c test-cpp test-python test-go bench memcheck header stage clean tools

demo: build/quickstart
	cd build && ./quickstart

test: test-rust test-c test-cpp test-python test-go

# What must be there, and how to get it where it is not.
tools:
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs or your distribution."; exit 1; }
	@command -v $(CC) >/dev/null || { echo "A C compiler is missing: install gcc or clang."; exit 1; }

# The library as it would be installed, for the tests of every language.
stage: tools
	$(CARGO) build --release --lib
	mkdir -p $(STAGE)/lib $(STAGE)/include
	cp target/release/libcontactway.so $(STAGE)/lib/libcontactway.so.1
	ln -sf libcontactway.so.1 $(STAGE)/lib/libcontactway.so
	cp target/release/libcontactway.a $(STAGE)/lib/
	cp include/* $(STAGE)/include/

build/quickstart: stage bindings/c/quickstart.c bindings/c/sandbox_http.c bindings/c/sandbox_http.h
	$(CC) $(CFLAGS) $(WARN) bindings/c/quickstart.c bindings/c/sandbox_http.c $(LINK) -o $@

test-rust: tools
	$(CARGO) test

test-c:

test-cpp:

test-python:

test-go:

# Contenders take turns against one server on this machine; the numbers are printed, nothing is judged.
BENCH := build/bench

bench: stage
	@[ "$$(id -u)" != 0 ] || { echo '#include <curl/curl.h>' && echo '#include <openssl/ssl.h>'; } | $(CC) -E - >/dev/null 2>&1 \
		|| { apt-get update && apt-get install -y libcurl4-openssl-dev libssl-dev openssl; }
	@{ echo '#include <curl/curl.h>' && echo '#include <openssl/ssl.h>'; } | $(CC) -E - >/dev/null 2>&1 \
		|| { echo "The headers of libcurl and OpenSSL are missing: apt-get install libcurl4-openssl-dev libssl-dev."; exit 1; }
	mkdir -p $(BENCH)
	tests/bench/certificate.sh $(BENCH)
	$(CC) $(CFLAGS) tests/bench/server.c -lssl -lcrypto -lpthread -o $(BENCH)/server
	$(CC) $(CFLAGS) $(WARN) tests/bench/contender.c tests/bench/contactway.c $(LINK) -lpthread -o $(BENCH)/contactway
	$(CC) $(CFLAGS) $(WARN) tests/bench/contender.c tests/bench/libcurl.c -lcurl -lpthread -o $(BENCH)/libcurl
	$(CC) $(CFLAGS) $(WARN) tests/bench/contender.c tests/bench/raw.c -lpthread -o $(BENCH)/raw
	$(CC) $(CFLAGS) $(WARN) tests/bench/own_share.c $(LINK) -o $(BENCH)/own_share
	$(CARGO) build --release --manifest-path tests/bench/ureq/Cargo.toml --target-dir $(BENCH)/ureq
	python3 tests/bench/run.py $(BENCH)

memcheck:

header: tools
	CONTACTWAY_WRITE_HEADER=1 $(CARGO) test --test header

clean:
	rm -rf build
	$(CARGO) clean
