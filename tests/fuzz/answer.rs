//! Any bytes as what a server sends: heads, lengths, chunks, gzip, and JSON that is WeCom's or somebody else's.

#![no_main]

mod checks;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use contactway::{Client, Endpoint, Options, Shared};
use libfuzzer_sys::fuzz_target;

static SENT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().for_each(|peer| drop(serve(peer.unwrap()))));
    address
});

fn sent() -> MutexGuard<'static, Vec<u8>> {
    SENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends what there is to be sent once the request, a JSON object, has come.
fn serve(mut peer: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut piece = [0; 2048];
        let length = peer.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..length]);
    }
    peer.write_all(&sent())?;
    peer.shutdown(Shutdown::Write)?;
    peer.read_to_end(&mut request).map(drop)
}

fuzz_target!(|bytes: &[u8]| {
    bytes.clone_into(&mut sent());
    let config = format!(
        r#"{{"base_url":"http://{}","corp_id":"ww1","access_token":"never-to-be-told","max_attempts":1,"timeout_ms":5000}}"#,
        *SERVER
    );
    let client = Client::new(&config, &Shared::default()).unwrap();
    let answer = match client.call(Endpoint::Get, r#"{"config_id":"c"}"#, &Options::default()) {
        Ok(answer) => answer,
        Err(error) => {
            checks::is_told(&error);
            error.to_json()
        }
    };
    checks::is_an_answer(&answer);
    assert!(!answer.contains("never-to-be-told"), "{answer}");
    client.close();
});
