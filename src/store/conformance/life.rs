//! How rooms come to be and end.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;

use super::probe::{APP, Probe, account, create, enter, key, leave};
use crate::domain::{
    CreateRoom, Delta, DestroyRoom, EnterMany, MemberChange, Need, Operation, Refusal, RoomChange,
    RoomKey, Slice, UpdateMember, UpdateRoom,
};
use crate::store::TxError;

fn destroy() -> DestroyRoom {
    DestroyRoom { by: account("carl"), quietly: false }
}

/// A creation above the app's ceiling.
fn too_large() -> CreateRoom {
    CreateRoom { max_member_count: Some(10_001), ..create("olga") }
}

async fn assert_unknown<O: Operation>(probe: &Probe, key: &RoomKey, operation: &O) {
    let refused = probe.run(key, operation).await.map(|_| ());
    assert_eq!(refused, Err(TxError::Refused(Refusal::NoSuchRoom)), "{probe}: refused");
    probe.assert_no_trace(key).await;
}

pub(super) async fn an_unknown_room_is_refused_and_leaves_nothing(probe: Probe) {
    let key = key("nowhere");
    let anna = account("anna");
    let many = EnterMany { accounts: vec![anna.clone(), account("bert")], opens: false };
    let rename = UpdateMember { account: anna.clone(), change: MemberChange::default() };
    assert_unknown(&probe, &key, &destroy()).await;
    assert_unknown(&probe, &key, &UpdateRoom { by: anna, change: RoomChange::default() }).await;
    assert_unknown(&probe, &key, &enter("anna")).await;
    assert_unknown(&probe, &key, &many).await;
    assert_unknown(&probe, &key, &rename).await;
    assert_unknown(&probe, &key, &leave("anna")).await;

    let mut asked = false;
    let mut decide = |_: &Slice<'_>| {
        asked = true;
        Ok(Delta::default())
    };
    let refused = probe.store.transact(&key, Need::default(), &mut decide).await;
    assert_eq!(refused, Err(TxError::Refused(Refusal::NoSuchRoom)), "{probe}: the store says so");
    assert!(!asked, "{probe}: nobody decides on a room that is not there");

    probe.create(&key).await;
    assert_eq!(probe.counts(APP).await, (1, 0), "{probe}: it can be made afterwards");
}

pub(super) async fn a_refused_creation_leaves_nothing(probe: Probe) {
    let key = key("nowhere");
    for _ in 0..2 {
        let refused = probe.run(&key, &too_large()).await;
        assert!(
            matches!(refused, Err(TxError::Refused(Refusal::AboveCeiling { .. }))),
            "{probe}: {refused:?}"
        );
        probe.assert_no_trace(&key).await;
    }
    probe.create(&key).await;
    assert_eq!(probe.counts(APP).await, (1, 0), "{probe}: it can be made afterwards");
}

pub(super) async fn a_creation_without_facts_leaves_nothing(probe: Probe) {
    let key = key("nowhere");
    let need = Need { create: true, ..Need::default() };
    let done = probe.store.transact(&key, need, &mut |_: &Slice<'_>| Ok(Delta::default())).await;
    assert_eq!(done, Ok(()), "{probe}: nothing was to be done");
    probe.assert_no_trace(&key).await;
    probe.create(&key).await;
}

pub(super) async fn a_refusal_changes_nothing(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["anna", "bert"]).await;
    let before = probe.everything(APP).await;
    let again = probe.run(&key, &create("olga")).await;
    assert_eq!(again, Err(TxError::Refused(Refusal::RoomExists)), "{probe}: it exists");
    let too_large = probe.run(&key, &too_large()).await;
    assert!(too_large.is_err(), "{probe}: it is too large, and exists");
    let stranger = probe.run(&key, &leave("zoe")).await;
    let refused = Refusal::NotAMember { account: account("zoe") };
    assert_eq!(stranger, Err(TxError::Refused(refused)), "{probe}: who is not in cannot go");
    assert_eq!(probe.everything(APP).await, before, "{probe}: all is as it was");
}

pub(super) async fn an_id_is_free_again_and_the_next_room_is_another(probe: Probe) {
    let key = key("phoenix");
    let mut seen = Vec::new();
    for _ in 0..4 {
        probe.create(&key).await;
        assert_eq!(probe.accounts(&key).await, [""; 0], "{probe}: a new room is empty");
        probe.enter(&key, &["anna"]).await;
        let room = probe.room(&key).await.expect("the room was just made");
        assert!(!seen.contains(&room.incarnation), "{probe}: {} again", room.incarnation);
        seen.push(room.incarnation);
        probe.must(&key, &destroy()).await;
        assert_unknown(&probe, &key, &destroy()).await;
    }
}

pub(super) async fn a_room_ends_with_everybody_in_it(probe: Probe) {
    let (ending, staying) = (key("ending"), key("staying"));
    for key in [&ending, &staying] {
        probe.create(key).await;
        probe.enter(key, &["anna", "bert"]).await;
    }
    let kept = probe.everything(APP).await.remove(1);
    probe.must(&ending, &destroy()).await;
    assert_eq!(probe.everything(APP).await, [kept], "{probe}: the other one is untouched");
    assert_eq!(probe.counts(APP).await, (1, 2), "{probe}: its members are not counted");
}

pub(super) async fn a_large_room_ends_at_once(probe: Probe) {
    let key = key("arena");
    for _ in 0..2 {
        probe.create(&key).await;
        probe.enter_crowd(&key, 5_000).await;
        assert_eq!(probe.counts(APP).await, (1, 5_000), "{probe}: everybody is counted");
        probe.must(&key, &destroy()).await;
        probe.assert_no_trace(&key).await;
    }
    probe.create(&key).await;
    probe.enter(&key, &["crowd-00007"]).await;
    assert_eq!(probe.accounts(&key).await, ["crowd-00007"], "{probe}: none of the dead returns");
}

pub(super) async fn a_panic_while_deciding_changes_nothing(probe: Probe) {
    let (known, unknown) = (key("known"), key("unknown"));
    probe.create(&known).await;
    probe.enter(&known, &["anna"]).await;
    let before = probe.everything(APP).await;
    for key in [&known, &unknown] {
        let broken = async {
            let need = Need { create: true, ..Need::default() };
            // Unwinds as a panic does, but without a word on stderr.
            let mut decide = |_: &Slice<'_>| resume_unwind(Box::new("a broken rule"));
            probe.store.transact(key, need, &mut decide).await
        };
        let unwound = AssertUnwindSafe(broken).catch_unwind().await;
        assert!(unwound.is_err(), "{probe}: the bug is not hidden, but {unwound:?}");
    }
    assert_eq!(probe.everything(APP).await, before, "{probe}: all is as it was");
    probe.create(&unknown).await;
    for key in [&known, &unknown] {
        probe.enter(key, &["bert"]).await;
        probe.must(key, &destroy()).await;
    }
    probe.assert_no_trace(&known).await;
    probe.assert_no_trace(&unknown).await;
}
