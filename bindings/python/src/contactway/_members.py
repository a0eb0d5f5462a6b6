"""The members of each request and configuration, one table: `help` shows it, and keywords may have no other names.

`types` has the same as types, and takes longer to import than all the rest.
"""

from __future__ import annotations

from ._lazy import typing

_CHANGEABLE = {
    "style": ("int", "Of the button of scene 1: 1 to 3 for one person, 1 or 2 for several."),
    "remark": ("str", "Your own note, up to 30 characters."),
    "skip_verify": ("bool", "Whether a customer is added without being accepted first. Default True."),
    "state": ("str", "Where the customer comes from, as WeCom tells it with each customer; up to 30 characters."),
    "user": ("list of str", "The members, by userid: exactly one with type 1, up to 100 with type 2."),
    "party": ("list of int", "The departments whose members count, by id; with type 2 alone."),
    "expires_in": ("int", "How many seconds a temporary code lives, up to 1209600 (14 days). Default 7 days."),
    "chat_expires_in": ("int", "How many seconds a temporary chat lives, up to 1209600 (14 days). Default 24 hours."),
    "unionid": ("str", "The only customer that a temporary code is for. Default: anybody."),
    "is_exclusive": ("bool", "Whether a customer's whole company is given one and the same member. Default False."),
    "mark_source": ("bool", "Whether a customer is marked as this app's, for an acquisition app. Default True."),
    "conclusions": (
        "dict",
        "What a customer is sent as a temporary chat ends: text (4000 bytes), and one of image, link, miniprogram.",
    ),
}
_CONFIG_ID = ("str, required", "Which contact way: the config_id that add answered.")
_SPAN = {
    "start_time": ("int", "The earliest creation time, in seconds since 1970."),
    "end_time": ("int", "The latest creation time, in seconds since 1970. Default: now."),
}
_CONCURRENCY = ("int, 1 or more", "How many calls are in flight at once. Default: max_in_flight, or 8 where that is 0.")

