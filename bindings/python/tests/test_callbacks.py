"""Functions of Python's that the library calls."""

from __future__ import annotations

import gc
import http.client
import json
import logging
import os
import signal
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import run_python, until

import contactway
from contactway.testing import Sandbox


def fetched(sandbox: Sandbox) -> str:
    """A token, had from the sandbox as a central token server would."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.base_url).netloc)
    connection.request("GET", f"/cgi-bin/gettoken?corpid={sandbox.corp_id}&corpsecret={sandbox.secret}")
    token = json.loads(connection.getresponse().read())["access_token"]
    connection.close()
    return str(token)


def test_log_lines_come_as_records(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "contactway")
    with contactway.Client(sandbox.client_config) as client:
        client.list()
    records = [record for record in caplog.records if record.name == "contactway"]
    assert records
    for record in records:
        assert record.levelno >= logging.INFO
        assert json.loads(record.getMessage()) == record.contactway  # type: ignore[attr-defined]
        assert sandbox.secret not in record.getMessage()


def test_a_failed_call_is_an_error_and_the_rest_is_not_made(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "contactway")
    with contactway.Client(sandbox.client_config) as client:
        client.list()
        assert caplog.records == []
        with pytest.raises(contactway.ApiError):
            client.get(config_id="0" * 32)
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_another_logger_can_be_set_and_none(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "shop.wecom")
    with contactway.Client(sandbox.client_config) as client:
        client.set_logger(logging.getLogger("shop.wecom"))
        client.list()
        assert {record.name for record in caplog.records} == {"shop.wecom"}
        caplog.clear()
        client.set_logger(None)
        client.list()
    assert caplog.records == []


def test_logging_that_nobody_imported_is_not_imported() -> None:
    ran = run_python("import sys, contactway; contactway.Client(access_token='t'); print('logging' in sys.modules)")
    assert ran.stdout == "False\n"


def test_without_a_set_up_nothing_is_printed() -> None:
    ran = run_python("""
import logging
import contactway
from contactway.testing import Sandbox
with Sandbox() as sandbox, contactway.Client(sandbox.client_config) as client:
    try:
        client.get(config_id="0" * 32)
    except contactway.ApiError:
        pass
""")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_tokens_come_from_the_provider(sandbox: Sandbox, calls: Any) -> None:
    told: list[bool] = []
    tokens = ["stale"]

    def provide(rejected: bool) -> str:
        told.append(rejected)
        if rejected:
            tokens.append(fetched(sandbox))
        return tokens[-1]

    config = {"base_url": sandbox.base_url, "corp_id": sandbox.corp_id}
    with contactway.Client(config, token_provider=provide) as client:
        client.list()
        client.list()
    assert told == [False, True, False]
    assert calls("list_contact_way")[0]["target"].endswith("access_token=stale")


def test_what_a_provider_raises_is_the_cause() -> None:
    def provide(rejected: bool) -> str:
        raise LookupError("the token server is away")

    with contactway.Client(corp_id="ww1", token_provider=provide) as client:
        with pytest.raises(contactway.AuthError) as refused:
            client.list()
        assert isinstance(refused.value.__cause__, LookupError)
        client.set_token_provider(lambda rejected: None)
        with pytest.raises(contactway.AuthError) as refused:
            client.list()
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("token", ["", "x" * 100_000, 7])
def test_a_token_that_is_none_is_an_auth_error(token: Any) -> None:
    client = contactway.Client(corp_id="ww1", token_provider=lambda rejected: token)
    with client, pytest.raises(contactway.AuthError):
        client.list()


def test_a_provider_may_be_set_later_and_changed(sandbox: Sandbox) -> None:
    config = {"base_url": sandbox.base_url, "corp_id": sandbox.corp_id}
    with contactway.Client(config, token_provider=True) as client:
        with pytest.raises(contactway.ContactwayError):
            client.list()
        client.set_token_provider(lambda rejected: fetched(sandbox))
        client.list()
        with pytest.raises(TypeError):
            client.set_token_provider("a token")  # type: ignore[arg-type]


def test_a_provider_is_for_clients_that_were_made_for_one(client: contactway.Client) -> None:
    with pytest.raises(contactway.InvalidArgument):
        client.set_token_provider(lambda rejected: "token")


def test_a_suite_ticket_reaches_the_client() -> None:
    suite: contactway.types.Suite = {
        "suite_id": "s",
        "suite_secret": "x",
        "suite_ticket": "old",
        "auth_corp_id": "ww1",
        "permanent_code": "p",
    }
    app = {"corp_id": "ww2", "secret": "z"}
    sandbox = Sandbox(suites=[{**suite, "suite_ticket": "new"}], apps=[app])
    with sandbox, contactway.Client(base_url=sandbox.base_url, suite=suite) as client:
        with pytest.raises(contactway.AuthError):
            client.list()
        client.set_suite_ticket("new")
        client.list()
        with pytest.raises(ValueError, match="null"):
            client.set_suite_ticket("n\0w")


class OfAHandler(Exception):
    """What a signal's handler may raise."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OfAHandler])
@pytest.mark.parametrize("logger", [logging.getLogger("contactway"), None])
def test_what_a_signals_handler_raises_during_a_call_comes_out_of_it(
    client: contactway.Client, faults: Any, calls: Any, error: type[BaseException], logger: logging.Logger | None
) -> None:
    def handle(number: int, frame: object) -> None:
        raise error

    def signal_and_cancel() -> None:
        until(lambda: len(calls("list_contact_way")) == 1)
        os.kill(os.getpid(), signal.SIGUSR1)
        canceller.cancel()

    faults("list_contact_way", silence=True)
    client.set_logger(logger)
    before, unraisable = signal.signal(signal.SIGUSR1, handle), sys.unraisablehook
    other = threading.Thread(target=signal_and_cancel)
    try:
        with contactway.Canceller() as canceller:
            other.start()
            with pytest.raises(error):
                client.list(canceller=canceller, timeout=120)
            with pytest.raises(contactway.Cancelled):
                client.list(canceller=canceller)
    finally:
        signal.signal(signal.SIGUSR1, before)
        other.join()
    assert sys.unraisablehook is unraisable


