//! The rows in their order: what each needs, and what is written down of them, a window at a time.

use std::collections::HashMap;
use std::time::Instant;

use super::decide::{Need, Step, decide};
use super::todo::{Outcome, Todo};
use super::{Plan, add, amend, claim, replace};
use crate::answer::Error;
use crate::ledger::Leave;
use crate::ledger::job::{self, Desk, Finished, Job, Next, OpenAdd, Turn, WINDOW_TIME};
use crate::ledger::report::Outcome as Became;
use crate::ledger::rows::BadRow;
use crate::store::{At, Change, Entry, Event, Intended, Status, Window};

/// What a worker is to do.
pub enum Task {
    /// Send an add that is written down.
    Add { todo: Todo, at: At, leave: Leave },
    /// Anything else that a row needs.
    Do { todo: Todo, need: Need },
}

/// Does what a task says, on a worker.
pub fn work(job: &Job, plan: &Plan, task: Task) -> Outcome {
    match task {
        Task::Add { at, .. } if job.halted().is_some() => Outcome::Unsent { at },
        Task::Do { todo, .. } if job.halted().is_some() => Outcome::Later(todo),
        Task::Add { todo, at, leave } => add::add(job, plan, todo, at, leave),
        Task::Do { todo, need } => match need {
            Need::Amend { config_id } => amend::amend(job, plan, todo, &config_id),
            Need::Claim => Outcome::Finished(claim::claim(job, plan, &todo)),
            Need::Replace(entry) => replace::replace(job, plan, todo, &entry),
            Need::DropReplaced { entry, old } => Outcome::Finished(replace::drop_replaced(job, &todo, &entry, &old)),
        },
    }
}

/// A row as its source gives it; none at the end.
type Reading<'s> = Box<dyn FnMut() -> Result<Option<Result<Todo, BadRow>>, Error> + 's>;

/// The rows of one reading.
pub struct Course<'s> {
    plan: &'s Plan,
    rows: Reading<'s>,
    is_over: bool,
    /// What is to be written down.
    changes: Vec<Change>,
    /// What is done once that is written.
    finished: Vec<Finished>,
    later: Vec<Todo>,
    open: Vec<OpenAdd<Todo>>,
    /// Of rows whose keys belong to another namespace.
    pub strays: Strays,
}

/// Rows whose keys belong to another namespace than the one they are applied under.
#[derive(Default)]
pub struct Strays {
    pub count: u64,
    /// The line of the first, and the namespace of its key, if it has one.
    pub first: Option<(u64, Option<String>)>,
}

impl<'s> Course<'s> {
    pub fn new(plan: &'s Plan, rows: impl FnMut() -> Result<Option<Result<Todo, BadRow>>, Error> + 's) -> Self {
        Self {
            plan,
            rows: Box::new(rows),
            is_over: false,
            changes: Vec::new(),
            finished: Vec::new(),
            later: Vec::new(),
            open: Vec::new(),
            strays: Strays::default(),
        }
    }

    /// The rows that are to be decided about once more, and those whose adds are open.
    pub fn left(&mut self) -> (Vec<Todo>, Vec<OpenAdd<Todo>>) {
        (std::mem::take(&mut self.later), std::mem::take(&mut self.open))
    }

    fn take_in(&mut self, job: &Job, outcome: Outcome) {
        let corp_id = &job.ledger.corp_id;
        match outcome {
            Outcome::Finished(finished) => self.finished.push(finished),
            Outcome::Acked { todo, at, config_id, qr_code } => {
                self.finished.push(todo.finished(Became::Created).of(Some(&config_id), qr_code.as_deref()));
                let event = Event::Acked { corp_id: corp_id.clone(), config_id, qr_code };
                self.changes.push(Change { at, event });
            }
            Outcome::Refused { todo, at, error } => {
                self.changes.push(Change { at, event: Event::Refused });
                self.finished.push(todo.finished(Became::Failed).failed(error));
            }
            Outcome::Lost { todo, at } => {
                self.changes.push(Change { at, event: Event::Unknown });
                self.open.push(OpenAdd { entry_id: at.id, of: todo });
            }
            Outcome::Unsent { at } => self.changes.push(Change { at, event: Event::Refused }),
            Outcome::Open { todo, entry_id } => self.open.push(OpenAdd { entry_id, of: todo }),
            Outcome::Later(todo) => self.later.push(todo),
        }
    }

