//! Those whom a room takes with it when it ends.
//!
//! Job: say how many they are and who the nth was. Promise: a room ends at the same cost however many
//! are in it: they are looked up one by one, when each is told of. Not here: where their records are
//! meanwhile, which is for the store to say by a [`Roster`].

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::passage::Passage;

/// The people of a room that ends: those who had come in, without robots, in the order of the list.
/// Whoever holds one keeps their records.
pub trait Roster: Debug + Send + Sync {
    /// The nth of them, from 0; his passage has no number. To ask for one behind the other is cheap.
    fn nth(&self, nth: u32) -> Option<Passage>;

    /// What their records take, in bytes, about.
    fn size_bytes(&self) -> usize;
}

/// Those who were in a room when it ended.
#[derive(Clone, Serialize, Deserialize)]
pub struct Everybody {
    count: u32,
    /// How often somebody had come or gone before.
    passages: u64,
    /// Where their records are. It is not written down: whoever reads one back gives it another.
    #[serde(skip, default = "nobody")]
    roster: Arc<dyn Roster>,
}

impl Everybody {
    /// So many people of a roster, in a room in which people had come or gone so often.
    #[must_use]
    pub fn of(count: u32, passages: u64, roster: Arc<dyn Roster>) -> Self {
        Self { count, passages, roster }
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The nth of them, from 0, who goes.
    #[must_use]
    pub fn nth(&self, nth: u32) -> Option<Passage> {
        let passage = self.roster.nth(nth).filter(|_| nth < self.count)?;
        Some(Passage { nth: self.passages + 1 + u64::from(nth), ..passage })
    }

    /// The same, but that only the nth can be asked for: it keeps nobody else's record.
    #[must_use]
    pub fn only(&self, nth: u32) -> Self {
        let alone = Alone { nth, passage: self.roster.nth(nth) };
        Self { roster: Arc::new(alone), ..self.clone() }
    }

    /// How often people had come or gone before.
    #[must_use]
    pub fn passages(&self) -> u64 {
        self.passages
    }

    /// What their records take, in bytes, about.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.roster.size_bytes()
    }
}

impl Debug for Everybody {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Everybody({}, behind {} passages)", self.count, self.passages)
    }
}

impl PartialEq for Everybody {
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.passages) == (other.count, other.passages)
    }
}

impl Eq for Everybody {}

/// One of them.
#[derive(Debug)]
struct Alone {
    nth: u32,
    passage: Option<Passage>,
}

impl Roster for Alone {
    fn nth(&self, nth: u32) -> Option<Passage> {
        self.passage.clone().filter(|_| nth == self.nth)
    }

    fn size_bytes(&self) -> usize {
        self.passage.as_ref().map_or(0, |one| size_of::<Passage>() + one.heap_bytes())
    }
}

fn nobody() -> Arc<dyn Roster> {
    Arc::new(Alone { nth: 0, passage: None })
}

#[cfg(test)]
mod tests {
    use super::super::ids::Account;
    use super::super::member::Member;
    use super::*;

    #[derive(Debug)]
    struct Letters;

    impl Roster for Letters {
        fn nth(&self, nth: u32) -> Option<Passage> {
            let name = ["a", "b", "c", "d"].get(nth as usize)?;
            Some(Passage::of(&Member::named(Account::parse(name).unwrap(), 17), 0))
        }

        fn size_bytes(&self) -> usize {
            4_000
        }
    }

    #[test]
    fn each_is_told_with_the_number_of_his_going() {
        let all = Everybody::of(3, 40, Arc::new(Letters));
        let seen = |all: &Everybody, nth| all.nth(nth).map(|it| (it.account.to_string(), it.nth));
        assert_eq!(seen(&all, 0), Some(("a".to_owned(), 41)));
        assert_eq!(seen(&all, 2), Some(("c".to_owned(), 43)));
        assert_eq!(seen(&all, 3), None, "he is not counted");
        let only = all.only(1);
        assert_eq!([0, 1, 2].map(|nth| seen(&only, nth).is_some()), [false, true, false]);
        assert_eq!((seen(&only, 1), only.count()), (seen(&all, 1), 3));
        assert!(only.size_bytes() < 200 && all.size_bytes() == 4_000);
    }

    #[test]
    fn what_is_written_down_is_how_many_they_were() {
        let all = Everybody::of(3, 40, Arc::new(Letters));
        let bytes = postcard::to_stdvec(&all).unwrap();
        let read: Everybody = postcard::from_bytes(&bytes).unwrap();
        assert_eq!((&read, read.nth(0)), (&all, None));
        let again = Everybody::of(read.count(), read.passages(), Arc::new(Letters));
        assert_eq!(again.nth(1), all.nth(1));
    }
}
