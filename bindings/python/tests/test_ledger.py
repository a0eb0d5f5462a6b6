"""The ledger's calls: what reaches the library, and what comes back. A function of the test's stands in for the job."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Callable

import pytest
from conftest import until

import contactway
from contactway import _calls, _native
from contactway.testing import Sandbox

OK = {"errcode": 0, "errmsg": "ok"}
ROWS: list[dict[str, Any]] = [
    {"key": "store-1", "contact_way": {"type": 1, "scene": 2, "user": ["zhangsan"], "remark": "一楼\n前台"}},
    {"key": "store-2", "contact_way": {"type": 1, "scene": 2, "user": ("lisi",)}},
]
LINES = [json.loads(json.dumps(row)) for row in ROWS]


class Job:
    """A job that does what the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.rows: list[Any] = []
        self.mode = 0
        self.calls = 0
        #: What it tells of its progress, and what it was answered.
        self.tells: list[dict[str, Any]] = []
        self.told: list[int] = []
        self.answer: dict[str, Any] = OK

    def __call__(self, client: int, request: bytes, options: bytes | None, progress: Any, user_data: None) -> Any:
        self.calls += 1
        self.request, self.options = json.loads(request), json.loads(options or b"{}")
        path = self.request.get("path", "")
        if path.startswith(tempfile.gettempdir()):
            self.mode = stat.S_IMODE(os.stat(path).st_mode)
            self.rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        answer = self.answer
        for tell in self.tells:
            self.told.append(progress(None, json.dumps(tell).encode()))
            if self.told[-1]:
                answer = failed("cancelled", -1010, updated=tell["done"], failures=[])
                break
        # The whole of a text, as the library's own.
        return _native.library.contactway_json_get(json.dumps(answer).encode(), b"")


def failed(kind: str, errcode: int, **members: Any) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": kind, "error": {"kind": kind, "effect": "none"}, **members}


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Job:
    made = Job()
    for call in (_calls.APPLY, _calls.SYNC, _calls.REPLACE_USER, _calls.SAVE_QR_CODES):
        monkeypatch.setattr(call, "function", made)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


def left_behind() -> list[str]:
    return os.listdir(tempfile.gettempdir())


def generated() -> Iterator[dict[str, Any]]:
    yield from ROWS


def run(sandbox: Sandbox, work: Callable[[contactway.AsyncClient], Any], **config: Any) -> Any:
    async def main() -> Any:
        async with contactway.AsyncClient(sandbox.client_config, **config) as client:
            return await work(client)

    return asyncio.run(main())


@pytest.mark.parametrize(
    "rows",
    [ROWS, tuple(ROWS), generated(), iter(ROWS), dict(enumerate(ROWS)).values()],
    ids=lambda it: type(it).__name__,
)
def test_rows_of_any_iterable_reach_the_job_as_a_file_of_ones_own(
    client: contactway.Client, job: Job, rows: Iterable[dict[str, Any]]
) -> None:
    assert client.apply(rows, namespace="stores") == OK
    assert job.rows == LINES
    assert job.request.keys() == {"path", "namespace"}
    assert job.mode == 0o600
    assert left_behind() == []


def test_rows_may_be_typed(client: contactway.Client, job: Job) -> None:
    row: contactway.types.Row = {"key": "store-1", "contact_way": {"type": 1, "scene": 2}, "config_id": "c"}
    client.apply([row])
    assert job.rows == [row]


def test_rows_may_be_a_keyword_or_a_member(client: contactway.Client, job: Job) -> None:
    client.apply(rows=ROWS)
    assert job.rows == LINES
    client.apply({"rows": generated(), "of_tomorrow": 1}, dry_run=True)
    assert (job.rows, job.request["of_tomorrow"], job.request["dry_run"]) == (LINES, 1, True)


@pytest.mark.parametrize("path", ["codes.csv", Path("codes.csv")])
def test_a_path_goes_as_it_is(client: contactway.Client, job: Job, path: Any) -> None:
    for answer in (client.apply(path), client.apply(path=path), client.apply({"path": path})):
        assert answer == OK
        assert job.request == {"path": "codes.csv"}


def test_a_text_that_is_json_goes_out_byte_for_byte(client: contactway.Client, job: Job) -> None:
    client.apply(' {"rows":[]}')
    assert job.request == {"rows": []}


@pytest.mark.parametrize(
    ("request_", "members", "says"),
    [
        (ROWS, {"rows": ROWS}, "rows twice"),
        ("a.csv", {"path": "b.csv"}, "path twice"),
        ("a.csv", {"rows": ROWS}, "not both"),
        (ROWS, {"path": "b.csv"}, "not both"),
        (7, {}, "iterable of mappings, not int"),
        (None, {"rows": "a.csv"}, "not str"),
        (b"{}", {}, "not bytes"),
        (None, {"rows": ROWS[0]}, "not dict"),
        ([["store-1"]], {}, "row 1 must be a mapping, not list"),
        (
            [ROWS[0], {"key": "a", "contact_way": {"user": {"lisi"}}}],
            {},
            "row 2: contact_way.user: set has no place in JSON",
        ),
        (ROWS, {"namepsace": "stores"}, "namepsace"),
        (ROWS, {"progress": 7}, "not int"),
        (ROWS, {"timeout": "5"}, "number of seconds"),
        (ROWS, {"canceller": 7}, "Canceller"),
    ],
)
def test_what_is_no_row_is_named_and_nothing_is_called(
    client: contactway.Client, job: Job, request_: Any, members: Any, says: str
) -> None:
    with pytest.raises(TypeError, match=says):
        client.apply(request_, **members)
    assert job.calls == 0
    assert left_behind() == []


