"""Times the Python and Go bindings against the C ABI and against their peers, as run.py does with the rest.

    bindings.py BUILD [CALLS [ROUNDS]]

Also times what a Python program waits for before its first call. The binding is installed in the build's Python.
"""

import pathlib
import statistics
import subprocess
import sys
import time

import figures
from run import CONTENDERS, Setting, measure, table, time_to

STARTS = 20
PYTHON = ["contactway", "python", "wechatpy"]
GO = ["contactway", "go", "workwx", "silenceper"]
SETTINGS = [
    Setting("Python, HTTP, 1 thread", False, 1, PYTHON, "contactway"),
    Setting("Python, HTTP, 8 threads", False, 8, PYTHON, "contactway"),
    Setting("Go, HTTP, 1 goroutine", False, 1, GO, "contactway"),
    Setting("Go, HTTP, 8 goroutines", False, 8, GO, "contactway"),
]
PROGRAMS = {
    "python -c pass": "pass",
    "import contactway and a first client": "import contactway; contactway.Client(access_token='benchmark')",
}


def start_time(python, program):
    """Milliseconds that a fresh process takes to run a program."""
    begun = time.monotonic()
    subprocess.run([python, "-c", program], check=True)
    return (time.monotonic() - begun) * 1e3


def main():
    build = pathlib.Path(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    file = build / "figures.json"
    print(f"\n{calls} keep-alive add calls a run from other languages, {rounds} rounds in turn, medians")
    for setting in SETTINGS:
        runs = measure(build, setting, calls, rounds)
        table(file, setting, calls, runs)
        _, binding, *peers = setting.contenders
        for peer in peers:
            ours, theirs = CONTENDERS[binding].name, CONTENDERS[peer].name
            print(f"{ours}'s calls/s are {time_to(runs, peer, binding):.2f} times those of {theirs}")

    print(f"\nA fresh Python process from start to end, in ms, median of {STARTS}")
    times = {name: [] for name in PROGRAMS}
    for _ in range(STARTS):
        for name, program in PROGRAMS.items():
            times[name].append(start_time(build / "python" / "bin" / "python", program))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in medians.items():
        print(f"{name:38}{taken:7.1f}")
    bare, begun = medians.values()
    print(f"{'so the import and the client':38}{begun - bare:7.1f}")
    figures.record(file, "a fresh Python process", {name: {"ms": taken} for name, taken in medians.items()})


if __name__ == "__main__":
    main()
