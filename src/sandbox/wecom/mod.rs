//! What WeCom's paths do: its endpoints, and the pictures that their answers lead to.

pub mod answer;
mod body;
mod call;
mod caller;
mod counts;
mod customer;
mod endpoints;
mod faults;
mod journal;
mod limits;
mod media;
pub mod pictures;
mod served;
mod tokens;
mod view;

use std::sync::Arc;

use super::serve::{Delivery, Response, Room, Visit};
use super::world::World;
use faults::Faults;
use journal::Journal;
use limits::{Limits, WrongSecrets};

pub use served::names;
pub use view::View;

/// WeCom, as far as it is modelled.
pub struct Wecom {
    pub world: Arc<World>,
    /// Where it is, without a slash at the end.
    pub base_url: String,
    /// The certificate of its authority, where it speaks TLS.
    pub authority: Option<String>,
    pub faults: Faults,
    pub journal: Journal,
    limits: Limits,
    wrong_secrets: WrongSecrets,
}

impl Wecom {
    pub fn new(world: World, base_url: String, authority: Option<String>) -> Self {
        Self {
            base_url,
            authority,
            faults: Faults::default(),
            journal: Journal::new(world.config.listening.control_token.clone()),
            limits: Limits::default(),
            wrong_secrets: WrongSecrets::default(),
            world: Arc::new(world),
        }
    }

    /// Back to the start: what is kept, what was counted, what was to go wrong, what came.
    pub fn reset(&self) {
        self.world.reset();
        self.limits.clear();
        self.wrong_secrets.clear();
        self.faults.clear();
        self.journal.clear();
    }
}

impl Room for Wecom {
    fn answer(&self, visit: &Visit) -> (Response, Delivery) {
        if visit.request.path.starts_with(media::PATH) {
            return (media::picture(), Delivery::Whole);
        }
        call::call(self, visit)
    }
}
