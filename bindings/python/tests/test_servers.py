"""The page on servers, jobs and packages: every program and command on it is run, and both languages show the same."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest
from conftest import REPOSITORY, until
from python_servers import IN_CHINESE, PAGE, blocks, command, commands, write_programs

import contactway
from contactway.errors import KINDS
from contactway.testing import Sandbox

#: What runs each command; PyInstaller's has a file of its own.
OF_FASTAPI = ("uvicorn --workers", "gunicorn --worker-class")
RUN = (
    *("gunicorn --workers", "gunicorn --preload", *OF_FASTAPI, "celery", "python pool", "python many", "python green"),
    *("python nightly", "uvicorn jobs"),
)


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


def made(sandbox: Sandbox) -> list[Any]:
    """The adds that were sent."""
    return list(sandbox.request("GET", "/sandbox/calls?endpoint=add_contact_way")["calls"])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Reply(NamedTuple):
    status: int
    retry_after: Optional[str]
    body: Any


def ask(port: int, path: str, method: str = "POST", **headers: str) -> Optional[Reply]:
    """What the server answers; None while it does not listen yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): it for name, it in headers.items()})
        response = connection.getresponse()
        return Reply(response.status, response.getheader("Retry-After"), json.loads(response.read()))
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def listening(port: int) -> dict[str, str]:
    return {"GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}", "UVICORN_PORT": str(port)}


@pytest.mark.parametrize("begins", ["gunicorn --workers", "gunicorn --preload", *OF_FASTAPI])
def test_each_worker_has_a_client_that_works(begins: str, folder: Path, sandbox: Sandbox) -> None:
    port, numbers = free_port(), itertools.count()
    answers: list[Any] = []

    def two_workers_answered() -> bool:
        reply = ask(port, "/codes", Idempotency_Key=f"counter-{next(numbers)}")
        if reply is not None:
            assert reply.status == 200, reply
            answers.append(reply.body)
        return len({it["worker"] for it in answers}) == 2

    store = f"sqlite:{folder / 'codes.db'}"
    with running(begins, folder, environment(sandbox, store=store, **listening(port))) as server:
        until(two_workers_answered)
        assert server.pid not in {it["worker"] for it in answers}
    assert len(made(sandbox)) == len(answers) == len({it["config_id"] for it in answers})


@pytest.mark.parametrize("begins", OF_FASTAPI)
def test_a_request_of_the_web_that_comes_again_makes_no_second_contact_way(
    begins: str, folder: Path, sandbox: Sandbox
) -> None:
    port, key = free_port(), "k" * 127 + "1"
    replies: list[Reply] = []

    def answered() -> bool:
        reply = ask(port, "/codes", Idempotency_Key=key)
        replies.extend([reply] if reply else [])
        return len(replies) == 1

    lost = {"endpoint": "add_contact_way", "when": "after", "do": {"silence": True}}
    sandbox.request("POST", "/sandbox/faults", {"rules": [lost]})
    with running(begins, folder, environment(sandbox, store=f"sqlite:{folder / 'codes.db'}", **listening(port))):
        until(answered)
        (first,) = replies
        assert (first.status, first.body["kind"]) == (503, "unknown")
        assert first.retry_after is not None
        assert int(first.retry_after) > 0
        again, once_more = (ask(port, "/codes", Idempotency_Key=key) for _ in range(2))
        other = ask(port, "/codes", Idempotency_Key="k" * 127 + "2")
        for wrong in (ask(port, "/codes", Idempotency_Key="k" * 129), ask(port, "/codes")):
            assert wrong is not None
            assert (wrong.status, wrong.body["details"][0]["pointer"]) == (422, "/key")
    assert again is not None
    assert once_more is not None
    assert (again.status, again.body["config_id"]) == (once_more.status, once_more.body["config_id"])
    assert again.status == 200
    # A longer key than a state may be, and one that differs at its end alone.
    assert other is not None
    assert (other.status, other.body["config_id"] == again.body["config_id"]) == (200, False)
    states = [json.loads(call["body"])["state"] for call in made(sandbox)]
    assert len(set(states)) == len(states) == 2


