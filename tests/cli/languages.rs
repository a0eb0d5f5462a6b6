//! English and Chinese.

use std::fs;
use std::net::TcpListener;

use crate::counter::Counter;

#[test]
fn the_locale_decides_and_the_flag_above_it() {
    let counter = Counter::new();
    let refused = |locale: &str, flags: &[&str]| {
        let mut command = counter.command(&[&["get", "--config-id", "x"], flags].concat());
        counter.output(command.env("LANG", locale)).err
    };
    assert!(refused("zh_CN.UTF-8", &[]).contains("企业微信拒绝了请求"));
    assert!(refused("zh_CN.UTF-8", &["--lang", "en"]).contains("WeCom refused"));
    assert!(refused("C", &["--lang=zh"]).contains("处理办法："));
    assert!(refused("C", &[]).contains("what to do: "));
}

#[test]
fn the_help_of_every_command_is_in_the_language() {
    let counter = Counter::new();
    let help = counter.run(&["--help", "--lang", "zh"]);
    assert!(help.code == Some(0) && help.out.contains("退出码"), "{}", help.out);
    let (_, commands) = help.out.split_once("命令:\n").unwrap();
    let names: Vec<_> =
        commands.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   ")).collect();
    assert_eq!(names.len(), 16, "generate is not shown: {names:?}");
    for line in names {
        let name = line.trim_start().split(' ').next().unwrap();
        if name == "sandbox" {
            continue;
        }
        let help = counter.run(&["--lang", "zh", name, "--help"]);
        assert_eq!(help.out, counter.run(&["help", name, "--lang", "zh"]).out);
        assert_eq!(help.code, Some(0));
        let flags = help.out.lines().filter(|line| line.trim_start().starts_with("--"));
        for flag in flags.filter(|line| line.contains("  ")) {
            assert!(!flag.is_ascii(), "{name}: {flag}");
        }
    }
}

#[test]
fn jobs_and_their_rows_are_told_in_the_language() {
    let counter = Counter::new();
    let zh = |arguments: &[&str]| counter.run(&[arguments, &["--lang", "zh"]].concat());
    let rows = "key,type,scene,user,state\na,2,2,lisi,same\nb,2,2,lisi,same\nc,2,2,nobody,c\nd,2,9,lisi,d\n";
    let ran = zh(&["apply", counter.file("codes.csv", rows)]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.out.contains("新增    2\n") && ran.out.contains("失败    2\n"), "{}", ran.out);
    assert!(ran.out.lines().all(|line| !line.is_ascii()), "{}", ran.out);
    for words in [
        "提醒：第 3 行：有一行除 key 外与另一行相同",
        "失败 2 个，共 4 个",
        "第 4 行，c：企业微信拒绝了请求：userid not found（errcode 60111）",
        "处理办法：userid 不在通讯录中",
        "第 5 行，d：scene：scene 为 1（小程序）或 2（二维码）（errcode -1003）",
    ] {
        assert!(ran.err.contains(words), "{words} is not in {}", ran.err);
    }
    assert!(zh(&["ledger"]).out.contains("a    有效 "), "{}", zh(&["ledger"]).out);
    assert!(zh(&["sync"]).out.contains("已在台账"), "{}", zh(&["sync"]).out);
    let ran = zh(&["replace-user", "--from", "lisi"]);
    assert!(ran.err.contains("其中 2 个：") || ran.err.contains("将没有任何成员"), "{}", ran.err);
}

#[test]
fn all_that_is_counted_has_a_name_in_chinese() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", "key,type,scene,user,state\na,2,2,lisi,a\n")]);
    for job in [
        &["apply", "codes.csv"][..],
        &["sync"],
        &["replace-user", "--from", "lisi", "--to", "wangwu"],
        &["save-qr-codes", "codes"],
    ] {
        let ran = counter.run(&[job, &["--lang", "zh"]].concat());
        assert!(!ran.out.is_empty() && ran.out.lines().all(|line| !line.is_ascii()), "{job:?}: {}", ran.out);
    }
}

