"""What comes out of a call in its answer's place, Ctrl-C or a cancelled task, brings the answer with it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

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
    rows = [{"key": f"store-{n}", "contact_way": {**WAY, "state": f"store-{n}"}} for n in range(200)]
    told: list[int] = []

    def tell(progress: types.Progress) -> None:
        told.append(progress["done"])
        if progress["done"] > 3 and len(presses) < 2:
            presses.append(progress["done"])
            threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
            signal.raise_signal(signal.SIGINT)

    presses: list[int] = []
    with pytest.raises(KeyboardInterrupt) as stopped:
        keeper.apply(rows, concurrency=4, progress=tell)
    assert 3 < answer_of(stopped.value)["created"] == len(ids(sandbox)) < 200


@pytest.mark.parametrize("error", [KeyboardInterrupt, LookupError])
def test_what_ends_the_reading_of_rows_says_that_nothing_was_done(
    keeper: contactway.Client, sandbox: Sandbox, error: type[BaseException]
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"key": "store-1", "contact_way": WAY}
        raise error("the spreadsheet is broken")

    with pytest.raises(error, match="the spreadsheet is broken") as stopped:
        keeper.apply(rows())
    answer = answer_of(stopped.value)
    assert answer.keys() == {"error", *types.ApplyAnswer.__required_keys__}
    assert (answer["created"], answer["failed"], answer["error"]["effect"]) == (0, 0, "none")
    assert ids(sandbox) == []


def test_rows_that_were_adding_themselves_keep_what_they_say(
    keeper: contactway.Client, faults: Any, calls: Any
) -> None:
    faults("add_contact_way", delay_ms=200)

    def rows() -> Iterator[dict[str, Any]]:
        made = keeper.add(WAY)
        yield {"key": "store-1", "contact_way": WAY, "config_id": made["config_id"]}

    with pytest.raises(KeyboardInterrupt) as stopped, ctrl_c_once(lambda: bool(calls("add_contact_way"))):
        keeper.apply(rows())
    assert "config_id" in answer_of(stopped.value)
