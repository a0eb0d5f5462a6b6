//! English and Chinese.

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
        "警告：第 3 行：有一行除 key 外与另一行相同",
        "失败 2 个，共 4 个",
        "第 4 行，c：企业微信拒绝了请求：userid not found（errcode 60111）",
        "处理办法：userid 不在通讯录中",
        "第 5 行，d：不能照此执行",
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
