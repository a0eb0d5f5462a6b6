"""The client for asyncio: the same calls on threads of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ._aio_caller import AsyncCaller
from ._aio_ledger import AsyncLedgerCalls
from ._calls import ADD, CLOSE_TEMP_CHAT, DEL, GET, LIST, SAVE_QR_CODE, UPDATE, UPLOAD_IMAGE
from ._handle import own
from ._json import check_keywords
from ._lazy import overload, types, typing
from ._members import explain
from ._pages import Pages


class AsyncClient(AsyncLedgerCalls):
    """`Client` for asyncio: the same methods, to be awaited.

    Calls work on threads of this client's own, which are made when they are needed, ``threads`` of them at most. Left
    out, that is 32 more than ``max_in_flight``, or 64 where ``max_in_flight`` is 0. A call beyond that waits for a
    thread, until its deadline at most, which counts from the await; a bulk job keeps its thread to its end.

    Cancelling the task cancels the call: there is no ``canceller``. The await ends as soon as the call has ended on its
    thread, which is at once unless a function of yours is at work there; what it came to is in the attribute
    ``contactway_answer`` of the CancelledError. Token providers, loggers and ``progress`` are plain functions and run
    on those threads, with the context variables of the task.

    >>> async def main():
    ...     async with contactway.AsyncClient(sandbox.client_config) as client:
    ...         ways = [client.add(type=1, scene=2, user=[user]) for user in ("zhangsan", "lisi")]
    ...         return [answer["errmsg"] for answer in await asyncio.gather(*ways)]
    >>> asyncio.run(main())
    ['ok', 'ok']
    """

    @overload
    async def add(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Unpack[types.AddRequest],
    ) -> types.AddAnswer: ...

    @overload
    async def add(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Unpack[types.AddMembers],
    ) -> types.AddAnswer: ...

    async def add(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Any,
    ) -> types.AddAnswer:
        """`Client.add`.

        >>> run(lambda client: client.add(type=1, scene=2, user=["zhangsan"]))["errmsg"]
        'ok'
        """
        answer: types.AddAnswer = await self._call(ADD, request, members, timeout, key, accept_duplicate)
        return answer

    @overload
    async def get(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.GetRequest],
    ) -> types.GetAnswer: ...

    @overload
    async def get(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
    ) -> types.GetAnswer: ...

    async def get(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.GetAnswer:
        """`Client.get`.

        >>> run(lambda client: client.get(config_id=config_id))["contact_way"]["user"]
        ['zhangsan']
        """
        answer: types.GetAnswer = await self._call(GET, request, members, timeout)
        return answer

    async def list(
        self,
        request: typing.Optional[types.Request] = None,
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
        **unknown: typing.Unpack[types.NoMembers],
    ) -> AsyncGenerator[types.ContactWayId, None]:
        """`Client.iter_contact_ways`, for ``async for``.

        >>> async def ids(client):
        ...     return [way["config_id"] async for way in client.iter_contact_ways()]
        >>> run(ids) == [config_id]
        True
        """
        check_keywords(unknown, frozenset(), type(self), "iter_contact_ways")
        pages = Pages("contact_way", {"start_time": start, "end_time": end, "limit": limit})
        while pages.request is not None:
            for way in pages.read(await self.list(pages.request, timeout=timeout)):
                yield way

    @overload
    async def update(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UpdateRequest],
    ) -> types.Answer: ...

    @overload
    async def update(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UpdateMembers],
    ) -> types.Answer: ...

    async def update(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """`Client.update`.

        >>> run(lambda client: client.update(config_id=config_id, remark=""))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(UPDATE, request, members, timeout)
        return answer

    @overload
    async def delete(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.DelRequest],
    ) -> types.Answer: ...

    @overload
    async def delete(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
    ) -> types.Answer: ...

    async def delete(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """`Client.delete`.

        >>> run(lambda client: client.delete(config_id=config_id))
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = await self._call(DEL, request, members, timeout)
        return answer

    #: `delete`, as near to WeCom's own name as Python lets it be.
    del_ = delete

    @overload
    async def close_temp_chat(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.CloseTempChatRequest],
    ) -> types.Answer: ...

    @overload
    async def close_temp_chat(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.CloseTempChatMembers],
    ) -> types.Answer: ...

    async def close_temp_chat(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """`Client.close_temp_chat`.

        >>> run(lambda client: client.close_temp_chat(userid="zhangsan", external_userid="nobody"))
        Traceback (most recent call last):
        contactway.errors.ApiError: ...
        """
        answer: types.Answer = await self._call(CLOSE_TEMP_CHAT, request, members, timeout)
        return answer

    @overload
    async def upload_image(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UploadPath],
    ) -> types.UploadImageAnswer: ...

    @overload
    async def upload_image(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UploadBytes],
    ) -> types.UploadImageAnswer: ...

    @overload
    async def upload_image(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.UploadImageMembers],
    ) -> types.UploadImageAnswer: ...

    async def upload_image(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.UploadImageAnswer:
        """`Client.upload_image`.

        >>> run(lambda client: client.upload_image(path=picture))["type"]
        'image'
        """
        answer: types.UploadImageAnswer = await self._call(UPLOAD_IMAGE, request, members, timeout)
        return answer

    @overload
    async def save_qr_code(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveByConfigId],
    ) -> types.SaveQrCodeAnswer: ...

    @overload
    async def save_qr_code(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveByQrCode],
    ) -> types.SaveQrCodeAnswer: ...

    @overload
    async def save_qr_code(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveQrCodeMembers],
    ) -> types.SaveQrCodeAnswer: ...

    async def save_qr_code(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.SaveQrCodeAnswer:
        """`Client.save_qr_code`.

        >>> run(lambda client: client.save_qr_code(config_id=config_id, path=folder / "counter.png"))["content_type"]
        'image/png'
        """
        answer: types.SaveQrCodeAnswer = await self._call(SAVE_QR_CODE, request, members, timeout)
        return answer

    async def check(
        self, *, timeout: typing.Optional[float] = None, **unknown: typing.Unpack[types.NoMembers]
    ) -> types.CheckAnswer:
        """`Client.check`.

        >>> run(lambda client: client.check())["errcode"]
        0
        """
        check_keywords(unknown, frozenset(), type(self), "check")
        answer: types.CheckAnswer = await self._check(timeout)
        return answer


explain(AsyncClient, "ClientConfig")
own(AsyncClient, AsyncCaller)
