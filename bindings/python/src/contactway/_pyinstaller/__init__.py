"""Where PyInstaller finds the hook that puts the core into a program; the entry point ``pyinstaller40`` names this."""

from __future__ import annotations

import os


def hook_dirs() -> list[str]:
    """The folder of the hook."""
    return [os.path.dirname(__file__)]
