"""What `check` found is an answer, also where something is wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import pytest

import contactway
from contactway import _native, types
from contactway.testing import Sandbox

WELL = {"step": "resolve", "ok": True, "elapsed_ms": 3, "message": "127.0.0.1"}
WRONG = {
    "step": "token",
    "ok": False,
    "message": "WeCom refused the secret",
    "error": {"kind": "auth"},
    "remedy": "Copy the secret of the app again.",
}
SKIPPED = {"step": "permission", "skipped": True, "message": "there is no token"}
#: Nobody listens there.
DEAD = "http://127.0.0.1:1"
ERROR = {"kind": "auth", "effect": "none"}


class Answering:
    """Stands in for the library's function, and remembers what it was asked."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.options: list[Any] = []
        self.answer: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "steps": [WELL]}
        patch.setattr(_native.library, "contactway_check", self)

    def __call__(self, client: int, options: bytes | None) -> Any:
        self.options.append(json.loads(options or b"{}"))
        return _native.library.contactway_json_get(json.dumps(self.answer).encode(), b"")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    return Answering(monkeypatch)


def test_each_step_is_there_whatever_it_found(client: contactway.Client, answering: Answering) -> None:
    assert client.check()["steps"] == [WELL]
    answering.answer = {"errcode": 40001, "errmsg": "refused", "error": ERROR, "steps": [WELL, WRONG, SKIPPED]}
    answer = client.check()
    assert answer["errcode"] == 40001
    assert answer["steps"] == [WELL, WRONG, SKIPPED]


def test_where_nothing_was_looked_at_it_raises(client: contactway.Client, answering: Answering) -> None:
    answering.answer = {"errcode": -1013, "errmsg": "not built in", "error": {"kind": "unsupported"}}
    with pytest.raises(contactway.Unsupported):
        client.check()


def test_its_options_are_those_of_every_call(client: contactway.Client, answering: Answering) -> None:
    with contactway.Canceller() as canceller:
        client.check(timeout=1.5, canceller=canceller)
        assert answering.options == [{"timeout_ms": 1500, "canceller": canceller.handle}]
    with pytest.raises(TypeError):
        client.check(timeout="5")  # type: ignore[arg-type]


def test_asyncio_has_it_too(sandbox: Sandbox, answering: Answering) -> None:
    async def main() -> None:
        async with contactway.AsyncClient(sandbox.client_config, timeout_ms=60_000) as client:
            assert (await client.check())["steps"] == [WELL]
            await client.check(timeout=30)

    asyncio.run(main())
    assert [options["timeout_ms"] > 50_000 for options in answering.options] == [True, False]


def test_a_closed_client_says_so() -> None:
    closed = contactway.Client(access_token="t")
    closed.close()
    with pytest.raises(contactway.InvalidHandle):
        closed.check()


STEPS = ["configuration", "proxy", "resolve", "connect", "tls", "token", "permission", "clock"]


def test_all_is_well_with_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    with contactway.Client(sandbox.client_config) as client:
        answer = client.check()
    assert answer["errcode"] == 0
    assert [step["step"] for step in answer["steps"]] == STEPS
    # There is no TLS over http.
    assert [step["step"] for step in answer["steps"] if step.get("skipped")] == ["tls"]
    with contactway.Client(sandbox.client_config, store=f"sqlite:{tmp_path / 'codes.db'}") as keeper:
        assert keeper.check()["steps"][-1]["step"] == "store"


def test_a_wrong_secret_fails_one_step_and_skips_the_rest(sandbox: Sandbox) -> None:
    with contactway.Client(sandbox.client_config, secret="another") as stranger:
        answer = stranger.check()
    assert answer["errcode"] == 40001
    token = answer["steps"][STEPS.index("token")]
    assert (token["ok"], token["error"]["kind"], token["error"]["errcode"]) == (False, "auth", 40001)
    assert token["remedy"]
    assert [step["step"] for step in answer["steps"] if step.get("skipped")] == ["tls", "permission", "clock"]


def test_each_step_is_what_its_type_says(sandbox: Sandbox) -> None:
    assert [*STEPS, "store"] == list(get_args(types.Step))
    with contactway.Client(sandbox.client_config) as client, contactway.Client(access_token="t", base_url=DEAD) as away:
        steps = [*client.check()["steps"], *away.check(timeout=5)["steps"]]
    for step in steps:
        assert step.keys() >= types.CheckStep.__required_keys__
        assert step.keys() <= types.CheckStep.__required_keys__ | types.CheckStep.__optional_keys__
        assert ("ok" in step) != ("skipped" in step)
        if "ok" in step:
            assert isinstance(step["elapsed_ms"], int)
            assert step["ok"] == ("error" not in step) == ("remedy" not in step)
        if "error" in step:
            assert step["error"].keys() >= types.Failing.__required_keys__
            assert step["error"].keys() <= types.Failing.__required_keys__ | types.Failing.__optional_keys__
