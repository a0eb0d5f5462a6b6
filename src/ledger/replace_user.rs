//! `replace_user`: one member taken out of every contact way that names them, and others put in.

use std::sync::Arc;

use serde_json::json;

use super::foreseen::changes;
use super::job::{self, Desk, Finished, Job, Next, Progress, Turn, Update, run};
use super::reading::Sighting;
use super::report::Outcome;
use super::{Ledger, update};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::fields::Fields;
use crate::json::{self, Object};
use crate::store::{Entry, Event, Query, Status};

const REQUEST: &str = "the request";
/// A contact way has at most so many users.
const USERS_MAX: usize = 100;
/// The type of a contact way for one person.
const ONE_PERSON: i64 = 1;
/// As many entries are read at once.
const PAGE: usize = 256;

struct Plan {
    from: String,
    to: Vec<String>,
    dry_run: bool,
    report_path: Option<String>,
}

impl Plan {
    fn read(fields: &mut Fields) -> Self {
        let from = fields.text("from").unwrap_or_default().to_owned();
        let to = fields.texts("to").unwrap_or_default();
        let dry_run = fields.flag("dry_run").unwrap_or(false);
        let report_path = fields.text("report_path").map(str::to_owned);
        for (name, rest) in [
            ("from", "is required: the userid to take out; give it"),
            ("to", "is required: the userids to put in, or [] for none; give it"),
        ] {
            if fields.value(name).is_none() {
                fields.wrong(name, "required", rest);
            }
        }
        if to.iter().any(String::is_empty) {
            fields.wrong("to", "empty", "must not hold an empty userid; remove it");
        }
        if to.iter().any(|userid| same(userid, &from)) {
            fields.wrong("to", "same_userid", "must not hold the userid that is taken out; remove it");
        }
        Self { from, to, dry_run, report_path }
    }

    /// `users` after the replacement; the member's place is theirs that come.
    fn replaced(&self, users: &[&str]) -> Vec<String> {
        let mut replaced: Vec<String> = Vec::with_capacity(users.len() + self.to.len());
        for userid in users {
            let them = std::slice::from_ref(userid);
            let come: Vec<&str> =
                if same(userid, &self.from) { self.to.iter().map(String::as_str).collect() } else { them.to_vec() };
            for userid in come {
                if !replaced.iter().any(|known| same(known, userid)) {
                    replaced.push(userid.to_owned());
                }
            }
        }
        replaced
    }
}

/// WeCom takes a userid without regard to case.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl Ledger {
    /// Replaces one member by others in every contact way that names them.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some could not be changed; or why it stopped.
    pub fn replace_user(
        &self,
        call: &Arc<Call>,
        request: &str,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
        let mut fields = Fields::new(&object, "");
        let plan = Plan::read(&mut fields);
        let concurrency = fields.count("concurrency", 1);
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))?;
        let mut desk = Desk::new(self, call, progress);
        let query = Query { user: Some(plan.from.clone()), status: Some(Status::Active), ..Query::of(&self.corp_id) };
        let mut course = Course { query, after: 0, matched: 0 };
        let outcome = Job::begin(self, call, "replace_user", concurrency, &mut desk).and_then(|job| {
            desk.report_to(plan.report_path.as_deref())?;
            desk.total = self.store.count(&job.short(), &course.query)?;
            run(&job, &mut desk, &mut course, |entry| replace(&job, &plan, &entry))
        });
        let counts = [
            ("matched", course.matched),
            ("updated", desk.count(Outcome::Updated)),
            ("failed", desk.count(Outcome::Failed)),
        ];
        desk.answer(outcome, &counts, None)
    }
}

struct Course {
    query: Query,
    after: i64,
    matched: u64,
}

impl job::Course for Course {
    type Task = Entry;
    /// None where the job stops.
    type Outcome = Option<Finished>;

    fn turn(
        &mut self,
        job: &Job,
        desk: &mut Desk,
        done: Vec<Option<Finished>>,
        room: usize,
    ) -> Result<Turn<Entry>, Error> {
        done.iter().flatten().for_each(|finished| desk.add(finished));
        if room < PAGE {
            return Ok(Turn { tasks: Vec::new(), next: Next::Waiting });
        }
        let now = job.ledger.store.now(&job.short())?;
        let mut tasks = job.ledger.store.find(&job.short(), &self.query, self.after, 256)?;
        let Some(last) = tasks.last() else { return Ok(Turn { tasks, next: Next::Over }) };
        self.after = last.id;
        // What has expired cannot be changed, and nobody meets it any more.
        tasks.retain(|entry| !entry.is_over(now));
        self.matched += tasks.len() as u64;
        Ok(Turn { tasks, next: Next::Ready })
    }
}

