//! The way through a proxy: CONNECT, and whether the proxy lets us.
//!
//! A proxy that refuses is remembered, as credentials are that WeCom refuses: an account is locked after a few wrong
//! passwords.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ureq::Proxy;

use super::head::{Fault, Head};
use super::resolver::Place;
use super::stream::Stream;
use super::words::Who;
use super::{Cause, USER_AGENT};
use crate::call::Call;
use crate::clock;
use crate::lock::lock;
use crate::secret::Secret;

/// A refusal is remembered for this long at first, then for twice as long each time.
const REFUSED_FIRST: Duration = Duration::from_secs(5);
const REFUSED_MOST: Duration = Duration::from_secs(600);
/// An answer to CONNECT is short.
const ANSWER_USUAL: usize = 1024;

/// Why there is no tunnel.
pub enum NoTunnel {
    /// The connection to the proxy broke.
    Io(io::Error),
    /// The proxy could not make it, this time; in words.
    Failed(String),
    /// The proxy does not let us, and would not the next time; in words.
    Refused(String),
}

impl From<io::Error> for NoTunnel {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What a proxy is told of who asks.
pub fn authorization(proxy: &Proxy) -> Option<Secret> {
    let (user, password) = (proxy.username(), proxy.password());
    if user.is_none() && password.is_none() {
        return None;
    }
    let both = format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default());
    Some(Secret::new(BASE64_STANDARD.encode(both)))
}

/// Asks the proxy at the other end of `stream` for a tunnel to `target`.
///
/// # Errors
/// Why there is none.
pub fn open(stream: &mut Stream, who: Who, target: Place, authorization: Option<&Secret>) -> Result<(), NoTunnel> {
    let Place { host, port } = target;
    let credentials =
        authorization.map(|text| format!("Proxy-Authorization: Basic {}\r\n", text.expose())).unwrap_or_default();
    let request = format!(
        "CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {USER_AGENT}\r\n\
         Proxy-Connection: Keep-Alive\r\n{credentials}\r\n"
    );
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let answer = Head::read(&mut BufReader::with_capacity(ANSWER_USUAL, stream));
    let (head, behind) = answer.map_err(|fault| match fault {
        Fault::Io(error) => NoTunnel::Io(error),
        Fault::Broken(_) => NoTunnel::Failed(format!("{who} answered what is no HTTP: see whether it is a proxy")),
    })?;
    let status = head.status;
    let why = match status {
        200..=299 if behind.is_empty() => return Ok(()),
        200..=299 => "sent more than its answer".to_owned(),
        407 if !head.takes_basic => {
            "wants a user and a password, but in a way (not Basic) that this library does not know; ask whoever runs it"
                .to_owned()
        }
        407 if authorization.is_some() => {
            "wants a user and a password, and does not take those that it was given; mend them in proxy".to_owned()
        }
        407 => "wants a user and a password; give them as proxy: http://user:password@host:port".to_owned(),
        403 => format!("does not allow connections to {host}:{port}; ask whoever runs it"),
        502 => format!("could not reach {host}:{port}"),
        503 => "is not available at this time".to_owned(),
        504 => format!("got no answer from {host}:{port} in time"),
        _ => format!("opened no tunnel to {host}:{port}"),
    };
    let why = format!("{who} {why} (HTTP status {status})");
    Err(if matches!(status, 403 | 407) { NoTunnel::Refused(why) } else { NoTunnel::Failed(why) })
}

/// What is known of the proxies of one process.
#[derive(Default)]
pub struct Proxies(Mutex<BTreeMap<Key, State>>);

/// Which proxy is asked for what, and by whom.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub proxy: String,
    /// A proxy may allow WeCom's server and not that of its pictures.
    pub target: String,
    pub authorization: Option<Secret>,
}

#[derive(Default)]
struct State {
    /// Whether it ever let us through. Until then one asks at a time: several wrong passwords at once lock an account.
    proven: bool,
    asking: bool,
    waiting: Vec<Arc<Call>>,
    refusal: Option<Refusal>,
}

struct Refusal {
    why: String,
    until: Instant,
    pause: Duration,
}