def test_a_number_that_json_has_not_is_named_by_its_row(client: contactway.Client, job: Job) -> None:
    with pytest.raises(ValueError, match="row 2: "):
        client.apply([ROWS[0], {"key": "a", "contact_way": {"expires_in": float("nan")}}])
    assert job.calls == 0


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt])
def test_what_the_iterable_raises_is_passed_on_and_nothing_is_called(
    client: contactway.Client, job: Job, error: type[BaseException]
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        raise error("the spreadsheet is broken")

    with pytest.raises(error, match="the spreadsheet is broken"):
        client.apply(rows())
    assert job.calls == 0
    assert left_behind() == []


def test_the_time_that_reading_takes_counts(client: contactway.Client, job: Job) -> None:
    def rows(pause: float) -> Iterator[dict[str, Any]]:
        time.sleep(pause)
        yield from ROWS

    client.apply(rows(0.05), timeout=60)
    assert 50_000 < job.options["timeout_ms"] <= 59_950
    with pytest.raises(contactway.TimedOut, match="rows were read") as late:
        client.apply(rows(0.05), timeout=0.01)
    assert (late.value.effect, late.value.retryable, job.calls) == ("none", True, 1)
    client.apply(rows(0))
    assert "timeout_ms" not in job.options


def test_a_canceller_that_is_fired_while_rows_are_read_ends_the_reading(client: contactway.Client, job: Job) -> None:
    read: list[int] = []

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1000):
            read.append(number)
            canceller.cancel()
            yield ROWS[0]

    with contactway.Canceller() as canceller, pytest.raises(contactway.Cancelled):
        client.apply(rows(), canceller=canceller)
    assert (read, job.calls) == ([0], 0)
    assert left_behind() == []


def test_a_hundred_thousand_rows_are_no_matter(client: contactway.Client, job: Job) -> None:
    client.apply({"key": f"store-{number}", "contact_way": {"state": "数"}} for number in range(100_000))
    assert len(job.rows) == 100_000
    assert job.rows[-1]["key"] == "store-99999"


JOBS: list[Callable[..., Any]] = [
    lambda client, **more: client.sync(**more),
    lambda client, **more: client.apply(ROWS, **more),
    lambda client, **more: client.replace_user(from_="zhangsan", to=["lisi"], **more),
    lambda client, **more: client.save_qr_codes(query={"namespace": "stores"}, directory="codes", **more),
]
HALF, WHOLE = {"done": 5, "total": 10}, {"done": 10, "total": 10}


@pytest.mark.parametrize("call", JOBS)
@pytest.mark.parametrize("answer", [None, True, 0, ""])
def test_a_function_is_told_of_progress_and_the_job_goes_on(
    client: contactway.Client, job: Job, call: Any, answer: Any
) -> None:
    job.tells = [HALF, WHOLE]
    told: list[Any] = []

    def tell(progress: contactway.types.Progress) -> Any:
        told.append((progress, threading.get_ident()))
        return answer

    assert call(client, progress=tell) == OK
    assert told == [(HALF, threading.get_ident()), (WHOLE, threading.get_ident())]
    assert job.told == [0, 0]


@pytest.mark.parametrize("call", JOBS)
def test_false_stops_the_job_and_the_error_says_how_far_it_came(client: contactway.Client, job: Job, call: Any) -> None:
    job.tells = [HALF, WHOLE]
    with pytest.raises(contactway.Cancelled) as stopped:
        call(client, progress=lambda progress: False)
    assert (stopped.value.counts, stopped.value.failures) == ({"updated": 5}, [])
    assert job.told == [1]


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt, StopIteration])
def test_what_progress_raises_stops_the_job_and_is_raised_again(
    client: contactway.Client, job: Job, error: type[BaseException]
) -> None:
    job.tells = [HALF, WHOLE]

    def tell(progress: contactway.types.Progress) -> None:
        raise error("enough")

    with pytest.raises(error, match="enough") as raised:
        client.sync(progress=tell)
    assert job.told == [1]
    # How far it came is not lost, neither for a program nor for who reads the traceback.
    answer = vars(raised.value)["contactway_answer"]
    assert (answer["updated"], answer["error"]["kind"]) == (5, "cancelled")
    if sys.version_info >= (3, 11):
        assert raised.value.__notes__ == ["contactway_answer: cancelled (-1010): cancelled, updated 5"]
    job.tells = []
    assert client.sync() == OK


