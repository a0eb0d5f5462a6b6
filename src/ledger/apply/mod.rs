//! `apply`: WeCom made to hold the contact ways that rows describe.
//!
//! - `todo`: a row on its way, and what came of it
//! - `course`: the rows in their order, and what is written down of them
//! - `decide`: what a row needs
//! - `add`, `amend`, `claim`, `replace`: what a worker does about it
//! - `missing`: what no row describes any more

mod add;
mod amend;
mod claim;
mod course;
mod decide;
mod missing;
mod replace;
mod todo;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::Ledger;
use super::job::{Desk, Finding, Job, Progress, aside, look_for, run};
use super::report::Outcome;
use super::rows::{Scan, Source};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::fields::{Detail, Fields};
use crate::json::{self, Object};
use crate::rules::Validate;
use crate::store::{Change, Event};
use course::{Course, Strays};
use todo::Todo;

const REQUEST: &str = "the request";

/// How rows are applied.
#[allow(clippy::struct_excessive_bools)] // the request has so many
struct Plan {
    namespace: Option<String>,
    dry_run: bool,
    delete_missing: bool,
    max_delete: u64,
    replace: bool,
    recreate_gone: bool,
    overwrite: bool,
    concurrency: Option<u32>,
    report_path: Option<String>,
    path: Option<String>,
    validate: Validate,
}

impl Plan {
    fn read(object: &Object, validate: Validate) -> Result<Self, Error> {
        let mut fields = Fields::new(object, "");
        let flag = |fields: &mut Fields, name| fields.flag(name).unwrap_or(false);
        let has_rows = fields.value("rows").is_some();
        let path = fields.text("path").map(str::to_owned);
        let max_delete = fields.count("max_delete", 0);
        let plan = Self {
            namespace: fields.text("namespace").map(str::to_owned),
            dry_run: flag(&mut fields, "dry_run"),
            delete_missing: flag(&mut fields, "delete_missing"),
            max_delete: max_delete.unwrap_or(0).into(),
            replace: flag(&mut fields, "replace"),
            recreate_gone: flag(&mut fields, "recreate_gone"),
            overwrite: flag(&mut fields, "overwrite"),
            concurrency: fields.count("concurrency", 1),
            report_path: fields.text("report_path").map(str::to_owned),
            path,
            validate,
        };
        if has_rows == fields.value("path").is_some() {
            fields.wrong_together("one_of_two", "give either rows, or the path of a file");
        }
        if plan.delete_missing && fields.value("namespace").is_none() {
            let rest = "is required with delete_missing, which deletes only what apply made under it; give it";
            fields.wrong("namespace", "namespace_required", rest);
        }
        if plan.delete_missing && fields.value("max_delete").is_none() {
            let rest = "is required with delete_missing; give the most that may be deleted";
            fields.wrong("max_delete", "max_delete_required", rest);
        }
        if let (Some(path), Some(report)) = (&plan.path, &plan.report_path)
            && is_same_file(path, report)
        {
            let rest = "must not be the file of the rows, nor lead there; name another";
            fields.wrong("report_path", "report_is_input", rest);
        }
        fields.end(plan).map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))
    }
}

/// Whether writing a report would write to the file of the rows.
fn is_same_file(rows: &str, report: &str) -> bool {
    let real = |path: &str| fs::canonicalize(Path::new(path)).ok();
    let is_rows = |path: &str| real(path).is_some_and(|there| Some(there) == real(rows));
    is_rows(report) || is_rows(&format!("{report}.partial"))
}

