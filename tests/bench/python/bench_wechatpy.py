"""wechatpy as its documentation has it: one client, shared by all threads."""

import contender
from wechatpy.work import WeChatClient


def begin(base_url, token):
    WeChatClient.API_BASE_URL = f"{base_url}/cgi-bin/"
    return WeChatClient("ww0000000000000001", "bench", access_token=token).external_contact.add_contact_way


contender.run(begin)
