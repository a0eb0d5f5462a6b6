"""The client, for threads; `AsyncClient` stands on it."""

from __future__ import annotations

from collections.abc import Generator

from ._caller import Caller
from ._calls import ADD, CLOSE_TEMP_CHAT, DEL, GET, LIST, SAVE_QR_CODE, UPDATE, UPLOAD_IMAGE
from ._canceller import Canceller
from ._handle import own
from ._json import check_keywords
from ._lazy import overload, types, typing
from ._ledger import LedgerCalls
from ._members import explain
from ._options import encode_options
from ._pages import Pages


class Client(LedgerCalls):
    """One company's credentials, connections and limits.

    Made from keywords, a mapping, or both. Nothing is sent until the first call. ``token_provider`` may be a function:
    it is told whether WeCom refused the last token, and returns one, or None.

    Every method may be called from any thread, by several at once, and lets other threads run meanwhile. A request is
    given as keywords, a mapping, both, or a JSON text that goes out byte for byte; members that a keyword does not know
    go into a mapping. Each method takes ``timeout``, the deadline of the whole call in seconds, and ``canceller``.
    What fails raises a `ContactwayError`; a value that has no place in JSON is a TypeError or a ValueError, before
    anything is sent. Answers are dicts, ``warnings`` among their members where there are any.

    Log lines go to ``logging.getLogger("contactway")``, those that it lets through when the client is made: set logging
    up first, or call `set_logger` later.

    >>> with contactway.Client(sandbox.client_config, timeout_ms=5000) as client:
    ...     answer = client.add(type=1, scene=2, user=["zhangsan"], state="counter-1")
    ...     client.get(config_id=answer["config_id"])["contact_way"]["state"]
    'counter-1'
    """

    @overload
    def add(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Unpack[types.AddRequest],
    ) -> types.AddAnswer: ...

    @overload
    def add(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Unpack[types.AddMembers],
    ) -> types.AddAnswer: ...

    def add(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        key: typing.Optional[str] = None,
        accept_duplicate: typing.Optional[bool] = None,
        **members: typing.Any,
    ) -> types.AddAnswer:
        """Add a contact way. Keep the ``config_id``: without it the contact way can be neither changed nor deleted.

        ``key`` is your own name for it, 1 to 128 characters, which makes the add happen once; it needs a durable store.
        The same add with it answers the same contact way, with ``replayed``; another request with it is a `Conflict`,
        and an add whose fate is not known an `UnknownError`. ``accept_duplicate`` sends again even where that may make
        a second one.

        >>> answer = client.add(type=1, scene=2, user=["zhangsan"], remark="前台")
        >>> sorted(answer)
        ['config_id', 'errcode', 'errmsg', 'qr_code']
        """
        answer: types.AddAnswer = self._call(ADD, request, members, timeout, canceller, key, accept_duplicate)
        return answer

    @overload
    def get(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.GetRequest],
    ) -> types.GetAnswer: ...

    @overload
    def get(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
    ) -> types.GetAnswer: ...

    def get(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.GetAnswer:
        """Read a contact way.

        >>> client.get(config_id=config_id)["contact_way"]["user"]
        ['zhangsan']
        """
        answer: types.GetAnswer = self._call(GET, request, members, timeout, canceller)
        return answer

    def list(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ListRequest],
    ) -> types.ListAnswer:
        """List one page of contact ways; `iter_contact_ways` walks all of them.

        >>> page = client.list(limit=1000)
        >>> page["contact_way"], page["next_cursor"]
        ([{'config_id': '...'}], '')
        """
        answer: types.ListAnswer = self._call(LIST, request, members, timeout, canceller)
        return answer

    def iter_contact_ways(
        self,
        start: typing.Optional[int] = None,
        end: typing.Optional[int] = None,
        *,
        limit: int = 1000,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **unknown: typing.Unpack[types.NoMembers],
    ) -> Generator[types.ContactWayId, None, None]:
        """Walk the contact ways created from ``start`` to ``end``, in seconds since 1970; a page is read when needed.

        WeCom's defaults are the last 90 days, and none of the temporary ones. ``limit`` is the size of a page and
        ``timeout`` holds for each. A cursor that comes twice, which would walk for ever, is a `BadResponse`.

        >>> [way["config_id"] == config_id for way in client.iter_contact_ways()]
        [True]
        """
        check_keywords(unknown, frozenset(), type(self), "iter_contact_ways")
        pages = Pages("contact_way", {"start_time": start, "end_time": end, "limit": limit})
        while pages.request is not None:
            yield from pages.read(self.list(pages.request, timeout=timeout, canceller=canceller))

    @overload
    def update(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.UpdateRequest],
    ) -> types.Answer: ...

    @overload
    def update(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.UpdateMembers],
    ) -> types.Answer: ...

    def update(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """Change a contact way. What is left out stays as it is; ``""``, ``[]`` and False are sent.

        >>> client.update(config_id=config_id, remark="")
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = self._call(UPDATE, request, members, timeout, canceller)
        return answer

    @overload
    def delete(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.DelRequest],
    ) -> types.Answer: ...

    @overload
    def delete(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
    ) -> types.Answer: ...

    def delete(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """Delete a contact way: its code is dead from then on. WeCom's name, ``del``, is a word of Python's.

        >>> client.delete(config_id=config_id)
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = self._call(DEL, request, members, timeout, canceller)
        return answer

    #: `delete`, as near to WeCom's own name as Python lets it be.
    del_ = delete

    @overload
    def close_temp_chat(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.CloseTempChatRequest],
    ) -> types.Answer: ...

    @overload
    def close_temp_chat(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.CloseTempChatMembers],
    ) -> types.Answer: ...

    def close_temp_chat(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.Answer:
        """End a temporary chat. WeCom sends the conclusions first.

        >>> doctor = client.add(type=1, scene=2, user=["zhangyisheng"], is_temp=True)
        >>> scan = sandbox.request("POST", "/sandbox/scan", {"config_id": doctor["config_id"]})
        >>> client.close_temp_chat(userid="zhangyisheng", external_userid=scan["external_userid"])
        {'errcode': 0, 'errmsg': 'ok'}
        """
        answer: types.Answer = self._call(CLOSE_TEMP_CHAT, request, members, timeout, canceller)
        return answer

    @overload
    def upload_image(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.UploadPath],
    ) -> types.UploadImageAnswer: ...

    @overload
    def upload_image(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.UploadBytes],
    ) -> types.UploadImageAnswer: ...

    @overload
    def upload_image(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.UploadImageMembers],
    ) -> types.UploadImageAnswer: ...

    def upload_image(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.UploadImageAnswer:
        """Upload a picture for a conclusion: a ``path``, or ``base64`` with a ``filename``. It lives for 3 days.

        >>> answer = client.upload_image(path=picture)
        >>> sorted(answer)
        ['created_at', 'errcode', 'errmsg', 'media_id', 'type']
        """
        answer: types.UploadImageAnswer = self._call(UPLOAD_IMAGE, request, members, timeout, canceller)
        return answer

    @overload
    def save_qr_code(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SaveByConfigId],
    ) -> types.SaveQrCodeAnswer: ...

    @overload
    def save_qr_code(
        self,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SaveByQrCode],
    ) -> types.SaveQrCodeAnswer: ...

    @overload
    def save_qr_code(
        self,
        request: types.Request,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SaveQrCodeMembers],
    ) -> types.SaveQrCodeAnswer: ...

    def save_qr_code(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.SaveQrCodeAnswer:
        """Save the QR picture of a contact way. The file appears whole or not at all.

        >>> client.save_qr_code(config_id=config_id, path=folder / "counter.png")["content_type"]
        'image/png'
        """
        answer: types.SaveQrCodeAnswer = self._call(SAVE_QR_CODE, request, members, timeout, canceller)
        return answer

    def check(
        self,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **unknown: typing.Unpack[types.NoMembers],
    ) -> types.CheckAnswer:
        """Look at everything that a call needs, and say what is wrong and what to do about it.

        ``steps`` stand in their order: ``configuration``, ``proxy``, ``resolve``, ``connect``, ``tls``, ``token``,
        ``permission`` (one ``list``), ``clock`` (more than 300 seconds off WeCom's fails it), and ``store`` where there
        is one. A step that fails does not raise: its ``ok`` is False, its ``remedy`` one sentence to act on, and
        ``errcode`` of the answer is that of its ``error``. A step that cannot be looked at is ``skipped``.

        Each step asks once, whatever an earlier call met, and nothing changes at WeCom. ``timeout`` is for all of them
        together. Raises where nothing can be looked at, as with a closed client.

        >>> for step in client.check()["steps"]:
        ...     assert step.get("ok") or step.get("skipped"), step["remedy"]
        """
        check_keywords(unknown, frozenset(), type(self), "check")
        answer: types.CheckAnswer = self._check(encode_options(timeout, canceller))
        return answer


explain(Client, "ClientConfig")
own(Client, Caller)
