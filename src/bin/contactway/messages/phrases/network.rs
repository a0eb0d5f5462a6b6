//! What stands between this machine and WeCom: names, connections, proxies, TLS, answers that are none, and time.

use super::{Phrase, other, same};

pub const SENTENCES: &[Phrase] = &[
    // Names.
    same("the host's name was not found: {} ({})", "找不到主机名 {}：请检查拼写和 DNS"),
    same("the name of {said} was not found ({})", "找不到{}的域名：请检查拼写和 DNS"),
    same(
        "{said} could not be looked up: {said} ({}); see /etc/resolv.conf and the network",
        "无法解析{}：{}；请检查 /etc/resolv.conf 和网络",
    ),
    // Connections.
    same("{said} refused the connection: nothing listens at that port", "{}拒绝连接：这个端口没有服务在监听"),
    same("{said} cannot be reached: this machine has no way to it", "无法到达{}：本机没有通往它的路由"),
    same(
        "this machine has no local port left, or no address, for the connection",
        "本机没有可用的本地端口或地址来建立连接",
    ),
    same("this machine does not allow a connection to {said}: see its firewall", "本机不允许连接{}：请检查防火墙"),
    same("{said} reset the connection", "{}重置了连接"),
    same("{said} closed the connection before its answer was whole", "{}没有发完应答就关闭了连接"),
    same("the connection to {said} failed: {}", "与{}的连接失败：{}"),
    other(
        "no connection within connect_timeout_ms: {said} did not answer",
        "no connection within connect_timeout_ms (of the configuration): {said} did not answer",
        "在 connect_timeout_ms（配置）之内没有连上：{}没有应答",
    ),
    same(
        "{} has no {} address, and a token travels unencrypted to no other: use https",
        "{} 不是本机或内网地址，access_token 不能不加密地发往那里：请用 https",
    ),
    same("TLS failed: {said}", "TLS 失败：{}"),
    same("TLS could not be set up", "无法启用 TLS"),
    // A proxy that does not let through.
    same("{said} (HTTP status {})", "{}（HTTP 状态 {}）"),
    same("{said} answered what is no HTTP: see whether it is a proxy", "{}的应答不是 HTTP：请检查它是不是代理"),
    // Answers that are none.
    same(
        "WeCom, or something before it, answered with HTTP status {}",
        "企业微信（或途中的代理、网关）返回了 HTTP 状态 {}：请核对 base_url，稍后再试",
    ),
    same("the answer is not HTTP: {}", "应答不是 HTTP：请核对 base_url"),
    same("the answer is not JSON", "应答不是 JSON：请核对 base_url，并检查途中的代理和网关"),
    same("the answer is not a JSON object", "应答不是 JSON 对象：请核对 base_url，并检查途中的代理和网关"),
    same("the answer is not UTF-8", "应答不是 UTF-8"),
    same("the answer holds no errcode", "应答中没有 errcode：请核对 base_url，并检查途中的代理和网关"),
    same(
        "the answer's {} is {}, which this library does not know: see what stands before WeCom",
        "应答的 {} 是 {}，不受支持：请检查途中的代理和网关",
    ),
    same("the answer is larger than 8 MiB", "应答超过 8 MiB"),
    same("the answer's gzip is damaged", "应答的 gzip 已损坏"),
    same("the answer's headers are too large", "应答的头部过大"),
    same("what the qr_code address gives is no picture", "qr_code 地址返回的不是图片"),
    same("half a surrogate pair stood in the answer; U+FFFD stands in its place", "应答中有半个字符，已用 U+FFFD 代替"),
    same(
        "WeCom took only part of the body: it stopped at the first value it could not read",
        "企业微信只读取了请求的一部分：遇到第一个读不懂的值就停下了",
    ),
    same(
        "{} was carried out by an earlier attempt whose answer was lost",
        "{} 已由先前的一次尝试完成，只是那次的应答丢失了",
    ),
    // Tokens.
    same("no token could be had: {said}", "取 access_token 时：{}"),
    same("{}; WeCom sees this machine as {}", "{}；企业微信看到的本机地址是 {}"),
    // Time.
    same("the deadline passed before anything was sent", "还没有发送，时限已到"),
    same("the deadline passed{said}", "在时限（--timeout-ms 或配置的 timeout_ms）之内没有完成{}"),
    same(
        "held back here for {} s, which is past the call's deadline: it has to wait for {said}",
        "还要等 {} 秒，超过了时限：在等{}",
    ),
    // What this machine has none left of.
    same(
        "the process has no file descriptors left; raise its limit (ulimit -n), or find what it does not close",
        "本进程的文件描述符已用完；请调高上限（ulimit -n）",
    ),
    same("the system has no file descriptors left; find who does not close them", "系统的文件描述符已用完"),
    same("the system has no memory left", "系统内存不足"),
    same(
        "no thread could be started to look a name up: the process has no threads left (ulimit -u)",
        "无法启动线程来解析域名：线程数已到上限（ulimit -u）",
    ),
];

