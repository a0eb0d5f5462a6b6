//! Ctrl-C and SIGTERM: the first stops what is under way cleanly, the second ends the program at once.

use std::io::{self, Write as _};
use std::{process, thread};

use contactway::{Canceller, Language};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::messages::Message;

/// Fires the canceller at the first signal from now on.
///
/// # Errors
/// When the system lets no signal be waited for.
pub fn watch(canceller: &Canceller, lang: Language) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let canceller = canceller.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut seen = signals.forever();
        seen.next();
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "contactway: {}", Message::Stopping.text(lang));
        canceller.cancel();
        seen.next();
        process::exit(Exit::Interrupted as i32);
    })?;
    Ok(())
}
