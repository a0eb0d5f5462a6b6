"""The client, for threads; `AsyncClient` stands on it."""

from __future__ import annotations

import weakref

from . import _callbacks, _leaving
from ._canceller import Canceller
from ._json import decode, encode, encode_config, encode_options, encode_ticket, without_underscore
from ._members import MEMBERS
from ._native import library, make, take
from ._pages import Pages
from .errors import AuthError, found_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Generator, Mapping
    from types import TracebackType
    from typing import Any, NoReturn

    from typing_extensions import Self, Unpack

    from . import types

    _Call = tuple[Any, frozenset[str]]

# Each call's function, and the keywords that it knows.
_ADD = (library.contactway_add, MEMBERS["AddRequest"])
_GET = (library.contactway_get, MEMBERS["GetRequest"])
_LIST = (library.contactway_list, MEMBERS["ListRequest"])
_UPDATE = (library.contactway_update, MEMBERS["UpdateRequest"])
_DEL = (library.contactway_del, MEMBERS["DelRequest"])
_CLOSE = (library.contactway_close_temp_chat, MEMBERS["CloseTempChatRequest"])
_UPLOAD = (library.contactway_upload_image, MEMBERS["UploadImageRequest"])
_SAVE = (library.contactway_save_qr_code, MEMBERS["SaveQrCodeRequest"])
_LEDGER = (library.contactway_ledger, MEMBERS["LedgerQuery"])
_SYNC = (library.contactway_sync, MEMBERS["SyncRequest"])
_APPLY = (library.contactway_apply, MEMBERS["ApplyRequest"])
_REPLACE = (library.contactway_replace_user, MEMBERS["ReplaceUserRequest"])
_SAVE_ALL = (library.contactway_save_qr_codes, MEMBERS["SaveQrCodesRequest"])


def _free(client: int) -> None:
    _leaving.living.pop(client, None)
    _callbacks.forget(client)
    library.contactway_client_free(client)


