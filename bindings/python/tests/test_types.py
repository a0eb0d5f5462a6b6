"""The shapes: what they ask for, what `help` says of them, and that the core and the manual say the same."""

from __future__ import annotations

import inspect
import json
import pydoc
import re
from typing import Any

import pytest
from conftest import REPOSITORY, run_python

import contactway
from contactway import AsyncClient, Client, types
from contactway._members import EXPLAINED, MEMBERS, METHODS, RULES
from contactway.testing import Sandbox

#: What must be given, in a shape or in one of two.
REQUESTS: dict[str, tuple[Any, ...]] = {
    "AddMembers": (types.AddRequest,),
    "GetRequest": (types.GetRequest,),
    "ListRequest": (types.ListRequest,),
    "UpdateMembers": (types.UpdateRequest,),
    "DelRequest": (types.DelRequest,),
    "CloseTempChatMembers": (types.CloseTempChatRequest,),
    "UploadImageMembers": (types.UploadPath, types.UploadBytes),
    "SaveQrCodeMembers": (types.SaveByConfigId, types.SaveByQrCode),
    "LedgerQuery": (types.LedgerQuery,),
    "SyncRequest": (types.SyncRequest,),
    "ApplyMembers": (types.ApplyRows, types.ApplyFile),
    "ReplaceUserMembers": (types.ReplaceUserKeywords,),
    "SaveQrCodesMembers": (types.SaveQrCodesRequest,),
}
#: The endpoint's function, as docs/rules.md has it.
ENDPOINTS = {METHODS[name]: "del" if name == "delete" else name for name in METHODS}


def members_of(shape: Any) -> set[str]:
    return set(shape.__required_keys__ | shape.__optional_keys__)


@pytest.mark.parametrize("name", MEMBERS)
def test_keywords_are_the_members_of_the_shape(name: str) -> None:
    assert members_of(getattr(types, name)) == MEMBERS[name]


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_required_is_said_to_be(name: str) -> None:
    assert set[str]().union(*map(members_of, REQUESTS[name])) == MEMBERS[name]
    always = set.intersection(*(set(shape.__required_keys__) for shape in REQUESTS[name]))
    assert {member for member, (kind, _) in EXPLAINED[name].items() if kind.endswith(", required")} == always


def rules_in_the_manual(endpoint: str) -> dict[str, set[str]]:
    """The rules of each member of an endpoint's request."""
    page = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for rule, of, pointer in re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| `/(\w+)[\w/]*` \|", page, re.MULTILINE):
        if endpoint in of.split(", "):
            found.setdefault(pointer, set()).add(rule)
    return found


@pytest.mark.parametrize("name", REQUESTS)
def test_the_rules_are_those_of_the_core(name: str) -> None:
    named = {member: set(rules.split()) for member, rules in RULES.get(name, {}).items()}
    assert named == rules_in_the_manual(ENDPOINTS[name])


WRONG = {
    "int": ("an integer", "1"),
    "str": ("a string", 1),
    "bool": ("true or false", 1),
    "dict": ("an object", 1),
    "list of str": ("an array of strings", [1]),
    "list of int": ("an array of integers", ["1"]),
}


@pytest.mark.parametrize("name", RULES)
def test_the_types_are_those_of_the_core(client: contactway.Client, name: str) -> None:
    kinds = {member: kind.partition(",")[0] for member, (kind, _) in EXPLAINED[name].items()}
    request = {member: WRONG[kind][1] for member, kind in kinds.items()}
    call = getattr(client, {shape: method for method, shape in METHODS.items()}[name])
    with pytest.raises(contactway.InvalidRequest) as refused:
        call(request)
    wrong = {it["pointer"].split("/")[1]: it["message"] for it in refused.value.details if it["rule"] == "wrong_type"}
    for member, kind in kinds.items():
        # Of an array's item its own type is said.
        words = WRONG[kind.replace("list of ", "")][0]
        assert words in wrong.pop(member), member
    assert wrong == {}


def manual_table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table in a part of the manual."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("| `")]


def without_marks(text: str) -> str:
    return re.sub(r'^"(.*)"$', r"\1", text.strip("`"))


def test_the_configuration_is_the_manuals() -> None:
    of_json = {"string": "str", "integer": "int", "boolean": "bool", "object": "dict"}
    rows = manual_table("configuration.md", "Members")
    assert {name.strip("`") for name, *_ in rows} == MEMBERS["ClientConfig"]
    for name, kind, default, *_ in rows:
        ours, meaning = EXPLAINED["ClientConfig"][name.strip("`")]
        words = re.sub(r"\w+", lambda word: of_json.get(word[0], word[0]), kind.replace("`false`", "False"))
        assert words == ours.replace(" or path", "").replace("function or ", "")
        if default and name != "`token_provider`":
            assert meaning.lower().endswith(f" {without_marks(default).lower()}."), name


def test_what_a_sandbox_starts_with_is_the_manuals() -> None:
    rows = manual_table("sandbox.md", "What it starts with")
    assert {name.strip("`") for name, *_ in rows} == MEMBERS["SandboxConfig"]
    for name, default, *_ in rows:
        meaning = EXPLAINED["SandboxConfig"][name.strip("`")][1]
        assert meaning.lower().endswith(f" {without_marks(default).lower()}."), name


@pytest.mark.parametrize("of", [Client, AsyncClient])
@pytest.mark.parametrize("method", METHODS)
def test_help_explains_each_member(of: type, method: str) -> None:
    shape = METHODS[method]
    text = pydoc.plain(pydoc.render_doc(getattr(of, method)))
    assert text.count("Keywords:") == 1
    for name, (kind, meaning) in EXPLAINED[shape].items():
        assert f" {name} ({kind}): {meaning}\n" in text
        for rule in RULES.get(shape, {}).get(name, "").split():
            assert rule in text


@pytest.mark.parametrize(
    ("of", "shape"), [(Client, "ClientConfig"), (AsyncClient, "ClientConfig"), (Sandbox, "SandboxConfig")]
)
def test_help_explains_each_member_of_a_configuration(of: type, shape: str) -> None:
    text = inspect.getdoc(of) or ""
    for name, (kind, meaning) in EXPLAINED[shape].items():
        assert f"\n    {name} ({kind}): {meaning}\n" in text


def test_python_may_drop_the_help() -> None:
    ran = run_python("import sys; sys.flags.optimize or sys.exit('not -OO'); import contactway", PYTHONOPTIMIZE="2")
    assert ran.returncode == 0, ran.stderr


def test_the_shapes_are_there_without_an_import_of_their_own() -> None:
    ran = run_python("import contactway; print(contactway.types.GetRequest(config_id='a'))")
    assert ran.stdout == "{'config_id': 'a'}\n", ran.stderr


def test_a_request_of_the_shape_is_json(client: contactway.Client) -> None:
    request: types.AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"]}
    assert client.add(json.dumps(request))["config_id"] != client.add(**request)["config_id"]
