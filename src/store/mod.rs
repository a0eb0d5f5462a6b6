//! What is kept where it cannot be lost: the ledger's entries, tokens and limits, in SQLite or PostgreSQL.
//!
//! A [`Store`] has one home; all that it does is written once, over [`sql::Sql`], for both. A plain add costs two durable
//! writes, [`Store::settle`] with its intent and [`Store::settle`] with what came of it; those of callers that wait
//! together are one.

mod aside;
mod cell;
mod change;
mod corp;
mod entry;
mod gate;
mod group;
mod lease;
mod lent;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod schema;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;
mod token;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use rustls::pki_types::CertificateDer;

use crate::answer::{Error, Kind};
use crate::call::{Call, Stop};
use crate::lock::lock;
use group::Group;
use sql::{Fault, Need, Sql, failed};

pub use aside::Aside;
pub use change::{At, Change, Event, Intended, Intent, Landed, Sight, Stranger, Term};
pub use corp::Corp;
pub use entry::{Doing, Doubt, Entry, FOUND_BY, Status};
pub use gate::{Grant, Heard, Wanted};
pub use lease::{LEASE_MS, Leased};
pub use query::Query;
#[cfg(feature = "sqlite")]
pub use sqlite::forks;
pub use token::TokenRow;
pub use window::{Settled, Window};

/// A transaction to be made; it may be made more than once, until it succeeds.
type Work<'w> = &'w mut dyn FnMut(&mut dyn Sql) -> Result<(), Fault>;

/// Where a store lives.
trait Home: Send + Sync {
    /// Makes one transaction, within the call's time.
    fn transact(&self, call: &Call, need: Need, work: Work) -> Result<(), Error>;

    /// What this process is called as the holder of a lease.
    fn holder(&self) -> String;

    /// Whether the holder of that name surely is no more.
    fn is_dead(&self) -> fn(&str) -> bool;

    /// What its owner should know, and may have meant so.
    fn warning(&self) -> Option<String> {
        None
    }
}

/// A durable store. All of it may be used from any thread, at the same time; every method blocks, within the call's time.
pub struct Store {
    home: Box<dyn Home>,
    group: Group,
    /// The process that opened it: its connections are of no use to a child of that.
    process: u32,
    #[cfg(test)]
    ahead_us: std::sync::atomic::AtomicI64,
}

/// The stores of one process, each opened once.
#[derive(Default)]
pub struct Stores(Mutex<BTreeMap<String, Weak<Store>>>);

impl Stores {
    /// The store at `url`, opened unless it is open. `extra_ca` are further authorities for a server's TLS.
    ///
    /// # Errors
    /// `unsupported` when this build has no such store; `store` when it cannot be opened.
    pub fn open(&self, call: &Call, url: &str, extra_ca: &[CertificateDer<'static>]) -> Result<Arc<Store>, Error> {
        let place = Place::of(url)?;
        let mut stores = lock(&self.0);
        stores.retain(|_, store| store.strong_count() > 0);
        if let Some(store) = stores.get(&place.name).and_then(Weak::upgrade) {
            return Ok(store);
        }
        let store = Arc::new(Store::new((place.open)(call, url, extra_ca)?));
        stores.insert(place.name, Arc::downgrade(&store));
        Ok(store)
    }
}

type FaultOf = fn(&str) -> Option<String>;

/// How the URLs of this build's stores begin, and what is wrong with the rest.
const FAULTS: &[(&str, FaultOf)] = &[
    #[cfg(feature = "sqlite")]
    ("sqlite:", sqlite::file::fault),
    #[cfg(feature = "postgres")]
    ("postgres", |rest| postgres::address::fault(&format!("postgres{rest}"))),
];

/// What is wrong with the URL of a durable store as it stands there, if anything: the rest of a sentence that begins with
/// its name. What this build has no store for is not looked at.
pub fn fault(url: &str) -> Option<String> {
    FAULTS.iter().find_map(|(start, fault_of)| url.strip_prefix(start).map(fault_of))?
}

type Open = fn(&Call, &str, &[CertificateDer<'static>]) -> Result<Box<dyn Home>, Error>;

/// Where a URL leads.
struct Place {
    /// The same for every spelling.
    name: String,
    open: Open,
}

impl Place {
    fn of(url: &str) -> Result<Self, Error> {
        #[cfg(feature = "sqlite")]
        if let Some(path) = url.strip_prefix("sqlite:") {
            let name = sqlite::file::absolute(path)?.to_string_lossy().into_owned();
            return Ok(Self { name, open: sqlite::open });
        }
        #[cfg(feature = "postgres")]
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self { name: url.to_owned(), open: postgres::open });
        }
        let scheme = url.split(':').next().unwrap_or_default();
        let scheme: String = scheme.chars().take(20).collect();
        let remedy = match scheme.as_str() {
            "sqlite" => "build it with the feature sqlite",
            "postgres" | "postgresql" => "build it with the feature postgres, or use \"sqlite:<path>\"",
            _ => "use \"sqlite:<path>\" or \"postgres://…\"",
        };
        Err(Error::new(Kind::Unsupported, format!("this build has no store for \"{scheme}:\": {remedy}")))
    }
}

impl Store {
    fn new(home: Box<dyn Home>) -> Self {
        Self {
            home,
            group: Group::default(),
            process: std::process::id(),
            #[cfg(test)]
            ahead_us: std::sync::atomic::AtomicI64::new(0),
        }
    }

