"""What the built libraries show and need: nothing of their insides, and nothing that is not everywhere.

    python3 tests/c/binary.py libcontactway.so libcontactway.a
"""

import re
import subprocess
import sys

NEEDED = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
# Parts of libc.so.6 since glibc 2.34, and named by what is linked for an older one.
NEEDED |= {"libdl.so.2", "libpthread.so.0"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library, *flags):
    symbols = [line.split() for line in output("nm", *flags, "--defined-only", library).splitlines()]
    return {words[-1].split("@")[0] for words in symbols if len(words) == 3}


def main(shared, static):
    wrong = []

    def must(holds, otherwise):
        if not holds:
            wrong.append(otherwise)

    names = exported(shared, "-D")
    must(names, "the shared object exports nothing")
    foreign = sorted(name for name in names if not name.startswith("contactway_"))
    must(not foreign, f"the shared object exports {foreign}")
    must(exported(static, "-g") == names, "the static library does not show what the shared one exports, and only that")

    dynamic = output("readelf", "-dW", shared)
    must(re.findall(r"SONAME.*\[(.*)\]", dynamic) == ["libcontactway.so.1"], "the SONAME is not libcontactway.so.1")
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))
    must(needed <= NEEDED, f"the shared object needs {sorted(needed - NEEDED)}")
    must(not re.search("RPATH|RUNPATH", dynamic), "the shared object looks for libraries in a place of its own")
    must("NODELETE" in dynamic, "the shared object can be unloaded under a thread that used it")
    must("NOW" in dynamic and "GNU_RELRO" in output("readelf", "-lW", shared), "its tables stay writable")
    stack = re.search(r"GNU_STACK.*", output("readelf", "-lW", shared))
    must(stack and "RWE" not in stack[0], "it asks for an executable stack")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"binary: {len(names)} functions exported, and nothing else")


main(*sys.argv[1:])
