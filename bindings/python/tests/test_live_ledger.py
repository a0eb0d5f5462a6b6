"""The ledger as the library keeps it, over the sandbox and a database of the test's own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from conftest import run_python, until

import contactway
from contactway import types
from contactway.testing import Sandbox

WAY: types.AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"], "state": "counter-1"}


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'codes.db'}"


@pytest.fixture
def keeper(sandbox: Sandbox, store: str) -> Iterator[contactway.Client]:
    with contactway.Client(sandbox.client_config, store=store, settle_s=0, max_in_flight=0) as made:
        yield made


@pytest.fixture
def fault(sandbox: Sandbox) -> Callable[..., None]:
    """Has the next add carried out, and its answer lost."""

    def set_fault(how: str) -> None:
        rule = {"endpoint": "add_contact_way", "when": "after", "do": {how: True}}
        assert sandbox.request("POST", "/sandbox/faults", {"rules": [rule]})["errcode"] == 0

    return set_fault


def ways(sandbox: Sandbox) -> list[str]:
    with contactway.Client(sandbox.client_config) as stranger:
        return [way["config_id"] for way in stranger.iter_contact_ways()]


def rows(count: int, user: str = "zhangsan") -> list[dict[str, Any]]:
    return [
        {"key": f"store-{n}", "contact_way": {"type": 1, "scene": 2, "user": [user], "state": f"store-{n}"}}
        for n in range(1, count + 1)
    ]


def endless() -> Iterator[dict[str, Any]]:
    yield from rows(1_000_000)


def test_an_add_with_a_key_happens_once(keeper: contactway.Client, sandbox: Sandbox) -> None:
    first = keeper.add(WAY, key="store-1")
    again = keeper.add(WAY, key="store-1")
    assert "replayed" not in first
    assert again == {**first, "replayed": True}
    assert ways(sandbox) == [first["config_id"]]


def test_a_key_that_stands_for_another_request_is_a_conflict(keeper: contactway.Client) -> None:
    made = keeper.add(WAY, key="store-1")
    with pytest.raises(contactway.Conflict, match=made["config_id"]) as conflict:
        keeper.add(WAY, remark="another", key="store-1")
    assert (conflict.value.effect, conflict.value.retryable) == ("none", False)


def test_a_lost_answer_is_found_within_the_call(
    keeper: contactway.Client, sandbox: Sandbox, fault: Callable[..., None]
) -> None:
    fault("reset")
    assert ways(sandbox) == [] != [keeper.add(WAY, key="store-1")["config_id"]] == ways(sandbox)


def test_an_add_of_unknown_fate_says_its_key_and_the_same_call_finds_it(
    keeper: contactway.Client, sandbox: Sandbox, fault: Callable[..., None]
) -> None:
    fault("silence")
    with pytest.raises(contactway.UnknownError) as unknown:
        keeper.add(WAY, key="store-1", timeout=0.3)
    error = unknown.value
    assert (error.key, error.candidates, error.effect, error.retryable) == ("store-1", [], "unknown", True)
    assert error.retry_after_ms == 0
    assert keeper.ledger(key="store-1")["entries"][0]["config_id"] is None
    assert [keeper.add(WAY, key="store-1")["config_id"]] == ways(sandbox)


def test_several_that_equal_it_are_candidates_by_their_ids(
    keeper: contactway.Client, sandbox: Sandbox, fault: Callable[..., None]
) -> None:
    # Without a state nothing tells them apart.
    alike = {**WAY, "state": ""}
    with contactway.Client(sandbox.client_config) as stranger:
        stranger.add(alike)
    fault("reset")
    with pytest.raises(contactway.UnknownError) as unknown:
        keeper.add(alike, key="store-1")
    assert sorted(unknown.value.candidates) == sorted(ways(sandbox))
    assert len(unknown.value.candidates) == 2
    made = keeper.add(alike, key="store-1", accept_duplicate=True)
    assert made["config_id"] not in unknown.value.candidates


def test_asyncio_has_the_key_too(sandbox: Sandbox, store: str) -> None:
    async def main() -> None:
        async with contactway.AsyncClient(sandbox.client_config, store=store) as keeper:
            made = await asyncio.gather(*(keeper.add(WAY, key="store-1") for _ in range(5)))
            assert len({answer["config_id"] for answer in made}) == 1
            with pytest.raises(contactway.Conflict):
                await keeper.add(WAY, remark="another", key="store-1")
            assert [entry["key"] async for entry in keeper.iter_ledger()] == ["store-1"]

    asyncio.run(main())


def test_an_entry_is_what_its_type_says(keeper: contactway.Client, sandbox: Sandbox) -> None:
    before = int(time.time())
    made = keeper.add(WAY, key="store-1")
    with contactway.Client(sandbox.client_config) as stranger:
        other = stranger.add(WAY, state="of another")
    keeper.sync()
    own, adopted = keeper.iter_ledger()
    shape = set(types.LedgerEntry.__annotations__)
    assert own.keys() == adopted.keys() == shape
    assert (own["key"], own["namespace"], own["status"]) == ("store-1", None, "active")
    assert (own["config_id"], own["qr_code"]) == (made["config_id"], made["qr_code"])
    assert own["contact_way"] == WAY
    # Seconds, as all of WeCom's times.
    assert before <= own["created_at"] <= own["updated_at"] <= time.time()
    assert (adopted["key"], adopted["config_id"]) == (None, other["config_id"])
    assert adopted["contact_way"]["config_id"] == other["config_id"]


def test_the_walk_reads_page_after_page_and_each_query_fits(keeper: contactway.Client) -> None:
    keeper.apply(rows(7), namespace="stores")
    assert [entry["key"] for entry in keeper.iter_ledger(limit=3)] == [row["key"] for row in rows(7)]
    assert len(list(keeper.iter_ledger(namespace="stores", user="zhangsan", limit=2))) == 7
    assert list(keeper.iter_ledger(status="deleted")) == []
    with pytest.raises(contactway.InvalidRequest) as refused:
        keeper.ledger(limit=0)
    assert [detail["pointer"] for detail in refused.value.details] == ["/limit"]


@pytest.mark.parametrize("form", ["iterable", "jsonl", "csv"])
def test_rows_become_contact_ways(keeper: contactway.Client, sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"codes.{form}"
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows(3)))
    elif form == "csv":
        path.write_text("key,type,scene,user,state\n" + "".join(f"s{n},1,2,zhangsan,s{n}\n" for n in range(3)))
    given: Any = iter(rows(3)) if form == "iterable" else path
    made = keeper.apply(given, namespace="stores")
    assert made.keys() == types.ApplyAnswer.__required_keys__
    assert (made["created"], made["failed"], made["failures"]) == (3, 0, [])
    assert len(ways(sandbox)) == 3
    again = keeper.apply(rows(3) if form == "iterable" else path, namespace="stores")
    assert (again["created"], again["unchanged"]) == (0, 3)


def test_a_line_of_the_report_is_what_its_type_says(keeper: contactway.Client, tmp_path: Path) -> None:
    keeper.apply(rows(2), namespace="stores")
    wanted = [*rows(1), *rows(2, user="lisi")[1:], *rows(3, user="nobody")[2:]]
    report = tmp_path / "report.jsonl"
    for dry_run, results in ((True, ["unchanged", "updated", "created"]), (False, ["unchanged", "updated", "failed"])):
        with nullcontext() if dry_run else pytest.raises(contactway.PartialError):
            keeper.apply(wanted, namespace="stores", dry_run=dry_run, report_path=report)
        lines: list[types.ReportLine] = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
        lines.sort(key=lambda line: line["line"] or 0)
        assert [line["result"] for line in lines] == results
        for line in lines:
            assert types.ReportLine.__required_keys__ <= line.keys() <= set(types.ReportLine.__annotations__)
        assert dry_run == ("changes" in lines[1])
        if dry_run:
            assert lines[1]["changes"]["user"] == {"from": ["zhangsan"], "to": ["lisi"]}


def test_a_dry_run_changes_nothing(keeper: contactway.Client, sandbox: Sandbox) -> None:
    assert keeper.apply(rows(3), dry_run=True)["created"] == 3
    assert ways(sandbox) == []
    assert list(keeper.iter_ledger()) == []


def test_rows_that_fail_are_named_and_the_others_are_done(keeper: contactway.Client, sandbox: Sandbox) -> None:
    bad = {"key": "bad", "contact_way": {"type": 1, "scene": 2, "user": ["zhangsan", "lisi"]}}
    with pytest.raises(contactway.PartialError) as partial:
        keeper.apply([*rows(2), bad, {"kee": "worse"}])
    error = partial.value
    assert (error.counts["created"], error.counts["failed"]) == (2, 2)
    by_line = {failure["line"]: failure for failure in error.failures}
    assert by_line.keys() == {3, 4}
    assert (by_line[3]["key"], by_line[3]["errcode"]) == ("bad", -1003)
    assert "key" not in by_line[4]
    assert len(ways(sandbox)) == 2


def test_no_error_speaks_of_the_file_that_rows_are_put_in(keeper: contactway.Client, tmp_path: Path) -> None:
    twice = [*rows(2), {"key": "store-1", "contact_way": WAY}, {"key": "store-2", "contact_way": WAY}]
    with pytest.raises(contactway.InvalidRequest) as spooled:
        keeper.apply(twice)
    with pytest.raises(contactway.InvalidRequest) as inline:
        keeper.apply(json.dumps({"rows": twice}))
    pointers = [[detail["pointer"] for detail in error.value.details] for error in (spooled, inline)]
    assert pointers[0] == pointers[1] == ["/rows/2/key", "/rows/3/key"]
    assert spooled.value.errmsg == inline.value.errmsg.replace("in the request", "in the rows")
    assert [detail["line"] for detail in spooled.value.details] == [3, 4]
    assert "column" not in spooled.value.details[0]
    # Of a file of the caller's the place stays.
    path = tmp_path / "codes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in twice))
    with pytest.raises(contactway.InvalidRequest, match="/path: ") as of_file:
        keeper.apply(path)
    assert [detail["pointer"] for detail in of_file.value.details] == ["/path", "/path"]


def test_what_is_wrong_beside_the_rows_stays_where_it_is(keeper: contactway.Client, tmp_path: Path) -> None:
    with pytest.raises(contactway.InvalidRequest) as refused:
        keeper.apply(rows(1), report_path=tmp_path / "none" / "report", namespace="stores")
    assert [detail["pointer"] for detail in refused.value.details] == ["/report_path"]
    # A row of more than 4 MiB.
    long = {"key": "long", "contact_way": {**WAY, "remark": "r" * 5_000_000}}
    with pytest.raises(contactway.InvalidRequest) as too_long:
        keeper.apply([*rows(1), long])
    assert [(detail["pointer"], detail["rule"]) for detail in too_long.value.details] == [
        ("/rows/1", "record_too_long")
    ]


def test_a_closed_client_reads_no_row(store: str) -> None:
    closed = contactway.Client(access_token="t", corp_id="ww1", store=store)
    closed.close()
    source = endless()
    with pytest.raises(contactway.InvalidHandle):
        closed.apply(source)
    assert next(source)["key"] == "store-1"

    async def main() -> None:
        client = contactway.AsyncClient(access_token="t", corp_id="ww1", store=store)
        await client.aclose()
        with pytest.raises(contactway.InvalidHandle):
            await client.apply(source)

    asyncio.run(main())
    assert next(source)["key"] == "store-2"


def test_a_client_from_before_a_fork_reads_no_row(tmp_path: Path) -> None:
    ran = run_python(
        "import contactway, os\n"
        f"client = contactway.Client(access_token='t', corp_id='ww1', store='sqlite:{tmp_path / 'codes.db'}')\n"
        "def rows():\n"
        "    print('a row was read', flush=True)\n"
        "    yield {}\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        client.apply(rows())\n"
        "    except contactway.InvalidHandle as error:\n"
        "        print('fork' in error.errmsg, flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)"
    )
    assert ran.stdout == "True\n", ran.stderr


def test_progress_begins_at_once_and_ends_with_all(keeper: contactway.Client) -> None:
    told: list[types.Progress] = []
    keeper.apply(rows(5), progress=told.append)
    assert all(progress.keys() == types.Progress.__annotations__.keys() for progress in told)
    assert (told[0]["done"], told[0]["total"], told[0]["eta_ms"]) == (0, 5, None)
    last = told[-1]
    assert (last["done"], last["total"], last["created"], last["eta_ms"]) == (5, 5, 5, 0)


class Bar:
    """What of `tqdm` a job needs."""

    def __init__(self) -> None:
        self.total: Optional[int] = None
        self.n = 0

    def update(self, n: float = 1) -> bool:
        self.n += int(n)
        return False


JOBS: dict[str, Callable[..., Any]] = {
    "apply": lambda client, folder, **more: client.apply(rows(3, "lisi"), **more),
    "sync": lambda client, folder, **more: client.sync(**more),
    "replace_user": lambda client, folder, **more: client.replace_user(from_="zhangsan", to=["wangwu"], **more),
    "save_qr_codes": lambda client, folder, **more: client.save_qr_codes(directory=folder / "codes", **more),
}
SHAPES = {
    "apply": types.ApplyAnswer,
    "sync": types.SyncAnswer,
    "replace_user": types.ReplaceUserAnswer,
    "save_qr_codes": types.SaveQrCodesAnswer,
}


@pytest.mark.parametrize("name", JOBS)
def test_every_job_moves_a_bar_and_answers_what_its_type_says(
    keeper: contactway.Client, tmp_path: Path, name: str
) -> None:
    keeper.apply(rows(3))
    bar = Bar()
    answer = JOBS[name](keeper, tmp_path, progress=bar)
    assert (bar.n, bar.total) == (3, 3)
    assert answer.keys() == SHAPES[name].__required_keys__  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", JOBS)
def test_every_job_stops_when_it_is_told_to_and_says_how_far_it_came(
    keeper: contactway.Client, tmp_path: Path, name: str
) -> None:
    keeper.apply(rows(3))
    with pytest.raises(contactway.Cancelled, match="progress function stopped") as stopped:
        JOBS[name](keeper, tmp_path, progress=lambda progress: False)
    counted = SHAPES[name].__required_keys__ - {"errcode", "errmsg", "failures"}  # type: ignore[attr-defined]
    assert stopped.value.counts.keys() == counted
    assert {failure["errcode"] for failure in stopped.value.failures} <= {stopped.value.errcode}
    with pytest.raises(LookupError, match="enough"):
        JOBS[name](keeper, tmp_path, progress=raising)
    # Neither holds the next one up.
    JOBS[name](keeper, tmp_path)


def raising(progress: types.Progress) -> None:
    raise LookupError("enough")


def test_a_job_that_is_stopped_halfway_is_gone_on_with(keeper: contactway.Client, sandbox: Sandbox) -> None:
    sandbox.request("POST", "/sandbox/faults", {"rules": [slow("add_contact_way")]})
    with pytest.raises(contactway.Cancelled) as stopped:
        keeper.apply(rows(60), concurrency=2, progress=lambda progress: progress["done"] < 3)
    done = stopped.value.counts["created"]
    assert 3 <= done < 60
    sandbox.request("DELETE", "/sandbox/faults")
    answer = keeper.apply(rows(60))
    assert (answer["created"], answer["unchanged"]) == (60 - done, done)
    assert len(ways(sandbox)) == 60


def slow(endpoint: str) -> dict[str, Any]:
    return {"endpoint": endpoint, "times": 1_000_000, "do": {"delay_ms": 50}}


def test_ctrl_c_stops_a_job_and_loses_no_count(keeper: contactway.Client, sandbox: Sandbox) -> None:
    slow = {"endpoint": "add_contact_way", "times": 1000, "do": {"delay_ms": 20}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [slow]})

    def interrupt() -> None:
        until(lambda: len(ways(sandbox)) > 3)
        os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt) as stopped:
        keeper.apply(rows(1000), namespace="stores", concurrency=4)
    other.join()
    made = vars(stopped.value)["contactway_answer"]["created"]
    assert 3 < made == len(ways(sandbox)) < 1000
    if sys.version_info >= (3, 11):
        assert f"created {made}" in stopped.value.__notes__[0]


def test_a_job_has_a_deadline_where_it_is_given_one(keeper: contactway.Client, sandbox: Sandbox) -> None:
    sandbox.request("POST", "/sandbox/faults", {"rules": [slow("add_contact_way")]})
    with pytest.raises(contactway.TimedOut) as late:
        keeper.apply(rows(200), concurrency=1, timeout=0.5)
    assert late.value.counts["created"] < 200


def test_cancelling_the_task_ends_the_job(sandbox: Sandbox, store: str) -> None:
    sandbox.request("POST", "/sandbox/faults", {"rules": [slow("add_contact_way")]})
    told: list[types.Progress] = []

    async def main() -> None:
        async with contactway.AsyncClient(sandbox.client_config, store=store) as keeper:
            task = asyncio.create_task(keeper.apply(rows(200), concurrency=1, progress=told.append))
            while not told:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            def free() -> bool:
                return len(sandbox.request("GET", "/sandbox/calls?endpoint=add_contact_way")["calls"]) < 200

            until(free)
            # The job has given up its place.
            assert (await keeper.apply(rows(1)))["failed"] == 0

    asyncio.run(main())
    assert len(ways(sandbox)) < 200


def test_a_member_is_replaced_and_pictures_are_saved(keeper: contactway.Client, tmp_path: Path) -> None:
    keeper.apply(rows(3), namespace="stores")
    foreseen = keeper.replace_user(from_="zhangsan", to=["lisi"], dry_run=True)
    assert (foreseen["matched"], foreseen["updated"]) == (3, 3)
    assert len(list(keeper.iter_ledger(user="zhangsan"))) == 3
    done = keeper.replace_user({"from": "zhangsan", "to": ["lisi"]}, concurrency=1)
    assert (done["matched"], done["updated"], done["failed"]) == (3, 3, 0)
    for entry in keeper.iter_ledger(namespace="stores"):
        assert entry["config_id"] is not None
        assert keeper.get(config_id=entry["config_id"])["contact_way"]["user"] == ["lisi"]
    saved = keeper.save_qr_codes(query={"namespace": "stores"}, directory=tmp_path / "codes", concurrency=1)
    assert saved["saved"] == 3
    assert sorted(path.name for path in (tmp_path / "codes").iterdir()) == [f"store-{n}.png" for n in (1, 2, 3)]


def test_without_a_store_each_call_says_what_it_needs(client: contactway.Client, tmp_path: Path) -> None:
    calls: list[Callable[..., Any]] = [
        *JOBS.values(),
        lambda client, folder: client.ledger(),
        lambda client, folder: client.add(WAY, key="store-1"),
    ]
    for call in calls:
        with pytest.raises(contactway.Unsupported, match="store"):
            call(client, tmp_path)
