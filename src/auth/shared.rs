//! A token that processes and machines share: one row of a durable store, changed by compare-and-swap.
//!
//! A process reads it once, and again when its token must be renewed or was refused. Whoever fetches writes its name
//! into the row first; the others look until the token stands there, or its name has run out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::{Fetched, Fresh, NoToken, Outcome, Owner, RENEWAL_PAUSE, Token, grown_forced};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::{Object, Value};
use crate::random;
use crate::secret::Secret;
use crate::store::{Aside, TokenRow};

/// Whoever fetches has so long, at most; then another may.
const FETCH_MOST: Duration = Duration::from_secs(5);
/// How long those that wait for it let pass between two looks, at first and at most; a fifth of it more or less.
const LOOK_FIRST: Duration = Duration::from_millis(20);
const LOOK_MOST: Duration = Duration::from_millis(100);
/// A good token that somebody else is renewing is used for so long before it is looked again.
const RENEWED_ELSEWHERE: Duration = Duration::from_secs(1);
/// For what is written when the call's own time may be over.
const LAST_WORD: Duration = Duration::from_secs(1);

/// One token's row.
pub struct SharedToken {
    store: Arc<Aside>,
    /// A SHA-256 of base URL and credentials: the secret itself is nowhere in the store.
    owner: [u8; 32],
}

/// What the row has for whoever needs a token.
enum Found {
    Outcome(Outcome),
    /// Somebody else fetches one.
    Elsewhere,
    /// It is on us to fetch one, until then; and for how long WeCom's last refusal was remembered.
    Ours {
        until: i64,
        refused_for: Duration,
    },
}

impl SharedToken {
    pub fn new(store: Arc<Aside>, base_url: &str, owner: &Owner) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(base_url).chain(owner.parts()) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self { store, owner: hash.finalize().into() }
    }

    /// A token that another process fetched, or fetches, or else one from `fetch`; none where the store is of no use now.
    pub(super) fn token(
        &self,
        call: &Arc<Call>,
        fetch: &impl Fn() -> Result<Fetched, Error>,
        is_refusal: &impl Fn(&Error) -> bool,
    ) -> Option<Outcome> {
        let me = self.store.holder();
        let mut pause = LOOK_FIRST;
        loop {
            let time = FETCH_MOST.min(call.deadline().saturating_duration_since(Instant::now()));
            let found = self.change(call, |row, now| find(row, now, &me, time, |holder| self.store.is_dead(holder)));
            let stopped = match found {
                Some(Found::Outcome(outcome)) => return Some(outcome),
                Some(Found::Ours { until, refused_for }) => {
                    let outcome = Outcome::of(fetch(), is_refusal, refused_for);
                    return Some(self.finish(&me, until, outcome));
                }
                Some(Found::Elsewhere) => {
                    let jitter = random::source().f64().mul_add(0.4, 0.8);
                    call.sleep_until(Instant::now() + pause.mul_f64(jitter)).err()
                }
                None => Some(call.check().err()?),
            };
            if let Some(stop) = stopped {
                return Some(Outcome::Missed(NoToken::Stopped(stop)));
            }
            pause = (pause * 2).min(LOOK_MOST);
        }
    }

    /// Writes what came of our fetch, unless somebody else has taken over.
    fn finish(&self, me: &str, until: i64, outcome: Outcome) -> Outcome {
        let version = self.change(&Call::new(LAST_WORD), |row, now| {
            let is_ours = row.fetcher.as_deref() == Some(me) && row.fetch_until == until;
            is_ours.then(|| {
                finish(row, now, &outcome);
                row.version
            })
        });
        match (outcome, version) {
            (Outcome::Token(fresh), Some(Some(version))) => Outcome::Token(Fresh { version: Some(version), ..fresh }),
            (outcome, _) => outcome,
        }
    }

    /// WeCom refused `token`: takes it out of the row, if it still stands there. None where the store is of no use now.
    ///
    /// # Errors
    /// How long to wait, when a token was replaced for this reason so lately that another fetch would be too many.
    pub(super) fn reject(&self, call: &Arc<Call>, token: &Token) -> Option<Result<(), Duration>> {
        self.change(call, |row, now| reject(row, now, token))
    }

    /// The credentials have changed: what was refused before says nothing any more.
    pub fn forget_refusal(&self) {
        self.change(&Call::new(LAST_WORD), |row, _| {
            if row.refusal.take().is_some() {
                (row.refused_until, row.refused_pause) = (0, 0);
            }
        });
    }

    /// Changes the row; once more where somebody else was first.
    fn change<T>(&self, call: &Arc<Call>, change: impl Fn(&mut TokenRow, i64) -> T) -> Option<T> {
        self.store.ask(call, |store, call| {
            loop {
                let now = store.now(call)?;
                let before = store.token(call, &self.owner)?;
                let mut row = before.clone();
                let done = change(&mut row, now);
                if row == before || store.swap_token(call, &self.owner, &row)? {
                    return Ok(done);
                }
            }
        })
    }
}

