"""Requests written as JSON, answers read from it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from ._lazy import types, typing
from ._members import EXPLAINED, MEMBERS, METHODS
from .errors import ContactwayError, error_of, found_here


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
    # Where it stands is found out later.
    raise TypeError


_read = json.JSONDecoder().raw_decode
# Without a look at every container: one that holds itself is too deep, too.
_write_text = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False, default=_plain
).encode


def write(value: Mapping[str, typing.Any]) -> bytes:
    """The JSON text of an object; a TypeError or a ValueError where a value has no place in it."""
    try:
        return _utf8(_write_text(value))
    except RecursionError:
        raise ValueError("nested too deeply for JSON, or holds itself") from None
    except (TypeError, ValueError) as error:
        from ._misuse import no_json

        # What the value's own methods raised is not about JSON.
        told = no_json(value)
        if told is None:
            raise
        raise (TypeError if isinstance(error, TypeError) else ValueError)(told) from None


def _utf8(text: str) -> bytes:
    # A lone surrogate has no UTF-8; its JSON escape reaches the library, which says where it stands.
    return text.encode("utf-8", "backslashreplace")


def check_keywords(members: Mapping[str, typing.Any], known: frozenset[str], called: typing.Any, method: str) -> None:
    """Raise TypeError for a keyword that neither a request nor the method of the class ``called`` knows; without a
    method it is the class itself that is made.
    """
    if not members.keys() <= known:
        from ._misuse import unexpected

        raise TypeError(unexpected(getattr(called, method) if method else called, min(members.keys() - known), known))


def encode(
    request: typing.Optional[types.Request],
    members: Mapping[str, typing.Any],
    known: frozenset[str],
    called: typing.Any,
    method: str = "",
) -> bytes:
    """A request: a mapping, keywords or both, or a text that goes out byte for byte."""
    check_keywords(members, known, called, method)
    if "from_" in members:
        # It stands for a word of Python's.
        members = {"from" if name == "from_" else name: value for name, value in members.items()}
    if isinstance(request, str):
        if members:
            raise TypeError("a request that is a text takes no keyword arguments beside it")
        if "\0" in request:
            raise ValueError("embedded null character in the request")
        return _utf8(request)
    if request is None:
        return write(members)
    if not isinstance(request, Mapping):
        raise TypeError(
            f"{'a request' if method else 'a configuration'} is keywords, a mapping or a JSON text, "
            f"not {type(request).__name__}"
        )
    return write({**request, **members})


def note_keywords(error: ContactwayError, given: object, called: typing.Any, method: str = "") -> None:
    """Add to the error of a text that begins no JSON object how members are given: it may be an id without its keyword.
    Exceptions have notes since Python 3.11.
    """
    if isinstance(given, str) and given.lstrip()[:1] != "{" and hasattr(error, "add_note"):
        name = f"{called.__qualname__}.{method}" if method else called.__qualname__
        first = next(iter(EXPLAINED[METHODS[method] if method else "ClientConfig"]))
        error.add_note(f"A text is taken for JSON; members are given as keywords, as in {name}({first}=…)")


def check_positional(more: tuple[object, ...], called: typing.Any) -> None:
    """Raise TypeError where a client is made from more than a mapping or a JSON text without a keyword."""
    if more:
        name = called.__qualname__
        raise TypeError(
            f"{name}() takes a configuration and keywords, and {1 + len(more)} values were given without a keyword: "
            f"write them as in {name}(corp_id=…, secret=…)"
        )


def encode_config(
    config: typing.Optional[types.Request],
    members: Mapping[str, typing.Any],
    token_provider: typing.Union[types.TokenProvider, bool, None],
    called: typing.Any,
) -> bytes:
    """The configuration of a client. A function that hands tokens out is set later; here stands that there is one."""
    if token_provider is not None:
        if not isinstance(token_provider, bool) and not callable(token_provider):
            raise TypeError(f"token_provider must be a function or a bool, not {type(token_provider).__name__}")
        members = {**members, "token_provider": token_provider is not False}
    return encode(config, members, MEMBERS["ClientConfig"], called)


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


def read(text: str) -> dict[str, typing.Any]:
    """An answer, be it an error or not."""
    try:
        # The library gives whole JSON, which may be WeCom's own with its white space.
        answer: dict[str, typing.Any] = _read(text.lstrip())[0]
    except (ValueError, RecursionError) as error:
        errmsg = f"the answer cannot be read in Python: {error}"
        raise found_here("bad_response", errmsg, effect="unknown") from error
    return answer


def decode(text: str) -> dict[str, typing.Any]:
    """An answer; an error is raised."""
    answer = read(text)
    if answer["errcode"] != 0:
        raise error_of(answer)
    return answer
