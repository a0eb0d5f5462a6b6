//! Ending calls early.

use std::sync::Arc;

use crate::call::{Call, Calls, Joined, Stop};

/// Ends the calls that it is given to. Clones are one and the same.
///
/// ```
/// use contactway::{Canceller, Client, Endpoint, Kind, Options, Shared};
///
/// let canceller = Canceller::new();
/// canceller.cancel();
/// let client = Client::new(r#"{"corp_id":"ww1","secret":"s3cret"}"#, &Shared::default())?;
/// let options = Options { canceller: Some(canceller), ..Options::default() };
/// let ended = client.call(Endpoint::List, "{}", &options).unwrap_err();
/// assert_eq!(ended.kind(), Kind::Cancelled);
/// # Ok::<(), contactway::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Canceller(Arc<Calls>);

impl Canceller {
    /// A canceller that was not fired.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the calls under way and all that it is given to later, as cancelled.
    pub fn cancel(&self) {
        self.0.end(Stop::Cancelled);
    }

    pub(super) fn join(&self, call: &Arc<Call>) -> Joined<'_> {
        self.0.join(call)
    }
}
