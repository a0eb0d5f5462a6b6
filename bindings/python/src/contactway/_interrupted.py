"""The answer of a call out of which something else is raised: Ctrl-C, a cancelled task, a function of the caller's."""

from __future__ import annotations

from collections.abc import Mapping

from ._lazy import typing
from .errors import COUNTS, ContactwayError, error_of


def give_answer(error: BaseException, answer: Mapping[str, typing.Any]) -> None:
    """Put an answer into what is raised in its place, so that no contact way and no count is lost."""
    vars(error)["contactway_answer"] = answer
    # Exceptions have notes since Python 3.11.
    if hasattr(error, "add_note"):
        said = str(error_of(answer)) if answer["errcode"] else str(answer["errmsg"])
        members = {**answer, "key": (answer.get("error") or {}).get("key")}
        told = [f"{name} {it}" for name, it in members.items() if it and name in ("config_id", "key")]
        counted = [f"{name} {it}" for name, it in answer.items() if name in COUNTS]
        error.add_note(f"contactway_answer: {', '.join([said, *told, *counted])}")


def answer_in(error: typing.Optional[BaseException]) -> typing.Optional[Mapping[str, typing.Any]]:
    """The answer that an exception came with."""
    if isinstance(error, ContactwayError):
        return error.answer
    return None if error is None else vars(error).get("contactway_answer")
