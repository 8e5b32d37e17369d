//! Bans, as simply as can be.

use guestlist::domain::{Event, LeaveReason, Refusal, Sanction};

use super::{Answer, Outcome, World, account, nobody, people};
use crate::steps::Place;

impl World {
    pub(super) fn ban(
        &mut self,
        place: Place,
        by: &str,
        who: &[String],
        for_ms: u64,
        members_only: bool,
    ) -> Outcome {
        let until_ms = self.now_ms.saturating_add(for_ms);
        let room = self.room(place)?;
        let mut after = room.clone();
        let mut gone = Vec::new();
        for who in who {
            if room.owner.as_str() == who {
                return Err(Refusal::OwnerNotBannable { account: account(who) });
            }
            match after.find(who) {
                Some(nth) => gone.push(after.members.remove(nth).account),
                None if members_only => return Err(nobody(who)),
                None => {}
            }
            if let Some(ban) = after.bans.iter_mut().find(|ban| ban.account.as_str() == who) {
                ban.until_ms = until_ms;
            } else {
                after.newest_ban += 1;
                let nth = after.newest_ban;
                after.bans.push(Sanction { account: account(who), until_ms, nth });
            }
        }
        *room = after;
        let mut events = vec![];
        if !gone.is_empty() {
            let reason = LeaveReason::Kicked;
            let (by, words) = (account(by), "spam".into());
            events.push(Event::MembersLeft { people: people(gone), reason, by, words });
        }
        events.extend(room.tidy_chairs(by));
        Ok((Answer::Done, events))
    }

    pub(super) fn unban(&mut self, place: Place, who: &[String]) -> Outcome {
        let room = self.room(place)?;
        room.bans.retain(|ban| !who.iter().any(|who| ban.account.as_str() == who));
        Ok((Answer::Done, vec![]))
    }
}
