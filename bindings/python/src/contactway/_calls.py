"""The calls that take a request, as a table: each one's function, and the names that its keywords may have."""

from __future__ import annotations

from collections.abc import Mapping

from ._json import encode
from ._lazy import types, typing
from ._members import MEMBERS, METHODS
from ._native import library


class Call:
    """A function of the library's and the keywords that its method knows."""

    __slots__ = ("function", "known", "name")

    def __init__(self, name: str, in_c: str = "") -> None:
        self.name = name
        self.function: typing.Any = getattr(library, f"contactway_{in_c or name}")
        self.known = MEMBERS[METHODS[name]]

    def encode(
        self, request: typing.Optional[types.Request], members: Mapping[str, typing.Any], called: typing.Any
    ) -> bytes:
        """The text of a request, given to the class ``called`` as a mapping, keywords or both, or as that text."""
        return encode(request, members, self.known, called, self.name)


ADD = Call("add")
GET = Call("get")
LIST = Call("list")
UPDATE = Call("update")
DEL = Call("delete", "del")
CLOSE_TEMP_CHAT = Call("close_temp_chat")
UPLOAD_IMAGE = Call("upload_image")
SAVE_QR_CODE = Call("save_qr_code")
LEDGER = Call("ledger")
SYNC = Call("sync")
APPLY = Call("apply")
REPLACE_USER = Call("replace_user")
SAVE_QR_CODES = Call("save_qr_codes")
