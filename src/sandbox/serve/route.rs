//! Which room answers.

use std::sync::Arc;

use super::{Delivery, Response, Room, Visit};

/// The paths of a room.
#[derive(Clone, Copy, Debug)]
pub enum Path {
    /// This one alone.
    Exactly(&'static str),
    /// Everything that begins so.
    Below(&'static str),
}

impl Path {
    fn takes(self, path: &str) -> bool {
        match self {
            Self::Exactly(wanted) => path == wanted,
            Self::Below(beginning) => path.starts_with(beginning),
        }
    }
}

/// The rooms in the order in which they are tried.
pub struct Routes(pub Vec<(Path, Arc<dyn Room>)>);

impl Routes {
    fn room(&self, path: &str) -> Option<&dyn Room> {
        self.0.iter().find(|(of_room, _)| of_room.takes(path)).map(|(_, room)| &**room)
    }
}

impl Room for Routes {
    fn answer(&self, visit: &Visit) -> (Response, Delivery) {
        let room = self.room(&visit.request.path);
        room.map_or_else(|| (Response::empty(404), Delivery::Whole), |room| room.answer(visit))
    }

    fn longest_body(&self, path: &str) -> usize {
        self.room(path).map_or(0, |room| room.longest_body(path))
    }
}
