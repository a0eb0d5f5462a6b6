"""The guide to the ledger is run, block by block, and says the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import contactway
from contactway.testing import Sandbox

DOCS = Path(__file__).resolve().parents[3] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_guide_runs(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = {**sandbox.client_config, "rate_limit": False}
    with (
        contactway.Client({**config, "store": "sqlite:codes.db"}) as client,
        contactway.Client(config) as unledgered,
    ):
        known = {"client": client, "unledgered": unledgered}
        for number, block in enumerate(blocks("ledger.md")):
            exec(compile(block, f"ledger.md, block {number}", "exec"), known)
    assert len(list((tmp_path / "codes").iterdir())) == 50


def test_both_languages_have_the_same_code() -> None:
    assert blocks("ledger.md") == blocks("ledger.zh-CN.md") != []
