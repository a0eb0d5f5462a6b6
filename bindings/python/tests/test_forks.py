"""Clients in forked children: an error that says what to do, or, where that was asked for, clients of their own."""

from __future__ import annotations

import pytest
from conftest import run_python

import contactway

#: What every program here begins with. `forked` runs a function in a child, which ends with what the function returns.
START = """
import asyncio, json, logging, multiprocessing, os, sys, threading, time
import contactway
from contactway.testing import Sandbox
sandbox = Sandbox()

def forked(work):
    child = os.fork()
    if child == 0:
        try:
            os._exit(work() or 0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(99)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == 0, status

def fetched():
    return len(sandbox.request("GET", "/sandbox/calls?endpoint=gettoken")["calls"])
"""
LEDGER = (
    START
    + """
import tempfile
folder = tempfile.TemporaryDirectory()
config = {**sandbox.client_config, "store": f"sqlite:{folder.name}/codes.db"}
parent = contactway.Client(config)

def add(client, key):
    return client.add(type=1, scene=2, user=["zhangsan"], state=key, key=key)
"""
)
RENEW = START + 'contactway.after_fork = "renew"\n'


def passes(program: str) -> None:
    ran = run_python(program + '\nprint("done")\n')
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr


def test_it_is_an_error_unless_asked_for_and_says_what_to_ask_for() -> None:
    passes(
        START
        + """
client = contactway.Client(sandbox.client_config)
contactway.after_fork = "renew"  # too late for this one: it has kept nothing

def work():
    for call in (client.list, lambda: client.check(), lambda: client.set_logger(None), lambda: client.apply([])):
        try:
            call()
        except contactway.InvalidHandle as error:
            for said in ("before fork()", 'contactway.after_fork = "renew"', "before the client is made"):
                assert said in str(error), error
        else:
            return 3
    client.close()

forked(work)
client.list()
"""
    )


def test_a_child_makes_a_client_of_its_own() -> None:
    passes(
        RENEW
        + """
client = contactway.Client(sandbox.client_config)
made = client.add(type=1, scene=2, user=["zhangsan"])

def work():
    assert client.get(config_id=made["config_id"])["contact_way"]["user"] == ["zhangsan"]
    # And so does a child of the child.
    forked(lambda: client.delete(config_id=made["config_id"])["errcode"])
    with client:
        assert client.list()["contact_way"] == []
    try:
        client.list()
    except contactway.InvalidHandle:
        return 0

forked(work)
# The parent's goes on, with the token that it had.
client.list()
assert fetched() == 3, fetched()
"""
    )


def test_one_client_is_made_however_many_threads_ask_first() -> None:
    passes(
        RENEW
        + """
token = sandbox.request("GET", "/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}".format(**sandbox.client_config))
client = contactway.Client(
    base_url=sandbox.base_url,
    corp_id=sandbox.corp_id,
    token_provider=lambda rejected: token["access_token"],
    max_in_flight=0,
)
sys.setswitchinterval(1e-6)
answers = []

def work():
    threads = [threading.Thread(target=lambda: answers.append(client.list()["errcode"])) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [0] * 16, answers
    assert list(contactway._leaving.living) == [client._handle]

forked(work)
"""
    )


def test_a_fork_in_the_midst_of_calls_does_no_harm() -> None:
    passes(
        RENEW
        + """
client = contactway.Client(sandbox.client_config, max_in_flight=0)
stop = threading.Event()

def call():
    while not stop.is_set():
        client.list()
        contactway.Client(sandbox.client_config).close()

threads = [threading.Thread(target=call) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(20):
    forked(lambda: client.list()["errcode"])
stop.set()
for thread in threads:
    thread.join()
"""
    )


def test_token_provider_and_logger_and_suite_ticket_come_along() -> None:
    passes(
        RENEW
        + """
asked = []
lines = []

def provide(rejected):
    asked.append(rejected)
    return "a-strange-token"

class Keep(logging.Handler):
    def emit(self, record):
        lines.append(record.contactway["event"])

logger = logging.getLogger("shop")
logger.setLevel("DEBUG")
logger.addHandler(Keep())
client = contactway.Client(base_url=sandbox.base_url, corp_id=sandbox.corp_id, token_provider=provide)
client.set_logger(logger)

def work():
    try:
        client.list()
    except contactway.ContactwayError as error:
        assert error.errcode == 40014, error
    assert asked and lines, (asked, lines)

forked(work)
assert (asked, lines) == ([], [])

suite = {"suite_id": "ww1", "suite_secret": "s", "suite_ticket": "old", "auth_corp_id": sandbox.corp_id,
         "permanent_code": "code"}
third = Sandbox(suites=[{**suite, "suite_ticket": "new"}])
client = contactway.Client(base_url=third.base_url, suite=suite)
client.set_suite_ticket("new")
forked(lambda: client.list()["errcode"])
"""
    )


