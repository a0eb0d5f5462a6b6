"""Keeps the figures of one run of `make bench` in build/bench/figures.json, for whoever draws them."""

import json
import os
import pathlib
import platform
import re


def begin(file):
    """Starts anew, with what the machine is."""
    described = pathlib.Path("/proc/cpuinfo").read_text()
    processor = re.search(r"model name\s*: (.*)", described)
    machine = {
        "processor": processor[1] if processor else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
    }
    write(file, {"machine": machine, "tables": {}})


def record(file, title, rows):
    """Adds a table, a dict of dicts, with the load of the machine at its end."""
    figures = json.loads(file.read_text())
    figures["tables"][title] = {"load": os.getloadavg()[0], "rows": rows}
    write(file, figures)


def write(file, figures):
    """Replaces the file; its shape is in README.md here."""
    file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
