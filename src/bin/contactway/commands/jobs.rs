//! The jobs over many contact ways.

use clap::ArgMatches;
use contactway::{Error, Options, Progress};
use serde_json::{Map, Value};

use super::entry::{Entry, object, with_ledger};
use crate::arguments::{self, Flag, Takes};
use crate::exit::Exit;
use crate::messages::{Message, Text};
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
            planned_or_done(session, given, object(arguments::given(APPLIED, given)), &|request, options, progress| {
                session.client.apply(request, options, progress)
            })
        })
    },
};

pub const SYNC: Entry = Entry {
    command: |lang| arguments::command("sync", Text::Sync, SYNCED, lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            done(session, &object(arguments::given(SYNCED, given)), &|request, options, progress| {
                session.client.sync(request, options, progress)
            })
        })
    },
};

pub const REPLACE_USER: Entry = Entry {
    command: |lang| arguments::command("replace-user", Text::ReplaceUser, REPLACED, lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            let mut request = object(arguments::given(REPLACED, given));
            request.entry("to").or_insert_with(|| Value::Array(Vec::new()));
            planned_or_done(session, given, request, &|request, options, progress| {
                session.client.replace_user(request, options, progress)
            })
        })
    },
};

/// A job of the library's.
type Job<'j> = dyn Fn(&str, &Options, Option<&mut dyn Progress>) -> Result<String, Error> + 'j;

fn planned_or_done(session: &Session, given: &ArgMatches, mut request: Map<String, Value>, job: &Job) -> Exit {
    if !given.get_flag("dry_run") || session.is_json {
        return done(session, &request, job);
    }
    let report = match Report::begin(&mut request) {
        Ok(report) => report,
        Err(error) => {
            let path = std::env::temp_dir().display().to_string();
            return session.complain(&Message::Unwritable { path: &path, why: &error.to_string() }, Exit::Refused);
        }
    };
    let outcome = with_progress(session, &request, job);
    let report = Some(&report).filter(|_| Report::is_written(&outcome));
    session.tell_job(outcome, report, |answer| plan::text(report, answer, session.lang))
}

fn done(session: &Session, request: &Map<String, Value>, job: &Job) -> Exit {
    let outcome = with_progress(session, request, job);
    let report = Report::asked_for(request).filter(|_| Report::is_written(&outcome));
    session.tell_job(outcome, report.as_ref(), |answer| counts(answer, session.lang))
}

fn with_progress(session: &Session, request: &Map<String, Value>, job: &Job) -> Result<String, Error> {
    let mut bar = Bar::new(session.lang);
    let request = Value::Object(request.clone()).to_string();
    job(&request, &session.options(), Some(&mut |progress: &str| bar.tell(progress)))
}
