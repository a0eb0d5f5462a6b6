//! One command under way: its client, its options, and how its outcome is told.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use clap::{ArgMatches, Command};
use contactway::{Canceller, Client, Error, Kind, Language, Options, Shared};
use serde_json::{Map, Value};

use crate::configuration::{self, NoConfiguration};
use crate::exit::Exit;
use crate::failure::{self, Teller};
use crate::interrupt;
use crate::messages::{Message, named, why};
use crate::report::Report;
use crate::table;

/// What a command works with.
pub struct Session<'c> {
    pub client: Client,
    pub lang: Language,
    pub is_json: bool,
    begun: Instant,
    /// That of the whole command.
    timeout: Option<Duration>,
    canceller: Canceller,
    teller: Teller<'c>,
}

impl<'c> Session<'c> {
    /// Makes the client as file, environment and flags describe it.
    ///
    /// # Errors
    /// How the program ends where it cannot be made; why is told.
    pub fn open(flags: &'c ArgMatches, command: &'c Command, lang: Language) -> Result<Self, Exit> {
        let config = config(flags, lang)?;
        let begun = Instant::now();
        let client = client(&config).map_err(|error| refused(flags, &error, lang))?;
        Self::with(client, begun, flags, command, lang)
    }

    /// The same; where the ledger stands against it without one, and then why.
    ///
    /// # Errors
    /// As of `open`.
    pub fn open_anyway(
        flags: &'c ArgMatches,
        command: &'c Command,
        lang: Language,
    ) -> Result<(Self, Option<Error>), Exit> {
        let mut config = config(flags, lang)?;
        let begun = Instant::now();
        let (client, no_ledger) = match client(&config) {
            Err(error) if error.kind() == Kind::Store => {
                configuration::without_ledger(&mut config);
                (client(&config), Some(error))
            }
            made => (made, None),
        };
        let client = client.map_err(|error| refused(flags, &error, lang))?;
        Ok((Self::with(client, begun, flags, command, lang)?, no_ledger))
    }

    fn with(
        client: Client,
        begun: Instant,
        flags: &'c ArgMatches,
        command: &'c Command,
        lang: Language,
    ) -> Result<Self, Exit> {
        let canceller = Canceller::new();
        interrupt::watch(&canceller, lang)
            .map_err(|error| complain(&Message::NoSignals { why: &why(&error, lang) }.text(lang), Exit::TryAgain))?;
        let timeout = flags.get_one::<u64>("timeout-ms").map(|ms| Duration::from_millis(*ms));
        let is_json = flags.get_one::<String>("output").is_some_and(|form| form == "json");
        Ok(Self { client, lang, is_json, begun, timeout, canceller, teller: Teller { lang, command, given: flags } })
    }

    /// The options of a call, which has the time that is left.
    pub fn options(&self) -> Options {
        const LEAST: Duration = Duration::from_millis(1);
        let timeout = self.timeout.map(|timeout| timeout.saturating_sub(self.begun.elapsed()).max(LEAST));
        Options { timeout, canceller: Some(self.canceller.clone()), ..Options::default() }
    }

    /// Tells what a call came to: as it is, or as `show` writes it for people.
    pub fn tell(&self, outcome: Result<String, Error>, show: impl FnOnce(&Value) -> String) -> Exit {
        let (answer, error) = parts(outcome);
        self.tell_answer(answer, error.as_ref(), show)
    }

    /// The same of an answer that was put together here, and the error that it tells of.
    pub fn tell_answer(&self, answer: String, error: Option<&Error>, show: impl FnOnce(&Value) -> String) -> Exit {
        let exit = error.map_or(Exit::Done, Exit::of);
        self.tell_as(answer, error, show, exit, |error| self.teller.error(error))
    }

    /// The same of a job; which of its rows failed says its report, where there is one.
    pub fn tell_job(
        &self,
        outcome: Result<String, Error>,
        report: Option<&Report>,
        show: impl FnOnce(&Value) -> String,
    ) -> Exit {
        let (answer, error) = parts(outcome);
        let exit = error.as_ref().map_or(Exit::Done, Exit::of_job);
        self.tell_as(answer, error.as_ref(), show, exit, |error| self.teller.job_error(error, report))
    }

