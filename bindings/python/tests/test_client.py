"""Requests in the ways that Python has of giving them, and answers."""

from __future__ import annotations

import base64
import contextlib
import copy
import enum
import gc
import os
import pickle
import types
from pathlib import Path
from typing import Any

import pytest

import contactway
from contactway.testing import Sandbox


def test_lives_the_life_of_a_contact_way(client: contactway.Client, tmp_path: Path) -> None:
    config_id = client.add(type=2, scene=2, user=["zhangsan", "lisi"], remark="前台", state="counter-1")["config_id"]
    way = client.get(config_id=config_id)["contact_way"]
    assert (way["user"], way["remark"], way["state"]) == (["zhangsan", "lisi"], "前台", "counter-1")
    assert client.list(limit=1000)["contact_way"] == [{"config_id": config_id}]
    client.update(config_id=config_id, user=["wangwu"])
    assert client.get(config_id=config_id)["contact_way"]["user"] == ["wangwu"]
    picture = tmp_path / "counter.png"
    saved = client.save_qr_code(config_id=config_id, path=picture)
    assert saved["bytes"] == len(picture.read_bytes())
    assert client.upload_image(path=picture)["type"] == "image"
    assert client.upload_image(base64=base64.b64encode(picture.read_bytes()).decode(), filename="a.png")["media_id"]
    client.delete(config_id=config_id)
    assert client.list()["contact_way"] == []


def test_ends_a_temporary_chat_with_the_closing_words(client: contactway.Client, sandbox: Sandbox) -> None:
    words = {"text": {"content": "祝您早日康复"}}
    way = client.add({"type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": True, "conclusions": words})
    customer = sandbox.request("POST", "/sandbox/scan", {"config_id": way["config_id"]})["external_userid"]
    client.close_temp_chat(userid="zhangyisheng", external_userid=customer)
    messages = sandbox.request("GET", f"/sandbox/messages?external_userid={customer}")["messages"]
    assert [message["text"] for message in messages] == [words["text"]]


BODY = '{"type":1,"scene":2,"user":["zhangsan"],"remark":"前台"}'


@pytest.mark.parametrize(
    ("request_", "members"),
    [
        (None, {"type": 1, "scene": 2, "user": ["zhangsan"], "remark": "前台"}),
        ({"type": 1, "scene": 2, "user": ["zhangsan"], "remark": "前台"}, {}),
        ({"type": 1, "scene": 2, "user": ["lisi"]}, {"user": ["zhangsan"], "remark": "前台"}),
        (types.MappingProxyType({"type": 1, "scene": 2, "user": ("zhangsan",), "remark": "前台"}), {}),
        (BODY, {}),
    ],
    ids=["keywords", "dict", "both", "mapping", "text"],
)
def test_a_request_is_keywords_or_a_mapping_or_a_text(
    client: contactway.Client, calls: Any, request_: Any, members: Any
) -> None:
    client.add(request_, **members)
    assert calls("add_contact_way")[-1]["body"] == BODY


def test_a_text_goes_out_byte_for_byte(client: contactway.Client, calls: Any) -> None:
    text = '{ "user":["zhangsan"], "scene" :2,"type":1,\n"of_tomorrow":1.10}'
    client.add(text)
    assert calls("add_contact_way")[-1]["body"] == text


def test_members_of_tomorrow_are_passed_on_from_a_mapping(client: contactway.Client, calls: Any) -> None:
    client.add({"type": 1, "scene": 2, "user": ["zhangsan"], "of_tomorrow": {"a": 12345678901234567890123}})
    assert calls("add_contact_way")[-1]["body"].endswith('"of_tomorrow":{"a":12345678901234567890123}}')


def test_absent_empty_and_false_are_three_things(client: contactway.Client, calls: Any, config_id: str) -> None:
    client.update(config_id=config_id, remark="", skip_verify=False)
    assert calls("update_contact_way")[-1]["body"] == f'{{"config_id":"{config_id}","remark":"","skip_verify":false}}'


