//! QR codes with their labels on paper: one HTML page that prints as A4 sheets of 20.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// One code.
pub struct Card {
    /// What it is called, on up to two lines.
    pub label: String,
    /// What stands below that in small letters.
    pub caption: String,
    /// Its picture.
    pub png: Vec<u8>,
}

/// Five rows of 55.4 mm fill an A4 sheet within its margins.
const HEAD: &str = r#"<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>contactway</title>
<style>
@page { size: A4; margin: 10mm }
* { box-sizing: border-box }
body { margin: 0; font: 3.4mm/1.25 sans-serif; color: #000; background: #fff }
main { display: grid; grid-template-columns: repeat(4, 1fr); grid-auto-rows: 55.4mm }
figure { margin: 0; padding: 2mm; text-align: center; overflow: hidden; break-inside: avoid }
img { width: 38mm; height: 38mm; image-rendering: pixelated }
figcaption { overflow: hidden; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }
small { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: 2.4mm; color: #444 }
</style>
</head>
<body>
<main>
"#;
const END: &str = "</main>\n</body>\n</html>\n";

/// The page.
pub fn render(cards: &[Card]) -> String {
    let mut page = HEAD.to_owned();
    for card in cards {
        let picture = BASE64_STANDARD.encode(&card.png);
        let (label, caption) = (escaped(&card.label), escaped(&card.caption));
        // A String takes whatever is written.
        let _ = writeln!(
            page,
            "<figure><img alt=\"\" src=\"data:image/png;base64,{picture}\"><figcaption>{label}</figcaption>\
             <small>{caption}</small></figure>"
        );
    }
    page + END
}

/// A text as HTML shows it, whatever it holds.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(label: &str) -> Card {
        Card { label: label.to_owned(), caption: "<c>".to_owned(), png: vec![0x89, b'P'] }
    }

    #[test]
    fn labels_are_text_and_never_markup() {
        let page = render(&[card("<script>alert('\"&')</script>")]);
        assert!(page.contains("<figcaption>&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;</figcaption>"));
        assert!(page.contains("<small>&lt;c&gt;</small>"));
        assert!(!page.contains("<script"));
    }

    #[test]
    fn each_code_is_a_figure_with_its_picture_inside() {
        let page = render(&[card("前台"), card("二")]);
        assert_eq!(page.matches("<figure>").count(), 2);
        assert_eq!(page.matches("src=\"data:image/png;base64,iVA=\"").count(), 2);
        assert!(!page.contains("http"), "it needs nothing from elsewhere");
        assert!(page.contains("@page { size: A4; margin: 10mm }") && page.ends_with("</html>\n"));
    }
}
