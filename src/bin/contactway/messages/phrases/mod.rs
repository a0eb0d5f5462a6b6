//! How this program says what the library says: some of it in other words, since the library speaks to programs, and most
//! of it in Chinese. What is not here, such as WeCom's own texts, stays as it is.

mod check;
mod files;
mod jobs;
mod json;
mod names;
mod network;
mod rules;
mod sandbox;
mod store;

use contactway::Language;

/// What the library says as a whole. The first that fits counts.
const SENTENCES: [&[Phrase]; 7] = [
    sandbox::SENTENCES,
    check::SENTENCES,
    jobs::SENTENCES,
    files::SENTENCES,
    store::SENTENCES,
    network::SENTENCES,
    rules::SENTENCES,
];
/// What it only says within a sentence.
const PIECES: [&[Phrase]; 5] = [jobs::PIECES, files::PIECES, store::PIECES, network::PIECES, rules::PIECES];

struct Phrase {
    /// The library's words. `{}` stands for a piece that differs from time to time and is kept: a name, a number, what WeCom
    /// said; `{said}` for one that is the library's too, and is said in turn.
    said: &'static str,
    /// The same for people; none where the library's words will do.
    english: Option<&'static str>,
    /// Each `{}` is the next of the library's pieces, `{2}` the second.
    chinese: &'static str,
}

const fn same(said: &'static str, chinese: &'static str) -> Phrase {
    Phrase { said, english: None, chinese }
}

const fn other(said: &'static str, english: &'static str, chinese: &'static str) -> Phrase {
    Phrase { said, english: Some(english), chinese }
}

/// The library's words as this program says them.
pub fn said(text: &str, lang: Language) -> String {
    found(text, &SENTENCES, lang).unwrap_or_else(|| text.to_owned())
}

/// One of the library's names: a step, a status, a count.
pub fn named(name: &str, lang: Language) -> String {
    found(name, &[names::NAMES], lang).unwrap_or_else(|| name.to_owned())
}

/// Why a text is not JSON.
pub fn not_json(why: &str, lang: Language) -> String {
    found(why, &[json::WORDS], lang).unwrap_or_else(|| why.to_owned())
}

/// What stands in a `{said}`.
fn piece(text: &str, lang: Language) -> String {
    let found = found(text, &SENTENCES, lang).or_else(|| found(text, &PIECES, lang));
    found.unwrap_or_else(|| not_json(text, lang))
}

fn found(text: &str, book: &[&[Phrase]], lang: Language) -> Option<String> {
    let mut phrases = book.iter().copied().flatten();
    let (phrase, pieces) = phrases.find_map(|phrase| Some((phrase, pieces(phrase.said, text)?)))?;
    let pieces: Vec<_> =
        pieces.into_iter().map(|(is_said, text)| if is_said { piece(text, lang) } else { text.to_owned() }).collect();
    let words = match lang {
        Language::Chinese => phrase.chinese,
        Language::English => phrase.english.unwrap_or(phrase.said),
    };
    Some(filled(words, &pieces))
}

/// The words of a phrase before its first hole, and each hole with the words behind it.
fn parts(words: &str) -> (&str, impl Iterator<Item = (&str, &str)>) {
    let mut parts = words.split('{');
    let begin = parts.next().unwrap_or_default();
    (begin, parts.map(|part| part.split_once('}').unwrap_or_default()))
}

/// What stands in the holes of `pattern`, and whether it is said in turn, if `text` is like it.
fn pieces<'t>(pattern: &str, text: &'t str) -> Option<Vec<(bool, &'t str)>> {
    let (begin, holes) = parts(pattern);
    let mut rest = text.strip_prefix(begin)?;
    let mut pieces = Vec::new();
    let mut holes = holes.peekable();
    while let Some((hole, words)) = holes.next() {
        let end = if holes.peek().is_none() { rest.strip_suffix(words)?.len() } else { rest.find(words)? };
        pieces.push((hole == "said", &rest[..end]));
        rest = &rest[end + words.len()..];
    }
    rest.is_empty().then_some(pieces)
}

