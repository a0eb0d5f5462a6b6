"""Builds and runs the programs of the manual: each block of C in a page is a whole one, and ends with 0.

    python3 tests/c/manual.py -Iinclude -Ltarget/debug -Wl,-rpath,target/debug -lcontactway -- docs/threads.md
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

SANDBOX = pathlib.Path("bindings/c").resolve()
PATIENCE_S = 120

link, pages = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
compiler = [*shlex.split(os.environ.get("CC", "cc")), "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-pthread"]
counts = {}
for page in map(pathlib.Path, pages):
    programs = re.findall(r"^```c\n(.*?)^```", page.read_text(), re.M | re.S)
    for number, code in enumerate(programs, 1):
        with tempfile.TemporaryDirectory() as directory:
            source = pathlib.Path(directory, "program.c")
            source.write_text(code)
            files = [str(source), str(SANDBOX / "sandbox_http.c"), f"-I{SANDBOX}"]
            subprocess.run([*compiler, *files, *link, "-o", f"{directory}/program"], check=True)
            ran = subprocess.run(["./program"], cwd=directory, timeout=PATIENCE_S, capture_output=True, text=True)
            if ran.returncode != 0:
                sys.exit(f"{page}: program {number} ends with {ran.returncode}\n{ran.stdout}{ran.stderr}")
    counts |= {page.name: len(programs)} if programs else {}
if not counts:
    sys.exit("the manual has no program")
print("manual: " + ", ".join(f"{count} of {name}" for name, count in counts.items()) + " run")
