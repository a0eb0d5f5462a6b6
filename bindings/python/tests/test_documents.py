"""The examples of the documentation are run, and nothing public is without one."""

from __future__ import annotations

import asyncio
import base64
import doctest
import inspect
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import contactway
import contactway._aio
import contactway._aio_caller
import contactway._aio_ledger
import contactway._caller
import contactway._canceller
import contactway._client
import contactway._ledger
import contactway.testing
from contactway.testing import Sandbox

FOLDER = Path(__file__).resolve().parents[1]
MODULES: tuple[ModuleType, ...] = (
    contactway,
    contactway._caller,
    contactway._client,
    contactway._ledger,
    contactway._aio,
    contactway._aio_caller,
    contactway._aio_ledger,
    contactway._canceller,
    contactway.errors,
    contactway.testing,
    contactway.types,
)
#: Where `client` has a ledger.
WITH_STORE = {contactway._ledger.__name__, contactway._aio_ledger.__name__}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for module in MODULES:
        for test in finder.find(module, globs=dict(vars(module))):
            if test.examples:
                yield test


EXAMPLES = list(examples())


@pytest.mark.parametrize("test", EXAMPLES, ids=lambda test: test.name)
def test_example(test: doctest.DocTest, sandbox: Sandbox, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(base64.b64decode(PIXEL))
    with contactway.Client(sandbox.client_config) as client:
        config_id = client.add(type=1, scene=2, user=["zhangsan"])["config_id"]
    kept = test.globs["__name__"] in WITH_STORE
    store: dict[str, Any] = {"store": f"sqlite:{tmp_path / 'codes.db'}"} if kept else {}

    def run(work: Any) -> Any:
        async def main() -> Any:
            async with contactway.AsyncClient(sandbox.client_config, **store) as client:
                return await work(client)

        return asyncio.run(main())

    with contactway.Client(sandbox.client_config, **store) as client:
        test.globs.update(
            asyncio=asyncio,
            client=client,
            config_id=config_id,
            contactway=contactway,
            folder=tmp_path,
            logging=logging,
            os=os,
            picture=picture,
            run=run,
            sandbox=sandbox,
        )
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(test, out=report.append)
        assert runner.summarize(verbose=False).failed == 0, "".join(report)


def public() -> Iterator[str]:
    """What the package offers, by the names that doctest gives."""
    for name in contactway.__all__:
        it = getattr(contactway, name)
        if inspect.isclass(it):
            yield from public_of(it)
    yield from public_of(Sandbox)


def public_of(it: type) -> Iterator[str]:
    yield f"{it.__module__}.{it.__qualname__}"
    for name, member in inspect.getmembers(it, inspect.isfunction):
        owner = next(base for base in it.__mro__ if name in vars(base))
        if not name.startswith("_") and owner.__module__ != contactway._handle.__name__:
            # By its own name: an alias needs no example beside.
            yield f"{owner.__module__}.{owner.__qualname__}.{member.__name__}"


def test_everything_public_has_an_example() -> None:
    assert set(public()) - {test.name for test in EXAMPLES} == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "../../docs/testing.md"])
def test_the_examples_of_a_page(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (FOLDER / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, name, "exec"), names)
    for test in [it for shown, it in names.items() if shown.startswith("test_")]:
        marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "sandbox"]
        # One for each test, as the page says that it is.
        with Sandbox(*marks[0].args, **marks[0].kwargs) if marks else Sandbox() as started:
            fixtures = {"sandbox": started, "tmp_path": tmp_path}
            test(**{name: fixtures[name] for name in inspect.signature(test).parameters})
