//! What the program does, and the command `contactway sandbox` too.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use contactway::os_error_in_words;
use contactway::sandbox::{Sandbox, StartError};
use serde_json::{Map, Value};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

pub const HELP: &str = "\
contactway-sandbox: a stand-in for WeCom's contact-way endpoints, on this machine, from memory

  --port N           listen at this port (any free one if left out)
  --host ADDRESS     listen at this address (127.0.0.1 and ::1 if left out; 0.0.0.0 is every address, and needs a token)
  --public-url URL   how others reach it, such as http://sandbox:8080; base_url in what it prints
  --token-file FILE  ask for the token in FILE under /sandbox/ (or for that in CONTACTWAY_SANDBOX_TOKEN)
  --token TOKEN      ask for TOKEN; others on this machine see it in the list of processes, so rather give it in a file
  --tls              speak HTTPS, with an authority made at the start: /sandbox/ca.pem
  --config FILE      start with this configuration, a JSON object; the other options are put over it
  --seed N           make ids, tokens and random faults from this number
  --limits           refuse calls that are too many, as WeCom does
  --state FILE       take up the state in FILE if it is there, and write it when the program ends
  --version          show the version
  --help             show this

It prints its address and credentials as one line of JSON, and ends on SIGTERM or SIGINT.
The page at its address shows what it holds.
";

/// Why the program ends: a sentence.
enum Failure {
    /// What it was asked for is wrong: an option, or a file that one names.
    Usage(String),
    /// This machine refused, and may not refuse the same at another time.
    Machine(String),
}

/// A sentence about an option, or about a file that one names.
impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::Usage(sentence)
    }
}

/// Runs the program, and returns its exit status: what is printed bears its `name`, `help` tells of its options, and what
/// ends it is told as `say` says it.
pub fn main(name: &str, help: &str, arguments: impl Iterator<Item = String>, say: impl FnOnce(&str) -> String) -> u8 {
    let (sentence, status) = match run(name, help, arguments, std::env::var("CONTACTWAY_SANDBOX_TOKEN").ok()) {
        Ok(()) => return 0,
        Err(Failure::Machine(sentence)) => (sentence, 1),
        Err(Failure::Usage(sentence)) => (sentence, 2),
    };
    // Nobody is left to tell if this fails too.
    let _ = writeln!(io::stderr(), "{name}: {}", say(&sentence));
    status
}

/// What the command line asks for.
#[derive(Default)]
struct Options {
    config: Map<String, Value>,
    state: Option<PathBuf>,
    shown: Option<String>,
}

fn run(name: &str, help: &str, arguments: impl Iterator<Item = String>, token: Option<String>) -> Result<(), Failure> {
    let options = read(help, arguments, token)?;
    if let Some(text) = options.shown {
        return say(&text);
    }
    // Before the address is told, so that a signal that follows at once is not missed.
    let mut signals = Signals::new([SIGTERM, SIGINT])
        .map_err(|error| Failure::Machine(format!("signals cannot be waited for ({error})")))?;
    let sandbox = Sandbox::start(&Value::Object(options.config).to_string()).map_err(|error| match error {
        StartError::Config(_) => Failure::Usage(error.to_string()),
        _ => Failure::Machine(error.to_string()),
    })?;
    if let Some(file) = &options.state {
        take_up(&sandbox, file)?;
    }
    if !sandbox.is_on_loopback() {
        warn(name, "others can reach it at this address, which is meant for a container or a network of one's own");
    }
    say(&format!("{}\n", sandbox.info_json()))?;
    signals.forever().next();
    options.state.map_or(Ok(()), |file| write_state(&sandbox, &file))
}

fn read(help: &str, mut arguments: impl Iterator<Item = String>, token: Option<String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut over = Map::new();
    over.extend(token.filter(|token| !token.is_empty()).map(|token| ("control_token".to_owned(), token.into())));
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; see --help"));
        match argument.as_str() {
            "--port" | "--seed" => {
                let text = value()?;
                let number: u64 = text.parse().map_err(|_| format!("{argument} needs a number, not {text}"))?;
                over.insert(argument.trim_start_matches("--").to_owned(), number.into());
            }
            "--host" => drop(over.insert("host".to_owned(), value()?.into())),
            "--public-url" => drop(over.insert("public_url".to_owned(), value()?.into())),
            "--token" => drop(over.insert("control_token".to_owned(), value()?.into())),
            "--token-file" => drop(over.insert("control_token".to_owned(), token_of(Path::new(&value()?))?.into())),
            "--limits" | "--tls" => drop(over.insert(argument.trim_start_matches("--").to_owned(), true.into())),
            "--config" => options.config = configuration(Path::new(&value()?))?,
            "--state" => options.state = Some(value()?.into()),
            "--version" => {
                options.shown = Some(concat!("contactway-sandbox ", env!("CARGO_PKG_VERSION"), "\n").to_owned());
            }
            "--help" | "-h" => options.shown = Some(help.to_owned()),
            _ => return Err(format!("{argument} is not an option; see --help")),
        }
    }
    options.config.append(&mut over);
    Ok(options)
}

/// A file's one line.
fn token_of(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read ({})", file.display(), os_error_in_words(&error)))?;
    let token = text.trim();
    if token.is_empty() || token.contains(char::is_whitespace) {
        return Err(format!("{} must hold the token on one line, and nothing else", file.display()));
    }
    Ok(token.to_owned())
}

fn configuration(file: &Path) -> Result<Map<String, Value>, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{} cannot be read ({})", file.display(), os_error_in_words(&error)))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is not a JSON object ({error})", file.display()))
}

fn take_up(sandbox: &Sandbox, file: &Path) -> Result<(), String> {
    match fs::read_to_string(file) {
        Ok(state) => sandbox.restore(&state).map_err(|why| format!("{} cannot be taken up: {why}", file.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{} cannot be read ({})", file.display(), os_error_in_words(&error))),
    }
}

/// Writes beside the file and then moves, so that a state is never half a state.
fn write_state(sandbox: &Sandbox, file: &Path) -> Result<(), Failure> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    File::create(&beside)
        .and_then(|file| {
            let mut file = io::BufWriter::new(file);
            sandbox.write_state(&mut file)?;
            file.flush()
        })
        .and_then(|()| fs::rename(&beside, file))
        .map_err(|error| {
            Failure::Machine(format!("{} cannot be written ({})", file.display(), os_error_in_words(&error)))
        })
}

fn warn(name: &str, sentence: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "{name}: warning: {sentence}");
}

fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    let said = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    said.map_err(|error| Failure::Machine(format!("nobody listens ({error})")))
}
