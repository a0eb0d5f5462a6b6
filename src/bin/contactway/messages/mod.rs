//! What the program says, in each of its languages: a new message that a language lacks does not compile.

mod chinese;
mod english;
mod phrases;

use std::io;

use contactway::{Kind, Language, os_error_in_words};

pub use phrases::{named, not_json, said};

/// What the system refused, in words.
pub fn why(error: &io::Error, lang: Language) -> String {
    said(&os_error_in_words(error), lang)
}

/// What `--lang` takes.
pub const LANGUAGES: [&str; 2] = ["en", "zh"];

/// The language that the arguments ask for, or else the locale.
pub fn language(arguments: &[String], variable: impl Fn(&str) -> Option<String>) -> Language {
    let asked = arguments.iter().enumerate().find_map(|(place, argument)| match argument.strip_prefix("--lang") {
        Some("") => arguments.get(place + 1).map(String::as_str),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    });
    let locale = || {
        let mut set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
        set.find(|locale| !locale.is_empty())
    };
    let name = asked.map(str::to_owned).or_else(locale).unwrap_or_default();
    if name.starts_with("zh") { Language::Chinese } else { Language::English }
}

/// A text of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    About,
    Credentials,
    ExitCodes,
    // How the program ends.
    ExitDone,
    ExitRefused,
    ExitUsage,
    ExitUnknown,
    ExitPartial,
    ExitTryAgain,
    ExitInterrupted,
    // Commands.
    Add,
    Get,
    List,
    Update,
    Del,
    CloseTempChat,
    UploadImage,
    SaveQrCode,
    Check,
    Apply,
    Sync,
    ReplaceUser,
    Ledger,
    SaveQrCodes,
    Sheet,
    Sandbox,
    Generate,
    // Headings of the help.
    Usage,
    Commands,
    Options,
    Arguments,
    GeneralOptions,
    // Flags of all commands.
    Help,
    Version,
    LangFlag,
    Output,
    Config,
    Store,
    NoLedger,
    TimeoutMs,
    // Members of requests.
    Type,
    Scene,
    Style,
    Remark,
    SkipVerify,
    State,
    User,
    Party,
    IsTemp,
    ExpiresIn,
    ChatExpiresIn,
    Unionid,
    IsExclusive,
    MarkSource,
    ConfigId,
    StartTime,
    EndTime,
    Cursor,
    Limit,
    Userid,
    ExternalUserid,
    Json,
    Key,
    OfKey,
    AcceptDuplicate,
    Picture,
    QrCode,
    PictureOut,
    // Flags of jobs.
    Rows,
    Namespace,
    DryRun,
    DeleteMissing,
    MaxDelete,
    Replace,
    RecreateGone,
    Overwrite,
    Concurrency,
    ReportPath,
    SyncStartTime,
    From,
    To,
    Directory,
    // What entries of the ledger are looked for by.
    WithKey,
    WithConfigId,
    WithState,
    WithRemark,
    WithUser,
    WithParty,
    WithStatus,
    WithNamespace,
    EntryLimit,
    SheetOut,
    GenerateOut,
    SandboxArguments,
    SandboxHelp,
    // Questions.
    AskCorpId,
    AskSecret,
    // What a step of a check came to.
    Passed,
    Failed,
    Skipped,
    LedgerReadable,
    MendLedger,
    // Between what is told.
    Colon,
    Comma,
    Semicolon,
    // What man pages say of the environment and of files.
    DataHome,
    ConfigHome,
    Locale,
    ConfigFile,
    LedgerFile,
}

impl Text {
    pub fn text(self, lang: Language) -> &'static str {
        match lang {
            Language::English => english::text(self),
            Language::Chinese => chinese::text(self),
        }
    }
}

