//! What may happen to an entry: every transition, without a database.
//!
//! A change names its entry and the attempt that it comes from. One of an attempt that others have overtaken changes
//! nothing, except that an acknowledgement always lands: WeCom has that contact way, whoever holds the entry by now.

use super::entry::{Doing, Doubt, Entry, Status};

/// An add that is about to be sent.
#[derive(Clone, Debug)]
pub struct Intent {
    pub corp_id: String,
    /// None only where it `replaces`.
    pub key: Option<String>,
    pub namespace: Option<String>,
    /// The add's request.
    pub request: String,
    /// Its fingerprint, by which replays are judged.
    pub asked: Vec<u8>,
    /// The fingerprint of its comparable members.
    pub matching: Vec<u8>,
    /// The active entry whose key it takes over once it is acknowledged.
    pub replaces: Option<i64>,
    /// Whether it is temporary, and how long it then lives, in milliseconds.
    pub lives_ms: Option<i64>,
    pub term: Term,
}

/// How long an attempt may send, and from when on its absence at WeCom says something, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// From now on.
    pub send_ms: i64,
    /// From the end of that on.
    pub settle_ms: i64,
}

/// What the store said to an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intended {
    /// It was written down: send.
    New {
        id: i64,
        attempt: i64,
        /// By the store's clock, in milliseconds.
        send_before: i64,
    },
    /// The key's contact way exists.
    Active(Box<Entry>),
    /// Somebody is sending for the key.
    InFlight(Box<Entry>),
    /// Nobody knows what became of the key's last attempt: look.
    Open(Box<Entry>),
}

/// Which entry, and which attempt at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub id: i64,
    pub attempt: i64,
}

/// What happened to an entry.
#[derive(Clone, Debug)]
pub struct Change {
    pub at: At,
    pub event: Event,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Event {
    /// WeCom answered the add with a `config_id`.
    Acked { corp_id: String, config_id: String, qr_code: Option<String> },
    /// A look found the contact way that the add made.
    Adopted { config_id: String, qr_code: Option<String>, seen: Sight },
    /// WeCom refused, or nothing was sent. An intent is removed, and its key is free; an active entry is let go.
    Refused,
    /// Nobody knows what became of the add.
    Unknown,
    /// Nobody knows what became of an update or a delete, which may still land for so long after its deadline.
    InDoubt { settle_ms: i64 },
    /// An open entry that is settled and was not found is removed, unless somebody has it.
    Abandoned,
    /// A whole walk (of an open entry) or a `get` (of an active one) did not find it.
    Missed,
    /// The right to send for it, if nobody else has it: for an open entry the add again, for an active one a change.
    /// The attempt's number rises by one.
    Take { doing: Doing, term: Term },
    /// WeCom took an update, after which this is wanted; `seen` is what it then has, if that is known. Userids that were
    /// taken out join those of before, of which those that are wanted again are no more; what is temporary lives for so
    /// long from now on, where the update said so.
    Updated { request: String, seen: Option<String>, taken_out: Vec<String>, lives_ms: Option<i64> },
    /// WeCom deleted it.
    Deleted,
    /// Others deleted it, or it expired.
    Gone,
    /// `get` found it.
    Seen(Sight),
    /// It gets this key, with what is wanted from now on.
    Claimed { key: String, namespace: Option<String>, request: String, asked: Vec<u8> },
}

/// What `get` answered.
#[derive(Clone, Debug)]
pub struct Sight {
    pub seen: String,
    /// Which credentials read it.
    pub seen_by: Vec<u8>,
    /// The generation of the `sync` that asked; none outside of one.
    pub generation: Option<i64>,
    pub qr_code: Option<String>,
    pub expires_at: Option<i64>,
}

/// A contact way that the ledger does not know, found at WeCom.
#[derive(Clone, Debug)]
pub struct Stranger {
    pub corp_id: String,
    pub config_id: String,
    pub sight: Sight,
}

/// Whether a change was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landed {
    /// It was; the entry's attempt now has this number.
    Yes { attempt: i64 },
    /// The entry is no more, or others have overtaken the attempt.
    Stale,
    /// Somebody has the entry, until then by the store's clock.
    Held { until: i64 },
    /// The key or the `config_id` stands on another entry.
    Taken(Box<Entry>),
}

