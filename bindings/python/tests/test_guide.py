"""The guide of the ledger: its code is run, and is the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

GUIDE, IN_CHINESE = "ledger.md", "ledger.zh-CN.md"


def blocks(name: str) -> list[tuple[str, str]]:
    """The fenced blocks of a document, each with its language."""
    text = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_stories_of_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stories = [code for language, code in blocks(GUIDE) if language == "python"]
    assert stories
    names: dict[str, Any] = {}
    for number, code in enumerate(stories, 1):
        exec(compile(code, f"{GUIDE}, block {number}", "exec"), names)


def test_both_languages_have_the_same_code() -> None:
    assert blocks(IN_CHINESE) == blocks(GUIDE)


def test_both_languages_have_the_same_parts() -> None:
    def outline(name: str) -> list[str]:
        text = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
        text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        return re.findall(r"^(#+ |- |\|)", text, re.MULTILINE)

    assert outline(IN_CHINESE) == outline(GUIDE)
