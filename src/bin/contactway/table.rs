//! Answers as tables, for people.

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

/// The space between two columns.
const GAP: usize = 2;

/// Rows of cells, the first of them the heading, in columns as wide as their widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + GAP - cell.width()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// An object's members, each on a line of its own; those of objects in it by their dotted names.
pub fn members(object: &Value) -> String {
    let mut rows = Vec::new();
    flatten("", object, &mut rows);
    table(&rows)
}

fn flatten(name: &str, value: &Value, rows: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (inner, value) in members {
                let name = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                flatten(&name, value, rows);
            }
        }
        _ => rows.push(vec![shown(name), cell(value)]),
    }
}

/// A list of objects as a table with these members as its columns; of none there is no heading either.
pub fn list(items: &[Value], columns: &[&str]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let heading = columns.iter().map(|column| (*column).rsplit('/').next().unwrap_or_default().to_owned()).collect();
    let row = |item: &Value| {
        let value = |column: &&str| item.pointer(&format!("/{column}")).map(cell).unwrap_or_default();
        columns.iter().map(value).collect()
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(items.iter().map(row)).collect();
    table(&rows)
}

/// A value as it stands in a cell.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => shown(text),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => shown(&other.to_string()),
    }
}

/// A text on one line. Control characters are written out: what others wrote must not steer the terminal.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = [["键", "x"], ["前台一号", "y"], ["abc", "z"]];
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        assert_eq!(table(&rows), "键        x\n前台一号  y\nabc       z\n");
    }

    #[test]
    fn what_others_wrote_does_not_steer_the_terminal() {
        assert_eq!(cell(&json!("a\u{1b}[2Jb\nc\u{202e}d")), "a\\u{1b}[2Jb\\nc\\u{202e}d");
    }

    #[test]
    fn members_have_dotted_names_and_lists_commas() {
        let object = json!({"contact_way": {"user": ["a", "b"], "state": "x"}, "empty": {}});
        assert_eq!(members(&object), "contact_way.state  x\ncontact_way.user   a, b\nempty              {}\n");
    }
}
