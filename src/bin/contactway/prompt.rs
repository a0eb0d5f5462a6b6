//! Credentials asked for on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// Whether somebody is there to answer.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What came of a question.
pub enum Typed {
    Line(String),
    /// Enter alone, or the end of the input.
    Nothing,
    /// Ctrl-C.
    Interrupted,
}

/// Asks for a line.
///
/// # Errors
/// When it cannot be read.
pub fn line(question: &str) -> io::Result<Typed> {
    ask(question)?;
    read()
}

/// Asks for a line that the terminal does not show.
///
/// # Errors
/// When it cannot be read, or the terminal shows everything.
pub fn hidden_line(question: &str) -> io::Result<Typed> {
    // First, since it throws away what was typed before: what is asked for is typed after.
    let hidden = Hidden::begin()?;
    let line = ask(question).and_then(|()| read());
    drop(hidden);
    writeln!(io::stderr())?;
    line
}

fn ask(question: &str) -> io::Result<()> {
    let mut out = io::stderr();
    write!(out, "{question}: ")?;
    out.flush()
}

/// Reads what the terminal hands over at once, which is a line.
fn read() -> io::Result<Typed> {
    let mut input = io::stdin().lock();
    let given = input.fill_buf()?;
    let (line, length) = (String::from_utf8_lossy(given).into_owned(), given.len());
    input.consume(length);
    let line = line.trim_end_matches(['\n', '\r']);
    Ok(match line.as_bytes().last() {
        None => Typed::Nothing,
        Some(&INTERRUPT) => Typed::Interrupted,
        Some(_) => Typed::Line(line.to_owned()),
    })
}

/// While it lives, the terminal shows nothing of what is typed. Ctrl-C ends the line instead of the program, which would
/// leave the terminal so.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> io::Result<Self> {
        let terminal = io::stdin();
        let before = tcgetattr(terminal.as_fd())?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        now.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(terminal.as_fd(), OptionalActions::Flush, &now)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // There is no other way to give the terminal back.
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Flush, &self.0);
    }
}
