//! A place to run the program at: a sandbox, a home of its own, and the credentials in the environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use contactway::json_get;
use serde_json::Value;

use crate::support::Shop;
use crate::support::directory::Directory;

/// The variables of the environment that hold the credentials.
const CREDENTIALS: [(&str, &str); 3] =
    [("CONTACTWAY_CORP_ID", "corp_id"), ("CONTACTWAY_SECRET", "secret"), ("CONTACTWAY_BASE_URL", "base_url")];

pub struct Counter {
    pub shop: Shop,
    pub home: Directory,
}

/// What a run came to.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Counter {
    pub fn new() -> Self {
        Self { shop: Shop::open(), home: Directory::new() }
    }

    /// A member of the sandbox's own credentials.
    pub fn credential(&self, member: &str) -> String {
        json_get(&self.shop.config(""), &format!("/{member}")).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file in the home, and answers its name.
    pub fn file<'n>(&self, name: &'n str, text: &str) -> &'n str {
        std::fs::write(self.path(name), text).unwrap();
        name
    }

    /// The program with a home and without credentials.
    pub fn stranger(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contactway"));
        command.args(arguments).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stranger(arguments);
        for (variable, member) in CREDENTIALS {
            command.env(variable, self.credential(member));
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.output(&mut self.command(arguments))
    }

    /// Runs a script of a shell that finds the program, with a home and credentials.
    pub fn shell(&self, script: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_contactway")).parent().unwrap();
        let mut shell = Command::new("sh");
        shell.arg("-eu").arg("-c").arg(script).env_clear().current_dir(self.home.path()).stdin(Stdio::null());
        shell.env("HOME", self.home.path()).env("PATH", format!("{}:/usr/bin:/bin", program.display()));
        for (variable, member) in CREDENTIALS {
            shell.env(variable, self.credential(member));
        }
        self.output(&mut shell)
    }

    /// What a run said, which is looked through for the secret.
    pub fn output(&self, command: &mut Command) -> Ran {
        self.read(command.output().unwrap())
    }

    pub fn read(&self, output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        let secret = self.credential("secret");
        assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// Runs what must go well; its answer as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--output", "json"]].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Makes a contact way, and answers its id.
    pub fn add(&self, more: &[&str]) -> String {
        let plain = ["add", "--type", "2", "--scene", "2", "--user", "zhangsan"];
        self.json(&[&plain, more].concat())["config_id"].as_str().unwrap().to_owned()
    }
}
