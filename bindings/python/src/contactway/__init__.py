"""WeCom's customer-contact "contact way" endpoints (企业微信 客户联系「联系我」).

>>> with contactway.Client(sandbox.client_config) as client:
...     made = client.add(type=1, scene=2, user=["zhangsan"], state="counter-1")
...     client.update(config_id=made["config_id"], remark="前台")
...     client.delete(config_id=made["config_id"])
{'errcode': 0, 'errmsg': 'ok'}
{'errcode': 0, 'errmsg': 'ok'}

`Client` is for threads and `AsyncClient` for asyncio; `contactway.errors` says what they raise, `contactway.types`
what goes in and out, and `contactway.testing` starts a stand-in for WeCom.
"""

from __future__ import annotations

from . import errors
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
    from . import types
    from ._aio import AsyncClient

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
    "errors",
    "features",
    "types",
    "version",
]

__version__ = version()


# A type checker would take every name for one of these.
if not TYPE_CHECKING:

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
