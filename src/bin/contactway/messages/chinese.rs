//! 中文。成员是企业的员工；JSON 的成员称为字段。

use contactway::Kind;

use super::{Message, Text};

#[allow(clippy::too_many_lines)] // a table
pub fn text(text: Text) -> &'static str {
    match text {
        Text::About => "在命令行上使用企业微信客户联系「联系我」接口",
        Text::Credentials => {
            "凭证来自环境变量 CONTACTWAY_CORP_ID 和 CONTACTWAY_SECRET（或 CONTACTWAY_ACCESS_TOKEN）、配置文件，或在终端上询问；\
             不能写在参数里，因为同一台机器上的其他用户能在进程列表中看到参数。"
        }
        Text::ExitCodes => "退出码",
        Text::ExitDone => "完成",
        Text::ExitRefused => "被拒绝：原样重试仍会被拒绝",
        Text::ExitUsage => "用法有误，什么都没有发送",
        Text::ExitUnknown => "结果未知：企业微信可能已经执行，也可能没有",
        Text::ExitPartial => "部分完成",
        Text::ExitTryAgain => "什么都没有做，值得再试",
        Text::ExitInterrupted => "被 Ctrl-C 或 SIGTERM 中断",
        Text::Add => "新增「联系我」：返回 config_id，场景 2 还返回二维码图片的地址",
        Text::Get => "查看一个「联系我」",
        Text::List => "分页列出「联系我」的 config_id",
        Text::Update => "修改「联系我」：没有给出的字段保持不变",
        Text::Del => "删除「联系我」：印出的二维码随之失效",
        Text::CloseTempChat => "结束临时会话，客户会收到结束语",
        Text::UploadImage => "上传结束语用的 PNG 或 JPEG 图片：返回 media_id，3 天内有效",
        Text::SaveQrCode => "保存一个「联系我」的二维码图片",
        Text::Check => "逐项检查是否能正常工作，并说明不能时怎么办",
        Text::Apply => "让企业微信中的「联系我」与 CSV 或 JSON Lines 文件一致",
        Text::Sync => "让台账与企业微信中的情况一致",
        Text::ReplaceUser => "在所有「联系我」中把一位成员换成其他成员",
        Text::Ledger => "在台账中查找「联系我」",
        Text::SaveQrCodes => "把许多「联系我」的二维码图片保存到一个文件夹",
        Text::Sheet => "把二维码和标签做成一个 HTML 页面，按 A4 打印，每页 20 个",
        Text::Sandbox => "运行沙箱：模拟的企业微信，供试用和测试（见 contactway sandbox --help）",
        Text::Generate => "把手册页和各 shell 的补全写入一个文件夹",
        Text::Usage => "用法",
        Text::Commands => "命令",
        Text::Options => "选项",
        Text::Arguments => "参数",
        Text::GeneralOptions => "通用选项",
        Text::Help => "显示帮助",
        Text::Version => "显示版本",
        Text::LangFlag => "使用的语言；不给则按系统的区域设置",
        Text::Output => "给人看的表格（默认），或给程序用的 JSON（库的原样返回）",
        Text::Config => {
            "客户端配置（JSON），只能由本人读取（chmod 600）；不给则为 $XDG_CONFIG_HOME/contactway/config.json"
        }
        Text::Store => "台账的位置：sqlite:路径 或 postgres://…；不给则为 $XDG_DATA_HOME/contactway/ledger.db",
        Text::NoLedger => "不使用台账：新增的「联系我」不会被记下",
        Text::TimeoutMs => "整条命令的时限（毫秒），包括重试和等待；批量任务默认没有时限",
        Text::Type => "1 为单人，2 为多人",
        Text::Scene => "1 为在小程序中联系，2 为通过二维码联系",
        Text::Style => "场景 1 中按钮的样式：单人 1 到 3，多人 1 到 2",
        Text::Remark => "备注，最多 30 个字符",
        Text::SkipVerify => "客户添加时是否无需验证（默认 true）",
        Text::State => "客户来源的渠道，最多 30 个字符；请让每个二维码各不相同",
        Text::User => "成员的 userid，最多 100 个，用逗号分隔或重复给出",
        Text::Party => "部门 id，只用于类型 2",
        Text::IsTemp => "临时会话（仅限医疗行业的企业）",
        Text::ExpiresIn => "临时二维码的有效期（秒），最长 14 天，默认 7 天",
        Text::ChatExpiresIn => "添加客户后临时会话的有效期（秒），最长 14 天，默认 1 天",
        Text::Unionid => "可使用临时二维码的客户",
        Text::IsExclusive => "同一客户只能添加企业的一位成员",
        Text::MarkSource => "是否标记客户来源（默认 true）",
        Text::ConfigId => "add 返回的 config_id",
        Text::StartTime => "从何时起创建（1970 年起的秒数），默认 90 天前",
        Text::EndTime => "到何时为止创建（1970 年起的秒数），默认现在",
        Text::Cursor => "上一页返回的 next_cursor",
        Text::Limit => "每页个数，1 到 1000，默认 100",
        Text::Userid => "会话中的成员",
        Text::ExternalUserid => "会话中的客户",
        Text::Json => "请求的字段，写成一个 JSON 对象，例如 conclusions；- 表示从标准输入读取。其他参数会并入其中",
        Text::Key => "您自己起的名称：同名只会新增一次，无论运行多少次",
        Text::OfKey => "它在台账中的 key，代替 --config-id",
        Text::AcceptDuplicate => "即使可能多出一个「联系我」也重发",
        Text::Picture => "PNG 或 JPEG 图片，最大 10 MiB",
        Text::QrCode => "add 或 get 返回的图片地址，代替 config_id",
        Text::PictureOut => "要写入的文件",
        Text::Rows => "各行数据：CSV（.csv）或 JSON Lines（.jsonl）文件",
        Text::Namespace => "这些行所属的名称；要删除文件中没有的就必须给出",
        Text::DryRun => "只显示将要做什么（差异），什么都不发送",
        Text::DeleteMissing => "删除在该名称下由 apply 新增、而文件中已没有的「联系我」",
        Text::MaxDelete => "最多删除多少个；超过则一个也不删",
        Text::Replace => "有不可修改的差异时，新增一个并删除旧的：印出的旧二维码失效",
        Text::RecreateGone => "企业微信中已不存在的，重新新增",
        Text::Overwrite => "覆盖其他人在企业微信中所做的修改（先运行 sync 才会发现）",
        Text::Concurrency => "同时进行的调用数，不超过配置中的 max_in_flight",
        Text::ReportPath => "把每一行的结果写入这个文件（JSON Lines）",
        Text::SyncStartTime => "从何时起创建（1970 年起的秒数），默认 2021-07-10",
        Text::From => "要换下的成员的 userid",
        Text::To => "换上的成员的 userid，用逗号分隔；不给则只是移除",
        Text::Directory => "存放图片的文件夹，没有则新建",
        Text::WithKey => "只看这个 key；这些条件都须完全一致，各给一个值",
        Text::WithConfigId => "只看这个 config_id",
        Text::WithState => "只看这个 state",
        Text::WithRemark => "只看这个备注",
        Text::WithUser => "只看包含这位成员的",
        Text::WithParty => "只看包含这个部门的",
        Text::WithStatus => {
            "只看这种状态的：intended（拟新增）、active（有效）、unknown（未知）、deleted（已删除）、gone（已不存在）"
        }
        Text::WithNamespace => "只看这个名称下的",
        Text::EntryLimit => "每页条数，1 到 1000，默认 100",
        Text::SheetOut => "要写入的 HTML 文件",
        Text::GenerateOut => "文件夹",
        Text::SandboxArguments => "程序 contactway-sandbox 的参数",
        Text::SandboxHelp => SANDBOX_HELP,
        Text::AskCorpId => "企业 ID（corp_id）",
        Text::AskSecret => "secret（输入不显示）",
        Text::Passed => "正常",
        Text::Failed => "失败",
        Text::Skipped => "跳过",
        Text::LedgerReadable => "台账可以读取",
        Text::MendLedger => {
            "请用 --store sqlite:文件（或 CONTACTWAY_STORE）指定合适的台账，或检查它是否还在原处、有剩余空间、可以读写"
        }
        Text::Colon => "：",
        Text::Comma => "，",
        Text::Semicolon => "；",
        Text::DataHome => "台账文件夹所在的位置，不设置则为 ~/.local/share。",
        Text::ConfigHome => "配置文件夹所在的位置，不设置则为 ~/.config。",
        Text::Locale => "不给 --lang 时使用的语言：以 zh 开头则为中文。以最先设置的为准。",
        Text::ConfigFile => "客户端的配置（JSON），含凭证；只能由本人读取（权限 600）。",
        Text::LedgerFile => "台账（SQLite 数据库），除非用 --store 或配置指定了其他位置。",
    }
}

