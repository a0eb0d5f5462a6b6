//! What was created, kept where it cannot be lost.
//!
//! - `query`: what the ledger holds
//! - `equal`: when two contact ways are equal, as a table with a row a member
//! - `update`: what to send where they are not
//! - `rows`: the wanted contact ways, from a request, a JSON Lines file or a spreadsheet
//! - `report`: what became of each of them
//! - `file_name`: the name of a picture's file
//! - `hash`: the hash that they share

#[allow(dead_code)] // the jobs use the rest
mod equal;
#[allow(dead_code)] // the jobs use it
mod file_name;
mod hash;
mod query;
#[allow(dead_code)] // the jobs use it
mod report;
#[allow(dead_code)] // the jobs use the rest
mod rows;
#[allow(dead_code)] // the jobs use the rest
mod update;

use std::sync::Arc;
use std::time::Duration;

use crate::answer::Error;
use crate::auth::Credentials;
use crate::call::Call;
use crate::log::Level;
use crate::store::Store;
use crate::wire::Wire;
use hash::{Hash, hash};

pub use rows::wrong_key;

/// One corporation's contact ways in a durable store, and the way to WeCom.
#[allow(dead_code)] // keyed adds and jobs use it
pub struct Ledger {
    wire: Arc<Wire>,
    store: Arc<Store>,
    corp_id: String,
    /// How long after an attempt's deadline WeCom's list may still lack what it made.
    settle: Duration,
    /// Which credentials read and write here.
    reader: Hash,
}

/// Whose ledger it is.
pub struct Owner {
    pub corp_id: String,
    pub reader: Hash,
}

impl Owner {
    /// None where the credentials do not say which corporation they are for.
    pub fn of(credentials: &Credentials) -> Option<Self> {
        let mut form = Vec::new();
        for part in credentials.parts() {
            form.extend_from_slice(&(part.len() as u64).to_le_bytes());
            form.extend_from_slice(part.as_bytes());
        }
        Some(Self { corp_id: credentials.corp_id()?.to_owned(), reader: hash(&form) })
    }
}

impl Ledger {
    /// The ledger of `owner` in `store`.
    ///
    /// # Errors
    /// `store` when it cannot be read, or when its entries belong to another base URL than the wire's.
    pub fn open(
        call: &Call,
        wire: &Arc<Wire>,
        store: Arc<Store>,
        owner: Owner,
        settle: Duration,
    ) -> Result<Self, Error> {
        store.corp(call, &owner.corp_id, wire.base_url())?;
        if let Some(warning) = store.warning() {
            wire.log.say(Level::Warning, "store", || [("message", warning.into())]);
        }
        Ok(Self { wire: Arc::clone(wire), store, corp_id: owner.corp_id, settle, reader: owner.reader })
    }
}
