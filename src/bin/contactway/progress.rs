//! How far a job is: a bar on a terminal, and nothing where nobody looks.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::messages::Message;
use contactway::Language;

/// What a job tells its progress to.
pub struct Bar {
    bar: ProgressBar,
    lang: Language,
}

impl Bar {
    pub fn new(lang: Language) -> Self {
        let target =
            if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, lang }
    }

    /// Takes what the library tells, and lets the job go on.
    pub fn tell(&mut self, progress_json: &str) -> bool {
        let told: Value = serde_json::from_str(progress_json).unwrap_or_default();
        let number = |name: &str| told[name].as_u64();
        self.bar.set_length(number("total").unwrap_or_default());
        self.bar.set_position(number("done").unwrap_or_default());
        self.bar.set_message(pace(&told).text(self.lang));
        true
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn pace(told: &Value) -> Message<'static> {
    let number = |name: &str| told[name].as_u64();
    Message::Pace {
        per_second: number("per_second").unwrap_or_default(),
        // At the end there is nothing to wait for.
        left: number("eta_ms").filter(|ms| *ms > 0).map(clock),
        failed: number("failed").unwrap_or_default(),
    }
}

/// A span as hours, minutes and seconds.
fn clock(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_is_told_until_nothing_is() {
        let at = |eta_ms: Value| pace(&json!({"per_second": 9, "eta_ms": eta_ms, "failed": 1})).text(Language::English);
        assert_eq!(at(3_661_000.into()), "9/s, 1:01:01 left, 1 failed");
        assert_eq!(at(0.into()), "9/s, 1 failed");
        assert_eq!(at(Value::Null), "9/s, 1 failed");
    }
}
