"""What comes out of a call in its answer's place, Ctrl-C or a cancelled task, brings the answer with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from conftest import until

import contactway
from contactway import _native, types
from contactway.testing import Sandbox

WAY: types.AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"], "state": "counter-1"}


@pytest.fixture
def keeper(sandbox: Sandbox, tmp_path: Path) -> Iterator[contactway.Client]:
    store = f"sqlite:{tmp_path / 'codes.db'}"
    with contactway.Client(sandbox.client_config, store=store, settle_s=0, max_in_flight=0) as made:
        yield made


@contextmanager
def ctrl_c_once(holds: Callable[[], bool]) -> Iterator[None]:
    """Presses Ctrl-C as soon as something holds."""

    def interrupt() -> None:
        until(holds)
        os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    try:
        yield
    finally:
        other.join()


def answer_of(error: BaseException) -> Any:
    return vars(error)["contactway_answer"]


def ids(sandbox: Sandbox) -> list[str]:
    with contactway.Client(sandbox.client_config) as stranger:
        return [way["config_id"] for way in stranger.iter_contact_ways()]


def rows(count: int) -> list[dict[str, Any]]:
    return [{"key": f"store-{n}", "contact_way": {**WAY, "state": f"store-{n}"}} for n in range(1, count + 1)]


def test_ctrl_c_during_an_add_does_not_lose_what_it_made(
    client: contactway.Client, sandbox: Sandbox, faults: Any, calls: Any
) -> None:
    faults("add_contact_way", delay_ms=200)
    with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: bool(calls("add_contact_way"))):
        client.add(WAY)
    made = answer_of(stopped.value)
    assert [made["config_id"]] == ids(sandbox)
    if sys.version_info >= (3, 11):
        assert f"config_id {made['config_id']}" in stopped.value.__notes__[0]


def test_ctrl_c_during_an_add_of_unknown_fate_brings_its_key(
    keeper: contactway.Client, sandbox: Sandbox, calls: Any
) -> None:
    lost = {"endpoint": "add_contact_way", "when": "after", "do": {"silence": True}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [lost]})
    with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: bool(calls("add_contact_way"))):
        keeper.add(WAY, key="store-1", timeout=1)
    answer = answer_of(stopped.value)
    assert (answer["error"]["kind"], answer["error"]["key"]) == ("unknown", "store-1")
    if sys.version_info >= (3, 11):
        assert "key store-1" in stopped.value.__notes__[0]
    assert [keeper.add(WAY, key="store-1")["config_id"]] == ids(sandbox)


def test_ctrl_c_leaves_no_text_of_the_librarys_behind(
    client: contactway.Client, faults: Any, calls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[Any] = []
    free = _native.library.contactway_string_free

    def note(text: Any) -> None:
        freed.append(text.value)
        free(text)

    faults("get_contact_way", delay_ms=200)
    monkeypatch.setattr(_native.library, "contactway_string_free", note)
    with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: bool(calls("get_contact_way"))):
        client.get(config_id="0" * 32)
    assert [json.loads(text) for text in freed] == [answer_of(stopped.value)]


def test_a_second_ctrl_c_loses_no_count(keeper: contactway.Client, sandbox: Sandbox, faults: Any) -> None:
    """The first stops the job, which waits for the calls in flight; the second comes meanwhile."""
    faults("add_contact_way", delay_ms=100)
    presses: list[int] = []

    def tell(progress: types.Progress) -> None:
        if progress["done"] > 3 and len(presses) < 2:
            presses.append(progress["done"])
            threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as stopped:
        keeper.apply(rows(200), concurrency=4, progress=tell)
    assert 3 < answer_of(stopped.value)["created"] == len(ids(sandbox)) < 200


@pytest.mark.parametrize("error", [KeyboardInterrupt, LookupError])
def test_what_ends_the_reading_of_rows_says_that_nothing_was_done(
    keeper: contactway.Client, sandbox: Sandbox, error: type[BaseException]
) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield {"key": "store-1", "contact_way": WAY}
        raise error("the spreadsheet is broken")

    with pytest.raises(error, match="the spreadsheet is broken") as stopped:
        keeper.apply(broken())
    answer = answer_of(stopped.value)
    assert answer.keys() == {"error", *types.ApplyAnswer.__required_keys__}
    assert (answer["created"], answer["failed"], answer["error"]["effect"]) == (0, 0, "none")
    assert ids(sandbox) == []


def test_ctrl_c_is_heard_by_a_job_that_stands_by_for_another(
    keeper: contactway.Client, sandbox: Sandbox, faults: Any, calls: Any, tmp_path: Path
) -> None:
    faults("add_contact_way", delay_ms=100)
    stopping = threading.Event()

    def hold() -> None:
        with pytest.raises(contactway.Cancelled):
            keeper.apply(rows(10_000), concurrency=1, progress=lambda told: not stopping.is_set())

    holder = threading.Thread(target=hold)
    holder.start()
    until(lambda: bool(calls("add_contact_way")))
    told: list[types.Progress] = []
    with contactway.Client(sandbox.client_config, store=f"sqlite:{tmp_path / 'codes.db'}") as other:
        with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: len(told) > 2):
            other.apply(rows(10), progress=told.append)
        assert holder.is_alive()
    stopping.set()
    holder.join()
    assert (answer_of(stopped.value)["created"], answer_of(stopped.value)["error"]["effect"]) == (0, "none")


def test_rows_that_were_adding_themselves_keep_what_they_say(
    keeper: contactway.Client, faults: Any, calls: Any
) -> None:
    faults("add_contact_way", delay_ms=200)

    def adding() -> Iterator[dict[str, Any]]:
        made = keeper.add(WAY)
        yield {"key": "store-1", "contact_way": WAY, "config_id": made["config_id"]}

    with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: bool(calls("add_contact_way"))):
        keeper.apply(adding())
    assert "config_id" in answer_of(stopped.value)


def answer_below(error: Optional[BaseException]) -> Any:
    """The answer of the exception itself or of one that it comes from, as `asyncio.wait_for`'s does."""
    while error is not None:
        if "contactway_answer" in vars(error):
            return answer_of(error)
        error = error.__cause__ or error.__context__
    return None


