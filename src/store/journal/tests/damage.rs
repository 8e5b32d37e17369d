//! Every kind of file, damaged in every kind of way: what was answered is there, or the store is not
//! opened, and no file is another one than before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::super::scan;
use super::super::synced::Synced;
use super::kit::*;
use super::stores::{Large, Seen, large, seen, small};
use super::*;
use crate::domain::RoomView;

/// A room that is made where a loss was accepted.
const MADE_AFTER: &str = "made after it";
/// A page, in bytes.
const PAGE: usize = 4096;

/// What becomes of one file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// A page of zeros, from a byte on.
    Zero(usize),
    /// A bit.
    Flip(usize, u8),
    /// It ends here.
    Cut(usize),
    /// It is not there.
    Removed,
}

impl Damage {
    /// Some of each kind for a file, at random places of what it holds.
    fn some(used: usize, dice: &mut Dice) -> Vec<Self> {
        let mut some = vec![Self::Zero(0), Self::Cut(0), Self::Removed];
        if used > 0 {
            some.push(Self::Cut(used - 1));
            some.push(Self::Cut(dice.below(used)));
            some.push(Self::Flip(dice.below(used), dice.below(8) as u8));
            some.push(Self::Flip(dice.below(used.min(64)), dice.below(8) as u8));
            some.push(Self::Flip(used - 1 - dice.below(used.min(64)), dice.below(8) as u8));
        }
        if used > PAGE {
            some.push(Self::Zero(dice.below(used / PAGE) * PAGE));
            some.push(Self::Zero((used - 1) / PAGE * PAGE));
        }
        some
    }

    /// Whether anything is another than before.
    fn be_done(self, file: &Path) -> bool {
        let mut bytes = fs::read(file).unwrap();
        let before = bytes.clone();
        match self {
            Self::Zero(at) => {
                let end = bytes.len().min(at + PAGE);
                bytes[at.min(end)..end].fill(0);
            }
            Self::Flip(at, bit) => bytes[at] ^= 1 << bit,
            Self::Cut(at) => bytes.truncate(at),
            Self::Removed => {
                fs::remove_file(file).unwrap();
                return true;
            }
        }
        fs::write(file, &bytes).unwrap();
        bytes != before
    }
}

/// What came of one case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Came {
    Whole,
    Accepted,
    Hopeless,
}

/// Opens damaged files, and then accepts the loss.
async fn open_damaged(directory: &Path, expected: &Seen, case: &str) -> Came {
    let before = files(directory);
    let fault = match try_open(directory, false) {
        Ok(store) => {
            assert_eq!(&seen(&store).await, expected, "{case}: it opens");
            drop(store);
            assert_eq!(&seen(&open(directory)).await, expected, "{case}: it opens again");
            return Came::Whole;
        }
        Err(fault) => fault,
    };
    assert_same(&files(directory), &before, &format!("{case}: {fault}"));
    let store = match try_open(directory, true) {
        Ok(store) => store,
        Err(fault) => {
            assert_same(&files(directory), &before, &format!("{case}, accepted: {fault}"));
            return Came::Hopeless;
        }
    };
    // What is left holds together, takes more, and is not found damaged again.
    make(&store, &key(MADE_AFTER)).await;
    let left = seen(&store).await;
    drop(store);
    let store = try_open(directory, false);
    let store = store.unwrap_or_else(|fault| panic!("{case}, accepted before: {fault}"));
    assert_eq!(seen(&store).await, left, "{case}: what was left");
    let mut ids = Vec::new();
    let mut see = |id: &RoomId, _: &RoomView<'_>| ids.push(id.to_string());
    store.rooms(APP, None, usize::MAX, &mut see).await.unwrap();
    assert!(ids.iter().any(|id| id == MADE_AFTER), "{case}: {ids:?}");
    Came::Accepted
}

fn assert_same(after: &Files, before: &Files, case: &str) {
    let names = |files: &Files| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(after), names(before), "{case}");
    for (name, bytes) in after {
        assert!(*bytes == before[name], "{case}: {} is another", name.display());
    }
}

