//! Bans, mutes and seats: what is written is what is shown, and only to those who ask.

use std::ops::ControlFlow;

use super::probe::{APP, Probe, account, key};
use super::sight::sanctioned;
use crate::domain::{
    Account, Delta, DestroyRoom, Need, Refusal, RoomKey, Sanction, SanctionKind, SanctionView,
    SanctionWrite, Seat, Seats, Slice,
};
use crate::store::TxError;

const KINDS: [SanctionKind; 2] = [SanctionKind::Ban, SanctionKind::Mute];

fn sanction(name: &str, until_ms: u64, nth: u64) -> Sanction {
    Sanction { account: account(name), until_ms, nth }
}

/// A delta that writes sanctions of a kind and nothing else.
fn delta(kind: SanctionKind, writes: Vec<SanctionWrite>) -> Delta {
    match kind {
        SanctionKind::Ban => Delta { bans: writes, ..Delta::default() },
        SanctionKind::Mute => Delta { mutes: writes, ..Delta::default() },
    }
}

async fn put(probe: &Probe, key: &RoomKey, kind: SanctionKind, sanctions: &[Sanction]) {
    let puts = sanctions.iter().cloned().map(SanctionWrite::Put).collect();
    probe.write(key, delta(kind, puts)).await;
}

/// The sanctions behind a place, up to a number.
async fn listed(
    probe: &Probe,
    key: &RoomKey,
    kind: SanctionKind,
    after: u64,
    at_most: usize,
) -> Vec<Sanction> {
    let mut shown = Vec::new();
    let mut see = |sanction: &SanctionView<'_>| {
        assert!(shown.len() < at_most, "{probe}: whoever has enough is shown no more");
        shown.push(sanctioned(sanction));
        if shown.len() < at_most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let looked = probe.store.sanctions(key, kind, after, &mut see).await;
    assert_eq!(looked, Ok(()), "{probe}: {kind:?}s are listed");
    shown
}

async fn all(probe: &Probe, key: &RoomKey, kind: SanctionKind) -> Vec<Sanction> {
    listed(probe, key, kind, 0, usize::MAX).await
}

pub(super) async fn bans_and_mutes_are_listed_in_their_order(probe: Probe) {
    for kind in KINDS {
        let key = key(&format!("room of a {kind:?}"));
        probe.create(&key).await;
        let list = |after, at_most| listed(&probe, &key, kind, after, at_most);
        assert_eq!(list(0, 9).await, [], "{probe}: at first there is no {kind:?}");
        let [zoe, anna, bert] =
            [sanction("zoe", 50, 1), sanction("anna", 10, 2), sanction("bert", 10, 4)];
        put(&probe, &key, kind, &[anna.clone(), bert.clone(), zoe.clone()]).await;
        let all = [zoe, anna, bert];
        assert_eq!(list(0, 9).await, all, "{probe}: each {kind:?}");
        assert_eq!(list(0, 2).await, all[..2], "{probe}: each {kind:?} until it is enough");
        for (after, left) in [(1, 1..), (2, 2..), (3, 2..), (4, 3..), (u64::MAX, 3..)] {
            assert_eq!(list(after, 9).await, all[left], "{probe}: each {kind:?} behind {after}");
        }
        // One is overwritten, one moves, one goes; one who is not there goes too.
        let (anna, zoe) = (sanction("anna", 99, 2), sanction("zoe", 50, 5));
        let gone = ["bert", "nobody"].map(|name| SanctionWrite::Remove(account(name)));
        let puts = [anna.clone(), zoe.clone()].map(SanctionWrite::Put);
        probe.write(&key, delta(kind, puts.into_iter().chain(gone).collect())).await;
        assert_eq!(list(0, 9).await, [anna, zoe], "{probe}: each {kind:?} after that");
    }
}

/// What a look shows of one kind: of the accounts asked for, and those that end first.
type Shown = (Vec<Option<Sanction>>, Vec<Sanction>);

fn shown(slice: &Slice<'_>, kind: SanctionKind) -> Shown {
    let (of_accounts, ending) = match kind {
        SanctionKind::Ban => (slice.bans, slice.ending_bans),
        SanctionKind::Mute => (slice.mutes, slice.ending_mutes),
    };
    let of_accounts = of_accounts.iter().map(|one| one.as_ref().map(sanctioned)).collect();
    (of_accounts, ending.iter().map(sanctioned).collect())
}

