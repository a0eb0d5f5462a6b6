"""Times contactway against libcurl, stock ureq and a raw socket, in turn within one run.

    run.py BUILD [CALLS [ROUNDS]]

BUILD holds the contenders, and is given figures.json, which holds all that is printed. Each is a process of its own that times itself after a warm-up, against a server that is
another process; the rounds go round all of them in turn, so that a noisy moment meets everybody. Medians are printed.
Some settings keep the cores awake: at one thread the time hangs on how the kernel wakes an idle core, so each core gets a
spinning neighbour of idle priority, and client and server a core each.
"""

import collections
import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import figures

HERE = pathlib.Path(__file__).parent
TOKEN = "bench" * 42  # as long as WeCom's own
ADD = (HERE / "add.json").read_text().strip()
LIST = '{"limit":1000}'
MIB = 1024 * 1024

# Ratios are those to the yardstick, which is one of the contenders. `share` of the calls are made.
Setting = collections.namedtuple(
    "Setting", "title secure threads contenders yardstick awake function body share", defaults=[False, "add", ADD, 1.0]
)
ALL, PAIR, PLAIN = ["raw", "contactway", "libcurl", "ureq"], ["contactway", "libcurl"], ["contactway", "libcurl", "ureq"]
SETTINGS = [
    Setting("HTTP, 1 thread", False, 1, ALL, "libcurl"),
    Setting("HTTP, 8 threads", False, 8, ALL, "libcurl"),
    Setting("HTTPS, 1 thread", True, 1, PLAIN, "libcurl"),
    Setting("HTTPS, 8 threads", True, 8, PLAIN, "libcurl"),
    Setting("HTTP, 1 thread, cores awake, a core each", False, 1, ALL, "libcurl", True),
    Setting("HTTPS, 1 thread, cores awake, a core each", True, 1, PLAIN, "libcurl", True),
    Setting("list of 1,000, HTTP, 1 thread", False, 1, PAIR, "libcurl", False, "list", LIST, 0.5),
    Setting("a request of 1 MiB, HTTP, 1 thread", False, 1, PAIR, "libcurl", False, "add",
            '{"remark":"%s"}' % ("x" * MIB), 0.05),
]

COUNTED = {"HTTP": SETTINGS[0], "HTTPS": SETTINGS[2], "list of 1,000": SETTINGS[6]}

# How each is called in a table, and its command in the build's folder.
Contender = collections.namedtuple("Contender", "name command")
CONTENDERS = {
    "raw": Contender("raw socket", ["raw"]),
    "contactway": Contender("contactway", ["contactway"]),
    "libcurl": Contender("libcurl", ["libcurl"]),
    "ureq": Contender("stock ureq", ["ureq/release/bench-ureq"]),
    "python": Contender("contactway.py", ["python/bin/python", HERE / "python" / "bench_contactway.py"]),
    "wechatpy": Contender("wechatpy", ["python/bin/python", HERE / "python" / "bench_wechatpy.py"]),
    "go": Contender("contactway.go", ["go/contactway"]),
    "workwx": Contender("go-workwx", ["go/workwx"]),
    "silenceper": Contender("silenceper", ["go/silenceper"]),
}


