//! One contact way in the ledger, and what may be asked of many.

use std::sync::LazyLock;

use super::cell::{Cell, Row, Type};
use crate::json::{self, Object};

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Written down before its add is sent; past its `send_before` it is as [`Status::Unknown`].
    Intended = 0,
    /// WeCom has it.
    Active = 1,
    /// Its add was sent, and nobody knows what became of it.
    Unknown = 2,
    /// Deleted through this ledger.
    Deleted = 3,
    /// It ended without us: deleted by others, or a temporary one that expired.
    Gone = 4,
}

impl Status {
    /// Every status, by its number.
    pub const ALL: [Self; 5] = [Self::Intended, Self::Active, Self::Unknown, Self::Deleted, Self::Gone];
    /// Their names in the contract, in the same order.
    pub const NAMES: [&str; 5] = ["intended", "active", "unknown", "deleted", "gone"];

    /// Its name in an answer.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub(super) fn from_number(number: i64) -> Self {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        Self::ALL.get(place).copied().unwrap_or(Self::Unknown)
    }

    /// Whether it keeps its key from others.
    pub fn holds_key(self) -> bool {
        matches!(self, Self::Intended | Self::Active | Self::Unknown)
    }

    /// Whether nobody was told yet what became of its add.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Intended | Self::Unknown)
    }
}

/// What an attempt does to a contact way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Add,
    Update,
    Delete,
}

/// An entry's attempts of unknown outcome, after which another look is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubt {
    /// Whether an update may have landed.
    pub update: bool,
    /// Whether a delete may have landed: a later 41044 then says that it did.
    pub delete: bool,
}

impl Doubt {
    pub(super) fn add(&mut self, doing: Option<Doing>) {
        self.update |= doing == Some(Doing::Update);
        self.delete |= doing == Some(Doing::Delete);
    }

    fn number(self) -> i64 {
        i64::from(self.update) + 2 * i64::from(self.delete)
    }
}

/// One contact way of one corporation. Times are unix milliseconds by the store's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the order of coming; a page begins after one.
    pub id: i64,
    pub corp_id: String,
    /// Nobody's, where there is none: adopted, or replaced.
    pub key: Option<String>,
    /// Of the `apply` that created or claimed it.
    pub namespace: Option<String>,
    pub status: Status,
    pub config_id: Option<String>,
    pub qr_code: Option<String>,
    /// What is wanted: the add's request with later updates folded in; `{}` where it was adopted.
    pub request: String,
    /// What `get` answered last; none after a change by us.
    pub seen: Option<String>,
    /// The fingerprint of the add that the key began with, by which a replay is judged.
    pub asked: Option<Vec<u8>>,
    /// The fingerprint of the comparable members, which finds candidates.
    pub matching: Option<Vec<u8>>,
    /// The number of the attempt that may write; it rises with each that takes the right to send.
    pub attempt: i64,
    /// What the attempt under way does; none when nobody has the entry.
    pub doing: Option<Doing>,
    pub doubt: Doubt,
    /// No byte of the attempt leaves after this.
    pub send_before: Option<i64>,
    /// That WeCom does not show it says something only from here on.
    pub settle_at: Option<i64>,
    /// When a whole walk (open) or a `get` (active) first did not find it.
    pub first_miss: Option<i64>,
    /// Which credentials read it last with success.
    pub seen_by: Option<Vec<u8>>,
    /// Of a temporary one.
    pub expires_at: Option<i64>,
    /// The generation of the `sync` whose walk listed it last.
    pub listed: i64,
    /// The generation of the `sync` that read it last.
    pub checked: i64,
    /// The entry whose key it takes over when it is acknowledged.
    pub replaces: Option<i64>,
    /// Userids that `replace_user` took out, in lower case.
    pub taken_out: Vec<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Entry {
    /// Whether it is a temporary one past its end. Not where an update of which nobody knows may have put that off.
    pub fn is_over(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| end < now) && !self.doubt.update
    }

    /// The userids that it names, in lower case.
    pub(super) fn users(&self) -> Vec<String> {
        Searched::of(self).users
    }

    /// Whether an attempt may still be sending for it.
    pub fn is_held(&self, now: i64) -> bool {
        self.doing.is_some() && self.send_before.is_some_and(|until| now <= until)
    }

    /// Ends the attempt under way.
    pub(super) fn release(&mut self) {
        self.doing = None;
        self.send_before = None;
    }
}

/// Every column but the id, in the order of [`Entry::cells`].
pub(super) const COLUMNS: [(&str, Type); 28] = [
    ("corp_id", Type::Text),
    ("key", Type::Text),
    ("namespace", Type::Text),
    ("status", Type::Int),
    ("config_id", Type::Text),
    ("qr_code", Type::Text),
    ("request", Type::Text),
    ("seen", Type::Text),
    ("asked", Type::Blob),
    ("matching", Type::Blob),
    ("attempt", Type::Int),
    ("doing", Type::Int),
    ("doubt", Type::Int),
    ("send_before", Type::Int),
    ("settle_at", Type::Int),
    ("first_miss", Type::Int),
    ("seen_by", Type::Blob),
    ("expires_at", Type::Int),
    ("listed", Type::Int),
    ("checked", Type::Int),
    ("replaces", Type::Int),
    ("taken_out", Type::Text),
    ("created_at", Type::Int),
    ("updated_at", Type::Int),
    // What is searched, taken out of `request` and `seen`.
    ("state", Type::Text),
    ("remark", Type::Text),
    ("users", Type::Text),
    ("parties", Type::Text),
];

