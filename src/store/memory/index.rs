//! Which number has an account: a hash table that grows a little at a time.
//!
//! One table of a million entries would be rehashed whole under the room's lock. This is linear
//! hashing over small tables: growing splits one of them, so that no step moves more than about a
//! thousand entries.

use hashbrown::HashTable;

/// Entries a table holds on average before one of them is split.
const ENTRIES_PER_TABLE: usize = 512;

/// Numbers by the hash of what they stand for.
pub(super) struct Index {
    tables: Vec<HashTable<u32>>,
    len: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self { tables: vec![HashTable::new()], len: 0 }
    }
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.tables[table_of(hash, self.tables.len())].find(hash, |number| is_it(*number)).copied()
    }

    /// Adds a number that is not there. `hash_of` hashes what any number stands for.
    pub(super) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if self.len >= self.tables.len() * ENTRIES_PER_TABLE {
            self.split(&hash_of);
        }
        let table = table_of(hash, self.tables.len());
        self.tables[table].insert_unique(hash, number, |other| hash_of(*other));
        self.len += 1;
    }

    pub(super) fn remove(&mut self, hash: u64, number: u32) {
        let table = table_of(hash, self.tables.len());
        if let Ok(entry) = self.tables[table].find_entry(hash, |other| *other == number) {
            entry.remove();
            self.len -= 1;
        }
    }

    fn split(&mut self, hash_of: impl Fn(u32) -> u64) {
        let count = self.tables.len();
        let source = count - prev_power_of_two(count);
        let mut moved = HashTable::new();
        for number in
            self.tables[source].extract_if(|number| table_of(hash_of(*number), count + 1) == count)
        {
            moved.insert_unique(hash_of(number), number, |other| hash_of(*other));
        }
        self.tables.push(moved);
    }
}

/// The table of a hash among `count`: the tables behind the last power of two are not split yet.
fn table_of(hash: u64, count: usize) -> usize {
    // hashbrown spends the lowest and the highest bits itself.
    let bits = (hash >> 24) as usize;
    let table = bits & (count.next_power_of_two() - 1);
    if table < count { table } else { table - prev_power_of_two(count) }
}

fn prev_power_of_two(count: usize) -> usize {
    1 << count.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(number: u32) -> u64 {
        u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    }

    #[test]
    fn everything_is_found_through_every_split_and_after_removals() {
        let mut index = Index::default();
        let many = 40_000;
        for number in 0..many {
            index.insert(hash_of(number), number, hash_of);
            for probe in [0, number / 2, number] {
                assert_eq!(index.find(hash_of(probe), |other| other == probe), Some(probe));
            }
        }
        assert!(index.tables.len() > 64, "{} tables", index.tables.len());
        let largest = index.tables.iter().map(HashTable::len).max().unwrap();
        assert!(largest < 4 * ENTRIES_PER_TABLE, "a table of {largest}");
        for number in (0..many).step_by(3) {
            index.remove(hash_of(number), number);
        }
        for number in 0..many {
            let found = index.find(hash_of(number), |other| other == number);
            assert_eq!(found.is_some(), number % 3 != 0, "{number}");
        }
        assert_eq!(index.len(), (0..many).filter(|number| number % 3 != 0).count());
    }
}
