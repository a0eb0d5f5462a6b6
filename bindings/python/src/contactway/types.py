"""The shapes of requests, answers and configurations, for type checkers and editors.

At run time they are plain dicts. A member of a request that is left out is left out on the wire; an empty one is sent.

>>> request: AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"]}
>>> answer: AddAnswer = client.add(request)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Callable, Literal, Optional, Protocol, TypedDict, Union

#: A mapping, or a JSON text that goes out byte for byte.
Request = Union[Mapping[str, Any], str]

#: Hands out an access token, or None where it has none; told whether WeCom refused the last one.
TokenProvider = Callable[[bool], Optional[str]]

# What a request may list. A text, which is a sequence of texts itself, is not among them: it is no list in JSON.
_Texts = Union[list[str], tuple[str, ...]]
_Numbers = Union[list[int], tuple[int, ...]]


class TextMessage(TypedDict):
    """Closing words, up to 4000 bytes of UTF-8."""

    content: str


class ImageMessage(TypedDict, total=False):
    """A closing picture: written as ``media_id``, read as ``pic_url``."""

    media_id: str
    pic_url: str


class LinkMessage(TypedDict, total=False):
    """A closing link; its title up to 128 bytes, its description up to 512."""

    title: str
    picurl: str
    desc: str
    url: str


class MiniprogramMessage(TypedDict, total=False):
    """A closing mini-program; its title up to 64 bytes."""

    title: str
    pic_media_id: str
    appid: str
    page: str


class Conclusions(TypedDict, total=False):
    """What a customer is sent when a temporary chat ends: a text, and one of the others beside it."""

    text: TextMessage
    image: ImageMessage
    link: LinkMessage
    miniprogram: MiniprogramMessage


class NoMembers(TypedDict):
    """No members. A keyword that is given all the same is refused, with the one that was meant."""


class _Changeable(TypedDict, total=False):
    style: int
    remark: str
    skip_verify: bool
    state: str
    user: _Texts
    party: _Numbers
    expires_in: int
    chat_expires_in: int
    unionid: str
    is_exclusive: bool
    mark_source: bool
    conclusions: Conclusions


class AddMembers(_Changeable, total=False):
    """The members of an add, beside a mapping that holds the others."""

    type: int
    scene: int
    is_temp: bool


class _AddRequired(TypedDict):
    type: int
    scene: int


class AddRequest(_AddRequired, _Changeable, total=False):
    """A new contact way: ``type`` 1 for one person or 2 for several, ``scene`` 1 for a mini-program or 2 for a code."""

    is_temp: bool


class UpdateMembers(_Changeable, total=False):
    """The members of an update, beside a mapping that holds the others."""

    config_id: str


class _UpdateRequired(TypedDict):
    config_id: str


class UpdateRequest(_UpdateRequired, _Changeable):
    """Which contact way, and the members to change."""


class GetRequest(TypedDict):
    """Which contact way."""

    config_id: str


class DelRequest(TypedDict):
    """Which contact way."""

    config_id: str


class ListRequest(TypedDict, total=False):
    """A span of creation times (seconds since 1970), and a page of it: up to 1000, after ``cursor``."""

    start_time: int
    end_time: int
    cursor: str
    limit: int


class CloseTempChatRequest(TypedDict):
    """The member and the customer whose temporary chat ends."""

    userid: str
    external_userid: str


class CloseTempChatMembers(TypedDict, total=False):
    """The same, beside a mapping that holds the others."""

    userid: str
    external_userid: str


class UploadPath(TypedDict):
    """A file to upload."""

    path: Union[str, PathLike[str]]


class UploadBytes(TypedDict):
    """The bytes of a file to upload, and its name."""

    base64: str
    filename: str


#: A picture to upload.
UploadImageRequest = Union[UploadPath, UploadBytes]


class UploadImageMembers(TypedDict, total=False):
    """The same, beside a mapping that holds the others."""

    path: Union[str, PathLike[str]]
    base64: str
    filename: str


class _SaveTo(TypedDict):
    path: Union[str, PathLike[str]]


class SaveByConfigId(_SaveTo):
    """Whose picture, by its id, and where to."""

    config_id: str


class SaveByQrCode(_SaveTo):
    """The address of a picture, as WeCom answered it, and where to."""

    qr_code: str


#: Whose picture to save.
SaveQrCodeRequest = Union[SaveByConfigId, SaveByQrCode]


class SaveQrCodeMembers(TypedDict, total=False):
    """The same, beside a mapping that holds the others."""

    config_id: str
    qr_code: str
    path: Union[str, PathLike[str]]


class _DetailRequired(TypedDict):
    pointer: str
    rule: str
    message: str


class Detail(_DetailRequired, total=False):
    """A rule that is broken, and where: ``pointer`` is RFC 6901, ``line`` and ``column`` count from 1 in a file."""

    line: int
    column: int


class _FailingRequired(TypedDict):
    kind: str
    errcode: int
    effect: Literal["none", "unknown"]
    retryable: bool
    details: list[Detail]
    endpoint: Optional[str]
    attempts: int
    http_status: Optional[int]


class Failing(_FailingRequired, total=False):
    """Why a step of `check` failed: what a `contactway.ContactwayError` says, as a dict."""

    retry_after_ms: int
    remembered: bool
    advice: str
    hint: str
    help_url: str


#: What `check` looks at, in this order; ``store`` only where there is one.
Step = Literal["configuration", "proxy", "resolve", "connect", "tls", "token", "permission", "clock", "store"]


class _CheckStepRequired(TypedDict):
    step: Step
    message: str


class CheckStep(_CheckStepRequired, total=False):
    """What was looked at, and what was found.

    ``ok`` and ``elapsed_ms`` (milliseconds) stand where it was looked at, ``skipped`` where it was not, and ``error``
    and ``remedy`` where it failed.
    """

    ok: bool
    skipped: bool
    elapsed_ms: int
    error: Failing
    remedy: str


#: What became of a contact way: not answered yet, there, perhaps there, deleted by us, or by somebody else.
Status = Literal["intended", "active", "unknown", "deleted", "gone"]


class LedgerQuery(TypedDict, total=False):
    """What to look up; everything given must fit.

    ``limit`` is the size of a page, 1 to 1000 and 100 if left out; ``cursor`` the ``next_cursor`` of the page before.
    """

    key: str
    config_id: str
    state: str
    remark: str
    user: str
    party: int
    status: Status
    namespace: str
    limit: int
    cursor: str


class SyncRequest(TypedDict, total=False):
    """A span of creation times (seconds since 1970), since 2021-07-10 if left out; how many calls at once."""

    start_time: int
    end_time: int
    concurrency: int


class _RowRequired(TypedDict):
    key: str
    contact_way: AddMembers


class Row(_RowRequired, total=False):
    """A contact way that `apply` sees to. The key is 1 to 128 characters without control characters.

    ``config_id`` names one that exists already, which is claimed for the key. A member of ``contact_way`` that is left
    out is not looked after; an empty one is cleared.
    """

    config_id: str


class ApplyChoices(TypedDict, total=False):
    """What may be done to make rows true.

    ``dry_run`` sends nothing that changes anything. ``delete_missing`` deletes what `apply` made or claimed in this
    ``namespace`` and no row names, ``max_delete`` at most, else nothing. ``replace`` makes a code anew whose ``type``,
    ``scene``, ``is_temp`` or ``is_exclusive`` differ: the printed one dies. ``recreate_gone`` makes anew what somebody
    deleted, ``overwrite`` undoes what somebody else changed. ``report_path`` gets a line of JSON for each row.
    """

    namespace: str
    dry_run: bool
    delete_missing: bool
    max_delete: int
    replace: bool
    recreate_gone: bool
    overwrite: bool
    concurrency: int
    report_path: Union[str, PathLike[str]]


class _ApplyRowsRequired(TypedDict):
    rows: Iterable[Mapping[str, Any]]


class ApplyRows(_ApplyRowsRequired, ApplyChoices):
    """Rows, and what may be done."""


class _ApplyFileRequired(TypedDict):
    path: Union[str, PathLike[str]]


class ApplyFile(_ApplyFileRequired, ApplyChoices):
    """The file that rows stand in (JSON Lines or CSV, UTF-8), and what may be done."""


#: Rows, or the file they stand in, and what may be done.
ApplyRequest = Union[ApplyRows, ApplyFile]


class ApplyMembers(ApplyChoices, total=False):
    """The same, beside a mapping that holds the others."""

    rows: Iterable[Mapping[str, Any]]
    path: Union[str, PathLike[str]]


#: What `apply` takes without a keyword: rows, the path of their file, or a request as everywhere.
ApplyInput = Union[Mapping[str, Any], str, PathLike[str], Iterable[Mapping[str, Any]]]

_ReplaceUserRequired = TypedDict("_ReplaceUserRequired", {"from": str, "to": _Texts})


class _ReplaceUserOptional(TypedDict, total=False):
    dry_run: bool
    concurrency: int
    report_path: Union[str, PathLike[str]]


class ReplaceUserRequest(_ReplaceUserRequired, _ReplaceUserOptional):
    """Whom to replace by whom, as a mapping."""


class _ReplaceUserKeywordsRequired(TypedDict):
    from_: str
    to: _Texts


class ReplaceUserKeywords(_ReplaceUserKeywordsRequired, _ReplaceUserOptional):
    """The same as keywords: ``from`` is a word of Python's."""