@pytest.mark.parametrize("page", ["errors.md", "errors.zh-CN.md"])
def test_each_kind_has_the_status_that_the_page_on_errors_gives(page: str) -> None:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \| ([45]\d\d) \|", text, re.MULTILINE)
    told = {kind: int(status) for kinds, status in rows for kind in re.findall(r"`(\w+)`", kinds)}
    (program,) = (text for language, text in blocks() if text.startswith("# api.py"))
    (table,) = re.findall(r"^STATUS = \{.*?^\}", program, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(table, names)
    assert names["STATUS"] == told
    assert told.keys() < KINDS.keys()


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


def statuses(env: dict[str, str]) -> list[str]:
    """Those of all entries of the ledger."""
    with contactway.Client(env["WECOM_CONFIG"]) as client:
        return [entry["status"] for entry in client.iter_ledger()]


@pytest.mark.sandbox(latency_ms=50)
def test_a_job_that_is_told_to_end_leaves_nothing_in_doubt_and_goes_on_when_run_again(
    folder: Path, sandbox: Sandbox
) -> None:
    env = environment(sandbox, store=f"sqlite:{folder / 'codes.db'}")
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command("python nightly"), cwd=folder, env=env, stdout=log, stderr=log)
    until(lambda: len(made(sandbox)) > 10)
    process.terminate()
    assert process.wait(60) == 0
    stopped = (folder / "log").read_text()
    assert re.fullmatch(r"stopped: \d+ made; run again to do the rest\n", stopped)
    assert 0 < len(made(sandbox)) < 100
    assert statuses(env) == ["active"] * len(made(sandbox))

    again = subprocess.run(command("python nightly"), cwd=folder, env=env, capture_output=True, text=True, check=False)
    before = int(stopped.split()[1])
    assert (again.returncode, again.stdout) == (0, f"done: {100 - before} made, {before} there before\n")
    assert len(made(sandbox)) == 100


@pytest.mark.sandbox(latency_ms=50)
def test_a_servers_job_outlives_its_request_and_stops_with_the_server(folder: Path, sandbox: Sandbox) -> None:
    port = free_port()
    env = environment(sandbox, store=f"sqlite:{folder / 'codes.db'}", **listening(port))
    ways = [
        {"key": f"{n}", "contact_way": {"type": 1, "scene": 2, "user": ["lisi"], "state": f"{n}"}} for n in range(100)
    ]
    with contactway.Client(env["WECOM_CONFIG"]) as client:
        client.apply(ways)

    def updated() -> int:
        return len(sandbox.request("GET", "/sandbox/calls?endpoint=update_contact_way")["calls"])

    with running("uvicorn jobs", folder, env):
        until(lambda: ask(port, "/job", "GET") is not None)
        begun, other = ask(port, "/members/lisi/leave"), ask(port, "/members/zhangsan/leave")
        assert begun is not None
        assert other is not None
        assert (begun.status, other.status, other.retry_after) == (202, 503, "10")

        def has_come_on() -> bool:
            followed = ask(port, "/job", "GET")
            assert followed is not None
            assert (followed.body["ended"], followed.body["failure"]) == (False, None)
            return bool(followed.body["told"].get("done"))

        until(has_come_on)
    assert 0 < updated() < 100
    with contactway.Client(env["WECOM_CONFIG"]) as client:
        # None waits until it is known what became of it.
        rest = client.replace_user(from_="lisi", to=["wangwu"], timeout=30)
    assert (rest["updated"], rest["failed"], updated()) == (rest["matched"], 0, 100)


@pytest.mark.sandbox(latency_ms=50)
def test_a_soft_time_limit_stops_a_job_cleanly(folder: Path, sandbox: Sandbox) -> None:
    program = """
import os, signal
import contactway
class SoftTimeLimitExceeded(Exception): ...
def limit(number, frame): raise SoftTimeLimitExceeded
signal.signal(signal.SIGUSR1, limit)
rows = ({"key": f"{n}", "contact_way": {"type": 1, "scene": 2, "user": ["lisi"], "state": f"{n}"}} for n in range(100))
with contactway.Client(os.environ["WECOM_CONFIG"]) as client:
    try:
        client.apply(rows)
    except SoftTimeLimitExceeded as error:
        print(error.contactway_answer["created"])
"""
    env = environment(sandbox, store=f"sqlite:{folder / 'codes.db'}")
    process = subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE)
    until(lambda: len(made(sandbox)) > 10)
    process.send_signal(signal.SIGUSR1)
    said, _ = process.communicate(timeout=60)
    assert int(said) == len(made(sandbox)) < 100
    assert statuses(env) == ["active"] * int(said)
