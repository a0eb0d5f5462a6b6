"""What is typed wrong is refused at once, in words that say what to type."""

from __future__ import annotations

import asyncio
import functools
import re
import sys
import threading
from collections import UserDict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest

import contactway
from contactway.testing import Sandbox

WAY: contactway.types.AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"], "state": "counter-1"}


def rows(count: int = 3) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"key": f"store-{number}", "contact_way": {**WAY, "state": f"store-{number}"}}


@pytest.fixture
def keeper(sandbox: Sandbox, tmp_path: Path) -> Iterator[contactway.Client]:
    with contactway.Client(sandbox.client_config, store=f"sqlite:{tmp_path / 'codes.db'}") as made:
        yield made


@pytest.fixture
def awaited(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """What a call of an AsyncClient comes to."""

    def call(work: Callable[[contactway.AsyncClient], Any], **config: Any) -> Any:
        async def main() -> Any:
            store = f"sqlite:{tmp_path / 'codes.db'}"
            async with contactway.AsyncClient(sandbox.client_config, store=store, **config) as client:
                return await work(client)

        return asyncio.run(main())

    return call


# Functions for asyncio, in all their forms. What they return would be dropped.


async def async_def(told: Any) -> bool:
    return False


class AsyncMethods:
    async def __call__(self, told: Any) -> bool:
        return False

    async def method(self, told: Any) -> bool:
        return False


async def async_generator(told: Any) -> AsyncIterator[bool]:
    yield False


def generator(told: Any) -> Iterator[bool]:
    yield False


NOT_PLAIN = {
    "async def": async_def,
    "lambda of partial": functools.partial(functools.partial(async_def)),
    "object": AsyncMethods(),
    "method": AsyncMethods().method,
    "asynchronous generator": async_generator,
    "generator": generator,
    "mock": AsyncMock(),
}
#: Of these nobody can tell before they are called.
TURN_OUT = {
    "lambda": lambda told: async_def(told),
    "lambda of an object": lambda told: AsyncMethods()(told),
    "lambda of a generator": lambda told: generator(told),
}


class AsyncBar:
    total: float | None = 0

    async def update(self, n: float) -> None: ...


@pytest.mark.parametrize("progress", [*NOT_PLAIN.values(), AsyncBar()], ids=[*NOT_PLAIN, "bar"])
def test_progress_for_asyncio_is_refused_before_anything_is_sent(
    keeper: contactway.Client, awaited: Any, sandbox: Sandbox, progress: Any
) -> None:
    jobs: list[Callable[[Any], Any]] = [
        lambda client: client.sync(progress=progress),
        lambda client: client.apply(rows(), progress=progress),
        lambda client: client.replace_user(from_="lisi", to=["wangwu"], progress=progress),
        lambda client: client.save_qr_codes(directory="codes", progress=progress),
    ]
    for job in jobs:
        with pytest.raises(TypeError, match=r"must be a plain function, not .*call_soon_threadsafe"):
            job(keeper)
        with pytest.raises(TypeError, match=r"must be a plain function, not .*call_soon_threadsafe"):
            awaited(job)
    assert sandbox.request("GET", "/sandbox/calls")["calls"] == []


@pytest.mark.parametrize("progress", TURN_OUT.values(), ids=TURN_OUT)
def test_progress_that_returns_what_must_be_awaited_stops_the_job_and_says_so(
    keeper: contactway.Client, awaited: Any, progress: Any
) -> None:
    with pytest.raises(TypeError, match="progress must be a plain function, not one that returns a") as stopped:
        keeper.apply(rows(), progress=progress)
    assert "created" in vars(stopped.value)["contactway_answer"]
    with pytest.raises(TypeError, match="progress must be a plain function, not one that returns a"):
        awaited(lambda client: client.apply(rows(), progress=progress))


@pytest.mark.parametrize("mock", [Mock, MagicMock])
def test_a_mock_is_a_function_like_any_other(keeper: contactway.Client, mock: type[Mock]) -> None:
    progress = mock(spec=[])
    keeper.apply(rows(), progress=progress)
    assert progress.call_args.args[0]["done"] == 3
    bar = mock()
    keeper.sync(progress=bar)
    assert bar.update.called


def test_progress_may_hand_over_to_a_loop(awaited: Any) -> None:
    async def work(client: contactway.AsyncClient) -> list[int]:
        loop, told = asyncio.get_running_loop(), list[int]()
        handed: list[Future[bool]] = []

        async def note(done: int) -> bool:
            told.append(done)
            return True

        def tell(progress: contactway.types.Progress) -> Any:
            loop.call_soon_threadsafe(told.append, progress["done"])
            handed.append(asyncio.run_coroutine_threadsafe(note(progress["done"]), loop))
            return handed[-1]

        await client.apply(rows(), progress=tell)
        assert [await asyncio.wrap_future(it) for it in handed] == [True] * len(handed)
        return told

    assert awaited(work)[-2:] == [3, 3]


@pytest.mark.parametrize("provide", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_token_provider_for_asyncio_is_refused(provide: Any) -> None:
    for made_of in (contactway.Client, contactway.AsyncClient):
        with pytest.raises(TypeError, match=r"token_provider must be a plain function, not .*asyncio\.run\("):
            made_of(corp_id="ww1", token_provider=provide)
        client = made_of(corp_id="ww1", token_provider=True)
        with pytest.raises(TypeError, match="token_provider must be a plain function, not "):
            client.set_token_provider(provide)


@pytest.mark.parametrize("provide", TURN_OUT.values(), ids=TURN_OUT)
def test_a_token_that_must_be_awaited_is_the_cause(provide: Any) -> None:
    async def main() -> None:
        async with contactway.AsyncClient(corp_id="ww1", token_provider=provide) as client:
            await client.list()

    with contactway.Client(corp_id="ww1", token_provider=provide) as client:
        for call in (client.list, lambda: asyncio.run(main())):
            with pytest.raises(contactway.AuthError) as refused:
                call()
            assert isinstance(refused.value.__cause__, TypeError)
            assert "token_provider must be a plain function, not one that returns a" in str(refused.value.__cause__)


def test_a_token_provider_may_run_what_is_async(sandbox: Sandbox) -> None:
    async def provide(rejected: bool) -> str:
        return "of-a-token-server"

    config = {"base_url": sandbox.base_url, "corp_id": sandbox.corp_id}

    async def main() -> None:
        async with contactway.AsyncClient(config, token_provider=lambda it: asyncio.run(provide(it))) as client:
            await client.list()

    # It reached WeCom, which does not know it.
    with pytest.raises(contactway.AuthError) as refused:
        asyncio.run(main())
    assert refused.value.errcode == 40014


def test_an_empty_token_is_the_cause() -> None:
    client = contactway.Client(corp_id="ww1", token_provider=lambda rejected: "")
    with client, pytest.raises(contactway.AuthError) as refused:
        client.list()
    assert "returned an empty token" in str(refused.value.__cause__)


class AsyncLogger:
    def isEnabledFor(self, level: int) -> bool:  # noqa: N802
        return True

    async def log(self, level: int, message: str, *args: object, **more: object) -> None: ...


@pytest.mark.parametrize("logger", [print, "contactway", 20, async_def, AsyncLogger()])
def test_what_is_no_logger_is_refused_and_the_one_before_stays(
    client: contactway.Client, sandbox: Sandbox, logger: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for it in (client, contactway.AsyncClient(sandbox.client_config)):
        with pytest.raises(TypeError, match=r"logg"):
            it.set_logger(logger)
    with pytest.raises(contactway.ApiError):
        client.get(config_id="0" * 32)
    assert [record.name for record in caplog.records] == ["contactway"]


# Keywords.


def note_of(error: BaseException) -> str:
    """What stands below an error in its traceback."""
    if sys.version_info < (3, 11):
        pytest.skip("exceptions have no notes yet")
    return error.__notes__[-1]


@pytest.mark.parametrize(
    ("keyword", "says"),
    [
        ("timeot", "Client.add() got an unexpected keyword argument 'timeot': did you mean timeout, in seconds?"),
        ("timeout_ms", "did you mean timeout, in seconds?"),
        ("cancelller", "did you mean canceller?"),
        ("kye", "did you mean key?"),
        ("accept_duplicates", "did you mean accept_duplicate?"),
        ("usr", "did you mean user?"),
        (
            "of_tomorrow",
            "help(Client.add) shows those that there are. Members that are not known yet go into a mapping",
        ),
    ],
)
def test_a_misspelt_keyword_of_a_call_is_told_with_the_one_that_was_meant(
    client: contactway.Client, keyword: str, says: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(says)):
        client.add(**WAY, **{keyword: 1})  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("keyword", "says"),
    [
        ("timeout", "Client() got an unexpected keyword argument 'timeout': did you mean timeout_ms, in milliseconds?"),
        ("max_inflight", "did you mean max_in_flight?"),
        ("settle", "did you mean settle_s, in seconds?"),
        ("token_provder", "did you mean token_provider?"),
        ("corpid", "did you mean corp_id?"),
        ("bogus", "help(Client) shows those that there are"),
    ],
)
def test_a_misspelt_keyword_of_a_client_is_told_with_the_one_that_was_meant(keyword: str, says: str) -> None:
    given: Any = {keyword: 1}
    with pytest.raises(TypeError, match=re.escape(says)):
        contactway.Client(**given)
    with pytest.raises(TypeError, match=re.escape(says.replace("Client", "AsyncClient"))):
        contactway.AsyncClient(**given)


def calls_of(client: Any, **more: Any) -> dict[str, Callable[[], Any]]:
    """Every method that takes keywords, with some that it has."""
    return {
        "add": lambda: client.add(**WAY, **more),
        "get": lambda: client.get(config_id="a", **more),
        "list": lambda: client.list(limit=10, **more),
        "iter_contact_ways": lambda: client.iter_contact_ways(**more),
        "update": lambda: client.update(config_id="a", **more),
        "delete": lambda: client.delete(config_id="a", **more),
        "close_temp_chat": lambda: client.close_temp_chat(userid="a", external_userid="b", **more),
        "upload_image": lambda: client.upload_image(path="a.png", **more),
        "save_qr_code": lambda: client.save_qr_code(config_id="a", path="a.png", **more),
        "check": lambda: client.check(**more),
        "ledger": lambda: client.ledger(key="a", **more),
        "iter_ledger": lambda: client.iter_ledger(key="a", **more),
        "sync": lambda: client.sync(**more),
        "apply": lambda: client.apply(rows(), **more),
        "replace_user": lambda: client.replace_user(from_="a", to=["b"], **more),
        "save_qr_codes": lambda: client.save_qr_codes(directory="codes", **more),
    }


METHODS = list(calls_of(None))


async def came_of(call: Callable[[], Any]) -> Any:
    made = call()
    return [it async for it in made] if hasattr(made, "__aiter__") else await made


@pytest.mark.parametrize("method", METHODS)
def test_every_method_names_itself_and_what_was_meant(
    client: contactway.Client, sandbox: Sandbox, awaited: Any, method: str
) -> None:
    says = rf"Client\.{method}\(\) got an unexpected keyword argument 'timout': did you mean timeout, in seconds\?"
    with pytest.raises(TypeError, match="^" + says):
        list(calls_of(client, timout=3)[method]())
    with pytest.raises(TypeError, match="^Async" + says):
        awaited(lambda it: came_of(calls_of(it, timout=3)[method]))
    assert sandbox.request("GET", "/sandbox/calls")["calls"] == []


@pytest.mark.parametrize("method", METHODS)
def test_with_asyncio_it_is_the_task_that_is_cancelled(awaited: Any, method: str) -> None:
    with pytest.raises(TypeError, match=rf"AsyncClient\.{method}\(\) .*'canceller': cancelling the task cancels"):
        awaited(lambda it: came_of(calls_of(it, canceller=contactway.Canceller())[method]))


@pytest.mark.parametrize("made_of", [contactway.Client, contactway.AsyncClient])
def test_a_client_is_made_by_keywords(made_of: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"^{made_of.__name__}\(\) takes .* {made_of.__name__}\(corp_id=…, secret=…\)"
    ) as refused:
        made_of("ww1", "of-the-house")
    assert "of-the-house" not in str(refused.value)
    with pytest.raises(contactway.InvalidArgument) as not_json:
        made_of("ww1")
    assert "ww1" not in str(not_json.value)
    # It stands on the client below.
    assert "keywords, as in Client(corp_id=…)" in note_of(not_json.value)


def test_an_argument_of_python_s_own_names_the_class_that_it_knows(client: contactway.Client) -> None:
    with pytest.raises(TypeError, match=r"^Client\.set_suite_ticket\(\) missing"):
        client.set_suite_ticket()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^Client\.sync\(\) takes"):
        client.sync({}, {})  # type: ignore[call-arg, arg-type]
    with pytest.raises(TypeError, match=r"^AsyncClient\.set_logger\(\) missing"):
        contactway.AsyncClient(access_token="t").set_logger()  # type: ignore[call-arg]


def test_an_id_without_its_keyword_is_told_with_it(client: contactway.Client, awaited: Any) -> None:
    with pytest.raises(contactway.InvalidArgument) as refused:
        client.get("0" * 32)
    assert "keywords, as in Client.get(config_id=…)" in note_of(refused.value)
    with pytest.raises(contactway.InvalidArgument) as refused:
        awaited(lambda it: it.delete("0" * 32))
    assert "keywords, as in AsyncClient.delete(config_id=…)" in note_of(refused.value)
    with pytest.raises(contactway.InvalidArgument) as refused:
        client.close_temp_chat("zhangsan")
    assert "keywords, as in Client.close_temp_chat(userid=…)" in note_of(refused.value)
    with pytest.raises(TypeError, match=r"^a walk takes keywords or a mapping, not str"):
        next(client.iter_ledger("counter-1"))  # type: ignore[arg-type]


def test_what_was_closed_is_told_in_python_s_words(client: contactway.Client, sandbox: Sandbox) -> None:
    canceller, stopped = contactway.Canceller(), Sandbox()
    canceller.close()
    stopped.stop()
    with pytest.raises(contactway.InvalidHandle, match=r"the canceller was closed; make another"):
        client.list(canceller=canceller)
    with pytest.raises(contactway.InvalidHandle, match=r"the sandbox was stopped; start another"):
        stopped.request("GET", "/sandbox/info")


def test_none_in_a_configuration_is_told_to_be_no_value() -> None:
    # As os.environ.get gives it.
    with pytest.raises(contactway.InvalidArgument, match=r"/secret: secret must not be null, which is no value"):
        contactway.Client(corp_id="ww1", secret=None)  # type: ignore[arg-type]


# Values.


@pytest.mark.parametrize(
    ("members", "error", "says"),
    [
        ({"user": {"zhangsan"}}, TypeError, "user: set has no place in JSON; give a list"),
        ({"user": ["zhangsan", b"lisi"]}, TypeError, "user[1]: bytes has no place in JSON; decode it to a str"),
        ({"remark": object()}, TypeError, "remark: object has no place in JSON"),
        (
            {"expires_in": timedelta(1)},
            TypeError,
            "expires_in: timedelta has no place in JSON; give int(it.total_seconds())",
        ),
        (
            {"expires_in": datetime.now(timezone.utc)},
            TypeError,
            "expires_in: datetime has no place in JSON; give a number",
        ),
        ({"expires_in": float("nan")}, ValueError, "expires_in: nan is no number in JSON"),
        ({"conclusions": {"text": {"content": b"x"}}}, TypeError, "conclusions.text.content: bytes"),
        ({"conclusions": {b"text": 1}}, TypeError, "conclusions.b'text': bytes"),
        ({"key": b"counter-1"}, TypeError, "key: bytes has no place in JSON; decode it to a str"),
        ({"timeout": "5"}, TypeError, "timeout must be a number of seconds, not str"),
        ({"timeout": timedelta(seconds=5)}, TypeError, "not timedelta; give its total_seconds()"),
        ({"timeout": (3, 10)}, TypeError, "timeout must be a number of seconds, not tuple"),
        ({"timeout": float("nan")}, ValueError, "timeout must be a finite number of seconds, not nan"),
        ({"timeout": 0}, contactway.InvalidArgument, "timeout must be more than 0 seconds"),
        ({"timeout": -1.5}, contactway.InvalidArgument, "timeout must be more than 0 seconds"),
        ({"timeout": 10**400}, contactway.InvalidArgument, "timeout must be at most 9223372036854775 seconds"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_its_place_and_what_to_give(
    client: contactway.Client, awaited: Any, members: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)) as refused:
        client.add(**{**WAY, **members})
    assert type(refused.value) is error
    with pytest.raises(error, match=re.escape(says)):
        awaited(lambda it: it.add(**{**WAY, **members}))


def test_what_a_mapping_of_the_caller_s_raises_is_not_taken_for_a_value(client: contactway.Client) -> None:
    class Broken(UserDict[str, Any]):
        def __iter__(self) -> Iterator[str]:
            raise TypeError("the mapping is broken")

    with pytest.raises(TypeError, match="the mapping is broken"):
        client.add({**WAY, "conclusions": Broken()})


def test_a_value_that_is_too_deep_to_be_found_is_refused_all_the_same(client: contactway.Client) -> None:
    deep: Any = object()
    for _ in range(700):
        deep = [deep]
    with pytest.raises((TypeError, ValueError)):
        client.add({**WAY, "user": deep})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (rows, "not function; call it, and give what it returns"),
        (7, "not int"),
        (async_generator(None), "not async_generator; collect them first, as in [row async for row in rows]"),
    ],
)
def test_rows_that_are_none_are_told_what_to_do(keeper: contactway.Client, given: Any, says: str) -> None:
    with pytest.raises(TypeError, match=re.escape(says)):
        keeper.apply(rows=given)


def test_a_row_is_told_with_the_place_in_it(keeper: contactway.Client) -> None:
    with pytest.raises(TypeError, match=re.escape("row 1: contact_way.user: set has no place in JSON; give a list")):
        keeper.apply([{"key": "a", "contact_way": {**WAY, "user": {"zhangsan"}}}])


@pytest.mark.parametrize(("threads", "error"), [("4", TypeError), (True, TypeError), (0, ValueError), (-1, ValueError)])
def test_threads_that_cannot_be_are_refused(threads: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^threads must be "):
        contactway.AsyncClient(corp_id="ww1", secret="s", threads=threads)


# Jobs that never began.


def test_a_job_that_was_stopped_before_it_began_has_counted_to_zero(
    keeper: contactway.Client, awaited: Any, sandbox: Sandbox
) -> None:
    def counted(error: contactway.ContactwayError, answer: Any) -> None:
        names = answer.__required_keys__ - {"errcode", "errmsg", "failures"}
        assert (error.counts, error.answer["failures"]) == (dict.fromkeys(names, 0), [])
        assert (error.effect, error.retryable) == ("none", True)

    types = contactway.types
    answers = {
        "sync": types.SyncAnswer,
        "apply": types.ApplyAnswer,
        "replace_user": types.ReplaceUserAnswer,
        "save_qr_codes": types.SaveQrCodesAnswer,
    }
    with contactway.Canceller() as fired:
        fired.cancel()
        for method, answer in answers.items():
            with pytest.raises(contactway.Cancelled) as cancelled:
                calls_of(keeper, canceller=fired)[method]()
            counted(cancelled.value, answer)
        with pytest.raises(contactway.Cancelled) as cancelled:
            keeper.apply("codes.csv", canceller=fired)
        counted(cancelled.value, types.ApplyAnswer)

    def slow() -> Iterator[dict[str, Any]]:
        for row in rows():
            ended.wait(0.05)
            yield row

    ended = threading.Event()
    with pytest.raises(contactway.TimedOut) as late:
        keeper.apply(slow(), timeout=0.02)
    counted(late.value, types.ApplyAnswer)

    async def no_thread(client: contactway.AsyncClient) -> None:
        hold = threading.Event()
        first = asyncio.create_task(client.apply((row for row in rows() if hold.wait(60)), timeout=60))
        await asyncio.sleep(0.05)
        for method, answer in answers.items():
            with pytest.raises(contactway.TimedOut) as late:
                await calls_of(client, timeout=0.02)[method]()
            counted(late.value, answer)
        hold.set()
        await first

    awaited(no_thread, threads=1)
