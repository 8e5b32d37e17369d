//! A room as it is kept, and what is left of a large one.

use std::sync::Arc;

use crate::domain::{
    Account, Facts, MemberView, Need, RoomView, Roster, SanctionKind, Seats, Slice, Tally,
};
use crate::store::memory::departed::Departed;
use crate::store::memory::joined::Joined;
use crate::store::memory::members::Members;
use crate::store::memory::sanctions::Sanctions;
use crate::store::memory::streams::Streams;

/// A room.
pub(super) struct Room {
    pub(super) incarnation: u64,
    pub(super) facts: Facts,
    pub(super) tally: Tally,
    pub(super) members: Arc<Members>,
    pub(super) bans: Sanctions,
    pub(super) mutes: Sanctions,
    pub(super) seats: Seats,
    pub(super) streams: Streams,
}

impl Room {
    pub(super) fn view(&self) -> RoomView<'_> {
        RoomView { incarnation: self.incarnation, facts: &self.facts, tally: &self.tally }
    }

    pub(super) fn sanctions(&self, kind: SanctionKind) -> &Sanctions {
        match kind {
            SanctionKind::Ban => &self.bans,
            SanctionKind::Mute => &self.mutes,
        }
    }

    pub(super) fn everybody(&self) -> Arc<dyn Roster> {
        Arc::new(Departed::new(Arc::clone(&self.members)))
    }

    /// The members, to be changed.
    pub(super) fn members_mut(&mut self) -> &mut Members {
        Arc::get_mut(&mut self.members).expect("who keeps the people of a room ends it")
    }

    /// Shows the records of a need to somebody.
    pub(super) fn show<T>(
        &self,
        need: Need<'_>,
        is_present: impl Fn(&Account) -> bool,
        see: impl FnOnce(&Slice<'_>) -> T,
    ) -> T {
        let ending_bans = self.bans.ending(need.ending_bans);
        let ending_mutes = self.mutes.ending(need.ending_mutes);
        let seats = need.seats.then_some(&self.seats);
        let owner = self.facts.owner.as_ref().filter(|_| need.owner);
        let everybody = need.everybody.then(|| self.everybody());
        let slice = Slice {
            room: Some(self.view()),
            owner: owner.and_then(|owner| self.members.get(owner.as_str())),
            ending_bans: &ending_bans,
            ending_mutes: &ending_mutes,
            seats,
            streams: if need.streams { self.streams.all() } else { &[] },
            everybody: everybody.as_ref(),
            ..Slice::default()
        };
        let member = |account: &Account| self.members.get(account.as_str());
        let ban = |account: &Account| self.bans.get(account.as_str());
        let mute = |account: &Account| self.mutes.get(account.as_str());
        let wanted = |wants: bool| if wants { need.accounts } else { &[] };
        // Most operations need one account or none: they cost no allocation.
        match need.accounts {
            [] => see(&slice),
            [account] => {
                let one = |wants: bool| ..usize::from(wants);
                let (members, bans, mutes) = ([member(account)], [ban(account)], [mute(account)]);
                let presence = [need.presence && is_present(account)];
                see(&Slice {
                    members: &members,
                    bans: &bans[one(need.bans)],
                    mutes: &mutes[one(need.mutes)],
                    presence: &presence[one(need.presence)],
                    ..slice
                })
            }
            accounts => {
                let members: Vec<Option<MemberView<'_>>> = accounts.iter().map(member).collect();
                let bans: Vec<_> = wanted(need.bans).iter().map(ban).collect();
                let mutes: Vec<_> = wanted(need.mutes).iter().map(mute).collect();
                let presence: Vec<_> = wanted(need.presence).iter().map(is_present).collect();
                let (bans, mutes, presence) = (&bans, &mutes, &presence);
                see(&Slice { members: &members, bans, mutes, presence, ..slice })
            }
        }
    }
}

/// A large room that ended. Its members are taken out of the index of who is where when it is
/// dropped.
pub(super) struct Ruins {
    pub(super) room: Box<Room>,
    pub(super) joined: Arc<Joined>,
}

impl Drop for Ruins {
    fn drop(&mut self) {
        forget_members(&self.room, &self.joined);
    }
}

/// Takes everybody in a room out of the index of who is where.
pub(super) fn forget_members(room: &Room, joined: &Joined) {
    for member in room.members.iter() {
        joined.remove(member.account, room.incarnation);
    }
}