class ReplaceUserMembers(_ReplaceUserOptional, total=False):
    """The keywords beside a mapping that holds the others."""

    from_: str
    to: _Texts


class SaveQrCodesMembers(TypedDict, total=False):
    """The members of a `save_qr_codes`, beside a mapping that holds the others."""

    query: LedgerQuery
    directory: Union[str, PathLike[str]]
    concurrency: int


class _SaveQrCodesRequired(TypedDict):
    directory: Union[str, PathLike[str]]


class SaveQrCodesRequest(_SaveQrCodesRequired, total=False):
    """Whose pictures, as for the ledger but ``active`` ones if it names no status, and the folder they go to."""

    query: LedgerQuery
    concurrency: int


class _WarningRequired(TypedDict):
    code: str
    message: str


class AnswerWarning(_WarningRequired, total=False):
    """Something to know about a call that succeeded."""

    pointer: str
    line: int


class _AnswerRequired(TypedDict):
    errcode: int
    errmsg: str


class Answer(_AnswerRequired, total=False):
    """What every answer holds; ``warnings`` only where there is something to warn of."""

    warnings: list[AnswerWarning]


class _AddAnswerRequired(Answer):
    config_id: str


class AddAnswer(_AddAnswerRequired, total=False):
    """The new contact way. ``qr_code`` comes with scene 2; ``replayed`` is True where a key had been used already."""

    qr_code: str
    replayed: bool


