"""What a call raises: one exception a kind of failure, all of them below `ContactwayError`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ._lazy import types, typing

#: The numbers in each job's answer, beside WeCom's own members.
COUNTS_OF = {
    "sync": ("listed", "known", "adopted", "changed", "gone", "foreign"),
    "apply": ("created", "claimed", "updated", "unchanged", "deleted", "replaced", "failed"),
    "replace_user": ("matched", "updated", "failed"),
    "save_qr_codes": ("saved", "failed"),
}
COUNTS = frozenset(name for names in COUNTS_OF.values() for name in names)


class ContactwayError(Exception):
    """A call failed. Kinds that this version does not know are raised as this class itself.

    Its attributes:
        kind (str): The name of the failure, such as ``"timeout"``. Each has a class of its own below this one.
        errcode (int): WeCom's own code where it was WeCom that refused, else a negative one of this library's.
        errmsg (str): What WeCom said, or what went wrong and what to do.
        effect (str): ``"none"``, or ``"unknown"`` where WeCom may have carried the request out.
        retryable (bool): Whether the same call may be made again without risk of a second contact way.
        retry_after_ms (int or None): After how many milliseconds another try makes sense, where waiting helps.
        remembered (bool): Whether nobody was asked this time: WeCom, or a proxy, said it to an earlier call.
        advice (str or None): What to do about this code, where it is known.
        details (list of dict): Every rule broken, each a `contactway.types.Detail`: ``pointer`` (RFC 6901), ``rule``
            and ``message``; in a file ``line`` and ``column`` too.
        endpoint (str or None): The endpoint, by WeCom's name, or the method of this library's.
        attempts (int): How many times the request was sent.
        http_status (int or None): The HTTP status of WeCom's last answer, where one came.
        hint (str or None): By what WeCom's support finds the call, where WeCom's text says it.
        help_url (str or None): WeCom's own page about this very failure, where its text names one.
        config_id (str or None): The contact way that it is about: of a `Conflict` the one that has the key, of a
            `BadResponse` to an add the one that was made, where that can be read.
        key (str or None): Of an add that may have been carried out and that the ledger wrote down: its key, the
            caller's own or one that the library gave it. The same add with it looks before it sends.
        candidates (list of str): Of such an add the ``config_id`` of each contact way that equals the request, where
            nobody can tell whether one of them is this add's.
        counts (dict): How many of each, of a job that failed or was stopped: ``{"created": 3, "failed": 1}``.
        failures (list of dict): What failed in a job, the first 100, each a `contactway.types.Failure`; an `apply` with
            a ``report_path`` has them all there.
        answer (dict): The whole answer, with everything that WeCom sent.

    What is not there is None, or empty where it is a list or a dict. An error can be pickled.

    >>> try:
    ...     client.get(config_id="0123456789abcdef0123456789abcdef")
    ... except contactway.ContactwayError as error:
    ...     error.kind, error.errcode, error.effect
    ('api', 41044, 'none')
    """

    kind: str
    errcode: int
    errmsg: str
    effect: str
    retryable: bool
    retry_after_ms: typing.Optional[int]
    remembered: bool
    advice: typing.Optional[str]
    details: list[types.Detail]
    endpoint: typing.Optional[str]
    attempts: int
    http_status: typing.Optional[int]
    hint: typing.Optional[str]
    help_url: typing.Optional[str]
    config_id: typing.Optional[str]
    key: typing.Optional[str]
    candidates: list[str]
    counts: dict[str, int]
    failures: list[types.Failure]
    answer: dict[str, typing.Any]

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
        self.remembered = error.get("remembered", False)
        self.advice = error.get("advice")
        self.hint = error.get("hint")
        self.help_url = error.get("help_url")
        self.config_id = answer.get("config_id")
        self.key = error.get("key")
        self.candidates = error.get("candidates", [])
        self.counts = {name: it for name, it in answer.items() if name in COUNTS}
        self.failures = answer.get("failures", [])

    def __str__(self) -> str:
        text = f"{self.kind} ({self.errcode}): {self.errmsg}"
        if not self.failures:
            return text
        first: typing.Any = self.failures[0]
        where = ", ".join(f"{name} {first[name]}" for name in ("line", "key", "config_id") if name in first)
        return f"{text}. The first failure: {where}: {first.get('errmsg')} ({first.get('errcode')})"


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
    """A bulk job ran to its end and some rows failed; the others are done. `failures` names the first 100, and the text
    of the error the first of them. Run it again for those that failed, once what they say is mended.

    >>> rows = [{"key": user, "contact_way": {"type": 1, "scene": 2, "user": [user]}} for user in ("lisi", "nobody")]
    >>> with contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db") as keeper:
    ...     try:
    ...         keeper.apply(rows)
    ...     except contactway.PartialError as error:
    ...         error.counts["created"], [(row["line"], row["key"], row["errcode"]) for row in error.failures]
    ...         str(error)
    (1, [(2, 'nobody', 60111)])
    'partial (-1011): 1 of 2 failed; ... The first failure: line 2, key nobody: userid not found, ... (60111)'
    """


class Conflict(ContactwayError):
    """A key that stands for something else, or a job that another machine is doing; `retryable` where waiting helps.
    Where the key has a contact way, `config_id` is that one's.

    >>> with contactway.Client(sandbox.client_config, store=f"sqlite:{folder}/codes.db") as keeper:
    ...     made = keeper.add(type=1, scene=2, user=["zhangsan"], key="store-0042")
    ...     try:
    ...         keeper.add(type=1, scene=2, user=["lisi"], key="store-0042")
    ...     except contactway.Conflict as error:
    ...         error.config_id == made["config_id"]
    True
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
    after how long that can be settled. Where there are `candidates`, claim the right one for the key with `apply`,
    delete it, or add with ``accept_duplicate``.

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
_OWN_CODES = {
    "invalid_argument": -1001,
    "invalid_handle": -1002,
    "timeout": -1006,
    "bad_response": -1008,
    "cancelled": -1010,
}


def found_here(
    kind: str,
    errmsg: str,
    *,
    effect: str = "none",
    retryable: bool = False,
    details: Sequence[Mapping[str, str]] = (),
    unsent: str = "",
) -> ContactwayError:
    """An error that this package found, not the library: of the method ``unsent`` if that was to be called and was not.
    A job has then counted to 0.

    >>> raise found_here("bad_response", "a cursor came twice")
    Traceback (most recent call last):
    contactway.errors.BadResponse: bad_response (-1008): a cursor came twice
    """
    error = {"kind": kind, "effect": effect, "retryable": retryable, "details": [*details]}
    answer: dict[str, typing.Any] = {"errcode": _OWN_CODES[kind], "errmsg": errmsg, "error": error}
    if unsent in COUNTS_OF:
        answer |= {**dict.fromkeys(COUNTS_OF[unsent], 0), "failures": []}
    return error_of(answer)


def error_of(answer: Mapping[str, typing.Any]) -> ContactwayError:
    """The exception for an answer that is an error.

    >>> error_of({"errcode": -1042, "errmsg": "new", "error": {"kind": "of_tomorrow"}})
    ContactwayError({'errcode': -1042, 'errmsg': 'new', 'error': {'kind': 'of_tomorrow'}})
    """
    kind = (answer.get("error") or {}).get("kind", "")
    return KINDS.get(kind, ContactwayError)(answer)
