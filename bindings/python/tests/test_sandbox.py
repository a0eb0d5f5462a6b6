"""The stand-in for WeCom, and the fixture."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import REPOSITORY, run_python

import contactway
from contactway import types
from contactway._members import MEMBERS
from contactway.testing import Sandbox


def test_a_body_is_what_a_request_may_be(sandbox: Sandbox) -> None:
    rule = MappingProxyType({"endpoint": "list_contact_way", "do": {"errcode": 48002}})
    for body in (MappingProxyType({"rules": (rule,)}), '{"rules":[]}'):
        assert sandbox.request("POST", "/sandbox/faults", body)["errcode"] == 0


def test_a_refusal_is_an_answer_and_what_is_no_json_a_bad_response(sandbox: Sandbox) -> None:
    assert sandbox.request("GET", "/sandbox/nothing")["errcode"] != 0
    with pytest.raises(contactway.BadResponse, match="GET /nothing with HTTP 404"):
        sandbox.request("GET", "/nothing")


def test_it_speaks_tls_with_an_authority_of_its_own() -> None:
    with Sandbox(tls=True) as wecom, contactway.Client(wecom.client_config) as client:
        assert wecom.base_url.startswith("https://")
        made = client.add(type=1, scene=2, user=["zhangsan"])
        assert wecom.request("POST", "/sandbox/scan", {"config_id": made["config_id"]})["userid"] == "zhangsan"
        assert [step["step"] for step in client.check()["steps"] if not step.get("ok")] == []


@pytest.mark.parametrize("config", [{"control_token": "of-the-tests"}, '{"control_token": "of-the-tests"}'])
def test_its_control_token_is_what_it_was_started_with(config: Any) -> None:
    with Sandbox(config) as wecom:
        assert wecom.request("GET", "/sandbox/info")["errcode"] == 0
        with contactway.Client(wecom.client_config) as client:
            assert client.list()["contact_way"] == []
        url = urlsplit(wecom.base_url)
        stranger = http.client.HTTPConnection(url.netloc, timeout=60)
        stranger.request("GET", "/sandbox/info")
        assert stranger.getresponse().status in (401, 403)
        stranger.close()


@pytest.mark.parametrize(
    "config",
    [
        {"tls": True},
        {"tls": True, "control_token": "of-the-tests", "host": "0.0.0.0"},
        {"host": "127.0.0.2"},
        {"unicode_escapes": "accept", "industry": "retail"},
    ],
)
def test_a_client_from_it_works_at_once(config: Any) -> None:
    with Sandbox(config) as wecom, contactway.Client(wecom.client_config) as client:
        config_id = client.add(type=1, scene=2, user=["zhangsan"])["config_id"]
        assert wecom.request("POST", "/sandbox/scan", {"config_id": config_id})["errcode"] == 0


@pytest.mark.sandbox(tls=True, control_token="of-the-tests")
class TestTheMark:
    """Says what the fixture is started with."""

    def test_it_is_heeded(self, sandbox: Sandbox, client: contactway.Client) -> None:
        assert sandbox.base_url.startswith("https://")
        assert client.list()["contact_way"] == []
        assert sandbox.request("GET", "/sandbox/info")["errcode"] == 0

    @pytest.mark.sandbox({"quota": 1})
    def test_the_nearest_counts(self, sandbox: Sandbox, client: contactway.Client) -> None:
        assert sandbox.base_url.startswith("http://")
        client.add(type=1, scene=2, user=["zhangsan"])
        with pytest.raises(contactway.ApiError):
            client.add(type=1, scene=2, user=["lisi"])


def test_it_is_told_how_others_reach_it_and_whom_it_tells() -> None:
    callback: types.SandboxCallback = {
        "url": "http://127.0.0.1:9/wecom",
        "token": "QDG6eK",
        "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    }
    config: types.SandboxConfig = {"host": "127.0.0.1", "public_url": "http://localhost:9", "callback": callback}
    with Sandbox(config, unicode_escapes="accept") as wecom:
        assert wecom.base_url == wecom.client_config["base_url"] == "http://localhost:9"


def test_it_knows_the_members_that_its_manual_has() -> None:
    manual = (REPOSITORY / "docs" / "sandbox.md").read_text(encoding="utf-8")
    table = manual.partition("## What it starts with")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == MEMBERS["SandboxConfig"]


def test_the_fixture_can_be_named_where_no_plugin_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.sandbox(tls=True)\ndef test_it(sandbox):\n    assert sandbox.client_config\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "pytest_contactway", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout


def test_only_a_sandbox_is_started_without_pytest() -> None:
    ran = run_python("import sys, contactway.testing; print('pytest' in sys.modules)")
    assert ran.stdout == "False\n", ran.stderr


def test_pytest_does_without_the_library_until_the_fixture_is_used(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import sys\n\ndef test_it():\n    assert 'contactway' not in sys.modules\n")
    program = f"import pytest; raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider', {str(tmp_path)!r}]))"
    ran = run_python(program, CONTACTWAY_LIBRARY="/nowhere/libcontactway.so")
    assert "1 passed" in ran.stdout, ran.stderr
