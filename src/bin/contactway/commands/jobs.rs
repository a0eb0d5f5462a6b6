//! The jobs over many contact ways.

use clap::ArgMatches;
use contactway::{Error, Options, Progress};
use serde_json::{Map, Value};

use super::entry::{Entry, object, with_ledger};
use crate::arguments::{self, Flag, Takes};
use crate::exit::Exit;
use crate::messages::{Message, Text, why};
use crate::plan;
use crate::progress::Bar;
use crate::report::Report;
use crate::session::{Session, counts};

const APPLIED: &[Flag] = &[
    Flag::new("path", Takes::Place("FILE"), Text::Rows),
    Flag::new("dry_run", Takes::Nothing, Text::DryRun),
    Flag::new("namespace", Takes::Text, Text::Namespace),
    Flag::new("delete_missing", Takes::Nothing, Text::DeleteMissing),
    Flag::new("max_delete", Takes::Integer, Text::MaxDelete),
    Flag::new("replace", Takes::Nothing, Text::Replace),
    Flag::new("recreate_gone", Takes::Nothing, Text::RecreateGone),
    Flag::new("overwrite", Takes::Nothing, Text::Overwrite),
    Flag::new("concurrency", Takes::Integer, Text::Concurrency),
    Flag::new("report_path", Takes::File, Text::ReportPath),
];
const SYNCED: &[Flag] = &[
    Flag::new("start_time", Takes::Integer, Text::SyncStartTime),
    Flag::new("end_time", Takes::Integer, Text::EndTime),
    Flag::new("concurrency", Takes::Integer, Text::Concurrency),
];
const REPLACED: &[Flag] = &[
    Flag::new("from", Takes::Text, Text::From),
    Flag::new("to", Takes::Texts, Text::To),
    Flag::new("dry_run", Takes::Nothing, Text::DryRun),
    Flag::new("concurrency", Takes::Integer, Text::Concurrency),
    Flag::new("report_path", Takes::File, Text::ReportPath),
];

pub const APPLY: Entry = Entry {
    command: |lang| arguments::command("apply", Text::Apply, APPLIED, lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            let work = Work {
                job: &|request, options, progress| session.client.apply(request, options, progress),
                nothing: Message::NoRows(given.get_one::<String>("path").map_or("", String::as_str)),
            };
            work.planned_or_done(session, given, object(arguments::given(APPLIED, given)))
        })
    },
};

pub const SYNC: Entry = Entry {
    command: |lang| arguments::command("sync", Text::Sync, SYNCED, lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            let work = Work {
                job: &|request, options, progress| session.client.sync(request, options, progress),
                nothing: Message::NoneListed,
            };
            work.done(session, &object(arguments::given(SYNCED, given)))
        })
    },
};

pub const REPLACE_USER: Entry = Entry {
    command: |lang| arguments::command("replace-user", Text::ReplaceUser, REPLACED, lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            let mut request = object(arguments::given(REPLACED, given));
            request.entry("to").or_insert_with(|| Value::Array(Vec::new()));
            let work = Work {
                job: &|request, options, progress| session.client.replace_user(request, options, progress),
                nothing: Message::NobodyNames(given.get_one::<String>("from").map_or("", String::as_str)),
            };
            work.planned_or_done(session, given, request)
        })
    },
};

/// A job of the library's.
type Job<'j> = dyn Fn(&str, &Options, Option<&mut dyn Progress>) -> Result<String, Error> + 'j;

/// A job, and what there is to say of it where it found nothing to do.
struct Work<'w> {
    job: &'w Job<'w>,
    nothing: Message<'w>,
}

impl Work<'_> {
    fn planned_or_done(&self, session: &Session, given: &ArgMatches, mut request: Map<String, Value>) -> Exit {
        if !given.get_flag("dry_run") || session.is_json {
            return self.done(session, &request);
        }
        let report = match Report::begin(&mut request) {
            Ok(report) => report,
            Err(error) => {
                let path = std::env::temp_dir().display().to_string();
                let why = why(&error, session.lang);
                return session.complain(&Message::Unwritable { path: &path, why: &why }, Exit::Refused);
            }
        };
        let outcome = self.run(session, &request);
        let report = Some(&report).filter(|_| Report::is_written(&outcome));
        self.tell(session, outcome, report, |answer| plan::text(report, answer, session.lang))
    }

    fn done(&self, session: &Session, request: &Map<String, Value>) -> Exit {
        let outcome = self.run(session, request);
        let report = Report::asked_for(request).filter(|_| Report::is_written(&outcome));
        self.tell(session, outcome, report.as_ref(), |answer| counts(answer, session.lang))
    }

    fn run(&self, session: &Session, request: &Map<String, Value>) -> Result<String, Error> {
        let mut bar = Bar::new(session.lang);
        let request = Value::Object(request.clone()).to_string();
        (self.job)(&request, &session.options(), Some(&mut |progress: &str| bar.tell(progress)))
    }

    fn tell(
        &self,
        session: &Session,
        outcome: Result<String, Error>,
        report: Option<&Report>,
        show: impl FnOnce(&Value) -> String,
    ) -> Exit {
        let found_nothing = outcome.as_ref().is_ok_and(|answer| counts_nothing(answer));
        let exit = session.tell_job(outcome, report, show);
        if found_nothing { session.complain(&self.nothing, exit) } else { exit }
    }
}

/// Whether all that a job's answer counts is zero.
fn counts_nothing(answer: &str) -> bool {
    let answer: Map<String, Value> = serde_json::from_str(answer).unwrap_or_default();
    answer.values().filter_map(Value::as_i64).all(|count| count == 0)
}
