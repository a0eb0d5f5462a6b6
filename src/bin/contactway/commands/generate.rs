//! Man pages and completions, for those who package the program.

use std::fs;
use std::io;
use std::path::Path;

use clap::{ArgMatches, Command};
use clap_complete::{Shell, generate_to};
use clap_mangen::Man;
use contactway::Language;

use super::Entry;
use crate::arguments;
use crate::exit::Exit;
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
    page(&program, "contactway", &pages)?;
    // The sandbox has a page of its own, written by hand.
    let told = program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "sandbox");
    for command in told {
        page(command, &format!("contactway-{}", command.get_name()), &pages)?;
    }
    Ok(())
}

fn page(command: &Command, name: &str, folder: &Path) -> io::Result<()> {
    let mut text = Vec::new();
    // The name of the page is the program's and the command's.
    Man::new(command.clone().display_name(name)).title(name).render(&mut text)?;
    fs::write(folder.join(format!("{name}.1")), text)
}