    /// What the store's owner should know of how it is reached.
    pub fn warning(&self) -> Option<String> {
        self.home.warning()
    }

    /// The store's clock, in unix milliseconds.
    pub fn now(&self, call: &Call) -> Result<i64, Error> {
        self.with(call, Need::Read, |sql| self.now_in(sql))
    }

    /// Writes a window of the ledger, durably, and says what came of each item. Windows of callers that wait together are
    /// one commit.
    pub fn settle(&self, call: &Call, window: Window) -> Result<Settled, Error> {
        self.check_process()?;
        let commit = |take: &mut dyn FnMut() -> Window| {
            let mut whole = None;
            self.with(call, Need::Durable, |sql| {
                let now = self.now_in(sql)?;
                window::settle(sql, now, whole.get_or_insert_with(&mut *take))
            })
        };
        self.group.commit(call, window, commit, stopped)
    }

    /// Writes down what is about to be sent. See [`Store::settle`].
    #[cfg(test)]
    pub fn intend(&self, call: &Call, intents: Vec<Intent>) -> Result<Vec<Intended>, Error> {
        self.settle(call, Window { intents, ..Window::default() }).map(|settled| settled.intents)
    }

    /// Writes down one thing that happened. See [`Store::settle`].
    pub fn change(&self, call: &Call, at: At, event: Event) -> Result<Landed, Error> {
        let settled = self.settle(call, Window { changes: vec![Change { at, event }], ..Window::default() })?;
        settled.changes.into_iter().next().ok_or_else(|| Error::new(Kind::Internal, "a change came to nothing"))
    }

    /// Entries that are as `query` says and whose id is after `after`, in the order of their ids, `limit` at most.
    pub fn find(&self, call: &Call, query: &Query, after: i64, limit: i64) -> Result<Vec<Entry>, Error> {
        let need = if query.names_entries() { Need::Read } else { Need::Page };
        self.with(call, need, |sql| query::find(sql, query, after, limit))
    }

    /// Those of `config_ids`, a page of them at most, that the ledger knows.
    pub fn known(&self, call: &Call, corp_id: &str, config_ids: &[String]) -> Result<Vec<String>, Error> {
        if config_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.with(call, Need::Read, |sql| query::known(sql, corp_id, config_ids))
    }

    /// For each of `keys` the entry that holds it, or else those that held it and are gone, unless one that was deleted held
    /// it after them.
    pub fn keyed(&self, call: &Call, corp_id: &str, keys: &[&str]) -> Result<Vec<Entry>, Error> {
        self.with(call, Need::Read, |sql| window::keyed(sql, corp_id, keys))
    }

    /// How many entries are as `query` says.
    pub fn count(&self, call: &Call, query: &Query) -> Result<u64, Error> {
        self.with(call, Need::Read, |sql| query::count(sql, query))
    }

    /// Marks `config_id`s as listed by the walk of `generation`, and says those of them that the ledger knows.
    pub fn mark_listed(
        &self,
        call: &Call,
        corp_id: &str,
        config_ids: &[String],
        generation: i64,
    ) -> Result<Vec<String>, Error> {
        self.with(call, Need::Quick, |sql| sql.mark_listed(corp_id, config_ids, generation))
    }

    /// Ends expired entries and removes those that have been over for long, some at a time; how many, 0 when it is done.
    pub fn purge(&self, call: &Call, corp_id: &str) -> Result<u64, Error> {
        self.with(call, Need::Quick, |sql| {
            let now = self.now_in(sql)?;
            corp::purge(sql, corp_id, now)
        })
    }

    /// What is known of a corporation; `store` when its entries belong to another base URL.
    pub fn corp(&self, call: &Call, corp_id: &str, base_url: &str) -> Result<Corp, Error> {
        self.with(call, Need::Durable, |sql| corp::corp(sql, corp_id, base_url))
    }

    /// Writes what stands there already of a corporation, to see whether it can be written.
    pub fn touch(&self, call: &Call, corp_id: &str) -> Result<(), Error> {
        self.with(call, Need::Durable, |sql| corp::touch(sql, corp_id))
    }

