"""Every kind of failure has its exception, and the exception has everything the answer says."""

from __future__ import annotations

import pickle
import re
import threading
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from conftest import REPOSITORY

import contactway
from contactway import ContactwayError, types
from contactway.errors import _OWN_CODES, KINDS, error_of


def test_a_refusal_carries_everything_that_the_answer_says(client: contactway.Client, faults: Any) -> None:
    faults("get_contact_way", errcode=45009, errmsg="api freq out of limit, hint: [1700000000_1]")
    with pytest.raises(contactway.RateLimited) as refused:
        client.get(config_id="0123456789abcdef0123456789abcdef", timeout=0.2)
    error = refused.value
    assert (error.kind, error.errcode, error.effect) == ("rate_limited", 45009, "none")
    assert (error.endpoint, error.attempts, error.http_status) == ("get_contact_way", 1, 200)
    assert error.errmsg.startswith("api freq out of limit")
    assert error.retry_after_ms is not None
    assert error.retry_after_ms > 0
    assert error.advice
    assert error.hint == "1700000000_1"
    assert error.answer["error"]["kind"] == "rate_limited"
    assert str(error) == f"rate_limited (45009): {error.errmsg}"


def test_every_broken_rule_is_named(client: contactway.Client) -> None:
    with pytest.raises(contactway.InvalidRequest) as refused:
        client.add(type=1, scene=2, user=["zhangsan", "lisi"], party=[2], remark="三" * 31)
    assert [detail["pointer"] for detail in refused.value.details] == ["/user", "/party", "/remark"]


@pytest.mark.parametrize(
    ("do", "error", "effect"),
    [
        ({"errcode": 41054}, contactway.ApiError, "none"),
        ({"errcode": -1}, contactway.ApiError, "unknown"),
        ({"reset": True}, contactway.NetworkError, "unknown"),
        ({"status": 500, "body": "oops"}, contactway.BadResponse, "unknown"),
        ({"silence": True}, contactway.TimedOut, "unknown"),
    ],
)
def test_an_add_that_fails_says_whether_it_may_have_happened(
    client: contactway.Client, faults: Any, do: Any, error: type[contactway.ContactwayError], effect: str
) -> None:
    faults("add_contact_way", **do)
    with pytest.raises(error) as failed:
        client.add(type=1, scene=2, user=["zhangsan"], timeout=0.3)
    assert failed.value.effect == effect
    assert not failed.value.retryable


def test_whatever_the_core_says_of_a_failure_is_an_attribute_and_a_member() -> None:
    source = (REPOSITORY / "src" / "answer" / "error.rs").read_text(encoding="utf-8")
    said = set(re.findall(r'\bput\("(\w+)"', source))
    assert {"kind", "key", "retry_after_ms"} < said
    assert said - ContactwayError.__annotations__.keys() == set()
    # A step of a check adds nothing, so that there is neither key nor candidates.
    assert said - get_type_hints(types.Failing).keys() == {"key", "candidates"}


def test_whatever_the_core_says_of_a_failure_is_handed_through() -> None:
    detail = {"pointer": "/user", "rule": "user_max_items", "message": "too many"}
    failure = {"line": 2, "key": "b", "config_id": "c2", "errcode": 60111, "errmsg": "userid not found"}
    told: dict[str, Any] = {"kind": "of_tomorrow", "effect": "none", "retryable": True, "endpoint": "apply"}
    told |= {"attempts": 3, "http_status": 200, "details": [detail], "retry_after_ms": 1500, "remembered": True}
    told |= {"advice": "a", "hint": "h", "help_url": "u", "key": "shop-1", "candidates": ["c1"]}
    answer = {"errcode": -1042, "errmsg": "stopped", "config_id": "c1", "created": 3, "failures": [failure]}
    error = error_of({**answer, "error": told})
    rest = {"counts": {"created": 3}, "answer": {**answer, "error": told}}
    del answer["created"]
    assert vars(error) == {**told, **answer, **rest}
    for kind in KINDS:
        assert vars(error_of({**answer, "error": {**told, "kind": kind}})).items() >= {"retryable": True}.items()


def test_help_explains_every_attribute() -> None:
    help_text = ContactwayError.__doc__ or ""
    explained = re.findall(r"^        (\w+) \(", help_text, re.MULTILINE)
    assert explained == list(ContactwayError.__annotations__)
    assert vars(error_of({"errcode": 1, "errmsg": "bare"})).keys() == set(explained)


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ({"line": 2, "key": "b"}, "line 2, key b"),
        ({"config_id": "c2"}, "config_id c2"),
    ],
)
def test_the_text_of_a_job_that_failed_in_part_names_the_first_failure(where: Any, named: str) -> None:
    failures = [{**where, "errcode": 60111, "errmsg": "userid not found"}, {"errcode": 1, "errmsg": "second"}]
    answer = {"errcode": -1011, "errmsg": "2 of 9 failed", "failures": failures, "error": {"kind": "partial"}}
    text = "partial (-1011): 2 of 9 failed. The first failure: " + named + ": userid not found (60111)"
    assert str(error_of(answer)) == text


