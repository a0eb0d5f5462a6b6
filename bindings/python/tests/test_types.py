"""The shapes, and what stands for them where they would take too long to import."""

from __future__ import annotations

import pytest
from conftest import run_python

from contactway import types
from contactway._members import MEMBERS


@pytest.mark.parametrize("name", MEMBERS)
def test_keywords_are_the_members_of_the_shape(name: str) -> None:
    shape = getattr(types, name)
    assert shape.__required_keys__ | shape.__optional_keys__ == MEMBERS[name]


def test_the_shapes_are_there_without_an_import_of_their_own() -> None:
    ran = run_python("import contactway; print(contactway.types.AddRequest(type=1))")
    assert ran.stdout == "{'type': 1}\n", ran.stderr


def test_what_takes_long_to_import_is_left_for_later() -> None:
    ran = run_python(
        "import sys; before = set(sys.modules); import contactway; contactway.Client(access_token='t').close()\n"
        "print({'asyncio', 'contactway.types', 'logging', 'typing'} & (set(sys.modules) - before))"
    )
    assert ran.stdout == "set()\n", ran.stderr