    /// Reads some rows, those that are bad told of; none at the end.
    fn read(&mut self, most: usize) -> Result<Vec<Todo>, Error> {
        let mut batch = Vec::with_capacity(most);
        while batch.len() < most {
            match (self.rows)()? {
                None => {
                    self.is_over = true;
                    break;
                }
                Some(Ok(todo)) => batch.push(todo),
                Some(Err(bad)) => {
                    let finished = Finished::new(Some(bad.line), bad.key.as_deref(), Became::Failed);
                    self.finished.push(finished.failed(bad.error));
                }
            }
        }
        Ok(batch)
    }

    /// Decides about a batch of rows: what is to be created, and tasks.
    fn decide(
        &mut self,
        job: &Job,
        batch: Vec<Todo>,
        tasks: &mut Vec<Task>,
        created: &mut Vec<Todo>,
    ) -> Result<(), Error> {
        let keys: Vec<_> = batch.iter().map(|todo| todo.row.key.as_str()).collect();
        let found = job.ledger.store.keyed(&job.short(), &job.ledger.corp_id, &keys)?;
        let now = job.ledger.store.now(&job.short())?;
        let mut entries: HashMap<String, Entry> = HashMap::with_capacity(found.len());
        for entry in found {
            let Some(key) = entry.key.clone() else { continue };
            entries.insert(key, entry);
        }
        for mut todo in batch {
            let entry = entries.remove(&todo.row.key);
            self.note_stray(&todo, entry.as_ref());
            match decide(job, self.plan, &mut todo, entry, now)? {
                Step::Look(entry_id) if todo.before.is_none() => self.open.push(OpenAdd { entry_id, of: todo }),
                // What was looked for in vain is given up as the next one is written down.
                Step::Create | Step::Look(_) => created.push(todo),
                Step::Do(need) => {
                    let is_add = matches!(need, Need::Replace(_));
                    self.changes.extend(if is_add { None } else { todo.before.take() });
                    tasks.push(Task::Do { todo, need });
                }
                Step::Finish(finished) => {
                    self.changes.extend(todo.before);
                    self.finished.push(finished);
                }
            }
        }
        Ok(())
    }

    fn note_stray(&mut self, todo: &Todo, entry: Option<&Entry>) {
        let Some(entry) = entry.filter(|entry| entry.status == Status::Active) else { return };
        if self.plan.namespace.is_some() && entry.namespace != self.plan.namespace {
            self.strays.first.get_or_insert_with(|| (todo.row.line, entry.namespace.clone()));
            self.strays.count += 1;
        }
    }

    /// Writes down what happened and what is about to be sent, in one commit.
    fn write(&mut self, job: &Job, desk: &mut Desk, created: Vec<Todo>, tasks: &mut Vec<Task>) -> Result<(), Error> {
        let leave = job.leave();
        let mut window = Window { changes: self.changes.clone(), ..Window::default() };
        for todo in &created {
            window.changes.extend(todo.before.clone());
            window.intents.push(add::intent(job, self.plan, &todo.row, &leave));
        }
        if !(window.changes.is_empty() && window.intents.is_empty()) {
            let settled = job.settle(&window)?;
            self.changes.clear();
            for (mut todo, intended) in created.into_iter().zip(settled.intents) {
                todo.before = None;
                match intended {
                    Intended::New { id, attempt, .. } => tasks.push(Task::Add { todo, at: At { id, attempt }, leave }),
                    // Somebody else was first.
                    _ => self.later.push(todo),
                }
            }
        }
        for finished in std::mem::take(&mut self.finished) {
            desk.add(&finished);
        }
        Ok(())
    }
}

impl job::Course for Course<'_> {
    type Task = Task;
    type Outcome = Outcome;

    fn turn(&mut self, job: &Job, desk: &mut Desk, done: Vec<Outcome>, room: usize) -> Result<Turn<Task>, Error> {
        for outcome in done {
            self.take_in(job, outcome);
        }
        let began = Instant::now();
        let (mut tasks, mut created) = (Vec::new(), Vec::new());
        let mut read = Ok(());
        while read.is_ok() && !self.is_over && began.elapsed() < WINDOW_TIME {
            let most = room.saturating_sub(tasks.len() + created.len());
            if most == 0 {
                break;
            }
            read = self.read(most).and_then(|batch| self.decide(job, batch, &mut tasks, &mut created));
        }
        if read.is_err() {
            created.clear();
            tasks.clear();
        }
        // What was done is written down whatever was read.
        self.write(job, desk, created, &mut tasks)?;
        read?;
        Ok(Turn { tasks, next: if self.is_over { Next::Over } else { Next::Ready } })
    }
}
