//! Workers, and the one who hands them their tasks: the calling thread, which alone writes windows to the store, renews
//! the lease and tells of progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Desk, Job};
use crate::answer::{Error, Kind};
use crate::lock::lock;

/// What is written together: as many rows, or what came within this time.
pub const WINDOW: usize = 256;
pub const WINDOW_TIME: Duration = Duration::from_millis(20);
/// Two windows: workers are busy with one while the other is written.
const IN_PLAY: usize = 2 * WINDOW;
/// How often the lease, the call and the progress are looked at while nothing comes.
const TICK: Duration = Duration::from_millis(50);

/// The order in which a job's tasks come.
pub trait Course {
    type Task: Send;
    type Outcome: Send;

    /// Writes down what came of tasks, and names the next ones, `room` at most. It takes about [`WINDOW_TIME`].
    ///
    /// # Errors
    /// What ends the job. What it could not write it keeps, for when it is called again.
    fn turn(
        &mut self,
        job: &Job,
        desk: &mut Desk,
        done: Vec<Self::Outcome>,
        room: usize,
    ) -> Result<Turn<Self::Task>, Error>;
}

/// What comes next.
pub struct Turn<T> {
    pub tasks: Vec<T>,
    pub next: Next,
}

/// When there are more tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At once, if there is room.
    Ready,
    /// When some of those under way have ended.
    Waiting,
    /// Never.
    Over,
}

/// Runs a course to its end. `work` runs on several threads, all of which have ended when this returns.
///
/// # Errors
/// Why it stopped before its end. What its tasks had done by then is written down, if the store lets it.
pub fn run<C: Course>(
    job: &Job,
    desk: &mut Desk,
    course: &mut C,
    work: impl Fn(C::Task) -> C::Outcome + Sync,
) -> Result<(), Error> {
    let (give, tasks) = channel();
    let (tell, told) = channel();
    let tasks = Mutex::new(tasks);
    thread::scope(|scope| {
        let mut started = Ok(());
        for nth in 0..job.concurrency {
            let (tasks, work, tell) = (&tasks, &work, tell.clone());
            let worker = thread::Builder::new().name("contactway".to_owned());
            if let Err(error) = worker.spawn_scoped(scope, move || work_on(tasks, work, &tell)) {
                if nth == 0 {
                    started = Err(Error::new(Kind::Internal, format!("no thread can be started: {}", error.kind())));
                }
                break;
            }
        }
        drop(tell);
        started?;
        let outcome = direct(job, desk, course, &give, &told);
        drop(give);
        outcome
    })
}

/// Does `work` on another thread, while this one keeps the lease and tells of progress.
///
/// # Errors
/// Those of `work`, or why the job must stop.
pub fn aside<T: Send>(job: &Job, desk: &mut Desk, work: impl Fn() -> Result<T, Error> + Sync) -> Result<T, Error> {
    let mut only = Only { is_given: false, outcome: None };
    run(job, desk, &mut only, |()| work())?;
    only.outcome.unwrap_or_else(|| Err(Error::new(Kind::Internal, "a task came to nothing")))
}

/// A course of one task.
struct Only<T> {
    is_given: bool,
    outcome: Option<Result<T, Error>>,
}

impl<T: Send> Course for Only<T> {
    type Task = ();
    type Outcome = Result<T, Error>;

    fn turn(&mut self, _: &Job, _: &mut Desk, done: Vec<Self::Outcome>, room: usize) -> Result<Turn<()>, Error> {
        self.outcome = done.into_iter().next().or_else(|| self.outcome.take());
        let is_first = room > 0 && !std::mem::replace(&mut self.is_given, true);
        Ok(Turn { tasks: if is_first { vec![()] } else { Vec::new() }, next: Next::Over })
    }
}

/// What a worker tells; none where it broke.
type Told<O> = Option<O>;

fn work_on<T, O>(tasks: &Mutex<Receiver<T>>, work: &impl Fn(T) -> O, tell: &Sender<Told<O>>) {
    loop {
        let task = lock(tasks).recv();
        let Ok(task) = task else { return };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(task))).ok();
        if tell.send(outcome).is_err() {
            return;
        }
    }
}

fn direct<C: Course>(
    job: &Job,
    desk: &mut Desk,
    course: &mut C,
    give: &Sender<C::Task>,
    told: &Receiver<Told<C::Outcome>>,
) -> Result<(), Error> {
    let (mut in_play, mut done, mut next) = (0, Vec::new(), Next::Ready);
    loop {
        let may_go_on = job.halted().is_none() && next != Next::Over;
        let room = if may_go_on { WINDOW.min(IN_PLAY - in_play) } else { 0 };
        match course.turn(job, desk, std::mem::take(&mut done), room) {
            Ok(turn) => {
                in_play += turn.tasks.len();
                next = turn.next;
                for task in turn.tasks {
                    // The workers live until `give` is dropped.
                    let _taken = give.send(task);
                }
            }
            Err(error) => job.halt(job.unless_late(error)),
        }
        job.keep_up(desk);
        if let Some(error) = job.halted().filter(|_| in_play == 0) {
            return Err(error.clone());
        }
        if in_play == 0 && next == Next::Over {
            return Ok(());
        }
        let is_wanted = job.halted().is_none() && next == Next::Ready && IN_PLAY - in_play >= WINDOW;
        let patience = if is_wanted { Duration::ZERO } else { TICK };
        in_play -= gather(job, told, in_play, patience, &mut done);
    }
}

/// Gathers outcomes: a window at most, and waits for the first `patience` at most. How many tasks have ended.
fn gather<O>(job: &Job, told: &Receiver<Told<O>>, in_play: usize, patience: Duration, done: &mut Vec<O>) -> usize {
    let mut until = Instant::now() + patience;
    let mut ended = 0;
    while ended < in_play.min(WINDOW) {
        match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(outcome) => {
                if ended == 0 {
                    until = until.min(Instant::now() + WINDOW_TIME);
                }
                ended += 1;
                if outcome.is_none() {
                    job.halt(Error::new(Kind::Internal, "a bug in contactway: a job's worker broke"));
                }
                done.extend(outcome);
            }
            // The workers tell as long as there are tasks.
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => break,
        }
    }
    if in_play == 0 && !patience.is_zero() {
        thread::sleep(patience);
    }
    ended
}
