//! What journals are read as, whole, torn and damaged.

use std::fs;

use tempfile::TempDir;

use super::super::disk::Disk;
use super::*;

const MARK: u64 = 0x0102_0304_0506_0708;

/// A journal of the embedded store with a group for each commit, and what its used part holds.
fn written(commits: &[Commit]) -> (TempDir, PathBuf, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::open(directory.path()).unwrap();
    for commit in commits {
        let row = rows::encode(commit);
        let other = format!("value of {}", commit.first);
        let rows = [(&b"Akey"[..], Some(other.as_bytes())), (&b"Agone"[..], None)];
        disk.write(rows.into_iter().chain([(keys::COMMIT, Some(&row[..]))])).unwrap();
    }
    drop(disk);
    let journals = journals(directory.path()).unwrap();
    let [Scan { path, .. }] = &journals[..] else { panic!("{journals:?}") };
    let bytes = fs::read(path).unwrap();
    let used = zeros::used(&bytes);
    (directory, path.clone(), bytes[..used].to_vec())
}

fn commit(first: u64, last: u64) -> Commit {
    Commit { first, last, mark: MARK }
}

fn scan_of(path: &Path, bytes: &[u8]) -> Scan {
    fs::write(path, [bytes, &[0; 5000]].concat()).unwrap();
    journal(path.to_owned()).unwrap()
}

#[test]
fn a_whole_journal_is_read_to_its_end() {
    let (_directory, path, bytes) = written(&[commit(1, 3), commit(4, 4), commit(5, 9)]);
    let scan = journal(path.clone()).unwrap();
    let valid_bytes = bytes.len() as u64;
    let whole = Scan {
        path: path.clone(),
        commits: Some((1, 9)),
        gap: None,
        valid_bytes,
        torn: false,
        behind: None,
    };
    assert_eq!(scan, whole);
    let ends = ends(&path);
    let numbers: Vec<_> = ends.iter().filter_map(|(commit, _)| *commit).collect();
    assert_eq!(numbers, [commit(1, 3), commit(4, 4), commit(5, 9)]);
    assert_eq!(ends.last().unwrap().1, bytes.len());
    assert!(ends.is_sorted_by_key(|(_, end)| *end));
}

#[test]
fn a_number_that_does_not_follow_is_told() {
    let (_directory, path, _) = written(&[commit(1, 3), commit(5, 5), commit(9, 9)]);
    let scan = journal(path).unwrap();
    assert_eq!((scan.commits, scan.gap, scan.torn), (Some((1, 9)), Some((3, 5)), false));
}

#[test]
fn a_journal_cut_anywhere_is_whole_up_to_its_last_whole_group() {
    let (_directory, path, bytes) = written(&[commit(1, 1), commit(2, 2), commit(3, 3)]);
    let ends: Vec<usize> = ends(&path).iter().map(|(_, end)| *end).collect();
    for len in 0..bytes.len() {
        let scan = scan_of(&path, &bytes[..len]);
        let valid = ends.iter().copied().filter(|end| *end <= len).max().unwrap_or_default();
        let torn = bytes[valid..len].iter().any(|byte| *byte != 0);
        let commits = ends.iter().filter(|end| **end <= len).count() as u64;
        assert_eq!(scan.valid_bytes, valid as u64, "cut at {len}");
        assert_eq!((scan.torn, scan.behind), (torn, None), "cut at {len}");
        assert_eq!(scan.commits, (commits > 0).then_some((1, commits)), "cut at {len}");
    }
}

#[test]
fn a_flipped_bit_ends_it_and_a_whole_group_behind_is_seen() {
    let (_directory, path, bytes) = written(&[commit(1, 1), commit(2, 2), commit(3, 3)]);
    let ends: Vec<usize> = ends(&path).iter().map(|(_, end)| *end).collect();
    for at in 0..bytes.len() {
        let group = ends.iter().filter(|end| **end <= at).count();
        let before = group.checked_sub(1).map_or(0, |nth| ends[nth]);
        // The number of the embedded store's own stands outside its checksum, and means nothing here.
        if (before + 5..before + 13).contains(&at) {
            continue;
        }
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        let scan = scan_of(&path, &flipped);
        assert_eq!(scan.valid_bytes, before as u64, "flipped at {at}");
        assert!(scan.torn, "flipped at {at}");
        let behind = (group == 1).then_some(3);
        assert_eq!(scan.behind, behind, "flipped at {at}");
    }
}

#[test]
fn what_only_looks_like_a_group_is_not_one_behind() {
    let (_directory, path, bytes) = written(&[commit(1, 1), commit(2, 2)]);
    let first = ends(&path)[0].1;
    let forged = |commit: Commit| {
        let (_directory, path, bytes) = written(&[commit]);
        let end = ends(&path)[0].1;
        bytes[..end].to_vec()
    };
    let behind = |group: &[u8]| {
        let torn = [&bytes[..first], &[START, 7, 7], group].concat();
        scan_of(&path, &torn).behind
    };
    assert_eq!(behind(&forged(commit(2, 2))), Some(2));
    assert_eq!(behind(&forged(Commit { mark: MARK + 1, ..commit(2, 2) })), None, "somebody else's");
    assert_eq!(behind(&forged(commit(1, 1))), None, "one that was read before");
}

#[test]
fn lengths_beyond_the_end_cost_nothing() {
    let (_directory, path, bytes) = written(&[commit(1, 1)]);
    let start = [START, 0xff, 0xff, 0xff, 0xff, 1, 1, 1, 1, 1, 1, 1, 1];
    let item = [&start[..], &[ITEM, 0, 0], &[1; 8], &[0xff; 2 + 4 + 4], b"N"].concat();
    for garbage in [&start[..], &item, &[0xff; 100]] {
        let scan = scan_of(&path, &[&bytes[..], garbage].concat());
        assert_eq!((scan.valid_bytes, scan.torn), (bytes.len() as u64, true));
        assert_eq!(scan.commits, Some((1, 1)));
    }
}

#[test]
fn journals_come_by_their_numbers_and_nothing_else_is_one() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(journals(&directory.path().join("none")).unwrap(), []);
    for name in ["10.jnl", "9.jnl", "x.jnl", "9", "lock"] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    let found = journals(directory.path()).unwrap();
    let names: Vec<_> = found.iter().map(|scan| scan.path.file_name().unwrap()).collect();
    assert_eq!(names, ["9.jnl", "10.jnl"]);
}
