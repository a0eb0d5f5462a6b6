//! What every store must do: each test runs over SQLite, or over the PostgreSQL database
//! that `CONTACTWAY_TEST_POSTGRES` names.

mod figures;
#[cfg(feature = "sqlite")]
mod files;
mod ledger;
mod limits;
mod processes;
#[cfg(feature = "postgres")]
mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::*;

/// Who the tests say they read with.
const ME: &[u8] = b"me";

/// A store, and a corporation in it that no other test knows.
struct Bench {
    store: Arc<Store>,
    url: String,
    corp_id: String,
}

/// The call of a test.
fn call() -> Arc<Call> {
    Call::new(Duration::from_secs(20))
}

/// A number that no other test of any process gets.
fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{}-{}-{now}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An empty directory, which goes with its holder.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("contactway-store-{}", unique()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("ledger.db").display())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _may_be_gone = std::fs::remove_dir_all(&self.0);
    }
}

fn open(url: &str) -> Result<Arc<Store>, Error> {
    Stores::default().open(&call(), url, &[])
}

/// Runs a test over SQLite, or over the PostgreSQL database that is to be tested instead.
fn each(test: impl Fn(&Bench)) {
    let bench = |url: String| {
        let store = open(&url).unwrap();
        let corp_id = format!("ww{}", unique());
        store.corp(&call(), &corp_id, "https://wecom").unwrap();
        test(&Bench { store, url, corp_id });
    };
    match std::env::var("CONTACTWAY_TEST_POSTGRES") {
        Ok(url) if cfg!(feature = "postgres") => bench(url),
        _ if cfg!(feature = "sqlite") => {
            let directory = Directory::new();
            bench(directory.url());
        }
        _ => {}
    }
}

impl Bench {
    fn intent(&self, key: &str) -> Intent {
        Intent {
            corp_id: self.corp_id.clone(),
            key: Some(key.to_owned()),
            namespace: None,
            request: format!(r#"{{"type":1,"scene":2,"user":["LiSi"],"party":[7],"state":"s-{key}","remark":"r"}}"#),
            asked: b"asked".to_vec(),
            matching: b"matching".to_vec(),
            replaces: None,
            lives_ms: None,
            term: Term { send_ms: 10_000, settle_ms: 60_000 },
        }
    }

    fn intend(&self, key: &str) -> Intended {
        self.store.intend(&call(), vec![self.intent(key)]).unwrap().remove(0)
    }

    /// A new intent.
    fn begun(&self, key: &str) -> At {
        match self.intend(key) {
            Intended::New { id, attempt, .. } => At { id, attempt },
            other => panic!("{other:?}"),
        }
    }

    /// An entry whose add was acknowledged.
    fn active(&self, key: &str, config_id: &str) -> At {
        let at = self.begun(key);
        assert_eq!(self.change(at, self.acked(config_id)), Landed::Yes { attempt: at.attempt });
        at
    }

    fn acked(&self, config_id: &str) -> Event {
        Event::Acked {
            corp_id: self.corp_id.clone(),
            config_id: config_id.to_owned(),
            qr_code: Some(format!("https://qr/{config_id}")),
        }
    }

    fn change(&self, at: At, event: Event) -> Landed {
        self.store.change(&call(), at, event).unwrap()
    }

    fn find(&self, query: &Query) -> Vec<Entry> {
        self.store.find(&call(), query, 0, 1_000_000).unwrap()
    }

    fn query(&self) -> Query {
        Query::of(&self.corp_id)
    }

    fn entry(&self, at: At) -> Option<Entry> {
        self.find(&self.query()).into_iter().find(|entry| entry.id == at.id)
    }

    fn by_config_id(&self, config_id: &str) -> Option<Entry> {
        self.find(&Query { config_id: Some(config_id.to_owned()), ..self.query() }).pop()
    }

    /// Lets time pass.
    fn wait(&self, ms: i64) {
        self.store.ahead_us.fetch_add(ms * 1000, Ordering::Relaxed);
    }
}

fn adopted(config_id: &str) -> Event {
    Event::Adopted { config_id: config_id.to_owned(), qr_code: None, seen: sight() }
}

fn sight() -> Sight {
    Sight {
        seen: r#"{"contact_way":{"user":["wangwu"],"state":"seen"}}"#.to_owned(),
        seen_by: ME.to_vec(),
        generation: None,
        qr_code: None,
        expires_at: None,
    }
}
