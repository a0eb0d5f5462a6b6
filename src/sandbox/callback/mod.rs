//! Callbacks: what happened is told to the company's own server, as WeCom does it.
//!
//! One thread, one event after another, so that a server hears of them in their order; one that is dead or slow holds up
//! nobody but those behind it in the queue.

mod post;
mod receiver;
mod seal;
mod xml;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::world::events::{Event, Events};
use post::Line;
use receiver::Place;
pub use receiver::{Receiver, receiver};

/// Sent once, and up to three times more: 总共重试三次.
const ATTEMPTS: u32 = 1 + 3;
/// The one status that means that an event was taken.
const TAKEN: u16 = 200;

/// The thread that tells; dropping it ends it, in the middle of a callback too.
pub struct Postman {
    events: Arc<Events>,
    line: Arc<Line>,
    thread: Option<JoinHandle<()>>,
}

impl Postman {
    pub fn start(receiver: Receiver, events: Arc<Events>) -> io::Result<Self> {
        let line = Arc::new(Line::default());
        let (source, wire) = (Arc::clone(&events), Arc::clone(&line));
        let run = move || tell(&receiver, &source, &wire);
        let thread = thread::Builder::new().name("sandbox-callbacks".to_owned()).spawn(run)?;
        Ok(Self { events, line, thread: Some(thread) })
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        self.events.end();
        self.line.cut();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tell(receiver: &Receiver, events: &Events, line: &Line) {
    while let Some(due) = events.next() {
        let request = request(receiver, &due.event);
        let (mut attempts, mut status) = (0, None);
        while attempts < ATTEMPTS && status != Some(TAKEN) && !events.are_over() {
            attempts += 1;
            status = line.exchange(&receiver.place.host, receiver.place.port, &request);
        }
        events.settled(due, attempts, status);
    }
}

/// The bytes of the callback. They stay the same when it is sent again, as a receiver that has seen them must expect.
fn request(receiver: &Receiver, event: &Event) -> Vec<u8> {
    let timestamp = event.at.to_string();
    let sealed = seal::seal(receiver, &event.corp_id, &xml::event(event));
    let nonce = seal::nonce();
    let signature = seal::signature([receiver.token.expose(), &timestamp, &nonce, &sealed]);
    let body = xml::envelope(&event.corp_id, &sealed);
    let Place { target, authority, .. } = &receiver.place;
    let mark = if target.contains('?') { '&' } else { '?' };
    format!(
        "POST {target}{mark}msg_signature={signature}&timestamp={timestamp}&nonce={nonce} HTTP/1.1\r\n\
         Host: {authority}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