class _ContactWayRequired(TypedDict):
    config_id: str
    type: int
    scene: int
    remark: str
    skip_verify: bool
    state: str
    user: list[str]
    party: list[int]


class ContactWay(_ContactWayRequired, total=False):
    """A contact way as WeCom keeps it. ``style`` comes with scene 1 and ``qr_code`` with scene 2."""

    style: int
    qr_code: str
    is_temp: bool
    expires_in: int
    chat_expires_in: int
    unionid: str
    mark_source: bool
    conclusions: Conclusions


class GetAnswer(Answer):
    """One contact way."""

    contact_way: ContactWay


class ContactWayId(TypedDict):
    """A contact way as a list names it."""

    config_id: str


class _ListAnswerRequired(Answer):
    contact_way: list[ContactWayId]


class ListAnswer(_ListAnswerRequired, total=False):
    """A page; ``next_cursor`` is empty on the last one."""

    next_cursor: str


class UploadImageAnswer(Answer):
    """A picture that lives for 3 days."""

    media_id: str
    type: str
    created_at: Union[int, str]


class SaveQrCodeAnswer(Answer):
    """The file that was written."""

    path: str
    bytes: int
    content_type: str


class CheckAnswer(Answer):
    """What `check` found; ``errcode`` is 0 where all is well, else that of the step that failed."""

    steps: list[CheckStep]


class KeptContactWay(AddMembers, total=False):
    """What was asked for; of a contact way that `sync` adopted, what WeCom showed, ``config_id`` among it."""

    config_id: str
    qr_code: str


class LedgerEntry(TypedDict):
    """A contact way as the ledger keeps it. Times are seconds since 1970, when it was written down and changed here.

    ``key`` is None for one that `sync` adopted and the library's own for an add without a key, ``namespace`` None where
    `apply` was given none, ``config_id`` and ``qr_code`` None where WeCom's answer is not there (yet).
    """

    key: Optional[str]
    namespace: Optional[str]
    config_id: Optional[str]
    qr_code: Optional[str]
    status: Status
    contact_way: KeptContactWay
    created_at: int
    updated_at: int


