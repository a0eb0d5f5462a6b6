"""contactway through its Python binding: one client, shared by all threads."""

import contactway
import contender


def begin(base_url, _token):
    return contactway.Client(
        corp_id="ww0000000000000001", secret="bench", base_url=base_url, proxy="", rate_limit=False, max_in_flight=0
    ).add


contender.run(begin)
