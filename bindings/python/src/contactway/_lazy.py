"""Modules that are named in annotations alone, and imported when somebody reads those, as `typing.get_type_hints` does.

They take longer to import than all the rest of this package.
"""

from __future__ import annotations

import sys

# A type checker takes every variable of this name for `typing.TYPE_CHECKING`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging as logging
    from typing import overload as overload

    from . import _typing as typing
    from . import types as types
else:

    class Lazy:
        """Stands for a module."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> object:
            # `importlib` takes its time, too.
            __import__(self._name)
            return getattr(sys.modules[self._name], name)

    def overload(function: object) -> object:
        """What `typing.overload` is to a type checker. The last definition of the name takes its place."""
        return function

    logging = Lazy("logging")
    types = Lazy("contactway.types")
    typing = Lazy("contactway._typing")

__all__ = ["logging", "overload", "types", "typing"]