/// What a look with a need shows of both kinds, to a read and to a decision.
async fn look(probe: &Probe, key: &RoomKey, need: Need<'_>) -> [Shown; 2] {
    let mut read = None;
    let mut see = |slice: &Slice<'_>| {
        assert_eq!(slice.seats, None, "{probe}: nobody asked for seats");
        assert!(slice.presence.is_empty(), "{probe}: nobody asked who is present");
        read = Some(KINDS.map(|kind| shown(slice, kind)));
    };
    assert_eq!(probe.store.read(key, need, &mut see).await, Ok(()), "{probe}: it is read");
    let mut decided = None;
    let mut decide = |slice: &Slice<'_>| {
        decided = Some(KINDS.map(|kind| shown(slice, kind)));
        Ok(Delta::default())
    };
    let done = probe.store.transact(key, need, &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: nothing speaks against doing nothing");
    assert_eq!(read, decided, "{probe}: a read and a decision are shown the same");
    read.expect("a read shows its records")
}

/// A need of these accounts, which asks for one kind: theirs, and so many of those that end first.
fn need(accounts: &[Account], kind: SanctionKind, theirs: bool, ending: usize) -> Need<'_> {
    let need = Need { accounts, ..Need::default() };
    match kind {
        SanctionKind::Ban => Need { bans: theirs, ending_bans: ending, ..need },
        SanctionKind::Mute => Need { mutes: theirs, ending_mutes: ending, ..need },
    }
}

pub(super) async fn bans_and_mutes_are_shown_to_those_who_ask(probe: Probe) {
    for (at, kind) in KINDS.into_iter().enumerate() {
        let key = key(&format!("room of a {kind:?}"));
        probe.create(&key).await;
        let kept = [("zoe", 50, 1), ("anna", 10, 2), ("bert", 10, 3), ("dora", 7, 4)];
        let kept = kept.map(|(name, until_ms, nth)| sanction(name, until_ms, nth));
        put(&probe, &key, kind, &kept).await;
        // The other kind, of the same people, is not what is asked for.
        let others = [sanction("anna", 1, 1), sanction("nobody", 2, 2)];
        put(&probe, &key, KINDS[1 - at], &others).await;

        let three = ["anna", "nobody", "zoe"].map(account);
        let ofs = |numbers: &[usize]| numbers.iter().map(|nth| kept[*nth].clone()).collect();
        let looks: [(Need<'_>, Shown); 6] = [
            (need(&three, kind, false, 0), (vec![], vec![])),
            (need(&[], kind, true, 0), (vec![], vec![])),
            (
                need(&three, kind, true, 0),
                (vec![Some(kept[1].clone()), None, Some(kept[0].clone())], vec![]),
            ),
            (need(&three[..1], kind, true, 1), (vec![Some(kept[1].clone())], ofs(&[3]))),
            (need(&three[1..2], kind, true, 2), (vec![None], ofs(&[3, 1]))),
            (need(&[], kind, false, 9), (vec![], ofs(&[3, 1, 2, 0]))),
        ];
        for (need, expected) in looks {
            let shown = look(&probe, &key, need).await;
            assert_eq!(shown[at], expected, "{probe}: of {need:?}");
            assert_eq!(shown[1 - at], Shown::default(), "{probe}: and no other, of {need:?}");
        }
    }
    // Whoever asks for both is shown both.
    let (key, accounts) = (key("room of a Mute"), [account("anna")]);
    let (bans, mutes) = (true, true);
    let both = Need { accounts: &accounts, bans, mutes, ..Need::default() };
    let expected = [sanction("anna", 1, 1), sanction("anna", 10, 2)];
    let expected = expected.map(|one| (vec![Some(one)], vec![]));
    assert_eq!(look(&probe, &key, both).await, expected, "{probe}: both of them");
}

pub(super) async fn a_ban_and_a_mute_of_one_account_are_two_records(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["anna", "bert"]).await;
    // The same places in both orders.
    let bans = [sanction("anna", 10, 1), sanction("carl", 20, 2)];
    let mutes = [sanction("carl", 30, 1), sanction("anna", 40, 2)];
    put(&probe, &key, SanctionKind::Ban, &bans).await;
    put(&probe, &key, SanctionKind::Mute, &mutes).await;
    assert_eq!(all(&probe, &key, SanctionKind::Ban).await, bans, "{probe}: the bans");
    assert_eq!(all(&probe, &key, SanctionKind::Mute).await, mutes, "{probe}: the mutes");

    // A mute outlives membership, and what becomes of one kind leaves the other alone.
    probe.leave(&key, "anna").await;
    let lift = vec![SanctionWrite::Remove(account("anna"))];
    probe.write(&key, delta(SanctionKind::Ban, lift.clone())).await;
    assert_eq!(all(&probe, &key, SanctionKind::Ban).await, bans[1..], "{probe}: a ban is lifted");
    assert_eq!(all(&probe, &key, SanctionKind::Mute).await, mutes, "{probe}: no mute is");
    probe.write(&key, delta(SanctionKind::Mute, lift)).await;
    assert_eq!(all(&probe, &key, SanctionKind::Mute).await, mutes[..1], "{probe}: now one is");

    // Both in one delta.
    let [ban, mute] = [sanction("bert", 1, 7), sanction("bert", 2, 9)];
    let delta = Delta {
        bans: vec![SanctionWrite::Put(ban.clone())],
        mutes: vec![SanctionWrite::Put(mute.clone()), SanctionWrite::Remove(account("carl"))],
        ..Delta::default()
    };
    probe.write(&key, delta).await;
    let seen = probe.everything(APP).await.remove(0);
    assert_eq!(seen.bans, [bans[1].clone(), ban], "{probe}: the bans of both");
    assert_eq!(seen.mutes, [mute], "{probe}: the mutes of both");
    assert_eq!(seen.asides[0].muted_until_ms, 2, "{probe}: beside the record of who is muted");
}

