"""What everything has in common that the library knows by a number."""

from __future__ import annotations

import weakref

from ._lazy import typing


class OfThisProcess:
    """What can be neither copied nor pickled."""

    __slots__ = ()

    def __reduce__(self) -> typing.NoReturn:
        raise TypeError(
            f"a {type(self).__name__} belongs to its process: it can be neither copied nor pickled; "
            "make one where it is used"
        )


def own(it: type, root: type) -> None:
    """Name the methods of a class as its own that it has from ``root`` on: nobody knows the classes between."""
    for base in it.__mro__:
        if issubclass(base, root):
            for member in vars(base).values():
                if hasattr(member, "__code__"):
                    member.__qualname__ = f"{it.__qualname__}.{member.__name__}"


class Handle(OfThisProcess):
    """Freed once: by hand, at the end of ``with``, or when nobody holds it any more."""

    __slots__ = ("__weakref__", "_finalizer", "_handle")

    def __init__(self, handle: int, free: typing.Callable[[int], object]) -> None:
        self._handle = handle
        self._finalizer = weakref.finalize(self, free, handle)

    def close(self) -> None:
        """Free it. Closing twice is fine."""
        self._finalizer()

    def __enter__(self) -> typing.Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
