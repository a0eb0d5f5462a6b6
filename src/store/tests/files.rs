//! SQLite's file in every bad way: what is said, and that nothing is lost.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use super::processes::Other;
use super::*;

fn refused(url: &str) -> String {
    let error = open(url).err().expect("it should be refused");
    assert_eq!(error.kind(), Kind::Store, "{error}");
    error.to_string()
}

fn bench_in(path: &Path) -> Bench {
    let url = format!("sqlite:{}", path.join("ledger.db").display());
    let store = open(&url).unwrap();
    store.corp(&call(), "ww1", "https://wecom").unwrap();
    Bench { store, url, corp_id: "ww1".to_owned() }
}

#[test]
fn another_program_s_database_is_left_alone() {
    let directory = Directory::new();
    let path = directory.0.join("ledger.db");
    let theirs = rusqlite::Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE theirs (it TEXT)").unwrap();
    drop(theirs);
    let before = fs::read(&path).unwrap();
    let said = refused(&directory.url());
    assert!(said.contains("another program's") && said.contains("ledger.db"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_database_is_left_alone() {
    let directory = Directory::new();
    fs::write(directory.0.join("ledger.db"), "my notes\n".repeat(1000)).unwrap();
    assert!(refused(&directory.url()).contains("no SQLite database"));
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_one_of_a_newer_minor_version_used() {
    let directory = Directory::new();
    drop(bench_in(&directory.0));
    let path = directory.0.join("ledger.db");
    let set = |version: i64| {
        rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA user_version = {version}")).unwrap();
    };
    set(schema::VERSION + 1);
    bench_in(&directory.0).begun("a");
    set(schema::VERSION + 1000);
    let said = refused(&directory.url());
    assert!(said.contains("version 2") && said.contains("update the library"), "{said}");
}

#[test]
fn a_store_of_the_first_version_is_brought_to_this_one_s_and_keeps_what_it_has() {
    let directory = Directory::new();
    bench_in(&directory.0).active("shop", "c");
    let file = || rusqlite::Connection::open(directory.0.join("ledger.db")).unwrap();
    let later = "DROP INDEX contactway_entry_page; DROP INDEX contactway_entry_deleted_key;";
    file().execute_batch(&format!("{later} PRAGMA user_version = 1000")).unwrap();
    assert_eq!(bench_in(&directory.0).by_config_id("c").unwrap().key.as_deref(), Some("shop"));
    let version: i64 = file().query_row("PRAGMA user_version", (), |row| row.get(0)).unwrap();
    assert_eq!(version, schema::VERSION);
    file().execute_batch(later).expect("they were made again");
}

#[test]
fn what_a_query_names_is_found_by_an_index_and_nothing_is_sorted_for_a_page() {
    let directory = Directory::new();
    let bench = bench_in(&directory.0);
    let file = rusqlite::Connection::open(directory.0.join("ledger.db")).unwrap();
    let plan = |query: &Query| {
        let (clause, values) = query.clause();
        let statement = format!("EXPLAIN QUERY PLAN SELECT * FROM contactway_entry {clause} AND id > 1 ORDER BY id");
        let mut explained = file.prepare(&statement).unwrap();
        let steps = explained.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    let (some, with) = (|text: &str| Some(text.to_owned()), |status| Query { status, ..bench.query() });
    for status in [None].into_iter().chain(Status::ALL.map(Some)) {
        let of_one = [
            (Query { key: some("shop"), ..with(status) }, "contactway_entry_"),
            (Query { config_id: some("c"), ..with(status) }, "contactway_entry_config (corp_id=? AND config_id=?"),
        ];
        for (query, index) in of_one {
            let plan = plan(&query);
            assert!(plan.contains(index) && !plan.contains("PRIMARY KEY"), "{query:?}: {plan}");
        }
        let of_many = [
            Query { state: some("s"), ..with(status) },
            Query { namespace: some("shops"), ..with(status) },
            Query { open: Some(true), ..with(status) },
        ];
        for query in of_many {
            let plan = plan(&query);
            assert!(plan.contains("corp_id=? AND ") && plan.contains("id>?"), "{query:?}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{query:?}: {plan}");
        }
    }
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let directory = Directory::new();
    let bench = bench_in(&directory.0);
    for number in 0..200 {
        bench.active(&number.to_string(), &number.to_string());
    }
    drop(bench);
    let path = directory.0.join("ledger.db");
    let mut bytes = fs::read(&path).unwrap();
    let from = 8192;
    bytes[from..].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    let store = open(&directory.url());
    let said = match store {
        Err(error) => error,
        Ok(store) => store.find(&call(), &Query::of("ww1"), 0, 1000).unwrap_err(),
    };
    assert!(said.to_string().contains("damaged"), "{said}");
    assert!(said.to_string().contains("backup"), "{said}");
}

#[test]
fn it_is_its_owner_s_alone_whatever_the_umask() {
    let directory = Directory::new();
    let url = directory.url();
    let test = std::env::current_exe().unwrap();
    // The umask is a whole process's.
    for umask in ["000", "077", "277"] {
        let script = format!(
            "umask {umask}; CONTACTWAY_TEST_ROLE=opens CONTACTWAY_TEST_URL={url} CONTACTWAY_TEST_CORP_ID=ww1 \
             {} --exact store::tests::processes::another_process --ignored --nocapture",
            test.display()
        );
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("said open"));
        let bench = bench_in(&directory.0);
        bench.begun(umask);
        for entry in fs::read_dir(&directory.0).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{umask}: {:?}", entry.path());
        }
        drop(bench);
        if umask == "000" {
            fs::remove_file(directory.0.join("ledger.db")).unwrap();
        }
    }
    // One that others could read is taken from them.
    fs::set_permissions(directory.0.join("ledger.db"), fs::Permissions::from_mode(0o644)).unwrap();
    drop(bench_in(&directory.0));
    assert_eq!(fs::metadata(directory.0.join("ledger.db")).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_path_that_cannot_be_says_why() {
    assert!(refused("sqlite:/no/such/directory/ledger.db").contains("/no/such/directory"));
    let directory = Directory::new();
    assert!(refused(&format!("sqlite:{}", directory.0.display())).contains("no file"));
    let error = open("mysql://root:pa55word@host/db").err().unwrap();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(!error.to_string().contains("pa55word"), "{error}");
}

#[test]
fn one_store_is_opened_once_however_it_is_spelled() {
    let directory = Directory::new();
    let stores = Stores::default();
    let open = |url: &str| stores.open(&call(), url, &[]).unwrap();
    let first = open(&directory.url());
    let roundabout =
        format!("sqlite:{}/../{}/ledger.db", directory.0.display(), directory.0.file_name().unwrap().display());
    assert!(Arc::ptr_eq(&first, &open(&roundabout)));
    std::os::unix::fs::symlink(directory.0.join("ledger.db"), directory.0.join("link")).unwrap();
    assert!(Arc::ptr_eq(&first, &open(&format!("sqlite:{}/link", directory.0.display()))));
}

#[test]
fn a_file_that_was_taken_away_is_not_written_to_in_vain() {
    let directory = Directory::new();
    let bench = bench_in(&directory.0);
    let at = bench.begun("a");
    let away = directory.0.join("away");
    // Its log goes when another SQLite in this process closes the file, and then somebody else does.
    for name in ["ledger.db", "ledger.db-wal"] {
        fs::rename(directory.0.join(name), &away).unwrap();
        let error = bench.store.change(&call(), at, bench.acked("c1")).unwrap_err();
        assert!(error.to_string().contains("moved"), "{error}");
        fs::rename(&away, directory.0.join(name)).unwrap();
    }
    assert_eq!(bench.change(at, bench.acked("c1")), Landed::Yes { attempt: 1 });
}

/// Runs a command as root; whether it could.
fn as_root(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// A small file system of its own, where this may be made.
struct Mount(Directory);

impl Mount {
    fn new(options: &str) -> Option<Self> {
        let directory = Directory::new();
        let path = directory.0.to_str()?.to_owned();
        as_root("mount", &["-t", "tmpfs", "-o", options, "tmpfs", &path]).then_some(Self(directory))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        as_root("umount", &["-l", self.0.0.to_str().unwrap()]);
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_told() {
    let Some(mount) = Mount::new("size=2m") else { return };
    let bench = bench_in(&mount.0.0);
    let mut told = Vec::new();
    let error = loop {
        let name = told.len().to_string();
        let intended = bench.store.intend(&call(), vec![bench.intent(&name)]);
        match intended {
            Ok(_) => told.push(name),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), Kind::Store);
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert!(told.len() > 50);
    assert_eq!(bench.store.count(&call(), &bench.query()).unwrap(), told.len() as u64);
    // There is room again.
    assert!(as_root("mount", &["-o", "remount,size=16m", mount.0.0.to_str().unwrap()]));
    bench.begun("more");
    drop(bench);
    assert_eq!(bench_in(&mount.0.0).find(&Query::of("ww1")).len(), told.len() + 1);
    // Full from the start.
    let Some(mount) = Mount::new("size=4k") else { return };
    fs::write(mount.0.0.join("filler"), [0; 4096]).unwrap();
    let said = refused(&mount.0.url());
    assert!(said.contains("full"), "{said}");
}

#[test]
fn a_read_only_file_system_is_named() {
    let Some(mount) = Mount::new("size=4m") else { return };
    let bench = bench_in(&mount.0.0);
    bench.active("a", "c1");
    let path = mount.0.0.to_str().unwrap();
    drop(bench);
    assert!(as_root("mount", &["-o", "remount,ro", path]));
    let said = refused(&mount.0.url());
    assert!(said.contains("read-only") || said.contains("cannot be written"), "{said}");
    assert!(as_root("mount", &["-o", "remount,rw", path]));
    assert_eq!(bench_in(&mount.0.0).find(&Query::of("ww1")).len(), 1);
}

#[test]
fn a_writer_that_dies_in_the_midst_of_a_transaction_leaves_nothing_of_it() {
    let directory = Directory::new();
    let bench = bench_in(&directory.0);
    let mut other = Other::new("holds the lock", &bench.url, "ww1");
    assert_eq!(other.said().next().as_deref(), Some("locked"));
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| bench.begun("a"));
        std::thread::sleep(Duration::from_millis(100));
        other.kill();
        waiting.join().unwrap()
    });
    assert_eq!(bench.entry(waiting).unwrap().status, Status::Intended);
}
