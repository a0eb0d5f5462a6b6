"""The shapes of requests, answers and configurations, for type checkers and editors.

At run time they are plain dicts. A member of a request that is left out is left out on the wire; an empty one is sent.

>>> request: AddRequest = {"type": 1, "scene": 2, "user": ["zhangsan"]}
>>> answer: AddAnswer = client.add(request)
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, Callable, Optional, TypedDict, Union

#: A mapping, or a JSON text that goes out byte for byte.
Request = Union[Mapping[str, Any], str, None]

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


class AddRequest(_Changeable, total=False):
    """A new contact way: ``type`` 1 for one person or 2 for several, ``scene`` 1 for a mini-program or 2 for a code."""

    type: int
    scene: int
    is_temp: bool


class UpdateRequest(_Changeable, total=False):
    """Which contact way, and the members to change."""

    config_id: str


class GetRequest(TypedDict, total=False):
    """Which contact way."""

    config_id: str


class DelRequest(TypedDict, total=False):
    """Which contact way."""

    config_id: str


class ListRequest(TypedDict, total=False):
    """A span of creation times (seconds since 1970), and a page of it: up to 1000, after ``cursor``."""

    start_time: int
    end_time: int
    cursor: str
    limit: int


class CloseTempChatRequest(TypedDict, total=False):
    """The member and the customer whose temporary chat ends."""

    userid: str
    external_userid: str


class UploadImageRequest(TypedDict, total=False):
    """A file, or its bytes as ``base64`` with a ``filename``."""

    path: Union[str, PathLike[str]]
    base64: str
    filename: str


class SaveQrCodeRequest(TypedDict, total=False):
    """Whose picture, by ``config_id`` or ``qr_code``, and where to."""

    config_id: str
    qr_code: str
    path: Union[str, PathLike[str]]


class LedgerQuery(TypedDict, total=False):
    """What to look up; everything given must fit."""

    key: str
    config_id: str
    state: str
    remark: str
    user: str
    party: int
    status: str
    namespace: str
    limit: int
    cursor: str


class SyncRequest(TypedDict, total=False):
    """A span of creation times (seconds since 1970), since 2021-07-10 if left out."""

    start_time: int
    end_time: int
    concurrency: int


class Row(TypedDict):
    """A contact way that `apply` sees to."""

    key: str
    contact_way: AddRequest


class ApplyRequest(TypedDict, total=False):
    """Rows, or the file they stand in, and what may be done to make them true."""

    rows: Union[list[Row], tuple[Row, ...]]
    path: Union[str, PathLike[str]]
    namespace: str
    dry_run: bool
    delete_missing: bool
    max_delete: int
    replace: bool
    recreate_gone: bool
    overwrite: bool
    concurrency: int
    report_path: Union[str, PathLike[str]]


#: Whom to replace by whom, as a mapping.
ReplaceUserRequest = TypedDict("ReplaceUserRequest", {"from": str, "to": _Texts, "dry_run": bool}, total=False)


class ReplaceUserMembers(TypedDict, total=False):
    """The same as keywords: ``from`` is a word of Python's."""

    from_: str
    to: _Texts
    dry_run: bool


class SaveQrCodesRequest(TypedDict, total=False):
    """Whose pictures, as for the ledger, and the folder they go to."""

    query: LedgerQuery
    directory: Union[str, PathLike[str]]


class _WarningRequired(TypedDict):
    code: str
    message: str


class AnswerWarning(_WarningRequired, total=False):
    """Something to know about a call that succeeded."""

    pointer: str


class _AnswerRequired(TypedDict):
    errcode: int
    errmsg: str


class Answer(_AnswerRequired, total=False):
    """What every answer holds; ``warnings`` only where there is something to warn of."""

    warnings: list[AnswerWarning]


class _AddAnswerRequired(Answer):
    config_id: str


class AddAnswer(_AddAnswerRequired, total=False):
    """The new contact way. ``qr_code`` comes with scene 2, ``replayed`` where a key had been used already."""

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


class LedgerEntry(TypedDict, total=False):
    """A contact way as the ledger keeps it."""

    key: str
    namespace: str
    config_id: str
    qr_code: str
    status: str
    contact_way: AddRequest
    created_at: int
    updated_at: int


class LedgerAnswer(Answer):
    """A page of entries."""

    entries: list[LedgerEntry]
    next_cursor: str


class Failure(TypedDict, total=False):
    """A row of a job that failed."""

    line: int
    key: str
    errcode: int
    errmsg: str


class SyncAnswer(Answer):
    """How many were seen, and what became of them."""

    listed: int
    known: int
    adopted: int
    changed: int
    gone: int
    failures: list[Failure]


class ApplyAnswer(Answer):
    """How many rows, and what became of them."""

    created: int
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


class Progress(TypedDict, total=False):
    """How far a job has come."""

    done: int
    total: int
    created: int
    updated: int
    failed: int
    per_second: float
    eta_ms: int


#: Is told how far a job has come, at most ten times a second; a true answer stops the job cleanly.
OnProgress = Callable[[Progress], Optional[bool]]


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
    store: str
    settle_s: int
    validate: str


class ClientConfig(ClientMembers, total=False):
    """What a client is made from; exactly one kind of credentials."""

    token_provider: bool


class SandboxConfig(TypedDict, total=False):
    """What a sandbox is started with; everything may be left out."""

    port: int
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
    apps: list[dict[str, Any]]
    suites: list[dict[str, Any]]
    members: list[dict[str, Any]]
    departments: list[dict[str, Any]]