fn find(row: &mut TokenRow, now: i64, me: &str, time: Duration, is_dead: impl Fn(&str) -> bool) -> Found {
    let is_fetched = now < row.fetch_until && !row.fetcher.as_deref().is_some_and(is_dead);
    if let Some(text) = row.token.as_ref().filter(|_| now < row.ends_at) {
        let renew_in = if is_fetched { RENEWED_ELSEWHERE } else { in_time(row.renew_at - now) };
        if is_fetched || now < row.renew_at {
            let (text, life) = (Arc::new(text.clone()), in_time(row.ends_at - now));
            return Found::Outcome(Outcome::Token(Fresh { text, renew_in, life, version: Some(row.version) }));
        }
    } else if is_fetched {
        return Found::Elsewhere;
    } else if let Some(refusal) = row.refusal.as_deref().filter(|_| now < row.refused_until) {
        let (wait, remembered_for) = (in_time(row.refused_until - now), in_time(row.refused_pause));
        let error = read(refusal).remembered(super::in_ms(wait));
        return Found::Outcome(Outcome::Refused { error, wait, remembered_for });
    }
    let until = now + ms(time);
    row.fetcher = Some(me.to_owned());
    row.fetch_until = until;
    Found::Ours { until, refused_for: in_time(row.refused_pause) }
}

fn finish(row: &mut TokenRow, now: i64, outcome: &Outcome) {
    row.fetcher = None;
    row.fetch_until = 0;
    match outcome {
        Outcome::Token(fresh) => {
            row.version += 1;
            row.token = Some(Secret::clone(&fresh.text));
            row.renew_at = now + ms(fresh.renew_in);
            row.ends_at = now + ms(fresh.life);
            (row.refusal, row.refused_until, row.refused_pause) = (None, 0, 0);
        }
        Outcome::Refused { error, wait, remembered_for } => {
            row.refusal = Some(written(error));
            row.refused_until = now + ms(*wait);
            row.refused_pause = ms(*remembered_for);
            row.renew_at = now + ms(RENEWAL_PAUSE.max(*wait));
        }
        Outcome::Missed(_) => row.renew_at = now + ms(RENEWAL_PAUSE),
    }
}

fn reject(row: &mut TokenRow, now: i64, token: &Token) -> Result<(), Duration> {
    if row.version != token.version || row.token.as_ref() != Some(&*token.text) {
        return Ok(());
    }
    if now < row.forced_not_before {
        return Err(in_time(row.forced_not_before - now));
    }
    let pause = grown_forced(in_time(row.forced_pause), in_time(now - row.forced_not_before));
    row.token = None;
    row.forced_pause = ms(pause);
    row.forced_not_before = now + ms(pause);
    Ok(())
}

/// A refusal as it stands in the row: what WeCom said.
fn written(error: &Error) -> String {
    let mut members = serde_json::Map::new();
    members.extend([
        ("kind".to_owned(), error.kind().name().into()),
        ("errcode".to_owned(), error.errcode().into()),
        ("errmsg".to_owned(), error.errmsg().into()),
        ("retryable".to_owned(), error.is_retryable().into()),
    ]);
    serde_json::Value::from(members).to_string()
}

fn read(refusal: &str) -> Error {
    const KINDS: [Kind; 4] = [Kind::Api, Kind::Auth, Kind::RateLimited, Kind::BadResponse];
    let object = Object::parse(refusal).unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_text).map(str::to_owned);
    let kind = text("kind").and_then(|name| KINDS.into_iter().find(|kind| kind.name() == name));
    let mut error = Error::new(kind.unwrap_or(Kind::Api), text("errmsg").unwrap_or_default());
    let parts = error.parts();
    parts.errcode = object.get("errcode").and_then(Value::as_integer).unwrap_or(parts.errcode);
    parts.retryable = object.get("retryable").is_some_and(|value| matches!(value, Value::Bool(true)));
    error
}