def test_a_conflict_names_the_contact_way_that_has_the_key(sandbox: Any, tmp_path: Path) -> None:
    with contactway.Client(sandbox.client_config, store=f"sqlite:{tmp_path}/codes.db") as client:
        made = client.add(type=1, scene=2, user=["zhangsan"], key="counter")
        with pytest.raises(contactway.Conflict) as refused:
            client.add(type=1, scene=2, user=["lisi"], key="counter")
    assert refused.value.config_id == made["config_id"]


def test_a_broken_answer_to_an_add_names_what_was_made(client: contactway.Client, faults: Any) -> None:
    faults("add_contact_way", status=200, body='{"errcode":0,"config_id":"c1","qr')
    with pytest.raises(contactway.BadResponse) as failed:
        client.add(type=1, scene=2, user=["zhangsan"])
    assert failed.value.config_id == "c1"


def test_a_cancelled_add_of_unknown_outcome_has_its_key(sandbox: Any, faults: Any, tmp_path: Path) -> None:
    faults("add_contact_way", silence=True)
    store = f"sqlite:{tmp_path}/codes.db"
    with contactway.Client(sandbox.client_config, store=store) as client, contactway.Canceller() as canceller:
        threading.Timer(0.3, canceller.cancel).start()
        with pytest.raises(contactway.Cancelled) as stopped:
            client.add(type=1, scene=2, user=["zhangsan"], key="counter", canceller=canceller)
    assert (stopped.value.effect, stopped.value.key) == ("unknown", "counter")


def test_each_kind_has_its_exception() -> None:
    codes = kinds_of_the_core()
    assert codes.keys() == KINDS.keys()
    assert codes.items() >= _OWN_CODES.items()
    for kind, exception in KINDS.items():
        error = error_of({"errcode": -1, "errmsg": "", "error": {"kind": kind}})
        assert type(error) is exception
        assert isinstance(error, contactway.ContactwayError)
        assert getattr(contactway, exception.__name__) is exception


def kinds_of_the_core() -> dict[str, int]:
    """The table of the core: each kind's name and errcode."""
    source = (REPOSITORY / "src" / "answer" / "error.rs").read_text(encoding="utf-8")
    return {kind: int(code) for kind, code in re.findall(r'Self::\w+ => \("(\w+)", (-?\d+)\)', source)}


def test_kinds_and_members_of_tomorrow_are_tolerated() -> None:
    error = error_of({"errcode": -1042, "errmsg": "new", "error": {"kind": "of_tomorrow", "colour": "blue"}})
    assert type(error) is contactway.ContactwayError
    assert (error.kind, error.errcode, error.effect) == ("of_tomorrow", -1042, "unknown")
    assert type(error_of({"errcode": 1, "errmsg": "bare"})) is contactway.ContactwayError


def test_an_error_can_be_pickled(client: contactway.Client) -> None:
    with pytest.raises(contactway.InvalidRequest) as refused:
        client.get({})
    error = pickle.loads(pickle.dumps(refused.value))
    assert type(error) is contactway.InvalidRequest
    assert vars(error) == vars(refused.value)


def test_an_answer_that_python_cannot_read_is_no_value_error(client: contactway.Client, faults: Any) -> None:
    # Python takes no integer of so many digits from a text.
    faults("list_contact_way", status=200, body='{"errcode":0,"errmsg":"ok","n":' + "9" * 10_000 + "}")
    with pytest.raises(contactway.BadResponse) as failed:
        client.list()
    assert failed.value.effect == "unknown"


def test_nothing_that_fails_shows_a_secret(client: contactway.Client, sandbox: Any, faults: Any) -> None:
    faults("gettoken", errcode=40001, errmsg=f"invalid credential {sandbox.secret}")
    with pytest.raises(contactway.AuthError) as refused:
        client.list()
    assert sandbox.secret not in repr(refused.value)


@pytest.mark.parametrize("answer", ["the deadline passed", {"errmsg": "no code"}, 5, None])
def test_an_error_is_made_from_an_answer(answer: Any) -> None:
    with pytest.raises(TypeError, match="TimedOut is made from an answer"):
        contactway.TimedOut(answer)


@pytest.mark.parametrize(("name", "meant"), [("usr", "user"), ("remrak", "remark")])
def test_a_misspelt_keyword_is_told_the_near_one(client: Any, name: str, meant: str) -> None:
    with pytest.raises(TypeError, match=f"{name!r}: did you mean {meant}"):
        client.add(type=2, scene=2, **{name: "x"})


def test_seconds_are_not_taken_for_a_client_s_milliseconds() -> None:
    of_no_type: Any = {"corp_id": "ww1", "secret": "s", "timeout": 5}
    with pytest.raises(TypeError, match="did you mean timeout_ms"):
        contactway.Client(**of_no_type)
