"""From the scan to the program that counts it: callbacks opened by wechatpy, which knows WeCom's format."""

import json
import queue
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import xmltodict
from harness import Sandbox, running
from wechatpy.work.crypto import WeChatCrypto

TOKEN = "QDG6eK"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class Company(ThreadingHTTPServer):
    """The company's own server."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Callback)
        self.seen: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.url = f"http://127.0.0.1:{self.server_port}/callback"

    def event(self, corp_id: str) -> Any:
        """The next event, after wechatpy has looked at its signature and its addressee."""
        query, body = self.seen.get(timeout=10)
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        opened = WeChatCrypto(TOKEN, KEY, corp_id).decrypt_message(body, *signed)
        return xmltodict.parse(opened)["xml"]


class Callback(BaseHTTPRequestHandler):
    server: Company

    def do_POST(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.seen.put((query, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def company() -> Iterator[Company]:
    with Company() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def sandbox(company: Company, tmp_path: Path) -> Iterator[Sandbox]:
    callback = {"url": company.url, "token": TOKEN, "encoding_aes_key": KEY}
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"callback": callback}))
    with running("--config", str(config)) as started:
        yield started


def test_a_state_is_followed_from_the_code_to_the_program_that_counts_it(company: Company, sandbox: Sandbox) -> None:
    corp_id = sandbox.info["corp_id"]
    made = sandbox.contact.add_contact_way(1, 2, user=["lisi"], state="渠道-42")
    customer = sandbox.ask("POST", "scan", {"config_id": made["config_id"]})["external_userid"]

    event = company.event(corp_id)
    code, at = event.pop("WelcomeCode"), event.pop("CreateTime")
    assert code
    assert event == {
        "ToUserName": corp_id,
        "FromUserName": "sys",
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": "add_external_contact",
        "UserID": "lisi",
        "ExternalUserID": customer,
        "State": "渠道-42",
    }
    (follow,) = sandbox.contact.get(event["ExternalUserID"])["follow_user"]
    assert (follow["userid"], follow["state"], follow["createtime"]) == ("lisi", "渠道-42", int(at))


@pytest.mark.parametrize(("by", "change"), [("member", "del_external_contact"), ("customer", "del_follow_user")])
def test_a_parting_is_told(company: Company, sandbox: Sandbox, by: str, change: str) -> None:
    corp_id = sandbox.info["corp_id"]
    made = sandbox.contact.add_contact_way(1, 2, user=["lisi"])
    customer = sandbox.ask("POST", "scan", {"config_id": made["config_id"]})["external_userid"]
    assert "State" not in company.event(corp_id)
    sandbox.ask("POST", "end_contact", {"userid": "lisi", "external_userid": customer, "by": by})
    event = company.event(corp_id)
    assert (event["ChangeType"], event["UserID"], event["ExternalUserID"]) == (change, "lisi", customer)


@pytest.mark.parametrize("length", range(1, 31))
def test_every_length_is_padded_as_wechatpy_expects(company: Company, sandbox: Sandbox, length: int) -> None:
    made = sandbox.contact.add_contact_way(1, 2, user=["lisi"], state="s" * length)
    sandbox.ask("POST", "scan", {"config_id": made["config_id"]})
    assert company.event(sandbox.info["corp_id"])["State"] == "s" * length
