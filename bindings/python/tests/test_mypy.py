"""What a type checker says of a program: what is missing or of another type is refused, and nothing else is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import contactway

# mypy must refuse each line that says so, and no other.
PROGRAM = """
from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import contactway
from contactway import types
from contactway.testing import Sandbox

client = contactway.Client(corp_id="ww1", secret="s", store="sqlite:codes.db")

made: types.AddAnswer = client.add(type=1, scene=2, user=["zhangsan"], key="store-1", timeout=3)
client.add({"type": 1, "scene": 2, "user": ["zhangsan"], "of_tomorrow": 1})
client.add({"type": 1, "scene": 2}, user=("zhangsan",), remark="x")
client.add('{"type": 1, "scene": 2}', timeout=3)
request: types.AddRequest = {"type": 1, "scene": 2, "conclusions": {"text": {"content": "x"}}}
client.add(request)
client.add(**request)
client.add()  # refused
client.add(remark="x")  # refused
client.add(type=1, user=["zhangsan"])  # refused
client.add(type="1", scene=2)  # refused
client.add(type=1, scene=2, user="zhangsan")  # refused
client.add(type=1, scene=2, remrak="x")  # refused
client.add({"type": 1}, scene="2")  # refused
half: types.AddRequest = {"type": 1}  # refused

client.get(config_id=made["config_id"])["contact_way"]["user"]
client.get({"config_id": "a"})
client.get()  # refused
client.get(config_id=1)  # refused
client.get(None)  # refused
client.get(config_id="a")["contact_wya"]  # refused

client.update(config_id="a", remark="")
client.update({"config_id": "a"}, remark="x")
client.update(remark="x")  # refused
client.update({"config_id": "a"}, remark=1)  # refused

client.delete(config_id="a")
client.del_({"config_id": "a"})
client.delete()  # refused

client.close_temp_chat(userid="a", external_userid="b")
client.close_temp_chat({"userid": "a"}, external_userid="b")
client.close_temp_chat(userid="a")  # refused

client.upload_image(path=Path("a.png"))
client.upload_image(base64="aaaa", filename="a.png")
client.upload_image()  # refused
client.upload_image(base64="aaaa")  # refused
client.upload_image(path="a.png", base64="aaaa", filename="a.png")  # refused

client.save_qr_code(config_id="a", path="a.png")
client.save_qr_code(qr_code="https://p.qpic.cn/a", path=Path("a.png"))
client.save_qr_code(config_id="a")  # refused
client.save_qr_code(path="a.png")  # refused

for way in client.iter_contact_ways(limit=10):
    client.delete(config_id=way["config_id"])
client.list()
client.list(limit="10")  # refused

client.ledger(status="active")
client.ledger(status="dead")  # refused
client.sync(progress=lambda progress: progress["done"] < 3)


def rows() -> Iterator[types.Row]:
    yield {"key": "store-1", "contact_way": {"type": 1, "scene": 2}}


client.apply(rows())
client.apply("codes.csv", namespace="stores")
client.apply(rows=rows(), dry_run=True)
client.apply(path=Path("codes.jsonl"))
client.apply()  # refused
client.apply(namespace="stores")  # refused
client.apply(rows(), dry_rnu=True)  # refused

client.replace_user(from_="a", to=["b"])
client.replace_user({"from": "a", "to": ["b"]}, dry_run=True)
client.replace_user(from_="a")  # refused
client.save_qr_codes(directory="codes", query={"user": "a"})
client.save_qr_codes(query={"user": "a"})  # refused
client.save_qr_codes(directory="codes", query={"usr": "a"})  # refused


async def main() -> None:
    async with contactway.AsyncClient(corp_id="ww1", secret="s", threads=4) as client:
        made = await client.add(type=1, scene=2)
        await asyncio.gather(client.get(config_id=made["config_id"]), client.list())
        await client.add(scene=2)  # refused
        await client.get()  # refused
        await client.update(remark="x")  # refused
        await client.close_temp_chat(userid="a")  # refused
        await client.apply(namespace="stores")  # refused
        client.get(config_id="a")["contact_way"]  # refused
        await client.check(canceller=contactway.Canceller())  # refused
        await client.get(config_id="a", canceller=contactway.Canceller())  # refused


contactway.after_fork = "renew"
contactway.after_fork = "reopen"  # refused
Sandbox(tls=True, control_token="t", unicode_escapes="accept")
Sandbox(unicode_escapes="yes")  # refused
contactway.Client(corp_id="ww1", timeout_ms="5")  # refused
contactway.Client(corp_id="ww1", token_provider=lambda rejected: "token")
contactway.Client(corp_id="ww1", token_provider=lambda: "token")  # refused
contactway.Client("ww1", "s")  # refused
contactway.AsyncClient("ww1", "s")  # refused
client.check(timeot=1)  # refused
for way in client.iter_contact_ways(limt=10):  # refused
    pass


async def provide(rejected: bool) -> str:
    return "token"


contactway.Client(corp_id="ww1", token_provider=provide)  # refused
"""


def test_what_is_missing_is_refused_and_what_is_right_is_not(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM, encoding="utf-8")
    source = Path(contactway.__file__).parents[1]
    # Where the package is installed, mypy finds it by itself.
    found = {} if source.name == "site-packages" else {"MYPYPATH": str(source)}
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", f"--cache-dir={tmp_path}", str(file)],
        env={**os.environ, **found},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "errors in 1 file" in ran.stdout, ran.stdout + ran.stderr
    refused = {int(line) for line in re.findall(r"program\.py:(\d+): error:", ran.stdout)}
    lines = PROGRAM.splitlines()
    to_refuse = {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}
    wrong = [f"{number}: {lines[number - 1]}" for number in sorted(refused ^ to_refuse)]
    assert wrong == [], ran.stdout
