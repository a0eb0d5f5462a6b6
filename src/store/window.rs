//! One window of the ledger's writes, in one transaction: what happened, and what is about to be sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::cell::Cell;
use super::change::{Change, Event, Fate, Intended, Intent, Landed, Stranger};
use super::entry::{Entry, Status};
use super::sql::{Fault, Sql};

/// What is written together.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// In this order.
    pub changes: Vec<Change>,
    pub strangers: Vec<Stranger>,
    pub intents: Vec<Intent>,
}

impl Window {
    pub(super) fn rows(&self) -> usize {
        self.changes.len() + self.strangers.len() + self.intents.len()
    }
}

/// What came of it, item by item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub changes: Vec<Landed>,
    /// The stranger's new entry; none where its `config_id` was known by then.
    pub strangers: Vec<Option<i64>>,
    pub intents: Vec<Intended>,
}

/// Writes a window.
pub(super) fn settle(sql: &mut dyn Sql, now: i64, window: &Window) -> Result<Settled, Fault> {
    let changes = make(sql, now, &window.changes)?;
    let strangers = window.strangers.iter().map(|stranger| {
        let mut entry = Entry::stranger(&stranger.corp_id, &stranger.config_id, now);
        entry.see(&stranger.sight);
        entry
    });
    let strangers = sql.insert(&strangers.collect::<Vec<_>>())?;
    let intents = intend(sql, now, &window.intents)?;
    Ok(Settled { changes, strangers, intents })
}

fn intend(sql: &mut dyn Sql, now: i64, intents: &[Intent]) -> Result<Vec<Intended>, Fault> {
    let entries: Vec<_> = intents.iter().map(|intent| Entry::intended(intent, now)).collect();
    let ids = sql.insert(&entries)?;
    let mut intended = Vec::with_capacity(entries.len());
    for (entry, id) in entries.into_iter().zip(ids) {
        intended.push(match (id, entry.send_before) {
            (Some(id), Some(send_before)) => Intended::New { id, attempt: entry.attempt, send_before },
            _ => standing(sql, &entry)?.meets_intent(now),
        });
    }
    Ok(intended)
}

/// The entry because of which an intent could not be written.
fn standing(sql: &mut dyn Sql, wanted: &Entry) -> Result<Entry, Fault> {
    let corp_id = &wanted.corp_id;
    let found = match (&wanted.key, wanted.replaces) {
        (Some(key), _) => holders(sql, corp_id, [key.as_str()])?,
        (None, replaces) => {
            sql.entries("replaces = ?1 AND corp_id = ?2 AND status IN (0, 2)", vec![replaces.into()], corp_id)?
        }
    };
    // It may have gone in between.
    found.into_iter().next().ok_or_else(|| Fault::Again(super::sql::failed("a key changed hands; try again")))
}

/// The entries that hold these keys.
fn holders<'k>(sql: &mut dyn Sql, corp_id: &str, keys: impl IntoIterator<Item = &'k str>) -> Result<Vec<Entry>, Fault> {
    let keys = keys.into_iter().map(Cell::from).collect();
    sql.entries("key = ?1 AND corp_id = ?2 AND status < 3", keys, corp_id)
}

/// For each of `keys` the entry that holds it, or else those that held it and are gone, unless one that was deleted held it
/// after them.
pub(super) fn keyed(sql: &mut dyn Sql, corp_id: &str, keys: &[&str]) -> Result<Vec<Entry>, Fault> {
    let mut found = holders(sql, corp_id, keys.iter().copied())?;
    let held: HashSet<_> = found.iter().filter_map(|entry| entry.key.clone()).collect();
    let free = keys.iter().filter(|key| !held.contains(**key)).map(|key| Cell::from(*key)).collect();
    let mut gone = sql.entries("key = ?1 AND corp_id = ?2 AND status = 4", free, corp_id)?;
    if !gone.is_empty() {
        let keys = gone.iter().filter_map(|entry| entry.key.as_deref()).map(Cell::from).collect();
        let deleted = sql.entries("key = ?1 AND corp_id = ?2 AND status = 3", keys, corp_id)?;
        gone.retain(|gone| !deleted.iter().any(|deleted| deleted.key == gone.key && deleted.id > gone.id));
    }
    found.extend(gone);
    Ok(found)
}

/// Makes changes, in their order.
fn make(sql: &mut dyn Sql, now: i64, changes: &[Change]) -> Result<Vec<Landed>, Fault> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let mut touched = Touched::load(sql, changes)?;
    let landed = changes.iter().map(|change| touched.make(change, now)).collect();
    touched.store(sql)?;
    Ok(landed)
}

/// The entries that changes touch, as they become.
#[derive(Default)]
struct Touched {
    entries: HashMap<i64, Entry>,
    written: HashSet<i64>,
    /// Those that gave up what another one gets: they are written before the others.
    freed: HashSet<i64>,
    removed: HashSet<i64>,
    /// Contact ways that WeCom acknowledged and no entry stands for.
    homeless: Vec<Entry>,
}

