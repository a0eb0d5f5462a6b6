//! Does everything work here, and if not, what is wrong: what a call needs, looked at in the order in which it needs it.

mod remedy;
mod report;
mod step;

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ProtocolVersion;

use super::{Client, Done, Options};
use crate::answer::{Error, Kind};
use crate::auth::Credentials;
use crate::call::Call;
use crate::clock::unix_ms;
use crate::endpoint::CHECK;
use crate::transport::Passed;
use report::Report;
use step::Step;

/// A clock that is further off makes times and certificates wrong, in milliseconds.
const CLOCK_OFF_MAX: u64 = 300_000;

impl Client {
    /// Looks at everything that a call needs: configuration, proxy, name, connection, TLS, token, permission, clock and,
    /// where there is one, the store. The answer holds what was found as `steps`.
    ///
    /// Nothing that the client remembers is heeded, each step asks once, and nothing changes at WeCom.
    ///
    /// # Errors
    /// That of the first step that failed; its JSON holds the `steps` too.
    pub fn check(&self, options: &Options) -> Result<String, Error> {
        self.run(CHECK.name, options, |call| {
            let mut report = Report::new(&self.wire.secrets);
            if let Err((step, error)) = self.look(call, &mut report) {
                report.failed(step, error);
                report.skip_the_rest(step, self.ledger.is_some());
            }
            Ok(Done { answer: report.into_answer()?, attempts: 1 })
        })
    }

    /// Looks at one step after the other, up to one without which the others cannot be looked at.
    fn look(&self, call: &Arc<Call>, report: &mut Report) -> Result<(), (Step, Error)> {
        let at = |step| move |error| (step, error);
        report.passed(Step::Configuration, self.configuration());
        let trial = self.wire.trial();
        let connected = trial.connect(call, &mut |passed| connection(report, passed));
        connected.map_err(|error| (report.next(), error))?;
        if report.next() == Step::Tls {
            report.skipped(Step::Tls, "base_url is http: there is no TLS");
        }
        let token = trial.token(call).map_err(at(Step::Token))?;
        report.passed(Step::Token, origin(self.wire.credentials()));
        let listed = trial.list_one(call, &token).map_err(at(Step::Permission))?;
        report.passed(Step::Permission, "the app may list contact ways");
        clock(report, listed.date);
        if let Some(ledger) = &self.ledger {
            ledger.check(call).map_err(at(Step::Store))?;
            report.passed(Step::Store, "the store can be read and written");
        }
        Ok(())
    }

    fn configuration(&self) -> String {
        let whose = self.wire.credentials().corp_id().map_or_else(String::new, |corp_id| format!(", for {corp_id}"));
        let mut message = format!("calls go to {}{whose}", self.wire.base_url());
        for warning in &self.warnings {
            message.push_str("; ");
            message.push_str(warning);
        }
        message
    }
}

/// A new connection, step by step.
fn connection(report: &mut Report, passed: Passed) {
    match passed {
        Passed::Direct => report.passed(Step::Proxy, "there is no proxy on the way"),
        Passed::Proxy(host, port) => {
            report.passed(Step::Proxy, format!("the proxy {host}:{port} made the way free"));
            report.skipped(Step::Resolve, "the proxy looks the name up");
            report.skipped(Step::Connect, "the proxy makes the connection");
        }
        Passed::Resolved(addresses) => report.passed(Step::Resolve, in_a_row(addresses)),
        Passed::Connected(address) => report.passed(Step::Connect, format!("{address} took the connection")),
        Passed::Secured(version) => {
            report.passed(Step::Tls, format!("{}, with a certificate that is trusted", tls(version)));
        }
    }
}

fn in_a_row(addresses: &[SocketAddr]) -> String {
    let addresses: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    format!("the host is at {}", addresses.join(", "))
}

fn tls(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        _ => "TLS",
    }
}

/// Where the token comes from.
fn origin(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::App { .. } => "WeCom gave a token for corp_id and secret",
        Credentials::Suite { .. } => "WeCom gave the suite's token, and with it that of the company",
        Credentials::Token { .. } => "the configuration's access_token is used as it is; whether it is good shows next",
        Credentials::Provider { .. } => "the host's function gave a token; whether it is good shows next",
    }
}

/// This machine's clock beside WeCom's. That it is off ends nothing.
fn clock(report: &mut Report, date: Option<i64>) {
    let Some(date) = date else { return report.skipped(Step::Clock, "the answer told no Date") };
    let ahead = unix_ms() - date;
    let message = match (ahead.unsigned_abs() / 1000, ahead < 0) {
        (0, _) => "this machine's clock and WeCom's agree".to_owned(),
        (seconds, false) => format!("this machine's clock is {seconds} s ahead of WeCom's"),
        (seconds, true) => format!("this machine's clock is {seconds} s behind WeCom's"),
    };
    if ahead.unsigned_abs() > CLOCK_OFF_MAX {
        report.failed(Step::Clock, Error::new(Kind::Network, message));
    } else {
        report.passed(Step::Clock, message);
    }
}
