//! PostgreSQL that stops, refuses and must prove who it is. Only where there is a server to test with at all.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::*;

/// A server of the test's own.
struct Server {
    directory: Directory,
    url: String,
}

fn script(name: &str, arguments: &[&str]) -> String {
    let path = format!("{}/tests/postgres/{name}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&path).args(arguments).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Server {
    fn new() -> Option<Self> {
        std::env::var_os("CONTACTWAY_TEST_POSTGRES")?;
        let directory = Directory::new();
        let url = script("start.sh", &[directory.0.to_str()?]);
        Some(Self { directory, url })
    }

    fn start(&self) {
        script("start.sh", &[self.directory.0.to_str().unwrap()]);
    }

    fn stop(&self, how: &[&str]) {
        script("stop.sh", &[&[self.directory.0.to_str().unwrap()], how].concat());
    }

    fn bench(&self) -> Bench {
        let store = open(&self.url).unwrap();
        store.corp(&call(), "ww1", "https://wecom").unwrap();
        Bench { store, url: self.url.clone(), corp_id: "ww1".to_owned() }
    }

    fn password(&self) -> &str {
        self.url.split([':', '@']).nth(2).unwrap()
    }

    /// Runs SQL as a client of its own would; what it answers.
    fn run(&self, statement: &str) -> String {
        let output = Command::new("psql").args([&self.url, "-At", "-c", statement]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// How many rows were read by sessions that have ended, of which the last one has.
    fn read(&self) -> i64 {
        const OTHERS: &str =
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        const READ: &str = "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)";
        while self.run(OTHERS) != "0" {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.run(READ).parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop(&[]);
        }
    }
}

#[test]
fn a_server_that_stopped_and_started_again_is_used_again_and_lost_nothing() {
    let Some(server) = Server::new() else { return };
    let bench = server.bench();
    for (round, how) in [&[][..], &["immediate"]].iter().enumerate() {
        let (done, open) = (format!("done-{round}"), format!("open-{round}"));
        bench.active(&done, &done);
        let at = bench.begun(&open);
        server.stop(how);
        let short = Call::new(Duration::from_secs(2));
        let error = bench.store.change(&short, at, bench.acked(&open)).unwrap_err();
        assert_eq!(error.kind(), Kind::Store);
        assert!(error.to_string().contains("start it"), "{error}");
        assert!(!error.to_string().contains(server.password()), "{error}");
        server.start();
        assert_eq!(bench.change(at, bench.acked(&open)), Landed::Yes { attempt: 1 });
        assert_eq!(bench.by_config_id(&done).unwrap().status, Status::Active);
    }
    // While a call waits.
    server.stop(&[]);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| bench.store.now(&call()));
        std::thread::sleep(Duration::from_millis(300));
        server.start();
        assert!(waiting.join().unwrap().is_err() || bench.store.now(&call()).is_ok());
    });
}

#[test]
fn what_the_server_refuses_is_told_with_what_to_do_and_never_the_password() {
    let Some(server) = Server::new() else { return };
    drop(server.bench());
    let port = server.url.rsplit([':', '/']).nth(1).unwrap();
    let with = |from: &str, to: &str| server.url.replace(from, to);
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, part) in [
        (with(server.password(), "wrong-password"), "password"),
        (with("/postgres", "/nowhere"), "no such database"),
        (with(port, &unused.to_string()), "connection refused"),
        (with("127.0.0.1", "no-such-host.invalid"), "was not found"),
        (format!("{}?sslmode=require", server.url), "TLS"),
        (format!("{}?sslmode=maybe", server.url), "sslmode"),
        (with(port, "port"), "not understood"),
    ] {
        let error = Stores::default().open(&Call::new(Duration::from_secs(5)), &url, &[]).err().unwrap();
        let said = error.to_string();
        assert_eq!(error.kind(), Kind::Store, "{said}");
        assert!(said.contains(part), "{part}: {said}");
        assert!(!said.contains(server.password()) && !said.contains("wrong-password"), "{said}");
    }
    server.run("ALTER DATABASE postgres SET default_transaction_read_only = on");
    let error = open(&server.url).err().unwrap();
    assert!(error.to_string().contains("read-only"), "{error}");
}