class Bar:
    """What of `tqdm` a job needs."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.n = 0
        self.moves: list[int] = []

    def update(self, n: float = 1) -> bool:
        self.n += int(n)
        self.moves.append(int(n))
        return False


class CallableBar(Bar):
    def __call__(self, progress: Any) -> None:
        raise AssertionError("a bar is moved, not called")


@pytest.mark.parametrize("make", [Bar, CallableBar])
def test_a_bar_moves_as_the_job_does(client: contactway.Client, job: Job, make: type[Bar]) -> None:
    job.tells = [{"done": 0, "total": 10}, HALF, WHOLE]
    bar = make()
    assert client.sync(progress=bar) == OK
    assert (bar.total, bar.n, bar.moves) == (10, 10, [0, 5, 5])


def test_rows_that_fail_are_counted_and_named(client: contactway.Client, job: Job) -> None:
    row = {"line": 2, "key": "store-2", "errcode": 40096, "errmsg": "invalid external userid"}
    job.answer = failed("partial", -1011, created=1, failed=1, failures=[row])
    with pytest.raises(contactway.PartialError) as partial:
        client.apply(ROWS)
    assert partial.value.counts == {"created": 1, "failed": 1}
    assert partial.value.failures == [row]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The queries that the ledger was asked; it answers two pages, and the second for ever where asked for a loop."""
    queries: list[dict[str, Any]] = []

    def ledger(handle: int, query: bytes, options: bytes | None) -> Any:
        queries.append(json.loads(query))
        first = "cursor" not in queries[-1]
        cursor = "2" if first or queries[-1].get("namespace") == "loop" else ""
        answer = {**OK, "entries": [{"key": "store-1" if first else "store-2"}], "next_cursor": cursor}
        return _native.library.contactway_json_get(json.dumps(answer).encode(), b"")

    monkeypatch.setattr(_calls.LEDGER, "function", ledger)
    return queries


def test_the_ledger_is_walked_page_by_page(client: contactway.Client, sandbox: Sandbox, pages: Any) -> None:
    entries = client.iter_ledger({"user": "zhangsan"}, status="active", limit=1)
    assert pages == []
    assert [entry["key"] for entry in entries] == ["store-1", "store-2"]
    first = {"user": "zhangsan", "status": "active", "limit": 1}
    assert pages == [first, {**first, "cursor": "2"}]

    async def walk(client: contactway.AsyncClient) -> list[Any]:
        return [entry["key"] async for entry in client.iter_ledger(status="active")]

    assert run(sandbox, walk) == ["store-1", "store-2"]
    with pytest.raises(contactway.BadResponse, match="cursor"):
        list(itertools.islice(client.iter_ledger(namespace="loop"), 10))


def test_rows_are_read_on_a_thread_with_the_tasks_context(sandbox: Sandbox, job: Job) -> None:
    variable: ContextVar[str] = ContextVar("variable")
    seen: list[Any] = []
    go = threading.Event()

    def rows() -> Iterator[dict[str, Any]]:
        seen.append((variable.get(), threading.get_ident()))
        # Only the loop sets it, which therefore goes on.
        assert go.wait(60)
        yield from ROWS

    async def work(client: contactway.AsyncClient) -> None:
        variable.set("of the task")
        task = asyncio.create_task(client.apply(rows(), namespace="stores"))
        while not seen:
            await asyncio.sleep(0.001)
        go.set()
        assert await task == OK

    run(sandbox, work)
    assert job.rows == LINES
    assert seen[0][0] == "of the task"
    assert seen[0][1] != threading.get_ident()


def test_cancelling_the_task_ends_the_reading(sandbox: Sandbox, job: Job) -> None:
    read: list[int] = []

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(10_000):
            read.append(number)
            time.sleep(0.001)
            yield ROWS[0]

    async def work(client: contactway.AsyncClient) -> None:
        task = asyncio.create_task(client.apply(rows()))
        while not read:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only thread is free again.
        await asyncio.wait_for(client.sync(), 60)

    run(sandbox, work, threads=1)
    assert job.calls == 1
    until(lambda: left_behind() == [])
    assert len(read) < 10_000


def test_asyncio_has_every_job_with_its_progress(sandbox: Sandbox, job: Job) -> None:
    job.tells = [HALF, WHOLE]

    async def work(client: contactway.AsyncClient) -> None:
        for call in JOBS:
            bar = Bar()
            assert await call(client, progress=bar) == OK
            assert bar.n == 10
            with pytest.raises(contactway.Cancelled):
                await call(client, progress=lambda progress: False)
            with pytest.raises(TypeError):
                await call(client, progress=7)

    run(sandbox, work)


def test_a_stop_iteration_does_not_hang_the_await(sandbox: Sandbox, job: Job) -> None:
    job.tells = [HALF]

    async def work(client: contactway.AsyncClient) -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(client.sync(progress=lambda progress: next(iter([]))), 60)

    run(sandbox, work)
