//! Pages of the manual that show configurations and quote errors: a client can be made of each, and the words are the code's.

use std::fs;

use contactway::{Client, Shared};

use crate::page::{json_blocks, page, quoted, root, rows, section};
use crate::support::directory::Directory;

#[test]
fn every_configuration_makes_a_client() {
    let directory = Directory::new();
    let within = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let authority = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
    fs::write(within("our-authority.pem"), authority.pem()).unwrap();
    let mut seen = 0;
    for name in ["containers.md", "processes.md", "proxies.md"] {
        for config in json_blocks(&page(name)) {
            let config = config.replace("/etc/app/", &within("")).replace("/var/lib/app/", &within(""));
            if let Err(error) = Client::new(&config, &Shared::default()) {
                panic!("{name}: {config}{error}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 8);
}

/// The sources of a folder in one line, without the ends of lines in the midst of a text.
fn words(folder: &str) -> String {
    let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| {
            text.lines().map(|line| line.trim_start().trim_end_matches('\\').to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_words_of_errors_are_those_that_are_said() {
    let (proxies, deadlines) = (page("proxies.md"), page("deadlines.md"));
    let texts = [
        (section(&proxies, "What a proxy may answer"), 1, "src/transport"),
        (section(&proxies, "What the texts say"), 0, "src/transport"),
        (section(&deadlines, "What the call was waiting for"), 0, "src/wire"),
    ];
    for (table, column, folder) in texts {
        let said = words(folder) + &words("src/wire/limits");
        let rows = rows(table);
        assert!(rows.len() >= 6);
        for text in rows.iter().flat_map(|row| quoted(row[column])).filter(|text| text.contains(' ')) {
            assert!(said.contains(text), "nothing in {folder} says {text}");
        }
    }
}