impl Ledger {
    /// Makes WeCom hold what the rows of `request` describe.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some rows failed; or why it stopped.
    pub fn apply(
        &self,
        call: &Arc<Call>,
        request: &str,
        validate: Validate,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
        let plan = Plan::read(&object, validate)?;
        let mut source = match &plan.path {
            Some(path) => Source::open(path)?,
            None => Source::inline(json::member(request, "rows").unwrap_or_default())?,
        };
        let scan = source.scan(plan.validate)?;
        let name = format!("apply:{}", plan.namespace.as_deref().unwrap_or_default());
        let mut desk = Desk::new(self, call, progress);
        desk.total = scan.total;
        desk.warnings.extend(alike(&scan));
        desk.warnings.extend(scan.warnings.iter().cloned());
        let mut incomplete = None;
        let outcome = Job::begin(self, call, &name, plan.concurrency, &mut desk).and_then(|job| {
            desk.report_to(plan.report_path.as_deref())?;
            apply_rows(&job, &mut desk, &plan, &mut source)?;
            if plan.delete_missing && desk.count(Outcome::Failed) == 0 {
                incomplete = missing::delete(&job, &mut desk, &plan, &scan)?;
            }
            Ok(())
        });
        let counts = [
            ("created", Outcome::Created),
            ("claimed", Outcome::Claimed),
            ("updated", Outcome::Updated),
            ("unchanged", Outcome::Unchanged),
            ("deleted", Outcome::Deleted),
            ("replaced", Outcome::Replaced),
            ("failed", Outcome::Failed),
        ];
        let counts = counts.map(|(name, outcome)| (name, desk.count(outcome)));
        desk.answer(outcome, &counts, incomplete)
    }
}

/// Applies all rows, then those again of which an earlier add was open.
fn apply_rows(job: &Job, desk: &mut Desk, plan: &Plan, source: &mut Source) -> Result<(), Error> {
    let mut rows = source.rows()?;
    let mut course = Course::new(plan, move || Ok(rows.next_row()?.map(|read| read.map(Todo::of))));
    let mut outcome = run(job, desk, &mut course, |task| course::work(job, plan, task));
    desk.warnings.extend(elsewhere(&course.strays));
    loop {
        let (later, open) = course.left();
        if outcome.is_err() {
            for add in open {
                desk.add(&add.of.unclear());
            }
            return outcome;
        }
        let mut again = later;
        for (open, finding) in look_for(job, desk, open)? {
            let todo = open.of;
            match finding {
                Finding::Closed => again.push(todo),
                Finding::Absent(entry) => {
                    again.push(Todo { before: Some(Change { at: entry.at(), event: Event::Abandoned }), ..todo });
                }
                Finding::Unclear(error) if claim::is_candidate(&todo, &error) => {
                    let claimed = aside(job, desk, || Ok(claim::claim_candidate(job, plan, &todo, open.entry_id)))?;
                    desk.add(&claimed);
                }
                Finding::Unclear(error) => desk.add(&todo.finished(Outcome::Failed).failed(error)),
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        let mut again = again.into_iter();
        course = Course::new(plan, move || Ok(again.next().map(Ok)));
        outcome = run(job, desk, &mut course, |task| course::work(job, plan, task));
    }
}

const TELL_APART: &str = "give each its own state, by which its customers, and a lost add, are told apart";

/// The warning of rows that are equal but for the key.
fn alike(scan: &Scan) -> Option<Detail> {
    let (first, second) = scan.alike?;
    let message = match scan.alike_count {
        1 => format!("a row equals another one but for the key, lines {first} and {second} first: {TELL_APART}"),
        many => {
            format!("{many} rows equal another one but for the key, lines {first} and {second} first: {TELL_APART}")
        }
    };
    let mut detail = Detail::new("", "alike_rows", message);
    detail.line = Some(second);
    Some(detail)
}

/// The warning of rows whose keys stay in another namespace.
fn elsewhere(strays: &Strays) -> Option<Detail> {
    let (line, namespace) = strays.first.as_ref()?;
    let whose = namespace.as_deref().map_or_else(|| "none".to_owned(), |name| format!("\"{name}\""));
    let message = format!(
        "rows with keys of another namespace: {}, line {line} first (of {whose}); their keys stay in it, and delete_missing \
         and queries of this namespace pass them over: apply them under the namespace that they were made under",
        strays.count
    );
    let mut detail = Detail::new("", "other_namespace", message);
    detail.line = Some(*line);
    Some(detail)
}
