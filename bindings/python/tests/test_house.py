"""How the package is built: its modules lean one way, and its annotations can be read without costing a start."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import run_python

import contactway
import contactway.testing

SOURCE = Path(contactway.__file__).parent
MODULES = {
    **{f"contactway.{path.stem}": path for path in SOURCE.glob("*.py") if path.stem != "__init__"},
    "contactway": SOURCE / "__init__.py",
    "pytest_contactway": SOURCE.parent / "pytest_contactway.py",
}


def leans_on(path: Path) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in it and be it for a type checker alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, ["contactway" if node.level else "", node.module]))
            for name in node.names:
                module = f"{base}.{name.name}"
                yield module if module in MODULES else base
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_no_module_leans_on_one_above_it() -> None:
    graph = {name: set(leans_on(path)) & MODULES.keys() - {name} for name, path in MODULES.items()}
    # A circle is a graphlib.CycleError, which names it.
    assert list(TopologicalSorter(graph).static_order())[-1] in {"contactway", "pytest_contactway"}


@pytest.mark.parametrize(
    "it", [*(getattr(contactway, name) for name in contactway.__all__), contactway.testing.Sandbox], ids=str
)
def test_the_type_hints_of_everything_public_can_be_read(it: object) -> None:
    functions = [it] if inspect.isfunction(it) else []
    if inspect.isclass(it):
        typing.get_type_hints(it)
        functions = [member for _, member in inspect.getmembers(it, inspect.isfunction)]
        functions += [member.fget for _, member in inspect.getmembers(it, lambda member: isinstance(member, property))]
    for function in functions:
        hints = typing.get_type_hints(function)
        if function.__module__.startswith("contactway"):
            assert "return" in hints


def test_a_hint_is_the_shape_itself() -> None:
    hints = typing.get_type_hints(contactway.Client.get)
    assert hints["return"] is contactway.types.GetAnswer
    assert hints["timeout"] == typing.Optional[float]


def test_the_annotations_cost_no_start() -> None:
    ran = run_python(
        "import sys; before = set(sys.modules); import contactway; contactway.Client(access_token='t').close()\n"
        "late = {'asyncio', 'contactway.types', 'logging', 'tempfile', 'typing'}\n"
        "print(late & (set(sys.modules) - before))"
    )
    assert ran.stdout == "set()\n", ran.stderr
