"""Functions of Python's that the library calls: loggers, token providers and progress.

The library knows a client's functions by the client's number, which is never issued twice. It is not asked to say when
it is done with them: that could run Python in a thread that outlives the interpreter.

No exception passes through the library. What a callback may not deal with itself is raised when the call is back, with
the answer that it came with.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading
from threading import get_ident

from . import _leaving, _native
from ._functions import check_plain, check_returned
from ._interrupted import give_answer
from ._json import decode, read
from ._lazy import logging, types, typing
from ._progress import INSTEAD
from .errors import ContactwayError

# The library's levels and those of `logging`, the most talkative first.
_LEVELS = {5: 5, 4: 10, 3: 20, 2: 30, 1: 40}

_NO_LOG = _native.LogFn()
_NO_DESTROY = _native.DestroyFn()

_loggers: dict[int, logging.Logger] = {}
_providers: dict[int, types.TokenProvider] = {}
_failed = threading.local()

#: What to do where a function for asyncio would be.
_TOKEN_INSTEAD = (
    "It is called on the thread of a call, where it must return the token itself: let it return asyncio.run(…), or "
    "asyncio.run_coroutine_threadsafe(…, loop).result() where the loop runs on another thread"
)


class _CalledBack:
    """For the time that a thread is in a callback. What is raised out of it waits until the call is back."""

    def __enter__(self) -> None:
        _leaving.called_back[get_ident()] = None

    def __exit__(self, kind: object, error: typing.Optional[BaseException], trace: object) -> bool:
        _leaving.called_back.pop(get_ident(), None)
        if error is not None:
            _keep(error)
        return True


_CALLED_BACK = _CalledBack()


def _keep(error: BaseException) -> None:
    thread = get_ident()
    if thread in _leaving.inside:
        _leaving.inside[thread] = error


def _log(client: int, level: int, line: bytes) -> None:
    with _CALLED_BACK:
        logger = _loggers.get(client)
        if logger is None:
            return
        text, number = line.decode(), _LEVELS.get(level, level)
        try:
            logger.log(number, "%s", text, extra={"contactway": json.loads(text)})
        except Exception:
            # What a filter raises meets the same end as what a handler raises.
            record = logger.makeRecord(logger.name, number, __file__, 0, "%s", (text,), None)
            logging.NullHandler().handleError(record)


def _provide(client: int, rejected: int, buffer: int, capacity: int) -> int:
    with _CALLED_BACK:
        _failed.exception = None
        provider = _providers.get(client)
        try:
            token = None if provider is None else provider(bool(rejected))
            if token is None:
                return -1
            check_returned(token, "token_provider", _TOKEN_INSTEAD)
            if not isinstance(token, str):
                raise TypeError(f"token_provider must return a str or None, not {type(token).__name__}")
            if not token:
                raise ValueError("token_provider returned an empty token; where there is none it returns None")
            text = token.encode()
        except Exception as error:
            _failed.exception = error
            return -1
        if len(text) <= capacity:
            ctypes.memmove(buffer, text, len(text))
        return len(text)
    return -1


class ProgressOf:
    """A job's progress as C calls it. It also lets Ctrl-C stop a job: Python looks for signals while it runs."""

    def __init__(self, tell: typing.Optional[types.OnProgress]) -> None:
        self._tell = tell
        self.function = _native.ProgressFn(self._run)

    def _run(self, _: typing.Optional[int], progress: bytes) -> int:
        with _CALLED_BACK:
            if _leaving.inside.get(get_ident()) is not None:
                return 1
            told = None if self._tell is None else self._tell(json.loads(progress))
            check_returned(told, "progress", INSTEAD)
            return 1 if told is False else 0
        return 1


_LOG = _native.LogFn(_log)
_PROVIDE = _native.TokenFn(_provide)
_CODES = {_log.__code__, _provide.__code__, ProgressOf._run.__code__}


