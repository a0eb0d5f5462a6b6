//! Access tokens: one per (base URL, credentials) in the process, fetched once for everybody who waits.
//!
//! How a token is fetched is the caller's; when, and by whom, is decided here.

mod credentials;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use crate::answer::Error;
use crate::call::{Call, Stop, lock};
use crate::json::Object;
use crate::secret::Secret;

pub use credentials::{Credentials, Suite};

/// An early renewal that failed is tried again after this.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);
/// Refused credentials are remembered for this long at first, then for twice as long each time.
const REFUSED_FIRST: Duration = Duration::from_secs(5);
const REFUSED_MOST: Duration = Duration::from_secs(600);
/// A token that WeCom dropped early is replaced at once, then not for this long, then for twice as long each time.
const FORCED_FIRST: Duration = Duration::from_secs(60);
const FORCED_MOST: Duration = Duration::from_secs(960);

/// Every token of the process.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<(String, Owner), Weak<Slot>>>);

/// Whose token it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// An app's at one company.
    App(Credentials),
    /// A third-party app's own, with which it gets those of its companies.
    Suite(Suite),
}

impl Tokens {
    /// The place of the owner's token, shared by all clients that have the same.
    pub fn slot(&self, base_url: &str, owner: Owner) -> Arc<Slot> {
        let mut slots = lock(&self.0);
        let key = (base_url.to_owned(), owner);
        if let Some(slot) = slots.get(&key).and_then(Weak::upgrade) {
            return slot;
        }
        // Secrets of clients that are gone need not stay in memory.
        slots.retain(|_, slot| slot.strong_count() > 0);
        let slot = Arc::new(Slot::default());
        slots.insert(key, Arc::downgrade(&slot));
        slot
    }
}

/// A token, and which one it is: each that is fetched has a version of its own.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub text: Arc<Secret>,
    /// Its place in the order of tokens fetched.
    pub version: u64,
}

/// What a fetch brought.
#[derive(Debug)]
pub struct Fetched {
    /// The token.
    pub text: Secret,
    /// How long WeCom says it lives.
    pub life: Duration,
}

impl Fetched {
    /// Reads WeCom's answer to a request for a token, which stands there under `name`.
    #[must_use]
    pub fn read(answer: &str, name: &str) -> Option<Self> {
        let answer = Object::parse(answer).ok()?;
        let text = Secret::new(answer.get(name)?.as_text()?.to_owned());
        let life = u64::try_from(answer.get("expires_in")?.as_integer()?).ok()?;
        (!text.expose().is_empty()).then_some(Self { text, life: Duration::from_secs(life) })
    }
}

/// A function of the host that hands tokens out.
pub trait Provider: Send + Sync {
    /// A token; `rejected` says that WeCom refused the one handed out last.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn token(&self, rejected: bool) -> Result<Secret, String>;
}

/// Why there is no token.
pub enum NoToken {
    /// The call had to end while it waited.
    Stopped(Stop),
    /// It could not be had.
    Failed(Error),
}

/// The place of one token.
#[derive(Default)]
pub struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    current: Option<Held>,
    fetched: u64,
    fetching: bool,
    waiting: Vec<Arc<Call>>,
    refusal: Option<Refusal>,
    forced: Option<Forced>,
}

struct Held {
    token: Token,
    renew_at: Instant,
    ends_at: Instant,
}

/// Credentials that WeCom refused, remembered so that they do not get the address banned.
struct Refusal {
    error: Error,
    until: Instant,
    pause: Duration,
}

/// The last fetch forced by a refused token.
struct Forced {
    not_before: Instant,
    pause: Duration,
}

impl Slot {
    /// The token, fetched with `fetch` if there is none that is good.
    ///
    /// # Errors
    /// When the call must end, or the fetch failed.
    pub fn token(
        &self,
        call: &Arc<Call>,
        fetch: impl Fn() -> Result<Fetched, Error>,
        is_refusal: impl Fn(&Error) -> bool,
    ) -> Result<Token, NoToken> {
        loop {
            match self.look(call)? {
                Look::Good(token) => return Ok(token),
                Look::Wait => call.park_until(call.deadline()).map_err(|stop| {
                    self.leave(call);
                    NoToken::Stopped(stop)
                })?,
                Look::Fetch(old) => {
                    let leading = Leading { slot: self };
                    let outcome = leading.done(fetch(), &is_refusal);
                    return match (outcome, old) {
                        (Ok(token), _) | (Err(_), Some(token)) => Ok(token),
                        (Err(error), None) => Err(NoToken::Failed(error)),
                    };
                }
            }
        }
    }

