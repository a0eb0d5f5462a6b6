"""Prints how many bytes the shared object takes once it is stripped: as it is by default, and lean, the client alone.

    size.py BUILD
"""

import json
import os
import pathlib
import subprocess
import sys

import figures

MIB = 1024 * 1024
BUILDS = {"default": ([], 5 * MIB), "lean": (["--no-default-features"], 3 * MIB)}


def built(features, target):
    """The shared object with these features, built in a folder of its own: `make install` takes what is in cargo's."""
    cargo = os.environ.get("CARGO", "cargo")
    line = [cargo, "build", "--release", "--lib", *features, "--target-dir", target, "--message-format=json-render-diagnostics"]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
    files = [name for line in done.stdout.splitlines() for name in json.loads(line).get("filenames", ())]
    return next(name for name in files if pathlib.Path(name).name == "libcontactway.so")


def main():
    build = pathlib.Path(sys.argv[1])
    build.mkdir(parents=True, exist_ok=True)
    print("\nThe shared object, stripped")
    rows = {}
    for name, (features, goal) in BUILDS.items():
        stripped = build / f"{name}.so"
        subprocess.run(["strip", "-o", stripped, built(features, build / "size")], check=True)
        size = stripped.stat().st_size
        rows[name] = {"bytes": size, "goal": goal}
        print(f"{name:10}{size:10,} bytes  goal under {goal:,}: {'met' if size < goal else 'MISSED'}")
    if (build / "figures.json").exists():
        figures.record(build / "figures.json", "size", rows)


if __name__ == "__main__":
    main()