#[test]
fn a_newer_version_s_tables_are_refused() {
    let Some(server) = Server::new() else { return };
    drop(server.bench());
    server.run(&format!("UPDATE contactway_meta SET value = '{}'", schema::VERSION + 1000));
    let error = open(&server.url).err().unwrap();
    assert!(error.to_string().contains("update the library"), "{error}");
}

/// PostgreSQL plans each statement by its statistics, of which there are none when a first job has filled the table, and
/// old ones when another corporation comes.
#[test]
fn what_is_read_grows_with_what_is_asked_for_not_with_what_is_there_whatever_the_statistics() {
    type Asking<'a> = (&'a str, &'a dyn Fn(&Bench) -> usize);
    const ENTRIES: usize = 40_000;
    const ASKED: usize = 256;
    const READ_AT_MOST: i64 = 2_560;
    let Some(server) = Server::new() else { return };
    drop(server.bench());
    server.run("ALTER TABLE contactway_entry SET (autovacuum_enabled = off)");
    let fill = |corp_id: &str| {
        server.run(&format!(
            "INSERT INTO contactway_entry (corp_id, key, namespace, status, config_id, request, attempt, doubt, listed,
                 checked, taken_out, created_at, updated_at, users, parties)
             SELECT '{corp_id}', 'k' || n, 'shops', 1, 'c' || n, '{{\"remark\":\"' || repeat('r', 300) || '\"}}', 1, 0, 0, 0, ' ',
                 1, 1, ' lisi ', ' ' FROM generate_series(1, {ENTRIES}) AS n"
        ))
    };
    let names = |letter: &str| (1_000..1_000 + ASKED).map(|n| format!("{letter}{n}")).collect::<Vec<_>>();
    let (keys, config_ids) = (names("k"), names("c"));
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let page = |bench: &Bench, query: Query| {
        let first = bench.store.find(&call(), &Query::of(&bench.corp_id), 0, 1).unwrap()[0].id;
        bench.store.find(&call(), &query, first + 10_000, 256).unwrap().len()
    };
    let active = |bench: &Bench| Query { status: Some(Status::Active), ..bench.query() };
    let asked: [Asking; 9] = [
        ("keys", &|bench| bench.store.keyed(&call(), &bench.corp_id, &keys).unwrap().len()),
        ("known", &|bench| bench.store.known(&call(), &bench.corp_id, &config_ids).unwrap().len()),
        ("listed", &|bench| bench.store.mark_listed(&call(), &bench.corp_id, &config_ids, 1).unwrap().len()),
        ("a key", &|bench| ASKED * bench.find(&Query { key: Some("k7".to_owned()), ..bench.query() }).len()),
        ("a config_id", &|bench| ASKED * usize::from(bench.by_config_id("c7").is_some())),
        ("a page", &|bench| page(bench, bench.query())),
        ("a page of a user's", &|bench| page(bench, Query { user: Some("lisi".to_owned()), ..active(bench) })),
        ("a page of a namespace", &|bench| page(bench, Query { namespace: Some("shops".to_owned()), ..active(bench) })),
        ("a window", &|bench| {
            let entries = bench.store.keyed(&call(), &bench.corp_id, &keys).unwrap();
            let known = |entry: &Entry| bench.acked(entry.config_id.as_deref().unwrap());
            let acked = entries.iter().map(|entry| Change { at: entry.at(), event: known(entry) });
            let missed = entries.iter().map(|entry| Change { at: entry.at(), event: Event::Missed });
            let changes = acked.chain(missed).collect();
            bench.store.settle(&call(), Window { changes, ..Window::default() }).unwrap().changes.len() / 2
        }),
    ];
    for (corp_id, statistics) in [("ww1", "none"), ("ww2", "of before its entries came")] {
        fill(corp_id);
        let bench = || Bench { corp_id: corp_id.to_owned(), ..server.bench() };
        for (what, ask) in &asked {
            let before = server.read();
            assert_eq!(ask(&bench()), ASKED, "{what}");
            let read = server.read() - before;
            assert!(read < READ_AT_MOST, "{what}, statistics {statistics}: {read} rows were read");
        }
        server.run("VACUUM ANALYZE contactway_entry");
    }
}

