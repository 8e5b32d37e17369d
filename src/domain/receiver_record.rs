//! Where somebody wants an app's callbacks, as it is kept.

use serde::{Deserialize, Serialize};

use super::callback_url::CallbackUrl;
use super::event::EventKind;

/// A receiver that was set while the server ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverRecord {
    /// Where it is.
    pub url: CallbackUrl,
    /// What it wants to hear of, each once, in the order in which it was said.
    pub kinds: Vec<EventKind>,
}
