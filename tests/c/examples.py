"""Compiles every example in the headers' comments: lines indented by five columns or more after `//` or ` *`. And sees
to it that every function of a header is called in one of its examples.

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
        "#include <contactway.h>\n#include <stdio.h>\n#include <string.h>\n",
        "{1}int example_{0}(contactway_client client, const char *answer)\n"
        "{{\n(void)client; (void)answer;\n{{\n{2}\n}}\nreturn 0;\n}}\n",
        [*os.environ.get("CC", "cc").split(), "-std=c99", "-xc"],
    ),
    ".hpp": (
        "#include <contactway.hpp>\n#include <iostream>\n#include <thread>\nusing namespace std::chrono_literals;\n",
        "{1}void example_{0}(const contactway::client &client, const std::string &answer, const std::string &config_id,\n"
        "    const std::string &request)\n"
        "{{\n(void)client; (void)answer; (void)config_id; (void)request;\n{{\n{2}\n}}\n}}\n",
        [*os.environ.get("CXX", "c++").split(), "-std=c++20", "-xc++"],
    ),
}


def examples(text):
    for block in re.findall(r"(?:^ *(?://| \*)(?: {5}.*)?\n)+", text, re.M):
        lines = [re.sub(r"^ *(?://| \*) {0,5}", "", line) for line in block.splitlines()]
        code = "\n".join(lines).strip()
        # A table of members holds semicolons too, but ends no line with one.
        if re.search(r";(?: \})?(?: *//.*)?$", code, re.M):
            yield code


def declared(text):
    """The functions that a header declares with a comment of their own."""
    public = re.sub(r"^namespace detail \{.*?^\}  // namespace", "", text, flags=re.M | re.S)
    declaration = r"(?! *(?:explicit|typedef|using))(?:    )?\w[\w:<>&* ]*[ &*](\w+)\("
    return re.findall(rf"^ *//.*\n{declaration}", public, re.M)


def source(header):
    head, around, _ = AROUND[header.suffix]
    whole, parts = "", []
    for number, code in enumerate(examples(header.read_text())):
        if "int main()" in code:
            whole = code + "\n"
        else:
            # Functions that an example defines stand before the one that it becomes.
            functions = "".join(re.findall(r"^static .*?^\}\n", code, re.M | re.S))
            parts.append(around.format(number, functions, code.replace(functions, "")))
    return head + "".join(parts) + whole, len(parts) + bool(whole)


for path in map(pathlib.Path, sys.argv[1:]):
    code, count = source(path)
    if not_shown := [name for name in declared(path.read_text()) if not re.search(rf"\b{name}\(", code)]:
        sys.exit(f"{path}: no example calls {', '.join(sorted(not_shown))}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(code)
        file.flush()
        compiler = AROUND[path.suffix][2]
        flags = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", f"-I{path.parent}", "-fsyntax-only"]
        if subprocess.run([*compiler, *flags, file.name]).returncode != 0:
            sys.exit(f"{path}: an example does not compile")
    print(f"examples: {count} of {path.name} compile")
