//! Bans and seats: what is written is what is shown, and only to those who ask.

use std::ops::ControlFlow;

use super::probe::{APP, Probe, account, key};
use super::sight::sanctioned;
use crate::domain::{
    Delta, DestroyRoom, Need, Refusal, RoomKey, Sanction, SanctionKind, SanctionView,
    SanctionWrite, Seat, Seats, Slice,
};
use crate::store::TxError;

fn ban(name: &str, until_ms: u64, nth: u64) -> Sanction {
    Sanction { account: account(name), until_ms, nth }
}

async fn write(probe: &Probe, key: &RoomKey, bans: Vec<SanctionWrite>) {
    probe.write(key, Delta { bans, ..Delta::default() }).await;
}

/// The bans behind a place, up to a number.
async fn listed(probe: &Probe, key: &RoomKey, after: u64, at_most: usize) -> Vec<Sanction> {
    let mut bans = Vec::new();
    let mut see = |ban: &SanctionView<'_>| {
        assert!(bans.len() < at_most, "{probe}: whoever has enough is shown no more");
        bans.push(sanctioned(ban));
        if bans.len() < at_most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert_eq!(
        probe.store.sanctions(key, SanctionKind::Ban, after, &mut see).await,
        Ok(()),
        "{probe}: bans are listed"
    );
    bans
}

pub(super) async fn bans_are_listed_in_the_order_of_banning(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    assert_eq!(listed(&probe, &key, 0, 9).await, [], "{probe}: at first there is none");
    let [zoe, anna, bert] = [ban("zoe", 50, 1), ban("anna", 10, 2), ban("bert", 10, 4)];
    let puts = [&anna, &bert, &zoe].map(|ban| SanctionWrite::Put(ban.clone()));
    write(&probe, &key, puts.into()).await;
    let all = [zoe.clone(), anna.clone(), bert.clone()];
    assert_eq!(listed(&probe, &key, 0, 9).await, all, "{probe}: all");
    assert_eq!(listed(&probe, &key, 0, 2).await, all[..2], "{probe}: until it is enough");
    for (after, left) in [(1, 1..), (2, 2..), (3, 2..), (4, 3..), (u64::MAX, 3..)] {
        assert_eq!(listed(&probe, &key, after, 9).await, all[left], "{probe}: behind {after}");
    }
    // One is overwritten, one moves, one goes; one who is not there goes too.
    let (anna, zoe) = (ban("anna", 99, 2), ban("zoe", 50, 5));
    let gone = ["bert", "nobody"].map(|name| SanctionWrite::Remove(account(name)));
    let writes =
        [anna.clone(), zoe.clone()].map(SanctionWrite::Put).into_iter().chain(gone).collect();
    write(&probe, &key, writes).await;
    assert_eq!(listed(&probe, &key, 0, 9).await, [anna, zoe], "{probe}: after that");
}

pub(super) async fn bans_are_shown_to_those_who_ask(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let bans = [ban("zoe", 50, 1), ban("anna", 10, 2), ban("bert", 10, 3), ban("dora", 7, 4)];
    write(&probe, &key, bans.iter().cloned().map(SanctionWrite::Put).collect()).await;
    let accounts = ["anna", "nobody", "zoe"].map(account);
    let looks = [
        (Need { accounts: &accounts, ..Need::default() }, vec![], vec![]),
        (
            Need { accounts: &accounts, bans: true, ..Need::default() },
            vec![Some(bans[1].clone()), None, Some(bans[0].clone())],
            vec![],
        ),
        (
            Need { accounts: &accounts[..1], bans: true, ending_bans: 1, ..Need::default() },
            vec![Some(bans[1].clone())],
            vec![bans[3].clone()],
        ),
        (
            Need { ending_bans: 9, ..Need::default() },
            vec![],
            [3, 1, 2, 0].map(|nth: usize| bans[nth].clone()).into(),
        ),
    ];
    for (need, of_accounts, ending) in looks {
        let mut shown = None;
        let mut see = |slice: &Slice<'_>| {
            let of_accounts: Vec<_> =
                slice.bans.iter().map(|ban| ban.as_ref().map(sanctioned)).collect();
            let ending: Vec<_> = slice.ending_bans.iter().map(sanctioned).collect();
            assert_eq!(slice.seats, None, "{probe}: nobody asked for seats");
            shown = Some((of_accounts, ending));
        };
        assert_eq!(probe.store.read(&key, need, &mut see).await, Ok(()), "{probe}: it is read");
        assert_eq!(shown, Some((of_accounts, ending)), "{probe}: of {need:?}");
    }
}

pub(super) async fn bans_and_seats_end_with_the_room(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let delta = Delta {
        bans: vec![SanctionWrite::Put(ban("zoe", u64::MAX, 1))],
        seats: Some(Seats::free(2)),
        ..Delta::default()
    };
    probe.write(&key, delta).await;
    probe.must(&key, &DestroyRoom { by: account("carl") }).await;
    let mut see = |_: &SanctionView<'_>| panic!("{probe}: nothing is shown of a room that ended");
    let gone = probe.store.sanctions(&key, SanctionKind::Ban, 0, &mut see).await;
    assert_eq!(gone, Err(TxError::Refused(Refusal::NoSuchRoom)), "{probe}: the room ended");
    probe.create(&key).await;
    let next = probe.everything(APP).await.remove(0);
    assert_eq!((next.bans, next.seats), (vec![], Seats::default()), "{probe}: the next has none");
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
