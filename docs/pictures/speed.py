"""Draws the README's chart of speed from the figures of one run of `make bench`.

    speed.py FIGURES

It needs matplotlib. What it writes, speed.svg, lies beside it and is checked in, with the figures that it was drawn from.
"""

import json
import pathlib
import shutil
import sys

import matplotlib

matplotlib.use("svg")
# The same figures give the same bytes.
matplotlib.rcParams.update({"svg.hashsalt": "contactway", "svg.fonttype": "none", "font.size": 11})
from matplotlib import pyplot  # noqa: E402  the backend is chosen first

HERE = pathlib.Path(__file__).parent
OURS, THEIRS = "#2f6fdb", "#b9c0c8"
# The tables of the benchmark that each panel shows, in one scale.
PANELS = [
    ["HTTP, 1 thread", "HTTPS, 1 thread", "HTTP, 8 threads", "HTTPS, 8 threads"],
    ["Python, HTTP, 1 thread", "Python, HTTP, 8 threads"],
    ["Go, HTTP, 1 goroutine", "Go, HTTP, 8 goroutines"],
]
# What is a yardstick of others, or no library.
LEFT_OUT = {"raw socket"}


def bars(tables, title):
    """The contenders of one table with their calls a second, the fastest last."""
    rows = {name: row for name, row in tables[title]["rows"].items() if name not in LEFT_OUT}
    if "contactway.py" in rows or "contactway.go" in rows:
        rows.pop("contactway")
    return sorted(((row["calls_a_second"], name) for name, row in rows.items()))


def draw(tables, file):
    """One column of panels, each of horizontal bars."""
    counted = [sum(len(bars(tables, title)) + 1 for title in titles) for titles in PANELS]
    figure, panels = pyplot.subplots(len(PANELS), figsize=(9, sum(counted) * 0.3), height_ratios=counted)
    for panel, titles in zip(panels, PANELS):
        place, names = 0, []
        for title in reversed(titles):
            for calls, name in bars(tables, title):
                panel.barh(place, calls, color=OURS if name.startswith("contactway") else THEIRS)
                panel.text(calls, place, f" {calls:,.0f}", va="center", fontsize=9)
                names.append((place, name))
                place += 1
            panel.text(0, place - 0.2, title, va="center", fontweight="bold", fontsize=10)
            names.append((place, ""))
            place += 1
        panel.set_yticks(*zip(*names))
        panel.tick_params(left=False)
        panel.set_xticks([])
        panel.margins(x=0.12)
        panel.set_ylim(-0.6, place - 0.4)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
    panels[0].set_title("Calls of add a second, on kept connections", loc="left")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def main():
    source = pathlib.Path(sys.argv[1])
    kept = HERE / "figures.json"
    if source.resolve() != kept.resolve():
        shutil.copyfile(source, kept)
    draw(json.loads(kept.read_text())["tables"], HERE / "speed.svg")


if __name__ == "__main__":
    main()