#[test]
fn files_that_will_not_do_are_told_of_in_chinese() {
    let counter = Counter::new();
    fs::create_dir(counter.path("folder.csv")).unwrap();
    fs::write(counter.path("gbk.csv"), b"key,type,scene,user,remark\na,2,2,lisi,\xc3\xc5\xb5\xea\n").unwrap();
    counter.file("semicolons.csv", "key;type;scene;user\na;2;2;lisi\n");
    counter.file("wide.csv", "key，type，scene，user\na，2，2，lisi\n");
    counter.file("typo.csv", "key,type,scene,usr\na,2,2,lisi\n");
    counter.file("twice.csv", "key,type,scene,user\na,2,2,lisi\na,2,2,lisi\n");
    counter.file("quote.csv", "key,type,scene,user\na,2,2,\"lisi\n");
    counter.file("text.png", "no picture");
    counter.file("good.csv", "key,type,scene,user,state\na,2,2,lisi,a\n");
    let address = counter.credential("base_url");
    let (_, port) = address.rsplit_once(':').unwrap();
    for (arguments, code, words) in [
        (&["apply", "not-there.csv"][..], 2, "not-there.csv：无法读取文件：没有这个文件或文件夹"),
        (&["apply", "folder.csv"], 2, "folder.csv：无法读取文件：这不是普通文件"),
        (&["apply", "codes.xlsx"], 2, "codes.xlsx：文件名须以 .csv 结尾"),
        (&["apply", "gbk.csv"], 2, "第 2 行第 12 个字符：不是 UTF-8"),
        (&["apply", "semicolons.csv"], 2, "第 1 行第 1 个字符：列之间不是英文逗号"),
        (&["apply", "wide.csv"], 2, "第 1 行第 1 个字符：列之间不是英文逗号"),
        (&["apply", "typo.csv"], 2, "第 1 行第 16 个字符：没有名为 usr 的列；是否应为 user？"),
        (&["apply", "twice.csv"], 2, "第 3 行第 1 个字符：key a 在第 2 行已有"),
        (&["apply", "quote.csv"], 2, "第 2 行第 7 个字符：这里的引号没有配对"),
        (
            &["apply", "good.csv", "--report-path", "none/report.jsonl"],
            2,
            "--report-path：无法写入报告：没有这个文件或文件夹",
        ),
        (&["apply", "good.csv", "--delete-missing"], 2, "--max-delete：有 --delete-missing 时须给出"),
        (&["upload-image", "not-there.png"], 2, "not-there.png：无法读取文件：没有这个文件或文件夹"),
        (&["upload-image", "text.png"], 2, "text.png：图片须是 PNG 或 JPEG"),
        (&["save-qr-codes", "good.csv"], 2, "good.csv：无法建立文件夹：已有同名的文件"),
        (&["sheet", "--key", "b", "--out", "none/all.html"], 2, "无法写入 none/all.html（没有这个文件或文件夹）"),
        (&["list", "--config", "not-there.json"], 2, "无法读取 not-there.json（没有这个文件或文件夹）"),
        (&["list", "--config", "gbk.csv"], 2, "无法读取 gbk.csv（不是 UTF-8 编码的文字）"),
        (&["sandbox", "--config", "not-there.json"], 2, "无法读取 not-there.json（没有这个文件或文件夹）"),
        (&["sandbox", "--config", "good.csv"], 2, "good.csv 不是 JSON 对象（第 1 行第 1 列：这里应有一个值"),
        (&["sandbox", "--port", port], 1, "（已有程序在监听）"),
        (&["list", "--store", "sqlite:good.csv"], 1, "good.csv 不是 SQLite 数据库"),
        (&["list", "--store", "sqlite:none/ledger.db"], 1, "不能使用：没有这个文件或文件夹"),
    ] {
        if arguments[0] == "sheet" {
            counter.add(&["--key", "b", "--state", "b"]);
        }
        let ran = counter.run(&[arguments, &["--lang", "zh"]].concat());
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{arguments:?}: {words} is not in {}", ran.err);
    }
}

