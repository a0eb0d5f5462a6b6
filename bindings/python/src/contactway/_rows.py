"""The rows that `apply` is given, as a file of JSON Lines that the library streams: line 3 is the third row. No error
speaks of that file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ._json import write
from ._lazy import types, typing
from ._options import Options
from .errors import ContactwayError, InvalidRequest, error_of, found_here

#: What a call was at that ended meanwhile.
READING = "the rows were read, and nothing was sent"


def split(
    request: typing.Optional[types.ApplyInput], members: Mapping[str, typing.Any]
) -> tuple[typing.Optional[types.Request], dict[str, typing.Any], typing.Optional[Iterable[typing.Any]]]:
    """What `apply` was given, as a request, keywords, and the rows, which stand in neither."""
    members = dict(members)
    if isinstance(request, str) and request.lstrip().startswith("{"):
        return request, members, None
    if request is None or isinstance(request, Mapping):
        rest = dict(request or {})
    else:
        rest = {"path" if isinstance(request, (str, os.PathLike)) else "rows": request}
        if not members.keys().isdisjoint(rest):
            raise TypeError(f"apply was given {min(rest)} twice")
    rows = rest.pop("rows", None)
    rows = members.pop("rows", rows)
    if rows is None:
        return rest, members, None
    if "path" in rest or "path" in members:
        raise TypeError("apply takes rows or a path, not both")
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise TypeError(f"rows must be an iterable of mappings, not {type(rows).__name__}{_instead(rows)}")
    return rest, members, rows


def _instead(rows: object) -> str:
    if hasattr(rows, "__aiter__"):
        return "; collect them first, as in [row async for row in rows]"
    return "; call it, and give what it returns" if callable(rows) else ""


def about_rows(error: InvalidRequest) -> ContactwayError:
    """The same error with the places of the rows that were given, in the stead of those of their file."""
    errmsg = error.errmsg.replace(" in the file: ", " in the rows: ", 1)
    details = [_in_rows(detail) for detail in error.details]
    for before, after in zip(error.details, details):
        errmsg = errmsg.replace(f" {before['pointer']}: ", f" {after['pointer']}: ", 1)
    return error_of({**error.answer, "errmsg": errmsg, "error": {**error.answer["error"], "details": details}})


def _in_rows(detail: types.Detail) -> dict[str, typing.Any]:
    # A column would be that of a text that nobody has seen.
    kept = {name: value for name, value in detail.items() if name != "column"}
    if detail["pointer"] != "/path":
        return kept
    row = f"/{detail['line'] - 1}" if "line" in detail else ""
    member = "/key" if row and detail["rule"] == "repeated_key" else ""
    return {**kept, "pointer": f"/rows{row}{member}"}


def nothing_sent() -> dict[str, typing.Any]:
    """The answer of an `apply` that ended while its rows were read."""
    return found_here("cancelled", f"the call ended while {READING}", retryable=True, unsent="apply").answer


class Spool:
    """A file of one's own that is gone at the end of ``with``. Nobody else may read it."""

    def __init__(self) -> None:
        # It takes long to import.
        import tempfile

        self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115
            prefix="contactway-", suffix=".jsonl"
        )

    @property
    def path(self) -> str:
        """Where it lies."""
        return self._file.name

    def fill(self, rows: Iterable[typing.Any], options: Options) -> None:
        """Write the rows, as long as there is time for the call. What the iterable raises is passed on."""
        for number, row in enumerate(rows, 1):
            options.check(READING)
            if not isinstance(row, Mapping):
                raise TypeError(f"row {number} must be a mapping, not {type(row).__name__}")
            try:
                line = write(row)
            except TypeError as error:
                raise TypeError(f"row {number}: {error}") from error
            except ValueError as error:
                raise ValueError(f"row {number}: {error}") from error
            self._file.write(line + b"\n")
        self._file.flush()

    def __enter__(self) -> typing.Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()