def test_a_ledger_in_a_file_is_opened_once_more() -> None:
    passes(
        RENEW
        + """
import tempfile
with tempfile.TemporaryDirectory() as folder:
    client = contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db")
    client.add(type=1, scene=2, user=["zhangsan"], key="store-0001")

    def work():
        assert client.add(type=1, scene=2, user=["zhangsan"], key="store-0001")["replayed"]
        rows = [{"key": "store-0002", "contact_way": {"type": 1, "scene": 2, "user": ["lisi"]}}]
        assert client.apply(rows)["created"] == 1

    forked(work)
    assert [entry["key"] for entry in client.iter_ledger()] == ["store-0001", "store-0002"]
    # The token lies in the store.
    assert fetched() == 1, fetched()
"""
    )


def test_an_asyncio_client_has_threads_of_its_own_in_a_child() -> None:
    passes(
        RENEW
        + """
client = contactway.AsyncClient(sandbox.client_config)

async def calls():
    return [answer["errcode"] for answer in await asyncio.gather(*(client.list() for _ in range(8)))]

async def all_of_it():
    assert await calls() == [0] * 8
    await client.aclose()

asyncio.run(calls())
forked(lambda: asyncio.run(all_of_it()))
asyncio.run(all_of_it())
"""
    )


def test_a_pool_of_processes_may_use_a_client_of_the_module() -> None:
    passes(
        RENEW
        + """
client = contactway.Client(sandbox.client_config)
client.list()

def make(user):
    return os.getpid(), client.add(type=1, scene=2, user=[user])["config_id"]

with multiprocessing.get_context("fork").Pool(3) as pool:
    made = pool.map(make, ["zhangsan", "lisi"] * 20)
assert os.getpid() not in {pid for pid, _ in made}
assert {way["config_id"] for way in client.iter_contact_ways()} == {config_id for _, config_id in made}
"""
    )


def test_what_was_closed_stays_closed_and_keeps_no_secret() -> None:
    passes(
        RENEW
        + """
client = contactway.Client(sandbox.client_config, secret="a-secret-to-look-for")
kept = client._kept
assert "a-secret" not in repr(kept) + repr(client) + str(vars(client)) + str(kept)
client.close()
assert client._kept is None

def work():
    try:
        client.list()
    except contactway.InvalidHandle:
        return 0

forked(work)
contactway.after_fork = "error"
assert contactway.Client(sandbox.client_config)._kept is None
"""
    )


def test_a_configuration_that_no_longer_holds_in_the_child_is_an_error_of_its_call() -> None:
    passes(
        RENEW
        + """
import tempfile
with Sandbox(tls=True) as wecom, tempfile.NamedTemporaryFile("w") as authority:
    authority.write(wecom.client_config["extra_ca_file"])
    authority.flush()
    client = contactway.Client(wecom.client_config, extra_ca_file=authority.name)

def work():
    try:
        client.list()
    except contactway.InvalidArgument as error:
        assert error.details[0]["pointer"] == "/extra_ca_file", error
        return 0

forked(work)
"""
    )


@pytest.mark.parametrize("value", ["renwe", "", None, True])
def test_anything_else_is_refused_where_it_is_set(value: object) -> None:
    with pytest.raises(ValueError, match='after_fork is "error" or "renew"'):
        contactway.after_fork = value  # type: ignore[assignment]
    assert contactway.after_fork == "error"


def test_what_a_child_writes_down_outlives_its_parents_client() -> None:
    passes(
        LEDGER
        + """
(closed, close), (added, tell) = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    client = contactway.Client(config)
    add(client, "a")
    os.write(tell, b"a")
    os.read(closed, 1)
    add(client, "b")
    os.write(tell, b"b")
    time.sleep(60)  # it is killed, and does not close
os.read(added, 1)
parent.close()
os.write(close, b"c")
os.read(added, 1)
late = contactway.Client(config)
assert [entry["key"] for entry in late.iter_ledger()] == ["a", "b"]
late.close()
os.kill(child, 9)
os.waitpid(child, 0)
late = contactway.Client(config)
assert add(late, "b")["replayed"] and len(list(late.iter_contact_ways())) == 2
"""
    )


def test_a_fork_amid_a_job_leaves_no_ledger_locked() -> None:
    passes(
        LEDGER
        + """
way = {"type": 1, "scene": 2, "user": ["zhangsan"]}
rows = [{"key": f"row-{number}", "contact_way": {**way, "state": f"row-{number}"}} for number in range(1000)]
job = threading.Thread(target=parent.apply, args=(rows,))
job.start()
for number in range(30):
    forked(lambda: add(contactway.Client(config), f"child-{number}")["errcode"])
job.join()
assert len(list(parent.iter_ledger())) == 1030
"""
    )
