"""The walk over the pages of a list."""

from __future__ import annotations

from .errors import ContactwayError, found_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .types import ContactWayId, ListAnswer


class Pages:
    """Knows the request for the next page, until there is none."""

    def __init__(self, start: int | None, end: int | None, limit: int) -> None:
        members = {"start_time": start, "end_time": end, "limit": limit}
        self.request: dict[str, Any] | None = {name: value for name, value in members.items() if value is not None}
        self._seen: set[str] = set()

    def read(self, page: ListAnswer) -> list[ContactWayId]:
        """What stands on a page; the next one's request is ready then."""
        members: dict[str, Any] = {name: value for name, value in page.items() if value is not None}
        cursor, ways = members.get("next_cursor", ""), members.get("contact_way", [])
        if not isinstance(cursor, str) or not isinstance(ways, list):
            raise _bad_response("the page of a list is no page: contact_way must be a list and next_cursor a text")
        if cursor in self._seen:
            raise _bad_response("the cursor of a page came a second time; the list would never end")
        self._seen.add(cursor)
        self.request = {**(self.request or {}), "cursor": cursor} if cursor else None
        return list(ways)


def _bad_response(errmsg: str) -> ContactwayError:
    return found_here("bad_response", -1008, errmsg, effect="none")
