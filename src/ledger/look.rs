//! Looking: whether an add whose answer nobody has was carried out.
//!
//! That one walk through WeCom's list does not find it proves nothing, since the request may still be under way, or the
//! list lag behind. A second whole walk does, that began when nothing of the attempt can land any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Ledger;
use super::hash::{Hash, hash};
use super::reading::{Place, Sighting};
use crate::answer::Error;
use crate::call::Call;
use crate::store::{At, Change, Entry, Event, Landed, Query, Status, Window};

/// A walk begins so long before the first intent, in milliseconds.
const BEFORE_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;
/// How long after its deadline a call may still be told of, and write down, what WeCom said, in milliseconds.
const WRITING_MS: i64 = 2_000;
/// As many `config_id`s of strangers are remembered: WeCom has no more contact ways.
const REMEMBERED: usize = 500_000;
/// As many equal open intents are told apart.
const PEERS: i64 = 10_000;

/// Why it cannot be told yet what became of an add.
pub const NOT_YET: &str = "it may still come into the list, or the call that sent it may still write it down";

/// What several walks of one call or job have in common: a stranger is read once.
#[derive(Default)]
pub struct Look {
    /// Whether a job looks.
    pub job: bool,
    /// Strangers that no open intent asked for, by the hashes of their ids.
    strangers: HashSet<Hash>,
    /// Those that equal one.
    likely: HashMap<String, Sighting>,
}

/// What came of looking for one open intent.
#[derive(Debug)]
pub enum Found {
    /// Its entry is active now.
    Adopted,
    /// Nothing of it can land any more, and it is not there.
    Absent,
    /// Nobody can tell which of these is its.
    Several(Vec<String>),
    /// Another walk is due, not before so many milliseconds from now.
    NotYet { wait_ms: i64 },
}

impl Ledger {
    /// Walks through WeCom's list once for all of `open`, which are open entries of contact ways that are not temporary,
    /// adopts what it finds, and says for each of them what came of it.
    ///
    /// # Errors
    /// When WeCom or the store cannot be read; nothing is decided then.
    pub fn look(&self, call: &Arc<Call>, look: &mut Look, open: &[Entry]) -> Result<Vec<Found>, Error> {
        let began = self.store.now(call)?;
        let listed = self.walk(call, look, open, began)?;
        let mut found: Vec<Option<Found>> = open.iter().map(|_| None).collect();
        for place in 0..open.len() {
            if found[place].is_some() {
                continue;
            }
            let Some(matching) = &open[place].matching else { continue };
            let alike: Vec<_> = listed.iter().filter(|id| look.likely[*id].likeness[..] == matching[..]).collect();
            let group = self.decide(call, look, matching, &alike, began)?;
            for (entry, found) in
                open.iter().zip(&mut found).filter(|(entry, _)| entry.matching.as_ref() == Some(matching))
            {
                *found = Some(group.of(entry));
            }
        }
        Ok(found.into_iter().map(|found| found.unwrap_or(Found::NotYet { wait_ms: 0 })).collect())
    }

    /// A whole walk: the ids, in the list's order, of what the ledger does not know and some of `open` may have made.
    fn walk(&self, call: &Arc<Call>, look: &mut Look, open: &[Entry], began: i64) -> Result<Vec<String>, Error> {
        let wanted: HashSet<&[u8]> = open.iter().filter_map(|entry| entry.matching.as_deref()).collect();
        let mut place = Place { start_time: start(open, began, 0), ..Place::default() };
        let mut page = self.page(call, &place, look.job)?;
        if let Some(date) = page.date {
            let start_time = start(open, began, date - self.store.now(call)?);
            if start_time < place.start_time {
                // WeCom's clock is behind this one.
                place.start_time = start_time;
                page = self.page(call, &place, look.job)?;
            }
        }
        let mut likely = Vec::new();
        loop {
            let known: HashSet<String> = self.store.known(call, &self.corp_id, &page.config_ids)?.into_iter().collect();
            for config_id in page.config_ids {
                if !known.contains(&config_id) && self.is_likely(call, look, &wanted, &config_id)? {
                    likely.push(config_id);
                }
            }
            if page.next_cursor.is_empty() {
                return Ok(likely);
            }
            place.cursor = page.next_cursor;
            page = self.page(call, &place, look.job)?;
        }
    }

    /// Whether a contact way that the ledger does not know equals a wanted one; it is read unless it was.
    fn is_likely(
        &self,
        call: &Arc<Call>,
        look: &mut Look,
        wanted: &HashSet<&[u8]>,
        config_id: &str,
    ) -> Result<bool, Error> {
        if let Some(sighting) = look.likely.get(config_id) {
            return Ok(wanted.contains(&sighting.likeness[..]));
        }
        let stranger = hash(config_id.as_bytes());
        if look.strangers.contains(&stranger) {
            return Ok(false);
        }
        match self.sighting(call, config_id, look.job)? {
            Some(sighting) if wanted.contains(&sighting.likeness[..]) => {
                look.likely.insert(config_id.to_owned(), sighting);
                Ok(true)
            }
            _ => {
                if look.strangers.len() < REMEMBERED {
                    look.strangers.insert(stranger);
                }
                Ok(false)
            }
        }
    }

