"""The interpreter's end. A daemon thread that is inside the library then must not come back into Python through a
callback: Python would end it there, and with it the process. So the end waits until nobody is inside any more.
"""

from __future__ import annotations

import atexit
import os
import time
from threading import get_ident

_PATIENCE_S = 5.0

_inside: dict[int, None] = {}
_ends = False


def enter() -> None:
    """Say that the calling thread goes into the library."""
    # Near the end every client has been freed, so that a call does nothing and calls nothing back.
    if not _ends:
        _inside[get_ident()] = None


def leave() -> None:
    """Say that it is back."""
    _inside.pop(get_ident(), None)


def _wait() -> None:
    global _ends
    _ends = True
    end = time.monotonic() + _PATIENCE_S
    while _inside and time.monotonic() < end:
        time.sleep(0.001)


# What is registered first runs last: finalizers of clients are registered after this.
atexit.register(_wait)
# A child of a fork has one thread, and it is not inside.
os.register_at_fork(after_in_child=_inside.clear)
