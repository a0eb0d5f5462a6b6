"""A stand-in for WeCom, for tests. It runs inside the process, on a loopback port, and keeps nothing when it stops.

With pytest there is nothing to set up; the fixture `sandbox` is there once this package is installed. Where pytest
loads no plug-ins by itself, ``-p pytest_contactway`` names it.

    def test_counter(sandbox):
        with contactway.Client(sandbox.client_config) as client:
            assert client.add(type=1, scene=2, user=["zhangsan"])["config_id"]

A mark says what that sandbox is started with: ``@pytest.mark.sandbox(tls=True)`` on a test, a class or, as
``pytestmark``, a module; the nearest counts.
"""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from ._handle import Handle
from ._json import decode, encode
from ._lazy import types, typing
from ._members import MEMBERS, explain
from ._native import library, make
from .errors import found_here

__all__ = ["Sandbox"]

_CONFIG = MEMBERS["SandboxConfig"]
_NO_KEYWORDS: frozenset[str] = frozenset()


class Sandbox(Handle):
    """A running stand-in for WeCom, made from keywords, a mapping, or both. It is stopped at the end of ``with``.

    It begins with one medical company, the members ``zhangsan``, ``lisi``, ``wangwu`` and ``zhangyisheng``, and the
    departments 1 to 3.

    >>> with Sandbox(quota=1) as wecom, contactway.Client(wecom.client_config) as client:
    ...     made = client.add(type=1, scene=2, user=["zhangsan"])
    ...     scan = wecom.request("POST", "/sandbox/scan", {"config_id": made["config_id"]})
    ...     scan["userid"]
    'zhangsan'
    """

    #: How it is reached, such as ``http://127.0.0.1:49152``; the ``public_url`` that it was given.
    base_url: str
    #: Its first company.
    corp_id: str
    #: The secret of that company's first app.
    secret: str
    #: Ready for `contactway.Client`.
    client_config: dict[str, typing.Any]

    def __init__(
        self, config: typing.Optional[types.Request] = None, /, **members: typing.Unpack[types.SandboxConfig]
    ) -> None:
        started_with = encode(config, members, _CONFIG, type(self))
        handle, said = make(library.contactway_sandbox_start, started_with)
        info = decode(said)
        super().__init__(handle, library.contactway_sandbox_stop)
        self.base_url = info["base_url"]
        self.corp_id = info["corp_id"]
        self.secret = info["secret"]
        self.client_config = info["client_config"]
        self._control_token: typing.Optional[str] = json.loads(started_with).get("control_token")

    def request(self, method: str, path: str, body: typing.Optional[types.Request] = None) -> dict[str, typing.Any]:
        """Ask the sandbox itself, under ``/sandbox/``: ``scan``, ``faults``, ``calls``, ``clock``, ``messages``. It is
        asked at its ``base_url``, with the control token and the trust that it was started with.

        The answer is a dict with ``errcode``, also where it is a refusal. What is no JSON, as for a path that is not
        there, is a `BadResponse`.

        >>> fault = {"endpoint": "get_contact_way", "do": {"errcode": 45009}}
        >>> sandbox.request("POST", "/sandbox/faults", {"rules": [fault]})["errcode"]
        0
        >>> client.get(config_id=config_id, timeout=0.1)
        Traceback (most recent call last):
        contactway.errors.RateLimited: rate_limited (45009): ...
        """
        if not self._finalizer.alive:
            raise found_here("invalid_handle", "the sandbox was stopped; start another")
        content = None if body is None else encode(body, {}, _NO_KEYWORDS, type(self), "request")
        headers = {} if self._control_token is None else {"Authorization": f"Bearer {self._control_token}"}
        connection = self._connection()
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            answer: dict[str, typing.Any] = json.loads(text)
        except ValueError:
            errmsg = f"the sandbox answers {method} {path} with HTTP {response.status} and no JSON"
            raise found_here("bad_response", errmsg, effect="unknown") from None
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        url = urlsplit(self.base_url)
        if url.scheme == "http":
            return http.client.HTTPConnection(url.netloc, timeout=60)
        trust = ssl.create_default_context(cadata=self.client_config.get("extra_ca_file"))
        return http.client.HTTPSConnection(url.netloc, timeout=60, context=trust)

    def stop(self) -> None:
        """Stop it: its port is closed and its threads have ended when this returns. Stopping twice is fine.

        >>> stopped = Sandbox()
        >>> stopped.stop()
        """
        self.close()


explain(Sandbox, "SandboxConfig")
