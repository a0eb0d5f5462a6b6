"""Records what wechatpy sends: one line of JSON a request, to stdout."""

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

from wechatpy.work import WeChatClient

SDK = "wechatpy 2.0.0a26"


class Recorder(BaseHTTPRequestHandler):
    """Writes each request down under the name of the call, and answers success."""

    name = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        line = {"sdk": SDK, "name": Recorder.name, "endpoint": self.path.split("?")[0].rsplit("/", 1)[1]}
        if "Content-Type" in self.headers:
            line["content_type"] = self.headers["Content-Type"]
        sys.stdout.write(json.dumps(line | {"body": body}, ensure_ascii=False) + "\n")
        answer = b'{"errcode":0,"errmsg":"ok"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def record_all(client: WeChatClient) -> None:
    contact = client.external_contact

    def record(name: str, call: Callable[..., object], *arguments: object, **members: object) -> None:
        Recorder.name = name
        call(*arguments, **members)

    def add(name: str, **members: object) -> None:
        record(name, contact.add_contact_way, **members)

    def update(name: str, **members: object) -> None:
        # Its remark has no default.
        record(name, contact.update_contact_way, "$CONFIG_ID", **({"remark": None} | members))

    def post(name: str, endpoint: str, **members: object) -> None:
        # Endpoints that it has no method for go through its general call.
        record(name, client.post, f"externalcontact/{endpoint}", data=members)

    one, several = {"type": 1, "scene": 2, "user": ["lisi"]}, {"type": 2, "scene": 2, "user": ["lisi", "wangwu"]}
    add("add_one_by_code", **one, remark="渠道客户", state="a&b|1")
    add("add_one_by_code_to_be_agreed", **one, skip_verify=False)
    add("add_one_by_code_with_party", **one, party=[2])
    add("add_one_by_button", type=1, scene=1, style=1, user=["lisi"])
    add("add_one_by_button_without_style", type=1, scene=1, user=["lisi"])
    add("add_several_by_code", **several, remark="多人 <1>")
    add("add_departments_by_code", type=2, scene=2, party=[2, 3])
    add("add_several_by_button", type=2, scene=1, style=2, user=["lisi", "wangwu"])
    add("add_by_another_case", type=1, scene=2, user=["LISI"])
    add("add_with_conclusions_that_do_not_count", **one, conclusions={})

    text = {"content": "祝您\n早日康复 😀"}
    image = {"media_id": "$MEDIA_ID"}
    link = {
        "title": "标题",
        "picurl": "https://example.com/p.png",
        "desc": "描述",
        "url": "https://example.com/?a=1&b=2",
    }
    program = {"title": "标题", "pic_media_id": "$MEDIA_ID", "appid": "wx8bd80126147dfAAA", "page": "/path/index.html"}
    doctor = {"type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": True}
    add("add_temp_by_defaults", **doctor)
    add("add_temp_with_text", **doctor, expires_in=86400, chat_expires_in=3600, conclusions={"text": text})
    add("add_temp_with_image", **doctor, conclusions={"image": image})
    add("add_temp_with_link", **doctor, conclusions={"link": link})
    add("add_temp_with_miniprogram", **doctor, conclusions={"miniprogram": program})
    add("add_temp_with_text_and_image", **doctor, conclusions={"text": text, "image": image})
    add("add_temp_for_a_unionid", **doctor, unionid="oxTWIuGaIt6gTKsQRLau2M0AAAA")
    add("add_temp_with_empty_conclusions", **doctor, conclusions={})
    add("add_temp_for_several", **several, is_temp=True)
    add("add_unknown_user", type=1, scene=2, user=["nobody"])
    add("add_nobody", type=2, scene=2)

    update("update_remark", remark="新备注")
    update("update_user", user=["zhangsan"])
    update("update_all", remark="全部", skip_verify=False, style=1, state="s2", user=["wangwu"], party=[3])
    update("update_style_of_a_button", style=3)
    update("update_clears", remark="", state="")
    post("update_conclusions_of_temp", "update_contact_way", config_id="$CONFIG_ID", conclusions={"text": text})
    record("get_one_by_code", contact.get_contact_way, "$CONFIG_ID")
    record("get_temp", contact.get_contact_way, "$CONFIG_ID")
    record("get_unknown", contact.get_contact_way, "0123456789abcdef0123456789abcdef")
    record("get_without_config_id", contact.get_contact_way, None)
    post("list_by_defaults", "list_contact_way")
    post("list_first_page", "list_contact_way", limit=2)
    post("list_next_page", "list_contact_way", cursor="$CURSOR", limit=2)
    post("list_with_nulls", "list_contact_way", start_time=None, end_time=None, cursor=None, limit=None)
    post("close_temp_chat", "close_temp_chat", userid="$USERID", external_userid="$EXTERNAL_USERID")
    post("close_without_a_chat", "close_temp_chat", userid="$USERID", external_userid="$EXTERNAL_USERID")
    record("del_one", contact.del_contact_way, "$CONFIG_ID")
    record("del_unknown", contact.del_contact_way, "0123456789abcdef0123456789abcdef")


def main() -> None:
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = WeChatClient("ww1", "s", access_token="t")
    client.API_BASE_URL = f"http://127.0.0.1:{server.server_port}/cgi-bin/"
    record_all(client)
    server.shutdown()


if __name__ == "__main__":
    main()
