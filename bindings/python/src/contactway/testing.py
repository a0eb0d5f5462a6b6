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
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from ._json import decode, encode
from ._members import MEMBERS
from ._native import library, make

if TYPE_CHECKING:
    from types import TracebackType

    from . import types

__all__ = ["Sandbox"]


_CONFIG = MEMBERS["SandboxConfig"]


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

    def __init__(self, config: types.Request = None, /, **members: Any) -> None:
        self._handle, said = make(library.contactway_sandbox_start, encode(config, members, _CONFIG))
        info = decode(said)
        self._finalizer = weakref.finalize(self, library.contactway_sandbox_stop, self._handle)
        self.base_url = info["base_url"]
        self.corp_id = info["corp_id"]
        self.secret = info["secret"]
        self.client_config = info["client_config"]

    def request(self, method: str, path: str, body: Mapping[str, Any] | str | None = None) -> dict[str, Any]:
        """Ask the sandbox itself, under ``/sandbox/``: ``scan``, ``faults``, ``calls``, ``clock``, ``messages``.

        The answer is a dict with ``errcode``, also where it is a refusal.

        >>> fault = {"endpoint": "get_contact_way", "do": {"errcode": 45009}}
        >>> sandbox.request("POST", "/sandbox/faults", {"rules": [fault]})["errcode"]
        0
        >>> client.get(config_id=config_id, timeout=0.1)
        Traceback (most recent call last):
        contactway.errors.RateLimited: rate_limited (45009): ...
        """
        text = body if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        try:
            connection.request(method, path, None if text is None else text.encode())
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer

    def stop(self) -> None:
        """Stop it: its port is closed and its threads have ended when this returns. Stopping twice is fine.

        >>> stopped = Sandbox()
        >>> stopped.stop()
        """
        self._finalizer()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Sandbox belongs to its process: it can be neither copied nor pickled")


try:
    import pytest
except ImportError:
    pass
else:

    @pytest.fixture
    def sandbox() -> Iterator[Sandbox]:
        """A `Sandbox` of the test's own."""
        with Sandbox() as running:
            yield running
