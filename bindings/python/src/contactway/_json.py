"""Requests and options written as JSON, answers read from it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping

from ._canceller import Canceller
from ._members import MEMBERS
from .errors import error_of, found_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .types import Request, TokenProvider


def _plain(value: object) -> object:
    """What stands in JSON for a value that is no JSON value itself."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        path = os.fsdecode(value)
        try:
            path.encode()
        except UnicodeEncodeError:
            raise ValueError(f"a path must be UTF-8, unlike {path!r}") from None
        return path
    # The value itself may be a secret.
    raise TypeError(f"a {type(value).__name__} has no place in JSON")


_read = json.JSONDecoder().raw_decode
# Without a look at every container: one that holds itself is too deep, too.
_write_text = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False, default=_plain
).encode


def _write(value: Mapping[str, Any]) -> bytes:
    try:
        return _utf8(_write_text(value))
    except RecursionError:
        raise ValueError("nested too deeply for JSON, or holds itself") from None


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
        return _write(members)
    if not isinstance(request, Mapping):
        raise TypeError(f"a request is a mapping or a JSON text, not {type(request).__name__}")
    return _write({**request, **members})


def encode_config(config: Request, members: Mapping[str, Any], token_provider: TokenProvider | bool | None) -> bytes:
    """The configuration of a client. A function that hands tokens out is set later; here stands that there is one."""
    if token_provider is not None:
        if not isinstance(token_provider, bool) and not callable(token_provider):
            raise TypeError(f"token_provider is a function or a bool, not {type(token_provider).__name__}")
        members = {**members, "token_provider": token_provider is not False}
    return encode(config, members, MEMBERS["ClientConfig"])


def encode_ticket(suite_ticket: str) -> bytes:
    """A suite ticket, which goes out as it is."""
    if not isinstance(suite_ticket, str):
        raise TypeError(f"suite_ticket must be a str, not {type(suite_ticket).__name__}")
    if "\0" in suite_ticket:
        raise ValueError("embedded null character in the suite ticket")
    try:
        return suite_ticket.encode()
    except UnicodeEncodeError:
        # That error shows the ticket, which is a secret.
        raise ValueError("lone surrogate in the suite ticket") from None


def encode_options(
    timeout: float | None, canceller: Canceller | None, key: str | None = None, accept_duplicate: bool | None = None
) -> bytes | None:
    """The options of a call; None where all are left out."""
    timeout_ms = None if timeout is None else milliseconds(timeout)
    return encode_options_ms(timeout_ms, canceller, key, accept_duplicate)


def encode_options_ms(
    timeout_ms: int | None, canceller: Canceller | None, key: str | None, accept_duplicate: bool | None
) -> bytes | None:
    """The same with the deadline in milliseconds."""
    if key is None and accept_duplicate is None and canceller is None:
        # What most calls have, without an encoder.
        return None if timeout_ms is None else b'{"timeout_ms":%d}' % timeout_ms
    options: dict[str, object] = {}
    if key is not None:
        options["key"] = key
    if accept_duplicate is not None:
        options["accept_duplicate"] = accept_duplicate
    if timeout_ms is not None:
        options["timeout_ms"] = timeout_ms
    if canceller is not None:
        if not isinstance(canceller, Canceller):
            raise TypeError(f"canceller must be a contactway.Canceller, not {type(canceller).__name__}")
        options["canceller"] = canceller.handle
    return _write(options)


def milliseconds(seconds: float) -> int:
    """A timeout as the library takes it."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, not {type(seconds).__name__}")
    if isinstance(seconds, float) and not math.isfinite(seconds):
        raise ValueError("timeout must be a finite number of seconds")
    return math.ceil(seconds * 1000)


def without_underscore(members: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords by their names in JSON: ``from_`` stands for a word of Python's."""
    return {"from" if name == "from_" else name: value for name, value in members.items()}


def decode(text: str) -> dict[str, Any]:
    """An answer; an error is raised."""
    try:
        # The library gives whole JSON, which may be WeCom's own with its white space.
        answer: dict[str, Any] = _read(text.lstrip())[0]
    except (ValueError, RecursionError) as error:
        errmsg = f"the answer cannot be read in Python: {error}"
        raise found_here("bad_response", -1008, errmsg, effect="unknown") from error
    if answer["errcode"] != 0:
        raise error_of(answer)
    return answer
