//! What is read of one app's rooms.

use std::ops::{Bound, ControlFlow};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::room::Room;
use super::{Cell, Space, State};
use crate::domain::{
    Account, Aside, GroupType, MemberView, Need, PageEnd, PageQuery, PageSink, Position, RoomId,
    SanctionKind, Seats,
};
use crate::store::{Counts, Due, See, SeeJoined, SeeRoom, SeeSanction, TxError};

impl Space {
    pub(in crate::store::memory) fn read(
        &self,
        id: &RoomId,
        need: Need<'_>,
        see: See<'_>,
    ) -> Result<(), TxError> {
        self.with_room(id, |room| room.show(need, |account| self.is_present(account), see))
    }

    pub(in crate::store::memory) fn page(
        &self,
        id: &RoomId,
        query: PageQuery<'_>,
        sink: &mut dyn PageSink,
    ) -> Result<PageEnd, TxError> {
        self.with_room(id, |room| {
            let mut members = room.members.wanted(&query);
            let seats = if query.seats { &room.seats } else { Seats::NONE };
            sink.begin(&room.view(), query.limit.min(room.members.len()), seats)?;
            let mut last = None;
            for member in members.by_ref().take(query.limit) {
                let aside = if query.asides { self.aside(room, &member) } else { Aside::default() };
                last = Some(member);
                if sink.member(&member, &aside).is_break() {
                    break;
                }
            }
            let more = members.next().is_some();
            let next = last.filter(|_| more).map(|member| Position {
                joined_ms: member.joined_ms,
                account: Account::parse(member.account).expect("kept accounts are right"),
            });
            Ok(PageEnd { next, count: room.tally.members })
        })?
    }

    fn aside(&self, room: &Room, member: &MemberView<'_>) -> Aside {
        let mute = room.mutes.get(member.account);
        Aside {
            muted_until_ms: mute.map_or(0, |mute| mute.until_ms),
            present: self.is_present_by_name(member.account),
        }
    }

    pub(super) fn is_present(&self, account: &Account) -> bool {
        self.is_present_by_name(account.as_str())
    }

    fn is_present_by_name(&self, account: &str) -> bool {
        let lives = |incarnation| self.by_age.read().room(incarnation).is_some();
        self.joined.is_present(account, lives)
    }

    pub(in crate::store::memory) fn sanctions(
        &self,
        id: &RoomId,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'_>,
    ) -> Result<(), TxError> {
        self.with_room(id, |room| {
            // Whoever looks says when it is enough.
            let mut behind = room.sanctions(kind).after(after);
            let _: ControlFlow<()> = behind.try_for_each(|sanction| see(&sanction));
        })
    }

    pub(in crate::store::memory) fn joined(&self, account: &Account, see: SeeJoined<'_>) {
        for incarnation in self.joined.rooms(account.as_str()) {
            let room = self.by_age.read().room(incarnation).cloned();
            let Some(id) = room else { continue };
            let Some(cell) = self.directory.get(&id).map(|cell| Arc::clone(&cell)) else {
                continue;
            };
            if let State::Live(room) = &*cell.read()
                && room.incarnation == incarnation
                && let Some(member) = room.members.get(account.as_str())
            {
                see(&id, &room.view(), &member);
            }
        }
    }

    pub(in crate::store::memory) fn rooms_by_age(
        &self,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'_>,
    ) -> Option<u64> {
        // The index is let go before a room is locked: the lock order is room, then index.
        let mut found: Vec<(u64, RoomId)> = Vec::new();
        let by_age = self.by_age.read();
        let behind = by_age.after(only, after).take(limit.saturating_add(1));
        found.extend(behind.map(|(incarnation, id)| (incarnation, id.clone())));
        drop(by_age);
        let more = found.len() > limit;
        found.truncate(limit);
        for (incarnation, id) in &found {
            let Some(cell) = self.directory.get(id).map(|cell| Arc::clone(&cell)) else { continue };
            if let State::Live(room) = &*cell.read()
                && room.incarnation == *incarnation
            {
                see(id, &room.view());
            }
        }
        found.pop().filter(|_| more).map(|(incarnation, _)| incarnation)
    }

    pub(in crate::store::memory) fn rooms(
        &self,
        after: Option<&RoomId>,
        limit: usize,
        see: SeeRoom<'_>,
    ) -> Option<RoomId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        // The index is let go before a room is locked: the lock order is room, then index.
        let mut found: Vec<(RoomId, Arc<Cell>)> = self
            .by_id
            .read()
            .range::<RoomId, _>((from, Bound::Unbounded))
            .take(limit.saturating_add(1))
            .map(|(id, cell)| (id.clone(), Arc::clone(cell)))
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        for (id, cell) in &found {
            if let State::Live(room) = &*cell.read() {
                see(id, &room.view());
            }
        }
        found.pop().filter(|_| more).map(|(id, _)| id)
    }

    pub(in crate::store::memory) fn due(&self, until_ms: u64, limit: usize) -> Vec<Due> {
        let by_due = self.by_due.read();
        let due = by_due.iter().take_while(|(at_ms, _)| *at_ms <= until_ms).take(limit);
        due.map(|(at_ms, room)| Due { at_ms: *at_ms, room: room.clone() }).collect()
    }

    pub(in crate::store::memory) fn counts(&self) -> Counts {
        let by_age = self.by_age.read();
        Counts {
            rooms: by_age.len() as u64,
            members: self.members.load(Ordering::Relaxed),
            of_type: by_age.of_type(),
            groups: by_age.groups(),
            ..Counts::default()
        }
    }
}
