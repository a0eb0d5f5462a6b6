# Two commands do all the set-up on a machine with Rust, a C compiler, make, Python 3 and Go:
#   make demo   lives the whole life of a contact way against the embedded sandbox, and kills a job that is then run again
#   make test   everything, in every language
# Others: make install and make uninstall; make dist, what a release would hold; make test-sdks, SDKs of others against the
# sandbox; make bench, make size, make crash, make memcheck, make fuzz; make header, make docs and make pictures (what is generated); make stage,
# make clean

# Make's own lists know no path with a space.
ifneq ($(words $(CURDIR)),1)
$(error "$(CURDIR)" holds a space, which make cannot work with: move the checkout)
endif

MACHINE := $(shell uname -m)
CARGO  ?= cargo
CC     ?= cc
CXX    ?= c++
CFLAGS ?= -O2 -g
WARN   := -std=c99 -pedantic -Wall -Wextra -Werror
STAGE  := $(CURDIR)/build/stage
LINK   := -I$(STAGE)/include -L$(STAGE)/lib -Wl,-rpath,$(STAGE)/lib -lcontactway

.PHONY: demo test compilers test-rust test-postgres test-c test-cpp test-python test-go test-sdks test-sheet bench size crash memcheck fuzz header docs pictures \
	stage library install uninstall clean tools

demo: build/quickstart build/ledger_demo
	cd build && ./quickstart
	@echo
	cd build && ./ledger_demo
	@echo "(in the folder build)"

test: compilers test-rust test-postgres test-c test-cpp test-python test-go test-sdks test-sheet
	@tests/ran.sh build/ran

# $(call ran,PART): what the last line of make test says of it.
ran = @mkdir -p build && echo "$(1)" >>build/ran

# Before anything else, so that nobody waits long to be told.
compilers: tools
	@rm -f build/ran
	$(call need,$(CXX),g++)
	$(call need,valgrind,valgrind)
	$(call need,pkg-config,pkg-config)
	$(call need,cmake,cmake)

# What must be there, and how to get it where it is not.
tools:
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs or your distribution."; exit 1; }
	@command -v $(CC) >/dev/null || { echo "A C compiler is missing: install gcc or clang."; exit 1; }

# $(call need,PROGRAM,PACKAGE): fetches Debian's package where that may be done, or says what to do.
need = @command -v $(1) >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	&& { apt-get install -qq -y $(2) || { apt-get update -qq && apt-get install -qq -y $(2); }; } >/dev/null; } \
	|| { echo "$(1) is missing: install $(2) with your distribution's package manager."; exit 1; }

# $(call twice,COMMAND): what asks a registry, for a client that does not repeat by itself, as pip's, cargo's and apt's do.
twice = { $(1) || { sleep 5; $(1); }; }

# The library as it would be installed, for the tests of every language; with its inner names, which valgrind shows. Go
# takes it from its own module.
stage: library
	$(MAKE) --no-print-directory install PREFIX=$(STAGE) LIBDIR=$(STAGE)/lib INCLUDEDIR=$(STAGE)/include \
		MANDIR=$(STAGE)/share/man DOCDIR=$(STAGE)/share/doc/contactway DESTDIR= LDCONFIG=: STRIP=:
	install -m 644 $(STAGE)/include/contactway.h bindings/go/include
	install -m 644 -D -t bindings/go/lib/linux_$(patsubst x86_64,amd64,$(MACHINE:aarch64=arm64)) $(STAGE)/lib/libcontactway.a

library: tools
	$(CARGO) build --release --lib

# make library && sudo make install: nothing is built as root, unless nothing was built before.
PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/contactway
PLACES     := PREFIX LIBDIR INCLUDEDIR MANDIR DOCDIR
STRIP      ?= $(CROSS_COMPILE)strip
LDCONFIG   ?= ldconfig
# A relative place would lie beside DESTDIR instead of in it. In all that follows a place may hold a space.
ifneq ($(filter install uninstall,$(MAKECMDGOALS)),)
$(foreach place,$(PLACES),$(if $(filter /%,$(firstword $($(place)))),,$(error \
	$(place) must begin with a slash: it is "$($(place))")))
endif