const SANDBOX_HELP: &str = "\
contactway sandbox：沙箱，在本机内存中模拟企业微信的「联系我」接口，供试用和测试

  --port N           监听这个端口（不给则为任意空闲端口）
  --host 地址        监听这个地址（不给则为 127.0.0.1 和 ::1；0.0.0.0 为所有地址，须有控制令牌）
  --public-url URL   其他机器如何访问它，例如 http://sandbox:8080；即所打印的 base_url
  --token-file 文件  /sandbox/ 之下要求文件中的控制令牌（或环境变量 CONTACTWAY_SANDBOX_TOKEN 中的）
  --token 令牌       要求这个控制令牌；同一台机器上的其他用户能在进程列表中看到，最好写在文件里
  --tls              使用 HTTPS，证书机构在启动时生成：/sandbox/ca.pem
  --config 文件      按这份配置（JSON 对象）启动；其他参数优先
  --seed N           由这个数生成 id、token 和随机故障
  --limits           像企业微信那样拒绝过多的调用
  --state 文件       启动时读入其中的状态（若有），结束时写入
  --version          显示版本
  --help             显示帮助

它把地址和凭证打印为一行 JSON，收到 SIGTERM 或 SIGINT（Ctrl-C）时结束。
用浏览器打开该地址，可以看到其中的内容。
";

