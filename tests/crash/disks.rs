//! A disk that is full.

use std::process::Command;

use contactway::{Kind, Options};

use crate::aftermath::must_hold;
use crate::other::Told;
use crate::support::books::{Books, add, config_id, key, request};
use crate::support::contact_ways;
use crate::support::directory::Directory;

/// A small file system in a directory, where this process may make one.
struct Small(Directory);

impl Small {
    fn new() -> Option<Self> {
        let directory = Directory::new();
        let mount = ["-t", "tmpfs", "-o", "size=512k", "tmpfs"];
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
    let Some(disk) = Small::new() else { return println!("not root: no small disk") };
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
