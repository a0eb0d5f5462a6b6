"""What a call raises: one exception a kind of failure, all of them below `ContactwayError`."""

from __future__ import annotations

from collections.abc import Mapping

from ._lazy import types, typing

# The numbers in a job's answer, beside WeCom's own members.
_COUNTS = {
    *("listed", "known", "adopted", "changed", "gone", "foreign"),
    *("created", "claimed", "updated", "unchanged", "deleted", "replaced", "failed", "matched", "saved"),
}


class ContactwayError(Exception):
    """A call failed. Kinds that this version does not know are raised as this class itself.

    >>> try:
    ...     client.get(config_id="0123456789abcdef0123456789abcdef")
    ... except contactway.ContactwayError as error:
    ...     error.kind, error.errcode, error.effect
    ('api', 41044, 'none')
    """

    #: The whole answer, with everything that WeCom sent.
    answer: dict[str, typing.Any]
    #: WeCom's own code where it was WeCom that refused, else a negative one of this library's.
    errcode: int
    #: What WeCom said, or what went wrong and what to do.
    errmsg: str
    #: The name of the failure, such as ``"timeout"``.
    kind: str
    #: ``"none"``, or ``"unknown"`` where WeCom may have carried the request out.
    effect: str
    #: Whether the same call may be made again without risk of a second contact way.
    retryable: bool
    #: Every rule broken: ``pointer`` (RFC 6901), ``rule`` and ``message``; in a file ``line`` and ``column`` too.
    details: list[types.Detail]
    #: The endpoint, by WeCom's name.
    endpoint: typing.Optional[str]
    #: How many times the request was sent.
    attempts: int
    #: The HTTP status of the last attempt, where one came.
    http_status: typing.Optional[int]
    #: After how many milliseconds another try makes sense, where waiting helps.
    retry_after_ms: typing.Optional[int]
    #: What to do about this code, where it is known.
    advice: typing.Optional[str]
    #: WeCom's own hint, where its text carries one.
    hint: typing.Optional[str]
    #: WeCom's own page about this very failure, where its text carries one.
    help_url: typing.Optional[str]
    #: How many of each, of a bulk job that failed or was stopped: ``{"created": 3, "failed": 1}``; else empty.
    counts: dict[str, int]
    #: What failed in a bulk job, the first 100; an `apply` with a ``report_path`` has them all there.
    failures: list[types.Failure]

    def __init__(self, answer: Mapping[str, typing.Any]) -> None:
        super().__init__(answer)
        if not isinstance(answer, Mapping) or "errcode" not in answer:
            name, given = type(self).__name__, type(answer).__name__
            raise TypeError(f"{name} is made from an answer, a mapping that holds errcode, not from {given}")
        error = answer.get("error") or {}
        self.answer = dict(answer)
        self.errcode = answer["errcode"]
        self.errmsg = answer.get("errmsg", "")
        self.kind = error.get("kind", "")
        self.effect = error.get("effect", "unknown")
        self.retryable = error.get("retryable", False)
        self.details = error.get("details", [])
        self.endpoint = error.get("endpoint")
        self.attempts = error.get("attempts", 0)
        self.http_status = error.get("http_status")
        self.retry_after_ms = error.get("retry_after_ms")
        self.advice = error.get("advice")
        self.hint = error.get("hint")
        self.help_url = error.get("help_url")
        self.counts = {name: it for name, it in answer.items() if name in _COUNTS}
        self.failures = answer.get("failures", [])

    def __str__(self) -> str:
        return f"{self.kind} ({self.errcode}): {self.errmsg}"


class InvalidArgument(ContactwayError):
    """A text that is no JSON, an option or a configuration that is wrong: `details` names every wrong member.

    >>> contactway.Client({"corp_id": "ww1", "secrte": "s"})
    Traceback (most recent call last):
    contactway.errors.InvalidArgument: invalid_argument (-1001): ...
    """


class InvalidHandle(ContactwayError):
    """A client that was closed, or that was made before a fork.

    >>> closed = contactway.Client(corp_id="ww1", secret="s")
    >>> closed.close()
    >>> closed.list()
    Traceback (most recent call last):
    contactway.errors.InvalidHandle: invalid_handle (-1002): ...
    """


