"""The client for asyncio: the same calls on threads of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ._aio_ledger import AsyncLedgerCalls
from ._calls import ADD, CLOSE_TEMP_CHAT, DEL, GET, LIST, SAVE_QR_CODE, UPDATE, UPLOAD_IMAGE
from ._lazy import types, typing
from ._pages import Pages


class AsyncClient(AsyncLedgerCalls):
    """`Client` for asyncio: the same methods, to be awaited.

    Calls work on threads of this client's own, which are made when they are needed, ``threads`` of them at most. Left
    out, that is 32 more than ``max_in_flight``, or 64 where ``max_in_flight`` is 0. A call beyond that waits for a
    thread, until its deadline at most, which counts from the await; a bulk job keeps its thread to its end.

    Cancelling the task cancels the call, and the await ends at once: there is no ``canceller``. Token providers,
    loggers and ``progress`` are plain functions and run on those threads, with the context variables of the task.

    >>> async def main():
    ...     async with contactway.AsyncClient(sandbox.client_config) as client:
    ...         ways = [client.add(type=1, scene=2, user=[user]) for user in ("zhangsan", "lisi")]
    ...         return [answer["errmsg"] for answer in await asyncio.gather(*ways)]
    >>> asyncio.run(main())
    ['ok', 'ok']
    """

    async def add(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Unpack[types.AddRequest],
    ) -> types.AddAnswer:
        """`Client.add`.

        >>> run(lambda client: client.add(type=1, scene=2, user=["zhangsan"]))["errmsg"]
        'ok'
        """
        answer: types.AddAnswer = await self._call(ADD, request, members, timeout, key, accept_duplicate)
        return answer

    async def get(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.GetRequest],
    ) -> types.GetAnswer:
        """`Client.get`.

        >>> run(lambda client: client.get(config_id=config_id))["contact_way"]["user"]
        ['zhangsan']
        """
        answer: types.GetAnswer = await self._call(GET, request, members, timeout)
        return answer

    async def list(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ListRequest],
    ) -> types.ListAnswer:
        """`Client.list`.

        >>> run(lambda client: client.list(limit=1000))["next_cursor"]
        ''
        """
        answer: types.ListAnswer = await self._call(LIST, request, members, timeout)
        return answer

    async def iter_contact_ways(
        self,
        start: typing.Optional[int] = None,
        end: typing.Optional[int] = None,
        *,
        limit: int = 1000,
        timeout: typing.Optional[float] = None,
    ) -> AsyncGenerator[types.ContactWayId, None]:
        """`Client.iter_contact_ways`, for ``async for``.

        >>> async def ids(client):
        ...     return [way["config_id"] async for way in client.iter_contact_ways()]
        >>> run(ids) == [config_id]
        True
        """
        pages = Pages("contact_way", {"start_time": start, "end_time": end, "limit": limit})
        while pages.request is not None:
            for way in pages.read(await self.list(pages.request, timeout=timeout)):
                yield way

    async def update(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UpdateRequest],
    ) -> types.Answer:
        """`Client.update`.

        >>> run(lambda client: client.update(config_id=config_id, remark=""))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(UPDATE, request, members, timeout)
        return answer

    async def delete(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.DelRequest],
    ) -> types.Answer:
        """`Client.delete`.

        >>> run(lambda client: client.delete(config_id=config_id))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(DEL, request, members, timeout)
        return answer

    #: `delete`, as near to WeCom's own name as Python lets it be.
    del_ = delete

    async def close_temp_chat(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.CloseTempChatRequest],
    ) -> types.Answer:
        """`Client.close_temp_chat`.

        >>> run(lambda client: client.close_temp_chat(userid="zhangsan", external_userid="nobody"))
        Traceback (most recent call last):
        contactway.errors.ApiError: ...
        """
        answer: types.Answer = await self._call(CLOSE_TEMP_CHAT, request, members, timeout)
        return answer

    async def upload_image(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UploadImageRequest],
    ) -> types.UploadImageAnswer:
        """`Client.upload_image`.

        >>> run(lambda client: client.upload_image(path=picture))["type"]
        'image'
        """
        answer: types.UploadImageAnswer = await self._call(UPLOAD_IMAGE, request, members, timeout)
        return answer

    async def save_qr_code(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveQrCodeRequest],
    ) -> types.SaveQrCodeAnswer:
        """`Client.save_qr_code`.

        >>> run(lambda client: client.save_qr_code(config_id=config_id, path=folder / "counter.png"))["content_type"]
        'image/png'
        """
        answer: types.SaveQrCodeAnswer = await self._call(SAVE_QR_CODE, request, members, timeout)
        return answer

    async def check(self, *, timeout: typing.Optional[float] = None) -> types.CheckAnswer:
        """`Client.check`.

        >>> run(lambda client: client.check())["errcode"]
        0
        """
        answer: types.CheckAnswer = await self._check(timeout)
        return answer
