"""Functions of Python's that the library calls: loggers, token providers and progress.

The library knows a client's functions by the client's number, which is never issued twice. It is not asked to say when
it is done with them: that could run Python in a thread that outlives the interpreter.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging

    from .types import OnProgress, TokenProvider

# The library's levels and those of `logging`, the most talkative first.
_LEVELS = {5: 5, 4: 10, 3: 20, 2: 30, 1: 40}

_NO_LOG = _native.LogFn()
_NO_DESTROY = _native.DestroyFn()

_loggers: dict[int, logging.Logger] = {}
_providers: dict[int, TokenProvider] = {}
_failed = threading.local()


def _log(client: int, level: int, line: bytes) -> None:
    logger = _loggers.get(client)
    if logger is not None:
        text = line.decode()
        logger.log(_LEVELS.get(level, level), "%s", text, extra={"contactway": json.loads(text)})


def _provide(client: int, rejected: int, buffer: int, capacity: int) -> int:
    _failed.exception = None
    provider = _providers.get(client)
    try:
        token = None if provider is None else provider(bool(rejected))
        if token is None:
            return -1
        text = token.encode()
    except BaseException as error:
        _failed.exception = error
        return -1
    if len(text) <= capacity:
        ctypes.memmove(buffer, text, len(text))
    return len(text)


_LOG = _native.LogFn(_log)
_PROVIDE = _native.TokenFn(_provide)


def provider_failure() -> BaseException | None:
    """What a token provider raised in this thread, once."""
    error, _failed.exception = getattr(_failed, "exception", None), None
    return error


def default_logger() -> logging.Logger | None:
    """What a client starts with: none in a program that has not imported `logging`, which takes its time."""
    if "logging" not in sys.modules:
        return None
    import logging

    logger = logging.getLogger("contactway")
    if not logger.handlers:
        # Whoever sets no handler up wants no lines, not even on stderr.
        logger.addHandler(logging.NullHandler())
    return logger


def set_logger(client: int, logger: logging.Logger | None) -> None:
    """Sends a client's log lines to ``logger``, those that it lets through now."""
    level = next((level for level in _LEVELS if logger is not None and logger.isEnabledFor(_LEVELS[level])), 0)
    if logger is None or level == 0:
        _native.library.contactway_set_logger(client, _NO_LOG, None, _NO_DESTROY, 0)
        _loggers.pop(client, None)
    else:
        _loggers[client] = logger
        _native.library.contactway_set_logger(client, _LOG, client, _NO_DESTROY, level)


def set_token_provider(client: int, provide: TokenProvider) -> str:
    """Has a client's tokens come from ``provide``; the library's answer."""
    if not callable(provide):
        raise TypeError(f"a token provider is a function, not {type(provide).__name__}")
    _providers[client] = provide
    return _native.take(_native.library.contactway_set_token_provider(client, _PROVIDE, client, _NO_DESTROY))


def forget(client: int) -> None:
    """Lets go of the functions of a client that is about to be freed."""
    set_logger(client, None)
    _providers.pop(client, None)


class ProgressOf:
    """A job's progress as C calls it. It also lets Ctrl-C stop a job: Python looks for signals while it runs."""

    def __init__(self, tell: OnProgress | None) -> None:
        self._tell = tell
        self.exception: BaseException | None = None
        self.function = _native.ProgressFn(self._run)

    def _run(self, _: int | None, progress: bytes) -> int:
        try:
            return 1 if self._tell is not None and self._tell(json.loads(progress)) else 0
        except BaseException as error:
            self.exception = error
            return 1
