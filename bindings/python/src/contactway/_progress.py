"""To whom a job tells how far it has come: a function, or a bar such as `tqdm`'s."""

from __future__ import annotations

from ._functions import check_plain, check_returned
from ._lazy import types, typing

#: What to do where a function for asyncio would be.
INSTEAD = (
    "It is called on the thread of the call, where no event loop runs: let it hand what it is told to yours, with "
    "loop.call_soon_threadsafe(), and return False to stop the job"
)


def teller(progress: typing.Any) -> typing.Optional[types.OnProgress]:
    """A function for what ``progress`` may be. It returns False to stop the job."""
    if progress is None:
        return None
    # Before the look at a function: a bar may be callable, too.
    if callable(getattr(progress, "update", None)) and hasattr(progress, "total"):
        check_plain(progress.update, "update of a progress bar", INSTEAD)
        return _Bar(progress).tell
    if callable(progress):
        check_plain(progress, "progress", INSTEAD)
        told: types.OnProgress = progress
        return told
    raise TypeError(
        "progress must be a function that takes a dict, or a bar with update and total as tqdm's, "
        f"not {type(progress).__name__}"
    )


class _Bar:
    """A bar is told what was added to it, and how much there will be."""

    def __init__(self, bar: types.ProgressBar) -> None:
        self._bar = bar
        self._done = 0

    def tell(self, progress: types.Progress) -> None:
        """Move the bar to where the job is."""
        self._bar.total = progress["total"]
        added = progress["done"] - self._done
        self._done += added
        check_returned(self._bar.update(added), "update of a progress bar", INSTEAD)