/// What becomes of an entry.
pub(super) enum Fate {
    Kept(Landed),
    Written(Landed),
    Removed(Landed),
}

impl Entry {
    /// The entry, and its attempt as it is now.
    pub fn at(&self) -> At {
        At { id: self.id, attempt: self.attempt }
    }

    pub(super) fn intended(intent: &Intent, now: i64) -> Self {
        let send_before = now.saturating_add(intent.term.send_ms);
        Self {
            key: intent.key.clone(),
            namespace: intent.namespace.clone(),
            status: Status::Intended,
            config_id: None,
            request: intent.request.clone(),
            asked: Some(intent.asked.clone()),
            matching: Some(intent.matching.clone()),
            doing: Some(Doing::Add),
            send_before: Some(send_before),
            settle_at: Some(send_before.saturating_add(intent.term.settle_ms)),
            // The latest instant at which WeCom may have made it counts.
            expires_at: intent.lives_ms.map(|lives| send_before.saturating_add(lives)),
            replaces: intent.replaces,
            ..Self::stranger(&intent.corp_id, "", now)
        }
    }

    /// A contact way that exists, and of which nothing else is known.
    pub(super) fn stranger(corp_id: &str, config_id: &str, now: i64) -> Self {
        Self {
            id: 0,
            corp_id: corp_id.to_owned(),
            key: None,
            namespace: None,
            status: Status::Active,
            config_id: Some(config_id.to_owned()),
            qr_code: None,
            request: "{}".to_owned(),
            seen: None,
            asked: None,
            matching: None,
            attempt: 1,
            doing: None,
            doubt: Doubt::default(),
            send_before: None,
            settle_at: None,
            first_miss: None,
            seen_by: None,
            expires_at: None,
            listed: 0,
            checked: 0,
            replaces: None,
            taken_out: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// What its key's next intent is told.
    pub(super) fn meets_intent(self, now: i64) -> Intended {
        match self.status {
            Status::Intended if self.is_held(now) => Intended::InFlight(Box::new(self)),
            Status::Intended | Status::Unknown => Intended::Open(Box::new(self)),
            Status::Active | Status::Deleted | Status::Gone => Intended::Active(Box::new(self)),
        }
    }

    /// Makes a change, if it may be made. That a key or a `config_id` stands elsewhere is the caller's matter.
    pub(super) fn undergo(&mut self, change: &Change, now: i64) -> Fate {
        let current = change.at.attempt == self.attempt;
        if !current && !matches!(change.event, Event::Acked { .. }) {
            return Fate::Kept(Landed::Stale);
        }
        match &change.event {
            Event::Acked { config_id, qr_code, .. } => {
                if self.config_id.as_ref() == Some(config_id) && !self.status.is_open() {
                    // Completed before; what happened to it since then stands.
                    return Fate::Kept(self.landed());
                }
                self.exists(config_id, qr_code.as_ref());
            }
            Event::Adopted { config_id, qr_code, seen } if self.status.is_open() => {
                self.exists(config_id, qr_code.as_ref());
                self.see(seen);
            }
            Event::Refused if self.status.is_open() => return Fate::Removed(self.landed()),
            Event::Refused => self.release(),
            Event::Unknown if self.status.is_open() => {
                self.status = Status::Unknown;
                self.doing = None;
            }
            Event::InDoubt { settle_ms } if !self.status.is_open() => {
                self.come_into_doubt(*settle_ms);
                self.release();
            }
            Event::Abandoned if self.status.is_open() && !self.is_held(now) => return Fate::Removed(self.landed()),
            Event::Missed => self.first_miss = self.first_miss.or(Some(now)),
            Event::Take { doing, term } => return self.taken(*doing, *term, now),
            Event::Updated { request, seen, taken_out, lives_ms } if self.status == Status::Active => {
                if let (Some(lives_ms), Some(_)) = (lives_ms, self.expires_at) {
                    self.expires_at = Some(self.send_before.unwrap_or(now).saturating_add(*lives_ms));
                }
                self.request.clone_from(request);
                self.seen.clone_from(seen);
                self.keep_out(taken_out);
                self.release();
            }
            Event::Deleted if !self.status.is_open() => self.ended(Status::Deleted),
            Event::Gone if self.status == Status::Active => self.ended(Status::Gone),
            Event::Seen(sight) if matches!(self.status, Status::Active | Status::Gone) => {
                self.status = Status::Active;
                // What may still be under way is looked at again.
                if self.settle_at.is_none_or(|settled| settled <= now) {
                    self.doubt = Doubt::default();
                }
                self.see(sight);
            }
            Event::Claimed { key, .. } if self.key.as_ref().is_some_and(|known| known != key) => {
                return Fate::Kept(Landed::Taken(Box::new(self.clone())));
            }
            Event::Claimed { key, namespace, request, asked } if self.status == Status::Active => {
                self.key = Some(key.clone());
                self.namespace.clone_from(namespace);
                self.request.clone_from(request);
                self.asked = Some(asked.clone());
            }
            // Not of an entry that stands there.
            Event::Adopted { .. }
            | Event::Unknown
            | Event::InDoubt { .. }
            | Event::Abandoned
            | Event::Updated { .. }
            | Event::Deleted
            | Event::Gone
            | Event::Seen(_)
            | Event::Claimed { .. } => return Fate::Kept(Landed::Stale),
        }
        self.updated_at = now;
        Fate::Written(self.landed())
    }

    fn landed(&self) -> Landed {
        Landed::Yes { attempt: self.attempt }
    }

    fn exists(&mut self, config_id: &str, qr_code: Option<&String>) {
        self.status = Status::Active;
        self.config_id = Some(config_id.to_owned());
        self.qr_code = qr_code.cloned();
        self.seen = None;
        self.first_miss = None;
        self.settle_at = None;
        self.release();
    }

    pub(super) fn see(&mut self, sight: &Sight) {
        self.seen = Some(sight.seen.clone());
        self.seen_by = Some(sight.seen_by.clone());
        self.first_miss = None;
        self.checked = sight.generation.unwrap_or(self.checked);
        self.qr_code = sight.qr_code.clone().or(self.qr_code.take());
        self.expires_at = sight.expires_at.or(self.expires_at);
    }

    fn taken(&mut self, doing: Doing, term: Term, now: i64) -> Fate {
        if let Some(until) = self.send_before.filter(|_| self.is_held(now)) {
            return Fate::Kept(Landed::Held { until });
        }
        match doing {
            Doing::Add if self.status.is_open() => self.status = Status::Intended,
            Doing::Update | Doing::Delete if self.status == Status::Active => {}
            _ => return Fate::Kept(Landed::Stale),
        }
        // Whoever had it died in the midst of it.
        self.come_into_doubt(term.settle_ms);
        self.doing = Some(doing);
        self.attempt += 1;
        let send_before = now.saturating_add(term.send_ms);
        self.send_before = Some(send_before);
        if doing == Doing::Add {
            self.settle_at = Some(send_before.saturating_add(term.settle_ms));
        }
        self.first_miss = None;
        self.updated_at = now;
        Fate::Written(self.landed())
    }

    /// The update or delete that is under way may have landed, and may land until it is settled.
    fn come_into_doubt(&mut self, settle_ms: i64) {
        if let (Some(Doing::Update | Doing::Delete), Some(send_before)) = (self.doing, self.send_before) {
            self.doubt.add(self.doing);
            self.settle_at = self.settle_at.max(Some(send_before.saturating_add(settle_ms)));
        }
    }

    /// Userids that were taken out join those of before, but for those that are named again.
    pub(super) fn keep_out(&mut self, taken_out: &[String]) {
        self.taken_out.extend(taken_out.iter().map(|userid| userid.to_lowercase()));
        self.taken_out.sort_unstable();
        self.taken_out.dedup();
        if !self.taken_out.is_empty() {
            let named = self.users();
            self.taken_out.retain(|userid| !named.contains(userid));
        }
    }

    fn ended(&mut self, status: Status) {
        self.status = status;
        self.doubt = Doubt::default();
        self.release();
    }
}
