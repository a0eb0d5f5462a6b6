"""Functions of Python's that the library calls."""

from __future__ import annotations

import http.client
import json
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import run_python

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
    suite = {
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
