"""Requests and options written as JSON, answers read from it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping

from ._canceller import Canceller
from .errors import error_of, found_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .types import Request


def _plain(value: object) -> object:
    """What stands in JSON for a value that is no JSON value itself."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    # The value itself may be a secret.
    raise TypeError(f"a {type(value).__name__} has no place in JSON")


_read = json.JSONDecoder().decode
_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


def _utf8(text: str) -> bytes:
    # A lone surrogate has no UTF-8; its JSON escape reaches the library, which says where it stands.
    return text.encode("utf-8", "backslashreplace")


def encode(request: Request, members: Mapping[str, Any], known: frozenset[str]) -> bytes:
    """A request: a mapping, keywords or both, or a text that goes out byte for byte."""
    if not members.keys() <= known:
        unknown = min(members.keys() - known)
        raise TypeError(f"unexpected keyword argument {unknown!r}; members that are not known yet go into a mapping")
    if isinstance(request, str):
        if members:
            raise TypeError("a request that is a text takes no keyword arguments beside it")
        if "\0" in request:
            raise ValueError("embedded null character in the request")
        return _utf8(request)
    if request is None:
        return _utf8(_write(members))
    if not isinstance(request, Mapping):
        raise TypeError(f"a request is a mapping or a JSON text, not {type(request).__name__}")
    return _utf8(_write({**request, **members}))


def encode_options(
    timeout: float | None, canceller: Canceller | None, key: str | None = None, accept_duplicate: bool | None = None
) -> bytes | None:
    """The options of a call; None where all are left out."""
    if timeout is None and canceller is None and key is None and accept_duplicate is None:
        return None
    options: dict[str, object] = {}
    if key is not None:
        options["key"] = key
    if accept_duplicate is not None:
        options["accept_duplicate"] = accept_duplicate
    if timeout is not None:
        options["timeout_ms"] = _milliseconds(timeout)
    if canceller is not None:
        if not isinstance(canceller, Canceller):
            raise TypeError(f"canceller must be a contactway.Canceller, not {type(canceller).__name__}")
        options["canceller"] = canceller.handle
    return _utf8(_write(options))


def _milliseconds(seconds: float) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, not {type(seconds).__name__}")
    if not math.isfinite(seconds):
        raise ValueError("timeout must be a finite number of seconds")
    return math.ceil(seconds * 1000)


def decode(text: str) -> dict[str, Any]:
    """An answer; an error is raised."""
    try:
        answer: dict[str, Any] = _read(text)
    except (ValueError, RecursionError) as error:
        errmsg = f"the answer cannot be read in Python: {error}"
        raise found_here("bad_response", -1008, errmsg, effect="unknown") from error
    if answer["errcode"] != 0:
        raise error_of(answer)
    return answer
