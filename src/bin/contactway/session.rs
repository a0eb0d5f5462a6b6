//! One command under way: its client, its options, and how its outcome is told.

use std::io::{self, Write as _};
use std::time::Duration;

use clap::{ArgMatches, Command};
use contactway::{Canceller, Client, Error, Language, Options, Shared};
use serde_json::Value;

use crate::configuration::{self, NoConfiguration};
use crate::exit::Exit;
use crate::failure::{self, Teller};
use crate::interrupt;
use crate::messages::Message;
use crate::table;

/// What a command works with.
pub struct Session<'c> {
    pub client: Client,
    pub lang: Language,
    pub is_json: bool,
    timeout: Option<Duration>,
    canceller: Canceller,
    teller: Teller<'c>,
}

impl<'c> Session<'c> {
    /// Makes the client as file, environment and flags describe it.
    ///
    /// # Errors
    /// How the program ends where it cannot be made; why is told.
    pub fn open(flags: &ArgMatches, command: &'c Command, lang: Language) -> Result<Self, Exit> {
        let config = configuration::read(flags, lang).map_err(|why| match why {
            NoConfiguration::Wrong(words) => complain(&words, Exit::Usage),
            NoConfiguration::Interrupted => Exit::Interrupted,
        })?;
        let client = Client::new(&config, &Shared::default()).map_err(|error| {
            let file = flags.get_one::<String>("config").cloned();
            let default = || configuration::default_file().map(|path| path.display().to_string());
            let file = file.or_else(default).unwrap_or_default();
            complain(&failure::of_configuration(&error, &file, lang), Exit::of(&error))
        })?;
        let canceller = Canceller::new();
        interrupt::watch(&canceller, lang)
            .map_err(|error| complain(&Message::NoSignals { why: &error.to_string() }.text(lang), Exit::TryAgain))?;
        let timeout = flags.get_one::<u64>("timeout-ms").map(|ms| Duration::from_millis(*ms));
        let is_json = flags.get_one::<String>("output").is_some_and(|form| form == "json");
        Ok(Self { client, lang, is_json, timeout, canceller, teller: Teller { lang, command } })
    }

    /// The options of a call.
    pub fn options(&self) -> Options {
        Options { timeout: self.timeout, canceller: Some(self.canceller.clone()), ..Options::default() }
    }

    /// Tells what a call came to: as it is, or as `show` writes it for people.
    pub fn tell(&self, outcome: Result<String, Error>, show: impl FnOnce(&Value) -> String) -> Exit {
        self.tell_as(outcome, show, Exit::of)
    }

    /// The same of a job.
    pub fn tell_job(&self, outcome: Result<String, Error>, show: impl FnOnce(&Value) -> String) -> Exit {
        self.tell_as(outcome, show, Exit::of_job)
    }

    fn tell_as(
        &self,
        outcome: Result<String, Error>,
        show: impl FnOnce(&Value) -> String,
        exit_of: fn(&Error) -> Exit,
    ) -> Exit {
        let (answer, exit) = match &outcome {
            Ok(answer) => (answer.clone(), Exit::Done),
            Err(error) => (error.to_json(), exit_of(error)),
        };
        let told: Value = serde_json::from_str(&answer).unwrap_or_default();
        let printed = if self.is_json { answer + "\n" } else { show(&told) };
        let exit = self.print(&printed, exit);
        match outcome {
            Ok(_) => self.teller.warnings(&told).iter().for_each(|warning| say(warning)),
            Err(error) => say(&self.teller.error(&error)),
        }
        exit
    }

    /// Writes to standard output. What nobody wants to read any more (`| head`) is no failure; what cannot be written is
    /// told beside, so that no id is lost.
    pub fn print(&self, text: &str, exit: Exit) -> Exit {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                say(&format!("{}\n{text}", Message::NoAnswerOut { why: &error.to_string() }.text(self.lang)));
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
    let mut rest = answer.clone();
    if let Some(members) = rest.as_object_mut() {
        for told in ["errcode", "errmsg", "warnings", "error", "failures"] {
            members.remove(told);
        }
        if members.is_empty() {
            return if answer["errcode"] == 0 { "ok\n".to_owned() } else { String::new() };
        }
    }
    table::members(&rest)
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
