//! The contact ways of a corporation: one compact record each, found by name and by time of creation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::conclusions::Conclusions;
use super::ids::ConfigId;

pub const WEEK_S: i64 = 7 * 86_400;
pub const DAY_S: i64 = 86_400;
/// WeCom's days are China's.
const CHINA_S: i64 = 8 * 3_600;

/// One person, as against several.
pub const SINGLE: u8 = 1;
/// A button in a mini-program, as against a QR code.
pub const MINIPROGRAM: u8 = 1;

/// One contact way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactWay {
    pub config_id: ConfigId,
    #[serde(rename = "type")]
    pub kind: u8,
    pub scene: u8,
    pub style: u8,
    pub skip_verify: bool,
    pub is_exclusive: bool,
    pub mark_source: bool,
    pub remark: Box<str>,
    pub state: Box<str>,
    pub user: Box<[Box<str>]>,
    pub party: Box<[i64]>,
    pub created_at: i64,
    /// The app that made it, by its place in the configuration.
    pub app: u16,
    /// How many customers it has brought; decides whose turn it is.
    pub scans: u32,
    /// The member on the picture, where that is no longer the first user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temp: Option<Box<Temp>>,
}

/// What a temporary contact way has beside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Temp {
    pub expires_in: i64,
    pub chat_expires_in: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unionid: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusions: Option<Conclusions>,
    /// Whether its one customer has been added.
    pub is_used: bool,
}

impl ContactWay {
    /// Whether it can no longer bring anybody: a temporary one that has had its customer, or whose time is over.
    pub fn is_dead(&self, now: i64) -> bool {
        self.temp.as_ref().is_some_and(|temp| temp.is_used || now >= self.created_at.saturating_add(temp.expires_in))
    }

    /// Whose face is on the picture: the first member that a contact way for one person had.
    pub fn face(&self) -> Option<&str> {
        let first = || self.user.first().map(AsRef::as_ref);
        if self.kind == SINGLE { self.portrait.as_deref().or_else(first) } else { None }
    }
}

/// Why there is no room for another.
#[derive(Debug)]
pub struct Full;

/// A position in the list: time of creation, then order of creation.
pub type Position = (i64, u64);

#[derive(Debug, Default)]
pub struct ContactWays {
    /// In the order of their making.
    kept: BTreeMap<u64, Box<ContactWay>>,
    order_of: HashMap<ConfigId, u64>,
    /// Those that `list` shows, so not the temporary ones.
    listed: BTreeSet<Position>,
    next_order: u64,
    /// The day of the latest temporary one, and how many it has seen.
    temp_day: (i64, u32),
}

impl ContactWays {
    /// Keeps a new one, if the corporation may have another.
    pub fn add(&mut self, way: ContactWay, quota: usize, temp_quota_per_day: u32) -> Result<(), Full> {
        if way.temp.is_some() {
            let day = (way.created_at + CHINA_S).div_euclid(DAY_S);
            let today = if self.temp_day.0 == day { self.temp_day.1 } else { 0 };
            if today >= temp_quota_per_day {
                return Err(Full);
            }
            self.temp_day = (day, today + 1);
        } else if self.listed.len() >= quota {
            return Err(Full);
        }
        self.put(way);
        Ok(())
    }

    /// Keeps one whatever the quota says.
    pub fn put(&mut self, way: ContactWay) {
        self.remove(way.config_id);
        let order = self.next_order;
        self.next_order += 1;
        if way.temp.is_none() {
            self.listed.insert((way.created_at, order));
        }
        self.order_of.insert(way.config_id, order);
        self.kept.insert(order, Box::new(way));
    }

    pub fn get(&self, id: ConfigId) -> Option<&ContactWay> {
        self.kept.get(self.order_of.get(&id)?).map(Box::as_ref)
    }

    pub fn get_mut(&mut self, id: ConfigId) -> Option<&mut ContactWay> {
        self.kept.get_mut(self.order_of.get(&id)?).map(Box::as_mut)
    }

    pub fn remove(&mut self, id: ConfigId) -> bool {
        let Some(order) = self.order_of.remove(&id) else { return false };
        let way = self.kept.remove(&order);
        self.listed.remove(&(way.map_or(0, |way| way.created_at), order));
        true
    }

    /// Those created within these times and after this position, oldest first.
    pub fn created(&self, from: i64, to: i64, after: Option<Position>) -> impl Iterator<Item = (Position, ConfigId)> {
        let first = after.map_or((from, 0), |(time, order)| (time, order.saturating_add(1))).max((from, 0));
        // An empty range, not one that ends before it begins, which a set refuses.
        let end = (to.saturating_add(1), 0).max(first);
        let named = |position: &Position| Some((*position, self.kept.get(&position.1)?.config_id));
        self.listed.range(first..end).filter_map(named)
    }

    /// All of them from this number on, in the order of their making, each with its number.
    pub fn made_since(&self, order: u64) -> impl Iterator<Item = (u64, &ContactWay)> {
        self.kept.range(order..).map(|(order, way)| (*order, way.as_ref()))
    }

    /// How many there are, temporary ones included.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// All of them, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &ContactWay> {
        self.kept.values().rev().map(Box::as_ref)
    }

    pub fn temp_day(&self) -> (i64, u32) {
        self.temp_day
    }

    pub fn set_temp_day(&mut self, temp_day: (i64, u32)) {
        self.temp_day = temp_day;
    }
}
