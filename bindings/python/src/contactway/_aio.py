"""The client for asyncio: the same calls on threads of its own."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from . import _leaving
from ._canceller import Canceller
from ._client import (
    _ADD,
    _APPLY,
    _CLOSE,
    _DEL,
    _GET,
    _LEDGER,
    _LIST,
    _REPLACE,
    _SAVE,
    _SAVE_ALL,
    _SYNC,
    _UPDATE,
    _UPLOAD,
    Client,
)
from ._json import encode, encode_config, encode_options_ms, milliseconds, without_underscore
from ._pages import Pages
from .errors import InvalidHandle, found_here

TYPE_CHECKING = False

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncGenerator, Mapping
    from types import TracebackType
    from typing import Any, Callable

    from typing_extensions import Self, Unpack

    from . import types
    from ._client import _Call


class AsyncClient:
    """`Client` for asyncio: the same methods, to be awaited.

    Calls work on threads of this client's own, ``threads`` of them at most; a call beyond that waits for one, and its
    deadline counts from the await. Cancelling the task cancels the call, and the await ends at once: there is no
    ``canceller``. Token providers, loggers and ``progress`` are plain functions and run on those threads, with the
    context variables of the task.

    >>> async def main():
    ...     async with contactway.AsyncClient(sandbox.client_config) as client:
    ...         ways = [client.add(type=1, scene=2, user=[user]) for user in ("zhangsan", "lisi")]
    ...         return [answer["errmsg"] for answer in await asyncio.gather(*ways)]
    >>> asyncio.run(main())
    ['ok', 'ok']
    """

    def __init__(
        self,
        config: types.Request = None,
        /,
        *,
        token_provider: types.TokenProvider | bool | None = None,
        threads: int = 32,
        **members: Unpack[types.ClientMembers],
    ) -> None:
        self._client = Client(config, token_provider=token_provider, **members)
        self._timeout_ms: int = json.loads(encode_config(config, members, token_provider)).get("timeout_ms", 10_000)
        self._executor = ThreadPoolExecutor(threads, "contactway")
        self._forks = _leaving.forks

    async def add(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        key: str | None = None,
        accept_duplicate: bool | None = None,
        **members: Unpack[types.AddRequest],
    ) -> types.AddAnswer:
        """`Client.add`.

        >>> run(lambda client: client.add(type=1, scene=2, user=["zhangsan"]))["errmsg"]
        'ok'
        """
        answer: types.AddAnswer = await self._call(_ADD, request, members, timeout, key, accept_duplicate)
        return answer

    async def get(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.GetRequest]
    ) -> types.GetAnswer:
        """`Client.get`.

        >>> run(lambda client: client.get(config_id=config_id))["contact_way"]["user"]
        ['zhangsan']
        """
        answer: types.GetAnswer = await self._call(_GET, request, members, timeout)
        return answer

    async def list(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.ListRequest]
    ) -> types.ListAnswer:
        """`Client.list`.

        >>> run(lambda client: client.list(limit=1000))["next_cursor"]
        ''
        """
        answer: types.ListAnswer = await self._call(_LIST, request, members, timeout)
        return answer

    async def iter_contact_ways(
        self,
        start: int | None = None,
        end: int | None = None,
        *,
        limit: int = 1000,
        timeout: float | None = None,
    ) -> AsyncGenerator[types.ContactWayId, None]:
        """`Client.iter_contact_ways`, for ``async for``.

        >>> async def ids(client):
        ...     return [way["config_id"] async for way in client.iter_contact_ways()]
        >>> run(ids) == [config_id]
        True
        """
        pages = Pages(start, end, limit)
        while pages.request is not None:
            for way in pages.read(await self.list(pages.request, timeout=timeout)):
                yield way

    async def update(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        **members: Unpack[types.UpdateRequest],
    ) -> types.Answer:
        """`Client.update`.

        >>> run(lambda client: client.update(config_id=config_id, remark=""))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(_UPDATE, request, members, timeout)
        return answer

    async def delete(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.DelRequest]
    ) -> types.Answer:
        """`Client.delete`.

        >>> run(lambda client: client.delete(config_id=config_id))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(_DEL, request, members, timeout)
        return answer

    #: `delete`, as near to WeCom's own name as Python lets it be.
    del_ = delete

    async def close_temp_chat(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        **members: Unpack[types.CloseTempChatRequest],
    ) -> types.Answer:
        """`Client.close_temp_chat`.

        >>> run(lambda client: client.close_temp_chat(userid="zhangsan", external_userid="nobody"))
        Traceback (most recent call last):
        contactway.errors.ApiError: ...
        """
        answer: types.Answer = await self._call(_CLOSE, request, members, timeout)
        return answer

    async def upload_image(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        **members: Unpack[types.UploadImageRequest],
    ) -> types.UploadImageAnswer:
        """`Client.upload_image`.

        >>> run(lambda client: client.upload_image(path=picture))["type"]
        'image'
        """
        answer: types.UploadImageAnswer = await self._call(_UPLOAD, request, members, timeout)
        return answer

    async def save_qr_code(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        **members: Unpack[types.SaveQrCodeRequest],
    ) -> types.SaveQrCodeAnswer:
        """`Client.save_qr_code`.

        >>> run(lambda client: client.save_qr_code(config_id=config_id, path=folder / "counter.png"))["content_type"]
        'image/png'
        """
        answer: types.SaveQrCodeAnswer = await self._call(_SAVE, request, members, timeout)
        return answer

    async def ledger(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.LedgerQuery]
    ) -> types.LedgerAnswer:
        """`Client.ledger`.

        >>> try:
        ...     entries = run(lambda client: client.ledger(key="store-0042"))["entries"]
        ... except contactway.Unsupported:
        ...     entries = []
        """
        answer: types.LedgerAnswer = await self._call(_LEDGER, request, members, timeout)
        return answer

    async def sync(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        **members: Unpack[types.SyncRequest],
    ) -> types.SyncAnswer:
        """`Client.sync`.

        >>> try:
        ...     adopted = run(lambda client: client.sync())["adopted"]
        ... except contactway.Unsupported:
        ...     adopted = 0
        """
        answer: types.SyncAnswer = await self._job(_SYNC, request, members, timeout, progress)
        return answer

    async def apply(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        **members: Unpack[types.ApplyRequest],
    ) -> types.ApplyAnswer:
        """`Client.apply`.

        >>> try:
        ...     created = run(lambda client: client.apply(rows=[]))["created"]
        ... except contactway.Unsupported:
        ...     created = 0
        """
        answer: types.ApplyAnswer = await self._job(_APPLY, request, members, timeout, progress)
        return answer

    async def replace_user(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        **members: Unpack[types.ReplaceUserMembers],
    ) -> types.ReplaceUserAnswer:
        """`Client.replace_user`.

        >>> try:
        ...     matched = run(lambda client: client.replace_user(from_="zhangsan", to=["lisi"]))["matched"]
        ... except contactway.Unsupported:
        ...     matched = 0
        """
        answer: types.ReplaceUserAnswer = await self._job(
            _REPLACE, request, without_underscore(members), timeout, progress
        )
        return answer

    async def save_qr_codes(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        **members: Unpack[types.SaveQrCodesRequest],
    ) -> types.SaveQrCodesAnswer:
        """`Client.save_qr_codes`.

        >>> try:
        ...     saved = run(lambda client: client.save_qr_codes(directory=folder))["saved"]
        ... except contactway.Unsupported:
        ...     saved = 0
        """
        answer: types.SaveQrCodesAnswer = await self._job(_SAVE_ALL, request, members, timeout, progress)
        return answer

    def set_logger(self, logger: logging.Logger | None) -> None:
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
        if _leaving.forks == self._forks:
            await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    #: It belongs to its process, too.
    __reduce__ = Client.__reduce__

    async def _call(
        self,
        call: _Call,
        request: types.Request,
        members: Mapping[str, Any],
        timeout: float | None,
        key: str | None = None,
        accept_duplicate: bool | None = None,
    ) -> Any:
        function, known = call
        body = encode(request, members, known)
        timeout_ms = self._timeout_ms if timeout is None else milliseconds(timeout)
        work = partial(self._client._run, function, body)
        return await self._on_thread(work, timeout_ms, key, accept_duplicate)

    async def _job(
        self,
        job: _Call,
        request: types.Request,
        members: Mapping[str, Any],
        timeout: float | None,
        progress: types.OnProgress | None,
    ) -> Any:
        function, known = job
        body = encode(request, members, known)
        work = partial(self._client._run_job, function, body, progress)
        return await self._on_thread(work, None if timeout is None else milliseconds(timeout))

    async def _on_thread(
        self,
        work: Callable[[bytes | None], Any],
        timeout_ms: int | None,
        key: str | None = None,
        accept_duplicate: bool | None = None,
    ) -> Any:
        canceller = Canceller()
        options = encode_options_ms(timeout_ms, canceller, key, accept_duplicate)
        begun = time.monotonic_ns()

        def run() -> Any:
            late_ms = (time.monotonic_ns() - begun) // 1_000_000
            if timeout_ms is None or timeout_ms <= 0 or late_ms == 0:
                left = options
            elif late_ms < timeout_ms:
                left = encode_options_ms(timeout_ms - late_ms, canceller, key, accept_duplicate)
            else:
                errmsg = "the deadline passed while the call waited for a thread; make the client with more threads"
                raise found_here("timeout", -1006, errmsg, effect="none")
            try:
                return work(left)
            except InvalidHandle:
                errmsg = "the client was closed while the call waited for a thread"
                raise found_here("cancelled", -1010, errmsg, effect="none") from None

        try:
            if not self._client._finalizer.alive or _leaving.forks != self._forks:
                # The threads are gone, and the library says at once why it does nothing.
                return work(options)
            return await asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, run)
        finally:
            # Cancelled or not: whatever may still be on its way ends now.
            canceller.cancel()
            canceller.close()
