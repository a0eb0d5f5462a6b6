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

/// Asks for a line.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn line(question: &str) -> io::Result<String> {
    ask(question)?;
    let line = read()?;
    if line.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(line) }
}

/// Asks for a line that the terminal does not show; none where Ctrl-C was pressed.
///
/// # Errors
/// When there is none, it cannot be read, or the terminal shows everything.
pub fn hidden_line(question: &str) -> io::Result<Option<String>> {
    // First, since it throws away what was typed before: what is asked for is typed after.
    let hidden = Hidden::begin()?;
    let line = ask(question).and_then(|()| read());
    drop(hidden);
    writeln!(io::stderr())?;
    let line = line?;
    if line.as_bytes().last() == Some(&INTERRUPT) {
        return Ok(None);
    }
    if line.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some(line)) }
}

fn ask(question: &str) -> io::Result<()> {
    let mut out = io::stderr();
    write!(out, "{question}: ")?;
    out.flush()
}

/// Reads what the terminal hands over at once, which is a line.
fn read() -> io::Result<String> {
    let mut input = io::stdin().lock();
    let given = input.fill_buf()?;
    let (line, length) = (String::from_utf8_lossy(given).into_owned(), given.len());
    input.consume(length);
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
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
