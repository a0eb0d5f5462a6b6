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

use super::serve::{Delivery, Response, Room, Visit};
use super::world::World;
use faults::Faults;
use journal::Journal;
use limits::{Limits, WrongSecrets};

pub use served::names;
pub use view::View;

/// WeCom, as far as it is modelled.
pub struct Wecom {
    pub world: World,
    /// Where it is, without a slash at the end.
    pub base_url: String,
    pub faults: Faults,
    pub journal: Journal,
    limits: Limits,
    wrong_secrets: WrongSecrets,
}

impl Wecom {
    pub fn new(world: World, base_url: String) -> Self {
        Self {
            world,
            base_url,
            faults: Faults::default(),
            journal: Journal::new(),
            limits: Limits::default(),
            wrong_secrets: WrongSecrets::default(),
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
