"""The C interface: which library, its functions as a table, and how text comes back."""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

from ._lazy import typing

ABI_VERSION = 1

ProgressFn = CFUNCTYPE(c_int32, c_void_p, c_char_p)
LogFn = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
TokenFn = CFUNCTYPE(c_int32, c_void_p, c_int32, c_void_p, c_size_t)
DestroyFn = CFUNCTYPE(None, c_void_p)


class Owned(c_char_p):
    """A text that is ours to free. ctypes copies a plain c_char_p and loses where it was."""


_HANDLE = c_uint64
_CALL = (Owned, (_HANDLE, c_char_p, c_char_p))
_JOB = (Owned, (_HANDLE, c_char_p, c_char_p, ProgressFn, c_void_p))

# Each function's result and arguments, in the order of the header.
FUNCTIONS: dict[str, tuple[typing.Any, tuple[typing.Any, ...]]] = {
    "contactway_version": (c_char_p, ()),
    "contactway_abi_version": (c_uint32, ()),
    "contactway_features": (c_char_p, ()),
    "contactway_client_new": (_HANDLE, (c_char_p, POINTER(Owned))),
    "contactway_client_free": (None, (_HANDLE,)),
    "contactway_add": _CALL,
    "contactway_get": _CALL,
    "contactway_list": _CALL,
    "contactway_update": _CALL,
    "contactway_del": _CALL,
    "contactway_close_temp_chat": _CALL,
    "contactway_upload_image": _CALL,
    "contactway_save_qr_code": _CALL,
    "contactway_check": (Owned, (_HANDLE, c_char_p)),
    "contactway_ledger": _CALL,
    "contactway_sync": _JOB,
    "contactway_apply": _JOB,
    "contactway_replace_user": _JOB,
    "contactway_save_qr_codes": _JOB,
    "contactway_string_free": (None, (Owned,)),
    "contactway_errcode": (c_int64, (c_char_p,)),
    "contactway_json_get": (Owned, (c_char_p, c_char_p)),
    "contactway_canceller_new": (_HANDLE, ()),
    "contactway_canceller_cancel": (None, (_HANDLE,)),
    "contactway_canceller_free": (None, (_HANDLE,)),
    "contactway_set_logger": (None, (_HANDLE, LogFn, c_void_p, DestroyFn, c_int32)),
    "contactway_set_token_provider": (Owned, (_HANDLE, TokenFn, c_void_p, DestroyFn)),
    "contactway_set_suite_ticket": (Owned, (_HANDLE, c_char_p)),
    "contactway_sandbox_start": (_HANDLE, (c_char_p, POINTER(Owned))),
    "contactway_sandbox_stop": (None, (_HANDLE,)),
}


def load(path: str) -> ctypes.CDLL:
    """Loads the library at ``path``, or raises ImportError with what is wrong about it and how to get the right one."""
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        from ._unloadable import not_loaded

        raise not_loaded(path, error) from None
    try:
        # First of all, since the functions of another version may be others.
        name = "contactway_abi_version"
        version = loaded.contactway_abi_version()
        if version != ABI_VERSION:
            from ._unloadable import not_ours

            why = f"speaks version {version} of the C interface and this package version {ABI_VERSION}"
            raise not_ours(path, why)
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError:
        from ._unloadable import not_ours

        raise not_ours(path, f"has no function {name}, so it is another version's") from None
    return loaded


library = load(os.environ.get("CONTACTWAY_LIBRARY") or os.path.join(os.path.dirname(__file__), "libcontactway.so"))


def take(text: typing.Any) -> str:
    """A text that the library handed over, which is freed."""
    try:
        content: bytes = text.value
        return content.decode()
    finally:
        library.contactway_string_free(text)


def make(function: typing.Any, config: bytes) -> tuple[int, str]:
    """Calls a function that makes a handle: the handle, 0 where it failed, and what was said beside it."""
    said = Owned()
    handle = function(config, ctypes.byref(said))
    return handle, take(said) if said else ""


def version() -> str:
    """The version of the library."""
    text: bytes = library.contactway_version()
    return text.decode()


def features() -> frozenset[str]:
    """What the library holds beside the client itself, such as ``sandbox``."""
    text: bytes = library.contactway_features()
    return frozenset(filter(None, text.decode().split(",")))
