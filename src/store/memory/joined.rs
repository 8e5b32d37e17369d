//! Which rooms an account is in.
//!
//! An entry is small: a keyed fingerprint of the account and the incarnation of the room, chained to
//! the other entries of that account in the order of coming in. Two indexes lead to it, from the
//! account to its first and last entry and from account and room to the entry itself, so that no
//! step looks at more than it changes. Entries lie in shards by account, each under a lock of its
//! own, which is taken after a room's and held for a step.
//!
//! A room that ends leaves its entries behind, to be taken out later; whoever reads them finds no
//! room of that incarnation any more. Two accounts with one fingerprint would share a chain: who
//! reads the rooms looks for the account in each.

use std::hash::{BuildHasher, RandomState};

use parking_lot::Mutex;

use super::index::Index;

/// How many shards there are.
const SHARDS: usize = 16;
/// Entries in a full chunk: growing copies at most one.
const CHUNK: usize = 1024;
/// No entry.
const NONE: u32 = u32::MAX;

/// Who is where, in one app's epoch.
pub(super) struct Joined {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// That an account is in a room.
#[derive(Clone, Copy)]
struct Entry {
    fingerprint: u64,
    /// Of the room; the highest bit says that the account came into a room that is no group.
    room: u64,
    /// The entry of the same account before this one; of the first one, the last one.
    before: u32,
    /// The one behind it; of the last one, and of a free place, the next free place.
    behind: u32,
}

/// The bit of [`Entry::room`].
const PRESENT: u64 = 1 << 63;

#[derive(Default)]
struct Shard {
    chunks: Vec<Vec<Entry>>,
    /// The first free place, chained to the others.
    free: Option<u32>,
    /// The first entry of each account.
    first: Index,
    /// Every entry.
    all: Index,
}

impl Joined {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self { hasher, shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// An account is in a room, and whether it came in there and the room is no group.
    pub(super) fn put(&self, account: &str, room: u64, present: bool) {
        let fingerprint = self.hasher.hash_one(account);
        self.shard(fingerprint).lock().put(fingerprint, room, present);
    }

    /// It is no longer.
    pub(super) fn remove(&self, account: &str, room: u64) {
        let fingerprint = self.hasher.hash_one(account);
        self.shard(fingerprint).lock().remove(fingerprint, room);
    }

    /// The incarnations of the rooms that an account is in, living or not, in the order of coming
    /// in.
    pub(super) fn rooms(&self, account: &str) -> Vec<u64> {
        let fingerprint = self.hasher.hash_one(account);
        let shard = self.shard(fingerprint).lock();
        shard.chain(fingerprint).map(|entry| entry.room & !PRESENT).collect()
    }

    /// Whether an account is present in a room that is no group and that still lives.
    pub(super) fn is_present(&self, account: &str, lives: impl Fn(u64) -> bool) -> bool {
        let fingerprint = self.hasher.hash_one(account);
        let shard = self.shard(fingerprint).lock();
        let mut present = shard.chain(fingerprint).filter(|entry| entry.room & PRESENT != 0);
        present.any(|entry| lives(entry.room & !PRESENT))
    }

