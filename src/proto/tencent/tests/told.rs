//! What a desk's app would have told.

use super::Desk;
use crate::domain::Event;

impl Desk {
    /// What happened in the app's rooms, as far as anybody is told, in order.
    pub(in crate::proto::tencent) fn told(&self) -> Vec<Event> {
        let page = self.engine.callback_log().page(self.app().id(), 0, 100, |_| true);
        page.items.iter().map(|(_, entry)| entry.notice().event.clone()).collect()
    }
}