#[test]
fn over_tls_the_server_proves_who_it_is() {
    let Some(server) = Server::new() else { return };
    drop(server.bench());
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let data = server.directory.0.join("data");
    let owner = std::fs::metadata(&data).unwrap();
    for (name, text) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
        let path = data.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    server.run("ALTER SYSTEM SET ssl = on");
    server.run("SELECT pg_reload_conf()");
    let ca = server.directory.0.join("ca.pem");
    std::fs::write(&ca, authority.pem()).unwrap();
    let required = format!("{}?sslmode=require", server.url);
    let open = |url: &str, extra: &[CertificateDer<'static>]| Stores::default().open(&call(), url, extra);
    let extra = [authority.as_ref().der().clone()];
    let error = open(&required, &[]).err().unwrap();
    assert!(error.to_string().contains("certificate is not trusted"), "require is not without proof: {error}");
    assert!(open(&required, &extra).is_ok());
    assert!(open(&format!("{required}&sslrootcert={}", ca.display()), &[]).is_ok());
    let elsewhere = required.replace("127.0.0.1", "localhost");
    assert!(open(&elsewhere, &extra).is_err(), "a certificate of another name");
}

#[test]
fn a_server_that_falls_silent_does_not_hold_a_call_past_its_deadline() {
    if std::env::var_os("CONTACTWAY_TEST_POSTGRES").is_none() {
        return;
    }
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me:pw@{}/db", silent.local_addr().unwrap());
    let begun = std::time::Instant::now();
    let patience = Duration::from_millis(300);
    assert!(Stores::default().open(&Call::new(patience), &url, &[]).is_err());
    assert!(begun.elapsed() < patience * 5, "{:?}", begun.elapsed());
}

#[test]
fn no_thread_outlives_a_call() {
    let Ok(url) = std::env::var("CONTACTWAY_TEST_POSTGRES") else { return };
    let store = open(&url).unwrap();
    store.now(&call()).unwrap();
    let names = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    let names: Vec<_> = names.collect();
    assert!(names.iter().all(|name| !name.contains("tokio")), "{names:?}");
}

#[test]
fn who_was_stopped_in_the_midst_of_a_transaction_keeps_nobody_waiting_and_does_it_again() {
    let Some(server) = Server::new() else { return };
    let (bench, other) = (server.bench(), server.bench());
    let at = bench.active("a", "c1");
    let long = || Call::new(Duration::from_secs(60));
    let touch = "UPDATE contactway_entry SET updated_at = updated_at + 1 WHERE id = ?1";
    std::thread::scope(|scope| {
        let stopped = scope.spawn(|| {
            let mut times = 0;
            let touched = bench.store.with(&long(), Need::Durable, |sql| {
                sql.change(touch, &[at.id.into()])?;
                times += 1;
                if times == 1 {
                    std::thread::sleep(Duration::from_secs(12));
                }
                sql.change(touch, &[at.id.into()])
            });
            (touched.unwrap(), times)
        });
        std::thread::sleep(Duration::from_secs(1));
        let began = Instant::now();
        other.store.with(&long(), Need::Durable, |sql| sql.change(touch, &[at.id.into()])).unwrap();
        assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
        assert_eq!(stopped.join().unwrap(), (1, 2), "what it had begun is undone, and done once more");
    });
}
