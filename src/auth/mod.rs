//! Access tokens: one per (base URL, credentials) in the process, fetched once for everybody who waits.
//!
//! How a token is fetched is the caller's; when, and by whom, is decided here.

mod credentials;
mod shared;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::answer::Error;
use crate::call::{Call, Stop};
use crate::clock::now;
use crate::json::{Object, Value};
use crate::lock::lock;
use crate::secret::{IN_URL_MAX, Secret};

pub use credentials::{Credentials, Suite};
pub use shared::SharedToken;

/// An early renewal that failed is tried again after this.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);
/// Refused credentials are remembered for this long at first, then for twice as long each time.
const REFUSED_FIRST: Duration = Duration::from_secs(5);
const REFUSED_MOST: Duration = Duration::from_secs(600);
/// A token that WeCom dropped early is replaced at once, then not for this long, then for twice as long each time.
const FORCED_FIRST: Duration = Duration::from_secs(60);
const FORCED_MOST: Duration = Duration::from_secs(960);

/// WeCom's tokens live for two hours; a clock cannot hold just any span.
const LONGEST_LIFE: Duration = Duration::from_secs(86_400);
const COMMON_LIFE_S: u64 = 7200;

/// Every token of the process; also those of clients that are gone, and their refusals, as long as they are good for
/// something: a host may make a client for every call.
#[derive(Default)]
pub struct Tokens(Mutex<BTreeMap<(String, Owner), Arc<Slot>>>);

/// Whose token it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// An app's at one company.
    App(Credentials),
    /// A third-party app's own, with which it gets those of its companies.
    Suite(Suite),
}

impl Owner {
    /// Everything that tells it from others.
    fn parts(&self) -> Vec<&str> {
        match self {
            Self::App(credentials) => credentials.parts(),
            Self::Suite(suite) => vec!["suite token", &suite.id, suite.secret.expose()],
        }
    }
}

impl Tokens {
    /// Whoever is at `base_url` from now on is somebody else.
    pub fn forget(&self, base_url: &str) {
        lock(&self.0).retain(|(of, _), _| of != base_url);
    }

    /// The place of the owner's token, shared by all clients that have the same.
    pub fn slot(&self, base_url: &str, owner: Owner) -> Arc<Slot> {
        let mut slots = lock(&self.0);
        // A look through all of them only when there are twice as many, so that it costs little on the whole.
        if slots.len().is_power_of_two() {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.is_of_use());
        }
        Arc::clone(slots.entry((base_url.to_owned(), owner)).or_default())
    }
}

/// A token, and which one it is: each that is fetched has a version of its own.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub text: Arc<Secret>,
    /// Its place in the order of tokens fetched.
    pub version: i64,
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
    /// Reads the answer to a request for a token, which stands there under `name`. Token servers of one's own write
    /// `expires_in` as a text, or leave it out.
    ///
    /// # Errors
    /// In words, when there is no token that can be used.
    pub fn read(answer: &str, name: &str) -> Result<Self, String> {
        let answer = Object::parse(answer).map_err(|error| error.to_string())?;
        let text = match answer.get(name) {
            None => return Err(format!("it holds no {name}")),
            Some(text) => text.as_text().ok_or_else(|| format!("its {name} is not a string"))?,
        };
        if text.is_empty() {
            return Err(format!("its {name} is empty"));
        }
        if text.len() > IN_URL_MAX {
            return Err(format!("its {name} is longer than {IN_URL_MAX} bytes"));
        }
        let life = match answer.get("expires_in") {
            None => Some(COMMON_LIFE_S),
            Some(Value::Text(digits)) => digits.text.parse().ok(),
            Some(number) => number.as_integer().and_then(|life| u64::try_from(life).ok()),
        };
        let life = life.ok_or("its expires_in is not a number of seconds")?;
        Ok(Self { text: Secret::new(text.to_owned()), life: Duration::from_secs(life).min(LONGEST_LIFE) })
    }
}

/// Hands out access tokens that the host manages, as a central token server does.
///
/// ```
/// use std::sync::Arc;
///
/// use contactway::{Client, Shared, TokenProvider};
///
/// struct FromOurServer;
///
/// impl TokenProvider for FromOurServer {
///     fn token(&self, rejected: bool) -> Result<String, String> {
///         if rejected {
///             // WeCom refused the last one: ask for a fresh one.
///         }
///         Err("our token server does not answer".to_owned())
///     }
/// }
///
/// let client = Client::new(r#"{"corp_id":"ww1","token_provider":true}"#, &Shared::default())?;
/// client.set_token_provider(Arc::new(FromOurServer))?;
/// # Ok::<(), contactway::Error>(())
/// ```
pub trait TokenProvider: Send + Sync {
    /// A token; `rejected` says that WeCom refused the one handed out last. Runs on any thread that works for a call,
    /// several at once; the call waits for it, past its deadline if need be.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn token(&self, rejected: bool) -> Result<String, String>;
}

/// A token that has just come, from WeCom or from another process.
struct Fresh {
    text: Arc<Secret>,
    renew_in: Duration,
    life: Duration,
    /// Its place in the order of tokens, where that is not for this process to say.
    version: Option<i64>,
}

/// What came of the need for a token.
enum Outcome {
    Token(Fresh),
    /// WeCom refused the credentials, which is remembered for so long.
    Refused {
        error: Error,
        wait: Duration,
        remembered_for: Duration,
    },
    Missed(NoToken),
}

