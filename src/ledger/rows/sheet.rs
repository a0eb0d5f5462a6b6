//! Rows from CSV: a header line with the names of columns, then a record a row.
//!
//! An empty cell is a member that is not managed; none can be cleared here, which JSON Lines can.

use std::io::Read;

use csv::{ErrorKind, StringRecord};

use super::checked::{Checked, Fault, Form, Place, refused, refused_by};
use super::row::{BadRow, CONTACT_WAY, Row, wrong_key};
use super::{Read as RowRead, Reading};
use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::{fields::Detail, nearest};
use crate::rules::{MEMBERS, Member, Type};

/// Where a header begins.
const START: Place = Place { line: 1, column: 1 };

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
enum Column {
    Key,
    ConfigId,
    /// A member of the add request, by its place in [`MEMBERS`].
    Member(usize),
    /// Somebody's notes: its name begins with `#`.
    PassedOver,
}

/// A sheet being read.
pub struct Sheet<R> {
    reader: csv::Reader<Checked<R>>,
    columns: Vec<Column>,
    /// The columns of members in the order of [`MEMBERS`], where those of one object stand together.
    members: Vec<(usize, &'static Member)>,
    record: StringRecord,
    /// Where the record's cells begin.
    places: Vec<Place>,
}

impl<R: Read> Sheet<R> {
    /// Reads the header.
    pub fn open(file: R) -> Result<Self, Error> {
        let reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Checked::new(file, Form::Sheet));
        let mut sheet =
            Self { reader, columns: Vec::new(), members: Vec::new(), record: StringRecord::new(), places: Vec::new() };
        sheet.read_record()?;
        sheet.columns = columns(&sheet.record, &sheet.places).map_err(refused)?;
        let mut members: Vec<_> = (0..).zip(&sheet.columns).filter_map(|(at, column)| member_in(at, *column)).collect();
        members.sort_unstable();
        sheet.members = members.into_iter().map(|(place, at)| (at, &MEMBERS[place])).collect();
        Ok(sheet)
    }

    fn read_record(&mut self) -> Result<bool, Error> {
        let is_read = self.reader.read_record(&mut self.record).map_err(|error| match error.into_kind() {
            ErrorKind::Io(error) => refused_by(&error),
            other => Error::new(Kind::Internal, format!("the file passed its check and is not CSV: {other:?}")),
        })?;
        self.reader.get_mut().take_cells(self.record.len(), &mut self.places);
        Ok(is_read)
    }

    fn row(&self) -> Result<Row, BadRow> {
        let line = self.places.first().map_or(0, |place| place.line);
        let mut row = Row { line, key: String::new(), config_id: None, contact_way: String::new() };
        let mut details = Vec::new();
        for (column, cell) in self.columns.iter().zip(&self.record) {
            match column {
                Column::Key => cell.clone_into(&mut row.key),
                Column::ConfigId if !cell.is_empty() => row.config_id = Some(cell.to_owned()),
                _ => {}
            }
        }
        // Nobody sees it in a spreadsheet, and to WeCom it would be another contact way.
        let spaced =
            (row.key != row.key.trim()).then_some(("key_form", "must not begin or end with white space; take it off"));
        let wrong = wrong_key(&row.key).or(spaced);
        details.extend(wrong.map(|(rule, rest)| Detail::of_member("/key".to_owned(), rule, rest)));
        let (cells, named) = (self.record.len(), self.columns.len());
        if cells == named {
            row.contact_way = self.contact_way(&mut details);
        } else {
            let message = format!(
                "this row has {cells} cells and the header {named}; a cell that holds a comma is put in quotes"
            );
            details.push(Detail::new("", "cell_count", message));
        }
        row.unless(details)
    }

    /// The members that have a cell which is not empty, as a JSON object.
    fn contact_way(&self, details: &mut Vec<Detail>) -> String {
        let mut text = String::from("{");
        let mut open: Vec<&str> = Vec::new();
        for (at, member) in &self.members {
            let Some(cell) = self.record.get(*at).filter(|cell| !cell.is_empty()) else { continue };
            let value = match json_of(cell, member.wire_type) {
                Ok(value) => value,
                Err(words) => {
                    let message = format!("{} must be {words}; correct it, or leave the cell empty", name_of(member));
                    let mut detail = Detail::new(format!("{CONTACT_WAY}{}", member.pointer), "cell", message);
                    (detail.line, detail.column) = self.places.get(*at).map(|it| (it.line, it.column)).unzip();
                    details.push(detail);
                    continue;
                }
            };
            let mut names = member.pointer[1..].split('/');
            let name = names.next_back().unwrap_or_default();
            let above: Vec<_> = names.collect();
            let shared = open.iter().zip(&above).take_while(|(one, other)| one == other).count();
            text.extend(open.drain(shared..).map(|_| '}'));
            for object in &above[shared..] {
                write_name(&mut text, object);
                text.push('{');
                open.push(object);
            }
            write_name(&mut text, name);
            text.push_str(&value);
        }
        text.extend(open.iter().map(|_| '}'));
        text.push('}');
        text
    }
}

