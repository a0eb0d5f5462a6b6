//! What happens to customers and WeCom tells the company's own server of, until it is told.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use serde::Serialize;

use crate::lock::lock;

/// So many wait to be told; what happens beyond is lost, and counted.
const WAITING_MAX: usize = 10_000;
/// So many that were told, or could not be, are remembered.
const TOLD_MAX: usize = 1_000;

/// What happened, in WeCom's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// A customer and a member became friends.
    AddExternalContact,
    /// The member deleted the customer.
    DelExternalContact,
    /// The customer deleted the member.
    DelFollowUser,
}

impl ChangeType {
    /// WeCom's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddExternalContact => "add_external_contact",
            Self::DelExternalContact => "del_external_contact",
            Self::DelFollowUser => "del_follow_user",
        }
    }
}

/// One event.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    pub change_type: ChangeType,
    pub corp_id: String,
    pub userid: String,
    pub external_userid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome_code: Option<String>,
    /// Seconds since 1970.
    pub at: i64,
}

/// An event that need not be told any more.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    #[serde(flatten)]
    pub event: Event,
    /// How often it was sent.
    pub attempts: u32,
    /// The HTTP status of the latest answer; none where no answer came.
    pub status: Option<u16>,
}

/// The events, in their order.
#[derive(Debug)]
pub struct Events {
    /// Whether anybody is there to be told.
    pub are_wanted: bool,
    kept: Mutex<Kept>,
    came: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    waiting: VecDeque<Event>,
    told: VecDeque<Told>,
    lost: u64,
    /// How often all was forgotten.
    resets: u64,
    is_over: bool,
}

/// What has become of the events, as a test reads it.
#[derive(Debug, Serialize)]
pub struct Report {
    callbacks: Vec<Told>,
    waiting: usize,
    lost: u64,
}

/// An event that is being told.
#[derive(Debug)]
pub struct Due {
    pub event: Event,
    reset: u64,
}

impl Events {
    pub fn new(are_wanted: bool) -> Self {
        Self { are_wanted, kept: Mutex::default(), came: Condvar::new() }
    }

    /// Notes what happened, if anybody wants to know.
    pub fn happened(&self, event: Event) {
        if !self.are_wanted {
            return;
        }
        let mut kept = lock(&self.kept);
        if kept.waiting.len() < WAITING_MAX {
            kept.waiting.push_back(event);
            self.came.notify_one();
        } else {
            kept.lost += 1;
        }
    }

    /// Waits for the oldest event, which goes on waiting until [`Events::settled`]; none when the sandbox ends.
    pub fn next(&self) -> Option<Due> {
        let mut kept = lock(&self.kept);
        loop {
            if kept.is_over {
                return None;
            }
            if let Some(event) = kept.waiting.front() {
                return Some(Due { event: event.clone(), reset: kept.resets });
            }
            kept = self.came.wait(kept).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What has become of an event; nothing is noted where all was forgotten meanwhile.
    pub fn settled(&self, due: Due, attempts: u32, status: Option<u16>) {
        let mut kept = lock(&self.kept);
        if kept.resets != due.reset {
            return;
        }
        kept.waiting.pop_front();
        if kept.told.len() == TOLD_MAX {
            kept.told.pop_front();
        }
        kept.told.push_back(Told { event: due.event, attempts, status });
    }

    pub fn report(&self) -> Report {
        let kept = lock(&self.kept);
        Report { callbacks: kept.told.iter().cloned().collect(), waiting: kept.waiting.len(), lost: kept.lost }
    }

    /// What was told, from the newest on, after so many of them, and how much is remembered.
    pub fn newest(&self, after: usize, most: usize) -> (Vec<Told>, usize) {
        let told = &lock(&self.kept).told;
        (told.iter().rev().skip(after).take(most).cloned().collect(), told.len())
    }

    /// Forgets all, told or not.
    pub fn clear(&self) {
        let mut kept = lock(&self.kept);
        *kept = Kept { resets: kept.resets + 1, is_over: kept.is_over, ..Kept::default() };
    }

    /// Nobody is told any more.
    pub fn end(&self) {
        lock(&self.kept).is_over = true;
        self.came.notify_all();
    }

    pub fn are_over(&self) -> bool {
        lock(&self.kept).is_over
    }
}
