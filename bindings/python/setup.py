"""Builds the core with cargo and bundles it: one wheel for every Python, tagged with the glibc that the core needs."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

CRATE = Path(__file__).resolve().parents[2]
LIBRARY = "libcontactway.so"


def manifest() -> str:
    """The crate's Cargo.toml."""
    try:
        return (CRATE / "Cargo.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SystemExit(f"contactway is built inside its repository; there is no crate in {CRATE}") from None


@functools.cache
def build_core() -> Path:
    """Builds the shared object and says where cargo put it."""
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
    needed = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\d]*\0)", library.read_bytes())
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    if not needed:
        return machine
    # The oldest that wheels know.
    major, minor = max([(int(major), int(minor)) for major, minor in needed] + [(2, 5)])
    return machine.replace("linux", f"manylinux_{major}_{minor}", 1)


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


class WithLibrary(Distribution):
    """Goes to platlib, since it holds machine code."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    version=re.search(r'^version = "([^"]+)"', manifest(), re.MULTILINE).group(1),
    distclass=WithLibrary,
    cmdclass={"build_py": BuildWithCore, "bdist_wheel": WheelForEveryPython},
)
