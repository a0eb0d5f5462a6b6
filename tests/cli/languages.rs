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
        assert_eq!(help.code, Some(0));
        let flags = help.out.lines().filter(|line| line.trim_start().starts_with("--"));
        for flag in flags.filter(|line| line.contains("  ")) {
            assert!(!flag.is_ascii(), "{name}: {flag}");
        }
    }
}
