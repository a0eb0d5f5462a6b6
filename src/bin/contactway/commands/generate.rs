//! Man pages and completions, for those who package the program.

use std::fs;
use std::io;
use std::path::Path;

use clap::{ArgMatches, Command};
use clap_complete::{Shell, generate_to};
use contactway::Language;

use crate::arguments;
use crate::exit::Exit;
use crate::manual;
use crate::messages::{Message, Text, why};
use crate::session::{complain, say};

pub fn command(lang: Language) -> Command {
    let out = super::pictures::out(Text::GenerateOut, lang).value_name("DIR").required(true);
    arguments::command("generate", Text::Generate, &[], lang).hide(true).arg(out)
}

/// Writes them of `program`.
pub fn generate(given: &ArgMatches, program: fn(Language) -> Command, lang: Language) -> Exit {
    let folder = given.get_one::<String>("path").map(String::as_str).unwrap_or_default();
    match write(Path::new(folder), program, lang) {
        Ok(()) => {
            say(&Message::Generated(folder).text(lang));
            Exit::Done
        }
        Err(error) => complain(&Message::Unwritable { path: folder, why: &why(&error, lang) }.text(lang), Exit::Usage),
    }
}

fn write(folder: &Path, program: fn(Language) -> Command, lang: Language) -> io::Result<()> {
    let (pages, completions) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&pages)?;
    fs::create_dir_all(&completions)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let file = generate_to(shell, &mut program(lang), "contactway", &completions)?;
        if shell == Shell::Bash {
            fs::rename(file, completions.join("contactway.bash"))?;
        }
    }
    let mut program = program(lang);
    program.build();
    manual::write(&program, &pages, lang)
}
