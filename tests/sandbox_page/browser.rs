//! A headless Chromium that really clicks: its `DevTools` protocol over a pair of pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page open; it ends when dropped.
pub struct Browser {
    program: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    profile: PathBuf,
    session: Value,
    sent: u64,
}

impl Browser {
    /// None where no browser works.
    pub fn start() -> Option<Self> {
        ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(Self::of)
    }

    fn of(name: &str) -> Option<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let profile = std::env::temp_dir().join(format!("contactway-page-{}-{nth}", std::process::id()));
        let mut command = Command::new("sh");
        // It reads requests from descriptor 3 and writes answers to 4. One that hangs must not hang the test.
        command.args(["-c", r#"exec timeout 300 "$@" 3<&0 4>&1 >/dev/null"#, "sh", name]).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        let mut program = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let (requests, answers) = (program.stdin.take()?, BufReader::new(program.stdout.take()?));
        let mut browser = Self { program, requests, answers, profile, session: Value::Null, sent: 0 };
        let made = browser.try_call("Target.createTarget", json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": made["targetId"], "flatten": true});
        browser.session = browser.try_call("Target.attachToTarget", attach)?["sessionId"].take();
        Some(browser)
    }

    fn try_call(&mut self, method: &str, parameters: Value) -> Option<Value> {
        self.sent += 1;
        let mut request = json!({"id": self.sent, "method": method, "params": parameters});
        if self.session.is_string() {
            request["sessionId"] = self.session.clone();
        }
        self.requests.write_all(format!("{request}\0").as_bytes()).ok()?;
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).ok()?;
            let mut answer: Value = serde_json::from_slice(answer.strip_suffix(&[0])?).ok()?;
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return Some(answer["result"].take());
            }
        }
    }

    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.try_call(method, parameters).unwrap()
    }

    /// Opens an address in a window of this width.
    pub fn open(&mut self, url: &str, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700});
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.call("Page.navigate", json!({"url": url}));
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// What an expression, or a promise, comes to.
    pub fn eval(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let mut answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    pub fn wait(&mut self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        while self.eval(expression) != true {
            assert!(
                Instant::now() < until,
                "it never came to be that {expression}; the page reads:\n{}",
                self.text("body")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until an element reads as wanted in part.
    pub fn wait_for(&mut self, selector: &str, text: &str) {
        self.wait(&format!("(document.querySelector({selector:?})?.innerText ?? '').includes({text:?})"));
    }

    pub fn text(&mut self, selector: &str) -> String {
        let text = self.eval(&format!("document.querySelector({selector:?})?.innerText ?? ''"));
        text.as_str().unwrap().to_owned()
    }

    /// Clicks into the middle of the first button, or other element, that reads so, with the mouse.
    pub fn click(&mut self, selector: &str, text: &str) {
        let find = format!(
            "(() => {{ const found = [...document.querySelectorAll({selector:?})].find((it) => it.innerText === {text:?} && !it.disabled);
               if (!found) return null; found.scrollIntoView({{ block: 'center' }}); const at = found.getBoundingClientRect();
               return [at.x + at.width / 2, at.y + at.height / 2]; }})()"
        );
        self.wait(&format!("{find} !== null"));
        let at = self.eval(&find);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Types into the field that is clicked first.
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.eval(&format!(
            "(() => {{ const field = document.querySelector({selector:?}); field.focus(); field.select?.(); }})()"
        ));
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Writes a picture of the whole page to the folder that `CONTACTWAY_WRITE_SCREENSHOTS` names, if it does.
    pub fn screenshot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("CONTACTWAY_WRITE_SCREENSHOTS") else { return };
        self.eval("scrollTo(0, 0)");
        let picture = self.call("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        let png = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = Value::Null;
        let _ = self.requests.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let _ = self.program.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