fn filled(words: &str, pieces: &[String]) -> String {
    let (begin, holes) = parts(words);
    let mut filled = begin.to_owned();
    for ((hole, words), next) in holes.zip(1..) {
        let nth: usize = hole.parse().unwrap_or(next);
        filled.push_str(pieces.get(nth - 1).map(String::as_str).unwrap_or_default());
        filled.push_str(words);
    }
    filled
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap is a failed test
mod tests {
    use std::path::Path;
    use std::{fs, iter};

    use contactway::rules::RULES;

    use super::*;

    const JOINS: [char; 5] = [' ', ':', ';', '(', ')'];

    /// All that stands in the library's source, a text that goes over several lines in one.
    fn source(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("src/bin/contactway") {
                source(&path, text);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let file = fs::read_to_string(&path).unwrap();
                let mut lines = file.split("\\\n");
                text.push_str(lines.next().unwrap());
                lines.for_each(|line| text.push_str(line.trim_start()));
            }
        }
    }

    fn all() -> impl Iterator<Item = &'static Phrase> {
        SENTENCES.into_iter().chain(PIECES).chain([names::NAMES]).flatten()
    }

    #[test]
    fn each_phrase_is_the_librarys() {
        let mut library = String::new();
        source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut library);
        let is_said = |phrase: &&Phrase| {
            let (begin, holes) = parts(phrase.said);
            // What joins two pieces may stand elsewhere than they.
            let words = iter::once(begin).chain(holes.map(|(_, words)| words)).map(|words| words.trim_matches(JOINS));
            words.map(|words| words.replace('\\', "\\\\").replace('"', "\\\"")).all(|words| library.contains(&words))
        };
        let other: Vec<_> = all().filter(|phrase| !is_said(phrase)).map(|phrase| phrase.said).collect();
        assert!(other.is_empty(), "the library says these in other words: {other:#?}");
    }

    #[test]
    fn every_rule_of_a_request_has_its_chinese() {
        for rule in RULES {
            assert_ne!(said(rule.message, Language::Chinese), rule.message, "{}", rule.name);
        }
    }

    #[test]
    fn what_differs_is_kept() {
        let text = "nobody knows yet whether WeCom made the contact way: no answer; the next run looks for it first";
        assert_eq!(said(text, Language::Chinese), "尚不知道企业微信是否已新增（no answer）；下次运行会先查找");
        assert_eq!(said(text, Language::English), text);
        assert_eq!(said("3 of 9 failed; failures names the first of them", Language::English), "3 of 9 failed");
        assert_eq!(said("some of WeCom's own", Language::Chinese), "some of WeCom's own");
        // A key may be called as something is that the library says.
        let text = "the key token stands in line 3 already; each row has its own, remove one of the two";
        assert_eq!(said(text, Language::Chinese), "key token 在第 3 行已有；每行的 key 各不相同，请去掉其一");
    }

    #[test]
    fn a_piece_that_is_the_librarys_is_said_too() {
        for (text, chinese) in [
            ("the file cannot be read: it is a folder", "无法读取文件：这是文件夹"),
            ("the server a.b:443 reset the connection", "服务器（a.b:443）重置了连接"),
            (
                "the name of the proxy p:1 could not be looked up: no DNS server answered (Try again); see /etc/resolv.conf \
                 and the network",
                "无法解析代理（p:1）的域名：DNS 服务器没有应答；请检查 /etc/resolv.conf 和网络",
            ),
            (
                "no token could be had: the host's name was not found: a.b (Name or service not known)",
                "取 access_token 时：找不到主机名 a.b：请检查拼写和 DNS",
            ),
            (
                "no token could be had: the proxy p:1 could not reach a.b:443 (HTTP status 502)",
                "取 access_token 时：代理（p:1）连不上 a.b:443（HTTP 状态 502）",
            ),
            (
                "path names a file that cannot be read: this process has no right to; check the path",
                "无法读取文件：没有权限；请检查路径",
            ),
            ("limit must be an integer from 1 to 1000; write one, or leave it out", "limit 须是 1 到 1000 的整数"),
        ] {
            assert_eq!(said(text, Language::Chinese), chinese);
        }
    }

    #[test]
    fn no_language_has_a_hole_without_a_piece() {
        let holes = |words| parts(words).1.map(|(hole, _)| hole).zip(1..).collect::<Vec<(&str, usize)>>();
        for phrase in all() {
            let pieces = holes(phrase.said);
            assert!(pieces.iter().all(|(hole, _)| matches!(*hole, "" | "said")), "{}", phrase.said);
            for words in [phrase.english.unwrap_or_default(), phrase.chinese] {
                for (hole, next) in holes(words) {
                    let nth = if matches!(hole, "" | "said") { next } else { hole.parse().unwrap() };
                    assert!((1..=pieces.len()).contains(&nth), "{words}");
                }
            }
        }
    }
}
