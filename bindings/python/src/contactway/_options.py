"""The options of a call: its deadline, its canceller, and an add's own."""

from __future__ import annotations

import math
import time

from ._canceller import Canceller
from ._json import write
from ._lazy import typing
from .errors import ContactwayError, found_here


def encode_options(
    timeout: typing.Optional[float],
    canceller: typing.Optional[Canceller],
    key: typing.Optional[str] = None,
    accept_duplicate: typing.Optional[bool] = None,
) -> typing.Optional[bytes]:
    """The options of a call that begins now; None where all are left out."""
    return _encode(None if timeout is None else milliseconds(timeout), canceller, key, accept_duplicate)


#: The longest timeout that the library takes.
_LONGEST_MS = 2**63 - 1
_OR_LEAVE_OUT = "; or leave it out, for the client's own"


def milliseconds(seconds: float) -> int:
    """A timeout as the library takes it."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        instead = "; give its total_seconds()" if hasattr(seconds, "total_seconds") else ""
        raise TypeError(f"timeout must be a number of seconds, not {type(seconds).__name__}{instead}")
    if isinstance(seconds, float) and not math.isfinite(seconds):
        raise ValueError(f"timeout must be a finite number of seconds, not {seconds}{_OR_LEAVE_OUT}")
    count = math.ceil(seconds * 1000)
    if not 0 < count <= _LONGEST_MS:
        bound = "more than 0" if count <= 0 else f"at most {_LONGEST_MS // 1000}"
        text = f"timeout must be {bound} seconds{_OR_LEAVE_OUT}"
        detail = {"pointer": "/timeout_ms", "rule": "out_of_range", "message": text}
        raise found_here("invalid_argument", text, details=[detail])
    return count


def too_late(meanwhile: str, method: str) -> ContactwayError:
    """The error of a call whose deadline passed before it reached the library."""
    return found_here("timeout", f"the deadline passed while {meanwhile}", retryable=True, unsent=method)


class Options:
    """The options of a call that has something to do before it reaches the library. Its time runs meanwhile."""

    __slots__ = ("_accept_duplicate", "_begun", "_canceller", "_key", "_method", "_timeout_ms")

    def __init__(
        self,
        method: str,
        timeout_ms: typing.Optional[int],
        canceller: typing.Optional[Canceller],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> None:
        # What is wrong with them is said at once.
        _encode(timeout_ms, canceller, key, accept_duplicate)
        self._method, self._timeout_ms, self._canceller = method, timeout_ms, canceller
        self._key, self._accept_duplicate = key, accept_duplicate
        self._begun = time.monotonic_ns()

    def check(self, meanwhile: str) -> typing.Optional[int]:
        """How many milliseconds are left; raises where the call is over before it began."""
        if self._canceller is not None and self._canceller.cancelled:
            raise found_here(
                "cancelled", f"the canceller was fired while {meanwhile}", retryable=True, unsent=self._method
            )
        if self._timeout_ms is None:
            return None
        left = self._timeout_ms - (time.monotonic_ns() - self._begun) // 1_000_000
        if left <= 0:
            raise too_late(meanwhile, self._method)
        return left

    def encode(self, meanwhile: str) -> typing.Optional[bytes]:
        """What is left of them, to be handed to the library now."""
        return _encode(self.check(meanwhile), self._canceller, self._key, self._accept_duplicate)


def _encode(
    timeout_ms: typing.Optional[int],
    canceller: typing.Optional[Canceller],
    key: typing.Optional[str],
    accept_duplicate: typing.Optional[bool],
) -> typing.Optional[bytes]:
    if key is None and accept_duplicate is None and canceller is None:
        # What most calls have, without an encoder.
        return None if timeout_ms is None else b'{"timeout_ms":%d}' % timeout_ms
    options: dict[str, typing.Any] = {}
    if key is not None:
        options["key"] = key
    if accept_duplicate is not None:
        options["accept_duplicate"] = accept_duplicate
    if timeout_ms is not None:
        options["timeout_ms"] = timeout_ms
    if canceller is not None:
        if not isinstance(canceller, Canceller):
            raise TypeError(f"canceller must be a contactway.Canceller, not {type(canceller).__name__}")
        if not canceller._finalizer.alive:
            raise found_here("invalid_handle", "the canceller was closed; make another")
        options["canceller"] = canceller.handle
    return write(options)
