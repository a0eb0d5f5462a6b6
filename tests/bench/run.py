"""Times contactway against libcurl, stock ureq and a raw socket, in turn within one run.

    run.py BUILD [CALLS [ROUNDS]]

BUILD holds the contenders. Each is a process of its own that times itself after a warm-up, against a server that is
another process; the rounds go round all of them in turn, so that a noisy moment meets everybody. Medians are printed.
"""

import collections
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
TOKEN = "bench" * 42  # as long as WeCom's own

# Ratios are those to the yardstick, which is one of the contenders.
Setting = collections.namedtuple("Setting", "title secure threads contenders yardstick")
SETTINGS = [
    Setting("HTTP, 1 thread", False, 1, ["raw", "contactway", "libcurl", "ureq"], "libcurl"),
    Setting("HTTP, 8 threads", False, 8, ["raw", "contactway", "libcurl", "ureq"], "libcurl"),
    Setting("HTTPS, 1 thread", True, 1, ["contactway", "libcurl", "ureq"], "libcurl"),
    Setting("HTTPS, 8 threads", True, 8, ["contactway", "libcurl", "ureq"], "libcurl"),
]

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

    def __init__(self, build, secure):
        pair = [build / "server.pem", build / "server.key"] if secure else []
        self.process = subprocess.Popen(
            [build / "server", TOKEN, *pair], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        port = int(self.process.stdout.readline())
        self.base_url = f"http{'s' if secure else ''}://127.0.0.1:{port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def time_one(build, server, setting, contender, body, calls):
    """Wall and processor seconds of `calls` calls, and peak memory in KiB."""
    program, *arguments = CONTENDERS[contender].command
    ca_file = [build / "ca.pem"] if setting.secure else []
    done = subprocess.run(
        [build / program, *arguments, server.base_url, TOKEN, body, str(setting.threads), str(calls), *ca_file],
        stdout=subprocess.PIPE, text=True, check=True,
    )
    wall, processor, kib = map(int, done.stdout.split())
    return wall / 1e9, processor / 1e9, kib


def time_to(runs, contender, other):
    """The time of one contender as a multiple of another's: the median of the rounds' ratios."""
    return statistics.median(mine[0] / theirs[0] for mine, theirs in zip(runs[contender], runs[other]))


def measure(build, setting, calls, rounds):
    """The runs of each contender of a setting."""
    body = (HERE / "add.json").read_text().strip()
    runs = collections.defaultdict(list)
    with Server(build, setting.secure) as server:
        for _ in range(rounds):
            for contender in setting.contenders:
                runs[contender].append(time_one(build, server, setting, contender, body, calls))
    return runs


def table(setting, calls, runs):
    """Prints one setting's medians; the ratio to its yardstick is the median of the rounds' ratios."""
    yardstick = CONTENDERS[setting.yardstick].name
    print(f"\n{setting.title}")
    print(f"{'':14}{'us a call':>10}{'calls/s':>10}{'CPU us':>9}{'peak MiB':>10}"
          f"{f'time/{yardstick}':>20}{f'calls/{yardstick}':>20}{f'CPU/{yardstick}':>19}")
    for contender in setting.contenders:
        walls, processors, kibs = zip(*runs[contender])
        against = runs[setting.yardstick]
        time_ratio = time_to(runs, contender, setting.yardstick)
        cpu_ratio = statistics.median(mine / theirs[1] for mine, theirs in zip(processors, against))
        wall, processor = statistics.median(walls), statistics.median(processors)
        print(f"{CONTENDERS[contender].name:14}{wall / calls * setting.threads * 1e6:10.1f}{calls / wall:10.0f}"
              f"{processor / calls * 1e6:9.1f}{statistics.median(kibs) / 1024:10.1f}"
              f"{time_ratio:20.2f}{1 / time_ratio:20.2f}{cpu_ratio:19.2f}")


def main():
    build = pathlib.Path(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 9
    body = (HERE / "add.json").read_text().strip()
    print(f"{calls} keep-alive add calls of {len(body.encode())} bytes a run, {rounds} rounds in turn, medians")
    for setting in SETTINGS:
        table(setting, calls, measure(build, setting, calls, rounds))
    print("\nThe library's own share, without input or output, in ns of processor time")
    shares = subprocess.run([build / "own_share", body, str(calls)], stdout=subprocess.PIPE, text=True, check=True)
    nanoseconds = {part: int(taken) for part, taken in map(str.split, shares.stdout.splitlines())}
    for part, taken in nanoseconds.items():
        print(f"{PARTS[part]:78}{taken:>7}")
    share = nanoseconds["stopped"] - nanoseconds["no_client"] + nanoseconds["errcode"]
    print(f"{'so an add call: the cancelled one without its error, and its answer decoded':78}{share:>7}")


PARTS = {
    "no_client": "a call with no client: the boundary and an error",
    "refused": "a request that one rule refuses: boundary, JSON, rules, and an error",
    "stopped": "a call that was cancelled: boundary, JSON, rules, token, address, and an error",
    "errcode": "contactway_errcode of an answer, about what decoding it takes",
    "json_get": "contactway_json_get of /config_id",
}

if __name__ == "__main__":
    main()
