"""The names that keywords may have, those of each shape in `types`. That module says more, and takes longer to import
than all the rest.
"""

from __future__ import annotations

_CHANGEABLE = (
    "style remark skip_verify state user party expires_in chat_expires_in unionid is_exclusive mark_source conclusions"
)

MEMBERS = {
    shape: frozenset(names.split())
    for shape, names in {
        "AddRequest": f"type scene is_temp {_CHANGEABLE}",
        "GetRequest": "config_id",
        "ListRequest": "start_time end_time cursor limit",
        "UpdateRequest": f"config_id {_CHANGEABLE}",
        "DelRequest": "config_id",
        "CloseTempChatRequest": "userid external_userid",
        "UploadImageRequest": "path base64 filename",
        "SaveQrCodeRequest": "config_id qr_code path",
        "LedgerQuery": "key config_id state remark user party status namespace limit cursor",
        "SyncRequest": "start_time end_time concurrency",
        "ApplyRequest": "rows path namespace dry_run delete_missing max_delete replace recreate_gone overwrite "
        "concurrency report_path",
        "ReplaceUserRequest": "from to dry_run concurrency report_path",
        "SaveQrCodesRequest": "query directory concurrency",
        "ClientConfig": "corp_id secret suite access_token token_provider base_url timeout_ms connect_timeout_ms "
        "max_attempts max_in_flight rate_limit proxy ca_file extra_ca_file insecure_http "
        "store settle_s validate",
        "SandboxConfig": "port host control_token public_url tls seed industry developer_account limits token_life_s "
        "quota temp_quota_per_day clock list_lag_s latency_ms idle_timeout_s check_media unicode_escapes callback "
        "apps suites members departments",
    }.items()
}