pub(super) async fn bans_mutes_and_seats_end_with_the_room(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let delta = Delta {
        bans: vec![SanctionWrite::Put(sanction("zoe", u64::MAX, 1))],
        mutes: vec![SanctionWrite::Put(sanction("zoe", u64::MAX, 1))],
        seats: Some(Seats::free(2)),
        ..Delta::default()
    };
    probe.write(&key, delta).await;
    probe.must(&key, &DestroyRoom { by: account("carl"), quietly: false }).await;
    let mut see = |_: &SanctionView<'_>| panic!("{probe}: nothing is shown of a room that ended");
    for kind in KINDS {
        let gone = probe.store.sanctions(&key, kind, 0, &mut see).await;
        assert_eq!(gone, Err(TxError::Refused(Refusal::NoSuchRoom)), "{probe}: the room ended");
    }
    probe.create(&key).await;
    probe.enter(&key, &["zoe"]).await;
    let next = probe.everything(APP).await.remove(0);
    assert_eq!((next.bans, next.mutes), (vec![], vec![]), "{probe}: the next room has none");
    assert_eq!(next.seats, Seats::default(), "{probe}: nor a seat");
    assert_eq!(next.asides[0].muted_until_ms, 0, "{probe}: nobody is muted there");
}

pub(super) async fn seats_are_one_record(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let sits = Seat { taken_by: Some(account("anna")), video_off: true, ..Seat::default() };
    let locked = Seat { locked: true, audio_off: true, ..Seat::default() };
    for seats in [vec![sits.clone(), locked.clone()], vec![locked, sits, Seat::default()], vec![]] {
        let seats: Seats = seats.into_iter().collect();
        probe.write(&key, Delta { seats: Some(seats.clone()), ..Delta::default() }).await;
        probe.write(&key, Delta::default()).await;
        let seen = probe.everything(APP).await.remove(0);
        assert_eq!(seen.seats, seats, "{probe}: as they were written, on a page");
        let mut shown = None;
        let mut see = |slice: &Slice<'_>| shown = slice.seats.cloned();
        let need = Need { seats: true, ..Need::default() };
        assert_eq!(probe.store.read(&key, need, &mut see).await, Ok(()), "{probe}: it is read");
        assert_eq!(shown, Some(seats), "{probe}: and to whoever asks");
    }
}
