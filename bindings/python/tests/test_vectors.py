"""The vectors that every language runs; what a file may hold is said in tests/vectors/README.md."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import REPOSITORY

import contactway
from contactway import _native
from contactway._json import decode
from contactway.testing import Sandbox

VECTORS = sorted((REPOSITORY / "tests" / "vectors").glob("*.json"))
REFUSED = sorted((REPOSITORY / "tests" / "vectors" / "refused").glob("*.json"))
METHODS = {"del": "delete"}
MEMBERS = {"says", "sandbox", "config", "steps", "wire"}
# A step is a call, or a question to the sandbox itself.
STEPS = (
    {"call", "request", "options", "expect", "save"},
    {"http", "path", "body", "expect", "save"},
)


def at(text: str, pointer: str) -> str | None:
    """The value at a pointer, as the library's own function gives it."""
    found = _native.library.contactway_json_get(text.encode(), pointer.encode())
    return _native.take(found) if found else None


class Vector:
    """One file, and what was saved of it so far."""

    def __init__(self, text: str, sandbox: Sandbox, folder: Path) -> None:
        self.text = text
        self.sandbox = sandbox
        self.saved = {
            "base_url": sandbox.base_url,
            "corp_id": sandbox.corp_id,
            "secret": sandbox.secret,
            "dir": str(folder),
        }

    def at(self, pointer: str) -> str | None:
        """A value of the file, with what was saved put in."""
        value = at(self.text, pointer)
        for name, saved in self.saved.items():
            value = value and value.replace("${" + name + "}", saved)
        return value

    def ask(self, method: str, path: str, body: str | None) -> str:
        """Asks the sandbox itself, for the text of its answer."""
        connection = http.client.HTTPConnection(urlsplit(self.sandbox.base_url).netloc)
        connection.request(method, path, body and body.encode())
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    def call(self, client: contactway.Client, name: str, request: str, options: str | None) -> str:
        """Makes a call, for the text of its answer: what a method reads its dict from, or its exception."""
        answers: list[str] = []

        def tap(text: str) -> dict[str, Any]:
            answers.append(text)
            return decode(text)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("contactway._caller.decode", tap)
            try:
                if options is None:
                    answer: Any = getattr(client, METHODS.get(name, name))(request)
                else:
                    function = getattr(_native.library, f"contactway_{name}")
                    answer = client._run(function, request.encode(), options.encode())
            except contactway.ContactwayError as error:
                answer = error.answer
        assert answer == json.loads(answers[-1])
        return answers[-1]

    def step(self, client: contactway.Client, step: str) -> None:
        """Takes one step, and looks at its answer."""
        name = self.at(f"{step}/call")
        if name is not None:
            request = self.at(f"{step}/request")
            assert request is not None
            answer = self.call(client, name, request, self.at(f"{step}/options"))
        else:
            method, path = self.at(f"{step}/http"), self.at(f"{step}/path")
            assert method is not None
            assert path is not None
            answer = self.ask(method, path, self.at(f"{step}/body"))
        self.check(step, answer)

    def check(self, step: str, answer: str) -> None:
        """Compares what a step expects, and saves what it wants saved."""
        if at(self.text, f"{step}/expect") is None:
            assert at(answer, "/errcode") == "0", answer
        for pair in self.each(f"{step}/expect"):
            pointer = self.at(f"{pair}/0")
            assert pointer is not None
            found = at(answer, pointer)
            assert ("null" if found is None else found) == self.at(f"{pair}/1"), (step, pointer, answer)
        for pair in self.each(f"{step}/save"):
            name, pointer = self.at(f"{pair}/0"), self.at(f"{pair}/1")
            assert name is not None
            assert pointer is not None
            value = at(answer, pointer)
            assert value is not None, (step, pointer, answer)
            self.saved[name] = value

    def each(self, pointer: str) -> list[str]:
        """Pointers to the items of a list; none where it is absent."""
        return [f"{pointer}/{index}" for index in range(len(json.loads(at(self.text, pointer) or "[]")))]

    def wire(self) -> list[tuple[str | None, str | None]]:
        """What the file says went over the wire."""
        return [(self.at(f"{pair}/0"), self.at(f"{pair}/1")) for pair in self.each("/wire")]


def run(text: str, folder: Path) -> None:
    """Runs one file's text."""
    read = json.loads(text)
    assert read.keys() <= MEMBERS, f"unknown members: {read.keys() - MEMBERS}"
    for step in read["steps"]:
        assert any(step.keys() <= members for members in STEPS), f"unknown members, or of two kinds: {step.keys()}"
    with Sandbox(at(text, "/sandbox") or "{}") as sandbox:
        vector = Vector(text, sandbox, folder)
        with contactway.Client(vector.at("/config") or sandbox.client_config) as client:
            for step in vector.each("/steps"):
                vector.step(client, step)
        if "wire" in read:
            calls = sandbox.request("GET", "/sandbox/calls")["calls"]
            assert [(call["endpoint"], call["body"]) for call in calls] == vector.wire()


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path, tmp_path: Path) -> None:
    run(path.read_text(encoding="utf-8"), tmp_path)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_vector_with_a_misspelt_member_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unknown members"):
        run(path.read_text(encoding="utf-8"), tmp_path)


def test_pictures_go_to_and_come_from_the_runners_folder(tmp_path: Path) -> None:
    steps = [
        {"call": "add", "request": {"type": 1, "scene": 2, "user": ["zhangsan"]}, "save": [["id", "/config_id"]]},
        {
            "call": "save_qr_code",
            "request": {"config_id": "${id}", "path": "${dir}/counter.png"},
            "expect": [["/errcode", 0], ["/path", "${dir}/counter.png"]],
        },
        {"call": "upload_image", "request": {"path": "${dir}/counter.png"}, "expect": [["/type", "image"]]},
    ]
    run(json.dumps({"says": "pictures are files", "steps": steps}), tmp_path)
    assert (tmp_path / "counter.png").stat().st_size > 0


def test_there_are_vectors() -> None:
    assert VECTORS
    assert REFUSED
