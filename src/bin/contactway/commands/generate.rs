//! Man pages and completions, for those who package the program.

use std::fs;
use std::io;
use std::path::Path;

use clap::{ArgMatches, Command};
use clap_complete::{Shell, generate_to};
use contactway::Language;

use super::Entry;
use crate::arguments;
use crate::exit::Exit;
use crate::manual;
use crate::messages::{Message, Text};
use crate::session::{complain, say};

pub const GENERATE: Entry = Entry {
    command: |lang| {
        let out = super::pictures::out(Text::GenerateOut, lang).value_name("DIR").required(true);
        arguments::command("generate", Text::Generate, &[], lang).hide(true).arg(out)
    },
    run: generate,
};

fn generate(given: &ArgMatches, _: &Command, lang: Language) -> Exit {
    let folder = given.get_one::<String>("path").map(String::as_str).unwrap_or_default();
    match write(Path::new(folder), lang) {
        Ok(()) => {
            say(&Message::Generated(folder).text(lang));
            Exit::Done
        }
        Err(error) => {
            complain(&Message::Unwritable { path: folder, why: &error.to_string() }.text(lang), Exit::Refused)
        }
    }
}

fn write(folder: &Path, lang: Language) -> io::Result<()> {
    let (pages, completions) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&pages)?;
    fs::create_dir_all(&completions)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let file = generate_to(shell, &mut arguments::program(lang), "contactway", &completions)?;
        if shell == Shell::Bash {
            fs::rename(file, completions.join("contactway.bash"))?;
        }
    }
    let mut program = arguments::program(lang);
    program.build();
    manual::write(&program, &pages, lang)
}
