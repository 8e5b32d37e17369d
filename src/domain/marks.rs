//! Marks: numbers that an app puts on members, and how many of a room's members hold each.

use serde::{Deserialize, Serialize};

/// The most different marks in one room.
pub const MAX_MARKS_PER_ROOM: usize = 10;
/// The lowest mark.
pub const MIN_MARK: u32 = 1000;

/// Which marks a room's members hold, and how many hold each. A mark that nobody holds any more
/// does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "Vec<(u32, u32)>", try_from = "Vec<(u32, u32)>")]
pub struct MarkCounts {
    /// By mark; what is behind `len` is zero.
    counts: [(u32, u32); MAX_MARKS_PER_ROOM],
    len: usize,
}

/// A room has all the different marks that it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyMarks;

impl From<MarkCounts> for Vec<(u32, u32)> {
    fn from(counts: MarkCounts) -> Self {
        counts.iter().collect()
    }
}

impl TryFrom<Vec<(u32, u32)>> for MarkCounts {
    type Error = &'static str;

    fn try_from(rows: Vec<(u32, u32)>) -> Result<Self, Self::Error> {
        if rows.len() > MAX_MARKS_PER_ROOM {
            return Err("more marks than a room may have");
        }
        if !rows.is_sorted_by(|a, b| a.0 < b.0) {
            return Err("marks that do not ascend");
        }
        let mut counts = Self::default();
        counts.counts[..rows.len()].copy_from_slice(&rows);
        counts.len = rows.len();
        Ok(counts)
    }
}

impl MarkCounts {
    /// Each mark and how many hold it, by mark.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.counts[..self.len].iter().copied()
    }

    /// One holder more.
    pub(super) fn add(&mut self, mark: u32) -> Result<(), TooManyMarks> {
        match self.find(mark) {
            Ok(at) => self.counts[at].1 += 1,
            Err(_) if self.len == MAX_MARKS_PER_ROOM => return Err(TooManyMarks),
            Err(at) => {
                self.counts.copy_within(at..self.len, at + 1);
                self.counts[at] = (mark, 1);
                self.len += 1;
            }
        }
        Ok(())
    }

    /// One holder less.
    pub(super) fn remove(&mut self, mark: u32) {
        let Ok(at) = self.find(mark) else { return };
        self.counts[at].1 -= 1;
        if self.counts[at].1 == 0 {
            self.counts.copy_within(at + 1..self.len, at);
            self.len -= 1;
            self.counts[self.len] = (0, 0);
        }
    }

    fn find(&self, mark: u32) -> Result<usize, usize> {
        self.counts[..self.len].binary_search_by_key(&mark, |(other, _)| *other)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_small_map_of_counts(steps in proptest::collection::vec((1000..1014_u32, any::<bool>()), 0..200)) {
            let (mut counts, mut model) = (MarkCounts::default(), BTreeMap::new());
            for (mark, add) in steps {
                if add {
                    let fits = model.contains_key(&mark) || model.len() < MAX_MARKS_PER_ROOM;
                    prop_assert_eq!(counts.add(mark).is_ok(), fits);
                    if fits {
                        *model.entry(mark).or_insert(0) += 1;
                    }
                } else {
                    counts.remove(mark);
                    if let Some(holders) = model.get_mut(&mark) {
                        *holders -= 1;
                    }
                    model.retain(|_, holders| *holders > 0);
                }
                prop_assert_eq!(counts.iter().collect::<BTreeMap<_, _>>(), model.clone());
            }
            let mut again = MarkCounts::default();
            for (mark, holders) in counts.iter() {
                (0..holders).for_each(|_| again.add(mark).unwrap());
            }
            prop_assert_eq!(again, counts, "equal counts are equal");
        }
    }
}