/// Replaces the member in one contact way; none where the job stops.
fn replace(job: &Job, plan: &Plan, entry: &Entry) -> Option<Finished> {
    if job.halted().is_some() {
        return None;
    }
    let config_id = entry.config_id.as_deref().unwrap_or_default();
    let finished =
        |result| Finished::new(None, entry.key.as_deref(), result).of(Some(config_id), entry.qr_code.as_deref());
    if plan.dry_run {
        return Some(foreseen(plan, entry, finished));
    }
    Some(match changed(job, plan, config_id) {
        Ok(true) => finished(Outcome::Updated),
        Ok(false) => finished(Outcome::Unchanged),
        Err(error) => finished(Outcome::Failed).failed(error),
    })
}

/// What would become of it, as far as the ledger knows.
fn foreseen(plan: &Plan, entry: &Entry, finished: impl Fn(Outcome) -> Finished) -> Finished {
    // WeCom did not show it when it was last asked.
    if entry.first_miss.is_some() {
        return finished(Outcome::Failed).failed(job::not_there(entry.config_id.as_deref().unwrap_or_default()));
    }
    let known = entry.seen.as_ref().unwrap_or(&entry.request);
    match users_after(plan, known) {
        Ok(Some(users)) => {
            let wanted = json!({"user": users}).to_string();
            finished(Outcome::Updated).foreseen(changes(&["user"], known, &wanted))
        }
        Ok(None) => finished(Outcome::Unchanged),
        Err(error) => finished(Outcome::Failed).failed(error),
    }
}

/// Whether it was changed.
fn changed(job: &Job, plan: &Plan, config_id: &str) -> Result<bool, Error> {
    let update = job.change(config_id, |entry, sighting| wanted_update(plan, config_id, entry, sighting))?;
    if update.body.is_none() {
        return Ok(false);
    }
    let after = match job.sighting(config_id) {
        // WeCom took it, and the job stops before it could be looked at.
        Err(_) if job.halted().is_some() || job.call.check().is_err() => return Ok(true),
        read => read?.ok_or_else(|| job::not_there(config_id))?,
    };
    let way = Object::parse(&after.sight.seen).map_err(|error| unreadable(&error))?;
    let users = users(&way);
    let lacks = plan.to.iter().find(|userid| !users.iter().any(|user| same(user, userid)));
    if users.iter().any(|userid| same(userid, &plan.from)) {
        return Err(Error::new(Kind::Api, "WeCom took the update, and still names the member: look at it by hand"));
    }
    if let Some(userid) = lacks {
        let text = format!("WeCom took the update, and does not name {userid}: look at it by hand");
        return Err(Error::new(Kind::Api, text));
    }
    // The next run reads it again if this cannot be written.
    if let Some(entry) = job.ledger.active(&job.short(), config_id)? {
        job.ledger.store.change(&job.short(), entry.at(), Event::Seen(after.sight))?;
    }
    Ok(true)
}

fn wanted_update(plan: &Plan, config_id: &str, entry: &Entry, sighting: &Sighting) -> Result<Update, Error> {
    let seen = &sighting.sight.seen;
    let Some(users) = users_after(plan, seen)? else {
        return Ok(Update { body: None, request: entry.request.clone(), taken_out: Vec::new() });
    };
    let wanted = json!({"user": users}).to_string();
    let body = update::body(config_id, &wanted, &["user"], seen).map_err(|error| unreadable(&error))?;
    // Of what was adopted nobody has asked for anything.
    let is_adopted = entry.request == "{}";
    let request = if is_adopted {
        entry.request.clone()
    } else {
        update::fold(&entry.request, &body).map_err(|error| unreadable(&error))?
    };
    Ok(Update { body: Some(body), request, taken_out: vec![plan.from.clone()] })
}

/// The users that a contact way would have; none where it does not name the member.
fn users_after(plan: &Plan, known: &str) -> Result<Option<Vec<String>>, Error> {
    let way = Object::parse(known).map_err(|error| unreadable(&error))?;
    let before = users(&way);
    if !before.iter().any(|userid| same(userid, &plan.from)) {
        return Ok(None);
    }
    let after = plan.replaced(&before);
    let is_for_one = way.get("type").and_then(json::Value::as_integer) == Some(ONE_PERSON);
    let why = match after.len() {
        0 => "it would be left without a user: name somebody in to, or delete it",
        2.. if is_for_one => "it is for one person (type 1): name one userid in to",
        many if many > USERS_MAX => "it would have more than 100 users: name fewer in to",
        _ => return Ok(Some(after)),
    };
    Err(Error::new(Kind::InvalidRequest, why))
}

fn users<'o>(way: &'o Object) -> Vec<&'o str> {
    let users = way.get("user").and_then(json::Value::as_list).unwrap_or_default();
    users.iter().filter_map(json::Value::as_text).collect()
}

fn unreadable(error: &json::Error) -> Error {
    Error::new(Kind::BadResponse, format!("the contact way cannot be read: {error}"))
}