#[test]
fn broken_rules_are_told_of_in_chinese() {
    let counter = Counter::new();
    for (arguments, words) in [
        (&["add"][..], "--type：须给出 type：1 为单人，2 为多人"),
        (&["add", "--type", "2", "--scene", "2"], "--user：type 为 2 时须有成员或部门"),
        (&["add", "--type", "1", "--scene", "2", "--user", "张三"], "--user 的第 1 个：userid 为 1 到 64 个字符"),
        (&["add", "--json", "[]"], "不是 JSON 对象；请给出一个 JSON 对象"),
        (&["add", "--json", r#"{"type":1,}"#], "不是 JSON（第 1 行第 11 列：这里应是加英文双引号的字段名"),
        (&["add", "--json", r#"{"type":"1"}"#], "--type：type 须是整数，不加引号"),
        (&["list", "--limit", "0"], "--limit：每页 limit 为 1 到 1000"),
        (&["close-temp-chat"], "--external-userid：须给出 external_userid"),
        (&["save-qr-code", "--config-id", "x"], "--out：须给出要写入的文件"),
        (&["replace-user", "--to", "lisi"], "--from：须给出要换下的成员的 userid"),
        (&["ledger", "--status", "alive"], "--status 不能是“alive”：可用 intended, active"),
        (&["ledger", "--limit", "0"], "--limit：limit 须是 1 到 1000 的整数"),
    ] {
        let ran = counter.run(&[arguments, &["--lang", "zh"]].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{arguments:?}: {words} is not in {}", ran.err);
    }
    let rows = "key,type,scene,user,state\na,2,9,lisi,a\nb,2,2,李四,b\nc,2,2,lisi\n";
    let ran = counter.run(&["apply", counter.file("codes.csv", rows), "--lang", "zh"]);
    for words in [
        "第 2 行，a：scene：scene 为 1（小程序）或 2（二维码）（errcode -1003）",
        "第 3 行，b：user 的第 1 个：userid 为 1 到 64 个字符",
        "这一行有 4 个单元格，而表头有 5 个",
    ] {
        assert!(ran.err.contains(words), "{words} is not in {}", ran.err);
    }
}

#[test]
fn what_stands_between_this_machine_and_wecom_is_told_of_in_chinese() {
    let counter = Counter::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = |address: &str, flags: &[&str]| {
        let mut command = counter.command(&[&["list", "--no-ledger", "--lang", "zh"], flags].concat());
        counter.output(command.env("CONTACTWAY_BASE_URL", address))
    };
    let port = silent.local_addr().unwrap().port();
    for (address, words) in [
        ("http://127.0.0.1:1".to_owned(), "服务器（127.0.0.1:1）拒绝连接"),
        (format!("http://127.0.0.1:{port}"), "在时限（--timeout-ms 或配置的 timeout_ms）之内没有完成，当时在等应答"),
        (counter.credential("base_url").replace("http:", "https:"), "TLS 失败："),
        ("http://wecom.example".to_owned(), "配置字段 base_url：base_url 须用 https"),
    ] {
        let ran = at(&address, &["--timeout-ms", "1500"]);
        assert_ne!(ran.code, Some(0));
        assert!(ran.err.contains(words), "{words} is not in {}", ran.err);
    }
}

#[test]
fn wrong_arguments_are_told_of_in_the_language_with_the_help_to_look_into() {
    let counter = Counter::new();
    for (arguments, english, chinese) in [
        (&["lsit"][..], "there is no command 'lsit'; did you mean 'list'?", "没有命令 lsit；是否应为 list？"),
        (&["add", "--usr", "x"], "--usr is not known; did you mean --user?", "没有参数 --usr；是否应为 --user？"),
        (
            &["update", "--type", "1"],
            "--type is not known here: it is a flag of add",
            "这里没有参数 --type：它用于 add",
        ),
        (
            &["list", "--limit", "x"],
            "--limit cannot be 'x': it is a whole number",
            "--limit 不能是“x”：须是允许范围内的整数",
        ),
        (&["list", "--limit"], "--limit needs a value", "--limit 后面要有值"),
        (&["list", "--output", "xml"], "it is one of table, json", "--output 不能是“xml”：可用 table, json"),
        (&["add", "--skip-verify", "false"], "such as --skip-verify=false", "例如 --skip-verify=false"),
        (&["apply"], "<FILE> must be given", "须给出 <FILE>"),
        (&["sheet"], "--out must be given", "须给出 --out"),
        (&["apply", "a", "b"], "'b' is one too many", "多出了 b"),
        (
            &["get", "--key", "a", "--config-id", "b"],
            "--key does not go with --config-id",
            "--key 不能与 --config-id 同时给出",
        ),
        (&["add", "--type", "1", "--type", "2"], "--type is given twice", "--type 给了两次"),
    ] {
        for (lang, words) in [("en", english), ("zh", chinese)] {
            let ran = counter.run(&[&["--lang", lang], arguments].concat());
            assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
            let help = if arguments[0] == "lsit" {
                "contactway --help"
            } else {
                &format!("contactway {} --help", arguments[0])
            };
            assert!(
                ran.err.starts_with("contactway: ") && ran.err.contains(words) && ran.err.contains(help),
                "{}",
                ran.err
            );
        }
    }
}

#[test]
fn the_help_has_no_word_of_the_parsers_own() {
    let counter = Counter::new();
    for command in ["add", "apply", "sheet"] {
        let help = counter.run(&[command, "--help", "--lang", "zh"]).out;
        assert!(!help.contains("possible values") && !help.contains("default:"), "{help}");
        assert!(help.contains("--output <table|json>"), "{help}");
    }
}
