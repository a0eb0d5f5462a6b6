//! A sandbox, and a plain HTTP client that can also misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use contactway::sandbox::Sandbox;
use serde_json::{Value, json};

/// A sandbox under test, with a token for its first app.
pub struct Wecom {
    pub sandbox: Sandbox,
    pub info: Value,
    pub token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A connection to a sandbox.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn to(base_url: &str) -> Self {
        let stream = TcpStream::connect(base_url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    pub fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }

    pub fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.send(request(method, target, headers, body));
        self.reply().unwrap()
    }

    /// Reads one response.
    pub fn reply(&mut self) -> std::io::Result<Reply> {
        let ended = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(ended());
        }
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(ended)?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        if reply.header("transfer-encoding") == Some("chunked") {
            while let chunk = self.chunk()?
                && !chunk.is_empty()
            {
                reply.body.extend(chunk);
            }
            return Ok(reply);
        }
        let length = reply.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        reply.body = vec![0; length];
        self.0.read_exact(&mut reply.body)?;
        Ok(reply)
    }

    /// One chunk of a body; an empty one is the last.
    fn chunk(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim_end(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        self.0.read_exact(&mut chunk)?;
        assert_eq!(chunk.split_off(length), b"\r\n");
        Ok(chunk)
    }

    /// All that still comes until the other side closes.
    pub fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).map(|_| rest)
    }
}

/// A request's bytes.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let is_given = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    let host = Some(("Host", "localhost")).filter(|_| !is_given("host"));
    let headers = host.into_iter().chain([("Content-Length", &*length)]).chain(headers.iter().copied());
    let headers: String = headers.map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    [format!("{method} {target} HTTP/1.1\r\n{headers}\r\n").as_bytes(), body].concat()
}

impl Wecom {
    /// A sandbox of this configuration, used as its first app. Its tokens last, unless the configuration says how long.
    pub fn start(config: Value) -> Self {
        let config = with(json!({"token_life_s": 300_000_000}), config);
        let sandbox = Sandbox::start(&config.to_string()).unwrap();
        let info: Value = serde_json::from_str(&sandbox.info_json()).unwrap();
        let mut wecom = Self { sandbox, info, token: String::new() };
        wecom.token = wecom.gettoken()["access_token"].as_str().unwrap().into();
        wecom
    }

    /// A sandbox whose clock stands still in 2026, so that no test depends on the day.
    pub fn plain() -> Self {
        Self::start(json!({"clock": NOW}))
    }

    pub fn connect(&self) -> Connection {
        Connection::to(&format!("http://127.0.0.1:{}", self.sandbox.port()))
    }

    pub fn request(&self, method: &str, target: &str, body: &[u8]) -> Reply {
        self.connect().request(method, target, &[], body)
    }

    pub fn gettoken(&self) -> Value {
        let (corp_id, secret) = (self.info["corp_id"].as_str().unwrap(), self.info["secret"].as_str().unwrap());
        self.gettoken_for(corp_id, secret)
    }

    /// Goes on as another app.
    pub fn log_in(&mut self, corp_id: &str, secret: &str) {
        let answer = self.gettoken_for(corp_id, secret);
        self.token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).into();
    }

    pub fn gettoken_for(&self, corp_id: &str, secret: &str) -> Value {
        self.request("GET", &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"), b"").json()
    }

    pub fn target(&self, name: &str) -> String {
        format!("/cgi-bin/externalcontact/{name}?access_token={}", self.token)
    }

    /// One call of the six.
    pub fn call(&self, name: &str, body: Value) -> Value {
        self.call_text(name, &body.to_string())
    }

    pub fn call_text(&self, name: &str, body: &str) -> Value {
        let reply = self.request("POST", &self.target(name), body.as_bytes());
        assert_eq!(reply.status, 200);
        reply.json()
    }

    pub fn add(&self, body: Value) -> Value {
        self.call("add_contact_way", body)
    }

    /// Adds one that must succeed; its `config_id`.
    pub fn added(&self, body: Value) -> String {
        let answer = self.add(body);
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer["config_id"].as_str().unwrap().to_owned()
    }

    /// The contact way of this name, which must be there.
    pub fn got(&self, config_id: &str) -> Value {
        let mut answer = self.call("get_contact_way", json!({"config_id": config_id}));
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer["contact_way"].take()
    }

    /// One of the calls under `/sandbox/`, which must succeed.
    pub fn sandbox(&self, method: &str, name: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.request(method, &format!("/sandbox/{name}"), body.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    pub fn advance(&self, seconds: i64) {
        self.sandbox("POST", "clock", json!({"advance_s": seconds}));
    }

    pub fn fault(&self, rule: Value) {
        self.sandbox("POST", "faults", json!({"rules": [rule]}));
    }

    pub fn calls(&self, endpoint: &str) -> Vec<Value> {
        let calls = self.sandbox("GET", &format!("calls?endpoint={endpoint}"), Value::Null);
        calls["calls"].as_array().unwrap().clone()
    }
}

/// 1 January 2026, in the forenoon of China.
pub const NOW: i64 = 1_767_225_600;

/// A contact way for one person, with a QR code.
pub fn single() -> Value {
    json!({"type": 1, "scene": 2, "user": ["lisi"]})
}

/// `base` with `more`'s members put over it.
pub fn with(mut base: Value, more: Value) -> Value {
    let (base_members, Value::Object(more)) = (base.as_object_mut().unwrap(), more) else { panic!("not an object") };
    base_members.extend(more);
    base
}