#: Each shape's members, each with its type and what it means.
EXPLAINED: dict[str, dict[str, tuple[str, str]]] = {
    "AddMembers": {
        "type": ("int, required", "1 for one person, 2 for several."),
        "scene": ("int, required", "1 for a button in a mini-program, 2 for a QR code."),
        "is_temp": ("bool", "Whether it is for one temporary chat, which medical companies alone have. Default False."),
        **_CHANGEABLE,
    },
    "GetRequest": {"config_id": _CONFIG_ID},
    "ListRequest": {
        "start_time": (_SPAN["start_time"][0], f"{_SPAN['start_time'][1]} Default: 90 days ago."),
        "end_time": _SPAN["end_time"],
        "cursor": ("str", "The next_cursor of the page before. Default: the first page."),
        "limit": ("int", "The size of a page, 1 to 1000. Default 100."),
    },
    "UpdateMembers": {
        "config_id": _CONFIG_ID,
        # What is left out of an update stays as it is.
        **{name: (kind, text.partition(" Default")[0]) for name, (kind, text) in _CHANGEABLE.items()},
    },
    "DelRequest": {"config_id": _CONFIG_ID},
    "CloseTempChatMembers": {
        "userid": ("str, required", "The member whose temporary chat it is."),
        "external_userid": ("str, required", "The customer whose temporary chat it is."),
    },
    "UploadImageMembers": {
        "path": ("str or path", "The picture's file: PNG or JPEG, up to 10 MiB."),
        "base64": ("str", "Its bytes instead, as base64."),
        "filename": ("str", "Its name beside base64, which is required there."),
    },
    "SaveQrCodeMembers": {
        "config_id": ("str", "Which contact way: the config_id that add answered."),
        "qr_code": ("str", "The address of the picture instead, as add and get answer it."),
        "path": ("str or path, required", "The file to write, in a folder that is there."),
    },
    "LedgerQuery": {
        "key": ("str", "The key of the add."),
        "config_id": ("str", "WeCom's id."),
        "state": ("str", "The state that was asked for."),
        "remark": ("str", "The remark that was asked for."),
        "user": ("str", "A userid among its users; case does not count."),
        "party": ("int", "A department among its departments."),
        "status": ("str", "intended, active, unknown, deleted or gone. Default: every status."),
        "namespace": ("str", "The namespace that apply was given."),
        "limit": ("int", "The size of a page, 1 to 1000. Default 100."),
        "cursor": ("str", "The next_cursor of the page before. Default: the first page."),
    },
    "SyncRequest": {
        "start_time": (_SPAN["start_time"][0], f"{_SPAN['start_time'][1]} Default: 2021-07-10, from when WeCom lists."),
        "end_time": _SPAN["end_time"],
        "concurrency": _CONCURRENCY,
    },
    "ApplyMembers": {
        "rows": ("iterable of dict", "The rows, each a types.Row: key, contact_way, and config_id to claim one."),
        "path": ("str or path", "The file of the rows instead: JSON Lines (.jsonl) or CSV (.csv), UTF-8."),
        "namespace": ("str", "What these rows are, when others are kept in the same ledger."),
        "dry_run": ("bool", "Whether only to count what would be done. Default False."),
        "delete_missing": ("bool", "Whether to delete what no row of this namespace names any more. Default False."),
        "max_delete": ("int, 0 or more", "How many may be deleted so; where there are more, none is. Required beside."),
        "replace": ("bool", "Whether to make anew, with another code, what cannot be changed. Default False."),
        "recreate_gone": ("bool", "Whether to make anew, with another code, what somebody deleted. Default False."),
        "overwrite": ("bool", "Whether to undo what somebody else changed. Default False."),
        "concurrency": _CONCURRENCY,
        "report_path": ("str or path", "The file that gets a line of JSON for each row."),
    },
    "ReplaceUserMembers": {
        "from_": ("str, required", "The userid to take out; case does not count. In a mapping it is from."),
        "to": ("list of str, required", "The userids to put in its place."),
        "dry_run": ("bool", "Whether only to count what would be done. Default False."),
        "concurrency": _CONCURRENCY,
        "report_path": ("str or path", "The file that gets a line of JSON for each contact way that names it."),
    },
    "SaveQrCodesMembers": {
        "query": ("dict", "Whose pictures: members as for ledger, limit too. Default: all active ones."),
        "directory": ("str or path, required", "The folder they go to, which is made."),
        "concurrency": _CONCURRENCY,
    },
    "ClientConfig": {
        "corp_id": ("str", "The corporation, ww…"),
        "secret": ("str", "The app's secret, beside corp_id."),
        "suite": ("dict", "A third-party app instead, a types.Suite."),
        "access_token": ("str", "A token that you manage instead."),
        "token_provider": ("function or bool", "Hands tokens out instead, beside corp_id; see set_token_provider."),
        "base_url": ("str", "Where WeCom is, or a relay, or a sandbox. Default https://qyapi.weixin.qq.com."),
        "timeout_ms": ("int, 1 or more", "The deadline of a whole call, in milliseconds. Default 10000."),
        "connect_timeout_ms": ("int, 1 or more", "That of one connection, in milliseconds. Default 3000."),
        "max_attempts": ("int, 1 or more", "How often a request is sent at most. Default 3."),
        "max_in_flight": ("int, 0 or more", "Calls at the same time to one endpoint; 0 is no limit. Default 5."),
        "rate_limit": (
            "dict or False",
            'Calls to one endpoint; False is no limit. Default {"per_minute":10000,"per_hour":150000}.',
        ),
        "proxy": ("str", "http://user:password@host:port; an empty one is none. Default: the environment's."),
        "ca_file": ("str or path", "The only trusted authorities, or their PEM text. Default: the system's roots."),
        "extra_ca_file": ("str or path", "Authorities beside those, in the same form. Default: none."),
        "insecure_http": ("bool", "Whether http:// may lead to a private address. Default False."),
        "store": ("str", "memory, sqlite:PATH or postgres://…: the ledger, tokens and limits. Default memory."),
        "settle_s": ("int, 0 or more", "Seconds until a lost add must have shown up at WeCom. Default 60."),
        "validate": (
            "str",
            "What becomes of broken rules: strict refuses, warn warns, off sends. Default strict.",
        ),
    },
    "SandboxConfig": {
        "port": ("int", "Where to listen; 0 is any free port. Default 0."),
        "host": ("str", "The address to listen at; 0.0.0.0 is every one. Default 127.0.0.1."),
        "control_token": ("str", "What /sandbox/ asks for; required where host is no loopback address. Default: none."),
        "public_url": ("str", "How others reach it: base_url in all it says. Default: none."),
        "tls": ("bool", "HTTPS, with an authority of its own, which client_config trusts. Default False."),
        "seed": ("int", "Makes ids and chances; the same seed and calls give the same ids. Default 1."),
        "industry": ("str", "Temporary chats are for medical alone. Default medical."),
        "developer_account": ("bool", "Whether a WeChat developer account is bound, as unionid needs. Default True."),
        "limits": ("bool or dict", "WeCom's limits, or some of per_minute, per_hour, concurrent. Default False."),
        "token_life_s": ("int", "The life of a token in seconds. Default 7200."),
        "quota": ("int", "Contact ways of a corporation, temporary ones not counted. Default 500000."),
        "temp_quota_per_day": ("int", "Temporary ones of a corporation and day. Default 100000."),
        "clock": ("int", "Seconds since 1970, at which time then stands still. Default: the machine's."),
        "list_lag_s": ("int", "How many seconds a new one stays out of list. Default 0."),
        "latency_ms": ("int", "How many milliseconds every call takes at least. Default 0."),
        "idle_timeout_s": ("int", "After how many seconds a silent connection is dropped. Default 75."),
        "check_media": ("bool", "Whether a media_id that was never uploaded here is refused. Default False."),
        "unicode_escapes": ("str", "refuse or accept \\uXXXX in a body. Default refuse."),
        "callback": ("dict", "Who is told of customers, a types.SandboxCallback. Default: none."),
        "apps": ("list of dict", "Of corp_id, secret, permissions, acquisition. Default: one."),
        "suites": ("list of dict", "Third-party apps, each a types.Suite. Default: none."),
        "members": ("list of dict", "Of userid, active, verified, contact_right, visible, … Default: the four."),
        "departments": ("list of dict", "Of id, parent, visible, corp_id. Default: the three."),
    },
}

