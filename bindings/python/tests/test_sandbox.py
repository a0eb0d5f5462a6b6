"""The stand-in for WeCom, and the fixture."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from conftest import run_python

import contactway
from contactway.testing import Sandbox


def test_a_body_is_what_a_request_may_be(sandbox: Sandbox) -> None:
    rule = MappingProxyType({"endpoint": "list_contact_way", "do": {"errcode": 48002}})
    for body in (MappingProxyType({"rules": (rule,)}), '{"rules":[]}'):
        assert sandbox.request("POST", "/sandbox/faults", body)["errcode"] == 0


def test_a_refusal_is_an_answer_and_what_is_no_json_a_bad_response(sandbox: Sandbox) -> None:
    assert sandbox.request("GET", "/sandbox/nothing")["errcode"] != 0
    with pytest.raises(contactway.BadResponse, match="GET /nothing with HTTP 404"):
        sandbox.request("GET", "/nothing")


def test_the_fixture_can_be_named_where_no_plugin_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(sandbox):\n    assert sandbox.client_config\n")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "pytest_contactway", "-p", "no:cacheprovider"],
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