RELEASE    := $(or $(CARGO_TARGET_DIR),target)/release
VERSION    := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI        := $(shell sed -n 's/.*soname,libcontactway\.so\.\([0-9]*\).*/\1/p' capi/build.rs)
NATIVE     := $(shell cat packaging/native-libs)
SHARED     := libcontactway.so.$(ABI).$(VERSION)
HEADERS    := $(notdir $(wildcard include/*))
FILLED     := pkgconfig/contactway.pc cmake/contactway/contactway-config.cmake cmake/contactway/contactway-config-version.cmake
# The manual keeps its tree, so that its links lead somewhere.
MANUAL     := $(wildcard README*.md CHANGELOG.md LICENSE-* packaging/README*.md) \
	$(wildcard bindings/c/* bindings/*/README*.md bindings/go/example/main.go bindings/go/example/*/main.go) \
	$(shell find docs -path docs/man -prune -o \( -name '*.md' -o -name '*.png' -o -name '*.svg' \) -print)
FOLDERS    := $(shell dirname $(MANUAL) | grep -vx . | sort -ru) bindings
PAGES      := $(notdir $(wildcard docs/man/*.3))
to_lib     := $(DESTDIR)$(LIBDIR)
to_include := $(DESTDIR)$(INCLUDEDIR)
to_man     := $(DESTDIR)$(MANDIR)
to_doc     := $(DESTDIR)$(DOCDIR)
# The loader of this machine has nothing to do with what is staged for another.
loader      = $(if $(DESTDIR)$(filter :,$(LDCONFIG)),,LDCONFIG="$(LDCONFIG)" packaging/loader.sh "$(LIBDIR)")
# As sed wants it in a replacement between bars.
from_to     = $(shell realpath -ms --relative-to="$(1)" "$(2)" | sed 's/[\\&|]/\\&/g')
FILL        = sed -e 's|@VERSION@|$(VERSION)|' -e 's|@VERSION_OF_FILE@|$(ABI).$(VERSION)|' -e 's|@ABI@|$(ABI)|' \
	-e 's|@NATIVE_LIBS@|$(NATIVE)|' -e 's|@NATIVE_LIBS_CMAKE@|$(subst $() ,;,$(NATIVE:-l%=%))|' \
	-e 's|@PREFIX_FROM_PKGCONFIG@|$(call from_to,$(LIBDIR)/pkgconfig,$(PREFIX))|' \
	-e 's|@INCLUDEDIR_FROM_LIBDIR@|$(call from_to,$(LIBDIR),$(INCLUDEDIR))|' \
	-e 's|@INCLUDEDIR@|$${pcfiledir}/$(call from_to,$(LIBDIR)/pkgconfig,$(INCLUDEDIR))|'

# Whatever umask there is, everybody may read what was installed; a folder that was there stays as it was. sudo keeps
# neither root's path to cargo nor CARGO_TARGET_DIR.
install: $(shell test -e "$(RELEASE)/libcontactway.so" || { command -v $(CARGO) >/dev/null && echo library; })
	@packaging/fresh.sh "$(RELEASE)"
	umask 022 && mkdir -p "$(to_lib)/pkgconfig" "$(to_lib)/cmake/contactway" "$(to_include)" "$(to_man)/man3" \
		$(foreach folder,$(FOLDERS),"$(to_doc)/$(folder)")
	install -m 755 "$(RELEASE)/libcontactway.so" "$(to_lib)/$(SHARED)"
	@$(STRIP) --strip-unneeded "$(to_lib)/$(SHARED)" || echo "It is larger than need be, for want of strip (binutils)."
	ln -sf $(SHARED) "$(to_lib)/libcontactway.so.$(ABI)"
	ln -sf libcontactway.so.$(ABI) "$(to_lib)/libcontactway.so"
	CROSS_COMPILE="$(CROSS_COMPILE)" packaging/seal.sh "$(RELEASE)/libcontactway.a" "$(to_lib)/$(SHARED)" "$(to_lib)/libcontactway.a"
	install -m 644 include/* "$(to_include)"
	@for file in $(FILLED); do \
		$(FILL) packaging/$${file##*/}.in | install -m 644 /dev/stdin "$(to_lib)/$$file" || exit; \
	done
	install -m 644 $(PAGES:%=docs/man/%) "$(to_man)/man3"
	@for file in $(MANUAL); do install -m 644 $$file "$(to_doc)/$$file" || exit; done
	ln -sfn bindings/c "$(to_doc)/examples"
	@$(loader)

uninstall:
	rm -f $(foreach file,$(SHARED) libcontactway.so.$(ABI) libcontactway.so libcontactway.a $(FILLED),"$(to_lib)/$(file)") \
		$(foreach file,$(HEADERS),"$(to_include)/$(file)") $(foreach page,$(PAGES),"$(to_man)/man3/$(page)") \
		$(foreach file,$(MANUAL) examples,"$(to_doc)/$(file)")
	rmdir "$(to_lib)/cmake/contactway" \
		$(foreach folder,$(FOLDERS),"$(to_doc)/$(folder)") "$(to_doc)" 2>/dev/null || true
	@$(loader)

build/quickstart build/ledger_demo: build/%: stage bindings/c/%.c bindings/c/sandbox_http.c bindings/c/sandbox_http.h
	$(CC) $(CFLAGS) $(WARN) bindings/c/$*.c bindings/c/sandbox_http.c $(LINK) -o $@

# The features that all of the tests are built with, so that they are built once.
FEATURES := cli,postgres

test-rust: tools
	@mkdir -p build
	bash -o pipefail -c "$(CARGO) test --features $(FEATURES) | tee build/rust.out"
	$(call ran,Rust ($$(awk '/^test result/ { sum += $$4 } END { print sum }' build/rust.out) tests))

# A hundred QR codes on paper, printed by Chromium and read again.
test-sheet: tools
	$(CARGO) build --features $(FEATURES) --bin contactway
	tests/sheet/run.sh "$(or $(CARGO_TARGET_DIR),target)/debug/contactway"
	$(call ran,sheets)

# Kills at random moments and at every point: the long form of what is in the tests. The seed is printed, and may be given.
# Over PostgreSQL there are fewer, since the lease of a dead process lasts its ten seconds.
KILLS          ?= 500
KILLS_POSTGRES ?= 50
CRASH          := $(CARGO) test --features $(FEATURES) --test crash -- kill point --nocapture
crash: tools
	CONTACTWAY_CRASH_KILLS=$(KILLS) $(CRASH)
	CONTACTWAY_CRASH_KILLS=$(KILLS_POSTGRES) tests/postgres/run.sh $(CRASH)

# What keeps a ledger, over a PostgreSQL of its own, and once more through PgBouncer.
test-postgres: tools
	tests/postgres/run.sh $(CARGO) test --features $(FEATURES) --lib --test ledger --test jobs --test crash --test shared
	$(call ran,PostgreSQL)

# Programs of the C tests, each from the files of its line.
C_SUPPORT := tests/c/check.c tests/c/world.c bindings/c/sandbox_http.c
build_c    = @mkdir -p $(@D) && $(CC) $(CFLAGS) $(WARN) -pthread -Itests/c $(filter %.c,$^) $(LINK) -o $@

build/tests/contract: stage $(wildcard tests/c/contract/*.c tests/c/*.h) $(C_SUPPORT)
	$(build_c)
build/tests/calls: stage tests/c/calls.c $(C_SUPPORT)
	$(build_c)
build/tests/vectors: stage tests/c/vectors.c tests/c/vector_members.c tests/c/vector_members.h $(C_SUPPORT)
	$(build_c)
build/tests/example build/tests/keyed_add: build/tests/%: stage bindings/c/%.c
	$(build_c)

# $(call refuses,PROGRAM): whether it names the misspelt member of each vector that has one.
refuses = for file in tests/vectors/refused/*.json; do \
	$(1) $$file 2>&1 | grep -q expcet || { echo "$(1) does not refuse $$file"; exit 1; }; done

test-c: build/tests/contract build/tests/vectors build/tests/example build/tests/keyed_add build/quickstart memcheck
	build/tests/example
	cd build && tests/keyed_add
	cd build && ./quickstart >quickstart.out && test -s quickstart-qr.png
	build/tests/vectors tests/vectors/*.json
	@$(call refuses,build/tests/vectors)
	build/tests/contract
	python3 tests/c/abi.py include/contactway.h $(STAGE)/lib/libcontactway.so
	python3 tests/c/binary.py $(STAGE)/lib/libcontactway.so $(STAGE)/lib/libcontactway.a
	CC="$(CC)" CXX="$(CXX)" tests/c/headers.sh $(STAGE)/include
	CC="$(CC)" CXX="$(CXX)" python3 tests/c/examples.py include/contactway.h include/contactway.hpp
	CC="$(CC)" python3 tests/c/manual.py $(LINK) -- $(filter-out %.zh-CN.md,$(wildcard docs/*.md))
	CC="$(CC)" CARGO="$(CARGO)" tests/c/installed/run.sh
	CC="$(CC)" tests/c/installed/usr_local.sh
	$(call ran,C)

# Programs of the C++ tests, in each standard that contactway.hpp is for.
CPP_NEEDS := tests/cpp/check.hpp build/tests/sandbox_http.o build/tests/vector_members.o stage
build_cpp  = @mkdir -p $(@D) && $(CXX) -std=$(1) $(CXXFLAGS) -pedantic -Wall -Wextra -Werror -pthread \
	$(filter %.cpp %.o,$^) $(LINK) -o $@

build/tests/sandbox_http.o: bindings/c/sandbox_http.c bindings/c/sandbox_http.h
build/tests/vector_members.o: tests/c/vector_members.c tests/c/vector_members.h
build/tests/%.o:
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARN) -c $(filter %.c,$^) -o $@
build/tests/%-c++17: tests/cpp/%.cpp $(CPP_NEEDS)
	$(call build_cpp,c++17)
build/tests/%-c++20: tests/cpp/%.cpp $(CPP_NEEDS)
	$(call build_cpp,c++20)
build/tests/quickstart-cpp: bindings/cpp/quickstart.cpp stage
	$(call build_cpp,c++17)

test-cpp: $(addprefix build/tests/,vectors-c++17 vectors-c++20 contract-c++17 contract-c++20 quickstart-cpp)
	build/tests/vectors-c++17 tests/vectors/*.json
	@$(call refuses,build/tests/vectors-c++17)
	build/tests/contract-c++17
	build/tests/contract-c++20
	cd build && tests/quickstart-cpp >quickstart-cpp.out && test -s quickstart-cpp-qr.png
	$(call ran,C++)

# The wheel is tested where it is used: in an environment that holds nothing else. The tools have one of their own.
PYTHON  ?= python3
PY      := $(CURDIR)/bindings/python
PYBUILD := $(CURDIR)/build/python
PYTOOLS := $(PYBUILD)/tools/bin

$(PYBUILD)/tools/made: bindings/python/tests/requirements.txt
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: apt install python3-venv."; exit 1; }
	$(PYTHON) -m venv --clear $(PYBUILD)/tools
	$(PYTOOLS)/python -m pip install --quiet --upgrade pip -r bindings/python/tests/requirements.txt
	touch $@

test-python: tools $(PYBUILD)/tools/made
	cd $(PY) && $(PYTOOLS)/ruff check --quiet && $(PYTOOLS)/ruff format --check --quiet && $(PYTOOLS)/mypy src
	rm -rf $(PYBUILD)/dist $(PY)/build
	CARGO='$(CARGO)' $(PYTOOLS)/pip wheel --quiet --no-deps --no-build-isolation -w $(PYBUILD)/dist $(PY)
	$(PYTHON) -m venv --clear --without-pip $(PYBUILD)/env
	$(PYTOOLS)/pip --quiet --python $(PYBUILD)/env/bin/python install --no-index $(PYBUILD)/dist/*.whl
	cd $(PYBUILD) && env -i $(PYBUILD)/env/bin/python -m doctest $(PY)/tests/empty.txt
	$(PYTOOLS)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> $$($(PYBUILD)/env/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tools.pth
	cd $(PY) && $(PYTOOLS)/mypy --python-executable $(PYBUILD)/env/bin/python tests
	cd $(PY) && CONTACTWAY_WHEEL=$$(echo $(PYBUILD)/dist/*.whl) $(PYBUILD)/env/bin/python -m pytest --junit-xml $(PYBUILD)/ran.xml
	$(call ran,Python ($$(sed -n 's/.* tests="\([0-9]*\)".*/\1/p' $(PYBUILD)/ran.xml) tests))

# The digest makes Go link anew when the library has changed, which its cache does not notice.
with_digest = export CGO_CFLAGS="-O2 -g -DCONTACTWAY_DIGEST=$$(cat $(STAGE)/lib/libcontactway.a $(STAGE)/include/* | cksum | cut -d' ' -f1)"

test-go: stage
	@command -v go >/dev/null || { echo "Go is missing: install 1.23 or newer from https://go.dev/dl or your distribution."; exit 1; }
	cd bindings/go && unformatted=$$(gofmt -l .) && test -z "$$unformatted" || { echo "gofmt these: $$unformatted"; exit 1; }
	$(call twice,GOBIN=$(CURDIR)/build/tools/bin go install honnef.co/go/tools/cmd/staticcheck@v0.7.0)
	$(with_digest) && \
	cd bindings/go && go vet ./... && $(CURDIR)/build/tools/bin/staticcheck ./... && go test -race -count=1 ./... && \
	if command -v pkg-config >/dev/null; then \
		PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig LD_LIBRARY_PATH=$(STAGE)/lib go test -tags contactway_pkgconfig -count=1 -run Vectors .; \
	else \
		echo "pkg-config is missing, so linking to an installed library is not tested: install pkg-config."; \
	fi
	$(call ran,Go)

# SDKs that others wrote live the life of a contact way against the program. They come from PyPI and the Go proxy, for this
# target alone, which keeps them in build/sdks.
SDKS := $(CURDIR)/build/sdks

$(SDKS)/python/made: tests/sdk-corpus/life/python/requirements.txt
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: apt install python3-venv."; exit 1; }
	$(PYTHON) -m venv --clear $(SDKS)/python
	$(SDKS)/python/bin/pip install --quiet -r $<
	touch $@

test-sdks: tools $(SDKS)/python/made
	@command -v go >/dev/null || { echo "Go is missing: install 1.23 or newer from https://go.dev/dl or your distribution."; exit 1; }
	cd tests/sdk-corpus && unformatted=$$(gofmt -l .) && test -z "$$unformatted" || { echo "gofmt these: $$unformatted"; exit 1; }
	$(CARGO) build --bin contactway-sandbox
	export CONTACTWAY_SANDBOX="$$(realpath $(or $(CARGO_TARGET_DIR),target))/debug/contactway-sandbox" && \
	export GOMODCACHE=$(SDKS)/go GOFLAGS=-modcacherw && cd tests/sdk-corpus/life && \
	$(SDKS)/python/bin/python -m pytest -q -p no:cacheprovider python && \
	cd go && $(call twice,go mod download) && go vet ./... && go test -count=1 ./...
	$(call ran,SDKs of others)

# Contenders take turns against one server on this machine; the numbers are printed, and kept in build/bench/figures.json;
# nothing is judged. Peers of the bindings come from PyPI and the Go proxy, for this target alone.
BENCH := build/bench
# $(call contender,FILES,LIBRARIES,PROGRAM)
contender = cd tests/bench && $(CC) $(CFLAGS) $(WARN) support.c $(1) $(2) -lpthread -o $(CURDIR)/$(BENCH)/$(3)

bench: stage
	@command -v go >/dev/null || { echo "Go is missing: install 1.23 or newer from https://go.dev/dl or your distribution."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: apt install python3-venv."; exit 1; }
	$(call need,valgrind,valgrind)
	@[ "$$(id -u)" != 0 ] || { echo '#include <curl/curl.h>' && echo '#include <openssl/ssl.h>'; } | $(CC) -E - >/dev/null 2>&1 \
		|| { apt-get update && apt-get install -y libcurl4-openssl-dev libssl-dev openssl; }
	@{ echo '#include <curl/curl.h>' && echo '#include <openssl/ssl.h>'; } | $(CC) -E - >/dev/null 2>&1 \
		|| { echo "The headers of libcurl and OpenSSL are missing: apt-get install libcurl4-openssl-dev libssl-dev."; exit 1; }
	mkdir -p $(BENCH)
	tests/bench/certificate.sh $(BENCH)
	$(CC) $(CFLAGS) tests/bench/server.c -lssl -lcrypto -lpthread -o $(BENCH)/server
	$(call contender,contender.c contactway.c,$(LINK),contactway)
	$(call contender,contender.c libcurl.c,-lcurl,libcurl)
	$(call contender,contender.c raw.c,,raw)
	$(call contender,memory.c contactway.c,$(LINK),memory_contactway)
	$(call contender,memory.c libcurl.c,-lcurl,memory_libcurl)
	$(CC) $(CFLAGS) $(WARN) tests/bench/own_share.c $(LINK) -o $(BENCH)/own_share
	$(CARGO) build --release --manifest-path tests/bench/ureq/Cargo.toml --target-dir $(BENCH)/ureq
	$(PYTHON) -m venv $(BENCH)/python
	$(BENCH)/python/bin/pip install --quiet -r tests/bench/python/requirements.txt
	CARGO='$(CARGO)' $(BENCH)/python/bin/pip install --quiet --force-reinstall $(PY)
	$(with_digest) && \
	cd tests/bench/go && test -z "$$(gofmt -l .)" && go vet ./... && go build -o $(CURDIR)/$(BENCH)/go/ ./...
	$(PYTHON) tests/bench/run.py $(BENCH)
	$(PYTHON) tests/bench/bindings.py $(BENCH)
	$(MAKE) --no-print-directory size
	export CONTACTWAY_BENCH_FIGURES=$(CURDIR)/$(BENCH)/figures.json && \
	$(CARGO) bench --bench sandbox && $(CARGO) bench --bench ledger && \
	directory=$$(mktemp -d) && trap 'tests/postgres/stop.sh "$$directory"; rm -rf "$$directory"' EXIT && \
	CONTACTWAY_BENCH_STORE=$$(tests/postgres/start.sh "$$directory") && export CONTACTWAY_BENCH_STORE && \
	$(CARGO) bench --features postgres --bench ledger
	$(CARGO) test --release --test deadlines -- --ignored --nocapture

# The shared object's, by default and lean.
size: tools
	CARGO='$(CARGO)' $(PYTHON) tests/bench/size.py $(BENCH)

memcheck: build/tests/contract build/tests/calls
	tests/c/memcheck.sh build/tests/contract build/tests/calls

# Each program in tests/fuzz for so many seconds, by the stable compiler: without a sanitizer, since what they reach is Rust without
# `unsafe`. What was reached is kept in build/fuzz and begun with the next time; an input that fails lies in `found` there.
FUZZ_SECONDS ?= 60
FUZZED ?= $(notdir $(wildcard tests/fuzz/seeds/*))
fuzz:
	$(CARGO) install --quiet --locked cargo-fuzz --root build/tools
	set -e; for target in $(FUZZED); do \
		mkdir -p build/fuzz/$$target/found; \
		PATH="$(CURDIR)/build/tools/bin:$$PATH" $(CARGO) fuzz run --fuzz-dir tests/fuzz --target-dir build/fuzz/target --sanitizer none $$target \
			build/fuzz/$$target tests/fuzz/seeds/$$target -- -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/$$target/found/; \
	done

header: tools
	CONTACTWAY_WRITE_HEADER=1 $(CARGO) test --test header

docs: tools
	CONTACTWAY_WRITE_DOCS=1 $(CARGO) test --test docs rules
	CONTACTWAY_WRITE_DOCS=1 $(CARGO) test --lib codes

include packaging/dist.mk

# README's pictures of pages, and its chart of the figures of the last `make bench`: for a machine with Chromium and pdftoppm.
pictures: tools
	$(CARGO) build --features $(FEATURES) --bins
	$(PYTHON) docs/pictures/screens.py "$(or $(CARGO_TARGET_DIR),target)/debug"
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: apt install python3-venv."; exit 1; }
	$(PYTHON) -m venv build/pictures
	build/pictures/bin/pip install --quiet matplotlib
	build/pictures/bin/python docs/pictures/speed.py $(BENCH)/figures.json

clean:
	rm -rf build
	$(CARGO) clean
