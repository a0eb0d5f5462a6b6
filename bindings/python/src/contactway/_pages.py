"""The walk over the pages of a list."""

from __future__ import annotations

from .errors import found_here

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
        cursor = page.get("next_cursor", "")
        if cursor in self._seen:
            errmsg = "the cursor of a page came a second time; the list would never end"
            raise found_here("bad_response", -1008, errmsg, effect="none")
        self._seen.add(cursor)
        self.request = {**(self.request or {}), "cursor": cursor} if cursor else None
        return page.get("contact_way", [])