    fn tell_as(
        &self,
        answer: String,
        error: Option<&Error>,
        show: impl FnOnce(&Value) -> String,
        exit: Exit,
        words: impl FnOnce(&Error) -> String,
    ) -> Exit {
        let told: Value = serde_json::from_str(&answer).unwrap_or_default();
        let printed = if self.is_json { answer + "\n" } else { show(&told) };
        let exit = self.print(&printed, exit);
        self.teller.warnings(&told, error).iter().for_each(|warning| say(warning));
        if let Some(error) = error {
            say(&words(error));
        }
        exit
    }

    /// Writes to standard output. What nobody wants to read any more (`| head`) is no failure; what cannot be written is
    /// told beside, so that no id is lost.
    pub fn print(&self, text: &str, exit: Exit) -> Exit {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                say(&format!("{}\n{text}", Message::NoAnswerOut { why: &why(&error, self.lang) }.text(self.lang)));
                if exit == Exit::Done { Exit::Refused } else { exit }
            }
            _ => exit,
        }
    }

    /// Tells what stands against a command, which ends so.
    pub fn complain(&self, message: &Message, exit: Exit) -> Exit {
        complain(&message.text(self.lang), exit)
    }
}

/// The members of an answer, without what only says that it went well or what is told beside.
pub fn plain(answer: &Value) -> String {
    let rest = result_of(answer);
    match (rest.is_empty(), &answer["errcode"]) {
        (false, _) => table::members(&Value::Object(rest)),
        (true, errcode) if errcode == 0 => "ok\n".to_owned(),
        (true, _) => String::new(),
    }
}

/// What a job counted, in the language; nothing where it failed before there was anything to count.
pub fn counts(answer: &Value, lang: Language) -> String {
    /// From what was found to what failed.
    const ORDER: [&str; 15] = [
        "listed",
        "known",
        "matched",
        "unchanged",
        "created",
        "claimed",
        "adopted",
        "updated",
        "changed",
        "replaced",
        "saved",
        "deleted",
        "gone",
        "foreign",
        "failed",
    ];
    // Beside what WeCom's own answer to a call of the job holds.
    let mut counts: Vec<_> = result_of(answer).into_iter().filter(|(_, count)| count.is_number()).collect();
    if answer["errcode"] != 0 && counts.iter().all(|(_, count)| *count == 0) {
        return String::new();
    }
    counts.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name));
    let rows: Vec<_> = counts.iter().map(|(name, count)| vec![named(name, lang), table::cell(count)]).collect();
    table::table(&rows)
}

/// An outcome as an answer, and its error.
pub fn parts(outcome: Result<String, Error>) -> (String, Option<Error>) {
    match outcome {
        Ok(answer) => (answer, None),
        Err(error) => (error.to_json(), Some(error)),
    }
}

fn result_of(answer: &Value) -> Map<String, Value> {
    const TOLD_BESIDE: [&str; 5] = ["errcode", "errmsg", "warnings", "error", "failures"];
    let members = answer.as_object().cloned().unwrap_or_default();
    members.into_iter().filter(|(name, _)| !TOLD_BESIDE.contains(&name.as_str())).collect()
}

fn config(flags: &ArgMatches, lang: Language) -> Result<Map<String, Value>, Exit> {
    configuration::read(flags, lang).map_err(|why| match why {
        NoConfiguration::Wrong(words) => complain(&words, Exit::Usage),
        NoConfiguration::Interrupted => Exit::Interrupted,
    })
}

fn client(config: &Map<String, Value>) -> Result<Client, Error> {
    Client::new(&Value::Object(config.clone()).to_string(), &Shared::default())
}

/// How the program ends where there is no client.
fn refused(flags: &ArgMatches, error: &Error, lang: Language) -> Exit {
    let file = configuration::file(flags).map(|path| path.display().to_string()).unwrap_or_default();
    complain(&failure::of_configuration(error, &file, lang), Exit::of(error))
}

/// Says something on standard error.
pub fn say(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "contactway: {text}");
}

/// Says what is wrong, and how the program ends.
pub fn complain(text: &str, exit: Exit) -> Exit {
    say(text);
    exit
}