impl Proxies {
    /// Waits until the proxy may be asked.
    ///
    /// # Errors
    /// When it refused lately, or the time is up.
    pub fn enter(&self, call: &Arc<Call>, key: Key, deadline: Instant) -> Result<Asking<'_>, NotNow> {
        loop {
            let now = clock::now();
            let mut states = lock(&self.0);
            // A look through all of them only when there are twice as many, so that it costs little on the whole.
            if states.len().is_power_of_two() {
                states.retain(|other, state| *other == key || state.is_of_use(now));
            }
            let state = states.entry(key.clone()).or_default();
            if let Some(refusal) = state.refusal.as_ref().filter(|refusal| now < refusal.until) {
                return Err(NotNow::Refused(refusal.cause(now, false)));
            }
            if state.proven || !state.asking {
                state.asking = true;
                return Ok(Asking { proxies: self, key });
            }
            if !state.waiting.iter().any(|waiting| Arc::ptr_eq(waiting, call)) {
                state.waiting.push(Arc::clone(call));
            }
            drop(states);
            if call.park_until(deadline).is_err() || Instant::now() >= deadline {
                if let Some(state) = lock(&self.0).get_mut(&key) {
                    state.waiting.retain(|waiting| !Arc::ptr_eq(waiting, call));
                }
                return Err(NotNow::TimeIsUp);
            }
        }
    }
}

/// Why a proxy is not asked.
pub enum NotNow {
    Refused(Cause),
    TimeIsUp,
}

impl State {
    fn is_of_use(&self, now: Instant) -> bool {
        self.asking
            || !self.waiting.is_empty()
            || self.refusal.as_ref().is_some_and(|refusal| now < refusal.until + refusal.pause)
    }
}

impl Refusal {
    fn cause(&self, now: Instant, asked: bool) -> Cause {
        let retry_after = self.until.saturating_duration_since(now);
        Cause::ProxyRefused { asked, message: self.why.clone(), retry_after }
    }
}

/// One that asks a proxy. Whatever becomes of it, somebody else may ask then.
pub struct Asking<'p> {
    proxies: &'p Proxies,
    key: Key,
}

impl Asking<'_> {
    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(lock(&self.proxies.0).entry(self.key.clone()).or_default())
    }

    /// The proxy let us through.
    pub fn passed(&self) {
        self.state(|state| (state.proven, state.refusal) = (true, None));
    }

    /// The proxy refused, in these words.
    pub fn refused(&self, why: String) -> Cause {
        let now = clock::now();
        self.state(|state| {
            state.proven = false;
            let pause = match &state.refusal {
                // Another that asked at the same time was told the same.
                Some(last) if now < last.until => return last.cause(now, true),
                Some(last) => (last.pause * 2).min(REFUSED_MOST),
                None => REFUSED_FIRST,
            };
            state.refusal.insert(Refusal { why, until: now + pause, pause }).cause(now, true)
        })
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let waiting = self.state(|state| {
            state.asking = false;
            std::mem::take(&mut state.waiting)
        });
        for call in waiting {
            call.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn key(password: &str) -> Key {
        let authorization = Some(Secret::new(password.to_owned()));
        Key { proxy: "proxy:3128".to_owned(), target: "wecom:443".to_owned(), authorization }
    }

    /// How often the proxy is asked in an hour of such calls, one a second, all of which it refuses.
    fn asked_in_an_hour(proxies: &Proxies, key: &Key) -> u32 {
        let mut asked = 0;
        for _ in 0..3600 {
            let call = Call::new(HOUR);
            if let Ok(asking) = proxies.enter(&call, key.clone(), call.deadline()) {
                asked += 1;
                let cause = asking.refused("no".to_owned());
                assert!(matches!(cause, Cause::ProxyRefused { retry_after, .. } if retry_after <= REFUSED_MOST));
            }
            clock::advance(Duration::from_secs(1));
        }
        asked
    }

    #[test]
    fn a_proxy_that_refuses_is_asked_seldom_and_ever_more_so() {
        let proxies = Proxies::default();
        let first_hour = asked_in_an_hour(&proxies, &key("wrong"));
        assert!((2..20).contains(&first_hour), "{first_hour}");
        assert!(asked_in_an_hour(&proxies, &key("wrong")) <= 6);
        let call = Call::new(HOUR);
        let asking = proxies.enter(&call, key("right"), call.deadline()).ok().expect("another password");
        asking.passed();
        drop(asking);
        assert!(asked_in_an_hour(&proxies, &key("right")) > 6, "one that let us through is asked anew");
    }

    #[test]
    fn what_is_of_no_use_any_more_is_not_kept() {
        let proxies = Proxies::default();
        let call = Call::new(HOUR);
        for nth in 0..1000 {
            drop(proxies.enter(&call, key(&nth.to_string()), call.deadline()));
        }
        assert!(lock(&proxies.0).len() < 1000);
    }
}
