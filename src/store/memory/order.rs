//! The order of a room's members: numbers in blocks.
//!
//! People come in at the end and leave anywhere. A block is moved within itself, never the whole
//! list; a full last block is left full, so that an ordinary room wastes nothing.

use std::cmp::Ordering;

/// Numbers in a full block.
const BLOCK: usize = 512;

/// Numbers in order. The order itself is the caller's: `compare` says how a number's place
/// compares with the place in question.
#[derive(Default)]
pub(super) struct Order {
    /// No block is empty.
    blocks: Vec<Vec<u32>>,
}

impl Order {
    /// Puts a number at its place.
    pub(super) fn insert(&mut self, number: u32, compare: impl Fn(u32) -> Ordering) {
        let Some((block, at)) = self.end_of(|other| compare(other).is_lt()) else {
            return self.insert_in_front(number);
        };
        if self.blocks[block].len() < BLOCK {
            self.blocks[block].insert(at, number);
        } else if at == BLOCK {
            self.blocks.insert(block + 1, vec![number]);
        } else {
            let upper = self.blocks[block].split_off(BLOCK / 2);
            self.blocks.insert(block + 1, upper);
            let half = usize::from(at > BLOCK / 2);
            self.blocks[block + half].insert(at - half * (BLOCK / 2), number);
        }
    }

    fn insert_in_front(&mut self, number: u32) {
        match self.blocks.first_mut() {
            Some(first) if first.len() < BLOCK => first.insert(0, number),
            _ => self.blocks.insert(0, vec![number]),
        }
    }

    /// Takes the number at a place out.
    pub(super) fn remove(&mut self, compare: impl Fn(u32) -> Ordering) {
        let Some((block, end)) = self.end_of(|other| compare(other).is_le()) else { return };
        debug_assert!(compare(self.blocks[block][end - 1]).is_eq());
        self.blocks[block].remove(end - 1);
        if self.blocks[block].is_empty() {
            self.blocks.remove(block);
        } else {
            self.merge_with_next(block);
        }
    }

    /// The numbers behind a place, in order.
    pub(super) fn after<'a>(
        &'a self,
        compare: &dyn Fn(u32) -> Ordering,
    ) -> impl Iterator<Item = u32> + use<'a> {
        let (block, at) = self.end_of(|other| compare(other).is_le()).unwrap_or((0, 0));
        self.from(block, at)
    }

    /// The numbers before a place, the last one first.
    pub(super) fn before<'a>(
        &'a self,
        compare: &dyn Fn(u32) -> Ordering,
    ) -> impl Iterator<Item = u32> + use<'a> {
        let (block, at) = self.end_of(|other| compare(other).is_lt()).unwrap_or((0, 0));
        let blocks = self.blocks.get(..=block).unwrap_or_default();
        let numbers = blocks.iter().rev().enumerate().flat_map(move |(nth, block)| {
            let end = if nth == 0 { at } else { block.len() };
            block[..end].iter().rev()
        });
        numbers.copied()
    }

    /// How many numbers stand up to a place. Looks at the length of each block.
    pub(super) fn rank(&self, compare: impl Fn(u32) -> Ordering) -> usize {
        let Some((block, at)) = self.end_of(|other| compare(other).is_le()) else { return 0 };
        self.blocks[..block].iter().map(Vec::len).sum::<usize>() + at
    }

    /// The numbers behind the first so many, in order. Looks at the length of each block.
    pub(super) fn behind(&self, mut first: usize) -> impl Iterator<Item = u32> {
        let mut block = 0;
        while let Some(full) = self.blocks.get(block).filter(|block| block.len() <= first) {
            first -= full.len();
            block += 1;
        }
        self.from(block, first)
    }

    fn from<'a>(&'a self, block: usize, at: usize) -> impl Iterator<Item = u32> + use<'a> {
        self.blocks
            .iter()
            .skip(block)
            .enumerate()
            .flat_map(move |(nth, block)| &block[if nth == 0 { at } else { 0 }..])
            .copied()
    }

    /// Where the numbers end that stand before a place: the block, and the place in it (at least
    /// 1). None if no number does.
    fn end_of(&self, before: impl Fn(u32) -> bool) -> Option<(usize, usize)> {
        // A walk from the start, by far the most frequent, looks at nothing but the first number.
        if !before(*self.blocks.first()?.first()?) {
            return None;
        }
        let block = self.blocks.partition_point(|block| before(block[0])) - 1;
        Some((block, self.blocks[block].partition_point(|number| before(*number))))
    }

    /// Two neighbours that fit into half a block become one.
    fn merge_with_next(&mut self, block: usize) {
        let Some(next) = self.blocks.get(block + 1) else { return };
        if self.blocks[block].len() + next.len() <= BLOCK / 2 {
            let next = self.blocks.remove(block + 1);
            self.blocks[block].extend(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn insert(order: &mut Order, number: u32) {
        order.insert(number, |other| other.cmp(&number));
    }

    #[test]
    fn people_who_come_one_after_another_fill_their_blocks() {
        let mut order = Order::default();
        for number in 0..10_000 {
            insert(&mut order, number);
        }
        assert_eq!(order.blocks.len(), 10_000_usize.div_ceil(BLOCK));
        assert_eq!(order.after(&|other| other.cmp(&9_997)).collect::<Vec<_>>(), [9_998, 9_999]);
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_set(steps in proptest::collection::vec((0..3_000_u32, any::<bool>()), 0..6_000)) {
            let mut order = Order::default();
            let mut model = std::collections::BTreeSet::new();
            for (number, removes) in steps {
                if removes {
                    if model.remove(&number) {
                        order.remove(|other| other.cmp(&number));
                    }
                } else if model.insert(number) {
                    insert(&mut order, number);
                }
            }
            prop_assert_eq!(order.after(&|_| Ordering::Greater).collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
            let backwards = model.iter().rev().copied().collect::<Vec<_>>();
            prop_assert_eq!(order.before(&|_| Ordering::Less).collect::<Vec<_>>(), backwards);
            for place in [0, 7, 1_500, 2_999] {
                let behind: Vec<_> = model.range(place + 1..).copied().collect();
                prop_assert_eq!(order.after(&|other| other.cmp(&place)).collect::<Vec<_>>(), behind.clone());
                let before: Vec<_> = model.range(..place).rev().copied().collect();
                prop_assert_eq!(order.before(&|other| other.cmp(&place)).collect::<Vec<_>>(), before);
                let rank = order.rank(|other| other.cmp(&place));
                prop_assert_eq!(rank, model.len() - behind.len());
                prop_assert_eq!(order.behind(rank).collect::<Vec<_>>(), behind);
            }
            prop_assert!(order.blocks.iter().all(|block| !block.is_empty() && block.len() <= BLOCK));
        }
    }
}
