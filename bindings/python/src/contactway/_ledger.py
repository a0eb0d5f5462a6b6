"""The ledger's calls of a client: what was created, kept where it cannot be lost."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ._caller import Caller
from ._calls import APPLY, LEDGER, REPLACE_USER, SAVE_QR_CODES, SYNC
from ._canceller import Canceller
from ._interrupted import answer_in, give_answer
from ._json import check_keywords
from ._lazy import overload, types, typing
from ._members import explain
from ._options import Options, encode_options, milliseconds
from ._pages import Pages, walked
from ._progress import teller
from ._rows import READING, Spool, about_rows, nothing_sent, split
from .errors import InvalidRequest


class LedgerCalls(Caller):
    """All of it needs a client with a durable ``store``: ``"sqlite:codes.db"`` or ``"postgres://…"``, else it raises
    `Unsupported`. A store that fails is a `StoreError`.
    """

    def ledger(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.LedgerQuery],
    ) -> types.LedgerAnswer:
        """Look contact ways up in the ledger, a page of them; `iter_ledger` walks all. WeCom is not asked.

        What is given must fit, all of it. Without ``status`` entries of every status come, deleted ones too. A page
        holds up to ``limit``, which is 100 by default and 1000 at most. What is wrong in a query is an
        `InvalidRequest`.

        >>> made = client.add(type=1, scene=2, user=["zhangsan"], state="counter-1", key="store-0042")
        >>> [(entry["status"], entry["contact_way"]["state"]) for entry in client.ledger(key="store-0042")["entries"]]
        [('active', 'counter-1')]
        """
        answer: types.LedgerAnswer = self._call(LEDGER, request, members, timeout, canceller)
        return answer

    def iter_ledger(
        self,
        request: typing.Optional[Mapping[str, typing.Any]] = None,
        /,
        *,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.LedgerQuery],
    ) -> Generator[types.LedgerEntry, None, None]:
        """Walk the entries that `ledger` finds; a page of ``limit`` is read when needed. ``timeout`` holds for each.

        A cursor that comes twice, which would walk for ever, is a `BadResponse`.

        >>> made = client.add(type=1, scene=2, user=["zhangsan"])
        >>> [entry["config_id"] == made["config_id"] for entry in client.iter_ledger(user="zhangsan", status="active")]
        [True]
        """
        check_keywords(members, LEDGER.known, type(self), "iter_ledger")
        pages = Pages("entries", walked(request, members))
        while pages.request is not None:
            yield from pages.read(self.ledger(pages.request, timeout=timeout, canceller=canceller))

    def sync(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SyncRequest],
    ) -> types.SyncAnswer:
        """Bring the ledger up to what WeCom holds: what it does not know is adopted, without a key.

        Times are seconds since 1970; the default is everything that WeCom lists, which is since 2021-07-10.
        ``concurrency`` is how many calls are in flight at once, the client's ``max_in_flight`` by default and at most.
        Within a day a run goes on where the one before ended.

        A job has a deadline only if ``timeout`` says so, in seconds, while ``timeout_ms`` of the client holds for each
        call inside it. ``progress`` is told on this thread, at most ten times a second, how far it has come: it is a
        function that takes a `contactway.types.Progress`, or a bar with ``update`` and ``total``, such as ``tqdm()``.
        A function that returns False stops the job cleanly, as Ctrl-C does and an exception in it, which is raised from
        here once the job has stopped, for which the calls in flight end first: KeyboardInterrupt itself, say. Its
        attribute ``contactway_answer`` is then the job's answer with counts and failures, and a traceback shows the
        counts as a note (since Python 3.11). It is a plain function, also with asyncio.

        Raises `Cancelled` or `TimedOut` where the job was stopped and `PartialError` where rows failed, each with its
        ``counts`` and ``failures``; `Conflict` where another machine is at such a job; `StoreError` where the store
        fails.

        >>> client.sync(progress=lambda progress: print(progress["done"], "of", progress["total"]))["adopted"]
        0 of 0
        1 of 1
        1
        """
        options = encode_options(timeout, canceller)
        answer: types.SyncAnswer = self._job(SYNC, SYNC.encode(request, members, type(self)), options, teller(progress))
        return answer

    @overload
    def apply(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ApplyRows],
    ) -> types.ApplyAnswer: ...

    @overload
    def apply(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ApplyFile],
    ) -> types.ApplyAnswer: ...

    @overload
    def apply(
        self,
        request: types.ApplyInput,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ApplyMembers],
    ) -> types.ApplyAnswer: ...

    def apply(
        self,
        request: typing.Optional[types.ApplyInput] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.ApplyAnswer:
        """Make WeCom hold the contact ways that rows describe; see `sync` for ``progress``, ``timeout`` and errors.

        ``path`` is a file of JSON Lines (``.jsonl``) or CSV (``.csv``), in UTF-8; ``rows`` is any iterable of mappings
        of the shape `contactway.types.Row`. Either may be given without its keyword; a text that begins with ``{`` is a
        request in JSON, as everywhere.

        Rows are written to a temporary file that only this user can read and that is gone when the call ends, so that
        memory does not grow with them; nothing is sent before the last one is read. ``line`` of a failure is the row's
        number, from 1. What the iterable raises is raised from here and nothing is sent, as with a TypeError or
        ValueError for a row that has no place in JSON, and an OSError for a disk that is full.

        A row that fails does not stop the others: `PartialError`. A key that comes twice is an `InvalidRequest`, and
        nothing is sent. ``delete_missing`` needs ``namespace`` and ``max_delete``.

        >>> rows = [{"key": "store-0042", "contact_way": {"type": 1, "scene": 2, "user": ["zhangsan"]}}]
        >>> client.apply(rows, namespace="stores", dry_run=True)["created"]
        1
        >>> client.apply(rows, namespace="stores")["created"], client.apply(rows, namespace="stores")["unchanged"]
        (1, 1)
        """
        options = Options(APPLY.name, None if timeout is None else milliseconds(timeout), canceller)
        answer: types.ApplyAnswer = self._apply(request, members, options, teller(progress), type(self))
        return answer

    @overload
    def replace_user(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ReplaceUserKeywords],
    ) -> types.ReplaceUserAnswer: ...

    @overload
    def replace_user(
        self,
        request: types.Request,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.ReplaceUserMembers],
    ) -> types.ReplaceUserAnswer: ...

    def replace_user(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.ReplaceUserAnswer:
        """Replace one member by others wherever one is named; see `sync` for ``progress``, ``timeout`` and errors.

        ``from`` is a word of Python's: as a keyword it is ``from_``. Userids are compared without regard to case. Only
        what stands in the ledger is looked at; `sync` brings in the rest.

        >>> made = client.add(type=1, scene=2, user=["zhangsan"])
        >>> client.replace_user(from_="zhangsan", to=["lisi"])["updated"]
        1
        >>> client.get(config_id=made["config_id"])["contact_way"]["user"]
        ['lisi']
        """
        options = encode_options(timeout, canceller)
        body = REPLACE_USER.encode(request, members, type(self))
        answer: types.ReplaceUserAnswer = self._job(REPLACE_USER, body, options, teller(progress))
        return answer

    @overload
    def save_qr_codes(
        self,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SaveQrCodesRequest],
    ) -> types.SaveQrCodesAnswer: ...

    @overload
    def save_qr_codes(
        self,
        request: types.Request,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Unpack[types.SaveQrCodesMembers],
    ) -> types.SaveQrCodesAnswer: ...

    def save_qr_codes(
        self,
        request: typing.Optional[types.Request] = None,
        /,
        *,
        progress: typing.Union[types.OnProgress, types.ProgressBar, None] = None,
        timeout: typing.Optional[float] = None,
        canceller: typing.Optional[Canceller] = None,
        **members: typing.Any,
    ) -> types.SaveQrCodesAnswer:
        """Save the QR pictures of many contact ways; see `sync` for ``progress``, ``timeout`` and errors.

        The directory is made. A file is named after the key, or the ``config_id`` where there is none; whatever might
        mean something to a file system is percent-encoded. Entries without a picture are passed over.

        >>> made = client.add(type=1, scene=2, user=["zhangsan"], key="store-0042")
        >>> client.save_qr_codes(query={"user": "zhangsan"}, directory=folder / "codes")["saved"]
        1
        >>> os.listdir(folder / "codes")
        ['store-0042.png']
        """
        options = encode_options(timeout, canceller)
        body = SAVE_QR_CODES.encode(request, members, type(self))
        answer: types.SaveQrCodesAnswer = self._job(SAVE_QR_CODES, body, options, teller(progress))
        return answer

    def _apply(
        self,
        request: typing.Optional[types.ApplyInput],
        members: Mapping[str, typing.Any],
        options: Options,
        progress: typing.Optional[types.OnProgress],
        called: typing.Any,
    ) -> typing.Any:
        rest, members, rows = split(request, members)
        # Of a client that is closed no row is read.
        self._here()
        if rows is None:
            return self._job(APPLY, APPLY.encode(rest, members, called), options.encode(READING), progress)
        with Spool() as spool:
            # What is wrong with the rest is said before the first row is read.
            body = APPLY.encode(rest, {**members, "path": spool.path}, called)
            try:
                spool.fill(rows, options)
            except BaseException as error:
                if answer_in(error) is None:
                    give_answer(error, nothing_sent())
                raise
            try:
                return self._job(APPLY, body, options.encode(READING), progress)
            except InvalidRequest as error:
                raise about_rows(error) from None


explain(LedgerCalls)
