//! A loss of power at any moment: behind the last group that was synced stands anything, and nothing
//! that was answered is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::scan;
use super::super::synced::{self, Noted};
use super::super::zeros;
use super::kit::*;
use super::*;
use crate::domain::{Delta, FactsWrite, RoomView, Slice};

/// How many write at one time, each to a room of its own.
const WRITERS: usize = 6;
/// How often each writes at most: what is written stays out of tables, so that a copy of the files is
/// one moment of the store.
const WRITES: u64 = 80;

/// The number in the name that was answered last, by room.
type Named = Arc<Mutex<BTreeMap<String, u64>>>;

async fn name_it(store: &JournalStore, room: &str, number: u64) {
    let mut decide = |seen: &Slice<'_>| {
        let mut facts = seen.room()?.facts.clone();
        facts.name = number.to_string().into();
        Ok(Delta { facts: FactsWrite::Put(Box::new(facts)), ..Delta::default() })
    };
    store.transact(&key(room), Need::default(), &mut decide).await.unwrap();
}

/// Names a room until there is enough of it.
async fn write_on(store: Arc<JournalStore>, room: String, named: Named, enough: Arc<AtomicBool>) {
    make(&store, &key(&room)).await;
    for number in 1..=WRITES {
        if enough.load(Ordering::Relaxed) {
            return;
        }
        name_it(&store, &room, number).await;
        named.lock().insert(room.clone(), number);
    }
}

async fn names(store: &JournalStore) -> BTreeMap<String, u64> {
    let mut names = BTreeMap::new();
    let mut see = |id: &RoomId, room: &RoomView<'_>| {
        names.insert(id.to_string(), room.facts.name.parse().unwrap_or_default());
    };
    store.rooms(APP, None, usize::MAX, &mut see).await.unwrap();
    names
}

/// The files of a store that is being written to, at one moment: nothing came into the middle of what
/// was read while it was.
fn moment(directory: &Path) -> Files {
    let mut before = files(directory);
    loop {
        let after = files(directory);
        let is_moment = before.iter().all(|(name, (_, bytes))| {
            after.get(name).is_some_and(|(_, now)| now.starts_with(bytes))
        });
        if is_moment {
            return before;
        }
        before = after;
    }
}

/// How the end of a journal comes out of a loss of power.
#[derive(Debug, Clone, Copy)]
enum Torn {
    /// The file ends.
    Cut,
    /// What was set aside is there, and zeros.
    Zeros,
    /// Anything, up to where something was written.
    Garbage,
    /// Anything, and beyond that.
    LongGarbage,
    /// Some pages are there and others are not.
    Holes,
}

impl Torn {
    const ALL: [Self; 5] = [Self::Cut, Self::Zeros, Self::Garbage, Self::LongGarbage, Self::Holes];

    fn tear(self, bytes: &mut Vec<u8>, from: usize, used: usize, dice: &mut Dice) {
        match self {
            Self::Cut => bytes.truncate(from),
            Self::Zeros => bytes[from..used].fill(0),
            Self::Garbage => bytes[from..used].fill_with(|| dice.below(256) as u8),
            Self::LongGarbage => {
                let end = bytes.len().min(used + dice.below(9000));
                bytes[from..end].fill_with(|| dice.below(256) as u8);
            }
            Self::Holes => {
                for page in bytes[from..used].chunks_mut(512) {
                    if dice.below(2) == 0 {
                        page.fill(0);
                    }
                }
            }
        }
    }
}

/// The newest journal of a directory, where its groups end, and what of it is used.
fn newest(directory: &Path) -> (PathBuf, Vec<(u64, usize)>, usize) {
    let scans = scan::journals(&directory.join("rows")).unwrap();
    let path = scans.last().unwrap().path.clone();
    let ends = scan::ends(&path).into_iter();
    let ends = ends.filter_map(|(commit, end)| Some((commit?.last, end))).collect();
    let used = zeros::used(&fs::read(&path).unwrap());
    (path, ends, used)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_end_loses_nothing_that_was_answered() {
    let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
    let mut dice = Dice(seed);
    let (mut moments, mut torn_places) = (0, 0);
    for _ in 0..6 {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(open(directory.path()));
        let (named, enough) = (Named::default(), Arc::new(AtomicBool::new(false)));
        let mut writers = JoinSet::new();
        for nth in 0..WRITERS {
            let (named, enough) = (Arc::clone(&named), Arc::clone(&enough));
            writers.spawn(write_on(Arc::clone(&store), format!("room{nth}"), named, enough));
        }
        tokio::time::sleep(Duration::from_millis(5 + dice.below(60) as u64)).await;
        let answered = named.lock().clone();
        // As the disk has them: the note may be older than what it is about.
        let copy = tempfile::tempdir().unwrap();
        let synced = fs::read(directory.path().join(synced::FILE)).unwrap();
        fs::write(copy.path().join(synced::FILE), synced).unwrap();
        let noted = synced::noted(copy.path()).unwrap();
        let mut copied = moment(directory.path());
        copied.remove(Path::new(synced::FILE));
        put_files(copy.path(), &copied);
        enough.store(true, Ordering::Relaxed);
        writers.join_all().await;
        drop(store);
        assert!(!copied.keys().any(|name| name.starts_with("rows/keyspaces/1/tables")));

        let (journal, ends, used) = newest(copy.path());
        let Noted::Number(noted) = noted else { panic!("{noted:?}") };
        let synced_end = ends.iter().find(|(last, _)| *last >= noted).map_or(0, |(_, end)| *end);
        let whole = files(copy.path());
        for torn in Torn::ALL {
            for _ in 0..3 {
                let case = format!("{torn:?}, seed {seed}, moment {moments}");
                let copy = tempfile::tempdir().unwrap();
                put_files(copy.path(), &whole);
                let file = copy.path().join("rows").join(journal.file_name().unwrap());
                // Pages come to the disk in any order, but of a group that is not synced alone: the
                // next one is written behind that.
                let last_end = match (torn, &ends[..]) {
                    (Torn::Holes, [.., (_, before), (_, end)]) if *end == used => *before,
                    (Torn::Holes, [.., (_, end)]) => *end,
                    _ => synced_end,
                };
                let from = last_end.max(synced_end);
                let from = from + dice.below(used - from);
                let mut bytes = fs::read(&file).unwrap();
                torn.tear(&mut bytes, from, used, &mut dice);
                fs::write(&file, bytes).unwrap();
                let store = match try_open(copy.path(), false) {
                    Ok(store) => store,
                    Err(fault) => panic!("{case}, from {from} of {used}: {fault}"),
                };
                let there = names(&store).await;
                for (room, number) in &answered {
                    let found = there.get(room).copied();
                    assert!(found >= Some(*number), "{case}: {room} is {found:?}, not {number}");
                }
                // And it goes on from there.
                make(&store, &key("behind")).await;
                drop(store);
                let store = open(copy.path());
                assert!(names(&store).await.contains_key("behind"), "{case}");
                torn_places += u32::from(from < used);
            }
        }
        moments += 1;
    }
    assert!(torn_places > 0, "nothing stood behind what was synced, seed {seed}");
}
