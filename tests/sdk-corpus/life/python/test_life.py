"""The life of a contact way, lived with wechatpy against the program contactway-sandbox."""

import json
import os
import subprocess
import unittest
from typing import Any

import requests
from wechatpy.exceptions import APILimitedException, WeChatClientException
from wechatpy.work import WeChatClient


class Client(WeChatClient):
    """wechatpy, whose hosts are fixed, at another host."""

    def __init__(self, base_url: str, corp_id: str, secret: str) -> None:
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        super().__init__(corp_id, secret)

    def fetch_access_token(self) -> Any:
        parameters = {"corpid": self.corp_id, "corpsecret": self.secret}
        return self._fetch_access_token(f"{self.API_BASE_URL}gettoken", parameters)


class Life(unittest.TestCase):
    def setUp(self) -> None:
        """Runs the program that CONTACTWAY_SANDBOX names, on a port of its own."""
        program = subprocess.Popen([os.environ["CONTACTWAY_SANDBOX"]], stdout=subprocess.PIPE, text=True)
        self.addCleanup(program.communicate)
        self.addCleanup(program.terminate)
        assert program.stdout is not None
        info = json.loads(program.stdout.readline())
        self.base_url = info["base_url"]
        self.corp_id, self.secret = info["corp_id"], info["secret"]
        self.client = Client(self.base_url, self.corp_id, self.secret)
        self.contact = self.client.external_contact

    def sandbox(self, method: str, name: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.base_url}/sandbox/{name}", json=body, timeout=10).json()
        self.assertEqual(answer["errcode"], 0, answer)
        return answer

    def assert_refused(self, errcode: int, call: Any, *arguments: Any, **members: Any) -> None:
        with self.assertRaises(WeChatClientException) as caught:
            call(*arguments, **members)
        self.assertEqual(caught.exception.errcode, errcode)
        self.assertTrue(caught.exception.errmsg)

    def test_a_contact_way_lives_and_dies(self) -> None:
        made = self.contact.add_contact_way(2, 2, remark="渠道客户", state="store-42", user=["lisi", "wangwu"])
        config_id = made["config_id"]
        way = self.contact.get_contact_way(config_id)["contact_way"]
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
        self.assertEqual(way, expected)
        listed = self.client.post("externalcontact/list_contact_way", data={"limit": 10})
        self.assertEqual((listed["contact_way"], listed["next_cursor"]), ([{"config_id": config_id}], ""))

        self.contact.update_contact_way(config_id, "新备注", state="store-43", user=["zhangsan"], party=[3])
        changed = {"remark": "新备注", "state": "store-43", "user": ["zhangsan"], "party": [3]}
        self.assertEqual(self.contact.get_contact_way(config_id)["contact_way"], expected | changed)

        customer = self.sandbox("POST", "scan", {"config_id": config_id})
        self.assertEqual((customer["state"], customer["temp_chat"]), ("store-43", None))

        self.contact.del_contact_way(config_id)
        self.assert_refused(41044, self.contact.get_contact_way, config_id)

    def test_a_temporary_one_ends_with_its_conclusions(self) -> None:
        text = {"content": "祝您早日康复"}
        members = {"is_temp": True, "chat_expires_in": 3600, "conclusions": {"text": text}}
        made = self.contact.add_contact_way(1, 2, user=["zhangyisheng"], **members)
        way = self.contact.get_contact_way(made["config_id"])["contact_way"]
        self.assertEqual((way["expires_in"], way["chat_expires_in"]), (7 * 86400, 3600))
        self.assertEqual(way["conclusions"], {"text": text})

        customer = self.sandbox("POST", "scan", {"config_id": made["config_id"]})
        pair = {"userid": customer["userid"], "external_userid": customer["external_userid"]}
        self.client.post("externalcontact/close_temp_chat", data=pair)
        sent = self.sandbox("GET", f"messages?external_userid={customer['external_userid']}")["messages"]
        self.assertEqual([message["text"] for message in sent], [text])
        self.assert_refused(84061, self.client.post, "externalcontact/close_temp_chat", data=pair)

    def test_a_refusal_is_decoded(self) -> None:
        self.assert_refused(60111, self.contact.add_contact_way, 1, 2, user=["nobody"])
        self.assert_refused(40058, self.client.post, "externalcontact/list_contact_way", data={"limit": 1001})
        stranger = Client(self.base_url, self.corp_id, "wrong")
        self.assert_refused(40001, stranger.external_contact.get_contact_way, "0")
        rules = [{"endpoint": "get_contact_way", "do": {"errcode": 45009}}]
        self.sandbox("POST", "faults", {"rules": rules})
        with self.assertRaises(APILimitedException):
            self.contact.get_contact_way("0")

    def test_a_token_that_became_void_is_fetched_anew(self) -> None:
        config_id = self.contact.add_contact_way(1, 2, user=["lisi"])["config_id"]
        self.sandbox("DELETE", "tokens")
        self.assertEqual(self.contact.get_contact_way(config_id)["errcode"], 0)


if __name__ == "__main__":
    unittest.main()
