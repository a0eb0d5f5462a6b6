"""What a fork means for a client: an error in the child, or, where that was asked for, a client of the child's own."""

from __future__ import annotations

import os
from threading import RLock

from ._lazy import typing
from .errors import ContactwayError, found_here

#: What `contactway.after_fork` may be.
CHOICES = ("error", "renew")

#: How many forks lie between the first process and this one.
count = 0
#: What `contactway.after_fork` is.
choice = "error"
#: Held while a client is made anew or closed.
lock = RLock()


class Kept:
    """What a client is made from once more. It holds secrets, so nothing shows what is in it."""

    __slots__ = ("config", "suite_ticket")

    def __init__(self, config: bytes) -> None:
        self.config = config
        self.suite_ticket: typing.Optional[bytes] = None


def kept(config: bytes) -> typing.Optional[Kept]:
    """What a client that is made now keeps for its children: nothing, unless that was asked for."""
    return Kept(config) if choice == "renew" else None


def choose(value: object) -> None:
    """Set what clients made from now on do in a forked child."""
    global choice
    if value not in CHOICES:
        raise ValueError(f'after_fork is "error" or "renew", not {value!r}')
    choice = str(value)


def made_before() -> ContactwayError:
    """The error of a client that keeps nothing for its children."""
    return found_here(
        "invalid_handle",
        "the client was made before fork(), in another process. Make one in this process, or set "
        'contactway.after_fork = "renew" before the client is made: then each child makes its own from the same '
        "configuration",
    )


def _forked() -> None:
    # Another thread of the parent's may have held the lock.
    global count, lock
    count += 1
    lock = RLock()


os.register_at_fork(after_in_child=_forked)
