"""Why the core could not be loaded, and what to do about it. Imported only then."""

from __future__ import annotations

import os

from ._lazy import typing

_GET_IT = (
    "Install a wheel, which holds it (pip install contactway-*.whl, from a release's files), or build it in a checkout "
    "(pip install ./bindings/python, which needs Rust). CONTACTWAY_LIBRARY=/path/libcontactway.so names one that lies "
    "elsewhere."
)

# Machines by their number in an ELF header, as `uname -m` has them.
_MACHINES = {3: "i686", 22: "s390x", 21: "ppc64le", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64"}


def not_loaded(path: str, error: OSError) -> ImportError:
    """The error for a library that the system refused to load, with what the system said of it."""
    named = os.environ.get("CONTACTWAY_LIBRARY") == path
    where = f"{path}, as CONTACTWAY_LIBRARY says" if named else path
    if os.sep not in path:
        # It was looked for in the system's folders.
        return _error(path, f"its core cannot be loaded: {error}. {_GET_IT}")
    if not os.path.isfile(path):
        return _error(path, f"its core is missing: there is no {where}. {_GET_IT}")
    of_library, of_python = _machine(path), _machine("/proc/self/exe")
    if of_library is None:
        return _error(path, f"its core is no library: {where}. {_GET_IT}")
    if of_python is not None and of_library != of_python:
        return _error(path, f"its core is for {of_library} and this Python for {of_python}: {where}. {_GET_IT}")
    return _error(path, f"its core cannot be loaded: {error}. {_GET_IT}")


def not_ours(path: str, why: str) -> ImportError:
    """The error for a library that was loaded and is not the one that this package is for."""
    return _error(path, f"{path} {why}; install the two from the same release. {_GET_IT}")


def _error(path: str, text: str) -> ImportError:
    return ImportError(f"contactway: {text}", name="contactway", path=path)


def _machine(path: str) -> typing.Optional[str]:
    """The machine that an ELF file is for; None where it is no such file."""
    try:
        with open(path, "rb") as file:
            header = file.read(20)
    except OSError:
        return None
    if len(header) < 20 or header[:4] != b"\x7fELF":
        return None
    number = int.from_bytes(header[18:20], "little" if header[5] == 1 else "big")
    # x86_64 has a form with 32 bits, too.
    return f"{_MACHINES.get(number, f'machine {number}')}, {32 if header[4] == 1 else 64} bits"
