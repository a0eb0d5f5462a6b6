"""The client for asyncio."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Callable

import pytest
from conftest import until

import contactway
from contactway.testing import Sandbox

Work = Callable[[contactway.AsyncClient], Coroutine[Any, Any, Any]]


def run(sandbox: Sandbox, work: Work, **config: Any) -> Any:
    async def main() -> Any:
        async with contactway.AsyncClient(sandbox.client_config, max_in_flight=0, **config) as client:
            return await work(client)

    return asyncio.run(main())


async def reached(calls: Any, endpoint: str, count: int) -> None:
    await asyncio.to_thread(until, lambda: len(calls(endpoint)) == count)


async def stuck(client: contactway.AsyncClient, calls: Any) -> asyncio.Task[Any]:
    """A call that has been sent to a server that keeps silent."""
    task = asyncio.create_task(client.get(config_id="0" * 32, timeout=120))
    await reached(calls, "get_contact_way", 1)
    return task


def test_has_every_method_of_the_client() -> None:
    of_threads, of_asyncio = (
        {name for name in dir(client) if not name.startswith("_")}
        for client in (contactway.Client, contactway.AsyncClient)
    )
    assert of_threads - {"close"} == of_asyncio - {"aclose"}


def test_lives_the_life_of_a_contact_way(sandbox: Sandbox) -> None:
    async def work(client: contactway.AsyncClient) -> None:
        config_id = (await client.add(type=1, scene=2, user=["zhangsan"]))["config_id"]
        await client.update({"config_id": config_id}, remark="前台")
        assert (await client.get(config_id=config_id))["contact_way"]["remark"] == "前台"
        assert [way["config_id"] async for way in client.iter_contact_ways(limit=1)] == [config_id]
        await client.delete(config_id=config_id)
        with pytest.raises(contactway.ApiError):
            await client.get(config_id=config_id)
        with pytest.raises(contactway.InvalidRequest):
            await client.get({})
        with pytest.raises(TypeError):
            await client.add(user={"zhangsan"})  # type: ignore[call-overload]

    run(sandbox, work)


def test_calls_are_in_flight_at_once(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        tasks = [asyncio.create_task(client.get(config_id="0" * 32, timeout=120)) for _ in range(16)]
        await reached(calls, "get_contact_way", 16)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)

    run(sandbox, work)


def test_cancelling_the_task_ends_the_await_and_frees_the_thread(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        task = await stuck(client, calls)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only thread is free again.
        await asyncio.wait_for(client.list(), 60)

    run(sandbox, work, threads=1)


def test_a_call_cancelled_while_it_waits_for_a_thread_is_never_sent(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        first = await stuck(client, calls)
        second = asyncio.create_task(client.add(type=1, scene=2, user=["zhangsan"]))
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        await client.list()

    run(sandbox, work, threads=1)
    assert calls("add_contact_way") == []


def test_waiting_for_a_thread_counts(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", delay_ms=400)

    async def work(client: contactway.AsyncClient) -> None:
        first = asyncio.create_task(client.get(config_id="0" * 32))
        await reached(calls, "get_contact_way", 1)
        with pytest.raises(contactway.TimedOut):
            await client.list(timeout=0.05)
        with pytest.raises(contactway.ApiError):
            await first

    run(sandbox, work, threads=1)


@pytest.mark.parametrize(
    ("threads", "max_in_flight", "says"),
    [
        (16, 5, "calls of list were before it, of which max_in_flight lets 5 be in flight"),
        (2, 5, "all 2 were at work"),
        (2, 0, "all 2 were at work"),
    ],
)
def test_a_deadline_that_passes_before_the_call_names_what_it_waited_for(
    sandbox: Sandbox, faults: Any, threads: int, max_in_flight: int, says: str
) -> None:
    faults("list_contact_way", silence=True)
    config = {**sandbox.client_config, "max_in_flight": max_in_flight}

    async def main() -> list[Any]:
        async with contactway.AsyncClient(config, threads=threads) as client:
            return await asyncio.gather(*(client.list(timeout=0.4) for _ in range(60)), return_exceptions=True)

    late = asyncio.run(main())
    assert {type(error) for error in late} == {contactway.TimedOut}
    # Those that got a thread were told by the library.
    unsent = [error.errmsg for error in late if "nothing was sent" in error.errmsg]
    assert unsent
    assert [errmsg for errmsg in unsent if says not in errmsg] == []


def test_aclose_ends_calls_under_way_and_every_thread(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        task = await stuck(client, calls)
        await client.aclose()
        with pytest.raises(contactway.Cancelled):
            await task
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("contactway")]
        await client.aclose()

    run(sandbox, work)


def test_a_token_provider_works_below(sandbox: Sandbox) -> None:
    config = {"base_url": sandbox.base_url, "corp_id": sandbox.corp_id}

    async def main() -> None:
        async with contactway.AsyncClient(config, token_provider=lambda rejected: "no-token-of-wecoms") as client:
            with pytest.raises(contactway.AuthError):
                await client.list()

    asyncio.run(main())


def test_the_configured_deadline_counts_from_the_await(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        first = await stuck(client, calls)
        with ThreadPoolExecutor(1) as threads:
            second = asyncio.create_task(client.list())
            await asyncio.sleep(0)
            # Longer than the second call's deadline.
            await asyncio.get_running_loop().run_in_executor(threads, time.sleep, 0.2)
        first.cancel()
        with pytest.raises(contactway.TimedOut) as late:
            await second
        assert late.value.effect == "none"

    run(sandbox, work, threads=1, timeout_ms=100)
    assert calls("list_contact_way") == []


def test_calls_that_wait_when_the_client_closes_are_cancelled(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        first = await stuck(client, calls)
        second = asyncio.create_task(client.add(type=1, scene=2, user=["zhangsan"]))
        await asyncio.sleep(0)
        await client.aclose()
        with pytest.raises(contactway.Cancelled):
            await first
        with pytest.raises(contactway.Cancelled) as never_sent:
            await second
        assert never_sent.value.effect == "none"
        with pytest.raises(contactway.InvalidHandle):
            await client.list()

    run(sandbox, work, threads=1)


def test_a_request_is_read_when_the_call_is_made(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        first = await stuck(client, calls)
        request: dict[str, Any] = {"type": 1, "scene": 2, "user": ["zhangsan"], "state": "counter-1"}
        second = asyncio.create_task(client.add(request))
        await asyncio.sleep(0)
        request["state"] = "counter-2"
        # A wrong argument needs no thread.
        with pytest.raises(TypeError):
            await client.add({"user": {"zhangsan"}})
        first.cancel()
        await second

    run(sandbox, work, threads=1)
    assert json.loads(calls("add_contact_way")[0]["body"])["state"] == "counter-1"


@pytest.mark.parametrize("timeout", ["5", True])
def test_a_timeout_is_a_number(sandbox: Sandbox, timeout: Any) -> None:
    async def work(client: contactway.AsyncClient) -> None:
        with pytest.raises(TypeError, match="timeout must be a number of seconds"):
            await client.list(timeout=timeout)

    run(sandbox, work)


def test_context_variables_reach_loggers_and_providers(sandbox: Sandbox) -> None:
    variable: ContextVar[str] = ContextVar("variable")
    seen: list[str] = []

    def provide(rejected: bool) -> None:
        seen.append(variable.get())

    async def main() -> None:
        variable.set("of the task")
        async with contactway.AsyncClient(corp_id="ww1", token_provider=provide) as client:
            with pytest.raises(contactway.AuthError):
                await client.list()

    asyncio.run(main())
    assert seen == ["of the task"]


@pytest.mark.parametrize(("max_in_flight", "threads"), [(5, 37), (100, 132), (0, 64)])
def test_there_are_threads_for_all_calls_in_flight_and_more(
    sandbox: Sandbox, faults: Any, calls: Any, max_in_flight: int, threads: int
) -> None:
    faults("get_contact_way", silence=True)
    config = {**sandbox.client_config, "max_in_flight": max_in_flight}

    async def main() -> str:
        async with contactway.AsyncClient(config) as client:
            tasks = [asyncio.create_task(client.get(config_id="0" * 32)) for _ in range(threads)]
            await reached(calls, "get_contact_way", max_in_flight or threads)
            with pytest.raises(contactway.TimedOut) as late:
                await client.list(timeout=0.05)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return late.value.errmsg

    said = asyncio.run(main())
    assert f"max_in_flight lets {max_in_flight}" in said if max_in_flight else f"all {threads} were at work" in said


def test_a_call_that_gets_no_thread_ends_at_its_deadline(sandbox: Sandbox, faults: Any, calls: Any) -> None:
    faults("get_contact_way", silence=True)

    async def work(client: contactway.AsyncClient) -> None:
        first = await stuck(client, calls)
        begun = time.monotonic()
        with pytest.raises(contactway.TimedOut, match="nothing was sent"):
            await client.add(type=1, scene=2, user=["zhangsan"], timeout=0.1)
        assert time.monotonic() - begun < 30
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await client.list()

    run(sandbox, work, threads=1)
    assert calls("add_contact_way") == []