def test_none_is_no_value(client: contactway.Client, calls: Any, config_id: str) -> None:
    with pytest.raises(contactway.InvalidRequest) as refused:
        client.update({"config_id": config_id, "remark": None})
    assert refused.value.details[0]["pointer"] == "/remark"
    assert calls("update_contact_way") == []


def test_a_lone_surrogate_is_refused_by_the_library_which_says_where(client: contactway.Client) -> None:
    with pytest.raises(contactway.InvalidRequest) as refused:
        client.add(type=1, scene=2, user=["zhangsan"], remark="\ud800")
    assert [(it["pointer"], it["rule"]) for it in refused.value.details] == [("/remark", "lone_surrogate")]


class Kind(enum.IntEnum):
    ONE_PERSON = 1


def test_an_int_enum_is_its_number(client: contactway.Client, calls: Any) -> None:
    client.add(type=Kind.ONE_PERSON, scene=2, user=["zhangsan"])
    assert calls("add_contact_way")[-1]["body"].startswith('{"type":1,')


circular: list[Any] = []
circular.append(circular)
deep: list[Any] = []
for _ in range(100_000):
    deep = [deep]


@pytest.mark.parametrize(
    ("request_", "members", "error"),
    [
        ({"user": {"zhangsan"}}, {}, TypeError),
        ({"user": b"zhangsan"}, {}, TypeError),
        ({"expires_in": float("nan")}, {}, ValueError),
        ({"user": circular}, {}, ValueError),
        ({"user": deep}, {}, ValueError),
        (["type", 1], {}, TypeError),
        (b"{}", {}, TypeError),
        (7, {}, TypeError),
        ("{}", {"type": 1}, TypeError),
        ('{"type":1}\0', {}, ValueError),
        (None, {"tpye": 1}, TypeError),
        (None, {"timeout_ms": 5}, TypeError),
        (None, {"timeout": "5"}, TypeError),
        (None, {"timeout": True}, TypeError),
        (None, {"timeout": float("inf")}, ValueError),
        (None, {"timeout": float("nan")}, ValueError),
        ({"path": Path(os.fsdecode(b"\xff.png"))}, {}, ValueError),
        (None, {"canceller": 7}, TypeError),
        (None, {"accept_duplicate": {1}}, TypeError),
    ],
)
def test_a_wrong_value_of_pythons_is_pythons_error_and_nothing_is_called(
    client: contactway.Client, sandbox: Sandbox, request_: Any, members: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.add(request_, **members)
    assert sandbox.request("GET", "/sandbox/calls")["calls"] == []


def test_a_wrong_value_is_not_shown_for_it_may_be_a_secret() -> None:
    with pytest.raises(TypeError) as refused:
        contactway.Client(corp_id="ww1", secret=b"of-the-house")  # type: ignore[arg-type]
    assert "of-the-house" not in str(refused.value)


def test_what_is_wrong_json_or_a_wrong_option_is_the_librarys_error(client: contactway.Client) -> None:
    for request in ("", "[]", "{", '{"type":1}}'):
        with pytest.raises(contactway.InvalidArgument):
            client.add(request)
    for timeout in (0, -1, 10**400):
        with pytest.raises(contactway.InvalidArgument):
            client.list(timeout=timeout)


def test_a_configuration_is_keywords_or_a_mapping_or_both(sandbox: Sandbox) -> None:
    with contactway.Client(sandbox.client_config) as client:
        client.list()
    with contactway.Client(base_url=sandbox.base_url, corp_id=sandbox.corp_id, secret=sandbox.secret) as client:
        client.list()
    with contactway.Client(sandbox.client_config, secret="another") as client, pytest.raises(contactway.AuthError):
        client.list()


def test_a_wrong_configuration_is_refused_with_every_member_named() -> None:
    with pytest.raises(contactway.InvalidArgument) as refused:
        contactway.Client({"corp_id": "ww1", "secret": "s", "timeout_ms": 0, "bogus": 1})
    assert {detail["pointer"] for detail in refused.value.details} == {"/timeout_ms", "/bogus"}
    with pytest.raises(TypeError, match="bogus"):
        contactway.Client(corp_id="ww1", secret="s", bogus=1)  # type: ignore[call-arg]


def test_close_frees_the_client_and_may_come_twice(sandbox: Sandbox) -> None:
    with contactway.Client(sandbox.client_config) as client:
        client.close()
    client.close()
    with pytest.raises(contactway.InvalidHandle):
        client.list()


def test_a_client_that_nobody_holds_is_freed(sandbox: Sandbox) -> None:
    client = contactway.Client(sandbox.client_config)
    other = contactway.Client(sandbox.client_config)
    other._handle = client._handle
    del client
    gc.collect()
    with pytest.raises(contactway.InvalidHandle):
        other.list()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_what_has_a_handle_cannot_be_duplicated(client: contactway.Client, sandbox: Sandbox, duplicate: Any) -> None:
    for it in (client, contactway.AsyncClient(sandbox.client_config), sandbox, contactway.Canceller()):
        with pytest.raises(TypeError, match=f"a {type(it).__name__} belongs to its process"):
            duplicate(it)


def test_del_is_there_under_both_names() -> None:
    assert contactway.Client.del_ is contactway.Client.delete
    assert contactway.AsyncClient.del_ is contactway.AsyncClient.delete


def test_the_functions_of_the_ledger_reach_the_library(client: contactway.Client) -> None:
    told: list[Any] = []
    for call in (
        lambda: client.ledger(key="store-1"),
        lambda: client.sync(start_time=0, progress=told.append, timeout=60),
        lambda: client.apply(rows=[]),
        lambda: client.replace_user(from_="zhangsan", to=["lisi"]),
        lambda: client.replace_user({"from": "zhangsan", "to": ["lisi"]}),
        lambda: client.save_qr_codes(directory=Path("codes")),
        lambda: client.add(type=1, scene=2, user=["zhangsan"], key="store-1"),
    ):
        with pytest.raises((contactway.Unsupported, contactway.InvalidArgument)):
            call()


def test_types_are_checked_before_the_program_runs(client: contactway.Client) -> None:
    # mypy fails on an ignore that is not needed.
    with pytest.raises(TypeError):
        client.add(tpye=1)  # type: ignore[call-overload]
    with pytest.raises(contactway.InvalidRequest):
        client.add(type="1", scene=2, user=["zhangsan"])  # type: ignore[call-overload]
    with pytest.raises(contactway.InvalidRequest):
        client.update(config_id=1)  # type: ignore[call-overload]
    with pytest.raises(contactway.InvalidRequest):
        client.add(type=1, scene=2, user="zhangsan")  # type: ignore[call-overload]
    client.add(type=1, scene=2, user=("zhangsan",))
    with pytest.raises(TypeError):
        contactway.Client(corp_di="ww1")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        contactway.AsyncClient(corp_di="ww1")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Sandbox(quoat=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        contactway.Cleint  # type: ignore[attr-defined]  # noqa: B018


class CounterClient(contactway.Client):
    def add_counter(self, number: int) -> str:
        return self.add(type=1, scene=2, user=["zhangsan"], state=f"counter-{number}")["config_id"]


def test_the_types_keep_what_they_know(sandbox: Sandbox) -> None:
    with CounterClient(sandbox.client_config) as client:
        config_id = client.add_counter(1)
        with contextlib.closing(client.iter_contact_ways()) as ways:
            assert next(ways)["config_id"] == config_id


def test_features_and_version_are_the_librarys() -> None:
    assert "sandbox" in contactway.features()
    assert contactway.__version__ == contactway.version()


def test_a_warning_stays_in_the_answer(sandbox: Sandbox) -> None:
    with contactway.Client(sandbox.client_config, validate="warn") as client:
        answer = client.add(type=1, scene=2, user=["zhangsan"], expires_in=60)
    assert [warning["pointer"] for warning in answer["warnings"]] == ["/expires_in"]


def test_the_names_of_the_package_are_all_there() -> None:
    assert set(contactway.__all__) <= set(dir(contactway))


def test_white_space_around_an_answer_is_no_matter(client: contactway.Client, faults: Any) -> None:
    faults("list_contact_way", status=200, body='\n {"errcode":0,"errmsg":"ok","contact_way":[]}\r\n')
    assert client.list() == {"errcode": 0, "errmsg": "ok", "contact_way": []}
