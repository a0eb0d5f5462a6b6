"""The calls that take a request, as a table: each one's function, and the shape that names its keywords."""

from __future__ import annotations

from collections.abc import Mapping

from ._json import encode
from ._lazy import types, typing
from ._members import MEMBERS
from ._native import library


class Call:
    """A function of the library's and the keywords that its method knows."""

    __slots__ = ("function", "known", "name")

    def __init__(self, name: str, shape: str) -> None:
        self.name = name
        self.function: typing.Any = getattr(library, f"contactway_{name}")
        self.known = MEMBERS[shape]

    def encode(self, request: types.Request, members: Mapping[str, typing.Any]) -> bytes:
        """The text of a request, given as a mapping, keywords or both, or as that text."""
        return encode(request, members, self.known)


ADD = Call("add", "AddRequest")
GET = Call("get", "GetRequest")
LIST = Call("list", "ListRequest")
UPDATE = Call("update", "UpdateRequest")
DEL = Call("del", "DelRequest")
CLOSE_TEMP_CHAT = Call("close_temp_chat", "CloseTempChatRequest")
UPLOAD_IMAGE = Call("upload_image", "UploadImageRequest")
SAVE_QR_CODE = Call("save_qr_code", "SaveQrCodeRequest")
LEDGER = Call("ledger", "LedgerQuery")
SYNC = Call("sync", "SyncRequest")
APPLY = Call("apply", "ApplyRequest")
REPLACE_USER = Call("replace_user", "ReplaceUserRequest")
SAVE_QR_CODES = Call("save_qr_codes", "SaveQrCodesRequest")
