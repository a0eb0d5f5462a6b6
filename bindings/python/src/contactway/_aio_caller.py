"""What an asyncio client is, whatever it is asked: a client, and threads of its own that call it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from . import _leaving
from ._calls import Call
from ._canceller import Canceller
from ._client import Client
from ._handle import OfThisProcess
from ._json import encode_config
from ._lazy import logging, types, typing
from ._options import Options, milliseconds
from ._progress import teller
from .errors import InvalidHandle, found_here


def _waiting(threads: int, max_in_flight: int) -> str:
    """What a call was at that never got a thread: with fewer places than threads, the others wait for a place."""
    if 0 < max_in_flight < threads:
        return (
            "the call waited for those before it, and nothing was sent: max_in_flight lets "
            f"{max_in_flight} calls of an endpoint be in flight at once; make fewer calls at once, give them a longer "
            "timeout, or raise max_in_flight"
        )
    return f"the call waited for one of {threads} threads, and nothing was sent; make the client with more threads"


class AsyncCaller(OfThisProcess):
    """An asyncio client without its calls."""

    def __init__(
        self,
        config: types.Request = None,
        /,
        *,
        token_provider: typing.Union[types.TokenProvider, bool, None] = None,
        threads: int = 32,
        **members: typing.Unpack[types.ClientMembers],
    ) -> None:
        self._client = Client(config, token_provider=token_provider, **members)
        settings = json.loads(encode_config(config, members, token_provider))
        self._timeout_ms: int = settings.get("timeout_ms", 10_000)
        self._waiting = _waiting(threads, settings.get("max_in_flight", 5))
        self._executor = ThreadPoolExecutor(threads, "contactway")

    def set_logger(self, logger: typing.Optional[logging.Logger]) -> None:
        """`Client.set_logger`. Not to be awaited.

        >>> contactway.AsyncClient(sandbox.client_config).set_logger(None)
        """
        self._client.set_logger(logger)

    def set_token_provider(self, provide: types.TokenProvider) -> None:
        """`Client.set_token_provider`. Not to be awaited.

        >>> client = contactway.AsyncClient(corp_id="ww1", token_provider=True)
        >>> client.set_token_provider(lambda rejected: "token")
        """
        self._client.set_token_provider(provide)

    def set_suite_ticket(self, suite_ticket: str) -> None:
        """`Client.set_suite_ticket`. Not to be awaited.

        >>> contactway.AsyncClient(sandbox.client_config).set_suite_ticket("ticket")
        Traceback (most recent call last):
        contactway.errors.InvalidArgument: ...
        """
        self._client.set_suite_ticket(suite_ticket)

    async def aclose(self) -> None:
        """Free the client and end its threads. Calls under way end promptly, as `Cancelled`. Closing twice is fine.

        >>> run(lambda client: client.aclose())
        """
        self._client.close()
        # After a fork the threads are the parent's.
        if self._client._forks == _leaving.forks:
            await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)

    async def __aenter__(self) -> typing.Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()

    async def _call(
        self,
        call: Call,
        request: types.Request,
        members: Mapping[str, typing.Any],
        timeout: typing.Optional[float],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> typing.Any:
        body = call.encode(request, members)

        def work(options: Options) -> typing.Any:
            return self._client._run(call.function, body, options.encode(self._waiting))

        timeout_ms = self._timeout_ms if timeout is None else milliseconds(timeout)
        return await self._on_thread(work, timeout_ms, key, accept_duplicate)

    async def _check(self, timeout: typing.Optional[float]) -> typing.Any:
        def work(options: Options) -> typing.Any:
            return self._client._check(options.encode(self._waiting))

        return await self._on_thread(work, self._timeout_ms if timeout is None else milliseconds(timeout))

    async def _job(
        self,
        job: Call,
        request: types.Request,
        members: Mapping[str, typing.Any],
        timeout: typing.Optional[float],
        progress: typing.Union[types.OnProgress, types.ProgressBar, None],
    ) -> typing.Any:
        body, tell = job.encode(request, members), teller(progress)

        def work(options: Options) -> typing.Any:
            return self._client._job(job, body, options.encode(self._waiting), tell)

        return await self._on_thread(work, None if timeout is None else milliseconds(timeout))

    async def _on_thread(
        self,
        work: typing.Callable[[Options], typing.Any],
        timeout_ms: typing.Optional[int],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> typing.Any:
        canceller = Canceller()
        options = Options(timeout_ms, canceller, key, accept_duplicate)

        def run() -> typing.Any:
            options.check(self._waiting)
            try:
                return work(options)
            except InvalidHandle:
                raise found_here("cancelled", "the client was closed while the call waited for a thread") from None
            except StopIteration as error:
                # No future takes one, and the await would never end.
                raise RuntimeError("a function that was given to the call raised StopIteration") from error

        try:
            if not self._client._is_usable:
                # The threads are gone, and the library says at once why it does nothing.
                return work(options)
            return await asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, run)
        finally:
            # Cancelled or not: whatever may still be on its way ends now.
            canceller.cancel()
            canceller.close()
