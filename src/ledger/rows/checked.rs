//! A file that is read and checked on the way: that it is UTF-8, that its records end, and, for a sheet, that its quotes
//! are those of RFC 4180. The reader behind it forgives what would lose rows, such as a quote that is never closed.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::str;

use crate::answer::{Error, Kind};
use crate::json::fields::Detail;
use crate::os_error::in_words;

/// A record longer than any request may be, key and all; so no file without line ends is taken into memory whole.
const RECORD_MAX: usize = 4 * 1024 * 1024;
const BUFFER: usize = 64 * 1024;
const REMEDY: &str = "save the file as \"CSV UTF-8\", or convert it to UTF-8";

/// A place in a file: the line and the character, each from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

/// What makes a whole file unusable.
#[derive(Debug)]
pub struct Fault {
    place: Option<Place>,
    rule: &'static str,
    message: String,
}

impl Fault {
    pub fn at(place: Place, rule: &'static str, message: impl Into<String>) -> Self {
        Self { place: Some(place), rule, message: message.into() }
    }

    /// A file that cannot be read on.
    pub fn unreadable(why: &io::Error) -> Self {
        Self { place: None, rule: "unreadable", message: format!("the file cannot be read: {}", in_words(why)) }
    }
}

impl From<Fault> for Detail {
    fn from(fault: Fault) -> Self {
        let mut detail = Self::new("/path", fault.rule, fault.message);
        (detail.line, detail.column) = fault.place.map(|place| (place.line, place.column)).unzip();
        detail
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// The error of a file that is refused as a whole.
pub fn refused(faults: impl IntoIterator<Item = Fault>) -> Error {
    Error::with_details(Kind::InvalidRequest, "the file", faults.into_iter().map(Detail::from).collect())
}

/// As [`refused`], from what a reader said: a fault of ours inside it, or the system's.
pub fn refused_by(error: &io::Error) -> Error {
    let fault = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>());
    refused([fault.map_or_else(
        || Fault::unreadable(error),
        |fault| Fault { place: fault.place, rule: fault.rule, message: fault.message.clone() },
    )])
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A record a line.
    Lines,
    /// Records of cells.
    Sheet,
}

/// Where in a record the check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    RecordStart,
    CellStart,
    Plain,
    /// Within quotes that were opened there.
    Quoted(Place),
    /// Behind a quote that closes them, or is the first half of a doubled one.
    QuoteSeen(Place),
    CarriageReturn,
}

/// The file, as text whose every byte has been checked.
pub struct Checked<R> {
    inner: R,
    form: Form,
    buffer: Box<[u8]>,
    /// What of the buffer is checked and not taken yet, and how far it is filled: behind may be half a character.
    start: usize,
    end: usize,
    filled: usize,
    has_begun: bool,
    state: State,
    here: Place,
    record_bytes: usize,
    /// Where each cell begins, of the records that were checked and not taken yet.
    cells: VecDeque<Place>,
}

impl<R: Read> Checked<R> {
    pub fn new(inner: R, form: Form) -> Self {
        Self {
            inner,
            form,
            buffer: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
            filled: 0,
            has_begun: false,
            state: State::RecordStart,
            here: Place { line: 1, column: 1 },
            record_bytes: 0,
            cells: VecDeque::new(),
        }
    }

    /// Where the next `count` cells begin. For who takes records of a sheet, in their order.
    pub fn take_cells(&mut self, count: usize, places: &mut Vec<Place>) {
        places.clear();
        places.extend(self.cells.drain(..count.min(self.cells.len())));
    }

