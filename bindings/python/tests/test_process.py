"""A good guest in the process: loading, forking, leaving."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import run_python

from contactway import _native

START = """
import os, sys, threading, time
import contactway
from contactway.testing import Sandbox
sandbox = Sandbox()
client = contactway.Client(sandbox.client_config)
"""


def test_a_child_makes_its_own_clients() -> None:
    ran = run_python(
        START
        + """
client.list()
child = os.fork()
if child == 0:
    try:
        client.list()
    except contactway.InvalidHandle as error:
        assert "before fork()" in str(error), error
    else:
        os._exit(3)
    client.close()
    with contactway.Client(sandbox.client_config) as own:
        own.list()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
client.list()
print("done")
"""
    )
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr


@pytest.mark.parametrize("level", ["CRITICAL", "DEBUG"])
def test_leaving_with_a_call_under_way_does_not_hang(level: str) -> None:
    ran = run_python(
        START
        + f"""
import logging
logging.basicConfig(level="{level}", stream=open(os.devnull, "w"))
client = contactway.Client(sandbox.client_config, timeout_ms=3_600_000)
silence = {{"endpoint": "list_contact_way", "do": {{"silence": True}}}}
sandbox.request("POST", "/sandbox/faults", {{"rules": [silence]}})

def call():
    try:
        client.list()
    except contactway.ContactwayError:
        pass

threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
for thread in threads:
    thread.start()
