"""What the tests share; the fixture `sandbox` is the package's own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import contactway
from contactway.testing import Sandbox

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[contactway.Client]:
    with contactway.Client(sandbox.client_config, max_in_flight=0) as made:
        yield made


@pytest.fixture
def config_id(client: contactway.Client) -> str:
    return client.add(type=1, scene=2, user=["zhangsan"])["config_id"]


@pytest.fixture
def faults(sandbox: Sandbox) -> Callable[..., None]:
    """Makes the calls of an endpoint fail from now on."""

    def set_faults(endpoint: str, **do: Any) -> None:
        rule = {"endpoint": endpoint, "times": 1_000_000, "do": do}
        assert sandbox.request("POST", "/sandbox/faults", {"rules": [rule]})["errcode"] == 0

    return set_faults


@pytest.fixture
def calls(sandbox: Sandbox) -> Callable[[str], list[dict[str, Any]]]:
    """The calls of an endpoint that reached the sandbox."""

    def get_calls(endpoint: str) -> list[dict[str, Any]]:
        return list(sandbox.request("GET", f"/sandbox/calls?endpoint={endpoint}")["calls"])

    return get_calls


def until(holds: Callable[[], bool]) -> None:
    """Waits for what must come; patient, so that a slow machine is not a failure."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def run_python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a Python of its own."""
    command = [sys.executable, "-X", "faulthandler", "-c", program]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
