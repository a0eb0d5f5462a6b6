"""The interface that programs are built against, compared with what was agreed on.

Reads the header (prototypes without the names of parameters, typedefs, constants) and the shared object (its SONAME and
what it exports), and compares both with abi.txt.

    python3 tests/c/abi.py include/contactway.h libcontactway.so [--update]
"""

import pathlib
import re
import subprocess
import sys

AGREED = pathlib.Path(__file__).with_name("abi.txt")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def constants(header):
    for name, value in re.findall(r"^#define (CONTACTWAY_\w+) (\S.*)$", header, re.M):
        # The version of the library changes with every release.
        if not name.startswith("CONTACTWAY_VERSION"):
            yield f"constant {name} {value}"


def without_names(parameters):
    """`char *a, int b` as `char *, int`."""
    if parameters.strip() in ("", "void"):
        return "void"
    return ", ".join(re.sub(r"\s*\b\w+$", "", each.strip()) for each in parameters.split(","))


def declarations(header):
    code = re.sub(r"//.*|/\*.*?\*/|^#.*|extern \"C\" \{|^\}", "", header, flags=re.M)
    code = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
    for declaration in code.split(";"):
        text = " ".join(declaration.split())
        function = re.fullmatch(r"(typedef )?(.*?)(\(\*\w+\)|\w+) ?\((.*)\)", text)
        if function:
            is_type, result, name, parameters = function.groups()
            yield f"{'callback' if is_type else 'function'} {result}{name}({without_names(parameters)})"
        elif text.startswith("typedef "):
            yield f"type {text.removeprefix('typedef ')}"
        elif text:
            sys.exit(f"abi.py cannot read this declaration of the header: {text}")


def exports(library):
    for line in output("nm", "-D", "--defined-only", library).splitlines():
        yield "exports " + line.split()[-1].split("@")[0]


def soname(library):
    return "soname " + re.search(r"SONAME.*\[(.*)\]", output("readelf", "-dW", library))[1]


def main(header_path, library, *flags):
    header = pathlib.Path(header_path).read_text()
    lines = sorted({*constants(header), *declarations(header), *exports(library), soname(library)})
    found = "\n".join(lines) + "\n"
    if "--update" in flags:
        AGREED.write_text(found)
    agreed = set(AGREED.read_text().splitlines())
    gone, new = sorted(agreed - set(lines)), sorted(set(lines) - agreed)
    for sign, those in (("-", gone), ("+", new)):
        for line in those:
            print(sign, line)
    if gone:
        print("Programs that were built before would break: take it back, or raise CONTACTWAY_ABI_VERSION")
        print("and the SONAME in capi/build.rs.")
    if gone or new:
        sys.exit(f"To agree to it: python3 tests/c/abi.py {header_path} {library} --update")
    print(f"abi: {len(lines)} lines are as agreed on")


main(*sys.argv[1:])