/// Damages each of the wanted files in turn. Answers how often what came of it.
async fn damage(
    files: &Files,
    expected: &Seen,
    wanted: impl Fn(&Path) -> bool,
) -> BTreeMap<Came, u32> {
    let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
    let mut dice = Dice(seed);
    let mut came = BTreeMap::new();
    // Its journals alone, if they begin with the first commit, bring everything back.
    let journals = files.contains_key(Path::new("rows/0.jnl"));
    for (name, (_, bytes)) in files.iter().filter(|(name, _)| wanted(name)) {
        for damage in Damage::some(bytes.len(), &mut dice) {
            let directory = tempfile::tempdir().unwrap();
            put_files(directory.path(), files);
            if !damage.be_done(&directory.path().join(name)) {
                continue;
            }
            let case = format!("{} {damage:?}, seed {seed}", name.display());
            let what = open_damaged(directory.path(), expected, &case).await;
            let hopeless = what == Came::Hopeless;
            assert_eq!(hopeless, name == Path::new("format"), "{case}: accepted");
            if journals && name.starts_with("rows/keyspaces") {
                let mut left = seen(&open(directory.path())).await;
                left.rooms.retain(|room| room.room.as_str() != MADE_AFTER);
                assert_eq!(&left, expected, "{case}: what its journals have");
            }
            *came.entry(what).or_default() += 1;
        }
    }
    came
}

fn is_journal(name: &Path) -> bool {
    name.extension().is_some()
}

#[tokio::test]
async fn a_small_store_with_any_file_damaged_is_whole_or_refused() {
    let (files, seen) = small().await;
    for name in ["format", "lock", "synced", "rows/0.jnl", "rows/keyspaces/1/current"] {
        assert!(files.contains_key(Path::new(name)), "{name}: {:?}", files.keys());
    }
    let came = damage(&files, &seen, |_| true).await;
    assert!(came[&Came::Whole] > 0 && came[&Came::Accepted] > 0, "{came:?}");
}

#[tokio::test]
async fn a_store_with_tables_and_any_of_their_files_damaged_is_whole_or_refused() {
    let Large { tables, journals, seen } = large().await;
    let directory = tempfile::tempdir().unwrap();
    put_files(directory.path(), &tables);
    let whole = open_damaged(directory.path(), &seen, "tables, undamaged").await;
    assert_eq!(whole, Came::Whole);
    let of_tables = |name: &Path| name.starts_with("rows/keyspaces/1") || is_journal(name);
    let came = damage(&tables, &seen, of_tables).await;
    assert!(came[&Came::Accepted] > 0, "{came:?}");

    let directory = tempfile::tempdir().unwrap();
    put_files(directory.path(), &journals);
    let whole = open_damaged(directory.path(), &seen, "several journals, undamaged").await;
    assert_eq!(whole, Came::Whole);
    let of_lists = |name: &Path| name.starts_with("rows/keyspaces/1") || is_journal(name);
    let came = damage(&journals, &seen, of_lists).await;
    assert!(came[&Came::Accepted] > 0, "{came:?}");
}

