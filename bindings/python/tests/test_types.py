"""The shapes, and what stands for them where they would take too long to import."""

from __future__ import annotations

import inspect
import re

import pytest
from conftest import run_python

from contactway import Client, types
from contactway._members import MEMBERS


@pytest.mark.parametrize("name", MEMBERS)
def test_keywords_are_the_members_of_the_shape(name: str) -> None:
    shape = getattr(types, name)
    assert shape.__required_keys__ | shape.__optional_keys__ == MEMBERS[name]


METHODS = {
    "add": "AddRequest",
    "get": "GetRequest",
    "list": "ListRequest",
    "update": "UpdateRequest",
    "delete": "DelRequest",
    "close_temp_chat": "CloseTempChatRequest",
    "upload_image": "UploadImageRequest",
    "save_qr_code": "SaveQrCodeRequest",
    "ledger": "LedgerQuery",
    "sync": "SyncRequest",
    "apply": "ApplyRequest",
    "replace_user": "ReplaceUserMembers",
    "save_qr_codes": "SaveQrCodesRequest",
}


@pytest.mark.parametrize("method", METHODS)
def test_help_names_the_keywords(method: str) -> None:
    help_of_it = inspect.getdoc(getattr(Client, method)) or ""
    keywords = re.search(r"Keywords: (.*?)\.$", help_of_it, re.DOTALL | re.MULTILINE)
    assert keywords is not None
    shape = getattr(types, METHODS[method])
    assert set(re.findall(r"``(\w+)``", keywords[1])) == shape.__required_keys__ | shape.__optional_keys__


def test_help_names_the_members_of_a_configuration() -> None:
    named = set(re.findall(r"``(\w+)``", inspect.getdoc(Client) or ""))
    assert named >= MEMBERS["ClientConfig"]


def test_the_shapes_are_there_without_an_import_of_their_own() -> None:
    ran = run_python("import contactway; print(contactway.types.AddRequest(type=1))")
    assert ran.stdout == "{'type': 1}\n", ran.stderr
