//! A log of numbers, held against what a reader would expect of it.

use futures_util::future::FutureExt;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const ONE: AppId = AppId(1);
const OTHER: AppId = AppId(2);

/// An entry with a number to know it by, that says to have allocated so many bytes.
#[derive(Debug)]
struct Note {
    number: u32,
    heap_bytes: usize,
}

impl Kept for Note {
    fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }
}

/// What a note takes that allocated nothing.
const EMPTY_NOTE_BYTES: usize = size_of::<Note>() + ENTRY_BYTES;

fn note(number: u32) -> Note {
    Note { number, heap_bytes: 0 }
}

/// A log that holds so many empty notes.
fn log_of(notes: usize) -> Log<Note> {
    Log::new(notes * EMPTY_NOTE_BYTES)
}

/// The ids and numbers of a page, its end, and what was dropped.
fn all(log: &Log<Note>, app: AppId, after: u64) -> (Vec<(u64, u32)>, u64, u64) {
    let page = log.page(app, after, usize::MAX, |_| true);
    let items = page.items.iter().map(|(id, note)| (*id, note.number)).collect();
    (items, page.next, page.dropped)
}

#[test]
fn entries_are_numbered_and_found_behind_a_place() {
    let log = log_of(10);
    assert_eq!(all(&log, ONE, 0), (vec![], 0, 0));
    for number in [10, 20, 30] {
        log.append(ONE, note(number));
    }
    log.append(OTHER, note(40));
    assert_eq!(all(&log, ONE, 0), (vec![(1, 10), (2, 20), (3, 30)], 3, 0));
    assert_eq!(all(&log, ONE, 2), (vec![(3, 30)], 3, 0));
    assert_eq!(all(&log, ONE, 3), (vec![], 3, 0));
    assert_eq!(all(&log, OTHER, 0), (vec![(1, 40)], 1, 0), "each app has numbers of its own");
    assert_eq!([ONE, OTHER, AppId(3)].map(|app| log.last(app)), [3, 1, 0]);
    assert_eq!(all(&log, ONE, 9), (vec![], 9, 0), "a place ahead of the log has nothing behind it");
}

#[test]
fn a_page_ends_behind_what_it_looked_at() {
    let log = log_of(1_000);
    for number in 0..500 {
        log.append(ONE, note(number));
    }
    let hundreds = |note: &Note| note.number.is_multiple_of(100);
    let page = |after, limit| {
        let page = log.page(ONE, after, limit, hundreds);
        (page.items.iter().map(|(id, _)| *id).collect::<Vec<_>>(), page.next)
    };
    assert_eq!(page(0, 2), (vec![1, 101], 101));
    assert_eq!(page(101, 2), (vec![201, 301], 301));
    assert_eq!(page(301, 2), (vec![401], 500), "the rest was looked at, too");
    assert_eq!(page(500, 2), (vec![], 500));
}

#[test]
fn it_holds_n_bytes_and_not_n_plus_1() {
    let log = Log::new(3 * EMPTY_NOTE_BYTES + 7);
    let heavy = |heap_bytes| Note { number: 9, heap_bytes };
    log.append(ONE, note(1));
    log.append(ONE, note(2));
    log.append(ONE, heavy(7));
    assert_eq!(all(&log, ONE, 0), (vec![(1, 1), (2, 2), (3, 9)], 3, 0), "full to the last byte");
    log.clear(ONE);
    log.append(ONE, note(1));
    log.append(ONE, note(2));
    let numbers = |gone: Vec<Arc<Note>>| gone.iter().map(|note| note.number).collect::<Vec<_>>();
    assert_eq!(numbers(log.append(ONE, heavy(8))), [1]);
    assert_eq!(all(&log, ONE, 3), (vec![(5, 2), (6, 9)], 6, 1), "the oldest went for one byte");
    assert_eq!(numbers(log.append(ONE, heavy(2 * EMPTY_NOTE_BYTES + 7))), [2, 9]);
    assert_eq!(all(&log, ONE, 3), (vec![(7, 9)], 7, 3), "as many go as have to");
    log.append(ONE, heavy(2 * EMPTY_NOTE_BYTES + 8));
    assert_eq!(all(&log, ONE, 3), (vec![], 8, 5), "too large for all of it");
    log.append(ONE, note(3));
    assert_eq!(all(&log, ONE, 8), (vec![(9, 3)], 9, 0));
}