/// What [`Entry::read`] reads, for a SELECT.
pub(super) static SELECTED: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS[..24].iter().map(|(name, _)| format!(", {name}"));
    format!("id{}", names.collect::<String>())
});

impl Entry {
    /// The values of [`COLUMNS`].
    pub(super) fn cells(&self) -> Vec<Cell> {
        let searched = Searched::of(self);
        vec![
            self.corp_id.as_str().into(),
            self.key.as_deref().into(),
            self.namespace.as_deref().into(),
            (self.status as i64).into(),
            self.config_id.as_deref().into(),
            self.qr_code.as_deref().into(),
            self.request.as_str().into(),
            self.seen.as_deref().into(),
            self.asked.as_deref().into(),
            self.matching.as_deref().into(),
            self.attempt.into(),
            self.doing.map(|doing| doing as i64).into(),
            self.doubt.number().into(),
            self.send_before.into(),
            self.settle_at.into(),
            self.first_miss.into(),
            self.seen_by.as_deref().into(),
            self.expires_at.into(),
            self.listed.into(),
            self.checked.into(),
            self.replaces.into(),
            words(self.taken_out.iter()).as_str().into(),
            self.created_at.into(),
            self.updated_at.into(),
            searched.state.as_deref().into(),
            searched.remark.as_deref().into(),
            words(searched.users.iter()).as_str().into(),
            words(searched.parties.iter()).as_str().into(),
        ]
    }

    /// The row that a SELECT of [`selected`] answers.
    pub(super) fn read(row: &mut Row) -> Self {
        Self {
            id: row.int(),
            corp_id: row.text(),
            key: row.text_or_null(),
            namespace: row.text_or_null(),
            status: Status::from_number(row.int()),
            config_id: row.text_or_null(),
            qr_code: row.text_or_null(),
            request: row.text(),
            seen: row.text_or_null(),
            asked: row.blob_or_null(),
            matching: row.blob_or_null(),
            attempt: row.int(),
            doing: row.int_or_null().and_then(|number| match number {
                0 => Some(Doing::Add),
                1 => Some(Doing::Update),
                2 => Some(Doing::Delete),
                _ => None,
            }),
            doubt: {
                let number = row.int();
                Doubt { update: number & 1 != 0, delete: number & 2 != 0 }
            },
            send_before: row.int_or_null(),
            settle_at: row.int_or_null(),
            first_miss: row.int_or_null(),
            seen_by: row.blob_or_null(),
            expires_at: row.int_or_null(),
            listed: row.int(),
            checked: row.int(),
            replaces: row.int_or_null(),
            taken_out: row.text().split_whitespace().map(str::to_owned).collect(),
            created_at: row.int(),
            updated_at: row.int(),
        }
    }
}

/// Words between spaces, so that each can be found as ` word `; userids and departments hold no space.
fn words<T: std::fmt::Display>(words: impl Iterator<Item = T>) -> String {
    words.fold(String::from(" "), |text, word| format!("{text}{word} "))
}

/// The members that a query can name.
pub const FOUND_BY: [&str; 4] = ["state", "remark", "user", "party"];

/// What a query looks for: as asked for, or where that is not known as WeCom showed it. Users and departments of both,
/// since either may still be there.
#[derive(Default)]
struct Searched {
    state: Option<String>,
    remark: Option<String>,
    users: Vec<String>,
    parties: Vec<i64>,
}

impl Searched {
    fn of(entry: &Entry) -> Self {
        let mut searched = Self::default();
        for text in [Some(entry.request.as_str()), entry.seen.as_deref()].into_iter().flatten() {
            let Ok(object) = Object::parse(text) else { continue };
            // `get` wraps what it answers.
            let object = object.get("contact_way").and_then(json::Value::as_object).unwrap_or(&object);
            let text = |name: &str| object.get(name).and_then(json::Value::as_text).map(str::to_owned);
            searched.state = searched.state.or_else(|| text("state"));
            searched.remark = searched.remark.or_else(|| text("remark"));
            let list = |name: &str| object.get(name).and_then(json::Value::as_list).unwrap_or_default();
            let users = list("user").iter().filter_map(json::Value::as_text).map(str::to_lowercase);
            searched.users.extend(users);
            searched.parties.extend(list("party").iter().filter_map(json::Value::as_integer));
        }
        searched.users.sort_unstable();
        searched.users.dedup();
        searched.parties.sort_unstable();
        searched.parties.dedup();
        searched
    }
}
