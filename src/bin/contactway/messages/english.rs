//! English.

use contactway::Kind;

use super::{Message, Text};

#[allow(clippy::too_many_lines)] // a table
pub fn text(text: Text) -> &'static str {
    match text {
        Text::About => "WeCom's customer-contact \"contact way\" endpoints from the command line",
        Text::Credentials => {
            "Credentials come from CONTACTWAY_CORP_ID and CONTACTWAY_SECRET (or CONTACTWAY_ACCESS_TOKEN), from the configuration \
             file, or are asked for on a terminal; never from a flag, which other users of the machine would see in the list of \
             processes."
        }
        Text::ExitCodes => "Exit codes",
        Text::ExitDone => "done",
        Text::ExitRefused => "refused: the same would be refused again",
        Text::ExitUsage => "wrong usage, and nothing was sent",
        Text::ExitUnknown => "outcome unknown: WeCom may have done it or not",
        Text::ExitPartial => "partly done",
        Text::ExitTryAgain => "nothing done, and worth trying again",
        Text::ExitInterrupted => "interrupted by Ctrl-C or SIGTERM",
        Text::Add => "Make a contact way: answers its config_id and, in scene 2, the address of its QR picture",
        Text::Get => "Show a contact way",
        Text::List => "List the ids of contact ways, a page at a time",
        Text::Update => "Change a contact way: what is left out stays as it is",
        Text::Del => "Delete a contact way: its printed code dies",
        Text::CloseTempChat => "End a temporary chat; the customer gets the closing words",
        Text::UploadImage => "Upload a PNG or JPEG for closing words: answers its media_id, which lives for 3 days",
        Text::SaveQrCode => "Save the QR picture of a contact way",
        Text::Check => "Look whether everything works here, and what to do where it does not",
        Text::Apply => "Make WeCom hold the contact ways that a CSV or JSON Lines file describes",
        Text::Sync => "Bring the ledger up to what WeCom holds",
        Text::ReplaceUser => "Put others in the place of a member of staff, in every contact way",
        Text::Ledger => "Look contact ways up in the ledger",
        Text::SaveQrCodes => "Save the QR pictures of many contact ways into a folder",
        Text::Sheet => "Make an HTML page of QR codes with their labels, which prints as A4 sheets of 20",
        Text::Sandbox => "Run the stand-in for WeCom, for tests (see contactway sandbox --help)",
        Text::Generate => "Write man pages and completions for shells into a folder",
        Text::Usage => "Usage",
        Text::Commands => "Commands",
        Text::Options => "Options",
        Text::Arguments => "Arguments",
        Text::GeneralOptions => "General options",
        Text::Help => "Show this help",
        Text::Version => "Show the version",
        Text::LangFlag => "Language of what is said; else that of the locale",
        Text::Output => "A table for people, which it is if left out, or the library's answer as JSON for programs",
        Text::Config => {
            "Configuration of the client as JSON, readable by its owner alone (chmod 600); \
             $XDG_CONFIG_HOME/contactway/config.json if left out"
        }
        Text::Store => {
            "Where the ledger is: sqlite:PATH or postgres://…; $XDG_DATA_HOME/contactway/ledger.db if left out"
        }
        Text::NoLedger => "Keep no ledger: what is made is not written down",
        Text::TimeoutMs => {
            "Deadline of the whole command in milliseconds, retries and waits included; a job has none of its own"
        }
        Text::Type => "1 for one member of staff, 2 for several",
        Text::Scene => "1 for a button in a mini-program, 2 for a QR code",
        Text::Style => "Look of the button in scene 1: 1 to 3 for one member, 1 to 2 for several",
        Text::Remark => "Note for yourself, up to 30 characters",
        Text::SkipVerify => "Whether customers are added without the member's consent (true if left out)",
        Text::State => "Channel that a customer came through, up to 30 characters; give each code its own",
        Text::User => "Userids of the members, up to 100, separated by commas or given again and again",
        Text::Party => "Ids of departments, with type 2",
        Text::IsTemp => "A temporary session (medical companies only)",
        Text::ExpiresIn => "How long a temporary code lives, in seconds: up to 14 days, 7 if left out",
        Text::ChatExpiresIn => {
            "How long a temporary chat lives after the customer was added, in seconds: up to 14 days, 1 if left out"
        }
        Text::Unionid => "The customer who may use a temporary code",
        Text::IsExclusive => "One customer is added by one member of the company only",
        Text::MarkSource => "Whether the source of a customer is shown (true if left out)",
        Text::ConfigId => "The id that add answered",
        Text::StartTime => "Made from then on, in seconds since 1970; 90 days ago if left out",
        Text::EndTime => "Made up to then, in seconds since 1970; now if left out",
        Text::Cursor => "The next_cursor of the page before",
        Text::Limit => "Ids on a page, 1 to 1000; 100 if left out",
        Text::Userid => "The member of staff in the chat",
        Text::ExternalUserid => "The customer in the chat",
        Text::Json => {
            "The request's members as a JSON object, such as conclusions; - reads it from standard input. Flags are added to it"
        }
        Text::Key => "Your own name for it, under which it is made once, however often this is run",
        Text::OfKey => "Its key in the ledger, in place of --config-id",
        Text::AcceptDuplicate => "Send again also where that may make a second contact way",
        Text::Picture => "The picture: PNG or JPEG, up to 10 MiB",
        Text::QrCode => "The address that add or get answered, in place of a config_id",
        Text::PictureOut => "The file to write",
        Text::Rows => "The rows: a CSV file (.csv) or JSON Lines (.jsonl)",
        Text::Namespace => "Name under which the rows belong together; needed to delete what is missing",
        Text::DryRun => "Show what would be done, as a diff, and send nothing",
        Text::DeleteMissing => "Delete what apply made under the namespace and no row describes any more",
        Text::MaxDelete => "The most that may be deleted; if there is more, none is",
        Text::Replace => {
            "Where what differs cannot be changed, make another contact way and delete the old one: its printed code dies"
        }
        Text::RecreateGone => "Make anew what is gone at WeCom",
        Text::Overwrite => "Overwrite what somebody else changed at WeCom since, which a sync before finds out",
        Text::Concurrency => "Calls at the same time; at most max_in_flight of the configuration",
        Text::ReportPath => "Write what became of each row into this file, as JSON Lines",
        Text::SyncStartTime => "Made from then on, in seconds since 1970; 2021-07-10 if left out",
        Text::From => "The userid to take out",
        Text::To => "The userids to put in, separated by commas; none takes the member out",
        Text::Directory => "The folder for the pictures; it is made",
        Text::WithKey => "Only of this key; each of these filters is exact and takes one value",
        Text::WithConfigId => "Only of this config_id",
        Text::WithState => "Only with this state",
        Text::WithRemark => "Only with this remark",
        Text::WithUser => "Only those that name this member of staff",
        Text::WithParty => "Only those that name this department",
        Text::WithStatus => "Only intended, active, unknown, deleted or gone ones",
        Text::WithNamespace => "Only of this namespace",
        Text::EntryLimit => "Entries on a page, 1 to 1000; 100 if left out",
        Text::SheetOut => "The HTML file to write",
        Text::GenerateOut => "The folder",
        Text::SandboxArguments => "What the program contactway-sandbox takes",
        Text::SandboxHelp => crate::sandbox::HELP,
        Text::AskCorpId => "corp_id",
        Text::AskSecret => "secret (not shown)",
        Text::Passed => "ok",
        Text::Failed => "FAILED",
        Text::Skipped => "skipped",
        Text::LedgerReadable => "the ledger can be read",
        Text::MendLedger => {
            "name a ledger that fits with --store sqlite:FILE (or CONTACTWAY_STORE), or see that this one is where it was, has \
             room, and may be read and written"
        }
        Text::Colon => ": ",
        Text::Comma => ", ",
        Text::Semicolon => "; ",
        Text::DataHome => "Where the ledger's folder is; ~/.local/share if left out.",
        Text::ConfigHome => "Where the configuration's folder is; ~/.config if left out.",
        Text::Locale => {
            "The language, unless --lang is given: Chinese where it begins with zh. The first that is set counts."
        }
        Text::ConfigFile => {
            "Configuration of the client as JSON, credentials included; only its owner may read it (mode 600)."
        }
        Text::LedgerFile => "The ledger, a SQLite database, unless --store or the configuration names another.",
    }
}

