"""The wheel that the package under test came from."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import contactway


@pytest.fixture
def wheel() -> Path:
    path = os.environ.get("CONTACTWAY_WHEEL")
    if path is None:
        pytest.skip("CONTACTWAY_WHEEL does not name the wheel; make test-python does")
    return Path(path)


def test_one_wheel_is_for_every_python(wheel: Path) -> None:
    _, version, python, abi, platform = wheel.stem.split("-")
    assert (version, python, abi) == (contactway.version(), "py3", "none")
    assert platform.startswith("manylinux_2_")


def test_its_platform_is_what_the_library_needs(wheel: Path) -> None:
    command = [sys.executable, "-m", "auditwheel", "show", str(wheel)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    platform = wheel.stem.split("-")[-1]
    assert f'platform tag: "{platform}"' in " ".join(shown.stdout.split())


def test_it_needs_no_other_package() -> None:
    assert metadata.requires("contactway") is None


@pytest.mark.usefixtures("wheel")
def test_it_holds_the_licences_and_the_types() -> None:
    names = {file.name for file in metadata.files("contactway") or []}
    assert {"LICENSE-MIT", "LICENSE-APACHE", "py.typed", "libcontactway.so"} <= names
