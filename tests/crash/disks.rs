//! A disk that is full, and files that cannot be used: what is said, and that nothing is sent and nothing lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use contactway::{Client, Error, Kind, Options, Shared};

use crate::aftermath::must_hold;
use crate::other::Told;
use crate::support::books::{Books, add, config_id, key, request};
use crate::support::contact_ways;
use crate::support::directory::Directory;

/// A small file system in a directory, where this process may make one.
struct Small(Directory);

impl Small {
    fn new(size: &str) -> Option<Self> {
        let directory = Directory::new();
        let size = format!("size={size}");
        let mount = ["-t", "tmpfs", "-o", &size, "tmpfs"];
        let done = Command::new("mount").args(mount).arg(directory.path()).output();
        done.is_ok_and(|done| done.status.success()).then_some(Self(directory))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _done = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn on_a_full_disk_nothing_is_sent_that_is_not_written_down_and_nothing_told_is_lost() {
    let Some(disk) = Small::new("512k") else { return println!("not root: no small disk") };
    let books = Books { store: disk.0.store(), ..Books::of_sqlite("") };
    let client = books.client(r#","timeout_ms":1500,"settle_s":0"#);
    let (mut keys, mut told) = (Vec::new(), Vec::new());
    let full = loop {
        let name = format!("shop-{}", keys.len());
        match add(&client, &request(&name), &key(&name)) {
            Ok(answer) => {
                told.push(Told { key: name.clone(), config_id: Ok(config_id(&answer)) });
                keys.push(name);
            }
            Err(error) => break error,
        }
        assert!(keys.len() < 5_000, "it never gets full");
    };
    assert_eq!(full.kind(), Kind::Store, "{full}");
    assert!(full.to_string().contains("full"), "{full}");
    assert_eq!((books.adds(), contact_ways(&books.stranger())), (keys.len(), keys.len()));
    client.ledger("{}", &Options::default()).unwrap();
    // Somebody made room.
    let grown = Command::new("mount").args(["-o", "remount,size=8m"]).arg(disk.0.path()).status().unwrap();
    assert!(grown.success());
    must_hold(&books, &keys, &told, r#","timeout_ms":1500,"settle_s":0"#);
}

/// A store with a few contact ways in it.
struct Kept {
    books: Books,
    keys: Vec<String>,
    told: Vec<Told>,
}

const CONFIG: &str = r#","timeout_ms":1500,"settle_s":0"#;

impl Kept {
    fn new(books: Books) -> Self {
        let client = books.client(CONFIG);
        let keys: Vec<_> = (0..20).map(|number| format!("shop-{number}")).collect();
        let told = keys.iter().map(|name| {
            let answer = add(&client, &request(name), &key(name)).unwrap();
            Told { key: name.clone(), config_id: Ok(config_id(&answer)) }
        });
        let told = told.collect();
        Self { books, keys, told }
    }

    fn file(&self) -> PathBuf {
        self.books.store.strip_prefix("sqlite:").unwrap().into()
    }

    /// What a new client says that adds, of which nothing is sent.
    fn refused(&self) -> Error {
        let before = self.books.adds();
        let client = Client::new(&self.books.config(CONFIG), &Shared::default());
        let error = client.and_then(|client| add(&client, &request("more"), &key("more"))).unwrap_err();
        assert_eq!(error.kind(), Kind::Store, "{error}");
        assert_eq!(self.books.adds(), before, "nothing is sent");
        error
    }

    fn must_hold(&self) {
        must_hold(&self.books, &self.keys, &self.told, CONFIG);
        assert_eq!(self.books.adds(), self.keys.len(), "nothing is made again");
    }
}

fn of_somebody_else(file: &Path) {
    fs::remove_file(file).unwrap();
    rusqlite::Connection::open(file).unwrap().execute_batch("CREATE TABLE theirs (it TEXT)").unwrap();
}

fn no_database(file: &Path) {
    fs::write(file, "my notes\n".repeat(1_000)).unwrap();
}

fn newer(file: &Path) {
    rusqlite::Connection::open(file).unwrap().execute_batch("PRAGMA user_version = 900000").unwrap();
}

fn damaged(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    bytes[4_096..].fill(0xaa);
    fs::write(file, bytes).unwrap();
}

fn gone_with_its_directory(file: &Path) {
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

/// How a file is spoilt, and what is said of it and of what to do.
type Spoilt = (fn(&Path), [&'static str; 2]);

const SPOILT: [Spoilt; 5] = [
    (of_somebody_else, ["another program's SQLite database", "name another file"]),
    (no_database, ["no SQLite database", "name another file"]),
    (newer, ["version", "update the library"]),
    (damaged, ["damaged", "restore a backup"]),
    (gone_with_its_directory, ["cannot be used", "make it"]),
];

#[test]
fn a_file_that_cannot_be_used_says_what_to_do_and_is_left_as_it_is() {
    for (spoil, says) in SPOILT {
        let kept = Kept::new(Books::of_sqlite(""));
        let (file, backup) = (kept.file(), fs::read(kept.file()).unwrap());
        spoil(&file);
        let spoilt = fs::read(&file).ok();
        let error = kept.refused().to_string();
        assert!(says.iter().all(|part| error.contains(part)), "{says:?}: {error}");
        assert_eq!(fs::read(&file).ok(), spoilt, "{error}");
        // Somebody did what it says.
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, backup).unwrap();
        kept.must_hold();
    }
}

#[test]
fn a_file_that_is_locked_names_who_has_it() {
    let kept = Kept::new(Books::of_sqlite(""));
    let holder = rusqlite::Connection::open(kept.file()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = kept.refused().to_string();
    let me = format!("process {}", std::process::id());
    assert!(["locked", &me, "timeout_ms"].iter().all(|part| error.contains(part)), "{error}");
    drop(holder);
    kept.must_hold();
}

#[test]
fn a_file_system_that_is_read_only_is_said_to_be() {
    let Some(disk) = Small::new("8m") else { return println!("not root: no small disk") };
    let kept = Kept::new(Books { store: disk.0.store(), ..Books::of_sqlite("") });
    let mount = |how: &str| {
        let done = Command::new("mount").args(["-o", how]).arg(disk.0.path()).status().unwrap();
        assert!(done.success());
    };
    mount("remount,ro");
    let error = kept.refused().to_string();
    assert!(error.contains("read-only"), "{error}");
    mount("remount,rw");
    kept.must_hold();
}
