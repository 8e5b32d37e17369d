//! Records: what is written is what is shown.

use super::probe::{APP, Probe, account, enter, group, key, member};
use super::sight::copied;
use crate::domain::{
    Account, ApplyOption, CustomFields, Delta, Enter, Entrance, Facts, FactsWrite, GroupProfile,
    GroupType, InviteOption, MAX_CUSTOM_FIELDS, Member, MemberWrite, MsgFlag, Need, Role, RoomKey,
    Slice, Tally,
};

/// The facts of a room, to be changed and written back.
async fn facts(probe: &Probe, key: &RoomKey) -> Facts {
    match probe.room(key).await {
        Ok(room) => room.facts,
        Err(error) => panic!("{probe}: {key:?} cannot be seen: {error}"),
    }
}

pub(super) async fn a_delta_is_written_whole(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["anna", "bert"]).await;
    let new_facts = Facts { name: "renamed".into(), ..facts(&probe, &key).await };
    let tally =
        Tally { members: 2, admins: 1, newest_joined_ms: 77, newest_ban: 3, ..Tally::default() };
    let tally = Tally { newest_mute: u64::MAX, messages: u32::MAX, ..tally };
    let bert = probe.list(&key).await.remove(1);
    let bert = Member { role: Role::Admin, name: "B.".into(), ..bert };
    let carl = Member { custom_info: "{}".into(), ..member("carl", 5) };
    let members = vec![
        MemberWrite::Remove(account("anna")),
        MemberWrite::Put(bert.clone()),
        MemberWrite::Put(carl.clone()),
    ];
    let put = FactsWrite::Put(Box::new(new_facts.clone()));
    probe.write(&key, Delta { facts: put, tally: Some(tally), members, ..Delta::default() }).await;
    let rooms = probe.everything(APP).await;
    assert_eq!(rooms.len(), 1, "{probe}: it is one room still");
    assert_eq!(rooms[0].facts, new_facts, "{probe}: the facts");
    assert_eq!(rooms[0].tally, tally, "{probe}: the tally");
    assert_eq!(rooms[0].members, [carl, bert], "{probe}: the members");
    assert_eq!(probe.counts(APP).await, (1, 2), "{probe}: the counts");
}

pub(super) async fn what_a_delta_does_not_name_stays(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["anna", "bert"]).await;
    let mut expected = probe.everything(APP).await.remove(0);

    probe.write(&key, Delta::default()).await;
    assert_eq!(probe.everything(APP).await, [expected.clone()], "{probe}: nothing named");

    expected.facts.custom_info = "new".into();
    let put = FactsWrite::Put(Box::new(expected.facts.clone()));
    probe.write(&key, Delta { facts: put, ..Delta::default() }).await;
    assert_eq!(probe.everything(APP).await, [expected.clone()], "{probe}: facts alone");

    expected.tally.newest_joined_ms += 9;
    probe.write(&key, Delta { tally: Some(expected.tally), ..Delta::default() }).await;
    assert_eq!(probe.everything(APP).await, [expected.clone()], "{probe}: the tally alone");

    expected.members[0].name = "A.".into();
    let members = vec![
        MemberWrite::Put(expected.members[0].clone()),
        MemberWrite::Remove(account("somebody else")),
    ];
    probe.write(&key, Delta { members, ..Delta::default() }).await;
    assert_eq!(probe.everything(APP).await, [expected], "{probe}: a member alone");
}

/// What is shown of a need, to a read and to a decision.
async fn shown(probe: &Probe, key: &RoomKey, needed: &[Account]) -> Vec<Option<Member>> {
    let need = Need { accounts: needed, ..Need::default() };
    let copy = |slice: &Slice<'_>| -> Vec<Option<Member>> {
        assert!(slice.room.is_some(), "{probe}: the room is always shown");
        slice.members.iter().map(|view| view.as_ref().map(copied)).collect()
    };
    let mut read = Vec::new();
    let mut see = |slice: &Slice<'_>| read.push(copy(slice));
    assert_eq!(probe.store.read(key, need, &mut see).await, Ok(()), "{probe}: it is read");
    assert_eq!(read.len(), 1, "{probe}: a read shows its records once");
    let read = read.remove(0);
    let mut decided = Vec::new();
    let mut decide = |slice: &Slice<'_>| {
        decided = copy(slice);
        Ok(Delta::default())
    };
    let done = probe.store.transact(key, need, &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: nothing speaks against doing nothing");
    assert_eq!(read, decided, "{probe}: a read and a decision are shown the same");
    read
}

pub(super) async fn the_needed_members_are_shown_in_their_order(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["anna", "bert", "carl"]).await;
    let rows: &[(&[&str], &[Option<&str>])] = &[
        (&[], &[]),
        (&["bert"], &[Some("bert")]),
        (&["zoe"], &[None]),
        (&["carl", "anna"], &[Some("carl"), Some("anna")]),
        (&["zoe", "bert", "yan", "anna"], &[None, Some("bert"), None, Some("anna")]),
        (&["Anna", "ann", "annab"], &[None, None, None]),
    ];
    for (needed, expected) in rows {
        let needed: Vec<_> = needed.iter().copied().map(account).collect();
        let members = shown(&probe, &key, &needed).await;
        let found: Vec<_> =
            members.iter().map(|member| member.as_ref().map(|m| m.account.as_str())).collect();
        assert_eq!(found, *expected, "{probe}: of {needed:?}");
    }
}