#[tokio::test]
async fn the_whole_of_the_rows_or_of_a_tree_does_not_go_unseen() {
    let Large { tables: files, journals, seen: expected } = large().await;
    for (files, what) in [
        (&files, "rows"),
        (&files, "rows/keyspaces"),
        (&files, "rows/keyspaces/0"),
        (&files, "rows/keyspaces/1"),
        (&files, "rows/keyspaces/1/tables"),
        (&journals, "rows/keyspaces/1"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        put_files(directory.path(), files);
        fs::remove_dir_all(directory.path().join(what)).unwrap();
        let came = open_damaged(directory.path(), &expected, what).await;
        assert_ne!(came, Came::Whole, "{what} is not there");
    }
}

#[tokio::test]
async fn a_copy_that_was_left_aside_takes_the_place_of_what_was_being_opened() {
    let (files, seen) = small().await;
    let below = |name: &str| -> Files {
        let rows = files.iter().filter_map(|(path, bytes)| {
            let path = Path::new(name).join(path.strip_prefix("rows").ok()?);
            Some((path, bytes.clone()))
        });
        let others = files.iter().filter(|(path, _)| !path.starts_with("rows"));
        rows.chain(others.map(|(path, bytes)| (path.clone(), bytes.clone()))).collect()
    };
    let half = |name: &str| -> Files {
        let journal = Path::new(name).join("0.jnl");
        [(journal, (9, b"half of it".to_vec()))].into_iter().collect()
    };
    let both = |one: Files, other: Files| one.into_iter().chain(other).collect::<Files>();
    for (case, files) in [
        ("half a copy", both(half("aside.new"), files.clone())),
        ("a copy, and half opened", both(half("rows"), below("aside"))),
        ("a copy, and nothing in its place yet", both(half("aside.old"), below("aside"))),
        ("a copy that is in its place", both(half("aside.old"), files.clone())),
        ("what was tried beside it", both(half("aside.rows"), files.clone())),
    ] {
        let directory = tempfile::tempdir().unwrap();
        put_files(directory.path(), &files);
        assert_eq!(self::seen(&open(directory.path())).await, seen, "{case}");
        let names = fs::read_dir(directory.path()).unwrap();
        let aside = names.filter(|name| {
            name.as_ref().unwrap().file_name().to_string_lossy().starts_with("aside")
        });
        assert_eq!(aside.count(), 0, "{case}: nothing is left beside");
    }
}

#[tokio::test]
async fn a_start_that_was_ended_at_any_of_its_first_steps_is_begun_again() {
    let steps: [&[(&str, &[u8])]; 6] = [
        &[],
        &[("lock", b"")],
        &[("lock", b""), ("format.new", b"guest")],
        &[("lock", b""), ("format", b"guestlist store, format 1\n")],
        &[("lock", b""), ("format", b"guestlist store, format 1\n"), ("rows/lock", b"")],
        &[
            ("lock", b""),
            ("format", b"guestlist store, format 1\n"),
            ("rows/lock", b""),
            ("rows/0.jnl", &[0; 100]),
        ],
    ];
    for step in steps {
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in step {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let store = open(directory.path());
        make(&store, &key("room")).await;
        drop(store);
        let (rooms, _) = counted(&open(directory.path())).await;
        assert_eq!(rooms, 1, "{step:?}");
    }
}

async fn counted(store: &JournalStore) -> (u64, u64) {
    let counts = store.counts(APP).await.unwrap();
    (counts.rooms, counts.members)
}

#[tokio::test]
async fn damage_in_what_was_synced_is_named() {
    let Large { tables, journals, .. } = large().await;
    let table = tables.keys().find(|name| name.starts_with("rows/keyspaces/1/tables")).unwrap();
    let short = table.strip_prefix("rows").unwrap().display();
    let path = Path::new;
    for (files, file, damage, expected) in [
        (&tables, &**table, Damage::Flip(100, 1), format!("{short} is damaged")),
        (&tables, table, Damage::Removed, format!("{short} is missing")),
        (&tables, path("rows/1.jnl"), Damage::Cut(0), "are missing, and were synced".to_owned()),
        (&tables, path("rows/1.jnl"), Damage::Removed, "are missing, and were synced".to_owned()),
        (&tables, path("synced"), Damage::Cut(8), "`synced` does not hold".to_owned()),
        (&tables, path("synced"), Damage::Removed, "`synced` is missing".to_owned()),
        (&tables, path("format"), Damage::Removed, "`format` is missing".to_owned()),
        (&tables, path("rows/version"), Damage::Removed, "`version` of the rows".to_owned()),
        (&journals, path("rows/0.jnl"), Damage::Removed, "commits 1 to 4 are".to_owned()),
        (&journals, path("rows/0.jnl"), Damage::Cut(0), "commits 1 to 4 are".to_owned()),
        (&journals, path("rows/1.jnl"), Damage::Removed, "and 4 was before it".to_owned()),
        (&journals, path("rows/0.jnl"), Damage::Flip(0, 0), "damaged at byte 0".to_owned()),
        (&journals, path("rows/2.jnl"), Damage::Cut(0), "are missing, and were".to_owned()),
    ] {
        let directory = tempfile::tempdir().unwrap();
        put_files(directory.path(), files);
        assert!(damage.be_done(&directory.path().join(file)));
        let Err(fault) = try_open(directory.path(), false) else { panic!("{expected}") };
        assert!(fault.to_string().contains(&expected), "{file:?} {damage:?}: {fault}");
    }
}

#[tokio::test]
async fn damage_of_what_was_synced_is_seen_though_the_note_is_older() {
    let (files, _) = small().await;
    let directory = tempfile::tempdir().unwrap();
    put_files(directory.path(), &files);
    let journal = directory.path().join("rows/0.jnl");
    let ends = scan::ends(&journal);
    let whole = fs::read(&journal).unwrap();
    for nth in 1..ends.len() {
        let (group, last) = (ends[nth - 1].1..ends[nth].1, nth == ends.len() - 1);
        let mut bytes = whole.clone();
        bytes[group.end - 1] ^= 1;
        fs::write(&journal, bytes).unwrap();
        Synced::open(directory.path(), nth as u64).unwrap();
        match try_open(directory.path(), false) {
            Err(fault) => assert!(fault.to_string().contains("stands behind that"), "{fault}"),
            Ok(_) => assert!(last, "behind group {nth} is another one"),
        }
    }
}
