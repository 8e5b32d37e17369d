//! An app's rooms in the order of their making, all of them and those of each type.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::domain::{GroupType, RoomId, RoomKind};

/// Rooms by incarnation, which is given in the order of making.
#[derive(Default)]
pub(super) struct Ages {
    all: BTreeMap<u64, RoomId>,
    /// In the order of [`GroupType::ALL`].
    of_type: [BTreeMap<u64, RoomId>; GroupType::ALL.len()],
    groups: u64,
}

impl Ages {
    pub(super) fn insert(&mut self, incarnation: u64, kind: RoomKind, room: &RoomId) {
        self.all.insert(incarnation, room.clone());
        self.of_type[kind.group_type() as usize].insert(incarnation, room.clone());
        self.groups += u64::from(kind.is_group());
    }

    pub(super) fn remove(&mut self, incarnation: u64, kind: RoomKind) {
        self.all.remove(&incarnation);
        self.of_type[kind.group_type() as usize].remove(&incarnation);
        self.groups -= u64::from(kind.is_group());
    }

    /// Which room has an incarnation, if it still lives.
    pub(super) fn room(&self, incarnation: u64) -> Option<&RoomId> {
        self.all.get(&incarnation)
    }

    /// Those behind a place, of one type if it is named.
    pub(super) fn after(
        &self,
        only: Option<GroupType>,
        after: u64,
    ) -> impl Iterator<Item = (u64, &RoomId)> {
        let rooms = only.map_or(&self.all, |of| &self.of_type[of as usize]);
        let behind = rooms.range((Bound::Excluded(after), Bound::Unbounded));
        behind.map(|(incarnation, room)| (*incarnation, room))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// How many there are of each type.
    pub(super) fn of_type(&self) -> [u64; GroupType::ALL.len()] {
        self.of_type.each_ref().map(|rooms| rooms.len() as u64)
    }

    /// How many of them are groups.
    pub(super) fn groups(&self) -> u64 {
        self.groups
    }
}