class LedgerAnswer(Answer):
    """A page of entries; ``next_cursor`` is empty on the last one."""

    entries: list[LedgerEntry]
    next_cursor: str


class _FailureRequired(TypedDict):
    errcode: int
    errmsg: str


class Failure(_FailureRequired, total=False):
    """A row or contact way at which a job failed, by what is known of it: its number from 1, its key, its id."""

    line: int
    key: str
    config_id: str


_Change = TypedDict("_Change", {"from": Any, "to": Any})


class _ReportLineRequired(TypedDict):
    line: Optional[int]
    key: Optional[str]
    result: Literal["created", "updated", "unchanged", "claimed", "deleted", "replaced", "failed"]
    config_id: Optional[str]
    qr_code: Optional[str]
    errcode: int
    errmsg: str


class ReportLine(_ReportLineRequired, total=False):
    """A line of a ``report_path``, which is JSON: what became of a row. After a ``dry_run`` there are ``changes``, the
    members that would change.
    """

    changes: dict[str, _Change]


class SyncAnswer(Answer):
    """How many were seen, and what became of them. ``foreign`` ones these credentials have never read."""

    listed: int
    known: int
    adopted: int
    changed: int
    gone: int
    foreign: int
    failures: list[Failure]


class ApplyAnswer(Answer):
    """How many rows, and what became of them."""

    created: int
    claimed: int
    updated: int
    unchanged: int
    deleted: int
    replaced: int
    failed: int
    failures: list[Failure]


class ReplaceUserAnswer(Answer):
    """How many named the member, and what became of them."""

    matched: int
    updated: int
    failed: int
    failures: list[Failure]


class SaveQrCodesAnswer(Answer):
    """How many pictures were saved."""

    saved: int
    failed: int
    failures: list[Failure]


class Progress(TypedDict):
    """How far a job has come: rows, rows a second, and milliseconds that it will take yet, None while nobody knows."""

    done: int
    total: int
    created: int
    updated: int
    failed: int
    per_second: int
    eta_ms: Optional[int]


#: Is told how far a job has come, at most ten times a second and once at its end; False stops the job cleanly.
OnProgress = Callable[[Progress], Any]


class ProgressBar(Protocol):
    """A bar as `tqdm.tqdm` makes it, which shows how far a job has come."""

    total: Any

    def update(self, n: int, /) -> Any:
        """Move on by so many."""


class RateLimit(TypedDict, total=False):
    """Calls that may be made."""

    per_minute: int
    per_hour: int


class Suite(TypedDict):
    """The credentials of a third-party app."""

    suite_id: str
    suite_secret: str
    suite_ticket: str
    auth_corp_id: str
    permanent_code: str


class ClientMembers(TypedDict, total=False):
    """What a client is made from, as keywords; ``token_provider`` beside them may be the function itself."""

    corp_id: str
    secret: str
    suite: Suite
    access_token: str
    base_url: str
    timeout_ms: int
    connect_timeout_ms: int
    max_attempts: int
    max_in_flight: int
    rate_limit: Union[RateLimit, bool]
    proxy: str
    ca_file: Union[str, PathLike[str]]
    extra_ca_file: Union[str, PathLike[str]]
    insecure_http: bool
    store: str
    settle_s: int
    validate: str


class ClientConfig(ClientMembers, total=False):
    """What a client is made from; exactly one kind of credentials."""

    token_provider: bool


class SandboxCallback(TypedDict):
    """Who is told of customers: an ``http://`` address, and what WeCom's settings show."""

    url: str
    token: str
    encoding_aes_key: str


class SandboxConfig(TypedDict, total=False):
    """What a sandbox is started with; everything may be left out. docs/sandbox.md has the members of each."""

    port: int
    host: str
    control_token: str
    public_url: str
    tls: bool
    seed: int
    industry: str
    developer_account: bool
    limits: Union[bool, dict[str, int]]
    token_life_s: int
    quota: int
    temp_quota_per_day: int
    clock: int
    list_lag_s: int
    latency_ms: int
    idle_timeout_s: int
    check_media: bool
    unicode_escapes: Literal["refuse", "accept"]
    callback: SandboxCallback
    apps: list[dict[str, Any]]
    suites: list[dict[str, Any]]
    members: list[dict[str, Any]]
    departments: list[dict[str, Any]]