while len(sandbox.request("GET", "/sandbox/calls?endpoint=list_contact_way")["calls"]) < 4:
    time.sleep(0.005)
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_leaving_with_threads_in_callbacks_does_not_abort() -> None:
    program = (
        START
        + """
import logging
logging.basicConfig(level="DEBUG", stream=open(os.devnull, "w"))

def provide(rejected):
    time.sleep(0.001)
    return "token"

def call(client):
    while True:
        try:
            client.list()
        except contactway.ContactwayError:
            pass

clients = [
    contactway.Client(sandbox.client_config, max_in_flight=0),
    contactway.Client(base_url=sandbox.base_url, corp_id="ww1", token_provider=provide),
]
for client in clients * 4:
    threading.Thread(target=call, args=[client], daemon=True).start()
time.sleep(0.05)
"""
    )
    # One in three came to a bad end before the interpreter waited for its threads.
    for _ in range(10):
        ran = run_python(program)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_leaving_waits_for_a_callback_however_long_it_takes() -> None:
    ran = run_python(
        START
        + """
contactway._leaving._PATIENCE_S = 0.05
begun = threading.Event()

class Slow:
    def __del__(self):
        time.sleep(0.2)

# Python is still busy with its end when the thread comes back.
slow = Slow()

def provide(rejected):
    begun.set()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        time.sleep(0.001)
    return "token"

def call():
    with contactway.Client(corp_id="ww1", token_provider=provide) as provided:
        try:
            provided.list()
        except contactway.ContactwayError:
            pass

threading.Thread(target=call, daemon=True).start()
begun.wait()
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_leaving_is_quick_whatever_was_imported_before() -> None:
    # The one hook of weakref.finalize is registered at its first use.
    ran = run_python(
        "import tempfile, time\nfolder = tempfile.TemporaryDirectory()\n"
        + START
        + """
client = contactway.Client(sandbox.client_config, timeout_ms=3_600_000)
silence = {"endpoint": "list_contact_way", "do": {"silence": True}}
sandbox.request("POST", "/sandbox/faults", {"rules": [silence]})

def call():
    try:
        client.list()
    except contactway.ContactwayError:
        pass

threading.Thread(target=call, daemon=True).start()
while not sandbox.request("GET", "/sandbox/calls?endpoint=list_contact_way")["calls"]:
    time.sleep(0.005)
contactway._leaving._PATIENCE_S = 3600.0
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_once_the_end_has_begun_only_the_thread_that_ends_makes_calls() -> None:
    ran = run_python(
        """
import atexit, threading

def late():
    print(len(contactway.Client(sandbox.client_config).list()["contact_way"]), flush=True)
    go.set()
    done.wait()

def wait():
    go.wait()
    try:
        contactway.Client(sandbox.client_config).list()
    except contactway.InvalidHandle as error:
        print("ending" in str(error), flush=True)
    done.set()

go, done = threading.Event(), threading.Event()
atexit.register(late)
"""
        + START
        + """
sandbox._finalizer.atexit = False
threading.Thread(target=wait, daemon=True).start()
"""
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "0\nTrue\n", "")


def test_an_asynchronous_client_from_before_the_fork_answers_at_once() -> None:
    ran = run_python(
        START
        + """
import asyncio

async def main():
    client = contactway.AsyncClient(sandbox.client_config)
    await client.list()
    child = os.fork()
    if child == 0:
        try:
            await client.list()
        except contactway.InvalidHandle as error:
            assert "before fork()" in str(error), error
        else:
            os._exit(3)
        await client.aclose()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    await client.list()
    await client.aclose()
    print("done")

asyncio.run(main())
"""
    )
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr


def test_asyncio_that_is_left_in_the_middle_does_not_hang() -> None:
    ran = run_python(
        START
        + """
import asyncio
silence = {"endpoint": "list_contact_way", "do": {"silence": True}}
sandbox.request("POST", "/sandbox/faults", {"rules": [silence]})

async def main():
    client = contactway.AsyncClient(sandbox.client_config, timeout_ms=3_600_000)
    call = asyncio.create_task(client.list())
    while not (await asyncio.to_thread(sandbox.request, "GET", "/sandbox/calls?endpoint=list_contact_way"))["calls"]:
        pass

asyncio.run(main())
"""
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_another_library_can_be_loaded(tmp_path: Path) -> None:
    other = tmp_path / "other.so"
    shutil.copyfile(_native.library._name, other)
    ran = run_python("from contactway import _native; print(_native.library._name)", CONTACTWAY_LIBRARY=str(other))
    assert ran.stdout.strip() == str(other)


def import_error(library: str) -> str:
    """What is said where a library cannot be loaded: always how to get the right one."""
    ran = run_python("import contactway", CONTACTWAY_LIBRARY=library)
    said = ran.stderr.splitlines()[-1]
    assert said.startswith("ImportError: contactway: "), ran.stderr
    for way in ("pip install contactway-*.whl", "pip install ./bindings/python", "CONTACTWAY_LIBRARY=/path"):
        assert way in said
    return said


def test_a_library_that_is_not_there_is_an_import_error_that_says_how_to_get_it() -> None:
    said = import_error("/nowhere/libcontactway.so")
    assert "its core is missing: there is no /nowhere/libcontactway.so, as CONTACTWAY_LIBRARY says" in said
    assert "its core cannot be loaded: libcontactway-of-tomorrow.so" in import_error("libcontactway-of-tomorrow.so")


def test_a_package_without_its_library_says_where_it_looked(tmp_path: Path) -> None:
    package = Path(_native.__file__).parent
    shutil.copytree(package, tmp_path / "contactway", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import contactway"
    ran = run_python(program, CONTACTWAY_LIBRARY="")
    assert f"its core is missing: there is no {tmp_path}/contactway/libcontactway.so. Install a wheel" in ran.stderr


def test_a_library_of_another_machine_is_named_with_both(tmp_path: Path) -> None:
    library = tmp_path / "libcontactway.so"
    content = bytearray(Path(_native.library._name).read_bytes()[:4096])
    content[18:20] = (0xB7 if content[18] != 0xB7 else 0x3E).to_bytes(2, "little")
    library.write_bytes(content)
    said = import_error(str(library))
    assert re.search(r"its core is for (aarch64|x86_64), 64 bits and this Python for (aarch64|x86_64), 64 bits", said)
    library.write_text("a pointer of Git's large file storage")
    assert f"its core is no library: {library}" in import_error(str(library))


def test_a_library_of_another_interface_is_an_import_error(tmp_path: Path) -> None:
    library = built(tmp_path, "unsigned contactway_abi_version(void) { return 2; }\n")
    assert "version 2 of the C interface and this package version 1" in import_error(str(library))


def test_a_library_without_a_function_is_an_import_error(tmp_path: Path) -> None:
    library = built(tmp_path, "unsigned contactway_abi_version(void) { return 1; }\n")
    assert "has no function contactway_version" in import_error(str(library))


def built(folder: Path, source: str) -> Path:
    """A shared object made from C."""
    (folder / "made.c").write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "made.so", folder / "made.c"], check=True)
    return folder / "made.so"
