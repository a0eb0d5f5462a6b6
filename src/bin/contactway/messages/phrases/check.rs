//! What a check finds at each step, and what to do about one that failed.

use super::{Phrase, same};

pub const SENTENCES: &[Phrase] = &[
    same("not looked at, since {} failed", "未检查，因为前面有一步失败"),
    same("calls go to {}, for {}", "调用发往 {}，企业 {}"),
    same("calls go to {}", "调用发往 {}"),
    same("there is no proxy on the way", "没有经过代理"),
    same("the proxy {} made the way free", "代理 {} 已放行"),
    same("the proxy looks the name up", "域名由代理解析"),
    same("the proxy makes the connection", "由代理建立连接"),
    same("the host is at {}", "主机地址是 {}"),
    same("{} took the connection", "{} 接受了连接"),
    same("{}, with a certificate that is trusted", "{}，证书可信"),
    same("base_url is http: there is no TLS", "base_url 是 http：没有 TLS"),
    same("WeCom gave a token for corp_id and secret", "企业微信已根据 corp_id 和 secret 发放 access_token"),
    same(
        "WeCom gave the suite's token, and with it that of the company",
        "企业微信已发放第三方应用的 token 和企业的 token",
    ),
    same(
        "the configuration's access_token is used as it is; whether it is good shows next",
        "直接使用配置中的 access_token；是否有效见下一步",
    ),
    same("the app may list contact ways", "应用有权列出「联系我」"),
    same("this machine's clock and WeCom's agree", "本机时钟与企业微信一致"),
    same("this machine's clock is {} s ahead of WeCom's", "本机时钟比企业微信快 {} 秒"),
    same("this machine's clock is {} s behind WeCom's", "本机时钟比企业微信慢 {} 秒"),
    same("the answer told no Date", "应答中没有 Date"),
    same("the store can be read and written", "台账可以读写"),
    // What to do about a step that failed.
    same("Check again, and let the check come to its end.", "请再检查一次，并等它结束。"),
    same(
        "Compare host, port, user and password in proxy, {}",
        "请核对 proxy（或环境变量 HTTPS_PROXY）中的主机、端口、用户名和密码，并请代理的管理员允许本机访问 base_url 的主机。",
    ),
    same(
        "See that the host of base_url is spelt right, {}",
        "请检查 base_url 的主机名是否拼写正确、本机的 DNS 能否解析它（getent hosts 主机名）；用 http 时它须是内网地址；域名由代理解析时请设置 proxy。",
    ),
    same(
        "See that /etc/resolv.conf names a DNS server {}",
        "请检查 /etc/resolv.conf 中有本机能访问的 DNS 服务器，且网络已连通。",
    ),
    same(
        "Have the firewall let this machine connect to the host and port of base_url, {}",
        "请让防火墙允许本机连接 base_url 的主机和端口；须经代理出网时请设置 proxy。",
    ),
    same(
        "Compare host and port of base_url with what listens there; {}",
        "请核对 base_url 的主机和端口是否有服务在监听；本机无法访问时，请修复网络或设置 proxy。",
    ),
    same(
        "Find what on the way, such as a firewall or an inspecting proxy, swallows TLS {}",
        "请查明途中是什么（例如防火墙或检查流量的代理）拦截了到 base_url 主机的 TLS。",
    ),
    same(
        "Mend what the message names: {}",
        "请按上面的说明处理：不认识的证书颁发者写入 extra_ca_file，名称不符就改 base_url，日期不符则换新证书或校正本机时间。",
    ),
    same("Set this machine's clock, and keep it right with NTP.", "请校正本机时钟，并用 NTP 保持准确。"),
    same(
        "See that the store that the configuration names {}",
        "请检查配置中的台账还在原处、有剩余空间，且本进程可以读写。",
    ),
    same("See that what hands out tokens works: {}", "请检查发放 token 的程序或 base_url 处的服务是否正常。"),
    same(
        "Find what makes the answers of base_url slow, {}",
        "请查明 base_url 应答慢的原因，并用 --timeout-ms 给检查更多时间。",
    ),
    same(
        "Find what on the way, such as a firewall or a gateway, breaks off connections {}",
        "请查明途中是什么（例如防火墙或网关）中断了到 base_url 主机的连接。",
    ),
    same(
        "Find what answers in WeCom's place: {}",
        "请查明是谁在代替企业微信应答：核对 base_url，并检查途中的代理和网关。",
    ),
    same("Report the message to whoever makes this library.", "请把上面的信息告诉本程序的开发者。"),
    same(
        "Add {} to the app's trusted IPs in the admin console, and wait a minute.",
        "请在管理后台把 {} 加入应用的企业可信 IP，一分钟后再试。",
    ),
    same(
        "Look the code up at {}, where the hint in the message helps WeCom's support.",
        "请在 {} 查询此错误码；联系企业微信客服时请提供信息中的 hint。",
    ),
];