    /// Reads more and checks it.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.end..self.filled, 0);
        self.filled -= self.end;
        (self.start, self.end) = (0, 0);
        let read = loop {
            match self.inner.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.filled += read;
        let mut from = 0;
        if !self.has_begun {
            self.has_begun = true;
            from = self.past_byte_order_mark()?;
        }
        let fresh = &self.buffer[from..self.filled];
        let (valid, is_broken) = match str::from_utf8(fresh) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || read == 0),
        };
        for at in from..from + valid {
            self.see(self.buffer[at])?;
        }
        (self.start, self.end) = (from, from + valid);
        if is_broken {
            let message = format!("this is not UTF-8; a spreadsheet's own CSV is often GBK: {REMEDY}");
            return Err(io::Error::other(Fault::at(self.here, "encoding", message)));
        }
        if read == 0 { self.see_end() } else { Ok(()) }
    }

    /// How long the mark at the start is. Those of other encodings, and the zeros of text in them, are refused.
    fn past_byte_order_mark(&self) -> io::Result<usize> {
        let first = &self.buffer[..self.filled];
        let is_utf16 = first.starts_with(b"\xff\xfe")
            || first.starts_with(b"\xfe\xff")
            || first.iter().take(4).any(|byte| *byte == 0);
        if is_utf16 {
            let message = format!("this is UTF-16 or UTF-32, which spreadsheets call Unicode text: {REMEDY}");
            return Err(io::Error::other(Fault::at(self.here, "encoding", message)));
        }
        Ok(if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 })
    }

    fn see(&mut self, byte: u8) -> io::Result<()> {
        self.record_bytes += 1;
        if self.record_bytes > RECORD_MAX {
            let message = "this record is longer than 4 MiB; see whether a line end or a closing quote is missing";
            return Err(self.fault("record_too_long", message));
        }
        match self.form {
            Form::Sheet => self.see_in_sheet(byte)?,
            Form::Lines if byte == b'\n' => self.record_bytes = 0,
            Form::Lines => {}
        }
        if byte == b'\n' {
            self.here = Place { line: self.here.line + 1, column: 1 };
        } else if byte & 0xc0 != 0x80 {
            self.here.column += 1;
        }
        Ok(())
    }

    fn see_in_sheet(&mut self, byte: u8) -> io::Result<()> {
        use State::{CarriageReturn, CellStart, Plain, QuoteSeen, Quoted, RecordStart};
        let is_line_end = matches!(byte, b'\r' | b'\n');
        if self.state == CellStart || (self.state == RecordStart && !is_line_end) {
            self.cells.push_back(self.here);
        }
        self.state = match (self.state, byte) {
            (CarriageReturn, b'\n') => RecordStart,
            (CarriageReturn, _) => {
                return Err(self.fault("line_end", format!("the line before ends as on old Macs; {REMEDY}")));
            }
            (Quoted(open), b'"') => QuoteSeen(open),
            (Quoted(open), _) | (QuoteSeen(open), b'"') => Quoted(open),
            (RecordStart | CellStart, b'"') => Quoted(self.here),
            (Plain, b'"') => {
                return Err(self.fault("quote", "a quote within a cell is written twice, and the cell put in quotes"));
            }
            (_, b',') => CellStart,
            (_, b'\n') => RecordStart,
            (_, b'\r') => CarriageReturn,
            (QuoteSeen(_), _) => {
                return Err(self.fault(
                    "quote",
                    "after a closing quote comes a comma or a line end; a quote within is written twice",
                ));
            }
            _ => Plain,
        };
        if matches!(self.state, RecordStart | CarriageReturn) {
            self.record_bytes = 0;
        }
        Ok(())
    }

    fn see_end(&mut self) -> io::Result<()> {
        match self.state {
            State::Quoted(open) => {
                let message = "the quote that opens here is never closed; close it, or remove it";
                Err(io::Error::other(Fault::at(open, "quote", message)))
            }
            // A last cell that is empty, with no line end behind it.
            State::CellStart => {
                self.cells.push_back(self.here);
                self.state = State::Plain;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn fault(&self, rule: &'static str, message: impl Into<String>) -> io::Error {
        io::Error::other(Fault::at(self.here, rule, message))
    }
}

impl<R: Read> BufRead for Checked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // A chunk may hold a byte order mark alone, or half a character.
        while self.start == self.end {
            let before = self.filled - self.end;
            self.fill()?;
            if self.start == self.end && self.filled == before {
                break;
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.start += amount;
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(to)?;
        self.consume(read);
        Ok(read)
    }
}