pub const PIECES: &[Phrase] = &[
    // Whom a connection leads to.
    same("the server {}", "服务器（{}）"),
    same("the host's name {}", "主机名（{}）"),
    same("the name of {said}", "{}的域名"),
    same("no DNS server answered", "DNS 服务器没有应答"),
    // What a proxy says.
    same(
        "{said} wants a user and a password, but in a way (not Basic) that this library does not know; ask whoever runs it",
        "{}要求的登录方式（不是 Basic）不受支持；请联系它的管理员",
    ),
    same(
        "{said} wants a user and a password, and does not take those that it was given; mend them in proxy",
        "{}不接受所给的用户名和密码；请在 proxy 中改正",
    ),
    same(
        "{said} wants a user and a password; give them as proxy: http://user:password@host:port",
        "{}要求用户名和密码；请写成 proxy：http://用户:密码@主机:端口",
    ),
    same("{said} does not allow connections to {}; ask whoever runs it", "{}不允许连接 {}；请联系它的管理员"),
    same("{said} could not reach {}", "{}连不上 {}"),
    same("{said} is not available at this time", "{}暂不可用"),
    same("{said} got no answer from {} in time", "{}没有及时得到 {} 的应答"),
    same("{said} opened no tunnel to {}", "{}没有打开到 {} 的隧道"),
    same("{said} sent more than its answer", "{}发送了应答之外的内容"),
    // Why there is no TLS.
    same(
        "{said} closed the connection during the handshake; either it was not a TLS server, or it speaks only an old TLS \
         version (1.0 or 1.1)",
        "{}在握手时关闭了连接；它不是 TLS 服务器，或只支持旧版 TLS（1.0 或 1.1）",
    ),
    same(
        "{said} speaks only an old TLS version (1.0 or 1.1), which is not secure; have it speak 1.2 or 1.3",
        "{}只支持旧版 TLS（1.0 或 1.1），不安全；请让它支持 1.2 或 1.3",
    ),
    same(
        "{said} was not a TLS server: what it sent is no TLS; see the port and https",
        "{}不是 TLS 服务器，发来的不是 TLS；请检查端口和 https",
    ),
    same(
        "{said} has no cipher or key in common with this library: have it take those of TLS 1.2 or 1.3",
        "{}没有共同的加密算法：请让它支持 TLS 1.2 或 1.3 的算法",
    ),
    same("{said} does not know the host's name", "{}不认识这个主机名"),
    same("{said} wants a certificate of its clients, which this library has none of", "{}要求客户端证书，而本程序没有"),
    same("what went over the connection to {said} was changed on the way", "与{}之间的内容在途中被改动了"),
    same("{said} refused to go on", "{}拒绝继续"),
    same("{said} did not keep to the protocol", "{}不遵守协议"),
    same("the name of {said} is none that a certificate could have", "{}的名称不可能出现在证书中"),
    same(
        "the certificate of {said} is signed by an authority that is not trusted here: give that authority's certificate as \
         extra_ca_file (or as ca_file, alone); where a proxy inspects what passes, it is the proxy's",
        "{}的证书由本机不信任的机构签发：请把该机构的证书写入配置的 extra_ca_file（或环境变量 CONTACTWAY_EXTRA_CA_FILE）；有检查流量的代理时，是代理的证书",
    ),
    same(
        "the certificate of {said} is its own authority, which no server's certificate may be: {}",
        "{}的证书是自签的机构证书，服务器不能使用：请另建一个机构，用它签发服务器证书，并把机构证书写入 extra_ca_file",
    ),
    same(
        "the certificate of {said} is not for {} but for {}: mend base_url, or the certificate",
        "{}的证书不是发给 {} 的，而是发给 {} 的：请改正 base_url 或证书",
    ),
    same(
        "the certificate of {said} is not for the host's name: mend base_url, or the certificate",
        "{}的证书不是发给这个主机名的：请改正 base_url 或证书",
    ),
    same(
        "the certificate of {said} is no longer valid: it was until {}, and this machine's clock says {}; renew it, or set \
         the clock",
        "{}的证书已过期：有效期到 {}，本机时间是 {}；请换新证书，或校正本机时间",
    ),
    same(
        "the certificate of {said} is not yet valid: it is from {}, and this machine's clock says {}; set the clock",
        "{}的证书尚未生效：从 {} 起有效，本机时间是 {}；请校正本机时间",
    ),
    same(
        "the certificate of {said} is no longer valid; renew it, or set this machine's clock",
        "{}的证书已过期；请换新证书，或校正本机时间",
    ),
    same("the certificate of {said} is not yet valid; set this machine's clock", "{}的证书尚未生效；请校正本机时间"),
    same("the certificate of {said} was revoked", "{}的证书已被吊销"),
    same("the certificate of {said} cannot be decoded", "{}的证书无法解读"),
    same(
        "the certificate of {said} is not signed by the authority of that name which is trusted here, but with another key: \
         give the authority that signed it as ca_file or extra_ca_file",
        "{}的证书并非由本机信任的同名机构签发：请把真正签发它的机构的证书写入 ca_file 或 extra_ca_file",
    ),
    same("the certificate of {said} is not for servers", "{}的证书不是服务器证书"),
    same("the certificate of {said} is not one that can be trusted", "{}的证书不可信"),
    // What was waited for.
    same(" while the call waited for {said}", "，当时在等{}"),
    same(" while the call waited to try again", "，当时在等待重试"),
    same(" while another call fetched the token for all", "，当时另一个调用正在取 access_token"),
    same("a connection to {said}", "与{}的连接"),
    same("the answer", "应答"),
    same("a token", " access_token"),
    same(
        "a place in flight, of which its company has {} (max_in_flight)",
        "空出的并发名额（配置的 max_in_flight 为 {}）",
    ),
    same("the rate, which is {} (rate_limit)", "调用频率允许（配置的 rate_limit）"),
    same("the end of WeCom's block, which began with errcode 45009", "企业微信解除频率限制（errcode 45009）"),
    // Last, since what begins so goes on in many ways.
    same("the proxy {}", "代理（{}）"),
];
