"""What is said of arguments that are wrong in Python's own way. Imported only then."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from difflib import get_close_matches
from io import IOBase

from ._lazy import typing

# What is often given in the place of a JSON value, and what to give.
_REMEDIES: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bytes, bytearray), "decode it to a str"),
    ((set, frozenset), "give a list"),
    ((timedelta,), "give int(it.total_seconds())"),
    ((date, time), "give a number of seconds"),
    ((IOBase,), "give its path"),
)


def unexpected(called: typing.Any, name: str, members: frozenset[str]) -> str:
    """What is said of a keyword that a method, or a class that is made from keywords, does not have."""
    text = f"{called.__qualname__}() got an unexpected keyword argument {name!r}"
    if name == "canceller" and (inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)):
        return f"{text}: cancelling the task cancels the call, as task.cancel() and asyncio.wait_for() do"
    options = {it.name for it in inspect.signature(called).parameters.values() if it.kind is it.KEYWORD_ONLY}
    near = get_close_matches(name, sorted(members | options), 1)
    if near:
        text += f": did you mean {near[0]}{_unit(near[0])}?"
    else:
        text += f"; help({called.__qualname__}) shows those that there are."
    return f"{text} Members that are not known yet go into a mapping" if members else text


def _unit(name: str) -> str:
    if name.endswith("_ms"):
        return ", in milliseconds"
    return ", in seconds" if name == "timeout" or name.endswith("_s") else ""


def no_json(value: object) -> typing.Optional[str]:
    """Where a value stands that JSON has no place for, and what to give there; None where all have one. The value
    itself may be a secret.
    """
    try:
        place, misfit = next(_misfits(value, ""), ("", None))
    except RecursionError:
        return None
    if misfit is None:
        return None
    name = type(misfit).__name__
    if isinstance(misfit, float):
        return f"{place}: {misfit} is no number in JSON"
    if place == "base64" and isinstance(misfit, bytes):
        return "base64: bytes has no place in JSON; give base64.b64encode(it).decode()"
    remedy = next((f"; {remedy}" for kinds, remedy in _REMEDIES if isinstance(misfit, kinds)), "")
    return f"{place}: {name} has no place in JSON{remedy}"


def _misfits(value: object, place: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, it in value.items():
            if not isinstance(name, (str, int, float, type(None))):
                yield f"{place}.{name!r}".lstrip("."), name
            yield from _misfits(it, f"{place}.{name}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for index, it in enumerate(value):
            yield from _misfits(it, f"{place}[{index}]")
    elif isinstance(value, float):
        if value - value != 0:
            yield place, value
    elif not isinstance(value, (str, int, os.PathLike, type(None))):
        yield place, value
