"""What an asyncio client is, whatever it is asked: a client, and threads of its own that call it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from . import _forks
from ._calls import Call
from ._canceller import Canceller
from ._client import Client
from ._handle import OfThisProcess
from ._interrupted import answer_in, give_answer
from ._json import check_positional, encode_config, note_keywords
from ._lazy import logging, types, typing
from ._options import Options, milliseconds, too_late
from ._progress import teller
from .errors import ContactwayError, InvalidArgument, InvalidHandle, found_here

#: How many threads there are beside those that ``max_in_flight`` keeps busy: calls of one endpoint that wait for their
#: turn take some, and those of another must not wait for them.
_MORE_THREADS = 32
#: The same where there is no limit.
_UNLIMITED = 64

#: A call on its thread. It is told what it was at until then.
_Work = typing.Callable[[Options, str], typing.Any]


class AsyncCaller(OfThisProcess):
    """An asyncio client without its calls."""

    def __init__(
        self,
        config: typing.Optional[types.Request] = None,
        /,
        *more: typing.NoReturn,
        token_provider: typing.Union[types.TokenProvider, bool, None] = None,
        threads: typing.Optional[int] = None,
        **members: typing.Unpack[types.ClientMembers],
    ) -> None:
        check_positional(more, type(self))
        if threads is not None:
            check_threads(threads)
        text = encode_config(config, members, token_provider, type(self))
        self._client = Client(config, token_provider=token_provider, **members)
        settings = json.loads(text)
        self._timeout_ms: int = settings.get("timeout_ms", 10_000)
        self._max_in_flight: int = settings.get("max_in_flight", 5)
        if threads is None:
            threads = self._max_in_flight + _MORE_THREADS if self._max_in_flight else _UNLIMITED
        self._threads = threads
        self._start_threads()

    def _start_threads(self) -> None:
        self._executor = ThreadPoolExecutor(self._threads, "contactway")
        #: How many calls of each kind wait or are at work.
        self._under_way: dict[str, int] = {}
        self._forks = _forks.count

    def _begin(self, name: str) -> tuple[ThreadPoolExecutor, str]:
        """The threads of this process for one more call, and what that call waits for if it gets none of them."""
        with _forks.lock:
            if self._forks != _forks.count:
                # In a child of the process that made the threads there are none.
                self._start_threads()
            count, most = max(((count, name) for name, count in self._under_way.items()), default=(0, ""))
            self._under_way[name] = self._under_way.get(name, 0) + 1
        why = f"all {self._threads} were at work; make fewer calls at once, or the client with more threads"
        if 0 < self._max_in_flight < min(count, self._threads):
            why = (
                f"{count} calls of {most} were before it, of which max_in_flight lets {self._max_in_flight} be in "
                "flight at once; make fewer calls at once, give them a longer timeout, or raise max_in_flight"
            )
        return self._executor, f"the call waited for a thread, and nothing was sent: {why}"

    def _end(self, name: str) -> None:
        with _forks.lock:
            self._under_way[name] = self._under_way.get(name, 1) - 1

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
        if self._forks == _forks.count:
            await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)

    async def __aenter__(self) -> typing.Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()

    async def _call(
        self,
        call: Call,
        request: typing.Optional[types.Request],
        members: Mapping[str, typing.Any],
        timeout: typing.Optional[float],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> typing.Any:
        body = call.encode(request, members, type(self))

        def work(options: Options, waiting: str) -> typing.Any:
            return self._client._run(call.function, body, options.encode(waiting))

        timeout_ms = self._timeout_ms if timeout is None else milliseconds(timeout)
        try:
            return await self._on_thread(call.name, work, timeout_ms, key, accept_duplicate)
        except InvalidArgument as error:
            note_keywords(error, request, type(self), call.name)
            raise

    async def _check(self, timeout: typing.Optional[float]) -> typing.Any:
        def work(options: Options, waiting: str) -> typing.Any:
            return self._client._check(options.encode(waiting))

        return await self._on_thread("check", work, self._timeout_ms if timeout is None else milliseconds(timeout))

    async def _job(
        self,
        job: Call,
        request: typing.Optional[types.Request],
        members: Mapping[str, typing.Any],
        timeout: typing.Optional[float],
        progress: typing.Union[types.OnProgress, types.ProgressBar, None],
    ) -> typing.Any:
        body, tell = job.encode(request, members, type(self)), teller(progress)

        def work(options: Options, waiting: str) -> typing.Any:
            return self._client._job(job, body, options.encode(waiting), tell)

        return await self._on_thread(job.name, work, None if timeout is None else milliseconds(timeout))

    async def _on_thread(
        self,
        name: str,
        work: _Work,
        timeout_ms: typing.Optional[int],
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
    ) -> typing.Any:
        canceller = Canceller()
        options = Options(name, timeout_ms, canceller, key, accept_duplicate)
        try:
            # Of a client that is closed the threads are gone, too.
            self._client._here()
            return await self._run(name, work, options, timeout_ms, canceller)
        finally:
            # However it ends: whatever may still be on its way ends now.
            canceller.cancel()
            canceller.close()

    async def _run(
        self, name: str, work: _Work, options: Options, timeout_ms: typing.Optional[int], canceller: Canceller
    ) -> typing.Any:
        threads, waiting = self._begin(name)

        def run() -> typing.Any:
            try:
                return work(options, waiting)
            except InvalidHandle:
                closed = "the client was closed while the call waited for a thread"
                raise found_here("cancelled", closed, unsent=name) from None
            except StopIteration as error:
                # No future takes one, and the await would never end.
                raise RuntimeError("a function that was given to the call raised StopIteration") from error

        try:
            begun = threads.submit(copy_context().run, run)
            answer = asyncio.wrap_future(begun)
            try:
                if timeout_ms is not None and timeout_ms > 0:
                    await asyncio.wait({answer}, timeout=timeout_ms / 1000)
                    # A call that got no thread can still be taken back.
                    if begun.cancel():
                        raise too_late(waiting, name)
                # Unlike `await answer` it leaves the answer alone when the task is cancelled.
                await asyncio.wait({answer})
                return answer.result()
            except asyncio.CancelledError as cancelled:
                canceller.cancel()
                begun.cancel()
                await _ended(answer)
                unsent = found_here("cancelled", f"the task was cancelled while {waiting}", retryable=True, unsent=name)
                came = _answer_of(begun, unsent)
                if came is not None:
                    errmsg = came["errmsg"].replace("the canceller was fired", "the task was cancelled", 1)
                    give_answer(cancelled, {**came, "errmsg": errmsg})
                raise
            finally:
                # Whoever closes the coroutine or is late wants to hear of no other end.
                if not answer.cancel() and not answer.cancelled():
                    answer.exception()
        finally:
            self._end(name)


def check_threads(threads: object) -> None:
    """Raise where so many threads cannot be made."""
    if isinstance(threads, bool) or not isinstance(threads, int):
        raise TypeError(f"threads must be an int, not {type(threads).__name__}")
    if threads < 1:
        raise ValueError(f"threads must be 1 or more, not {threads}; leave it out for as many as max_in_flight needs")


async def _ended(answer: asyncio.Future[typing.Any]) -> None:
    """Wait for a call whose canceller was fired, however often its task is cancelled meanwhile: it ends promptly, and
    until then its job holds the next one up and its add has no outcome.
    """
    while not answer.done():
        try:
            await asyncio.wait({answer})
        except asyncio.CancelledError:
            continue


def _answer_of(ended: Future[typing.Any], unsent: ContactwayError) -> typing.Optional[Mapping[str, typing.Any]]:
    """What a call on a thread came to, whether that is raised or not."""
    if ended.cancelled():
        return unsent.answer
    error = ended.exception()
    if error is not None:
        return answer_in(error)
    answer: Mapping[str, typing.Any] = ended.result()
    return answer
