"""The program contactway-sandbox, with wechatpy as its app."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from wechatpy.work import WeChatClient


class Client(WeChatClient):
    """wechatpy, whose hosts are fixed, at another host."""

    def __init__(self, base_url: str, corp_id: str, secret: str) -> None:
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        super().__init__(corp_id, secret)

    def fetch_access_token(self) -> Any:
        parameters = {"corpid": self.corp_id, "corpsecret": self.secret}
        return self._fetch_access_token(f"{self.API_BASE_URL}gettoken", parameters)


class Sandbox:
    """A running sandbox, and the SDK as its app."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info
        self.client = self.client_with(info["secret"])
        self.contact = self.client.external_contact

    def client_with(self, secret: str) -> Client:
        return Client(self.info["base_url"], self.info["corp_id"], secret)

    def ask(self, method: str, name: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.info['base_url']}/sandbox/{name}", json=body, timeout=10).json()
        assert answer["errcode"] == 0, answer
        return answer


@contextmanager
def running(*arguments: str) -> Iterator[Sandbox]:
    """Runs the program that CONTACTWAY_SANDBOX names, on a port of its own."""
    command = [os.environ["CONTACTWAY_SANDBOX"], *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield Sandbox(json.loads(program.stdout.readline()))
        finally:
            program.terminate()
