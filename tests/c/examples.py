"""Compiles every example in the headers' comments: lines indented by five columns or more after `//` or ` *`.

    python3 tests/c/examples.py include/contactway.h include/contactway.hpp
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What an example may take as given.
AROUND = {
    ".h": (
        "#include <contactway.h>\n#include <stdio.h>\n",
        "int example_{}(contactway_client client, const char *answer)\n"
        "{{\n(void)client; (void)answer;\n{{\n{}\n}}\nreturn 0;\n}}\n",
        [*os.environ.get("CC", "cc").split(), "-std=c99", "-xc"],
    ),
    ".hpp": (
        "#include <contactway.hpp>\n#include <iostream>\n#include <thread>\n",
        "void example_{}(const contactway::client &client, const std::string &answer, const std::string &config_id,\n"
        "    const std::string &request)\n"
        "{{\n(void)client; (void)answer; (void)config_id; (void)request;\n{{\n{}\n}}\n}}\n",
        [*os.environ.get("CXX", "c++").split(), "-std=c++20", "-xc++"],
    ),
}


def examples(text):
    for block in re.findall(r"(?:^ *(?://| \*)(?: {5}.*)?\n)+", text, re.M):
        lines = [re.sub(r"^ *(?://| \*) {0,5}", "", line) for line in block.splitlines()]
        code = "\n".join(lines).strip()
        if ";" in code:
            yield code


def source(header):
    head, around, _ = AROUND[header.suffix]
    whole, parts = "", []
    for number, code in enumerate(examples(header.read_text())):
        if "int main()" in code:
            whole = code + "\n"
        else:
            parts.append(around.format(number, code))
    return head + "".join(parts) + whole, len(parts) + bool(whole)


for path in map(pathlib.Path, sys.argv[1:]):
    code, count = source(path)
    if count < 5:
        sys.exit(f"{path}: only {count} examples were found")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(code)
        file.flush()
        compiler = AROUND[path.suffix][2]
        flags = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", f"-I{path.parent}", "-fsyntax-only"]
        if subprocess.run([*compiler, *flags, file.name]).returncode != 0:
            sys.exit(f"{path}: an example does not compile")
    print(f"examples: {count} of {path.name} compile")