#[allow(clippy::too_many_lines)] // a table
pub fn message(message: &Message) -> String {
    match message {
        Message::Stopping => "正在停止，已完成的不会丢失；再按一次 Ctrl-C 立即结束".to_owned(),
        Message::Pace { per_second, left, failed } => {
            let left = left.as_ref().map_or_else(String::new, |left| format!("，剩余 {left}"));
            let failed = if *failed > 0 { format!("，{failed} 个失败") } else { String::new() };
            format!("{per_second} 个/秒{left}{failed}")
        }
        Message::Kind { kind, errcode } => format!("{}（{}，errcode {errcode}）", kind_words(*kind), kind.name()),
        Message::MayBeDone => "企业微信可能已经执行，也可能没有".to_owned(),
        Message::WaitSeconds(seconds) => format!("请在 {seconds} 秒后再试"),
        Message::SameKey(key) => format!("请用 --key {key} 再次运行同一条命令：会先查找可能已新增的，再决定是否新增"),
        Message::Candidates(candidates) => format!("可能是其中之一：{candidates}"),
        Message::Remedy(remedy) => format!("处理办法：{remedy}"),
        Message::HelpUrl(url) => format!("企业微信对此错误码的说明：{url}"),
        Message::Warning(text) => format!("提醒：{text}"),
        Message::Line { line, character: Some(character) } => format!("第 {line} 行第 {character} 个字符"),
        Message::Line { line, character: None } => format!("第 {line} 行"),
        // What was found here says itself what is wrong.
        Message::Reason { kind: Kind::InvalidRequest | Kind::Conflict, errcode, reason } => {
            format!("{reason}（errcode {errcode}）")
        }
        Message::Reason { kind, errcode, reason } => format!("{}：{reason}（errcode {errcode}）", kind_words(*kind)),
        Message::FailedRows { count: 1, rows, reason } => format!("{rows}：{reason}"),
        Message::FailedRows { count, rows, reason } => format!("其中 {count} 个：{reason}：{rows}"),
        Message::MoreFailed(count) => format!("另有 {count} 个失败"),
        Message::AllRowsIn(report) => format!("每一行的结果见 {report}"),
        Message::ReportAllRows => "用 --report-path FILE 可写出每一行的结果".to_owned(),
        Message::KnownColumns(columns) => format!("可用的列：{columns}"),
        Message::Item { flag, number } => format!("{flag} 的第 {number} 个"),
        Message::InConfiguration(member) => format!("配置字段 {member}"),
        Message::CredentialsComeFrom { file } => format!(
            "凭证来自环境变量 CONTACTWAY_CORP_ID 和 CONTACTWAY_SECRET，或 CONTACTWAY_ACCESS_TOKEN，或文件 {file}；在终端上会询问"
        ),
        Message::NoSuchCommand { command, near: Some(near) } => format!("没有命令 {command}；是否应为 {near}？"),
        Message::NoSuchCommand { command, near: None } => format!("没有命令 {command}"),
        Message::NoSuchFlag { flag, near: Some(near), .. } => format!("没有参数 {flag}；是否应为 {near}？"),
        Message::NoSuchFlag { flag, commands: [], .. } => format!("没有参数 {flag}"),
        Message::NoSuchFlag { flag, commands, .. } => format!("这里没有参数 {flag}：它用于 {}", commands.join("、")),
        Message::OneTooMany(text @ ("true" | "false")) => format!("{text} 须写在参数和等号后面，例如 --skip-verify={text}"),
        Message::OneTooMany(text) => format!("多出了 {text}"),
        Message::NeedsValue(flag) => format!("{flag} 后面要有值"),
        Message::NoSuchValue { flag, value, choices } => format!("{flag} 不能是“{value}”：可用 {choices}"),
        Message::NoInteger { flag, value } => format!("{flag} 不能是“{value}”：须是允许范围内的整数"),
        Message::Required(flags) => format!("须给出 {flags}"),
        Message::NotTogether { one, other } if one == other => format!("{one} 给了两次：只给一次"),
        Message::NotTogether { one, other } => format!("{one} 不能与 {other} 同时给出：只给其一"),
        Message::SeeHelp(help) => format!("用 {help} 查看用法"),
        Message::SecretInFlag { flag } => format!(
            "没有参数 {flag}：参数会被其他用户在进程列表中看到，也会留在 shell 的历史里；请设置 CONTACTWAY_SECRET 或 \
             CONTACTWAY_ACCESS_TOKEN，或写入配置文件"
        ),
        Message::PasswordInStore => {
            "--store 中含有密码，其他用户能在进程列表中看到：请设置 CONTACTWAY_STORE，或写在配置文件的 \"store\" 中"
                .to_owned()
        }
        Message::ConfigIsOpen { file, mode } => {
            format!("{file} 含有凭证，却能被其他用户读取（权限 {mode:03o}）：请运行 chmod 600 {file}")
        }
        Message::ConfigUnreadable { file, why } => format!("无法读取 {file}（{why}）：请检查路径，或不用 --config"),
        Message::ConfigIsNoObject { file, place } => {
            format!("{file} 应是一个 JSON 对象，例如 {{\"corp_id\": \"ww…\", \"secret\": \"…\"}}：{place}")
        }
        Message::FullWidth { stands, wanted } => format!("{stands} 不是 JSON 的标点：请改为英文（半角）的 {wanted}"),
        Message::NoHome(variable) => {
            format!("{variable} 和 HOME 都没有设置，台账没有位置：请给出 --store 或 --no-ledger")
        }
        Message::NoLedgerFolder { path, why } => {
            format!("无法建立台账所在的文件夹 {path}（{why}）：请用 --store sqlite:文件 把台账放在别处，或给出 --no-ledger")
        }
        Message::Unwritable { path, why } => format!("无法写入 {path}（{why}）"),
        Message::Unreadable { path, why } => format!("无法读取 {path}（{why}）"),
        Message::NoAnswerOut { why } => format!("结果无法写到标准输出（{why}），现写在这里"),
        Message::GivenTwice { member, flag } => format!("字段 {member} 在 JSON 和 {flag} 中都有：只给一次"),
        Message::NoInput { why } => format!("无法读取标准输入（{why}）"),
        Message::NothingTyped { member, variables, file } => {
            let variables = variables.join(" 或 ");
            format!("没有输入 {member}：请再运行一次并输入，或设置环境变量 {variables}，或写入 {file}")
        }
        Message::WhichOne(ways) => format!("请指明是哪一个「联系我」：给出 {}", ways.join(" 或 ")),
        Message::NothingToChange(flags) => {
            format!("没有给出要修改的内容，什么都没有发送：请给出 --json，或以下之一：{flags}")
        }
        Message::NoSignals { why } => format!("无法等待信号（{why}）"),
        Message::Entries(count) => format!("条目：{count}"),
        Message::MoreEntries(cursor) => format!("还有更多：--cursor {cursor}"),
        Message::PlanOf { created, updated, replaced, deleted, claimed, unchanged, failed } => format!(
            "计划：新增 {created}，修改 {updated}，更换 {replaced}，认领 {claimed}，删除 {deleted}；不变 {unchanged}，被拒绝 \
             {failed}；什么都没有发送"
        ),
        Message::Replaced => "将重新新增：印出的旧二维码失效".to_owned(),
        Message::SheetMade { path, codes } => format!("{path}：{codes} 个二维码"),
        Message::NoCodes => {
            "台账中没有符合条件且有二维码的「联系我」，没有可保存的：contactway ledger 可查看有哪些，contactway sync 可收入别处新增的"
                .to_owned()
        }
        Message::NoPicture(name) => format!("没有生成页面，因为得不到 {name} 的二维码图片"),
        Message::NothingListed => {
            "企业微信没有列出任何「联系我」：不给 --start-time 时只列出最近 90 天的，临时的从不列出".to_owned()
        }
        Message::MadeBefore => "这个 key 先前已新增过，没有再发送".to_owned(),
        Message::NoneListed => "企业微信没有向这份凭证列出任何「联系我」；临时的从不列出".to_owned(),
        Message::NoRows(file) => format!("{file} 中没有任何行，无事可做"),
        Message::NobodyNames(userid) => format!(
            "台账中没有包含成员 {userid} 的「联系我」，无事可做：请检查拼写（userid 不是姓名，\
             而是 1 到 64 个字母、数字或 - _ . @）；别处新增的可用 contactway sync 收入台账"
        ),
        Message::NeedsLedger(what) => format!("{what} 需要台账：请去掉 --no-ledger"),
        Message::NoSuchKey(key) => {
            format!("台账中没有 key 为 {key} 的「联系我」：contactway ledger 可查看有哪些；另一个台账用 --store 指定")
        }
        Message::KeyIsNotActive { key, status } => {
            format!("key 为 {key} 的「联系我」{status}：contactway ledger --key {key} 可查看详情")
        }
        Message::Variable(member) => format!("配置的字段 {member}"),
        Message::Generated(folder) => format!("手册页和补全已写入 {folder}"),
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidArgument | Kind::InvalidRequest => "不能照此执行，什么都没有发送",
        Kind::Auth => "得不到 access_token",
        Kind::Api => "企业微信拒绝了请求",
        Kind::RateLimited => "调用过多",
        Kind::Timeout => "时限已到",
        Kind::Network => "连不上企业微信",
        Kind::BadResponse => "无法理解返回的内容",
        Kind::Store => "台账出错",
        Kind::Cancelled => "已停止",
        Kind::Partial => "有一部分没有完成",
        Kind::Conflict => "与已有的情况冲突",
        Kind::Unsupported => "这个版本或配置做不到",
        Kind::Unknown => "不知道企业微信是否已执行",
        _ => "contactway 自身的错误",
    }
}
