//! HTTP: connections, requests and responses. Of what is answered it knows nothing but the trait [`Room`].

pub mod request;
pub mod response;
pub mod route;
mod server;

pub use request::Request;
pub use response::{Delivery, Response};
pub use route::{Path, Routes};
pub use server::{Server, Stop};

/// A part of the sandbox that answers requests.
pub trait Room: Send + Sync + 'static {
    /// The response, and what becomes of it on its way out.
    fn answer(&self, visit: &Visit) -> (Response, Delivery);
}

/// A request on its way through the sandbox.
pub struct Visit<'v> {
    pub request: &'v Request,
    /// The number of the connection that it came over.
    pub connection: u64,
    /// Ends the waiting of whoever answers it, when the sandbox ends.
    pub stop: &'v Stop,
}
