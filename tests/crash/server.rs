//! PostgreSQL stopped in the midst of a job, and started again. Only where there is a server to test with at all.

use std::process::Command;
use std::thread;

use serde_json::json;

use crate::bench::{Bench, apply, counts, rows, sync};
use crate::jobs::wait_until;
use crate::support::books::postgres;
use crate::support::directory::Directory;

/// More than is done when the server stops.
const ROWS: usize = 300;
const SLOW: &str = r#"{"endpoint":"add_contact_way","share":1.0,"times":100000,"do":{"delay_ms":40}}"#;

/// A server of the test's own.
struct Server(Directory);

impl Server {
    /// Its URL.
    fn start(&self) -> String {
        self.run("start.sh", &[])
    }

    fn stop(&self, how: &[&str]) {
        self.run("stop.sh", how);
    }

    fn run(&self, script: &str, arguments: &[&str]) -> String {
        let path = format!("{}/tests/postgres/{script}", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(path).arg(self.0.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop(&[]);
        }
    }
}

#[test]
fn a_job_whose_server_stops_says_so_and_the_next_run_does_the_rest() {
    if postgres().is_none() {
        return;
    }
    let server = Server(Directory::new());
    let url = server.start();
    for how in [&[][..], &["immediate"]] {
        let bench = Bench::over(&url);
        bench.shop.faults(SLOW);
        let client = bench.client(r#","timeout_ms":3000"#);
        let wanted = rows(ROWS);
        let answer = thread::scope(|scope| {
            let job = scope.spawn(|| apply(&client, &wanted));
            wait_until(|| bench.all().len() > 50);
            server.stop(how);
            job.join().unwrap()
        });
        assert_eq!(answer["error"]["kind"], "store", "{answer}");
        assert!(answer["errmsg"].as_str().unwrap().contains("start it"), "{answer}");
        let made = bench.all().len();
        assert!((50..ROWS).contains(&made), "{made}");
        server.start();
        bench.shop.ask("DELETE", "/sandbox/faults", "");
        let rest = apply(&client, &wanted);
        assert_eq!((&rest["errcode"], &rest["failed"]), (&json!(0), &json!(0)), "{rest}");
        assert_eq!(bench.all().len(), ROWS, "nothing is doubled");
        assert_eq!(counts(&sync(&client)), json!({"listed": ROWS, "known": ROWS}));
        assert_eq!(counts(&apply(&client, &wanted)), json!({"unchanged": ROWS}));
    }
}
