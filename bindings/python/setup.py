"""Builds the core with cargo and bundles it: one wheel for every Python, tagged with the glibc that the core needs.

CONTACTWAY_CORE names a shared object that was built already, also for another machine; it is bundled as it is.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
# A source distribution brings the crate along.
CRATE = HERE / "core" if (HERE / "core").exists() else HERE.parents[1]
# What the crate is built from.
SOURCES = ("Cargo.toml", "Cargo.lock", ".cargo/config.toml", "src", "capi", "tests/bench")
LIBRARY = "libcontactway.so"
# ELF's numbers of machines, at byte 18, and the names that wheels have for them.
MACHINES = {62: "x86_64", 183: "aarch64"}


def manifest() -> str:
    """The crate's Cargo.toml."""
    try:
        return (CRATE / "Cargo.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SystemExit(f"contactway is built inside its repository; there is no crate in {CRATE}") from None


@functools.cache
def build_core() -> Path:
    """Builds the shared object, unless it was built already, and says where it is."""
    built_already = os.environ.get("CONTACTWAY_CORE")
    if built_already:
        return Path(built_already)
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "build", "--release", "--lib", "--locked", "--message-format=json-render-diagnostics"]
    try:
        built = subprocess.run(command, cwd=CRATE, stdout=subprocess.PIPE, check=True)
    except FileNotFoundError:
        raise SystemExit("Rust is missing: install it from https://rustup.rs or your distribution.") from None
    except subprocess.CalledProcessError:
        raise SystemExit("cargo could not build the core; what it said stands above.") from None
    for line in built.stdout.splitlines():
        message = json.loads(line)
        for name in message.get("filenames", ()):
            if Path(name).name == LIBRARY:
                return Path(name)
    raise SystemExit(f"cargo built no {LIBRARY}; contactway for Python needs Linux.")


def platform_tag(library: Path) -> str:
    """The wheel's platform: the oldest glibc that has every symbol version the library asks for."""
    content = library.read_bytes()
    number = int.from_bytes(content[18:20], "little")
    if content[:4] != b"\x7fELF" or number not in MACHINES:
        raise SystemExit(f"{library} is no shared object for {' or '.join(MACHINES.values())}, as wheels hold.")
    needed = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\d]*\0)", content)
    if not needed:
        return f"linux_{MACHINES[number]}"
    # The oldest that wheels know, on any of these machines.
    major, minor = max([(int(major), int(minor)) for major, minor in needed] + [(2, 17)])
    return f"manylinux_{major}_{minor}_{MACHINES[number]}"


class BuildWithCore(build_py):
    """Puts the core beside the modules."""

    def run(self) -> None:
        super().run()
        root = self.get_package_dir("contactway") if self.editable_mode else Path(self.build_lib, "contactway")
        shutil.copyfile(build_core(), Path(root, LIBRARY))


class WheelForEveryPython(bdist_wheel):
    """The library is reached through ctypes: the wheel depends on the platform, and on no Python."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        # An editable wheel is named before anything lies where it is packed.
        return "py3", "none", platform_tag(build_core())


class SourceWithCore(sdist):
    """Brings the crate along, without which there is nothing to build."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        for name in SOURCES:
            source, to = CRATE / name, Path(base_dir, "core", name)
            to.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, to)
            else:
                shutil.copyfile(source, to)


class WithLibrary(Distribution):
    """Goes to platlib, since it holds machine code."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    version=re.search(r'^version = "([^"]+)"', manifest(), re.MULTILINE).group(1),
    distclass=WithLibrary,
    cmdclass={"build_py": BuildWithCore, "bdist_wheel": WheelForEveryPython, "sdist": SourceWithCore},
)