/// A message with what it is about.
#[derive(Clone, Debug)]
pub enum Message<'m> {
    Stopping,
    Pace {
        per_second: u64,
        left: Option<String>,
        failed: u64,
    },
    /// The first words of an error.
    Kind {
        kind: Kind,
        errcode: i64,
    },
    MayBeDone,
    WaitSeconds(u64),
    SameKey(&'m str),
    Candidates(&'m str),
    Remedy(&'m str),
    HelpUrl(&'m str),
    Warning(&'m str),
    /// Where in a file of rows.
    Line {
        line: u64,
        character: Option<u64>,
    },
    /// Why a row failed.
    Reason {
        kind: Kind,
        errcode: i64,
        reason: &'m str,
    },
    /// Rows that failed for the same reason, the first of them named.
    FailedRows {
        count: u64,
        rows: &'m str,
        reason: &'m str,
    },
    MoreFailed(u64),
    AllRowsIn(&'m str),
    ReportAllRows,
    KnownColumns(&'m str),
    /// An item of a list that a flag gives.
    Item {
        flag: &'m str,
        number: &'m str,
    },
    InConfiguration(&'m str),
    CredentialsComeFrom {
        file: &'m str,
    },
    NoSuchCommand {
        command: &'m str,
        near: Option<&'m str>,
    },
    /// Of a flag that none of all commands has, or only these.
    NoSuchFlag {
        flag: &'m str,
        commands: &'m [&'m str],
        near: Option<&'m str>,
    },
    /// Of what stands alone where nothing is expected.
    OneTooMany(&'m str),
    NeedsValue(&'m str),
    NoSuchValue {
        flag: &'m str,
        value: &'m str,
        choices: &'m str,
    },
    NoInteger {
        flag: &'m str,
        value: &'m str,
    },
    Required(&'m str),
    NotTogether {
        one: &'m str,
        other: &'m str,
    },
    SeeHelp(&'m str),
    SecretInFlag {
        flag: &'m str,
    },
    PasswordInStore,
    ConfigIsOpen {
        file: &'m str,
        mode: u32,
    },
    ConfigUnreadable {
        file: &'m str,
        why: &'m str,
    },
    ConfigIsNoObject {
        file: &'m str,
        place: &'m str,
    },
    /// Of punctuation in what should be JSON.
    FullWidth {
        stands: char,
        wanted: char,
    },
    NoHome(&'m str),
    /// Of the folder of the ledger that is kept where no other is named.
    NoLedgerFolder {
        path: &'m str,
        why: &'m str,
    },
    Unwritable {
        path: &'m str,
        why: &'m str,
    },
    Unreadable {
        path: &'m str,
        why: &'m str,
    },
    NoAnswerOut {
        why: &'m str,
    },
    GivenTwice {
        member: &'m str,
        flag: &'m str,
    },
    NoInput {
        why: &'m str,
    },
    /// Nothing was typed where this was asked for.
    NothingTyped {
        member: &'m str,
        variables: &'m [&'m str],
        file: &'m str,
    },
    /// What can say which contact way is meant, of which none does.
    WhichOne(&'m [&'m str]),
    /// Of an update; these could say what to change.
    NothingToChange(&'m str),
    NoSignals {
        why: &'m str,
    },
    Entries(usize),
    MoreEntries(&'m str),
    PlanOf {
        created: u64,
        updated: u64,
        replaced: u64,
        deleted: u64,
        claimed: u64,
        unchanged: u64,
        failed: u64,
    },
    Replaced,
    SheetMade {
        path: &'m str,
        codes: usize,
    },
    NoCodes,
    NoPicture(&'m str),
    NothingListed,
    /// Of an add under a key that has its contact way.
    MadeBefore,
    NoneListed,
    /// Of a file.
    NoRows(&'m str),
    /// Nothing in the ledger names this member of staff.
    NobodyNames(&'m str),
    /// Of a command or a flag that is nothing without the ledger.
    NeedsLedger(&'m str),
    NoSuchKey(&'m str),
    KeyIsNotActive {
        key: &'m str,
        status: &'m str,
    },
    /// What a variable of the environment gives.
    Variable(&'m str),
    Generated(&'m str),
}

impl Message<'_> {
    pub fn text(&self, lang: Language) -> String {
        match lang {
            Language::English => english::message(self),
            Language::Chinese => chinese::message(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(arguments: &[&str], locale: &[(&str, &str)]) -> Language {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        language(&arguments, |name| locale.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_flag_decides_and_else_the_first_locale_that_is_set() {
        assert_eq!(wanted(&["list"], &[]), Language::English);
        assert_eq!(wanted(&["list"], &[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(wanted(&["list"], &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), Language::English);
        assert_eq!(wanted(&["list"], &[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "C")]), Language::Chinese);
        assert_eq!(wanted(&["--lang", "en", "list"], &[("LANG", "zh_CN.UTF-8")]), Language::English);
        assert_eq!(wanted(&["list", "--lang=zh"], &[("LANG", "C")]), Language::Chinese);
    }
}
