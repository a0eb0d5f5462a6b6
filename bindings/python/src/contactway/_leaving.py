"""Threads that are in the library, and the end of the interpreter. Python would end a thread that is in a callback of
the library's then and there, and with it the process. So the end frees the clients, whose calls return, and waits until
nobody is inside any more.
"""

from __future__ import annotations

import atexit
import os
import time
import weakref
from threading import get_ident, main_thread

from ._lazy import typing
from .errors import found_here

# For a call that does not return although its client is gone: it reads a pipe, say. It calls nothing back any more.
_PATIENCE_S = 5.0

#: The clients that live, by number, and what frees each.
living: dict[int, weakref.finalize[typing.Any, typing.Any]] = {}
#: The threads that are in the library, and what each must raise when it is back.
inside: dict[int, typing.Optional[BaseException]] = {}
#: The threads that the library has called back.
called_back: dict[int, None] = {}

#: The only thread that hears signals.
main = main_thread().ident

_ender: typing.Optional[int] = None


def enter(thread: int) -> None:
    """Say that the calling thread goes into the library. Once the end has begun none may but the one that ends."""
    inside[thread] = None
    if _ender is not None and thread != _ender:
        del inside[thread]
        raise found_here("invalid_handle", "the interpreter is ending; no more calls are made")


def _end() -> None:
    global _ender
    _ender = get_ident()
    for free in list(living.values()):
        free()
    # A signal may have ended a call of this thread before it could say so.
    inside.pop(_ender, None)
    end = time.monotonic() + _PATIENCE_S
    while inside and time.monotonic() < end:
        time.sleep(0.001)
        if called_back:
            # It has time-outs of its own; only Python's code knows them.
            end = time.monotonic() + _PATIENCE_S


def _forked() -> None:
    # A child has one thread, and it is not inside.
    global main
    main = get_ident()
    inside.clear()
    called_back.clear()


atexit.register(_end)
os.register_at_fork(after_in_child=_forked)
