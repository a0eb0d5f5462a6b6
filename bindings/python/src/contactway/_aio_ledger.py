"""The ledger's calls for asyncio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from ._aio_caller import AsyncCaller
from ._calls import APPLY, LEDGER, REPLACE_USER, SAVE_QR_CODES, SYNC
from ._json import check_keywords
from ._lazy import overload, types, typing
from ._members import explain
from ._options import Options, milliseconds
from ._pages import Pages, walked
from ._progress import teller


class AsyncLedgerCalls(AsyncCaller):
    """`LedgerCalls`, to be awaited."""

    async def ledger(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.LedgerQuery],
    ) -> types.LedgerAnswer:
        """`Client.ledger`.

        >>> run(lambda client: client.ledger(key="store-0042"))["entries"]
        []
        """
        answer: types.LedgerAnswer = await self._call(LEDGER, request, members, timeout)
        return answer

    async def iter_ledger(
        self,
        request: typing.Optional[Mapping[str, typing.Any]] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.LedgerQuery],
    ) -> AsyncGenerator[types.LedgerEntry, None]:
        """`Client.iter_ledger`, for ``async for``.

        >>> async def dead(client):
        ...     return [entry["config_id"] async for entry in client.iter_ledger(status="gone")]
        >>> run(dead)
        []
        """
        check_keywords(members, LEDGER.known, type(self), "iter_ledger")
        pages = Pages("entries", walked(request, members))
        while pages.request is not None:
            for entry in pages.read(await self.ledger(pages.request, timeout=timeout)):
                yield entry

    async def sync(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SyncRequest],
    ) -> types.SyncAnswer:
        """`Client.sync`. ``progress`` is told on the thread of the call, not on that of the loop.

        Cancelling the task ends the job before CancelledError goes out, which has its answer with the counts in
        ``contactway_answer``. What was in flight is in doubt then; let ``progress`` return False to end it cleanly.

        >>> run(lambda client: client.sync())["adopted"]
        1
        """
        answer: types.SyncAnswer = await self._job(SYNC, request, members, timeout, progress)
        return answer

    @overload
    async def apply(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ApplyRows],
    ) -> types.ApplyAnswer: ...

    @overload
    async def apply(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ApplyFile],
    ) -> types.ApplyAnswer: ...

    @overload
    async def apply(
        self,
        request: types.ApplyInput,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ApplyMembers],
    ) -> types.ApplyAnswer: ...

    async def apply(
        self,
        request: typing.Optional[types.ApplyInput] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.ApplyAnswer:
        """`Client.apply`. Rows are read on the thread of the call, with the context variables of the task.

        >>> rows = [{"key": "store-0042", "contact_way": {"type": 1, "scene": 2, "user": ["zhangsan"]}}]
        >>> run(lambda client: client.apply(rows))["created"]
        1
        """
        tell = teller(progress)

        def work(options: Options, _: str) -> typing.Any:
            return self._client._apply(request, members, options, tell, type(self))

        answer: types.ApplyAnswer = await self._on_thread(
            APPLY.name, work, None if timeout is None else milliseconds(timeout)
        )
        return answer

    @overload
    async def replace_user(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ReplaceUserKeywords],
    ) -> types.ReplaceUserAnswer: ...

    @overload
    async def replace_user(
        self,
        request: types.Request,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.ReplaceUserMembers],
    ) -> types.ReplaceUserAnswer: ...

    async def replace_user(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.ReplaceUserAnswer:
        """`Client.replace_user`.

        >>> run(lambda client: client.replace_user(from_="zhangsan", to=["lisi"]))["matched"]
        0
        """
        answer: types.ReplaceUserAnswer = await self._job(REPLACE_USER, request, members, timeout, progress)
        return answer

    @overload
    async def save_qr_codes(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveQrCodesRequest],
    ) -> types.SaveQrCodesAnswer: ...

    @overload
    async def save_qr_codes(
        self,
        request: types.Request,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Unpack[types.SaveQrCodesMembers],
    ) -> types.SaveQrCodesAnswer: ...

    async def save_qr_codes(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        **members: typing.Any,
    ) -> types.SaveQrCodesAnswer:
        """`Client.save_qr_codes`.

        >>> run(lambda client: client.save_qr_codes(directory=folder))["saved"]
        0
        """
        answer: types.SaveQrCodesAnswer = await self._job(SAVE_QR_CODES, request, members, timeout, progress)
        return answer


explain(AsyncLedgerCalls)