#[allow(clippy::too_many_lines)] // a table
pub fn message(message: &Message) -> String {
    match message {
        Message::Stopping => "stopping; nothing that was done is lost; press Ctrl-C again to end at once".to_owned(),
        Message::Pace { per_second, left, failed } => {
            let left = left.as_ref().map_or_else(String::new, |left| format!(", {left} left"));
            let failed = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
            format!("{per_second}/s{left}{failed}")
        }
        Message::Kind { kind, errcode } => format!("{} ({}, errcode {errcode})", kind_words(*kind), kind.name()),
        Message::MayBeDone => "WeCom may have done it or not".to_owned(),
        Message::WaitSeconds(seconds) => format!("try again in {seconds} s"),
        Message::SameKey(key) => {
            format!("run the same again with --key {key}: it looks for what may have been made before it makes one")
        }
        Message::Candidates(candidates) => format!("it may be one of these: {candidates}"),
        Message::Remedy(remedy) => format!("what to do: {remedy}"),
        Message::HelpUrl(url) => format!("WeCom on this code: {url}"),
        Message::Warning(text) => format!("warning: {text}"),
        Message::Line { line, character: Some(character) } => format!("line {line}, character {character}"),
        Message::Line { line, character: None } => format!("line {line}"),
        Message::Reason { errcode, reason, .. } => format!("{reason} (errcode {errcode})"),
        Message::FailedRows { count: 1, rows, reason } => format!("{rows}: {reason}"),
        Message::FailedRows { count, rows, reason } => format!("{count} of them: {reason}: {rows}"),
        Message::MoreFailed(count) => format!("{count} more failed"),
        Message::AllRowsIn(report) => format!("what became of every row is in {report}"),
        Message::ReportAllRows => "--report-path FILE writes what becomes of every row".to_owned(),
        Message::KnownColumns(columns) => format!("known columns: {columns}"),
        Message::Item { flag, number } => format!("{flag} (number {number})"),
        Message::InConfiguration(member) => format!("configuration, {member}"),
        Message::CredentialsComeFrom { file } => format!(
            "credentials come from CONTACTWAY_CORP_ID and CONTACTWAY_SECRET, or CONTACTWAY_ACCESS_TOKEN, or from {file}; on a \
             terminal they are asked for"
        ),
        Message::NoSuchCommand { command, near: Some(near) } => {
            format!("there is no command '{command}'; did you mean '{near}'?")
        }
        Message::NoSuchCommand { command, near: None } => format!("there is no command '{command}'"),
        Message::NoSuchFlag { flag, near: Some(near), .. } => format!("{flag} is not known; did you mean {near}?"),
        Message::NoSuchFlag { flag, commands: [], .. } => format!("{flag} is not known"),
        Message::NoSuchFlag { flag, commands, .. } => {
            format!("{flag} is not known here: it is a flag of {}", commands.join(", "))
        }
        Message::OneTooMany(text @ ("true" | "false")) => {
            format!("{text} belongs behind its flag and =, such as --skip-verify={text}")
        }
        Message::OneTooMany(text) => format!("'{text}' is one too many"),
        Message::NeedsValue(flag) => format!("{flag} needs a value"),
        Message::NoSuchValue { flag, value, choices } => format!("{flag} cannot be '{value}': it is one of {choices}"),
        Message::NoInteger { flag, value } => format!("{flag} cannot be '{value}': it is a whole number within its bounds"),
        Message::Required(flags) => format!("{flags} must be given"),
        Message::NotTogether { one, other } if one == other => format!("{one} is given twice: give it once"),
        Message::NotTogether { one, other } => format!("{one} does not go with {other}: give one of them"),
        Message::SeeHelp(help) => format!("{help} shows what there is"),
        Message::SecretInFlag { flag } => format!(
            "{flag} does not exist: what stands in a flag is seen by others in the list of processes and kept in the shell's \
             history; set CONTACTWAY_SECRET or CONTACTWAY_ACCESS_TOKEN, or write it into the configuration file"
        ),
        Message::PasswordInStore => {
            "--store holds a password, which others see in the list of processes: set CONTACTWAY_STORE, or \
             write \"store\" into the configuration file"
                .to_owned()
        }
        Message::ConfigIsOpen { file, mode } => {
            format!("{file} may be read by others (mode {mode:03o}), and holds credentials: chmod 600 {file}")
        }
        Message::ConfigUnreadable { file, why } => {
            format!("{file} cannot be read ({why}): check the path, or leave --config out")
        }
        Message::ConfigIsNoObject { file, place } => {
            format!("{file} must be one JSON object, such as {{\"corp_id\": \"ww…\", \"secret\": \"…\"}}: {place}")
        }
        Message::FullWidth { stands, wanted } => format!("{stands} is not a sign of JSON's: write {wanted}"),
        Message::NoHome(variable) => format!(
            "neither {variable} nor HOME is set, so there is no place for the ledger: give --store, or --no-ledger"
        ),
        Message::NoLedgerFolder { path, why } => format!(
            "the ledger's folder {path} cannot be made ({why}): give --store sqlite:FILE for a ledger elsewhere, or --no-ledger"
        ),
        Message::Unwritable { path, why } => format!("{path} cannot be written ({why})"),
        Message::Unreadable { path, why } => format!("{path} cannot be read ({why})"),
        Message::NoAnswerOut { why } => {
            format!("the answer cannot be written to standard output ({why}); it follows here")
        }
        Message::GivenTwice { member, flag } => format!("{member} stands in the JSON and in {flag}: give it once"),
        Message::NoInput { why } => format!("standard input cannot be read ({why})"),
        Message::NothingTyped { member, variables, file } => {
            let variables = one_of(variables);
            format!("nothing was typed for {member}: run it again and type it, or set {variables}, or write it into {file}")
        }
        Message::WhichOne(ways) => format!("say which contact way is meant: give {}", one_of(ways)),
        Message::NothingToChange(flags) => {
            format!("there is nothing to change, so nothing was sent: give --json or one of {flags}")
        }
        Message::NoSignals { why } => format!("signals cannot be waited for ({why})"),
        Message::Entries(count) => format!("entries: {count}"),
        Message::MoreEntries(cursor) => format!("there are more: --cursor {cursor}"),
        Message::PlanOf { created, updated, replaced, deleted, claimed, unchanged, failed } => format!(
            "plan: {created} to create, {updated} to update, {replaced} to replace, {claimed} to claim, {deleted} to delete; \
             {unchanged} unchanged, {failed} refused; nothing was sent"
        ),
        Message::Replaced => "made anew: its printed code dies".to_owned(),
        Message::SheetMade { path, codes } => format!("{path}: {codes} codes"),
        Message::NoCodes => {
            "nothing in the ledger that has a QR code is like that, so there is nothing to save: contactway ledger shows what \
             there is, and contactway sync takes in what others made"
                .to_owned()
        }
        Message::NoPicture(name) => format!("there is no sheet, for want of the QR picture of {name}"),
        Message::NothingListed => {
            "WeCom lists none: it shows those of the last 90 days, unless --start-time says otherwise, and temporary ones never"
                .to_owned()
        }
        Message::MadeBefore => "it was made before under this key, and nothing was sent".to_owned(),
        Message::NoneListed => "WeCom lists no contact way to these credentials; temporary ones it never does".to_owned(),
        Message::NoRows(file) => format!("{file} holds no rows, so there is nothing to do"),
        Message::NobodyNames(userid) => format!(
            "the ledger holds no contact way that names {userid}, so there is nothing to do: check the spelling; a userid is \
             not a name, but 1 to 64 of A-Z a-z 0-9 - _ . @; contactway sync takes in what was made elsewhere"
        ),
        Message::NeedsLedger(what) => format!("{what} needs the ledger: leave out --no-ledger"),
        Message::NoSuchKey(key) => format!(
            "the ledger holds no contact way of the key {key}: contactway ledger shows what there is; another ledger is named \
             with --store"
        ),
        Message::KeyIsNotActive { key, status } => {
            format!("the contact way of the key {key} is {status}: contactway ledger --key {key} shows what is known of it")
        }
        Message::Variable(member) => format!("{member} of the configuration"),
        Message::Generated(folder) => format!("man pages and completions are in {folder}"),
    }
}

fn one_of(ways: &[&str]) -> String {
    match ways {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidArgument | Kind::InvalidRequest => "this cannot be done as it was asked for, and nothing was sent",
        Kind::Auth => "no access token could be had",
        Kind::Api => "WeCom refused",
        Kind::RateLimited => "too many calls",
        Kind::Timeout => "the time was up",
        Kind::Network => "WeCom could not be reached",
        Kind::BadResponse => "the answer cannot be understood",
        Kind::Store => "the ledger failed",
        Kind::Cancelled => "stopped",
        Kind::Partial => "some of it could not be done",
        Kind::Conflict => "something stands against it",
        Kind::Unsupported => "this build or configuration cannot do that",
        Kind::Unknown => "nobody knows whether WeCom did it",
        _ => "a fault of contactway itself",
    }
}
