//! What holds of every answer, whatever led to it.

use contactway::{Error, Kind};
use serde_json::Value;

/// Panics unless `text` is a JSON object with an integer `errcode` and an `errmsg`.
pub fn is_an_answer(text: &str) -> Value {
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"));
    assert!(answer["errcode"].is_i64() && answer["errmsg"].is_string(), "{text}");
    answer
}

/// Panics unless `error` is told as the contract has it; one that is found before anything is sent has no attempts.
pub fn is_told(error: &Error) {
    let answer = is_an_answer(&error.to_json());
    assert_ne!(error.kind(), Kind::Internal, "{answer}");
    assert_eq!(answer["errcode"], error.errcode(), "{answer}");
    if matches!(error.kind(), Kind::InvalidArgument | Kind::InvalidRequest) {
        assert_eq!(answer["error"]["attempts"], 0, "{answer}");
        assert_eq!(answer["error"]["effect"], "none", "{answer}");
    }
}
