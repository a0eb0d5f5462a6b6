"""Times one contender in Python. Arguments and output are those of contender.c."""

import json
import re
import sys
import threading
import time


def run(begin):
    """Times what `begin(base_url, token)` answers: a function that does one add call, its answer decoded."""
    base_url, token, body, threads, calls = sys.argv[1:]
    threads = int(threads)
    calls = int(calls) // threads
    request = json.loads(body)
    add = begin(base_url, token)
    start, end = threading.Barrier(threads + 1), threading.Barrier(threads + 1)

    def repeat(count):
        for _ in range(count):
            if add(**request)["errcode"] != 0:
                raise AssertionError("refused")

    def work():
        try:
            repeat(calls // 10 + 1)
            start.wait()
            repeat(calls)
            end.wait()
        except BaseException:
            start.abort()
            end.abort()
            raise

    for _ in range(threads):
        threading.Thread(target=work).start()
    start.wait()
    wall, processor = time.monotonic_ns(), time.process_time_ns()
    end.wait()
    wall, processor = time.monotonic_ns() - wall, time.process_time_ns() - processor
    print(wall, processor, peak_kib())


def peak_kib():
    """The most memory that this process held."""
    with open("/proc/self/status") as status:
        return re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]