#: The rules that a member is under, as docs/rules.md names them. Those that hold anywhere are not named again.
RULES: dict[str, dict[str, str]] = {
    "AddMembers": {
        "type": "type_required type_range",
        "scene": "scene_required scene_range",
        "style": "style_range style_needs_scene_1",
        "user": "type_1_needs_user type_1_one_user type_2_needs_user_or_party user_max_items userid_form",
        "party": "party_needs_type_2",
        "is_temp": "temp_needs_type_1",
        "expires_in": "expires_in_range expires_in_needs_temp",
        "chat_expires_in": "chat_expires_in_range chat_expires_in_needs_temp",
        "unionid": "unionid_needs_temp",
        "remark": "remark_max_chars",
        "state": "state_max_chars",
        "conclusions": "conclusions_needs_temp conclusions_not_empty one_attachment text_max_bytes "
        "image_media_id_required image_pic_url_read_only link_title_max_bytes link_desc_max_bytes "
        "miniprogram_title_max_bytes",
    },
    "GetRequest": {"config_id": "config_id_required"},
    "ListRequest": {
        "start_time": "start_time_range start_time_in_seconds start_not_after_end",
        "end_time": "end_time_range end_time_in_seconds",
        "limit": "limit_range",
    },
    "UpdateMembers": {
        "config_id": "config_id_required",
        "style": "style_range",
        "user": "user_max_items userid_form",
        "expires_in": "expires_in_range",
        "chat_expires_in": "chat_expires_in_range",
        "remark": "remark_max_chars",
        "state": "state_max_chars",
        "conclusions": "conclusions_not_empty one_attachment text_max_bytes image_media_id_required "
        "image_pic_url_read_only link_title_max_bytes link_desc_max_bytes miniprogram_title_max_bytes",
    },
    "DelRequest": {"config_id": "config_id_required"},
    "CloseTempChatMembers": {"userid": "userid_required userid_form", "external_userid": "external_userid_required"},
}

#: The members of each method's request.
METHODS = {
    "add": "AddMembers",
    "get": "GetRequest",
    "list": "ListRequest",
    "update": "UpdateMembers",
    "delete": "DelRequest",
    "close_temp_chat": "CloseTempChatMembers",
    "upload_image": "UploadImageMembers",
    "save_qr_code": "SaveQrCodeMembers",
    "ledger": "LedgerQuery",
    "iter_ledger": "LedgerQuery",
    "sync": "SyncRequest",
    "apply": "ApplyMembers",
    "replace_user": "ReplaceUserMembers",
    "save_qr_codes": "SaveQrCodesMembers",
}

MEMBERS = {shape: frozenset(members) for shape, members in EXPLAINED.items()}


def explain(it: type, configured_by: typing.Optional[str] = None) -> None:
    """Put the members into the help of a class's own methods, and of a class that is made from a configuration."""
    if configured_by is not None:
        it.__doc__ = _explained(it.__doc__, configured_by)
    for name, shape in METHODS.items():
        method = vars(it).get(name)
        if method is not None:
            method.__doc__ = _explained(method.__doc__, shape)


def _explained(text: typing.Optional[str], shape: str) -> typing.Optional[str]:
    """A docstring with the members after its first paragraph. There is none where Python was told to drop them."""
    if text is None:
        return None
    first, _, rest = text.partition("\n\n")
    indent = rest[: len(rest) - len(rest.lstrip(" "))]
    lines = ["Keywords:"]
    rules = RULES.get(shape, {})
    for name, (kind, meaning) in EXPLAINED[shape].items():
        lines.append(f"    {name} ({kind}): {meaning}")
        if name in rules:
            lines.append(f"        Rules: {rules[name].replace(' ', ', ')}.")
    if rules:
        lines += ["", "A request that breaks a rule is an `InvalidRequest`; docs/rules.md says what each says."]
    members = "\n".join(indent + line if line else line for line in lines)
    return f"{first}\n\n{members}\n\n{rest}"
