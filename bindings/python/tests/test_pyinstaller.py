"""A program of one file, made by PyInstaller with the hook that the package brings."""

from __future__ import annotations

import json
import os
import subprocess
from importlib import metadata
from pathlib import Path

from python_servers import command, write_programs

from contactway.testing import Sandbox


def test_the_hook_is_where_pyinstaller_looks_for_it() -> None:
    entries = metadata.distribution("contactway").entry_points
    (entry,) = (it for it in entries if (it.group, it.name) == ("pyinstaller40", "hook-dirs"))
    (folder,) = entry.load()()
    assert (Path(folder) / "hook-contactway.py").is_file()


def test_a_program_of_one_file_holds_the_core(tmp_path: Path, sandbox: Sandbox) -> None:
    write_programs(tmp_path)
    subprocess.run(command("pyinstaller"), cwd=tmp_path, check=True, capture_output=True)
    environment = {"PATH": os.environ["PATH"], "WECOM_CONFIG": json.dumps(sandbox.client_config)}
    ran = subprocess.run([tmp_path / "dist" / "check"], capture_output=True, text=True, env=environment, check=False)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (0, 8), ran.stdout + ran.stderr