class InvalidRequest(ContactwayError):
    """The request breaks documented rules. Nothing was sent; `details` names every one.

    >>> try:
    ...     client.add(type=1, scene=2, user=["zhangsan", "lisi"])
    ... except contactway.InvalidRequest as error:
    ...     [(detail["pointer"], detail["rule"]) for detail in error.details]
    [('/user', 'type_1_one_user')]
    """


class AuthError(ContactwayError):
    """No token could be had: credentials are wrong, or a token provider had none (its exception is the cause).

    >>> with contactway.Client(sandbox.client_config, secret="another") as stranger:
    ...     stranger.list()
    Traceback (most recent call last):
    contactway.errors.AuthError: auth (40001): ...
    """


class ApiError(ContactwayError):
    """WeCom refused; `errcode` is WeCom's own and `advice` says what to do about it.

    >>> client.delete(config_id="0123456789abcdef0123456789abcdef")
    Traceback (most recent call last):
    contactway.errors.ApiError: api (41044): ...
    """


class RateLimited(ContactwayError):
    """Too many calls, says WeCom or the limit kept here; `retry_after_ms` says when to come again.

    >>> issubclass(RateLimited, ContactwayError)
    True
    """


class TimedOut(ContactwayError):
    """The deadline passed. After an add with `effect` ``"unknown"`` the contact way may have been made.

    >>> silence = {"endpoint": "list_contact_way", "do": {"silence": True}}
    >>> answer = sandbox.request("POST", "/sandbox/faults", {"rules": [silence]})
    >>> client.list(timeout=0.05)
    Traceback (most recent call last):
    contactway.errors.TimedOut: timeout (-1006): ...
    """


class NetworkError(ContactwayError):
    """No connection, no name, no TLS, or the connection was reset.

    >>> reset = {"endpoint": "add_contact_way", "do": {"reset": True}}
    >>> answer = sandbox.request("POST", "/sandbox/faults", {"rules": [reset]})
    >>> try:
    ...     client.add(type=1, scene=2, user=["zhangsan"])
    ... except contactway.NetworkError as error:
    ...     error.effect
    'unknown'
    """


class BadResponse(ContactwayError):
    """What came is not HTTP 200 with a JSON object that holds an integer ``errcode``, or is too large.

    >>> page = {"endpoint": "add_contact_way", "do": {"status": 200, "body": "<html>"}}
    >>> answer = sandbox.request("POST", "/sandbox/faults", {"rules": [page]})
    >>> client.add(type=1, scene=2, user=["zhangsan"])
    Traceback (most recent call last):
    contactway.errors.BadResponse: bad_response (-1008): ...
    """


class StoreError(ContactwayError):
    """The ledger or the token store failed: a full disk, a database that is away, another program's file.

    An add that could not be written down first was not sent.

    >>> text = folder / "notes.db"
    >>> characters = text.write_text("Remember the milk.")
    >>> contactway.Client(sandbox.client_config, store=f"sqlite:{text}").list()
    Traceback (most recent call last):
    contactway.errors.StoreError: store (-1009): ...
    """


class Cancelled(ContactwayError):
    """A canceller was fired, or the client closed during the call.

    >>> with contactway.Canceller() as canceller:
    ...     canceller.cancel()
    ...     client.list(canceller=canceller)
    Traceback (most recent call last):
    contactway.errors.Cancelled: cancelled (-1010): ...
    """


class PartialError(ContactwayError):
    """A bulk job ran to its end and some rows failed; the others are done. `failures` names the first 100.

    >>> rows = [{"key": user, "contact_way": {"type": 1, "scene": 2, "user": [user]}} for user in ("lisi", "nobody")]
    >>> with contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db") as keeper:
    ...     try:
    ...         keeper.apply(rows)
    ...     except contactway.PartialError as error:
    ...         error.counts["created"], [(row["line"], row["key"], row["errcode"]) for row in error.failures]
    (1, [(2, 'nobody', 60111)])
    """


