"""A stand-in for WeCom, for tests. It runs inside the process, on a loopback port, and keeps nothing when it stops.

With pytest there is nothing to set up; the fixture `sandbox` is there once this package is installed:

    def test_counter(sandbox):
        with contactway.Client(sandbox.client_config) as client:
            assert client.add(type=1, scene=2, user=["zhangsan"])["config_id"]
"""

from __future__ import annotations

import http.client
import json
import weakref
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from ._json import decode, encode
from ._members import MEMBERS
from ._native import library, make
from .errors import found_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from pytest_contactway import sandbox as sandbox

    from . import types

__all__ = ["Sandbox"]

_CONFIG = MEMBERS["SandboxConfig"]
_NO_KEYWORDS: frozenset[str] = frozenset()


class Sandbox:
    """A running stand-in for WeCom, made from keywords, a mapping, or both. It is stopped at the end of ``with``.

    It begins with one medical company, the members ``zhangsan``, ``lisi``, ``wangwu`` and ``zhangyisheng``, and the
    departments 1 to 3.

    >>> with Sandbox(quota=1) as wecom, contactway.Client(wecom.client_config) as client:
    ...     made = client.add(type=1, scene=2, user=["zhangsan"])
    ...     scan = wecom.request("POST", "/sandbox/scan", {"config_id": made["config_id"]})
    ...     scan["userid"]
    'zhangsan'
    """

    #: Where it listens, such as ``http://127.0.0.1:49152``.
    base_url: str
    #: Its first company.
    corp_id: str
    #: The secret of that company's first app.
    secret: str
    #: Ready for `contactway.Client`.
    client_config: dict[str, Any]

    def __init__(self, config: types.Request = None, /, **members: Unpack[types.SandboxConfig]) -> None:
        self._handle, said = make(library.contactway_sandbox_start, encode(config, members, _CONFIG))
        info = decode(said)
        self._finalizer = weakref.finalize(self, library.contactway_sandbox_stop, self._handle)
        self.base_url = info["base_url"]
        self.corp_id = info["corp_id"]
        self.secret = info["secret"]
        self.client_config = info["client_config"]

    def request(self, method: str, path: str, body: Mapping[str, Any] | str | None = None) -> dict[str, Any]:
        """Ask the sandbox itself, under ``/sandbox/``: ``scan``, ``faults``, ``calls``, ``clock``, ``messages``.

        The answer is a dict with ``errcode``, also where it is a refusal. What is no JSON, as for a path that is not
        there, is a `BadResponse`.

        >>> fault = {"endpoint": "get_contact_way", "do": {"errcode": 45009}}
        >>> sandbox.request("POST", "/sandbox/faults", {"rules": [fault]})["errcode"]
        0
        >>> client.get(config_id=config_id, timeout=0.1)
        Traceback (most recent call last):
        contactway.errors.RateLimited: rate_limited (45009): ...
        """
        content = None if body is None else encode(body, {}, _NO_KEYWORDS)
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        try:
            connection.request(method, path, content)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            answer: dict[str, Any] = json.loads(text)
        except ValueError:
            errmsg = f"the sandbox answers {method} {path} with HTTP {response.status} and no JSON"
            raise found_here("bad_response", -1008, errmsg, effect="unknown") from None
        return answer

    def stop(self) -> None:
        """Stop it: its port is closed and its threads have ended when this returns. Stopping twice is fine.

        >>> stopped = Sandbox()
        >>> stopped.stop()
        """
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Sandbox belongs to its process: it can be neither copied nor pickled")


# A type checker would take every name for one of these.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # The fixture, for whoever imports it from here: pytest takes long to import, and may not be there.
        if name == "sandbox":
            from pytest_contactway import sandbox

            return sandbox
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
