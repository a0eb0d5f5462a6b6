"""Writes recorded requests (lines of JSON on stdin) into the corpus.

A file that is there keeps what is judged about it; a new one holds the request alone, which the test refuses until
somebody has judged it.
"""

import json
import sys
from pathlib import Path

CORPUS = Path(__file__).parent.parent


def main() -> None:
    for line in filter(None, sys.stdin.read().split("\n")):
        request = json.loads(line)
        folder = request["sdk"].rsplit(" ", 1)[0].replace("/", "-").lower()
        file = CORPUS / folder / f"{request.pop('name')}.json"
        judged = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.parent.mkdir(exist_ok=True)
        whole = request | {name: value for name, value in judged.items() if name not in request}
        file.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
