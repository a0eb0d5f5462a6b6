"""WeCom's customer-contact "contact way" endpoints (企业微信 客户联系「联系我」).

>>> with contactway.Client(sandbox.client_config) as client:
...     made = client.add(type=1, scene=2, user=["zhangsan"], state="counter-1")
...     client.update(config_id=made["config_id"], remark="前台")
...     client.delete(config_id=made["config_id"])
{'errcode': 0, 'errmsg': 'ok'}
{'errcode': 0, 'errmsg': 'ok'}

`Client` is for threads and `AsyncClient` for asyncio; `contactway.errors` says what they raise, `contactway.types`
what goes in and out, and `contactway.testing` starts a stand-in for WeCom.

`after_fork` says what a client does in a forked child. With ``"error"``, the default, it raises `InvalidHandle`. Once
it is set to ``"renew"``, clients that are made keep their configuration in memory, secrets among it, until they are
closed, and each child makes a client of its own from it at its first call.

>>> contactway.after_fork
'error'
"""

from __future__ import annotations

import sys as _sys

from . import _forks, errors
from ._canceller import Canceller
from ._client import Client
from ._native import features, version
from .errors import (
    ApiError,
    AuthError,
    BadResponse,
    Cancelled,
    Conflict,
    ContactwayError,
    InternalError,
    InvalidArgument,
    InvalidHandle,
    InvalidRequest,
    NetworkError,
    PartialError,
    RateLimited,
    StoreError,
    TimedOut,
    UnknownError,
    Unsupported,
)

# `typing` takes long to import, so nothing here imports it at run time; type checkers know this name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from . import types
    from ._aio import AsyncClient

    #: What clients made from now on do in a forked child; anything else is a ValueError.
    after_fork: Literal["error", "renew"]

__all__ = [
    "ApiError",
    "AsyncClient",
    "AuthError",
    "BadResponse",
    "Cancelled",
    "Canceller",
    "Client",
    "Conflict",
    "ContactwayError",
    "InternalError",
    "InvalidArgument",
    "InvalidHandle",
    "InvalidRequest",
    "NetworkError",
    "PartialError",
    "RateLimited",
    "StoreError",
    "TimedOut",
    "UnknownError",
    "Unsupported",
    "after_fork",
    "errors",
    "features",
    "types",
    "version",
]

__version__ = version()


# A type checker would take every name for one of these.
if not TYPE_CHECKING:

    class _Package(type(_sys)):
        """The module, which looks at what ``after_fork`` is set to."""

        @property
        def after_fork(self) -> str:
            return _forks.choice

        @after_fork.setter
        def after_fork(self, value: str) -> None:
            _forks.choose(value)

    _sys.modules[__name__].__class__ = _Package

    def __getattr__(name: str) -> object:
        # What takes longer to import than all the rest, and many programs do without: asyncio and typing.
        if name == "AsyncClient":
            from ._aio import AsyncClient

            globals()[name] = AsyncClient
            return AsyncClient
        if name == "types":
            import contactway.types

            return contactway.types
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