fn in_time(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FETCH: Duration = Duration::from_secs(5);
    const HOUR_MS: i64 = 3_600_000;

    /// What `me` finds, of whom nobody knows whether others are dead.
    fn finds(row: &mut TokenRow, now: i64, me: &str) -> Found {
        find(row, now, me, FETCH, |_| false)
    }

    fn fetched(text: &str) -> Outcome {
        let fetched = Fetched { text: Secret::new(text.to_owned()), life: Duration::from_secs(7200) };
        Outcome::of(Ok(fetched), |_| true, Duration::ZERO)
    }

    /// The token that was found, and for how many seconds it is not looked at again.
    fn token(found: Found) -> (String, u64) {
        match found {
            Found::Outcome(Outcome::Token(fresh)) => (fresh.text.expose().to_owned(), fresh.renew_in.as_secs()),
            _ => unreachable!("there is no token"),
        }
    }

    #[test]
    fn one_fetches_while_the_others_look_and_it_is_taken_over_from_when_its_time_is_up_or_it_is_dead() {
        let mut row = TokenRow::default();
        assert!(matches!(finds(&mut row, 1000, "a"), Found::Ours { until: 6000, .. }));
        assert!(matches!(finds(&mut row, 5999, "b"), Found::Elsewhere));
        assert!(matches!(find(&mut row.clone(), 5999, "b", FETCH, |who| who == "a"), Found::Ours { .. }));
        assert!(matches!(finds(&mut row, 6000, "b"), Found::Ours { .. }));
        finish(&mut row, 6100, &fetched("one"));
        assert_eq!((row.version, token(finds(&mut row, 6100, "a"))), (1, ("one".to_owned(), 6480)));
    }

    #[test]
    fn one_renews_ahead_of_the_end_while_the_others_go_on_with_the_old_one() {
        let mut row = TokenRow::default();
        finish(&mut row, 0, &fetched("one"));
        let renewal = HOUR_MS * 2 / 10 * 9;
        assert!(matches!(finds(&mut row, renewal, "a"), Found::Ours { .. }));
        assert_eq!(token(finds(&mut row, renewal, "b")), ("one".to_owned(), 1));
        let failed = Outcome::Missed(NoToken::Failed(Error::new(Kind::Network, "no way")));
        finish(&mut row, renewal, &failed);
        assert_eq!(token(finds(&mut row, renewal, "b")), ("one".to_owned(), RENEWAL_PAUSE.as_secs()));
        assert!(matches!(finds(&mut row, renewal + ms(RENEWAL_PAUSE), "b"), Found::Ours { .. }));
        finish(&mut row, renewal, &fetched("two"));
        assert_eq!((row.version, token(finds(&mut row, renewal, "a")).0), (2, "two".to_owned()));
    }

    #[test]
    fn a_refusal_is_told_to_all_as_wecom_said_it_for_longer_each_time() {
        let mut row = TokenRow::default();
        let (mut now, mut waits) = (0, Vec::new());
        while waits.len() < 9 {
            let Found::Ours { refused_for, .. } = finds(&mut row, now, "a") else { unreachable!() };
            let mut error = Error::new(Kind::Api, "invalid credential, 店");
            error.parts().errcode = 40001;
            finish(&mut row, now, &Outcome::of(Err(error), |_| true, refused_for));
            let Found::Outcome(Outcome::Refused { error, wait, .. }) = finds(&mut row, now, "b") else {
                unreachable!()
            };
            assert_eq!((error.kind(), error.errcode(), error.errmsg()), (Kind::Api, 40001, "invalid credential, 店"));
            assert_eq!(error.retry_after(), Some(wait));
            waits.push(wait.as_secs());
            now += ms(wait);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    }

    #[test]
    fn a_token_is_dropped_only_by_those_who_have_that_one_and_ever_more_seldom() {
        let mut row = TokenRow::default();
        finish(&mut row, 0, &fetched("one"));
        let one = Token { text: Arc::new(Secret::new("one".to_owned())), version: 1 };
        assert_eq!(reject(&mut row, HOUR_MS, &one), Ok(()));
        assert_eq!(row.token, None);
        finish(&mut row, HOUR_MS, &fetched("one"));
        assert_eq!(reject(&mut row, HOUR_MS, &one), Ok(()));
        assert!(row.token.is_some(), "the same text, but fetched since");
        let two = Token { version: 2, ..one };
        assert_eq!(reject(&mut row, HOUR_MS, &two), Err(Duration::from_secs(60)));
        assert_eq!(reject(&mut row, HOUR_MS + 60_000, &two), Ok(()));
        assert_eq!(row.forced_pause, 120_000);
    }
}
