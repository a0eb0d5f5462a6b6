"""Ending calls early."""

from __future__ import annotations

import weakref

from ._native import library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import NoReturn

    from typing_extensions import Self


class Canceller:
    """Ends the calls that were given it: those under way, and all later ones.

    It can be used from any thread, by any number of calls at once. Once fired it stays fired; make another.

    >>> canceller = Canceller()
    >>> canceller.cancel()
    >>> client.list(canceller=canceller)
    Traceback (most recent call last):
    contactway.errors.Cancelled: cancelled (-1010): ...
    """

    __slots__ = ("__weakref__", "_finalizer", "_handle")

    def __init__(self) -> None:
        self._handle: int = library.contactway_canceller_new()
        self._finalizer = weakref.finalize(self, library.contactway_canceller_free, self._handle)

    @property
    def handle(self) -> int:
        """The number by which the library knows it.

        >>> Canceller().handle > 0
        True
        """
        return self._handle

    def cancel(self) -> None:
        """Fires: the calls end promptly, with `Cancelled`. Any thread; never fails.

        >>> with Canceller() as canceller:
        ...     canceller.cancel()
        """
        library.contactway_canceller_cancel(self._handle)

    def close(self) -> None:
        """Frees it. Calls that were given it go on; later ones are refused. Closing twice is fine.

        >>> canceller = Canceller()
        >>> canceller.close()
        """
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Canceller belongs to its process: it can be neither copied nor pickled")