def call(function: typing.Any, *arguments: typing.Any) -> str:
    """Calls into the library, for the text of its answer. Raises what a callback could not, and what a signal's handler
    raised meanwhile, each with the answer.
    """
    came: list[typing.Any] = []
    try:
        _call_into(came, function, arguments)
    except BaseException as error:
        if came:
            _give_answer(error, _native.take(came[0]))
        raise
    return _native.take(came[0])


def _call_into(came: list[typing.Any], function: typing.Any, arguments: tuple[typing.Any, ...]) -> None:
    thread = get_ident()
    previous = sys.unraisablehook
    _failed.exception = None

    # Python looks for signals as a function begins, where no `try` of its own holds yet. What a signal's handler raises
    # there, as Ctrl-C does, comes to this hook and would be printed and lost.
    def heed(unraisable: typing.Any) -> None:
        trace = unraisable.exc_traceback
        if trace is not None and trace.tb_frame.f_code in _CODES:
            _keep(unraisable.exc_value)
        else:
            previous(unraisable)

    each = [(argument,) for argument in arguments]
    try:
        _leaving.enter(thread)
        if thread == _leaving.main:
            sys.unraisablehook = heed
        # Not `function(*arguments)`: Python looks for signals between two of its own instructions. This one ends with
        # the answer in the list, where no Ctrl-C can lose it any more.
        came.extend(map(function, *each))
    finally:
        # Another thread may have set one meanwhile.
        if sys.unraisablehook is heed:
            sys.unraisablehook = previous
        error = _leaving.inside.pop(thread, None)
    if error is not None:
        raise error


def _give_answer(error: BaseException, text: str) -> None:
    try:
        answer = read(text)
    except ContactwayError:
        return
    give_answer(error, answer)


def provider_failure() -> typing.Optional[Exception]:
    """What a token provider raised in this thread, once."""
    error, _failed.exception = getattr(_failed, "exception", None), None
    return error


def default_logger() -> typing.Optional[logging.Logger]:
    """What a client starts with: none in a program that has not imported `logging`, which takes its time."""
    if "logging" not in sys.modules:
        return None
    logger = logging.getLogger("contactway")
    if not logger.handlers:
        # Whoever sets no handler up wants no lines, not even on stderr.
        logger.addHandler(logging.NullHandler())
    return logger


def set_logger(client: int, logger: typing.Optional[logging.Logger]) -> None:
    """Sends a client's log lines to ``logger``, those that it lets through now."""
    if logger is not None and not (hasattr(logger, "isEnabledFor") and hasattr(logger, "log")):
        raise TypeError(f"logger must be a logging.Logger or None, not {type(logger).__name__}")
    if logger is not None:
        check_plain(logger.log, "log of a logger", "Give a logging.Logger, whose handlers may hand its records on")
    level = next((level for level in _LEVELS if logger is not None and logger.isEnabledFor(_LEVELS[level])), 0)
    if logger is None or level == 0:
        _native.library.contactway_set_logger(client, _NO_LOG, None, _NO_DESTROY, 0)
        _loggers.pop(client, None)
    else:
        _loggers[client] = logger
        _native.library.contactway_set_logger(client, _LOG, client, _NO_DESTROY, level)


def check_provider(provide: object) -> None:
    """Raise TypeError for what can hand out no token."""
    if not callable(provide):
        raise TypeError(f"token_provider must be a function, not {type(provide).__name__}")
    check_plain(provide, "token_provider", _TOKEN_INSTEAD)


def set_token_provider(client: int, provide: types.TokenProvider) -> None:
    """Has a client's tokens come from ``provide``; where the library refuses, all stays as it was."""
    check_provider(provide)
    before = _providers.get(client)
    _providers[client] = provide
    try:
        decode(_native.take(_native.library.contactway_set_token_provider(client, _PROVIDE, client, _NO_DESTROY)))
    except ContactwayError:
        if before is None:
            del _providers[client]
        else:
            _providers[client] = before
        raise


def provider_of(client: int) -> typing.Optional[types.TokenProvider]:
    """The function that a client's tokens come from."""
    return _providers.get(client)


def forget(client: int) -> None:
    """Lets go of the functions of a client that is about to be freed."""
    set_logger(client, None)
    _providers.pop(client, None)