class Server:
    """The stand-in for WeCom, until the block ends."""

    def __init__(self, build, secure, core=None):
        pair = [build / "server.pem", build / "server.key"] if secure else []
        self.process = subprocess.Popen(
            [*on(core), build / "server", TOKEN, *pair], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        port = int(self.process.stdout.readline())
        self.base_url = f"http{'s' if secure else ''}://127.0.0.1:{port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def on(core):
    """The start of a command that is to run on one core alone."""
    return [] if core is None else ["taskset", "-c", str(core)]


@contextlib.contextmanager
def cores(awake):
    """A core for the server and one for the client, neither of which falls asleep; none where that is not asked for."""
    if not awake:
        yield None, None
        return
    both = sorted(os.sched_getaffinity(0))[:2]
    spin = [sys.executable, "-c", "while True: pass"]
    spinners = [subprocess.Popen(["chrt", "--idle", "0", *on(core), *spin]) for core in both]
    try:
        yield both[0], both[-1]
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def command(build, contender, setting, base_url, body, calls):
    """The command line of one contender."""
    program, *arguments = CONTENDERS[contender].command
    ca_file = build / "ca.pem" if setting.secure else ""
    more = [ca_file, setting.function] if setting.function != "add" else [ca_file] if setting.secure else []
    return [build / program, *arguments, base_url, TOKEN, body, str(setting.threads), str(calls), *more]


def time_one(build, base_url, setting, contender, body, calls, core=None):
    """Wall and processor seconds of `calls` calls, and peak memory in KiB."""
    line = [*on(core), *command(build, contender, setting, base_url, body, calls)]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
    wall, processor, kib = map(int, done.stdout.split())
    return wall / 1e9, processor / 1e9, kib


def time_to(runs, contender, other):
    """The time of one contender as a multiple of another's: the median of the rounds' ratios."""
    return statistics.median(mine[0] / theirs[0] for mine, theirs in zip(runs[contender], runs[other]))


@contextlib.contextmanager
def argument(body):
    """A body as a command line takes it: one that is too long stands in a file."""
    if len(body) < 100_000:
        yield body
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(body)
        file.flush()
        yield f"@{file.name}"


def measure(build, setting, calls, rounds):
    """The runs of each contender of a setting."""
    runs = collections.defaultdict(list)
    with cores(setting.awake) as (servers, clients), Server(build, setting.secure, servers) as server, \
            argument(setting.body) as body:
        for _ in range(rounds):
            for contender in setting.contenders:
                runs[contender].append(time_one(build, server.base_url, setting, contender, body, calls, clients))
    return runs


def table(file, setting, calls, runs):
    """Prints and records one setting's medians; the ratio to its yardstick is the median of the rounds' ratios."""
    yardstick = CONTENDERS[setting.yardstick].name
    print(f"\n{setting.title}")
    print(f"{'':14}{'us a call':>10}{'calls/s':>10}{'CPU us':>9}{'peak MiB':>10}"
          f"{f'time/{yardstick}':>20}{f'calls/{yardstick}':>20}{f'CPU/{yardstick}':>19}")
    rows = {}
    for contender in setting.contenders:
        walls, processors, kibs = zip(*runs[contender])
        against = runs[setting.yardstick]
        time_ratio = time_to(runs, contender, setting.yardstick)
        cpu_ratio = statistics.median(mine / theirs[1] for mine, theirs in zip(processors, against))
        wall, processor = statistics.median(walls), statistics.median(processors)
        row = rows[CONTENDERS[contender].name] = {
            "us_a_call": wall / calls * setting.threads * 1e6,
            "calls_a_second": calls / wall,
            "cpu_us_a_call": processor / calls * 1e6,
            "peak_mib": statistics.median(kibs) / 1024,
            "time_ratio": time_ratio,
            "calls_ratio": 1 / time_ratio,
            "cpu_ratio": cpu_ratio,
        }
        widths = [(10, 1), (10, 0), (9, 1), (10, 1), (20, 2), (20, 2), (19, 2)]
        cells = (f"{figure:{width}.{digits}f}" for figure, (width, digits) in zip(row.values(), widths))
        print(f"{CONTENDERS[contender].name:14}{''.join(cells)}")
    figures.record(file, setting.title, rows)


# What a call costs is what so many more of them cost.
FEW, MANY = 200, 1200
COUNTERS = {
    "instructions": (["--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : (\d+)"),
    "allocations": (["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"], r"total heap usage: ([\d,]+) allocs"),
}


def counted(line, counter):
    """What valgrind counts in a whole process."""
    arguments, pattern = COUNTERS[counter]
    done = subprocess.run(["valgrind", *arguments, *line], capture_output=True, text=True, check=True)
    return int(re.search(pattern, done.stderr)[1].replace(",", ""))


def counts(build, file):
    """Prints and records what a call of each kind takes: counts, not times, and so the same on a busy machine."""
    print(f"\nA call, counted by valgrind at 1 thread\n{'':30}{'instructions':>14}{'allocations':>13}")
    rows = {}
    for what, setting in COUNTED.items():
        with Server(build, setting.secure) as server:
            for contender in PAIR:
                name = f"{what}: {CONTENDERS[contender].name}"
                row = rows[name] = {}
                for counter in COUNTERS:
                    few, many = (
                        counted(command(build, contender, setting, server.base_url, setting.body, calls), counter)
                        for calls in (FEW, MANY)
                    )
                    # The warm-up grows by a tenth of the calls.
                    row[counter] = (many - few) / ((MANY - FEW) * 1.1)
                print(f"{name:30}{row['instructions']:14.0f}{row['allocations']:13.1f}")
    figures.record(file, "counted", rows)


def memory(build, file):
    """Prints and records what a client and its idle connection hold."""
    print(f"\nHeap, in KiB\n{'':30}{'a client':>14}{'its idle connection':>22}")
    rows = {}
    for secure in (False, True):
        with Server(build, secure) as server:
            for contender in PAIR:
                line = [build / f"memory_{contender}", server.base_url, TOKEN, ADD, *([build / "ca.pem"] if secure else [])]
                done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
                client, connection = (int(figure) / 1024 for figure in done.stdout.split())
                name = f"{'HTTPS' if secure else 'HTTP'}: {CONTENDERS[contender].name}"
                rows[name] = {"client_kib": client, "idle_connection_kib": connection}
                print(f"{name:30}{client:14.1f}{connection:22.1f}")
    figures.record(file, "heap", rows)


def own_share(build, file, calls):
    """Prints and records what the library does without input or output."""
    print("\nThe library's own share, without input or output, in ns of processor time")
    shares = subprocess.run([build / "own_share", ADD, str(calls)], stdout=subprocess.PIPE, text=True, check=True)
    nanoseconds = {part: int(taken) for part, taken in map(str.split, shares.stdout.splitlines())}
    for part, taken in nanoseconds.items():
        print(f"{PARTS[part]:78}{taken:>7}")
    share = nanoseconds["stopped"] - nanoseconds["no_client"] + nanoseconds["errcode"]
    print(f"{'so an add call: the cancelled one without its error, and its answer decoded':78}{share:>7}")
    figures.record(file, "own share", {part: {"ns": taken} for part, taken in {**nanoseconds, "an add": share}.items()})


def main():
    build = pathlib.Path(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 9
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{calls} keep-alive calls a run, an add of {len(ADD.encode())} bytes unless said, {rounds} rounds in turn, medians;")
    print(f"{len(os.sched_getaffinity(0))} cores, load {load} before")
    file = build / "figures.json"
    figures.begin(file)
    for setting in SETTINGS:
        some = int(calls * setting.share)
        table(file, setting, some, measure(build, setting, some, rounds))
    counts(build, file)
    memory(build, file)
    own_share(build, file, calls)


PARTS = {
    "no_client": "a call with no client: the boundary and an error",
    "refused": "a request that one rule refuses: boundary, JSON, rules, and an error",
    "stopped": "a call that was cancelled: boundary, JSON, rules, token, address, and an error",
    "errcode": "contactway_errcode of an answer, about what decoding it takes",
    "json_get": "contactway_json_get of /config_id",
}

if __name__ == "__main__":
    main()