    /// Begins a `sync`, or goes on with one that began within 24 hours and did not end; its generation.
    pub fn begin_sync(&self, call: &Call, corp_id: &str) -> Result<i64, Error> {
        self.with(call, Need::Durable, |sql| {
            let now = self.now_in(sql)?;
            corp::begin_sync(sql, corp_id, now)
        })
    }

    /// Ends the `sync` of `generation`.
    pub fn end_sync(&self, call: &Call, corp_id: &str, generation: i64) -> Result<(), Error> {
        self.with(call, Need::Durable, |sql| {
            let now = self.now_in(sql)?;
            corp::end_sync(sql, corp_id, generation, now)
        })
    }

    /// Takes the corporation's job lease for [`LEASE_MS`], if nobody has it. `job` says what it is for, in a text that is
    /// the same for those that may stand by for each other.
    pub fn take_lease(&self, call: &Call, corp_id: &str, job: &str) -> Result<Leased, Error> {
        let (holder, is_dead) = (self.home.holder(), self.home.is_dead());
        self.with(call, Need::Lasting, |sql| {
            let now = self.now_in(sql)?;
            lease::take(sql, corp_id, job, &holder, now, is_dead)
        })
    }

    /// Renews a lease for [`LEASE_MS`]; false when it is another's by now.
    pub fn renew_lease(&self, call: &Call, corp_id: &str, number: i64) -> Result<bool, Error> {
        self.with(call, Need::Lasting, |sql| {
            let now = self.now_in(sql)?;
            lease::renew(sql, corp_id, number, now)
        })
    }

    /// Gives a lease back, if it is still ours.
    pub fn release_lease(&self, call: &Call, corp_id: &str, number: i64) -> Result<(), Error> {
        self.with(call, Need::Lasting, |sql| lease::release(sql, corp_id, number))
    }

    /// The token's row of an owner (a digest of base URL and credentials).
    pub fn token(&self, call: &Call, owner: &[u8]) -> Result<TokenRow, Error> {
        self.with(call, Need::Read, |sql| token::read(sql, owner))
    }

    /// Writes a token's row that was read at its `revision`; false when somebody else was first.
    pub fn swap_token(&self, call: &Call, owner: &[u8], row: &TokenRow) -> Result<bool, Error> {
        self.with(call, Need::Lasting, |sql| token::swap(sql, owner, row))
    }

    /// Takes permits to call `endpoint`.
    pub fn permits(&self, call: &Call, corp_id: &str, endpoint: &str, wanted: &Wanted) -> Result<Grant, Error> {
        self.with(call, Need::Quick, |sql| {
            gate::change(sql, corp_id, endpoint, |sql| self.now_us_in(sql), |gate, now| gate.take(wanted, now))
        })
    }

    /// Remembers what WeCom said of the number of calls to `endpoint`.
    pub fn heed(&self, call: &Call, corp_id: &str, endpoint: &str, heard: Heard) -> Result<(), Error> {
        self.with(call, Need::Quick, |sql| {
            gate::change(sql, corp_id, endpoint, |sql| self.now_us_in(sql), |gate, now| gate.heed(heard, now))
        })
    }

    fn with<T>(
        &self,
        call: &Call,
        need: Need,
        mut work: impl FnMut(&mut dyn Sql) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.check_process()?;
        let mut outcome = None;
        self.home.transact(call, need, &mut |sql| {
            outcome = Some(work(sql)?);
            Ok(())
        })?;
        outcome.ok_or_else(|| Error::new(Kind::Internal, "a transaction came to nothing"))
    }

    fn check_process(&self) -> Result<(), Error> {
        if self.process == std::process::id() {
            return Ok(());
        }
        Err(failed("the store was opened before fork(); make another client in this process"))
    }

    fn now_in(&self, sql: &mut dyn Sql) -> Result<i64, Fault> {
        self.now_us_in(sql).map(|now| now / 1000)
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self)] // a test moves the clock
    fn now_us_in(&self, sql: &mut dyn Sql) -> Result<i64, Fault> {
        sql.now_us()
    }

    #[cfg(test)]
    fn now_us_in(&self, sql: &mut dyn Sql) -> Result<i64, Fault> {
        Ok(sql.now_us()? + self.ahead_us.load(std::sync::atomic::Ordering::Relaxed))
    }
}

/// Why a call ended while it waited for the store.
fn stopped(stop: Stop) -> Error {
    match stop {
        Stop::Deadline => {
            failed("the store was busy until the call's deadline; give it more time with timeout_ms").worth_again()
        }
        Stop::Cancelled => {
            Error::new(Kind::Cancelled, "the call was cancelled while it waited for the store").worth_again()
        }
        Stop::ClientFreed => {
            Error::new(Kind::Cancelled, "the client was freed while the call waited for the store").worth_again()
        }
    }
}