    fn look(&self, call: &Arc<Call>) -> Result<Look, NoToken> {
        let now = Instant::now();
        let mut state = lock(&self.0);
        if let Some(held) = &mut state.current
            && now < held.ends_at
        {
            let token = held.token.clone();
            if now < held.renew_at || state.fetching {
                return Ok(Look::Good(token));
            }
            state.fetching = true;
            return Ok(Look::Fetch(Some(token)));
        }
        if let Some(refusal) = &state.refusal
            && now < refusal.until
        {
            let wait = refusal.until.duration_since(now);
            return Err(NoToken::Failed(refusal.error.clone().retry_after_ms(in_ms(wait))));
        }
        if state.fetching {
            if !state.waiting.iter().any(|waiting| Arc::ptr_eq(waiting, call)) {
                state.waiting.push(Arc::clone(call));
            }
            return Ok(Look::Wait);
        }
        state.fetching = true;
        Ok(Look::Fetch(None))
    }

    fn leave(&self, call: &Arc<Call>) {
        lock(&self.0).waiting.retain(|waiting| !Arc::ptr_eq(waiting, call));
    }

    /// The credentials have changed: what was refused before says nothing any more.
    pub fn forget_refusal(&self) {
        lock(&self.0).refusal = None;
    }

    /// WeCom refused `token`. Drops it if it is still the current one.
    ///
    /// # Errors
    /// How long to wait, when a token was replaced for this reason so lately that another fetch would be too many.
    pub fn reject(&self, token: &Token) -> Result<(), Duration> {
        let now = Instant::now();
        let mut state = lock(&self.0);
        if state.current.as_ref().is_none_or(|held| held.token.version != token.version) {
            return Ok(());
        }
        let pause = match &state.forced {
            Some(forced) if now < forced.not_before => return Err(forced.not_before.duration_since(now)),
            // Soon again after the last one: grow. Long after: begin anew.
            Some(forced) if now < forced.not_before + forced.pause => (forced.pause * 2).min(FORCED_MOST),
            _ => FORCED_FIRST,
        };
        state.forced = Some(Forced { not_before: now + pause, pause });
        state.current = None;
        Ok(())
    }
}

enum Look {
    Good(Token),
    Wait,
    /// Fetch one; meanwhile this one is still good.
    Fetch(Option<Token>),
}

/// The one that fetches. Whatever becomes of it, panics included, somebody else may take over.
struct Leading<'s> {
    slot: &'s Slot,
}

impl Leading<'_> {
    fn done(self, fetched: Result<Fetched, Error>, is_refusal: &impl Fn(&Error) -> bool) -> Result<Token, Error> {
        let now = Instant::now();
        let mut state = lock(&self.slot.0);
        match fetched {
            Ok(fetched) => {
                state.fetched += 1;
                let token = Token { text: Arc::new(fetched.text), version: state.fetched };
                let renew_at = now + fetched.life / 10 * 9;
                state.current = Some(Held { token: token.clone(), renew_at, ends_at: now + fetched.life });
                state.refusal = None;
                Ok(token)
            }
            Err(error) => {
                if let Some(held) = &mut state.current {
                    held.renew_at = now + RENEWAL_PAUSE;
                }
                if is_refusal(&error) {
                    let pause = state.refusal.as_ref().map_or(REFUSED_FIRST, |last| (last.pause * 2).min(REFUSED_MOST));
                    state.refusal = Some(Refusal { error: error.clone(), until: now + pause, pause });
                }
                Err(error)
            }
        }
    }
}

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.slot.0);
        state.fetching = false;
        for waiting in state.waiting.drain(..) {
            waiting.wake();
        }
    }
}

/// Whole milliseconds, at least one.
pub fn in_ms(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1)
}