def with_asyncio(sandbox: Sandbox, work: Callable[[contactway.AsyncClient], Any], **config: Any) -> Any:
    async def main() -> Any:
        async with contactway.AsyncClient(sandbox.client_config, settle_s=0, **config) as client:
            return await work(client)

    return asyncio.run(main())


async def sent(calls: Any, endpoint: str, count: int = 1) -> None:
    await asyncio.to_thread(until, lambda: len(calls(endpoint)) >= count)


@pytest.mark.parametrize("how", ["cancel", "wait_for"])
def test_a_cancelled_job_is_over_and_says_how_far_it_came(
    sandbox: Sandbox, calls: Any, tmp_path: Path, how: str
) -> None:
    # Three are answered, and the rest never.
    silence = {"endpoint": "add_contact_way", "nth": 4, "times": 1000, "when": "after", "do": {"silence": True}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [silence]})

    async def work(keeper: contactway.AsyncClient) -> Any:
        job = keeper.apply(rows(50), concurrency=2)
        error = asyncio.CancelledError if how == "cancel" else asyncio.TimeoutError
        task = asyncio.create_task(job if how == "cancel" else asyncio.wait_for(job, 1))
        await sent(calls, "add_contact_way", 5)
        if how == "cancel":
            task.cancel()
        with pytest.raises(error) as stopped:
            await task
        entries = [entry["status"] async for entry in keeper.iter_ledger()]
        sandbox.request("DELETE", "/sandbox/faults")
        # No conflict: it has given up its place.
        again = await keeper.apply(rows(50))
        return answer_below(stopped.value), entries, again

    answer, entries, again = with_asyncio(sandbox, work, store=f"sqlite:{tmp_path / 'codes.db'}")
    assert (answer["error"]["kind"], answer["created"]) == ("cancelled", 3)
    assert answer["errmsg"].startswith("the task was cancelled")
    assert sorted(entries) == ["active"] * 3 + ["unknown"] * 2
    assert (again["created"] + again["unchanged"], again["failed"]) == (50, 0)
    assert len(ids(sandbox)) == 50


def test_a_cancelled_add_says_what_became_of_it(sandbox: Sandbox, calls: Any, tmp_path: Path) -> None:
    lost = {"endpoint": "add_contact_way", "when": "after", "do": {"silence": True}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [lost]})

    async def work(keeper: contactway.AsyncClient) -> Any:
        task = asyncio.create_task(keeper.add(WAY, key="store-1", timeout=120))
        await sent(calls, "add_contact_way")
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await task
        (entry,) = (await keeper.ledger())["entries"]
        assert entry["status"] == "unknown"
        again = await keeper.add(WAY, key="store-1")
        return answer_below(stopped.value), again["config_id"]

    answer, found = with_asyncio(sandbox, work, store=f"sqlite:{tmp_path / 'codes.db'}")
    assert (answer["error"]["effect"], answer["error"]["key"]) == ("unknown", "store-1")
    assert ids(sandbox) == [found]


def test_a_call_that_is_cancelled_before_it_has_a_thread_says_that_nothing_was_sent(
    sandbox: Sandbox, faults: Any, calls: Any
) -> None:
    faults("list_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> Any:
        first = asyncio.create_task(client.list(timeout=120))
        await sent(calls, "list_contact_way")
        second = asyncio.create_task(client.add(WAY))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await second
        first.cancel()
        await asyncio.wait({first})
        return answer_below(stopped.value)

    answer = with_asyncio(sandbox, work, threads=1)
    assert (answer["errcode"], answer["error"]["effect"]) == (-1010, "none")
    assert "nothing was sent" in answer["errmsg"]


def test_a_task_that_is_cancelled_again_and_again_still_waits_for_the_end(
    sandbox: Sandbox, faults: Any, calls: Any
) -> None:
    faults("get_contact_way", delay_ms=20)
    ended = threading.Event()

    def provide(rejected: bool) -> str:
        begun.set()
        # A function of the caller's holds the call up.
        go.wait()
        ended.set()
        return "token"

    begun, go = threading.Event(), threading.Event()
    config = {"base_url": sandbox.base_url, "corp_id": sandbox.corp_id}

    async def main() -> None:
        async with contactway.AsyncClient(config, token_provider=provide) as client:
            task = asyncio.create_task(client.list())
            await asyncio.to_thread(begun.wait)
            for _ in range(3):
                task.cancel()
                await asyncio.sleep(0.01)
            assert not task.done()
            go.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert ended.is_set()

    asyncio.run(main())
