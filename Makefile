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
	cd $(PY) && CONTACTWAY_WHEEL=$$(echo $(PYBUILD)/dist/*.whl) $(PYBUILD)/env/bin/python -m pytest

test-go:

bench:

memcheck:

header: tools
	CONTACTWAY_WRITE_HEADER=1 $(CARGO) test --test header

clean:
	rm -rf build
	$(CARGO) clean
