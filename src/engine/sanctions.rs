//! Bans and mutes as they are read: those in force, by the app's clock, in pages.

use std::ops::ControlFlow;

use super::{App, Engine, Failure};
use crate::domain::{RoomId, RoomKey, SanctionKind, SanctionView};

/// The most sanctions that are over and that one page passes by. Whoever bans or mutes sweeps some
/// of them away, so there are hardly ever so many; a reader does not wait for all of them if there
/// are.
pub const MAX_SANCTIONS_PASSED: usize = 10_000;

impl Engine {
    /// Shows the bans or mutes of a room that are in force, in their order, behind a place (0: from
    /// the first), at most `limit` of them. Answers the place behind which others may stand; none
    /// when this was the end. A page behind which others may stand can be short, or empty, after
    /// [`MAX_SANCTIONS_PASSED`] that are over.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`](crate::domain::Refusal::NoSuchRoom) or [`Failure::Unavailable`].
    pub async fn sanctions(
        &self,
        app: &App,
        room: &RoomId,
        kind: SanctionKind,
        after: u64,
        limit: usize,
        see: &mut (dyn FnMut(&SanctionView<'_>) + Send),
    ) -> Result<Option<u64>, Failure> {
        let key = RoomKey { app: app.id(), room: room.clone() };
        let mut page = Page { now_ms: app.now_ms(), limit, passed: 0, place: after, more: false };
        let mut look = |ban: &SanctionView<'_>| page.look(ban, see);
        app.store.sanctions(&key, kind, after, &mut look).await?;
        Ok(page.more.then_some(page.place))
    }
}

/// A page as far as it is filled.
struct Page {
    now_ms: u64,
    /// How many are still to be shown.
    limit: usize,
    /// How many that are over were passed by.
    passed: usize,
    /// The place of the last one that was looked at.
    place: u64,
    /// Another one stands behind that.
    more: bool,
}

impl Page {
    fn look(
        &mut self,
        ban: &SanctionView<'_>,
        see: &mut dyn FnMut(&SanctionView<'_>),
    ) -> ControlFlow<()> {
        let in_force = ban.in_force(self.now_ms);
        let is_full = if in_force { self.limit == 0 } else { self.passed == MAX_SANCTIONS_PASSED };
        if is_full {
            self.more = true;
            return ControlFlow::Break(());
        }
        self.place = ban.nth;
        if in_force {
            self.limit -= 1;
            see(ban);
        } else {
            self.passed += 1;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a page shows of bans of which these are in force: their places, and where it ends.
    fn page(limit: usize, bans: impl IntoIterator<Item = bool>) -> (Vec<u64>, Option<u64>) {
        let mut page = Page { now_ms: 10, limit, passed: 0, place: 0, more: false };
        let mut shown = Vec::new();
        for (nth, in_force) in (1..).zip(bans) {
            let ban = SanctionView { account: "a", until_ms: 10 + u64::from(in_force), nth };
            if page.look(&ban, &mut |ban| shown.push(ban.nth)).is_break() {
                break;
            }
        }
        (shown, page.more.then_some(page.place))
    }

    #[test]
    fn a_page_ends_with_its_last_ban_in_force_if_another_follows() {
        assert_eq!(page(2, []), (vec![], None));
        assert_eq!(page(2, [true, true]), (vec![1, 2], None));
        assert_eq!(
            page(2, [false, true, true, false]),
            (vec![2, 3], None),
            "none in force follows"
        );
        assert_eq!(page(2, [true, false, true, true]), (vec![1, 3], Some(3)));
        assert_eq!(
            page(2, [true, true, false, true]),
            (vec![1, 2], Some(3)),
            "behind the one over"
        );
    }

    #[test]
    fn a_page_passes_so_many_that_are_over_and_no_more() {
        let over = |count| std::iter::repeat_n(false, count).chain([true]);
        let place = MAX_SANCTIONS_PASSED as u64;
        assert_eq!(page(2, over(MAX_SANCTIONS_PASSED)), (vec![place + 1], None));
        assert_eq!(page(2, over(MAX_SANCTIONS_PASSED + 1)), (vec![], Some(place)));
    }
}
