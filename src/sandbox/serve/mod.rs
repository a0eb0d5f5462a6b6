//! HTTP: connections, requests and responses. Of what is answered it knows nothing but the trait [`Room`].
//!
//! One thread, the lobby, takes connections in and waits for all that say nothing. What one says is heard by a worker,
//! one of a bounded number, who stays with the connection while it goes on and takes it back to the lobby when it falls
//! silent. So a busy connection is served as by a thread of its own, and an idle one costs next to nothing.

mod connection;
mod door;
mod listen;
mod lobby;
pub mod request;
pub mod response;
mod route;
mod server;
mod stop;
pub mod tls;
mod workers;

use std::net::IpAddr;

pub use connection::Manners;
pub use listen::listen;
pub use request::Request;
pub use response::{Body, Delivery, Response};
pub use route::{Path, Routes};
pub use server::Server;
pub use stop::Stop;

/// A part of the sandbox that answers requests.
pub trait Room: Send + Sync + 'static {
    /// The response, and what becomes of it on its way out.
    fn answer(&self, visit: &Visit) -> (Response, Delivery);

    /// How many bytes a body may have at a path. The largest file that WeCom takes has 20 MB.
    fn longest_body(&self, _path: &str) -> usize {
        32 * 1024 * 1024
    }
}

/// A request on its way through the sandbox.
pub struct Visit<'v> {
    pub request: &'v Request,
    /// The number of the connection that it came over.
    pub connection: u64,
    /// The address of this side of it.
    pub address: IpAddr,
    /// Ends the waiting of whoever answers it, when the sandbox ends.
    pub stop: &'v Stop,
}