pub(super) async fn a_record_comes_back_as_it_was_written(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let longest = "é".repeat(32);
    let long_text = "🙂".repeat(500);
    let rows = [
        ("plain", "", "", Role::Member, true),
        ("with a name", "Anna", "", Role::Admin, true),
        ("with a text", "", "{\"a\": 1}", Role::Owner, false),
        ("quotes\"and\\", "a \"b\"\\\n\u{1}", "\t", Role::Member, false),
        (longest.as_str(), &long_text[..256], long_text.as_str(), Role::Admin, false),
        ("ab", "c", "d", Role::Member, true),
        ("a", "bc", "d", Role::Member, true),
    ];
    let written: Vec<Member> = rows
        .into_iter()
        .zip(1..)
        .map(|((name, card, text, role, entered), joined_ms)| Member {
            name: card.into(),
            custom_info: text.into(),
            role,
            entered,
            ..member(name, joined_ms)
        })
        .collect();
    probe.put(&key, written.clone()).await;
    assert_eq!(probe.list(&key).await, written, "{probe}: in the list");
    for member in &written {
        let alone = shown(&probe, &key, std::slice::from_ref(&member.account)).await;
        assert_eq!(alone, [Some(member.clone())], "{probe}: by account");
    }
}

/// Fields of one letter each, by these values.
fn fields(values: &[&str]) -> CustomFields {
    let field = |(key, value): (char, &&str)| (key.to_string().into(), (*value).into());
    CustomFields::default().with(&('a'..).zip(values).map(field).collect::<Vec<_>>())
}

pub(super) async fn what_chat_keeps_of_a_member_comes_back(probe: Probe) {
    let key = key("group");
    probe.create_group(&key, GroupType::Public).await;
    let long = "é".repeat(250);
    let most = vec![long.as_str(); MAX_CUSTOM_FIELDS];
    let values: [&[&str]; 4] = [&[], &["1"], &["", "\"2\"", "\u{1}"], &most];
    let flags =
        [MsgFlag::Notify, MsgFlag::OnlineOnly, MsgFlag::Discard, MsgFlag::OnlineOnlyExceptAt];
    let seqs = [0, 1, u32::MAX];
    let mut written: Vec<Member> = Vec::new();
    // Every word with every other, so that none is kept in the place of another.
    for bits in 0..16_usize {
        for role in [Role::Owner, Role::Admin, Role::Member] {
            for msg_flag in flags {
                let nth = written.len();
                let name = format!("member-{nth:03}");
                let marks: &[u32] = if bits & 8 == 0 { &[] } else { &[1_000, u32::MAX] };
                written.push(Member {
                    role,
                    msg_flag,
                    entered: bits & 1 == 0,
                    robot: bits & 2 == 0,
                    awaits_seat: bits & 4 == 0,
                    marks: marks.into(),
                    fields: fields(values[nth % values.len()]),
                    msg_seq: seqs[nth % seqs.len()],
                    session: ["", "a session"][nth % 2].into(),
                    ..member(&name, nth as u64)
                });
            }
        }
    }
    probe.put(&key, written.clone()).await;
    assert_eq!(probe.list(&key).await, written, "{probe}: in the list");
    let accounts: Vec<Account> = written.iter().map(|member| member.account.clone()).collect();
    let alone = shown(&probe, &key, &accounts).await;
    assert_eq!(alone, written.iter().cloned().map(Some).collect::<Vec<_>>(), "{probe}: by account");

    // Each takes what the one behind it had, in its place.
    let others: Vec<Member> = written.iter().cycle().skip(1).take(written.len()).cloned().collect();
    let others = written.iter().zip(others).map(|(Member { account, joined_ms, .. }, other)| {
        Member { account: account.clone(), joined_ms: *joined_ms, ..other }
    });
    let others: Vec<Member> = others.collect();
    let members = others.iter().cloned().map(MemberWrite::Put).collect();
    probe.write(&key, Delta { members, ..Delta::default() }).await;
    assert_eq!(probe.list(&key).await, others, "{probe}: written over");
}

pub(super) async fn the_facts_of_a_group_come_back(probe: Probe) {
    for of in GroupType::ALL {
        let key = key(&format!("{of:?}"));
        probe.create_group(&key, of).await;
        assert_eq!(facts(&probe, &key).await, group(of), "{probe}: as it was made");
        let profile = GroupProfile {
            introduction: "what it is about".into(),
            notification: "\"\u{1}\"".into(),
            face_url: "https://example.com/face".into(),
            apply: ApplyOption::Disabled,
            invite: InviteOption::Permission,
            fields: fields(&["1", "2"]),
            topics: true,
            permissions: true,
            default_permission: u32::MAX,
            history: Some(false),
            changes: 7,
            changed_ms: u64::MAX,
        };
        let changed = Facts { owner: Some(account("olga")), profile, ..group(of) };
        let put = FactsWrite::Put(Box::new(changed.clone()));
        probe.write(&key, Delta { facts: put, ..Delta::default() }).await;
        assert_eq!(facts(&probe, &key).await, changed, "{probe}: as it was changed");
    }
}

pub(super) async fn the_last_decision_is_the_one_that_counts(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let mut decisions = 0_u64;
    let mut decide = |seen: &Slice<'_>| {
        decisions += 1;
        let newest_joined_ms = decisions;
        Ok(Delta {
            tally: Some(Tally { newest_joined_ms, ..*seen.room()?.tally }),
            ..Delta::default()
        })
    };
    let done = probe.store.transact(&key, Need::default(), &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: it is done");
    assert!(decisions >= 1, "{probe}: somebody decided");
    let kept = probe.room(&key).await.map(|room| room.tally.newest_joined_ms);
    assert_eq!(kept, Ok(decisions), "{probe}: of {decisions} decisions");

    // The answer and the record agree, too: both are of the same decision.
    let operation = Enter { name: Some("A.".into()), ..enter("anna") };
    let Entrance { member: answered, .. } = probe.must(&key, &operation).await;
    assert_eq!(probe.list(&key).await, [answered], "{probe}: what is answered is kept");
}