#[test]
fn the_oldest_of_all_apps_goes_and_each_counts_its_own() {
    let log = log_of(4);
    for number in 0..2 {
        log.append(ONE, note(number));
        log.append(OTHER, note(number));
    }
    log.append(OTHER, note(2));
    assert_eq!(all(&log, ONE, 0), (vec![(2, 1)], 2, 1));
    assert_eq!(all(&log, OTHER, 0), (vec![(1, 0), (2, 1), (3, 2)], 3, 0));
    log.append(OTHER, note(3));
    log.append(OTHER, note(4));
    assert_eq!(all(&log, ONE, 0), (vec![], 2, 2), "an app that is silent can lose all of them");
    assert_eq!(all(&log, ONE, 1), (vec![], 2, 1), "only what lies behind the place is missed");
    assert_eq!(all(&log, ONE, 2), (vec![], 2, 0));
    assert_eq!(all(&log, OTHER, 0), (vec![(2, 1), (3, 2), (4, 3), (5, 4)], 5, 1));
}

#[test]
fn clearing_takes_the_entries_of_one_app_and_leaves_its_numbers() {
    let log = log_of(3);
    for number in 0..3 {
        log.append(ONE, note(number));
    }
    log.append(OTHER, note(7));
    assert_eq!(all(&log, ONE, 0).2, 1);
    log.clear(ONE);
    log.clear(AppId(3));
    assert_eq!(all(&log, ONE, 0), (vec![], 3, 0), "what was cleared is not missed");
    assert_eq!(all(&log, OTHER, 0), (vec![(1, 7)], 1, 0));
    log.append(ONE, note(8));
    log.append(ONE, note(9));
    assert_eq!(all(&log, ONE, 0), (vec![(4, 8), (5, 9)], 5, 0), "and its room is free");
    assert_eq!(all(&log, OTHER, 0).0, [(1, 7)]);
}

#[test]
fn an_app_that_was_busy_once_does_not_keep_its_queue() {
    let log = log_of(10_000);
    (0..10_000).for_each(|number| drop(log.append(ONE, note(number))));
    let room = || log.shelves.lock().by_app[&ONE].entries.capacity();
    assert!(room() >= 10_000);
    (0..9_990).for_each(|number| drop(log.append(OTHER, note(number))));
    assert_eq!(all(&log, ONE, 0).0.len(), 10);
    assert!(room() <= 2 * SMALL_QUEUE, "{}", room());
}

/// How many wait for an app's entries.
fn waiting(log: &Log<Note>) -> usize {
    log.shelves.lock().by_app.get(&ONE).map_or(0, |shelf| shelf.waiting)
}

#[tokio::test]
async fn a_wait_ends_with_enough_of_what_is_wanted() {
    let log = log_of(1_000);
    let even = |note: &Note| note.number.is_multiple_of(2);
    log.append(ONE, note(0));
    log.append(ONE, note(2));
    log.wait(ONE, 0, 2, even).await;
    let mut wait = std::pin::pin!(log.wait(ONE, 1, 2, even));
    assert!(wait.as_mut().now_or_never().is_none(), "one is behind the place");
    assert_eq!(waiting(&log), 1);
    log.append(ONE, note(3));
    assert!(wait.as_mut().now_or_never().is_none(), "nobody asked for that one");
    log.append(OTHER, note(4));
    assert!(wait.as_mut().now_or_never().is_none(), "and this is another app's");
    log.append(ONE, note(4));
    assert!(wait.as_mut().now_or_never().is_some());
    assert_eq!(waiting(&log), 0);
}

#[tokio::test]
async fn whoever_waits_is_woken() {
    let log = log_of(10);
    let come = async {
        // Before the first entry of an app, too.
        for number in 0..3 {
            tokio::task::yield_now().await;
            log.append(ONE, note(number));
        }
    };
    let waits = [1, 3].map(|count| log.wait(ONE, 0, count, |_| true));
    tokio::join!(futures_util::future::join_all(waits), come);
    assert_eq!(log.last(ONE), 3);
}

#[tokio::test]
async fn only_what_was_not_cleared_is_waited_for() {
    let log = log_of(10);
    log.append(ONE, note(0));
    let mut wait = std::pin::pin!(log.wait(ONE, 0, 2, |_| true));
    assert!(wait.as_mut().now_or_never().is_none());
    log.clear(ONE);
    log.append(ONE, note(1));
    assert!(wait.as_mut().now_or_never().is_none(), "one of the two is gone");
    log.append(ONE, note(2));
    assert!(wait.as_mut().now_or_never().is_some());
    assert_eq!(all(&log, ONE, 0), (vec![(2, 1), (3, 2)], 3, 0));
}

