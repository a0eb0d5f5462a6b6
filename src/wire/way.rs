//! The way to one endpoint.

use std::sync::{Arc, Mutex};

use ureq::http::Uri;

use super::Ask;
use super::limits::{Gate, SharedRate};
use crate::answer::{Error, Kind};
use crate::lock::lock;
use crate::secret::Secret;

/// Where a client's calls to one endpoint are counted, and where they go.
pub struct Way {
    pub endpoint: &'static str,
    pub gate: Arc<Gate>,
    /// Which the gate asks as long as this client lives.
    _rate: Option<Arc<SharedRate>>,
    /// Its address with the token used last, as long as only the token stands in the query.
    address: Mutex<Option<(Arc<Secret>, Uri)>>,
}

impl Way {
    pub fn new(endpoint: &'static str, gate: Arc<Gate>, rate: Option<Arc<SharedRate>>) -> Self {
        Self { endpoint, gate, _rate: rate, address: Mutex::default() }
    }

    /// The address, written only where the token is another than last time.
    pub fn address(&self, base_url: &str, ask: &Ask, token: &Arc<Secret>) -> Result<Uri, Error> {
        if !ask.query.is_empty() {
            return written(base_url, ask, Some(token));
        }
        let mut last = lock(&self.address);
        if let Some((_, uri)) = last.as_ref().filter(|(of, _)| of == token) {
            return Ok(uri.clone());
        }
        let uri = written(base_url, ask, Some(token))?;
        *last = Some((Arc::clone(token), uri.clone()));
        Ok(uri)
    }
}

/// Where `ask` goes, with this token.
pub fn written(base_url: &str, ask: &Ask, token: Option<&Arc<Secret>>) -> Result<Uri, Error> {
    let mut uri = [base_url, ask.facts.path].concat();
    let mut separator = "?";
    let token = token.map(|token| (ask.bearer.parameter(), token.in_url()));
    for (name, value) in (!ask.query.is_empty()).then_some(("", ask.query)).into_iter().chain(token) {
        for part in [separator, name, value] {
            uri.push_str(part);
        }
        separator = "&";
    }
    // All of it is bounded where it is read. The text of the fault would hold the query.
    Uri::try_from(uri).map_err(|_| Error::new(Kind::Internal, "the request's address could not be written"))
}
