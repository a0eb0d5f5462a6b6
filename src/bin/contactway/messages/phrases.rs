//! How this program says what the library says: some of it in other words, since the library speaks to programs, and most
//! of it in Chinese. What is not here, such as WeCom's own texts and the rules of a request, stays as it is.

use contactway::Language;

/// What stands for a piece that differs from time to time.
const HOLE: &str = "{}";

struct Phrase {
    /// The library's words, each piece that differs a hole.
    said: &'static str,
    /// The same for people; none where the library's words will do.
    english: Option<&'static str>,
    /// Its holes are filled in the order of the library's.
    chinese: &'static str,
}

const fn same(said: &'static str, chinese: &'static str) -> Phrase {
    Phrase { said, english: None, chinese }
}

const fn other(said: &'static str, english: &'static str, chinese: &'static str) -> Phrase {
    Phrase { said, english: Some(english), chinese }
}

/// The first that fits counts.
const BOOK: &[Phrase] = &[
    // Steps of a check.
    same("configuration", "配置"),
    same("proxy", "代理"),
    same("resolve", "域名解析"),
    same("connect", "连接"),
    same("tls", "TLS"),
    same("token", "令牌"),
    same("permission", "权限"),
    same("clock", "时钟"),
    same("store", "台账"),
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
    same("WeCom gave a token for corp_id and secret", "企业微信已根据 corp_id 和 secret 发放令牌"),
    same("WeCom gave the suite's token, and with it that of the company", "企业微信已发放第三方应用的令牌和企业的令牌"),
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
    same("See that what hands out tokens works: {}", "请检查发放令牌的程序或 base_url 处的服务是否正常。"),
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
    same(
        "Add {} to the app's trusted IPs in the admin console, and wait a minute.",
        "请在管理后台把 {} 加入应用的企业可信 IP，一分钟后再试。",
    ),
    same(
        "Look the code up at {}, where the hint in the message helps WeCom's support.",
        "请在 {} 查询此错误码；联系企业微信客服时请提供信息中的 hint。",
    ),
    // Statuses of entries, and what became of rows.
    same("intended", "拟新增"),
    same("active", "有效"),
    same("unknown", "未知"),
    same("deleted", "已删除"),
    same("gone", "已不存在"),
    same("created", "新增"),
    same("claimed", "认领"),
    same("updated", "修改"),
    same("unchanged", "不变"),
    same("replaced", "更换"),
    same("failed", "失败"),
    same("matched", "涉及"),
    same("saved", "已保存"),
    same("listed", "企业微信列出"),
    same("known", "已在台账"),
    same("adopted", "新收入台账"),
    same("changed", "有变化"),
    same("foreign", "无从判断"),
    same("replayed", "重复请求（未再发送）"),
    // What a sync warns of.
    same(
        "WeCom shows these credentials none of the ledger's {} contact ways, so that nothing is told as gone: {}",
        "台账中有 {} 个「联系我」，企业微信一个也不向这份凭证显示，因此没有标为已不存在的：请核对它们是否用这个 base_url 和应用新增，以及应用是否仍有权限",
    ),
    same(
        "WeCom did not show {} contact ways that it showed before: {}",
        "有 {} 个「联系我」企业微信以前显示、这次没有：一分钟后仍不显示才标为已不存在；请届时再运行 sync，或给它更多时间",
    ),
    // What stops a job, or is not done when it ends.
    other("{} of {} failed; failures names the first of them", "{} of {} failed", "失败 {} 个，共 {} 个"),
    other(
        "the canceller was fired{}; run it again to do the rest",
        "by Ctrl-C or SIGTERM{}; what was done is kept, and the same command does the rest",
        "收到 Ctrl-C 或 SIGTERM；已完成的都已保留，再运行同一条命令即可完成其余部分",
    ),
    other("the canceller was fired{}", "by Ctrl-C or SIGTERM{}", "收到 Ctrl-C 或 SIGTERM"),
    same("the job's deadline passed{}", "任务的时限已到；再运行同一条命令即可完成其余部分"),
    same(
        "{} is under way for this corporation, and there is one job at a time; try again when it has ended",
        "本企业正在运行 {}，同一时间只能有一个任务；请等它结束后再试",
    ),
    same(
        "{} contact ways are in no row, which is more than max_delete ({}): none was deleted; see whether the rows are whole, \
         or raise max_delete",
        "文件中没有的「联系我」有 {} 个，超过 --max-delete（{}）：一个也没有删除；请检查文件是否完整，或调高 --max-delete",
    ),
    other(
        "{} needs a durable store: make the client with {}",
        "{} needs a ledger, and the configuration's store keeps none: leave \"store\" out of it, or name one with --store",
        "{} 需要台账，而配置中的 store 不保存：请去掉配置中的 store，或用 --store 指定",
    ),
    other(
        "the store's entries of {} belong to {}, and this client's base_url is {}: use another store, or, if they are the same \
         WeCom, say so with SQL: {}",
        "the ledger's entries of {} belong to {}, and calls go to {}: give this address a ledger of its own with --store \
         sqlite:FILE (or CONTACTWAY_STORE); only where both are the same WeCom, say so with SQL: {}",
        "台账中 {} 的条目属于 {}，而现在的调用发往 {}：请用 --store sqlite:文件（或 CONTACTWAY_STORE）为这个地址另用一个台账；只有两者确是同一个企业微信时，才用 SQL 修改：{}",
    ),
    // Why an add or a row failed.
    same(
        "the key {} stands for the contact way {}, which another request made: {}",
        "key {} 已对应另一个请求新增的 {}：请用 update 修改那一个，或为这一个另起 key",
    ),
    same(
        "it would be left without a user: name somebody in to, or delete it",
        "将没有任何成员：请用 --to 指定接替的人，或删除它",
    ),
    same("it is for one person (type 1): name one userid in to", "类型为单人（type 1）：--to 只能写一个 userid"),
    same("it would have more than 100 users: name fewer in to", "成员将超过 100 个：--to 请少写几个"),
    other(
        "replace_user took {} out of this contact way; take them out of the row too, or apply with overwrite",
        "replace-user took {} out of this contact way; take them out of the row too, or apply with --overwrite",
        "replace-user 已把 {} 从这个「联系我」中移除；请在这一行中也去掉，或用 --overwrite",
    ),
    other(
        "somebody else has changed {} at WeCom since it was last applied; take their value into the row, or apply with \
         overwrite",
        "somebody else has changed {} at WeCom since it was last applied; take their value into the row, or apply with \
         --overwrite",
        "自上次应用后，有人在企业微信中修改了 {}；请把新值写入这一行，或用 --overwrite",
    ),
    other(
        "{} cannot be changed: apply with replace, {}",
        "{} cannot be changed: apply with --replace, {}",
        "{} 不能修改：可用 --replace 新增一个并删除旧的，印出的旧二维码失效",
    ),
    same(
        "the key stands for {}, and the row claims {}; correct one of the two",
        "这个 key 已对应 {}，而这一行要认领 {}；请改正其一",
    ),
    same(
        "{} is the contact way of the key {}; a contact way has one key",
        "{} 已属于 key {}；一个「联系我」只有一个 key",
    ),
    same(
        "{} was made for the key, but {} could not be deleted: {}; the next run deletes it",
        "已为这个 key 新增 {}，但 {} 未能删除（{}）；下次运行会删除",
    ),
    same(
        "nobody knows yet whether WeCom made the contact way; the next run looks for it",
        "尚不知道企业微信是否已新增；下次运行会先查找",
    ),
    same(
        "nobody knows yet whether WeCom made the contact way: {}; the next run looks for it first",
        "尚不知道企业微信是否已新增（{}）；下次运行会先查找",
    ),
    same("WeCom shows no contact way {} to these credentials", "企业微信不向这份凭证显示 {}"),
    same("{} was deleted meanwhile", "{} 已在此期间被删除"),
    same(
        "the key {} stands in line {} already; each row has its own, remove one of the two",
        "key {} 在第 {} 行已有；每行的 key 各不相同，请去掉其一",
    ),
    same(
        "a row equals another one but for the key, lines {} and {} first: {}",
        "有一行除 key 外与另一行相同，最先是第 {} 行和第 {} 行：请让每行的 state 各不相同，以便区分客户来源，也便于找回应答丢失的新增",
    ),
    same(
        "{} rows equal another one but for the key, lines {} and {} first: {}",
        "有 {} 行除 key 外与另一行相同，最先是第 {} 行和第 {} 行：请让每行的 state 各不相同，以便区分客户来源，也便于找回应答丢失的新增",
    ),
    same(
        "the column {} is not known; begin its name with # to pass it over.",
        "没有名为 {} 的列；要跳过它，请在列名前加 #",
    ),
    same(
        "this row has {} cells and the header {}; a cell that holds a comma is put in quotes",
        "这一行有 {} 个单元格，而表头有 {} 个；含逗号的单元格要加引号",
    ),
    same(
        "there is no column key: the first line names the columns, and key is your own name for each row",
        "没有 key 列：第一行是列名，key 是您为每一行起的名称",
    ),
    same(
        "this is not UTF-8; a spreadsheet's own CSV is often GBK: {}",
        "不是 UTF-8；表格软件自己的 CSV 往往是 GBK：请另存为“CSV UTF-8”，或转换为 UTF-8",
    ),
    same(
        "the columns are separated by {}; save the file with commas between them, {}",
        "列之间不是逗号：请另存为逗号分隔的“CSV UTF-8”",
    ),
];

