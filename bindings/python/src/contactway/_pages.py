"""The walk over the pages of a list, and of the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from ._lazy import typing
from .errors import ContactwayError, found_here


class Pages:
    """Knows the request for the next page, until there is none. A page's items stand in its ``member``."""

    def __init__(self, member: str, request: Mapping[str, typing.Any]) -> None:
        self._member = member
        self.request: typing.Optional[dict[str, typing.Any]] = {
            name: value for name, value in request.items() if value is not None
        }
        self._seen: set[str] = set()

    def read(self, page: Mapping[str, typing.Any]) -> list[typing.Any]:
        """What stands on a page; the next one's request is ready then."""
        members = {name: value for name, value in page.items() if value is not None}
        cursor, items = members.get("next_cursor", ""), members.get(self._member, [])
        if not isinstance(cursor, str) or not isinstance(items, list):
            raise _bad_response(f"a page is no page: {self._member} must be a list and next_cursor a text")
        if cursor in self._seen:
            raise _bad_response("the cursor of a page came a second time; the list would never end")
        self._seen.add(cursor)
        self.request = {**(self.request or {}), "cursor": cursor} if cursor else None
        return items


def walked(
    request: typing.Optional[Mapping[str, typing.Any]], members: Mapping[str, typing.Any]
) -> dict[str, typing.Any]:
    """What is walked through, given as a mapping, keywords or both."""
    if request is not None and not isinstance(request, Mapping):
        raise TypeError(f"a walk takes keywords or a mapping, not {type(request).__name__}")
    return {**(request or {}), **members}


def _bad_response(errmsg: str) -> ContactwayError:
    return found_here("bad_response", errmsg)