class Client:
    """One company's credentials, connections and limits.

    Made from keywords, a mapping, or both. Nothing is sent until the first call. ``token_provider`` may be a function:
    it is told whether WeCom refused the last token, and answers one, or None.

    Keywords: ``corp_id``, ``secret``, ``suite``, ``access_token``, ``base_url``, ``timeout_ms``,
    ``connect_timeout_ms``, ``max_attempts``, ``max_in_flight``, ``rate_limit``, ``proxy``, ``ca_file``, ``store``,
    ``settle_s``, ``validate``; `contactway.types.ClientConfig` says of which type.

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

    def __init__(
        self,
        config: types.Request = None,
        /,
        *,
        token_provider: types.TokenProvider | bool | None = None,
        **members: Unpack[types.ClientMembers],
    ) -> None:
        self._handle, said = make(library.contactway_client_new, encode_config(config, members, token_provider))
        if self._handle == 0:
            decode(said)
        self._finalizer = weakref.finalize(self, _free, self._handle)
        self._finalizer.atexit = False
        _leaving.living[self._handle] = self._finalizer
        _callbacks.set_logger(self._handle, _callbacks.default_logger())
        if callable(token_provider):
            self.set_token_provider(token_provider)

    def add(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        key: str | None = None,
        accept_duplicate: bool | None = None,
        **members: Unpack[types.AddRequest],
    ) -> types.AddAnswer:
        """Add a contact way. Keep the ``config_id``: without it the contact way can be neither changed nor deleted.

        Keywords: ``type``, ``scene``, ``is_temp``, ``style``, ``remark``, ``skip_verify``, ``state``, ``user``,
        ``party``, ``expires_in``, ``chat_expires_in``, ``unionid``, ``is_exclusive``, ``mark_source``, ``conclusions``.

        ``key`` is your own name for it, which makes the add happen once; it needs a durable store.
        ``accept_duplicate`` sends again even where that may make a second one.

        >>> answer = client.add(type=1, scene=2, user=["zhangsan"], remark="前台")
        >>> sorted(answer)
        ['config_id', 'errcode', 'errmsg', 'qr_code']
        """
        options = encode_options(timeout, canceller, key, accept_duplicate)
        answer: types.AddAnswer = self._call(_ADD, request, members, options)
        return answer

    def get(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.GetRequest],
    ) -> types.GetAnswer:
        """Read a contact way.

        Keywords: ``config_id``.

        >>> client.get(config_id=config_id)["contact_way"]["user"]
        ['zhangsan']
        """
        options = encode_options(timeout, canceller)
        answer: types.GetAnswer = self._call(_GET, request, members, options)
        return answer

    def list(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.ListRequest],
    ) -> types.ListAnswer:
        """List one page of contact ways; `iter_contact_ways` walks all of them.

        Keywords: ``start_time``, ``end_time``, ``cursor``, ``limit``.

        >>> page = client.list(limit=1000)
        >>> page["contact_way"], page["next_cursor"]
        ([{'config_id': '...'}], '')
        """
        options = encode_options(timeout, canceller)
        answer: types.ListAnswer = self._call(_LIST, request, members, options)
        return answer

    def iter_contact_ways(
        self,
        start: int | None = None,
        end: int | None = None,
        *,
        limit: int = 1000,
        timeout: float | None = None,
        canceller: Canceller | None = None,
    ) -> Generator[types.ContactWayId, None, None]:
        """Walk the contact ways created from ``start`` to ``end``, in seconds since 1970; a page is read when needed.

        WeCom's defaults are the last 90 days, and none of the temporary ones. ``limit`` is the size of a page and
        ``timeout`` holds for each. A cursor that comes twice, which would walk for ever, is a `BadResponse`.

        >>> [way["config_id"] == config_id for way in client.iter_contact_ways()]
        [True]
        """
        pages = Pages(start, end, limit)
        while pages.request is not None:
            yield from pages.read(self.list(pages.request, timeout=timeout, canceller=canceller))

    def update(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.UpdateRequest],
    ) -> types.Answer:
        """Change a contact way. What is left out stays as it is; ``""``, ``[]`` and False are sent.

        Keywords: ``config_id``, ``style``, ``remark``, ``skip_verify``, ``state``, ``user``, ``party``, ``expires_in``,
        ``chat_expires_in``, ``unionid``, ``is_exclusive``, ``mark_source``, ``conclusions``.

        >>> client.update(config_id=config_id, remark="")
        {'errcode': 0, 'errmsg': 'ok'}
        """
        options = encode_options(timeout, canceller)
        answer: types.Answer = self._call(_UPDATE, request, members, options)
        return answer

    def delete(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.DelRequest],
    ) -> types.Answer:
        """Delete a contact way: its code is dead from then on. WeCom's name, ``del``, is a word of Python's.

        Keywords: ``config_id``.

        >>> client.delete(config_id=config_id)
        {'errcode': 0, 'errmsg': 'ok'}
        """
        options = encode_options(timeout, canceller)
        answer: types.Answer = self._call(_DEL, request, members, options)
        return answer

    #: `delete`, as near to WeCom's own name as Python lets it be.
    del_ = delete

    def close_temp_chat(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.CloseTempChatRequest],
    ) -> types.Answer:
        """End a temporary chat. WeCom sends the conclusions first.

        Keywords: ``userid``, ``external_userid``.

        >>> doctor = client.add(type=1, scene=2, user=["zhangyisheng"], is_temp=True)
        >>> scan = sandbox.request("POST", "/sandbox/scan", {"config_id": doctor["config_id"]})
        >>> client.close_temp_chat(userid="zhangyisheng", external_userid=scan["external_userid"])
        {'errcode': 0, 'errmsg': 'ok'}
        """
        options = encode_options(timeout, canceller)
        answer: types.Answer = self._call(_CLOSE, request, members, options)
        return answer

    def upload_image(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.UploadImageRequest],
    ) -> types.UploadImageAnswer:
        """Upload a picture for a conclusion: a ``path``, or ``base64`` with a ``filename``. It lives for 3 days.

        Keywords: ``path``, ``base64``, ``filename``.

        >>> answer = client.upload_image(path=picture)
        >>> sorted(answer)
        ['created_at', 'errcode', 'errmsg', 'media_id', 'type']
        """
        options = encode_options(timeout, canceller)
        answer: types.UploadImageAnswer = self._call(_UPLOAD, request, members, options)
        return answer

    def save_qr_code(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.SaveQrCodeRequest],
    ) -> types.SaveQrCodeAnswer:
        """Save the QR picture of a contact way. The file appears whole or not at all.

        Keywords: ``config_id``, ``qr_code``, ``path``.

        >>> client.save_qr_code(config_id=config_id, path=folder / "counter.png")["content_type"]
        'image/png'
        """
        options = encode_options(timeout, canceller)
        answer: types.SaveQrCodeAnswer = self._call(_SAVE, request, members, options)
        return answer

    def ledger(
        self,
        request: types.Request = None,
        /,
        *,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.LedgerQuery],
    ) -> types.LedgerAnswer:
        """Look contact ways up in the ledger, which needs a durable store.

        Keywords: ``key``, ``config_id``, ``state``, ``remark``, ``user``, ``party``, ``status``, ``namespace``,
        ``limit``, ``cursor``.

        >>> try:
        ...     entries = client.ledger(key="store-0042")["entries"]
        ... except contactway.Unsupported:
        ...     entries = []
        """
        options = encode_options(timeout, canceller)
        answer: types.LedgerAnswer = self._call(_LEDGER, request, members, options)
        return answer

    def sync(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.SyncRequest],
    ) -> types.SyncAnswer:
        """Bring the ledger up to what WeCom holds.

        Keywords: ``start_time``, ``end_time``, ``concurrency``.

        The job has a deadline only if ``timeout`` says so. ``progress`` is told on this thread how far it has come, and
        stops it with a true answer; an exception in it stops the job too and is raised from here.

        >>> try:
        ...     adopted = client.sync(progress=lambda progress: progress["done"] > 100)["adopted"]
        ... except contactway.Unsupported:
        ...     adopted = 0
        """
        options = encode_options(timeout, canceller)
        answer: types.SyncAnswer = self._job(_SYNC, request, members, options, progress)
        return answer

    def apply(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.ApplyRequest],
    ) -> types.ApplyAnswer:
        """Make WeCom hold the contact ways that rows describe; see `sync` for ``progress`` and ``timeout``.

        Keywords: ``rows``, ``path``, ``namespace``, ``dry_run``, ``delete_missing``, ``max_delete``, ``replace``,
        ``recreate_gone``, ``overwrite``, ``concurrency``, ``report_path``.

        >>> rows = [{"key": "store-0042", "contact_way": {"type": 1, "scene": 2, "user": ["zhangsan"]}}]
        >>> try:
        ...     created = client.apply(rows=rows, dry_run=True)["created"]
        ... except contactway.Unsupported:
        ...     created = 0
        """
        options = encode_options(timeout, canceller)
        answer: types.ApplyAnswer = self._job(_APPLY, request, members, options, progress)
        return answer

    def replace_user(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.ReplaceUserMembers],
    ) -> types.ReplaceUserAnswer:
        """Replace one member by others wherever one is named; see `sync` for ``progress`` and ``timeout``.

        Keywords: ``from_``, ``to``, ``dry_run``.

        ``from`` is a word of Python's: as a keyword it is ``from_``.

        >>> try:
        ...     matched = client.replace_user(from_="zhangsan", to=["lisi"], dry_run=True)["matched"]
        ... except contactway.Unsupported:
        ...     matched = 0
        """
        options = encode_options(timeout, canceller)
        answer: types.ReplaceUserAnswer = self._job(_REPLACE, request, without_underscore(members), options, progress)
        return answer

    def save_qr_codes(
        self,
        request: types.Request = None,
        /,
        *,
        progress: types.OnProgress | None = None,
        timeout: float | None = None,
        canceller: Canceller | None = None,
        **members: Unpack[types.SaveQrCodesRequest],
    ) -> types.SaveQrCodesAnswer:
        """Save the QR pictures of many contact ways; see `sync` for ``progress`` and ``timeout``.

        Keywords: ``query``, ``directory``.

        >>> try:
        ...     saved = client.save_qr_codes(query={"namespace": "stores"}, directory=folder)["saved"]
        ... except contactway.Unsupported:
        ...     saved = 0
        """
        options = encode_options(timeout, canceller)
        answer: types.SaveQrCodesAnswer = self._job(_SAVE_ALL, request, members, options, progress)
        return answer

    def set_logger(self, logger: logging.Logger | None) -> None:
        """Send log lines to another logger from now on, those that it lets through now; None turns logging off.

        A record's message is one JSON object, which ``record.contactway`` holds as a dict. No handler of the logger may
        call this package.

        >>> client.set_logger(logging.getLogger("shop.wecom"))
        """
        if not self._finalizer.alive:
            raise found_here("invalid_handle", -1002, "the client was closed", effect="none")
        _callbacks.set_logger(self._handle, logger)

    def set_token_provider(self, provide: types.TokenProvider) -> None:
        """Have tokens come from another function from now on; the client was made with a ``token_provider``.

        The function is told whether WeCom refused the last token. It runs on any thread that works for a call, several
        at once, and may not call this package. What it raises becomes the cause of the call's `AuthError`; what is no
        `Exception`, such as KeyboardInterrupt, comes out of the call itself.

        >>> with contactway.Client(corp_id="ww1", token_provider=lambda rejected: "token-1") as provided:
        ...     provided.set_token_provider(lambda rejected: "token-2")
        """
        _callbacks.set_token_provider(self._handle, provide)

    def set_suite_ticket(self, suite_ticket: str) -> None:
        """Renew the suite ticket of a client made with ``suite``; WeCom pushes one every ten minutes.

        >>> client.set_suite_ticket("ticket")
        Traceback (most recent call last):
        contactway.errors.InvalidArgument: invalid_argument (-1001): ...
        """
        decode(take(library.contactway_set_suite_ticket(self._handle, encode_ticket(suite_ticket))))

    def close(self) -> None:
        """Free the client. Calls under way on other threads end promptly, as `Cancelled`. Closing twice is fine.

        >>> client.close()
        """
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} belongs to its process: it can be neither copied nor pickled; "
            "make one where it is used"
        )

    def _call(self, call: _Call, request: types.Request, members: Mapping[str, Any], options: bytes | None) -> Any:
        function, known = call
        return self._run(function, encode(request, members, known), options)

    def _job(
        self,
        job: _Call,
        request: types.Request,
        members: Mapping[str, Any],
        options: bytes | None,
        progress: types.OnProgress | None,
    ) -> Any:
        function, known = job
        return self._run_job(function, encode(request, members, known), progress, options)

    def _run_job(self, function: Any, request: bytes, progress: types.OnProgress | None, options: bytes | None) -> Any:
        watched = _callbacks.ProgressOf(progress)
        return self._run(function, request, options, watched.function, None)

    def _run(self, function: Any, *arguments: Any) -> Any:
        text = _callbacks.call(function, self._handle, *arguments)
        try:
            return decode(text)
        except AuthError as error:
            raise error from _callbacks.provider_failure()
