"""The programs and commands of docs/python-servers.md."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from conftest import REPOSITORY

PAGE, IN_CHINESE = "python-servers.md", "python-servers.zh-CN.md"
#: The modules behind the commands, which have no script where the tests run.
MODULES = {"pyinstaller": ["-m", "PyInstaller"], "python": []}


def blocks(page: str = PAGE) -> list[tuple[str, str]]:
    """The fenced blocks of a page, each with its language."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def write_programs(folder: Path) -> None:
    """Write each program to the file that its first line names."""
    for language, text in blocks():
        if language == "python":
            name = text.partition("\n")[0].removeprefix("# ")
            (folder / name).write_text(text, encoding="utf-8")


def commands() -> list[str]:
    """Every command of the page."""
    lines = [line for language, text in blocks() if language == "sh" for line in text.splitlines()]
    return [line for line in lines if not line.startswith("export ")]


def command(begins: str) -> list[str]:
    """The one command of the page that begins so, as the Python that runs the tests runs it."""
    (line,) = (it for it in commands() if it.startswith(begins))
    program, *arguments = shlex.split(line)
    return [sys.executable, *MODULES.get(program, ["-m", program]), *arguments]