    fn shard(&self, fingerprint: u64) -> &Mutex<Shard> {
        // The indexes spend the other bits.
        &self.shards[(fingerprint >> 16) as usize % SHARDS]
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().all.len()).sum()
    }
}

/// What an entry is found by.
fn key(fingerprint: u64, room: u64) -> u64 {
    // Multiplied by an odd number that is all over the place, rooms that follow each other part.
    fingerprint ^ (room & !PRESENT).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Shard {
    fn entry(&self, number: u32) -> &Entry {
        &self.chunks[number as usize / CHUNK][number as usize % CHUNK]
    }

    fn entry_mut(&mut self, number: u32) -> &mut Entry {
        &mut self.chunks[number as usize / CHUNK][number as usize % CHUNK]
    }

    fn first(&self, fingerprint: u64) -> Option<u32> {
        self.first.find(fingerprint, |number| self.entry(number).fingerprint == fingerprint)
    }

    fn find(&self, fingerprint: u64, room: u64) -> Option<u32> {
        self.all.find(key(fingerprint, room), |number| {
            let entry = self.entry(number);
            entry.fingerprint == fingerprint && entry.room & !PRESENT == room
        })
    }

    fn chain(&self, fingerprint: u64) -> impl Iterator<Item = &Entry> {
        let number = |number: u32| (number != NONE).then(|| self.entry(number));
        let first = self.first(fingerprint).and_then(number);
        std::iter::successors(first, move |entry| number(entry.behind))
    }

    fn put(&mut self, fingerprint: u64, room: u64, present: bool) {
        let room_and_flag = if present { room | PRESENT } else { room };
        if let Some(number) = self.find(fingerprint, room) {
            self.entry_mut(number).room = room_and_flag;
            return;
        }
        let first = self.first(fingerprint);
        let last = first.map(|first| self.entry(first).before);
        let entry = Entry { fingerprint, room: room_and_flag, before: NONE, behind: NONE };
        let number = self.place(entry);
        if let (Some(first), Some(last)) = (first, last) {
            self.entry_mut(last).behind = number;
            self.entry_mut(first).before = number;
            self.entry_mut(number).before = last;
        } else {
            self.entry_mut(number).before = number;
            let Self { chunks, first, .. } = self;
            first.insert(fingerprint, number, |other| at(chunks, other).fingerprint);
        }
        let Self { chunks, all, .. } = self;
        all.insert(key(fingerprint, room), number, |other| {
            let Entry { fingerprint, room, .. } = at(chunks, other);
            key(*fingerprint, *room)
        });
    }

    fn remove(&mut self, fingerprint: u64, room: u64) {
        let Some(number) = self.find(fingerprint, room) else { return };
        self.all.remove(key(fingerprint, room), number);
        let Entry { before, behind, .. } = *self.entry(number);
        let first = self.first(fingerprint).expect("whoever has an entry has a first one");
        if number == first {
            self.first.remove(fingerprint, number);
            if behind != NONE {
                self.entry_mut(behind).before = before;
                let Self { chunks, first, .. } = self;
                first.insert(fingerprint, behind, |other| at(chunks, other).fingerprint);
            }
        } else {
            self.entry_mut(before).behind = behind;
            let next = if behind == NONE { first } else { behind };
            self.entry_mut(next).before = before;
        }
        let free = self.free.unwrap_or(NONE);
        self.entry_mut(number).behind = free;
        self.free = Some(number);
    }

    /// Gives an entry a place.
    fn place(&mut self, entry: Entry) -> u32 {
        if let Some(number) = self.free {
            let slot = self.entry_mut(number);
            let next = slot.behind;
            *slot = entry;
            self.free = (next != NONE).then_some(next);
            return number;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::new());
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let chunk = self.chunks.last_mut().expect("a chunk was pushed if there was none");
        chunk.push(entry);
        u32::try_from(before + chunk.len() - 1).expect("a shard has fewer than u32::MAX entries")
    }
}

fn at(chunks: &[Vec<Entry>], number: u32) -> &Entry {
    &chunks[number as usize / CHUNK][number as usize % CHUNK]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_of_lists(steps in proptest::collection::vec((0..20_u8, 1..40_u64, 0..4_u8), 0..2_000)) {
            let joined = Joined::new(RandomState::new());
            let mut model: BTreeMap<String, Vec<(u64, bool)>> = BTreeMap::new();
            for (who, room, step) in steps {
                let who = format!("account {who}");
                let rooms = model.entry(who.clone()).or_default();
                if step == 0 {
                    rooms.retain(|(other, _)| *other != room);
                    joined.remove(&who, room);
                } else {
                    let present = step == 1;
                    match rooms.iter_mut().find(|(other, _)| *other == room) {
                        Some(known) => known.1 = present,
                        None => rooms.push((room, present)),
                    }
                    joined.put(&who, room, present);
                }
            }
            for (who, rooms) in &model {
                let listed: Vec<u64> = rooms.iter().map(|(room, _)| *room).collect();
                prop_assert_eq!(joined.rooms(who), listed);
                let present = rooms.iter().any(|(room, present)| *present && room % 2 == 0);
                prop_assert_eq!(joined.is_present(who, |room| room % 2 == 0), present);
            }
            prop_assert_eq!(joined.len(), model.values().map(Vec::len).sum::<usize>());
            prop_assert_eq!(joined.rooms("nobody"), Vec::<u64>::new());
        }
    }

    #[test]
    fn a_place_that_is_free_is_taken_again() {
        let joined = Joined::new(RandomState::new());
        for round in 0..3_000_u64 {
            joined.put("a", round, false);
            joined.put("a", round + 1_000_000, true);
            joined.remove("a", round);
            joined.remove("a", round + 1_000_000);
        }
        assert_eq!((joined.len(), places(&joined)), (0, 2));
    }

    #[test]
    fn places_that_are_free_are_taken_again_in_any_order() {
        let joined = Joined::new(RandomState::new());
        let rooms: Vec<u64> = (0..2_500).collect();
        for round in [7, 11, 1] {
            // Each order has all of them: the steps have no divisor in common with their number.
            let order = (0..2_500).map(|nth| (nth * round * 9 % 2_500) as usize);
            for at in order.clone() {
                joined.put("a", rooms[at], false);
            }
            let listed = order.clone().map(|at| rooms[at]).collect::<Vec<_>>();
            assert_eq!(joined.rooms("a"), listed);
            assert_eq!((joined.len(), places(&joined)), (2_500, 2_500));
            order.rev().step_by(2).for_each(|at| joined.remove("a", rooms[at]));
            assert_eq!(joined.len(), 1_250);
            rooms.iter().for_each(|room| joined.remove("a", *room));
            assert_eq!((joined.rooms("a"), joined.len()), (vec![], 0));
        }
    }

    /// All places, free or not.
    fn places(joined: &Joined) -> usize {
        let places = |shard: &Mutex<Shard>| shard.lock().chunks.iter().map(Vec::len).sum::<usize>();
        joined.shards.iter().map(places).sum()
    }

    #[test]
    fn an_entry_is_24_bytes() {
        assert_eq!(size_of::<Entry>(), 24);
    }
}
