"""What annotations are written with: `typing`, and what its older versions lack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, NoReturn, Optional, TypeVar, Union

if sys.version_info >= (3, 11):
    from typing import Self, Unpack
elif TYPE_CHECKING:
    from typing_extensions import Self, Unpack
else:
    Self = TypeVar("Self")

    class Unpack:
        """Enough of it for `typing.get_type_hints`, which then gives the shape itself."""

        def __class_getitem__(cls, shape: type) -> type:
            return shape


__all__ = ["Any", "Callable", "NoReturn", "Optional", "Self", "Union", "Unpack"]
