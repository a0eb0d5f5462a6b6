//! Again, or not: one table, by what happened to an attempt.

use std::time::Duration;

use crate::answer::codes::{self, Class};
use crate::answer::{Effect, Kind};
use crate::random;

/// What happened to one attempt that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// No connection could be made; nothing of the request was written.
    NotSent,
    /// Where it should go is not to be trusted: nothing of the request was written, nor would be the next time.
    Untrusted,
    /// The proxy does not let us: nothing of the request was written, nor would be the next time.
    ProxyRefused,
    /// Reset, closed, or a broken answer, after a byte was written.
    BrokenOff,
    /// HTTP 429.
    TooManyRequests,
    /// HTTP 502, 503, 504.
    BadGateway,
    /// Any other HTTP status but 200.
    OtherStatus,
    /// WeCom refused with an errcode of this class.
    Code(Class),
}

/// How a repetition is prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is not made.
    No,
    /// After a wait that grows, with full jitter.
    AfterJitter,
    /// After 50 to 500 ms, with half the concurrency.
    WithLessConcurrency,
    /// After the time that WeCom blocks for.
    AfterTheBlock,
}

/// What follows from it: one row of the table.
pub struct Verdict {
    happened: Happened,
    /// For an endpoint that does no harm when called twice.
    repeatable: Again,
    /// For add.
    once: Again,
    /// Whether WeCom may have carried the request out.
    pub effect: Effect,
    /// Whether another try later can succeed.
    pub transient: bool,
    /// The kind of error, if it comes to that.
    pub kind: Kind,
}

const fn row(
    happened: Happened,
    repeatable: Again,
    once: Again,
    effect: Effect,
    transient: bool,
    kind: Kind,
) -> Verdict {
    Verdict { happened, repeatable, once, effect, transient, kind }
}

use Again::{AfterJitter, AfterTheBlock, No, WithLessConcurrency};
use Effect::{None as Nothing, Unknown};
use Happened::{BadGateway, BrokenOff, Code, NotSent, OtherStatus, ProxyRefused, TooManyRequests, Untrusted};

const TABLE: &[Verdict] = &[
    row(NotSent, AfterJitter, AfterJitter, Nothing, true, Kind::Network),
    row(Untrusted, No, No, Nothing, false, Kind::Network),
    row(ProxyRefused, No, No, Nothing, false, Kind::Network),
    row(BrokenOff, AfterJitter, No, Unknown, true, Kind::BadResponse),
    row(TooManyRequests, AfterJitter, AfterJitter, Nothing, true, Kind::BadResponse),
    row(BadGateway, AfterJitter, No, Unknown, true, Kind::BadResponse),
    row(OtherStatus, No, No, Unknown, true, Kind::BadResponse),
    row(Code(Class::Busy), AfterJitter, No, Unknown, true, Kind::Api),
    row(Code(Class::Collision), AfterJitter, AfterJitter, Nothing, true, Kind::Api),
    row(Code(Class::TooMany), AfterTheBlock, AfterTheBlock, Nothing, true, Kind::RateLimited),
    row(Code(Class::TooManyAtOnce), WithLessConcurrency, WithLessConcurrency, Nothing, true, Kind::RateLimited),
    row(Code(Class::TokenRefused), No, No, Nothing, false, Kind::Auth),
    row(Code(Class::NotThere), No, No, Nothing, false, Kind::Api),
    row(Code(Class::Refused), No, No, Nothing, false, Kind::Api),
];

/// WeCom blocks for as long as the limit's span; that of a minute is the common one.
pub const BLOCK: Duration = Duration::from_secs(60);
/// WeCom asks for three tries at most when it is busy.
const BUSY_ATTEMPTS: u32 = 3;
const FIRST_WAIT_MS: u64 = 100;
const LONGEST_WAIT_MS: u64 = 5_000;

impl Happened {
    /// What an HTTP status other than 200 says.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            429 => TooManyRequests,
            502..=504 => BadGateway,
            _ => OtherStatus,
        }
    }

    /// What an errcode other than 0 says.
    #[must_use]
    pub fn of_code(code: i64) -> Self {
        Code(codes::class(code))
    }

    /// What follows from it.
    #[must_use]
    pub fn verdict(self) -> &'static Verdict {
        TABLE.iter().find(|verdict| verdict.happened == self).unwrap_or(&TABLE[TABLE.len() - 1])
    }
}

impl Verdict {
    /// How long to wait before another call, where that is known.
    #[must_use]
    pub fn known_wait(&self) -> Option<Duration> {
        match self.repeatable {
            AfterTheBlock => Some(BLOCK),
            WithLessConcurrency => Some(concurrency_wait()),
            No | AfterJitter => None,
        }
    }

    /// Whether and how the request is made again, `attempts` having been made, of which so many found WeCom `busy`.
    #[must_use]
    pub fn again(&self, repeatable: bool, attempts: u32, busy: u32, max_attempts: u32) -> Again {
        if attempts >= max_attempts || busy >= BUSY_ATTEMPTS {
            No
        } else if repeatable {
            self.repeatable
        } else {
            self.once
        }
    }
}

/// Full jitter: anything up to a bound that doubles with each attempt.
#[must_use]
pub fn jitter(attempts: u32) -> Duration {
    let bound = FIRST_WAIT_MS.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_WAIT_MS);
    Duration::from_millis(random::source().u64(0..=bound))
}

/// The wait after too many calls at once.
#[must_use]
pub fn concurrency_wait() -> Duration {
    Duration::from_millis(random::source().u64(50..=500))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happened, as the documentation has it.
    const fn in_words(happened: Happened) -> &'static str {
        match happened {
            NotSent => "no connection could be made: name, TCP, TLS, or the proxy for now; nothing was written",
            Untrusted => {
                "a certificate, a TLS version or, over http, an address that is not to be trusted; nothing was written"
            }
            ProxyRefused => "the proxy refuses (403, 407); nothing was written",
            BrokenOff => "reset, closed, timed out or a broken answer, after a byte was written",
            TooManyRequests => "HTTP 429",
            BadGateway => "HTTP 502, 503, 504",
            OtherStatus => "any other HTTP status but 200",
            Code(Class::Busy) => "errcode -1: WeCom is busy",
            Code(Class::Collision) => "6000, 45035: somebody else changes it too",
            Code(Class::TooMany) => "45009: too many calls",
            Code(Class::TooManyAtOnce) => "45033: too many at once",
            Code(Class::TokenRefused) => "40014, 42001 and their kind: the token is not good",
            Code(Class::NotThere) => "41044, 84061, 84084: it is not there",
            Code(Class::Refused) => "any other errcode",
        }
    }

    fn again(again: Again, happened: Happened) -> &'static str {
        match again {
            No => "no",
            AfterJitter if happened == Code(Class::Busy) => "again, 3 times in all",
            AfterJitter => "again",
            WithLessConcurrency => "after 50 to 500 ms",
            AfterTheBlock => "after the block",
        }
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md")).unwrap();
        let (_, section) = page.split_once("\n## Again, or not\n").unwrap();
        let told: Vec<_> = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1).collect();
        for (verdict, told) in TABLE.iter().zip(&told) {
            let happened = verdict.happened;
            let row = [
                in_words(happened),
                again(verdict.repeatable, happened),
                again(verdict.once, happened),
                if verdict.effect == Nothing { "none" } else { "unknown" },
                &format!("`{}`", verdict.kind.name()),
            ];
            assert_eq!(*told, format!("| {} |", row.join(" | ")));
        }
        assert_eq!(told.get(TABLE.len()), Some(&""), "a row too many");
    }
}