impl Touched {
    /// Everything that the changes may touch: their entries, and those that hold a `config_id` or a key that they want.
    fn load(sql: &mut dyn Sql, changes: &[Change]) -> Result<Self, Fault> {
        let mut touched = Self::default();
        touched.add(sql.entries("id = ?1", changes.iter().map(|change| change.at.id.into()).collect(), "")?);
        let replaced: Vec<Cell> = touched.entries.values().filter_map(|entry| entry.replaces).map(Cell::from).collect();
        touched.add(sql.entries("id = ?1", replaced, "")?);
        let mut config_ids: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for change in changes {
            let Some(entry) = touched.entries.get(&change.at.id) else { continue };
            match &change.event {
                Event::Acked { config_id, .. } | Event::Adopted { config_id, .. } => {
                    config_ids.entry(entry.corp_id.clone()).or_default().push(config_id.as_str().into());
                }
                Event::Claimed { key, .. } => keys.entry(entry.corp_id.clone()).or_default().push(key.clone()),
                _ => {}
            }
        }
        // Those that gave their key up, and may come back to find it with another.
        for entry in touched.entries.values().filter(|entry| !entry.status.holds_key()) {
            keys.entry(entry.corp_id.clone()).or_default().extend(entry.key.clone());
        }
        for (corp_id, config_ids) in config_ids {
            touched.add(sql.entries("config_id = ?1 AND corp_id = ?2", config_ids, &corp_id)?);
        }
        for (corp_id, keys) in keys {
            touched.add(holders(sql, &corp_id, keys.iter().map(String::as_str))?);
        }
        Ok(touched)
    }

    fn add(&mut self, found: Vec<Entry>) {
        for entry in found {
            self.entries.entry(entry.id).or_insert(entry);
        }
    }

    fn standing(&self, id: i64) -> Option<Entry> {
        self.entries.get(&id).filter(|_| !self.removed.contains(&id)).cloned()
    }

    /// Another entry of the same corporation that is as `wanted` says.
    fn other(&self, than: &Entry, wanted: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let others = self.entries.values().filter(|entry| entry.id != than.id && !self.removed.contains(&entry.id));
        others.filter(|entry| entry.corp_id == than.corp_id).find(|entry| wanted(entry)).cloned()
    }

    fn holder(&self, than: &Entry, key: &str) -> Option<Entry> {
        self.other(than, |other| other.status.holds_key() && other.key.as_deref() == Some(key))
    }

    fn write(&mut self, entry: Entry) {
        self.written.insert(entry.id);
        self.entries.insert(entry.id, entry);
    }

    fn make(&mut self, change: &Change, now: i64) -> Landed {
        let Some(before) = self.standing(change.at.id) else {
            let Event::Acked { corp_id, config_id, qr_code } = &change.event else { return Landed::Stale };
            let homeless = Entry { qr_code: qr_code.clone(), ..Entry::stranger(corp_id, config_id, now) };
            self.homeless.push(homeless);
            return Landed::Yes { attempt: change.at.attempt };
        };
        let mut entry = before.clone();
        let landed = match entry.undergo(change, now) {
            Fate::Kept(landed) => return landed,
            Fate::Removed(landed) => {
                self.removed.insert(entry.id);
                return landed;
            }
            Fate::Written(landed) => landed,
        };
        if entry.config_id != before.config_id
            && let Some(holder) = self.take_config_id(&mut entry, &before, &change.event, now)
        {
            return Landed::Taken(Box::new(holder));
        }
        let gains_key = entry.key != before.key || !before.status.holds_key();
        if gains_key
            && entry.status.holds_key()
            && let Some(holder) = entry.key.as_ref().and_then(|key| self.holder(&entry, key))
        {
            if matches!(change.event, Event::Claimed { .. }) {
                return Landed::Taken(Box::new(holder));
            }
            entry.key = None;
        }
        self.write(entry);
        landed
    }

    /// Gives `entry` the `config_id` that it has now, or says who keeps it.
    fn take_config_id(&mut self, entry: &mut Entry, before: &Entry, event: &Event, now: i64) -> Option<Entry> {
        match self.other(entry, |other| other.config_id == entry.config_id) {
            // Found by a walk before this.
            Some(stranger) if stranger.key.is_none() => {
                self.removed.insert(stranger.id);
            }
            Some(mut adopter) if matches!(event, Event::Acked { .. }) => {
                adopter.status = Status::Unknown;
                (adopter.config_id, adopter.qr_code, adopter.seen) = (None, None, None);
                self.freed.insert(adopter.id);
                self.write(adopter);
            }
            Some(holder) => return Some(holder),
            None => {}
        }
        if let Some(adopted) = &before.config_id {
            // It exists all the same.
            self.homeless.push(Entry::stranger(&entry.corp_id, adopted, now));
        }
        if let Some(mut replaced) = entry.replaces.and_then(|id| self.standing(id))
            && entry.key.is_none()
        {
            entry.key = replaced.key.take();
            entry.keep_out(&replaced.taken_out);
            self.freed.insert(replaced.id);
            self.write(replaced);
        }
        None
    }

    fn store(self, sql: &mut dyn Sql) -> Result<(), Fault> {
        let removed: Vec<_> = self.removed.iter().copied().collect();
        sql.remove(&removed)?;
        let written = self.written.iter().filter(|id| !self.removed.contains(id));
        let (first, then): (Vec<i64>, Vec<i64>) = written.partition(|id| self.freed.contains(id));
        for ids in [first, then] {
            let entries: Vec<_> = ids.iter().filter_map(|id| self.entries.get(id)).collect();
            sql.overwrite(&entries)?;
        }
        sql.insert(&self.homeless)?;
        Ok(())
    }
}
