"""The life of a contact way, lived with wechatpy against the program contactway-sandbox."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Sandbox, running
from wechatpy.exceptions import APILimitedException, WeChatClientException


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running() as started:
        yield started


def assert_refused(errcode: int, call: Any, *arguments: Any, **members: Any) -> None:
    with pytest.raises(WeChatClientException) as caught:
        call(*arguments, **members)
    assert caught.value.errcode == errcode
    assert caught.value.errmsg


def test_a_contact_way_lives_and_dies(sandbox: Sandbox) -> None:
    contact = sandbox.contact
    made = contact.add_contact_way(2, 2, remark="渠道客户", state="store-42", user=["lisi", "wangwu"])
    config_id = made["config_id"]
    expected = {
        "config_id": config_id,
        "type": 2,
        "scene": 2,
        "remark": "渠道客户",
        "skip_verify": True,
        "state": "store-42",
        "qr_code": made["qr_code"],
        "user": ["lisi", "wangwu"],
        "party": [],
        "is_temp": False,
        "mark_source": True,
    }
    assert contact.get_contact_way(config_id)["contact_way"] == expected
    listed = sandbox.client.post("externalcontact/list_contact_way", data={"limit": 10})
    assert (listed["contact_way"], listed["next_cursor"]) == ([{"config_id": config_id}], "")

    contact.update_contact_way(config_id, "新备注", state="store-43", user=["zhangsan"], party=[3])
    changed = {"remark": "新备注", "state": "store-43", "user": ["zhangsan"], "party": [3]}
    assert contact.get_contact_way(config_id)["contact_way"] == expected | changed

    customer = sandbox.ask("POST", "scan", {"config_id": config_id})
    assert (customer["state"], customer["temp_chat"]) == ("store-43", None)

    contact.del_contact_way(config_id)
    assert_refused(41044, contact.get_contact_way, config_id)


def test_a_temporary_one_ends_with_its_conclusions(sandbox: Sandbox) -> None:
    text = {"content": "祝您早日康复"}
    members = {"is_temp": True, "chat_expires_in": 3600, "conclusions": {"text": text}}
    made = sandbox.contact.add_contact_way(1, 2, user=["zhangyisheng"], **members)
    way = sandbox.contact.get_contact_way(made["config_id"])["contact_way"]
    assert (way["expires_in"], way["chat_expires_in"], way["conclusions"]) == (7 * 86400, 3600, {"text": text})

    customer = sandbox.ask("POST", "scan", {"config_id": made["config_id"]})
    pair = {"userid": customer["userid"], "external_userid": customer["external_userid"]}
    sandbox.client.post("externalcontact/close_temp_chat", data=pair)
    sent = sandbox.ask("GET", f"messages?external_userid={customer['external_userid']}")["messages"]
    assert [message["text"] for message in sent] == [text]
    assert_refused(84061, sandbox.client.post, "externalcontact/close_temp_chat", data=pair)


def test_a_refusal_is_decoded(sandbox: Sandbox) -> None:
    assert_refused(60111, sandbox.contact.add_contact_way, 1, 2, user=["nobody"])
    assert_refused(40058, sandbox.client.post, "externalcontact/list_contact_way", data={"limit": 1001})
    assert_refused(40001, sandbox.client_with("wrong").external_contact.get_contact_way, "0")
    sandbox.ask("POST", "faults", {"rules": [{"endpoint": "get_contact_way", "do": {"errcode": 45009}}]})
    with pytest.raises(APILimitedException):
        sandbox.contact.get_contact_way("0")


def test_a_token_that_became_void_is_fetched_anew(sandbox: Sandbox) -> None:
    config_id = sandbox.contact.add_contact_way(1, 2, user=["lisi"])["config_id"]
    sandbox.ask("DELETE", "tokens")
    assert sandbox.contact.get_contact_way(config_id)["errcode"] == 0
