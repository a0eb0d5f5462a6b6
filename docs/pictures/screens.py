"""Takes the README's pictures of pages: the sandbox's page, and a printed sheet of codes.

    screens.py PROGRAMS

PROGRAMS is the folder that holds `contactway` and `contactway-sandbox`. Chromium and pdftoppm must be there. `make pictures`
calls this; what it writes lies beside it and is checked in. The sandbox listens on port 8080, which must be free.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).parent
SHOPS = "南京西路 徐家汇 五角场 陆家嘴 静安寺 虹桥 人民广场 中山公园 世纪大道 大宁 莘庄 七宝 张江 打浦桥 龙之梦 江湾 真如 曹家渡 豫园 外滩".split()
# So that the same codes and addresses appear each time.
WORLD = {"clock": 1767225600, "seed": 7, "port": 8080}


@contextlib.contextmanager
def sandbox(programs, folder):
    """A running sandbox's configuration of a client."""
    world = folder / "world.json"
    world.write_text(json.dumps(WORLD))
    process = subprocess.Popen([programs / "contactway-sandbox", "--config", world], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["client_config"]
    finally:
        process.terminate()
        process.wait()


def post(url, body):
    """The answer to a body of JSON, written as WeCom wants it: in UTF-8, without escapes."""
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body, ensure_ascii=False).encode())) as answer:
        return json.load(answer)


def chromium(*arguments):
    """Runs the browser without a window; as root it needs to be told that its own cage cannot be had."""
    cage = ["--no-sandbox"] if os.geteuid() == 0 else []
    subprocess.run(["chromium", "--headless", "--hide-scrollbars", *cage, *arguments], check=True, capture_output=True)


def page(config):
    """The sandbox's page, with a code that was scanned, a temporary chat and a button."""
    base_url = config["base_url"]
    with urllib.request.urlopen(
        f"{base_url}/cgi-bin/gettoken?corpid={config['corp_id']}&corpsecret={config['secret']}"
    ) as answer:
        token = json.load(answer)["access_token"]

    def added(**way):
        return post(f"{base_url}/cgi-bin/externalcontact/add_contact_way?access_token={token}", way)["config_id"]

    counter = added(type=2, scene=2, user=["zhangsan", "lisi"], remark="南京西路 前台", state="shop-0001")
    clinic = added(type=1, scene=2, user=["zhangyisheng"], is_temp=True, remark="复诊", state="visit-88",
                   conclusions={"text": {"content": "祝您早日康复"}})
    added(type=1, scene=1, style=1, user=["lisi"], remark="小程序 咨询", state="mini")
    for config_id in (counter, clinic):
        post(f"{base_url}/sandbox/scan", {"config_id": config_id, "corp_name": "Acme"})
    chromium("--window-size=1180,960", "--virtual-time-budget=3000", f"--screenshot={HERE / 'sandbox.png'}", base_url)


def sheet(programs, config, folder):
    """The first page of a sheet, as the command line makes it from a spreadsheet."""
    account = folder / "config.json"
    account.write_text(json.dumps(config))
    account.chmod(0o600)
    rows = [f"shop-{number:04},2,2,zhangsan;lisi,{shop}店,shop-{number:04}" for number, shop in enumerate(SHOPS, 1)]
    table = folder / "shops.csv"
    table.write_text("\n".join(["key,type,scene,user,remark,state", *rows]) + "\n")

    def contactway(*arguments):
        store = f"sqlite:{folder / 'ledger.db'}"
        line = [programs / "contactway", "--config", account, "--store", store, *arguments]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)

    contactway("apply", table)
    contactway("sheet", "--out", folder / "sheet.html")
    chromium("--no-pdf-header-footer", f"--print-to-pdf={folder / 'sheet.pdf'}", (folder / "sheet.html").as_uri())
    subprocess.run(["pdftoppm", "-r", "70", "-png", "-singlefile", folder / "sheet.pdf", HERE / "sheet"], check=True)


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with sandbox(programs, folder) as config:
            page(config)
        with sandbox(programs, folder) as config:
            sheet(programs, config, folder)


if __name__ == "__main__":
    main()