impl<R: Read> Reading for Sheet<R> {
    fn next_row(&mut self) -> Result<Option<RowRead>, Error> {
        // Spreadsheets write a line of commas for a row that was emptied.
        while self.read_record()? {
            if self.record.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(self.row()));
            }
        }
        Ok(None)
    }

    fn key_place(&self) -> Place {
        let key = self.columns.iter().position(|column| matches!(column, Column::Key));
        key.and_then(|at| self.places.get(at).copied()).unwrap_or(START)
    }
}

/// A member's place in [`MEMBERS`] and the column it stands in.
fn member_in(at: usize, column: Column) -> Option<(usize, usize)> {
    match column {
        Column::Member(place) => Some((place, at)),
        _ => None,
    }
}

fn write_name(text: &mut String, name: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
}

/// A member's name in a header.
fn name_of(member: &Member) -> String {
    member.pointer[1..].replace('/', ".")
}

/// What each column of a header is, or all that is wrong with it.
fn columns(header: &StringRecord, places: &[Place]) -> Result<Vec<Column>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut columns = Vec::with_capacity(header.len());
    let separator = [(';', "semicolons"), ('\t', "tabs"), ('，', "full-width commas")]
        .into_iter()
        .find(|(it, _)| header.len() == 1 && header[0].contains(*it));
    if let Some((_, words)) = separator {
        let message =
            format!("the columns are separated by {words}; save the file with commas between them, as \"CSV UTF-8\"");
        return Err(vec![Fault::at(START, "separator", message)]);
    }
    for (at, name) in header.iter().enumerate() {
        let place = places.get(at).copied().unwrap_or(START);
        let column = column(name);
        if header.iter().take(at).any(|other| other == name && !name.starts_with('#')) {
            faults.push(Fault::at(place, "repeated_column", format!("the column {name} stands here twice; keep one")));
        } else if name.is_empty() {
            let message =
                format!("column {} has no name; name it, remove it, or begin its name with # to pass it over", at + 1);
            faults.push(Fault::at(place, "unknown_column", message));
        } else if column.is_none() {
            faults.push(Fault::at(place, "unknown_column", unknown(name)));
        }
        columns.push(column.unwrap_or(Column::PassedOver));
    }
    if !columns.iter().any(|column| matches!(column, Column::Key)) {
        let message = "there is no column key: the first line names the columns, and key is your own name for each row";
        faults.push(Fault::at(START, "key_column", message));
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn column(name: &str) -> Option<Column> {
    match name {
        "key" => Some(Column::Key),
        "config_id" => Some(Column::ConfigId),
        _ if name.starts_with('#') => Some(Column::PassedOver),
        _ => known().find(|(_, member)| name_of(member) == name).map(|(place, _)| Column::Member(place)),
    }
}

/// The members that a column can hold, with their places in [`MEMBERS`].
fn known() -> impl Iterator<Item = (usize, &'static Member)> {
    let has_cell = |member: &Member| member.endpoints.contains(&Endpoint::Add) && member.wire_type != Type::Object;
    MEMBERS.iter().enumerate().filter(move |(_, member)| has_cell(member))
}

/// As much of an unknown name as helps to find it, in characters.
const NAME_SHOWN: usize = 100;

fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(NAME_SHOWN).collect();
    let names =
        || ["key", "config_id"].map(str::to_owned).into_iter().chain(known().map(|(_, member)| name_of(member)));
    match nearest(name, names()) {
        Some(near) => format!(
            "the column {shown} is not known; did you mean {near}? Correct it, or begin its name with # to pass it over"
        ),
        None => format!(
            "the column {shown} is not known; begin its name with # to pass it over. Known are {}",
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// A cell as the JSON of a member of this type; what it must be, where it is not.
fn json_of(cell: &str, wire_type: Type) -> Result<String, &'static str> {
    let items = || cell.split(';').map(str::trim).filter(|item| !item.is_empty());
    let list =
        |items: Vec<String>, words| if items.is_empty() { Err(words) } else { Ok(format!("[{}]", items.join(","))) };
    match wire_type {
        Type::Integer => integer(cell).ok_or("an integer, in digits alone"),
        Type::Bool if cell.eq_ignore_ascii_case("true") => Ok("true".to_owned()),
        Type::Bool if cell.eq_ignore_ascii_case("false") => Ok("false".to_owned()),
        Type::Bool => Err("true or false"),
        Type::Texts => list(items().map(quoted).collect(), "a list, its items separated by ;"),
        Type::Integers => {
            let words = "a list of integers, separated by ;";
            list(items().map(integer).collect::<Option<_>>().ok_or(words)?, words)
        }
        Type::Text | Type::Object => Ok(quoted(cell)),
    }
}

/// The integer of a cell as JSON writes it, which has no zeros in front.
fn integer(cell: &str) -> Option<String> {
    let (sign, digits) = cell.strip_prefix('-').map_or(("", cell), |digits| ("-", digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    Some(if significant.is_empty() { "0".to_owned() } else { format!("{sign}{significant}") })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
