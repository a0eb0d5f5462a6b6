//! Man pages and completions, as packages take them.

use std::fs;
use std::process::Command;

use crate::counter::Counter;

#[test]
fn each_command_has_a_page_and_each_shell_its_completions() {
    let counter = Counter::new();
    let ran = counter.run(&["generate", "--out", "g"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    let mut pages: Vec<_> = fs::read_dir(counter.path("g/man"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages.len(), 16, "{pages:?}");
    assert!(!pages.contains(&"contactway-sandbox.1".to_owned()), "it has a page of its own");
    let page = |name: &str| fs::read_to_string(counter.path("g/man").join(name)).unwrap();
    assert!(page("contactway.1").contains("contactway\\-add(1)"));
    assert!(page("contactway-add.1").starts_with(".ie") || page("contactway-add.1").contains("\n.TH contactway-add 1"));
    assert!(page("contactway-add.1").contains("\\-\\-skip\\-verify"));
    for (file, names) in
        [("contactway.bash", "--skip-verify"), ("_contactway", "--skip-verify"), ("contactway.fish", "skip-verify")]
    {
        assert!(fs::read_to_string(counter.path("g/completions").join(file)).unwrap().contains(names), "{file}");
    }
    let bash = Command::new("bash").arg("-n").arg(counter.path("g/completions/contactway.bash")).status();
    assert!(bash.unwrap().success());
}

#[test]
fn the_same_is_generated_twice() {
    let counter = Counter::new();
    for folder in ["one", "two"] {
        assert_eq!(counter.run(&["generate", "--out", folder]).code, Some(0));
    }
    let same = Command::new("diff").arg("-r").arg(counter.path("one")).arg(counter.path("two")).status();
    assert!(same.unwrap().success());
}
