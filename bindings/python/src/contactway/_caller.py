"""What a client is, whatever it is asked: made, told of loggers and providers, called, freed."""

from __future__ import annotations

from collections.abc import Mapping

from . import _callbacks, _forks, _leaving
from ._calls import Call
from ._canceller import Canceller
from ._handle import Handle
from ._json import check_positional, decode, encode_config, encode_ticket, note_keywords, read
from ._lazy import logging, types, typing
from ._native import library, make, take
from ._options import encode_options
from .errors import AuthError, InvalidArgument, error_of, found_here


def _free(client: int) -> None:
    _leaving.living.pop(client, None)
    _callbacks.forget(client)
    library.contactway_client_free(client)


class Caller(Handle):
    """A client without its calls."""

    def __init__(
        self,
        config: typing.Optional[types.Request] = None,
        /,
        *more: typing.NoReturn,
        token_provider: typing.Union[types.TokenProvider, bool, None] = None,
        **members: typing.Unpack[types.ClientMembers],
    ) -> None:
        check_positional(more, type(self))
        text = encode_config(config, members, token_provider, type(self))
        self._find_logger = _callbacks.default_logger
        try:
            self._begin(text)
        except InvalidArgument as error:
            note_keywords(error, config, type(self))
            raise
        self._forks = _forks.count
        self._kept = _forks.kept(text)
        if callable(token_provider):
            self.set_token_provider(token_provider)

    def _begin(self, config: bytes) -> None:
        handle, said = make(library.contactway_client_new, config)
        if handle == 0:
            decode(said)
        super().__init__(handle, _free)
        # `_leaving` sees to that, in an order of its own.
        self._finalizer.atexit = False
        _leaving.living[handle] = self._finalizer
        _callbacks.set_logger(handle, self._find_logger())

    def _renew(self) -> None:
        """Make the client anew in a child, with the functions and the suite ticket that it had."""
        with _forks.lock:
            if self._forks == _forks.count or not self._finalizer.alive:
                return
            if self._kept is None:
                raise _forks.made_before()
            of_parent, provide = self._finalizer, _callbacks.provider_of(self._handle)
            self._begin(self._kept.config)
            if provide is not None:
                _callbacks.set_token_provider(self._handle, provide)
            if self._kept.suite_ticket is not None:
                decode(take(library.contactway_set_suite_ticket(self._handle, self._kept.suite_ticket)))
            of_parent()
            # Last of all: other threads look at it without the lock.
            self._forks = _forks.count

    def _here(self) -> int:
        """The number of the client in this process: in a forked child another one's. Raises where there is none."""
        if self._forks != _forks.count:
            self._renew()
        if not self._finalizer.alive:
            raise found_here("invalid_handle", "the client was closed; make another")
        return self._handle

    def close(self) -> None:
        """Free the client. Calls under way on other threads end promptly, as `Cancelled`. Closing twice is fine.

        >>> client.close()
        """
        with _forks.lock:
            self._kept = None
            super().close()

    def set_logger(self, logger: typing.Optional[logging.Logger]) -> None:
        """Send log lines to another logger from now on, those that it lets through now; None turns logging off.

        A record's message is one JSON object, which ``record.contactway`` holds as a dict. No handler of the logger may
        call this package.

        >>> client.set_logger(logging.getLogger("shop.wecom"))
        """
        _callbacks.set_logger(self._here(), logger)
        self._find_logger = lambda: logger

    def set_token_provider(self, provide: types.TokenProvider) -> None:
        """Have tokens come from another function from now on; the client was made with a ``token_provider``.

        The function is told whether WeCom refused the last token. It runs on any thread that works for a call, several
        at once, and may not call this package. What it raises becomes the cause of the call's `AuthError`; what is no
        `Exception`, such as KeyboardInterrupt, comes out of the call itself.

        >>> with contactway.Client(corp_id="ww1", token_provider=lambda rejected: "token-1") as provided:
        ...     provided.set_token_provider(lambda rejected: "token-2")
        """
        _callbacks.set_token_provider(self._here(), provide)

    def set_suite_ticket(self, suite_ticket: str) -> None:
        """Renew the suite ticket of a client made with ``suite``; WeCom pushes one every ten minutes.

        >>> client.set_suite_ticket("ticket")
        Traceback (most recent call last):
        contactway.errors.InvalidArgument: invalid_argument (-1001): ...
        """
        ticket = encode_ticket(suite_ticket)
        decode(take(library.contactway_set_suite_ticket(self._here(), ticket)))
        if self._kept is not None:
            self._kept.suite_ticket = ticket

    def _call(
        self,
        call: Call,
        request: typing.Optional[types.Request],
        members: Mapping[str, typing.Any],
        timeout: typing.Optional[float],
        canceller: typing.Optional[Canceller],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> typing.Any:
        options = encode_options(timeout, canceller, key, accept_duplicate)
        body = call.encode(request, members, type(self))
        try:
            return self._run(call.function, body, options)
        except InvalidArgument as error:
            note_keywords(error, request, type(self), call.name)
            raise

    def _check(self, options: typing.Optional[bytes]) -> typing.Any:
        answer = read(_callbacks.call(library.contactway_check, self._here(), options))
        if "steps" not in answer:
            # Nothing was looked at: the client is closed, say.
            raise error_of(answer)
        return answer

    def _job(
        self, job: Call, request: bytes, options: typing.Optional[bytes], progress: typing.Optional[types.OnProgress]
    ) -> typing.Any:
        watched = _callbacks.ProgressOf(progress)
        return self._run(job.function, request, options, watched.function, None)

    def _run(self, function: typing.Any, *arguments: typing.Any) -> typing.Any:
        text = _callbacks.call(function, self._here(), *arguments)
        try:
            return decode(text)
        except AuthError as error:
            raise error from _callbacks.provider_failure()
