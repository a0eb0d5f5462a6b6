//! Which entries are asked for.

use super::cell::Cell;
use super::entry::{Entry, SELECTED, Status};
use super::sql::{Fault, Sql};

/// Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub corp_id: String,
    pub key: Option<String>,
    pub config_id: Option<String>,
    pub state: Option<String>,
    pub remark: Option<String>,
    /// A userid, without regard to case.
    pub user: Option<String>,
    /// A department.
    pub party: Option<i64>,
    pub status: Option<Status>,
    pub namespace: Option<String>,
    /// Nobody was told yet what became of its add.
    pub open: Option<bool>,
    /// The fingerprint of the comparable members.
    pub matching: Option<Vec<u8>>,
    pub temporary: Option<bool>,
    pub has_key: Option<bool>,
    /// An attempt of unknown outcome calls for another look.
    pub in_doubt: Option<bool>,
    /// WeCom did not show it when it was last asked.
    pub missed: Option<bool>,
    /// Read last by these credentials.
    pub seen_by: Option<Vec<u8>>,
    /// Not read by the `sync` of this generation yet.
    pub unchecked_in: Option<i64>,
    /// Listed by the walk of this generation.
    pub listed_in: Option<i64>,
    /// Not listed by it.
    pub unlisted_in: Option<i64>,
    /// Behind this entry's id.
    pub behind: Option<i64>,
}

impl Query {
    /// A query for one corporation's entries.
    pub fn of(corp_id: &str) -> Self {
        Self { corp_id: corp_id.to_owned(), ..Self::default() }
    }

    /// For one contact way, whatever became of it.
    pub fn of_config_id(corp_id: &str, config_id: &str) -> Self {
        Self { config_id: Some(config_id.to_owned()), ..Self::of(corp_id) }
    }

    /// The conditions, each with a parameter `?` of its own.
    fn conditions(&self) -> Vec<(&'static str, Cell)> {
        let text = |value: &Option<String>| value.as_deref().map(Cell::from);
        let word = |word: String| Cell::from(format!(" {word} ").as_str());
        // A truth is a condition or its opposite, and needs no value.
        let truth =
            |wanted: Option<bool>, yes, no| wanted.map(|wanted| (if wanted { yes } else { no }, Cell::Int(None)));
        let valued = [
            ("corp_id = ?", Some(self.corp_id.as_str().into())),
            ("key = ?", text(&self.key)),
            ("config_id = ?", text(&self.config_id)),
            ("state = ?", text(&self.state)),
            ("remark = ?", text(&self.remark)),
            ("instr(users, ?) > 0", self.user.as_ref().map(|userid| word(userid.to_lowercase()))),
            ("instr(parties, ?) > 0", self.party.map(|party| word(party.to_string()))),
            ("namespace = ?", text(&self.namespace)),
            ("matching = ?", self.matching.as_deref().map(Cell::from)),
            ("seen_by = ?", self.seen_by.as_deref().map(Cell::from)),
            ("checked < ?", self.unchecked_in.map(Cell::from)),
            ("listed = ?", self.listed_in.map(Cell::from)),
            ("listed < ?", self.unlisted_in.map(Cell::from)),
            ("id > ?", self.behind.map(Cell::from)),
        ];
        let valued = valued.into_iter().filter_map(|(condition, value)| Some((condition, value?)));
        let truths = [
            // A constant, so that an index on part of the entries can serve.
            self.status.map(|status| (STATUS_IS[status as usize], Cell::Int(None))),
            truth(self.open, "status IN (0, 2)", "status NOT IN (0, 2)"),
            truth(self.temporary, "expires_at IS NOT NULL", "expires_at IS NULL"),
            truth(self.has_key, "key IS NOT NULL", "key IS NULL"),
            truth(self.missed, "first_miss IS NOT NULL", "first_miss IS NULL"),
            truth(self.in_doubt, "doubt <> 0", "doubt = 0"),
        ];
        valued.chain(truths.into_iter().flatten()).collect()
    }

    /// The WHERE clause, and its values.
    pub(super) fn clause(&self) -> (String, Vec<Cell>) {
        let (mut clause, mut values) = (String::new(), Vec::new());
        for (condition, value) in self.conditions() {
            clause.push_str(if clause.is_empty() { "WHERE " } else { " AND " });
            if condition.contains('?') {
                values.push(value);
                clause.push_str(&condition.replace('?', &format!("?{}", values.len())));
            } else {
                clause.push_str(condition);
            }
        }
        clause.push_str(self.index());
        (clause, values)
    }

    /// What the index says of its entries that leads to those that are meant: without these words it does not serve. The
    /// corporation is the first value of a clause, and a key the second.
    fn index(&self) -> &'static str {
        const OF_ANY_STATUS: &str = " AND (corp_id = ?1 AND key = ?2 AND status < 3
            OR corp_id = ?1 AND key = ?2 AND status = 3 OR corp_id = ?1 AND key = ?2 AND status = 4)";
        match self.status {
            None if self.key.is_some() => OF_ANY_STATUS,
            Some(status) if self.key.is_some() && status.holds_key() => " AND status < 3",
            Some(Status::Active) if self.namespace.is_some() => "",
            _ if self.names_entries() || self.open == Some(true) => "",
            _ => " AND created_at > 0",
        }
    }

    /// Whether an index leads to the few entries that can be meant, so that nothing is walked through.
    pub(super) fn names_entries(&self) -> bool {
        self.key.is_some() || self.config_id.is_some()
    }
}

/// By a status's number.
const STATUS_IS: [&str; 5] = ["status = 0", "status = 1", "status = 2", "status = 3", "status = 4"];

pub(super) fn find(sql: &mut dyn Sql, query: &Query, after: i64, limit: i64) -> Result<Vec<Entry>, Fault> {
    let (clause, mut values) = query.clause();
    values.extend([after.into(), limit.into()]);
    let (after, limit) = (values.len() - 1, values.len());
    let columns = SELECTED.as_str();
    let statement =
        format!("SELECT {columns} FROM contactway_entry {clause} AND id > ?{after} ORDER BY id LIMIT ?{limit}");
    let rows = sql.rows(&statement, &values)?;
    Ok(rows.into_iter().map(|mut row| Entry::read(&mut row)).collect())
}

/// Those of `config_ids` that the ledger knows.
pub(super) fn known(sql: &mut dyn Sql, corp_id: &str, config_ids: &[String]) -> Result<Vec<String>, Fault> {
    let wanted = config_ids.iter().map(|config_id| config_id.as_str().into()).collect();
    let found = sql.entries("config_id = ?1 AND corp_id = ?2", wanted, corp_id)?;
    Ok(found.into_iter().filter_map(|entry| entry.config_id).collect())
}

pub(super) fn count(sql: &mut dyn Sql, query: &Query) -> Result<u64, Fault> {
    let (clause, values) = query.clause();
    let mut rows = sql.rows(&format!("SELECT count(*) FROM contactway_entry {clause}"), &values)?;
    Ok(rows.first_mut().and_then(|row| u64::try_from(row.int()).ok()).unwrap_or_default())
}
