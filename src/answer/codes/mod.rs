//! WeCom's codes that concern these endpoints: what class each is of, and what to do about it.

mod table;

use std::net::IpAddr;

use table::{CODES, Code};

/// What a code means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// WeCom is busy; it may have done the work.
    Busy,
    /// Somebody changes the same thing at the same time; nothing was done.
    Collision,
    /// Too many calls in a minute, an hour or a day.
    TooMany,
    /// Too many calls at the same time.
    TooManyAtOnce,
    /// The access token is not, or no longer, good.
    TokenRefused,
    /// The contact way or the chat is not there.
    NotThere,
    /// Anything else: the same call would be refused again.
    Refused,
}

/// The caller's address is not among the app's trusted ones.
pub const ADDRESS_NOT_TRUSTED: i64 = 60020;

/// A language that advice is given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, as in answers.
    English,
    /// Chinese.
    Chinese,
}

fn find(code: i64) -> Option<&'static Code> {
    CODES.iter().find(|row| row.code == code)
}

/// The class of a code that is not 0.
#[must_use]
pub fn class(code: i64) -> Class {
    find(code).map_or(Class::Refused, |row| row.class)
}

/// What to do about an errcode of WeCom's, in one sentence; `None` where the code is not known here, as of this library's
/// own errcodes, whose texts say it.
///
/// An answer's `error.advice` is the English one; this is for programs that speak to people in their own language.
///
/// ```
/// use contactway::{Language, advice};
///
/// assert_eq!(advice(45033, Language::Chinese), Some("并发调用过多：调低 max_in_flight。"));
/// assert_eq!(advice(-1006, Language::Chinese), None);
/// ```
#[must_use]
pub fn advice(errcode: i64, language: Language) -> Option<&'static str> {
    find(errcode).map(|row| row.advice(language))
}

/// The hint in WeCom's text: what its support can find the call by, for half an hour.
#[must_use]
pub fn hint(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("hint: [")?;
    Some(rest.split_once(']')?.0)
}

/// The link in WeCom's text to its own look-up of the code.
#[must_use]
pub fn help_url(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("more info at ")?;
    // A sentence of ours may go on behind WeCom's text.
    rest.split([' ', ';', ',', '\n']).next().filter(|url| url.starts_with("https://"))
}

