"""Ending calls early."""

from __future__ import annotations

from ._handle import Handle
from ._native import library


class Canceller(Handle):
    """Ends the calls that were given it: those under way, and all later ones.

    It can be used from any thread, by any number of calls at once. Once fired it stays fired; make another.

    >>> canceller = Canceller()
    >>> canceller.cancel()
    >>> client.list(canceller=canceller)
    Traceback (most recent call last):
    contactway.errors.Cancelled: cancelled (-1010): ...
    """

    __slots__ = ("_cancelled",)

    def __init__(self) -> None:
        super().__init__(library.contactway_canceller_new(), library.contactway_canceller_free)
        self._cancelled = False

    @property
    def handle(self) -> int:
        """The number by which the library knows it.

        >>> Canceller().handle > 0
        True
        """
        return self._handle

    @property
    def cancelled(self) -> bool:
        """Whether it was fired.

        >>> Canceller().cancelled
        False
        """
        return self._cancelled

    def cancel(self) -> None:
        """Fire it: the calls end promptly, with `Cancelled`. From any thread; it never fails.

        >>> with Canceller() as canceller:
        ...     canceller.cancel()
        """
        self._cancelled = True
        library.contactway_canceller_cancel(self._handle)

    def close(self) -> None:
        """Free it. Calls that were given it go on; later ones are refused. Closing twice is fine.

        >>> canceller = Canceller()
        >>> canceller.close()
        """
        super().close()
