"""Functions that a caller gives are plain ones: no event loop runs where they are called, and nobody awaits what an
``async def`` returns.
"""

from __future__ import annotations

from functools import partial

# As `inspect` tells them, which takes longer to import than all the rest: a function that yields, and three kinds that
# are awaited or walked by ``async for``.
_GENERATOR = 0x20
_ASYNC = 0x80 | 0x100 | 0x200


def check_plain(function: object, name: str, instead: str) -> None:
    """Raise TypeError for a function that does nothing when it is called, but returns what would do it."""
    flags = _flags(function)
    if flags & _ASYNC:
        raise TypeError(f"{name} must be a plain function, not an async def. {instead}")
    if flags & _GENERATOR:
        raise TypeError(f"{name} must be a plain function, not one that yields. {instead}")


def check_returned(returned: object, name: str, instead: str) -> None:
    """Raise TypeError for what a function returned that somebody would have to await or to walk."""
    kind = type(returned)
    if hasattr(kind, "__await__") or hasattr(kind, "ag_frame") or hasattr(kind, "gi_frame"):
        # A coroutine that nobody awaits would be warned of, far from here.
        close = getattr(returned, "close", None)
        if close is not None:
            close()
        raise TypeError(f"{name} must be a plain function, not one that returns a {kind.__name__}. {instead}")


def _flags(function: object) -> int:
    while isinstance(function, partial):
        function = function.func
    # Of what is called like a function it is its method that says so.
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    flags = getattr(code, "co_flags", 0)
    return flags if isinstance(flags, int) else 0
