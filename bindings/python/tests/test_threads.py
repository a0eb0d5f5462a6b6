"""Calls from many threads, and calls that end early."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import until

import contactway
from contactway.testing import Sandbox


def test_sixteen_threads_are_in_flight_at_once(client: contactway.Client, faults: Any, calls: Any) -> None:
    client.list()
    faults("get_contact_way", silence=True)
    with ThreadPoolExecutor(16) as threads, contactway.Canceller() as canceller:
        begun = [threads.submit(client.get, config_id="0" * 32, timeout=30, canceller=canceller) for _ in range(16)]
        try:
            # None can end before the canceller is fired, so that all are there at the same time.
            until(lambda: len(calls("get_contact_way")) == 16)
            assert not any(call.done() for call in begun)
        finally:
            canceller.cancel()
        assert [type(call.exception()) for call in begun] == [contactway.Cancelled] * 16


def test_a_canceller_ends_later_calls_too(client: contactway.Client) -> None:
    with contactway.Canceller() as canceller:
        client.list(canceller=canceller)
        canceller.cancel()
        for _ in range(2):
            with pytest.raises(contactway.Cancelled):
                client.list(canceller=canceller)
    with pytest.raises(contactway.InvalidHandle):
        client.list(canceller=canceller)
    client.list()


def test_closing_the_client_ends_calls_under_way(client: contactway.Client, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(client.get, config_id="0" * 32, timeout=120)
        until(lambda: len(calls("get_contact_way")) == 1)
        client.close()
        assert isinstance(call.exception(), contactway.Cancelled)


def test_many_threads_share_a_client(client: contactway.Client, sandbox: Sandbox) -> None:
    def life(_: int) -> str:
        config_id = client.add(type=1, scene=2, user=["zhangsan"])["config_id"]
        client.update(config_id=config_id, remark=threading.current_thread().name)
        return client.get(config_id=config_id)["contact_way"]["config_id"]

    with ThreadPoolExecutor(16) as threads:
        lives = list(threads.map(life, range(400)))
    assert len(set(lives)) == 400
    assert len(sandbox.request("GET", "/sandbox/calls?endpoint=gettoken")["calls"]) == 1


def test_the_timeout_is_in_seconds(client: contactway.Client, faults: Any) -> None:
    faults("get_contact_way", delay_ms=300)
    with pytest.raises(contactway.TimedOut):
        client.get(config_id="0" * 32, timeout=0.05)
    with pytest.raises(contactway.ApiError):
        client.get(config_id="0" * 32, timeout=60)
