"""The page on servers, jobs and packages: every program and command on it is run, and both languages show the same."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, until
from python_servers import IN_CHINESE, PAGE, blocks, command, commands, write_programs

import contactway
from contactway.testing import Sandbox

#: What runs each command; PyInstaller's has a file of its own.
RUN = ("gunicorn --workers", "gunicorn --preload", "uvicorn", "celery", "python pool", "python many", "python green")


def test_every_command_is_run() -> None:
    others = [line for line in commands() if not line.startswith((*RUN, "pyinstaller"))]
    assert others == []
    assert len(commands()) == len(RUN) + 1


def test_both_languages_have_the_same_code_and_parts() -> None:
    assert blocks(IN_CHINESE) == blocks(PAGE)

    def outline(name: str) -> list[str]:
        text = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
        text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        return re.findall(r"^(#+ |- |\|)", text, re.MULTILINE)

    assert outline(IN_CHINESE) == outline(PAGE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_programs(tmp_path)
    return tmp_path


def environment(sandbox: Sandbox, **more: str) -> dict[str, str]:
    config = {**sandbox.client_config, "store": more.pop("store", "memory")}
    return {**os.environ, "WECOM_CONFIG": json.dumps(config), **more}


@contextmanager
def running(begins: str, folder: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server for a while. It must end when it is told to."""
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command(begins), cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(60) in (0, -15), (folder / "log").read_text()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(port: int, method: str, path: str) -> Any:
    """What the server answers; None while it does not listen yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        text = response.read()
        assert response.status == 200, text
        return json.loads(text)
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


@pytest.mark.parametrize("begins", ["gunicorn --workers", "gunicorn --preload", "uvicorn"])
def test_each_worker_has_a_client_that_works(begins: str, folder: Path, sandbox: Sandbox) -> None:
    port = free_port()
    bind = {"GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}", "UVICORN_PORT": str(port)}
    answers: list[Any] = []

    def two_workers_answered() -> bool:
        answer = ask(port, "POST", "/counters/1")
        answers.extend([answer] if answer else [])
        return len({it["worker"] for it in answers}) == 2

    with running(begins, folder, environment(sandbox, **bind)) as server:
        until(two_workers_answered)
        assert server.pid not in {it["worker"] for it in answers}
    listed = sandbox.request("GET", "/sandbox/calls?endpoint=add_contact_way")["calls"]
    assert len(listed) == len(answers) == len({it["config_id"] for it in answers})


def test_a_task_makes_its_contact_way_once_whatever_befalls_it(folder: Path, sandbox: Sandbox) -> None:
    # A broker that needs no server: Celery's own, in folders.
    (folder / "data_in").mkdir()
    (folder / "data_out").symlink_to("data_in")
    (folder / "results").mkdir()
    env = environment(
        sandbox,
        store=f"sqlite:{folder / 'codes.db'}",
        CELERY_BROKER_URL="filesystem://",
        CELERY_RESULT_BACKEND=f"file://{folder / 'results'}",
    )
    # The answer of the first add is lost.
    lost = {"endpoint": "add_contact_way", "when": "after", "do": {"reset": True}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [lost]})
    send = (
        "from tasks import add_counter; sent = [add_counter.delay(n) for n in (1, 2, 1)]; "
        "print(*(it.get(timeout=60) for it in sent))"
    )
    with running("celery", folder, env):
        sent = subprocess.run([sys.executable, "-c", send], cwd=folder, env=env, capture_output=True, check=False)
        assert sent.returncode == 0, sent.stderr.decode() + (folder / "log").read_text()
    first, second, again = sent.stdout.decode().split()
    assert first == again != second
    with contactway.Client(sandbox.client_config) as client:
        assert {way["config_id"] for way in client.iter_contact_ways()} == {first, second}


@pytest.mark.parametrize(
    ("begins", "prints"),
    [("python pool", "8\n"), ("python many", "20\n"), ("python green", "[False, False, False]\n3\n")],
)
def test_a_program_prints_what_it_made(begins: str, prints: str, folder: Path, sandbox: Sandbox) -> None:
    slow = {"endpoint": "add_contact_way", "times": 100, "do": {"delay_ms": 500}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [slow] if begins == "python green" else []})
    ran = subprocess.run(
        command(begins), cwd=folder, env=environment(sandbox), capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, prints, "")
