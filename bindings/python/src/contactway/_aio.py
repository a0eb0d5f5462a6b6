"""The client for asyncio: the same calls on threads of its own."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._canceller import Canceller
from ._client import Client
from ._pages import Pages
from .errors import found_here

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncIterator
    from types import TracebackType

    from typing_extensions import Unpack

    from . import types

T = TypeVar("T")


class AsyncClient:
    """`Client` for asyncio: the same methods, to be awaited.

    Calls work on threads of this client's own, ``threads`` of them at most; a call beyond that waits for one, and its
    ``timeout`` counts from the await. Cancelling the task cancels the call, and the await ends at once: there is no
    ``canceller``. Token providers, loggers and ``progress`` are plain functions and run on those threads.

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
        **members: Any,
    ) -> None:
        self._executor = ThreadPoolExecutor(threads, "contactway")
        self._client = Client(config, token_provider=token_provider, **members)

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
        return await self._run(Client.add, request, timeout, key=key, accept_duplicate=accept_duplicate, **members)

    async def get(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.GetRequest]
    ) -> types.GetAnswer:
        """`Client.get`.

        >>> run(lambda client: client.get(config_id=config_id))["contact_way"]["user"]
        ['zhangsan']
        """
        return await self._run(Client.get, request, timeout, **members)

    async def list(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.ListRequest]
    ) -> types.ListAnswer:
        """`Client.list`.

        >>> run(lambda client: client.list(limit=1000))["next_cursor"]
        ''
        """
        return await self._run(Client.list, request, timeout, **members)

    async def iter_contact_ways(
        self,
        start: int | None = None,
        end: int | None = None,
        *,
        limit: int = 1000,
        timeout: float | None = None,
    ) -> AsyncIterator[types.ContactWayId]:
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
        return await self._run(Client.update, request, timeout, **members)

    async def delete(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.DelRequest]
    ) -> types.Answer:
        """`Client.delete`.

        >>> run(lambda client: client.delete(config_id=config_id))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        return await self._run(Client.delete, request, timeout, **members)

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
        return await self._run(Client.close_temp_chat, request, timeout, **members)

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
        return await self._run(Client.upload_image, request, timeout, **members)

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
        return await self._run(Client.save_qr_code, request, timeout, **members)

    async def ledger(
        self, request: types.Request = None, /, *, timeout: float | None = None, **members: Unpack[types.LedgerQuery]
    ) -> types.LedgerAnswer:
        """`Client.ledger`.

        >>> try:
        ...     entries = run(lambda client: client.ledger(key="store-0042"))["entries"]
        ... except contactway.Unsupported:
        ...     entries = []
        """
        return await self._run(Client.ledger, request, timeout, **members)

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
        return await self._run(Client.sync, request, timeout, progress=progress, **members)

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
        return await self._run(Client.apply, request, timeout, progress=progress, **members)

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
        return await self._run(Client.replace_user, request, timeout, progress=progress, **members)

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
        return await self._run(Client.save_qr_codes, request, timeout, progress=progress, **members)

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
        await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, method: Callable[..., T], request: types.Request, timeout: float | None, **keywords: Any) -> T:
        canceller = Canceller()
        begun = time.monotonic()

        def work() -> T:
            left = timeout
            if timeout is not None and timeout > 0:
                left = timeout - (time.monotonic() - begun)
                if left <= 0:
                    errmsg = "the deadline passed while the call waited for a thread; make the client with more threads"
                    raise found_here("timeout", -1006, errmsg, effect="none")
            return method(self._client, request, timeout=left, canceller=canceller, **keywords)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            # Cancelled or not: whatever may still be on its way ends now.
            canceller.cancel()
            canceller.close()
