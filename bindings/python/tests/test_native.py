"""The table of C functions against the header, and memory."""

from __future__ import annotations

import ctypes
import json
import re
import resource
from typing import Any

from conftest import REPOSITORY

import contactway
from contactway import _native

TYPES: dict[str, Any] = {
    "void": None,
    "char *": _native.Owned,
    "const char *": ctypes.c_char_p,
    "char **": ctypes.POINTER(_native.Owned),
    "void *": ctypes.c_void_p,
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "contactway_client": ctypes.c_uint64,
    "contactway_canceller": ctypes.c_uint64,
    "contactway_sandbox": ctypes.c_uint64,
    "contactway_progress_fn": _native.ProgressFn,
    "contactway_log_fn": _native.LogFn,
    "contactway_token_fn": _native.TokenFn,
    "contactway_destroy_fn": _native.DestroyFn,
}


def prototypes() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    header = (REPOSITORY / "include" / "contactway.h").read_text(encoding="utf-8")
    code = re.sub(r"//[^\n]*|/\*.*?\*/|^#[^\n]*", "", header, flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"^([a-z][\w ]*[ *])(contactway_\w+)\(([^)]*)\);", code, re.MULTILINE)
    return {name: (TYPES[result.strip()], arguments(text)) for result, name, text in found}


def arguments(text: str) -> tuple[Any, ...]:
    each = [" ".join(argument.split()) for argument in text.split(",")]
    # The type is what stands before the argument's name.
    return () if each == ["void"] else tuple(TYPES[re.sub(r"\w+$", "", argument).strip()] for argument in each)


def test_the_table_is_the_header() -> None:
    assert prototypes() == _native.FUNCTIONS


def test_the_version_of_the_interface_is_the_headers() -> None:
    header = (REPOSITORY / "include" / "contactway.h").read_text(encoding="utf-8")
    assert f"#define CONTACTWAY_ABI_VERSION {_native.ABI_VERSION}\n" in header


def resident_kib() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def test_every_answer_is_freed(client: contactway.Client) -> None:
    # Refused without being sent, with an answer of some 100 KB that names each of them.
    request = json.dumps({"type": 2, "scene": 2, "user": ["?"] * 90, "party": ["1"] * 900})

    def call() -> int:
        try:
            client.add(request)
        except contactway.InvalidRequest as refused:
            return len(refused.details)
        return 0

    assert call() > 900
    for _ in range(100):
        call()
    before = resident_kib()
    for _ in range(1000):
        call()
    # Unfreed they would be 100 MB.
    assert resident_kib() - before < 30_000
