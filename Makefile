# Two commands do all the set-up on a machine with Rust, a C compiler, make, Python 3 and Go:
#   make demo   lives the whole life of a contact way against the embedded sandbox
#   make test   everything, in every language
# Others: make install and make uninstall; make bench, make memcheck; make header and make docs (what is generated);
# make stage, make clean

CARGO  ?= cargo
CC     ?= cc
CFLAGS ?= -O2 -g
WARN   := -std=c99 -pedantic -Wall -Wextra -Werror
STAGE  := $(CURDIR)/build/stage
LINK   := -I$(STAGE)/include -L$(STAGE)/lib -Wl,-rpath,$(STAGE)/lib -lcontactway

.PHONY: demo test test-rust test-c test-cpp test-python test-go bench memcheck header docs stage library install \
	uninstall clean tools

demo: build/quickstart
	cd build && ./quickstart

test: test-rust test-c test-cpp test-python test-go

# What must be there, and how to get it where it is not.
tools:
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs or your distribution."; exit 1; }
	@command -v $(CC) >/dev/null || { echo "A C compiler is missing: install gcc or clang."; exit 1; }

# The library as it would be installed, for the tests of every language.
stage: library
	$(MAKE) --no-print-directory install PREFIX=$(STAGE) LIBDIR=$(STAGE)/lib INCLUDEDIR=$(STAGE)/include DESTDIR=

library: tools
	$(CARGO) build --release --lib

# make && sudo make install: nothing is built as root, unless nothing was built before.
PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
RELEASE    := $(or $(CARGO_TARGET_DIR),target)/release
VERSION    := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI        := $(shell sed -n 's/.*soname,libcontactway\.so\.\([0-9]*\).*/\1/p' build.rs)
NATIVE     := $(shell cat packaging/native-libs)
to_lib     := $(DESTDIR)$(LIBDIR)
SHARED     := libcontactway.so.$(ABI).$(VERSION)
INSTALLED  := $(addprefix $(to_lib)/,$(SHARED) libcontactway.so.$(ABI) libcontactway.so libcontactway.a \
	pkgconfig/contactway.pc cmake/contactway/contactway-config.cmake cmake/contactway/contactway-config-version.cmake) \
	$(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(wildcard include/*)))
from_to     = $(shell realpath -m --relative-to=$(1) $(2))
FILL       := sed -e 's|@VERSION@|$(VERSION)|' -e 's|@VERSION_OF_FILE@|$(ABI).$(VERSION)|' -e 's|@ABI@|$(ABI)|' \
	-e 's|@NATIVE_LIBS@|$(NATIVE)|' -e 's|@NATIVE_LIBS_CMAKE@|$(subst $() ,;,$(NATIVE:-l%=%))|' \
	-e 's|@PREFIX_FROM_PKGCONFIG@|$(call from_to,$(LIBDIR)/pkgconfig,$(PREFIX))|' \
	-e 's|@INCLUDEDIR_FROM_LIBDIR@|$(call from_to,$(LIBDIR),$(INCLUDEDIR))|' \
	-e 's|@INCLUDEDIR@|$${pcfiledir}/$(call from_to,$(LIBDIR)/pkgconfig,$(INCLUDEDIR))|'

install: $(if $(wildcard $(RELEASE)/libcontactway.so),,library)
	mkdir -p $(to_lib)/pkgconfig $(to_lib)/cmake/contactway $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(RELEASE)/libcontactway.so $(to_lib)/$(SHARED)
	ln -sf $(SHARED) $(to_lib)/libcontactway.so.$(ABI)
	ln -sf libcontactway.so.$(ABI) $(to_lib)/libcontactway.so
	packaging/seal.sh $(RELEASE)/libcontactway.a $(to_lib)/$(SHARED) $(to_lib)/libcontactway.a
	install -m 644 include/* $(DESTDIR)$(INCLUDEDIR)
	$(FILL) packaging/contactway.pc.in > $(to_lib)/pkgconfig/contactway.pc
	$(FILL) packaging/contactway-config.cmake.in > $(to_lib)/cmake/contactway/contactway-config.cmake
	$(FILL) packaging/contactway-config-version.cmake.in > $(to_lib)/cmake/contactway/contactway-config-version.cmake

uninstall:
	rm -f $(INSTALLED)
	-rmdir $(to_lib)/cmake/contactway

build/quickstart: stage bindings/c/quickstart.c bindings/c/sandbox_http.c bindings/c/sandbox_http.h
	$(CC) $(CFLAGS) $(WARN) bindings/c/quickstart.c bindings/c/sandbox_http.c $(LINK) -o $@

test-rust: tools
	$(CARGO) test

# Programs of the C tests, each from the files of its line.
C_SUPPORT := tests/c/check.c tests/c/world.c bindings/c/sandbox_http.c
build_c    = @mkdir -p $(@D) && $(CC) $(CFLAGS) $(WARN) -pthread -Itests/c $(filter %.c,$^) $(LINK) -o $@

build/tests/contract: stage $(wildcard tests/c/contract/*.c tests/c/*.h) $(C_SUPPORT)
	$(build_c)
build/tests/calls: stage tests/c/calls.c $(C_SUPPORT)
	$(build_c)
build/tests/vectors: stage tests/c/vectors.c $(C_SUPPORT)
	$(build_c)

test-c: build/tests/contract build/tests/vectors memcheck
	build/tests/vectors tests/vectors/*.json
	build/tests/contract

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

memcheck: build/tests/contract build/tests/calls
	tests/c/memcheck.sh build/tests/contract build/tests/calls

header: tools
	CONTACTWAY_WRITE_HEADER=1 $(CARGO) test --test header

docs: tools
	CONTACTWAY_WRITE_DOCS=1 $(CARGO) test --test docs

clean:
	rm -rf build
	$(CARGO) clean