#[tokio::test]
async fn who_gives_up_waiting_is_not_waited_upon() {
    let log = log_of(10);
    let mut wait = Box::pin(log.wait(ONE, 0, 1, |_| true));
    assert!(wait.as_mut().now_or_never().is_none());
    assert_eq!(waiting(&log), 1);
    drop(wait);
    assert_eq!(waiting(&log), 0);
}

/// What may happen to a log.
#[derive(Debug, Clone)]
enum Step {
    Append { app: usize, heap_bytes: usize },
    Clear { app: usize },
    Look { app: usize, back: u64, limit: usize, every: u32 },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..3_usize, 0..200_usize).prop_map(|(app, heap_bytes)| Step::Append { app, heap_bytes }),
        1 => (0..3_usize).prop_map(|app| Step::Clear { app }),
        3 => (0..3_usize, 0..12_u64, 1..5_usize, 1..4_u32)
            .prop_map(|(app, back, limit, every)| Step::Look { app, back, limit, every }),
    ]
}

/// Everything that ever came, in a row, and what became of it.
#[derive(Default)]
struct Naive {
    came: Vec<NaiveEntry>,
}

struct NaiveEntry {
    app: usize,
    number: u32,
    bytes: usize,
    fate: Fate,
}

#[derive(PartialEq, Eq)]
enum Fate {
    Kept,
    Dropped,
    Cleared,
}

impl Naive {
    fn append(&mut self, app: usize, number: u32, bytes: usize, at_most_bytes: usize) {
        self.came.push(NaiveEntry { app, number, bytes, fate: Fate::Kept });
        let mut held: usize = self.kept().map(|entry| entry.bytes).sum();
        for entry in &mut self.came {
            if held > at_most_bytes && entry.fate == Fate::Kept {
                entry.fate = Fate::Dropped;
                held -= entry.bytes;
            }
        }
    }

    fn kept(&self) -> impl Iterator<Item = &NaiveEntry> {
        self.came.iter().filter(|entry| entry.fate == Fate::Kept)
    }

    /// Whatever an app has is gone by its own will, what it had lost before included.
    fn clear(&mut self, app: usize) {
        let own = self.came.iter_mut().filter(|entry| entry.app == app);
        own.for_each(|entry| entry.fate = Fate::Cleared);
    }

    /// The entries of an app behind a place, with their numbers.
    fn behind(&self, app: usize, after: u64) -> impl Iterator<Item = (u64, &NaiveEntry)> {
        let own = self.came.iter().filter(move |entry| entry.app == app);
        (1..).zip(own).filter(move |(id, _)| *id > after)
    }
}

proptest! {
    #[test]
    fn a_log_is_what_a_list_of_everything_says(steps in vec(any_step(), 1..120)) {
        let at_most_bytes = 5 * EMPTY_NOTE_BYTES + 300;
        let log = Log::new(at_most_bytes);
        let app_id = |app: usize| AppId(app as u32);
        let mut naive = Naive::default();
        for (number, step) in (0..).zip(steps) {
            match step {
                Step::Append { app, heap_bytes } => {
                    log.append(app_id(app), Note { number, heap_bytes });
                    naive.append(app, number, EMPTY_NOTE_BYTES + heap_bytes, at_most_bytes);
                }
                Step::Clear { app } => {
                    log.clear(app_id(app));
                    naive.clear(app);
                }
                Step::Look { app, back, limit, every } => {
                    let after = log.last(app_id(app)).saturating_sub(back);
                    let wanted = |note: &Note| note.number.is_multiple_of(every);
                    let page = log.page(app_id(app), after, limit, wanted);
                    let seen: Vec<_> =
                        page.items.iter().map(|(id, note)| (*id, note.number)).collect();
                    let there = naive.behind(app, after).filter(|(_, it)| it.fate == Fate::Kept);
                    let wanted = there.filter(|(_, it)| it.number.is_multiple_of(every));
                    let expected: Vec<_> =
                        wanted.map(|(id, it)| (id, it.number)).take(limit).collect();
                    prop_assert_eq!(&seen, &expected);
                    let end = match seen.last() {
                        Some((id, _)) if seen.len() == limit => *id,
                        _ => log.last(app_id(app)),
                    };
                    prop_assert_eq!(page.next, end);
                    let gone = naive.behind(app, after).filter(|(_, it)| it.fate == Fate::Dropped);
                    prop_assert_eq!(page.dropped, gone.count() as u64);
                }
            }
            let bytes: usize = naive.kept().map(|entry| entry.bytes).sum();
            prop_assert_eq!(log.shelves.lock().bytes, bytes);
            prop_assert!(bytes <= at_most_bytes);
            prop_assert_eq!(log.shelves.lock().order.len(), naive.kept().count());
        }
    }
}