def test_a_hook_that_another_thread_sets_during_a_call_stays(
    client: contactway.Client, faults: Any, calls: Any
) -> None:
    def hook(unraisable: Any) -> None: ...

    def set_hook_and_cancel() -> None:
        until(lambda: len(calls("list_contact_way")) == 1)
        sys.unraisablehook = hook
        canceller.cancel()

    faults("list_contact_way", silence=True)
    other = threading.Thread(target=set_hook_and_cancel)
    with contactway.Canceller() as canceller, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", sys.unraisablehook)
        other.start()
        with pytest.raises(contactway.Cancelled):
            client.list(canceller=canceller, timeout=120)
        other.join()
        assert sys.unraisablehook is hook


def test_what_nobody_can_catch_during_a_call_goes_where_it_went(client: contactway.Client, caplog: Any) -> None:
    lost: list[Any] = []

    class Thing:
        def __del__(self) -> None:
            raise LookupError("of another's")

    def forget_it(record: logging.LogRecord) -> bool:
        Thing()
        return True

    logger = logging.getLogger("shop.wecom")
    logger.addFilter(forget_it)
    client.set_logger(logger)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", lambda it: lost.append(type(it.exc_value)))
        with pytest.raises(contactway.ApiError):
            client.get(config_id="0" * 32)
    logger.removeFilter(forget_it)
    assert lost == [LookupError]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_comes_out_of_a_logger_and_a_provider(
    sandbox: Sandbox, error: type[BaseException]
) -> None:
    def fail(_: object) -> Any:
        raise error

    logger = logging.getLogger("shop.wecom")
    logger.addFilter(fail)
    with contactway.Client(sandbox.client_config) as client:
        client.set_logger(logger)
        with pytest.raises(error) as raised:
            client.get(config_id="0" * 32)
        assert vars(raised.value)["contactway_answer"]["errcode"] == 41044
        logger.setLevel(logging.DEBUG)
        client.set_logger(logger)
        with pytest.raises(error) as raised:
            client.add(type=1, scene=2, user=["zhangsan"])
        assert vars(raised.value)["contactway_answer"]["config_id"]
    logger.setLevel(logging.NOTSET)
    logger.removeFilter(fail)
    with contactway.Client(corp_id="ww1", token_provider=fail) as client, ThreadPoolExecutor(1) as threads:
        with pytest.raises(error):
            client.list()
        # Also where no signal is ever heard.
        assert isinstance(threads.submit(client.list).exception(), error)


def test_what_a_filter_raises_is_dealt_with_as_logging_does(
    client: contactway.Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: logging.LogRecord) -> bool:
        raise LookupError("the filter is broken")

    logger = logging.getLogger("shop.wecom")
    logger.addFilter(fail)
    client.set_logger(logger)
    for raise_exceptions in (True, False):
        monkeypatch.setattr(logging, "raiseExceptions", raise_exceptions)
        with pytest.raises(contactway.ApiError):
            client.get(config_id="0" * 32)
        said = capsys.readouterr().err
        assert ("--- Logging error ---" in said and "the filter is broken" in said) == raise_exceptions
        assert raise_exceptions or said == ""
    logger.removeFilter(fail)


def test_a_closed_client_takes_no_functions() -> None:
    client = contactway.Client(corp_id="ww1", token_provider=True)
    client.close()
    with pytest.raises(contactway.InvalidHandle):
        client.set_logger(logging.getLogger("shop.wecom"))
    functions = weakref.WeakSet[Any]()
    functions.add(provide := lambda rejected: "token")
    with pytest.raises(contactway.InvalidHandle):
        client.set_token_provider(provide)
    del provide
    gc.collect()
    assert not functions


def test_a_refused_provider_leaves_the_one_before(client: contactway.Client) -> None:
    functions = weakref.WeakSet[Any]()
    functions.add(provide := lambda rejected: "token")
    with pytest.raises(contactway.InvalidArgument):
        client.set_token_provider(provide)
    del provide
    gc.collect()
    assert not functions


async def coroutine() -> str:
    return "token"


@pytest.mark.parametrize("make", [lambda: b"token", lambda: 7, coroutine])
def test_a_token_of_another_type_is_named(make: Any) -> None:
    token = make()
    client = contactway.Client(corp_id="ww1", token_provider=lambda rejected: token)
    with client, pytest.raises(contactway.AuthError) as refused:
        client.list()
    assert isinstance(refused.value.__cause__, TypeError)
    assert type(token).__name__ in str(refused.value.__cause__)


@pytest.mark.parametrize("provider", ["a token", 1, b"x"])
def test_what_is_no_provider_is_refused(provider: Any) -> None:
    with pytest.raises(TypeError, match=type(provider).__name__):
        contactway.Client(corp_id="ww1", token_provider=provider)


@pytest.mark.parametrize(("ticket", "error"), [(5, TypeError), (None, TypeError), ("of\ud800", ValueError)])
def test_a_ticket_that_is_none_is_refused_without_being_shown(ticket: Any, error: type[Exception]) -> None:
    with contactway.Client(access_token="t") as client, pytest.raises(error, match=r"suite.ticket") as refused:
        client.set_suite_ticket(ticket)
    assert type(refused.value) is error
    assert "of" not in str(refused.value)