    /// Decides about all open intents of one `matching`, of which a walk that `began` then found `alike`, in the list's
    /// order. They are interchangeable: nobody was told an id yet.
    fn decide(
        &self,
        call: &Arc<Call>,
        look: &Look,
        matching: &[u8],
        alike: &[&String],
        began: i64,
    ) -> Result<Group, Error> {
        let (peers, alike) = self.standing(call, matching, alike)?;
        let now = self.store.now(call)?;
        let mut group = Group { began, now, ..Group::default() };
        if let Some(until) = peers.iter().filter_map(|peer| alive_until(peer, now)).max() {
            group.wait_ms = Some(until - now + 1);
            return Ok(group);
        }
        if alike.len() > peers.len() || alike.iter().any(|id| !look.likely[*id].has_marker) {
            group.several = alike.iter().map(|id| (*id).clone()).collect();
            group.peers = peers;
            return Ok(group);
        }
        let adoptions = peers.iter().zip(&alike).map(|(peer, config_id)| {
            let sight = look.likely[*config_id].sight.clone();
            let event = Event::Adopted { config_id: (*config_id).clone(), qr_code: sight.qr_code.clone(), seen: sight };
            Change { at: at(peer), event }
        });
        let missed = peers.iter().skip(alike.len()).filter(|peer| peer.first_miss.is_none());
        let missed = missed.map(|peer| Change { at: at(peer), event: Event::Missed });
        let changes: Vec<_> = adoptions.chain(missed).collect();
        let ids: Vec<_> = changes.iter().take(alike.len()).map(|change| change.at.id).collect();
        let settled = self.store.settle(call, Window { changes, ..Window::default() })?;
        let landed = settled.changes.iter().zip(ids);
        group.adopted = landed.filter(|(landed, _)| matches!(landed, Landed::Yes { .. })).map(|(_, id)| id).collect();
        group.peers = peers;
        Ok(group)
    }

    /// The open intents of one `matching`, and those of `alike` that are nobody's, both as of one moment: since they were
    /// listed, others may have adopted some, or been told of them.
    fn standing<'i>(
        &self,
        call: &Call,
        matching: &[u8],
        alike: &[&'i String],
    ) -> Result<(Vec<Entry>, Vec<&'i String>), Error> {
        let query = Query { open: Some(true), matching: Some(matching.to_vec()), ..Query::of(&self.corp_id) };
        let ids: Vec<String> = alike.iter().map(|id| (*id).clone()).collect();
        let mut peers = self.store.find(call, &query, 0, PEERS)?;
        loop {
            let known = self.store.known(call, &self.corp_id, &ids)?;
            let before = std::mem::replace(&mut peers, self.store.find(call, &query, 0, PEERS)?);
            if peers == before {
                return Ok((peers, alike.iter().copied().filter(|id| !known.contains(id)).collect()));
            }
        }
    }
}

/// What was decided about equal open intents.
#[derive(Default)]
struct Group {
    /// When the walk began, and when its outcome was looked at, by the store's clock.
    began: i64,
    now: i64,
    /// As they were when the walk had ended.
    peers: Vec<Entry>,
    /// The ids of the entries that adopted.
    adopted: Vec<i64>,
    several: Vec<String>,
    /// One of them may still be told what became of its add.
    wait_ms: Option<i64>,
}

impl Group {
    fn of(&self, entry: &Entry) -> Found {
        if let Some(wait_ms) = self.wait_ms {
            return Found::NotYet { wait_ms };
        }
        if !self.several.is_empty() {
            return Found::Several(self.several.clone());
        }
        if self.adopted.contains(&entry.id) {
            return Found::Adopted;
        }
        // What others have changed meanwhile is to be looked at anew.
        let Some(peer) = self.peers.iter().find(|peer| peer.id == entry.id && peer.attempt == entry.attempt) else {
            return Found::NotYet { wait_ms: 0 };
        };
        let settle_at = peer.settle_at.unwrap_or_default();
        if peer.first_miss.is_some() && settle_at <= self.began {
            return Found::Absent;
        }
        Found::NotYet { wait_ms: (settle_at - self.now).max(0) }
    }
}

fn at(entry: &Entry) -> At {
    At { id: entry.id, attempt: entry.attempt }
}

/// Until when an entry's own call may still learn what became of its add, by the store's clock.
fn alive_until(entry: &Entry, now: i64) -> Option<i64> {
    let until = entry.send_before.filter(|_| entry.status == Status::Intended)?.saturating_add(WRITING_MS);
    (now <= until).then_some(until)
}

/// Where a walk begins: before the first of `open` was made, in seconds by WeCom's clock, which is `ahead_ms` ahead of the
/// store's.
fn start(open: &[Entry], now: i64, ahead_ms: i64) -> i64 {
    let first = open.iter().map(|entry| entry.created_at).min().unwrap_or(now);
    // A clock that was set back says little of when it was.
    let first = if first > now { now - (first - now) - DAY_MS } else { first };
    (first.saturating_add(ahead_ms) - BEFORE_MS).max(0) / 1000
}