impl Outcome {
    /// What came of a fetch; the last refusal, if there was one, was remembered for so long.
    fn of(fetched: Result<Fetched, Error>, is_refusal: impl Fn(&Error) -> bool, last_refused_for: Duration) -> Self {
        match fetched {
            Ok(Fetched { text, life }) => {
                Self::Token(Fresh { text: Arc::new(text), renew_in: life / 10 * 9, life, version: None })
            }
            Err(error) if is_refusal(&error) => {
                let told = error.retry_after().unwrap_or_default();
                let wait = grown_refused(last_refused_for).max(told);
                // Nobody is asked again while it is remembered.
                let error = error.retry_after_ms(in_ms(wait));
                Self::Refused { error, wait, remembered_for: wait }
            }
            Err(error) => Self::Missed(NoToken::Failed(error)),
        }
    }
}

/// For how long refused credentials are remembered that were remembered for so long the last time, if at all.
fn grown_refused(last: Duration) -> Duration {
    if last.is_zero() { REFUSED_FIRST } else { (last * 2).min(REFUSED_MOST) }
}

/// For how long a token is not replaced again, the last such pause being over since then.
fn grown_forced(last: Duration, over_for: Duration) -> Duration {
    // Soon again after the last one: grow. Long after: begin anew.
    if over_for < last { (last * 2).min(FORCED_MOST) } else { FORCED_FIRST }
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
pub struct Slot(Mutex<TokenState>);

#[derive(Default)]
struct TokenState {
    current: Option<Held>,
    fetched: i64,
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
    /// The token, fetched with `fetch` if there is none that is good, also not in the row that it shares with others.
    ///
    /// # Errors
    /// When the call must end, or the fetch failed.
    pub fn token(
        &self,
        call: &Arc<Call>,
        shared: Option<&SharedToken>,
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
                    let outcome = shared.and_then(|shared| shared.token(call, &fetch, &is_refusal));
                    let outcome = outcome.unwrap_or_else(|| Outcome::of(fetch(), &is_refusal, self.refused_for()));
                    return leading.done(outcome).or_else(|none| old.ok_or(none));
                }
            }
        }
    }

    fn look(&self, call: &Arc<Call>) -> Result<Look, NoToken> {
        let now = now();
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
            return Err(NoToken::Failed(refusal.error.clone().remembered(in_ms(wait))));
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

    /// Whether it holds a token that lives, or a refusal to be remembered: for as long again as it is in force, since
    /// the next one grows from it.
    fn is_of_use(&self) -> bool {
        let now = now();
        let state = lock(&self.0);
        state.current.as_ref().is_some_and(|held| now < held.ends_at)
            || state.refusal.as_ref().is_some_and(|refusal| now < refusal.until + refusal.pause)
    }

    fn leave(&self, call: &Arc<Call>) {
        lock(&self.0).waiting.retain(|waiting| !Arc::ptr_eq(waiting, call));
    }

    /// For how long the last refusal is remembered, if there is one.
    fn refused_for(&self) -> Duration {
        lock(&self.0).refusal.as_ref().map_or(Duration::ZERO, |refusal| refusal.pause)
    }

    /// The credentials have changed: what was refused before says nothing any more.
    pub fn forget_refusal(&self) {
        lock(&self.0).refusal = None;
    }

    /// WeCom refused `token`. Drops it if it is still the current one.
    ///
    /// # Errors
    /// How long to wait, when a token was replaced for this reason so lately that another fetch would be too many.
    pub fn reject(&self, call: &Arc<Call>, shared: Option<&SharedToken>, token: &Token) -> Result<(), Duration> {
        if !self.holds(token) {
            return Ok(());
        }
        let told = shared.and_then(|shared| shared.reject(call, token)).transpose()?;
        let now = now();
        let mut state = lock(&self.0);
        if state.current.as_ref().is_none_or(|held| held.token.version != token.version) {
            return Ok(());
        }
        if told.is_none() {
            let pause = match &state.forced {
                Some(forced) if now < forced.not_before => return Err(forced.not_before - now),
                Some(forced) => grown_forced(forced.pause, now - forced.not_before),
                None => FORCED_FIRST,
            };
            state.forced = Some(Forced { not_before: now + pause, pause });
        }
        state.current = None;
        Ok(())
    }

    fn holds(&self, token: &Token) -> bool {
        lock(&self.0).current.as_ref().is_some_and(|held| held.token.version == token.version)
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
    fn done(self, outcome: Outcome) -> Result<Token, NoToken> {
        let now = now();
        let mut state = lock(&self.slot.0);
        let (none, renew_in) = match outcome {
            Outcome::Token(Fresh { text, renew_in, life, version }) => {
                state.fetched = version.unwrap_or(state.fetched + 1);
                let token = Token { text, version: state.fetched };
                state.current = Some(Held { token: token.clone(), renew_at: now + renew_in, ends_at: now + life });
                state.refusal = None;
                return Ok(token);
            }
            Outcome::Refused { error, wait, remembered_for } => {
                state.refusal = Some(Refusal { error: error.clone(), until: now + wait, pause: remembered_for });
                (NoToken::Failed(error), RENEWAL_PAUSE.max(wait))
            }
            Outcome::Missed(none) => (none, RENEWAL_PAUSE),
        };
        if let Some(held) = &mut state.current {
            held.renew_at = now + renew_in;
        }
        Err(none)
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

#[cfg(test)]
mod tests;