class Conflict(ContactwayError):
    """A key that stands for something else, or a job that another machine is doing; `retryable` where waiting helps.

    >>> with contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db") as keeper:
    ...     made = keeper.add(type=1, scene=2, user=["zhangsan"], key="store-0042")
    ...     keeper.add(type=1, scene=2, user=["lisi"], key="store-0042")
    Traceback (most recent call last):
    contactway.errors.Conflict: conflict (-1012): the key store-0042 stands for the contact way ...
    """


class Unsupported(ContactwayError):
    """The library was built without the feature, or the client was made without the durable ``store`` that it needs.

    >>> client.sync()
    Traceback (most recent call last):
    contactway.errors.Unsupported: unsupported (-1013): sync needs a durable store: ...
    """


class UnknownError(ContactwayError):
    """An add that the ledger wrote down, and whose fate is not known yet: WeCom may have carried it out.

    The same add with this `key` looks for it and goes on, without risk of a second contact way; `retry_after_ms` says
    after how long that can be settled.

    >>> silence = {"endpoint": "add_contact_way", "when": "after", "do": {"silence": True}}
    >>> answer = sandbox.request("POST", "/sandbox/faults", {"rules": [silence]})
    >>> with contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db") as keeper:
    ...     try:
    ...         keeper.add(type=1, scene=2, user=["lisi"], state="door", key="store-0042", timeout=0.3)
    ...     except contactway.UnknownError as error:
    ...         error.key, error.retryable
    ...     keeper.add(type=1, scene=2, user=["lisi"], state="door", key="store-0042")["replayed"]
    ('store-0042', True)
    True
    """

    #: The key of the add: the caller's own, or the one that the library gave it.
    key: typing.Optional[str]
    #: The ``config_id`` of each contact way that equals the request, where nobody can tell whether one is this add's:
    #: claim the right one for the key with `apply`, delete it, or add with ``accept_duplicate``.
    candidates: list[str]

    def __init__(self, answer: Mapping[str, typing.Any]) -> None:
        super().__init__(answer)
        error = answer.get("error") or {}
        self.key = error.get("key")
        self.candidates = error.get("candidates", [])


class InternalError(ContactwayError):
    """A bug in the library; the client may still be used.

    >>> issubclass(InternalError, ContactwayError)
    True
    """


KINDS: dict[str, type[ContactwayError]] = {
    "invalid_argument": InvalidArgument,
    "invalid_handle": InvalidHandle,
    "invalid_request": InvalidRequest,
    "auth": AuthError,
    "api": ApiError,
    "rate_limited": RateLimited,
    "timeout": TimedOut,
    "network": NetworkError,
    "bad_response": BadResponse,
    "store": StoreError,
    "cancelled": Cancelled,
    "partial": PartialError,
    "conflict": Conflict,
    "unsupported": Unsupported,
    "unknown": UnknownError,
    "internal": InternalError,
}


# The codes of the failures that this package finds itself.
_OWN_CODES = {"invalid_handle": -1002, "timeout": -1006, "bad_response": -1008, "cancelled": -1010}


def found_here(kind: str, errmsg: str, *, effect: str = "none", retryable: bool = False) -> ContactwayError:
    """An error that this package found, not the library.

    >>> raise found_here("bad_response", "a cursor came twice")
    Traceback (most recent call last):
    contactway.errors.BadResponse: bad_response (-1008): a cursor came twice
    """
    error = {"kind": kind, "effect": effect, "retryable": retryable, "details": []}
    return error_of({"errcode": _OWN_CODES[kind], "errmsg": errmsg, "error": error})


def error_of(answer: Mapping[str, typing.Any]) -> ContactwayError:
    """The exception for an answer that is an error.

    >>> error_of({"errcode": -1042, "errmsg": "new", "error": {"kind": "of_tomorrow"}})
    ContactwayError({'errcode': -1042, 'errmsg': 'new', 'error': {'kind': 'of_tomorrow'}})
    """
    kind = (answer.get("error") or {}).get("kind", "")
    return KINDS.get(kind, ContactwayError)(answer)