/// Where WeCom sees a caller whose address it does not trust.
#[must_use]
pub fn untrusted_address(code: i64, errmsg: &str) -> Option<IpAddr> {
    if code != ADDRESS_NOT_TRUSTED {
        return None;
    }
    let (_, rest) = errmsg.split_once("from ip: ")?;
    rest.split([',', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::fs;

    use super::*;

    use super::Class::{Busy, Collision, NotThere, Refused, TokenRefused, TooMany, TooManyAtOnce};
    use super::Language::{Chinese, English};

    /// What a class means for a call, for people, in English and Chinese.
    const fn follows(class: Class) -> (&'static str, &'static str) {
        match class {
            Busy => (
                "again, three times in all; an add is not, and its `effect` is `unknown`",
                "自动重试，共三次；add 不重试，其 `effect` 为 `unknown`",
            ),
            Collision => ("again", "自动重试"),
            TooMany => ("again after the block, if the deadline allows", "时限允许时，等封禁解除后重试"),
            TooManyAtOnce => {
                ("again after 50 to 500 ms, with half the calls at the same time", "等 50 到 500 毫秒、并发减半后重试")
            }
            TokenRefused => ("a new token, and once more", "换新的 token 再试一次"),
            NotThere => (
                "no; a success where an earlier attempt of the same call may have done it",
                "不重试；若同一次调用中先前的尝试可能已完成，则算成功",
            ),
            Refused => ("no", "不重试"),
        }
    }

    const ENGLISH_HEAD: &str = "# WeCom's codes\n\n\
        Generated from `src/answer/codes/table.rs` by `make docs`; a test compares the two. These are the codes that concern\n\
        contact ways: whether the library makes the call again by itself, and what to do, which stands in an error as\n\
        `advice`. WeCom's page on any code is `https://open.work.weixin.qq.com/devtool/query?e=CODE`.\n\
        [中文](wecom-codes.zh-CN.md)\n\n\
        A 40001 from an endpoint, where a token was sent, is taken for a token that is no longer good.\n\n\
        | errcode | again? | what to do |\n|---|---|---|\n";

    const CHINESE_HEAD: &str = "# 企业微信错误码\n\n\
        由 `make docs` 根据 `src/answer/codes/table.rs` 生成，测试会核对两者一致。这里列出与「联系我」有关的错误码：本库是否自动\n\
        重试，以及怎么办。任一错误码在企业微信的说明页是 `https://open.work.weixin.qq.com/devtool/query?e=错误码`。\n\
        [English](wecom-codes.md)\n\n\
        返回的 `error.advice` 是英文的那一句；在 Rust 里，`contactway::advice(errcode, Language::Chinese)` 给出中文的。\n\
        带着 token 调用接口却得到 40001 时，视为该 token 已失效。\n\n\
        | errcode | 自动重试？ | 怎么办 |\n|---|---|---|\n";

    fn page(language: Language) -> String {
        let mut page = String::from(if language == English { ENGLISH_HEAD } else { CHINESE_HEAD });
        for row in CODES {
            let (english, chinese) = follows(row.class);
            let follows = if language == English { english } else { chinese };
            writeln!(page, "| {} | {follows} | {} |", row.code, row.advice(language)).unwrap();
        }
        page
    }

    /// `make docs` writes them.
    #[test]
    fn the_documentation_has_the_same_table() {
        for (language, name) in [(English, "wecom-codes.md"), (Chinese, "wecom-codes.zh-CN.md")] {
            let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
            if std::env::var_os("CONTACTWAY_WRITE_DOCS").is_some() {
                fs::write(&path, page(language)).unwrap();
            }
            let is_same = fs::read_to_string(path).unwrap_or_default() == page(language);
            assert!(is_same, "docs/{name} is stale: run `make docs`");
        }
    }

    #[test]
    fn the_table_is_in_order_and_says_what_to_do() {
        assert!(CODES.is_sorted_by_key(|row| row.code));
        assert!(CODES.windows(2).all(|pair| pair[0].code != pair[1].code));
        assert!(CODES.iter().all(|row| row.english.is_ascii() && row.english.ends_with('.')));
        assert!(CODES.iter().all(|row| row.chinese.ends_with('。')));
    }

    #[test]
    fn advice_in_both_languages_names_the_same_members() {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let members = |text: &'static str| {
            let words = text.split(move |letter| !is_part(letter)).filter(|word| word.contains('_'));
            words.collect::<std::collections::BTreeSet<_>>()
        };
        for row in CODES {
            let (english, chinese) = (members(row.english), members(row.chinese));
            assert!(english.is_subset(&chinese), "{}: {english:?}, {chinese:?}", row.code);
        }
    }

    #[test]
    fn the_tail_of_a_text_is_taken_apart() {
        let text = "invalid credential, hint: [1641956789123456789012345], from ip: 1.2.3.4, \
                    more info at https://open.work.weixin.qq.com/devtool/query?e=40001";
        assert_eq!(hint(text), Some("1641956789123456789012345"));
        assert_eq!(help_url(text), Some("https://open.work.weixin.qq.com/devtool/query?e=40001"));
        assert_eq!(untrusted_address(60020, text), Some([1, 2, 3, 4].into()));
        assert_eq!(untrusted_address(60020, "from ip: nowhere"), None);
        assert_eq!(untrusted_address(40001, text), None);
        assert_eq!(hint("ok"), None);
        assert_eq!(help_url("more info at http://elsewhere"), None);
        let within = format!("it could not be looked for: {text}; the same call looks again");
        assert_eq!(help_url(&within), help_url(text));
    }
}