/// The library's words as this program says them.
pub fn said(text: &str, lang: Language) -> String {
    let phrase = BOOK.iter().find_map(|phrase| Some((phrase, pieces(phrase.said, text)?)));
    let words = phrase.and_then(|(phrase, pieces)| {
        let words = if lang == Language::Chinese { phrase.chinese } else { phrase.english? };
        Some(filled(words, &pieces))
    });
    words.unwrap_or_else(|| text.to_owned())
}

/// What stands in the holes of `pattern`, if `text` is like it.
fn pieces<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split(HOLE);
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut pieces = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        pieces.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(pieces)
}

fn filled(words: &str, pieces: &[&str]) -> String {
    let mut pieces = pieces.iter();
    let mut parts = words.split(HOLE);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        filled.push_str(pieces.next().copied().unwrap_or_default());
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap is a failed test
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All that stands in the library's source, a text that goes over several lines in one.
    fn source(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("src/bin") {
                source(&path, text);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let file = fs::read_to_string(&path).unwrap();
                let mut lines = file.split("\\\n");
                text.push_str(lines.next().unwrap());
                lines.for_each(|line| text.push_str(line.trim_start()));
            }
        }
    }

    #[test]
    fn each_phrase_is_the_librarys() {
        let mut library = String::new();
        source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut library);
        let is_said =
            |phrase: &&Phrase| phrase.said.split(HOLE).all(|part| library.contains(&part.replace('"', "\\\"")));
        let other: Vec<_> = BOOK.iter().filter(|phrase| !is_said(phrase)).map(|phrase| phrase.said).collect();
        assert!(other.is_empty(), "the library says these in other words: {other:#?}");
    }

    #[test]
    fn what_differs_is_kept() {
        let text = "nobody knows yet whether WeCom made the contact way: no answer; the next run looks for it first";
        assert_eq!(said(text, Language::Chinese), "尚不知道企业微信是否已新增（no answer）；下次运行会先查找");
        assert_eq!(said(text, Language::English), text);
        assert_eq!(said("3 of 9 failed; failures names the first of them", Language::English), "3 of 9 failed");
        assert_eq!(said("some of WeCom's own", Language::Chinese), "some of WeCom's own");
    }

    #[test]
    fn no_language_has_more_holes_than_there_are_pieces() {
        let holes = |words: &str| words.matches(HOLE).count();
        for phrase in BOOK {
            for words in [phrase.english.unwrap_or_default(), phrase.chinese] {
                assert!(holes(words) <= holes(phrase.said), "{words}");
            }
        }
    }
}
