//! Epochs: an app is read record by record, filled unseen, and switched to at once.

use std::ops::Range;
use std::sync::Arc;

use futures_util::FutureExt;

use super::probe::{APP, Probe, account, group, key, member, room_id};
use crate::domain::{
    AccountRecord, AppId, CallbackUrl, Deed, Deeds, Delta, Destination, Event, EventKind,
    FactsWrite, ForbidKey, ForbidRule, GroupType, Letter, LetterRecord, Member, MemberWrite, Need,
    Notice, ReceiverRecord, Record, Role, RoomKey, RoomRecord, Sanction, SanctionWrite, Seat,
    Seats, Slice, Stream, StreamId, StreamWrite, Tally,
};
use crate::store::{Filled, RoomStore, Switch, TxError};

const OTHER: AppId = AppId(2);
/// How many records are asked for, or put, at a time: fewer than there are.
const STEP: usize = 7;

/// All records of an app.
///
/// # Errors
/// What the store answers.
pub async fn records(store: &dyn RoomStore, app: AppId) -> Result<Vec<Record>, TxError> {
    let (mut all, mut export) = (Vec::new(), store.export(app).await?);
    loop {
        let next = export.next(STEP).await?;
        if next.is_empty() {
            return Ok(all);
        }
        all.extend(next);
    }
}

/// Gives an app these records instead of its own.
///
/// # Errors
/// What the store answers.
///
/// # Panics
/// When the store does not take one of them.
pub async fn refill(store: &dyn RoomStore, app: AppId, records: &[Record]) -> Result<(), TxError> {
    let epoch = store.open_epoch(app).await?;
    for step in records.chunks(STEP) {
        assert_eq!(store.fill_epoch(app, epoch, step.to_vec()).await?, Filled::Done, "{step:?}");
    }
    let mut told = Vec::new();
    let switched = store.switch_epoch(app, epoch, &mut |step| told.push(step)).await;
    let steps = [Switch::Over, Switch::Begun];
    assert_eq!(told, if switched.is_ok() { &steps[..] } else { &[] }, "each step is told once");
    switched
}

impl Probe {
    async fn records(&self, app: AppId) -> Vec<Record> {
        match records(&*self.store, app).await {
            Ok(records) => records,
            Err(error) => panic!("{self}: {app} is not read: {error}"),
        }
    }

    async fn refill(&self, app: AppId, with: &[Record]) {
        assert_eq!(refill(&*self.store, app, with).await, Ok(()), "{self}: {app} is filled");
    }

    async fn switch(&self, app: AppId, epoch: u64) -> Result<(), TxError> {
        self.store.switch_epoch(app, epoch, &mut |_| ()).await
    }

    async fn open(&self, app: AppId) -> u64 {
        match self.store.open_epoch(app).await {
            Ok(epoch) => epoch,
            Err(error) => panic!("{self}: no epoch of {app} is opened: {error}"),
        }
    }
}

fn url(text: &str) -> CallbackUrl {
    CallbackUrl::parse(text).expect("the cases name receivers right")
}

fn notice(room: &str, id: u64) -> Arc<Notice> {
    let event = Event::RoomUpdated { by: account(&format!("number-{id}")) };
    let room = room_id(room);
    Arc::new(Notice { id, room, at_ms: 1000 + id, event, serial: 1, member_count: 0, facts: None })
}

fn stream(name: &str, nth: u64) -> Stream {
    let texts = || "a text".into();
    Stream {
        id: StreamId::parse(name).expect("the cases name streams right"),
        account: account("anna"),
        name: texts(),
        title: texts(),
        extra_info: texts(),
        created_ms: 5,
        nth,
        serial: 1 << 60,
    }
}

fn sanction(name: &str, nth: u64, until_ms: u64) -> Sanction {
    Sanction { account: account(name), until_ms, nth }
}

fn rule(key: ForbidKey, until_ms: u64) -> ForbidRule {
    ForbidRule { key, forbids: Deeds::of(&[Deed::Login]), created_ms: 3, until_ms }
}

fn letter(room: &str, to: Destination, id: u64) -> LetterRecord {
    LetterRecord { to, notice: notice(room, id), parts: 3, part: 0, put_off: 0, ready_ms: 0 }
}

fn of_app() -> Vec<Record> {
    let receiver = ReceiverRecord {
        url: url("http://one.example/hear?token=1"),
        kinds: vec![EventKind::MembersLeft, EventKind::RoomCreated],
    };
    let record = |name: &str| AccountRecord {
        account: account(name),
        nick: format!("{name}, \"quoted\"").into(),
        face_url: "".into(),
    };
    let mut all = vec![Record::Receiver(Some(receiver))];
    all.extend(["anna", "bert", "carl"].map(|name| Record::Account(record(name))));
    let keys = [
        ForbidKey::ip([192, 0, 2, 1].into()),
        ForbidKey::Room(room_id("zoo")),
        ForbidKey::Room(room_id("ark")),
        ForbidKey::User(account("bert")),
        ForbidKey::RoomUser(room_id("ark"), account("bert")),
        ForbidKey::Stream(room_id("ark"), stream("s", 1).id),
    ];
    all.extend((0..).zip(keys).map(|(nth, key)| Record::Rule(rule(key, 9 - nth))));
    all
}

/// Members of a room in its order: at one moment by name, which is not the order of coming.
fn people(range: Range<u32>) -> Vec<Member> {
    let one = |nth| Member {
        name: format!("Member {nth}").into(),
        role: if nth == 0 { Role::Admin } else { Role::Member },
        marks: [1000, 1001].into_iter().take((nth % 3) as usize).collect(),
        ..member(&format!("m{nth:04}"), 100 - u64::from(nth / 10))
    };
    let mut people: Vec<Member> = range.map(one).collect();
    people.sort_by(|a, b| (a.joined_ms, &a.account).cmp(&(b.joined_ms, &b.account)));
    people
}

/// Two rooms with everything that a room may have; the first is not the first by name.
fn of_rooms() -> Vec<Record> {
    let mut all = Vec::new();
    for (id, members) in [("zoo", 0..25), ("ark", 25..27)] {
        let members = people(members);
        let counters = Tally {
            newest_joined_ms: 400,
            newest_ban: 8,
            newest_mute: 7,
            messages: 6,
            passages: 5,
            newest_stream: 4,
            due_ms: Some(2_000),
            ..Tally::default()
        };
        let tally = counters.counting(members.iter().map(Member::view));
        let seat = Seat { taken_by: Some(members[1].account.clone()), ..Seat::default() };
        let seats = Seats::from_iter([Seat::default(), seat]);
        let facts = group(GroupType::Public);
        all.push(Record::Room(Box::new(RoomRecord { id: room_id(id), facts, tally, seats })));
        all.extend([("z", 1), ("a", 3)].map(|(name, nth)| Record::Stream(stream(name, nth))));
        all.extend(members.into_iter().map(|member| Record::Member(Box::new(member))));
        all.extend([("x", 2), ("b", 8)].map(|(name, nth)| Record::Ban(sanction(name, nth, 10))));
        all.push(Record::Mute(sanction("c", 3, u64::MAX)));
    }
    all
}

fn of_letters() -> Vec<Record> {
    let first = LetterRecord {
        put_off: 2,
        ready_ms: 77,
        part: 1,
        ..letter("zoo", Destination::RoomEngine, 1)
    };
    let rest = [
        letter("ended", Destination::Zego, 2),
        letter("ark", Destination::Zego, 3),
        letter("zoo", Destination::RoomEngine, 4),
        letter("zoo", Destination::Zego, 4),
    ];
    [first].into_iter().chain(rest).map(|letter| Record::Letter(Box::new(letter))).collect()
}

/// An app with some of everything.
fn everything() -> Vec<Record> {
    [of_app(), of_rooms(), of_letters()].concat()
}

/// Writes a room of [`of_rooms`] by deltas, as rules do.
async fn write(probe: &Probe, records: &[Record]) {
    let Some(Record::Room(room)) = records.first() else { panic!("a room is first") };
    let key = RoomKey { app: APP, room: room.id.clone() };
    let mut delta = Delta {
        facts: FactsWrite::Put(Box::new(room.facts.clone())),
        tally: Some(room.tally),
        seats: Some(room.seats.clone()),
        ..Delta::default()
    };
    for record in &records[1..] {
        match record.clone() {
            Record::Stream(stream) => delta.streams.push(StreamWrite::Put(stream)),
            Record::Member(member) => delta.members.push(MemberWrite::Put(*member)),
            Record::Ban(ban) => delta.bans.push(SanctionWrite::Put(ban)),
            Record::Mute(mute) => delta.mutes.push(SanctionWrite::Put(mute)),
            other => panic!("{other:?} is no room's"),
        }
    }
    // In no order that anybody could go by.
    delta.members.reverse();
    let need = Need { create: true, ..Need::default() };
    let mut decide = |_: &Slice<'_>| Ok(delta.clone());
    assert_eq!(probe.store.transact(&key, need, &mut decide).await, Ok(()), "{probe}: {key:?}");
}

pub(super) async fn an_app_is_read_in_the_order_of_its_records(probe: Probe) {
    assert_eq!(probe.records(APP).await, [], "{probe}: nothing of an empty app");
    for record in of_app().iter().rev() {
        let store = &probe.store;
        match record {
            Record::Receiver(receiver) => {
                assert_eq!(store.put_receiver(APP, receiver.as_ref()).await, Ok(()), "{probe}");
            }
            Record::Account(record) => {
                let put = store.put_accounts(APP, std::slice::from_ref(record), 9).await;
                assert!(put.is_ok(), "{probe}: {record:?}");
            }
            _ => {}
        }
    }
    for record in of_app() {
        if let Record::Rule(rule) = record {
            assert!(probe.store.put_rule(APP, &rule, 9, 0).await.is_ok(), "{probe}: {rule:?}");
        }
    }
    let rooms = of_rooms();
    let second = rooms.iter().rposition(|record| matches!(record, Record::Room(_)));
    let (zoo, ark) = rooms.split_at(second.expect("two rooms"));
    write(&probe, zoo).await;
    probe.create(&key("ended")).await;
    write(&probe, ark).await;
    for record in of_letters() {
        let Record::Letter(letter) = record else { continue };
        let key = RoomKey { app: APP, room: letter.notice.room.clone() };
        let LetterRecord { to, notice, parts, part, put_off, ready_ms } = *letter;
        let outbox = vec![Letter { to, notice, parts }];
        probe.write(&key, Delta { outbox, ..Delta::default() }).await;
        if put_off > 0 {
            let mut id = 0;
            for nth in 0..=part + put_off {
                let taken = probe.store.take(APP, to, u64::MAX, 1, None).await;
                id = taken.expect("it is handed out").first().map_or(id, |letter| letter.id);
                if nth < part {
                    assert_eq!(probe.store.ack(&key, to, id).await, Ok(true), "{probe}: a part");
                } else if nth < part + put_off {
                    let off = probe.store.put_off(&key, to, id, ready_ms).await;
                    assert_eq!(off, Ok(()), "{probe}: put off");
                }
            }
            // Taken now: it waits all the same.
        }
    }
    probe.must(&key("ended"), &super::racing::destroy()).await;
    assert_eq!(probe.records(APP).await, everything(), "{probe}: everything, in order");
    assert_eq!(probe.records(OTHER).await, [], "{probe}: and of no other app");
}

pub(super) async fn what_is_read_fills_another_app(probe: Probe) {
    probe.refill(APP, &everything()).await;
    assert_eq!(probe.records(APP).await, everything(), "{probe}: as it was filled");
    probe.refill(OTHER, &probe.records(APP).await).await;
    assert_eq!(probe.records(OTHER).await, everything(), "{probe}: and another");
    assert_eq!(probe.counts(APP).await, (2, 27), "{probe}: counted");
    let due = probe.store.due(APP, 5_000, 9).await.map(|due| due.len());
    assert_eq!(due, Ok(2), "{probe}: the rooms that are due are found");
    let joined = probe.everything(APP).await;
    let zoo = joined.iter().find(|room| room.room == room_id("zoo")).expect("it is there");
    assert_eq!(zoo.members, people(0..25), "{probe}: and seen like any other");

    // It goes on from there.
    probe.enter(&key("zoo"), &["zara"]).await;
    let accounts = probe.accounts(&key("zoo")).await;
    assert_eq!(accounts.last().map(String::as_str), Some("zara"), "{probe}: behind everybody");
    probe.create(&key("new")).await;
    let rooms = probe.everything(APP).await;
    let mut numbers: Vec<u64> = rooms.iter().map(|room| room.incarnation).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "{probe}: no number is given twice");
    let outbox = vec![Letter { to: Destination::Zego, notice: notice("ark", 9), parts: 1 }];
    probe.write(&key("ark"), Delta { outbox, ..Delta::default() }).await;
    let store = &probe.store;
    for expected in [3, 9] {
        let room = room_id("ark");
        let taken = store.take(APP, Destination::Zego, u64::MAX, 9, Some(&room)).await;
        let taken = taken.expect("letters are handed out");
        let ids: Vec<u64> = taken.iter().map(|letter| letter.notice.id).collect();
        assert_eq!(ids, [expected], "{probe}: a new letter stands behind");
        for _ in 0..taken[0].parts {
            let _ = store.take(APP, Destination::Zego, u64::MAX, 9, Some(&room)).await;
            let acked = store.ack(&key("ark"), Destination::Zego, taken[0].id).await;
            assert_eq!(acked, Ok(true), "{probe}: a part is done with");
        }
    }
}

pub(super) async fn an_epoch_is_seen_by_nobody_before_it_is_the_present_one(probe: Probe) {
    probe.create(&key("before")).await;
    probe.enter(&key("before"), &["anna"]).await;
    let before = probe.records(APP).await;
    let epoch = probe.open(APP).await;
    let filled = probe.store.fill_epoch(APP, epoch, everything()).await;
    assert_eq!(filled, Ok(Filled::Done), "{probe}: it is filled");
    assert_eq!(probe.records(APP).await, before, "{probe}: nothing is seen of it");
    assert_eq!(probe.counts(APP).await, (1, 1), "{probe}: nor counted");
    probe.store.drop_epoch(APP, epoch);
    let gone = probe.switch(APP, epoch).await;
    assert_eq!(gone, Err(TxError::Unavailable), "{probe}: it is given up");
    let gone = probe.store.fill_epoch(APP, epoch, everything()).await;
    assert_eq!(gone, Err(TxError::Unavailable), "{probe}: and takes nothing");
    assert_eq!(probe.records(APP).await, before, "{probe}: all is as it was");
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: reset");
    assert_eq!(probe.records(APP).await, [], "{probe}: no epoch that was given up comes back");

    probe.create(&key("before")).await;
    probe.refill(APP, &of_rooms()).await;
    assert_eq!(probe.records(APP).await, of_rooms(), "{probe}: nothing is left of before");
    let outbox = probe.store.outbox(APP).await.map(|counts| counts.waiting);
    assert_eq!(outbox, Ok(0), "{probe}: no letter either");
}

pub(super) async fn of_two_epochs_the_one_that_is_switched_to_last_stays(probe: Probe) {
    let epochs = [probe.open(APP).await, probe.open(APP).await];
    assert_ne!(epochs[0], epochs[1], "{probe}: each has a number of its own");
    for (epoch, records) in epochs.iter().zip([of_rooms(), of_letters()]) {
        let filled = probe.store.fill_epoch(APP, *epoch, records).await;
        assert_eq!(filled, Ok(Filled::Done), "{probe}: it is filled");
    }
    assert_eq!(probe.switch(APP, epochs[1]).await, Ok(()), "{probe}: the second");
    assert_eq!(probe.records(APP).await, of_letters(), "{probe}: is there");
    if probe.switch(APP, epochs[0]).await.is_ok() {
        assert_eq!(probe.records(APP).await, of_rooms(), "{probe}: then the first");
    }
}

pub(super) async fn between_two_epochs_there_is_no_letter_of_either(probe: Probe) {
    probe.refill(APP, &of_letters()).await;
    let epoch = probe.open(APP).await;
    let filled = probe.store.fill_epoch(APP, epoch, of_letters()).await;
    assert_eq!(filled, Ok(Filled::Done), "{probe}: it is filled");
    let mut seen = Vec::new();
    let mut look = |step| {
        let counts = probe.store.outbox(APP).now_or_never().expect("it is asked of memory");
        seen.push((step, counts.map(|counts| counts.waiting)));
    };
    let switched = probe.store.switch_epoch(APP, epoch, &mut look).await;
    assert_eq!(switched, Ok(()), "{probe}: it is switched to");
    let waiting = probe.store.outbox(APP).await.map(|counts| counts.waiting);
    assert_ne!(waiting, Ok(0), "{probe}: there are letters");
    assert_eq!(seen, [(Switch::Over, Ok(0)), (Switch::Begun, waiting)], "{probe}");
}

pub(super) async fn what_stands_there_twice_is_named(probe: Probe) {
    let all = everything();
    let kind = |record: &Record| std::mem::discriminant(record);
    let mut kinds = Vec::new();
    for (nth, record) in all.iter().enumerate() {
        if kinds.contains(&kind(record)) || matches!(record, Record::Letter(_)) {
            continue;
        }
        kinds.push(kind(record));
        let mut twice = all[..=nth].to_vec();
        twice.push(record.clone());
        let epoch = probe.open(APP).await;
        let filled = probe.store.fill_epoch(APP, epoch, twice).await;
        assert_eq!(filled, Ok(Filled::Twice(nth + 1)), "{probe}: {record:?}");
        probe.store.drop_epoch(APP, epoch);
    }
    assert_eq!(kinds.len(), 8, "{probe}: all kinds but letters");
    assert_eq!(probe.records(APP).await, [], "{probe}: nothing is seen of all that");
}

pub(super) async fn a_room_is_read_at_one_moment(probe: Probe) {
    const WRITES: u64 = 200;
    let key = key("room");
    probe.create(&key).await;
    probe.put(&key, vec![member("left", 1), member("right", 2)]).await;
    let writer = probe.clone();
    let write_to = key.clone();
    let writing = async move {
        for nth in 1..=WRITES {
            let name: Box<str> = nth.to_string().into();
            let both = [("left", 1), ("right", 2)];
            let both = both.map(|(who, at)| Member { name: name.clone(), ..member(who, at) });
            let members = both.map(MemberWrite::Put).to_vec();
            let notice = notice("room", nth);
            let outbox = vec![Letter { to: Destination::Zego, notice, parts: 1 }];
            writer.write(&write_to, Delta { members, outbox, ..Delta::default() }).await;
            tokio::task::yield_now().await;
        }
    };
    let reader = probe.clone();
    let reading = async move {
        let mut latest = 0;
        while latest < WRITES {
            let records = reader.records(APP).await;
            let named = |record: &Record| match record {
                Record::Member(member) => member.name.parse::<u64>().ok(),
                _ => None,
            };
            let names: Vec<u64> = records.iter().filter_map(named).collect();
            let letters = records.iter().filter(|record| matches!(record, Record::Letter(_)));
            let letters = letters.count() as u64;
            if letters > 0 {
                assert_eq!(names, [letters; 2], "{reader}: both members, and all their letters");
            }
            assert!(letters >= latest, "{reader}: what was read stays");
            latest = letters;
            tokio::task::yield_now().await;
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(writing);
    tasks.spawn(reading);
    tasks.join_all().await;
}

pub(super) async fn no_room_is_read_twice_while_they_come_and_go(probe: Probe) {
    const ROUNDS: usize = 60;
    let keys: Vec<RoomKey> = (0..4).map(|nth| key(&format!("room-{nth}"))).collect();
    for key in &keys {
        probe.create(key).await;
    }
    let goer = probe.clone();
    let going = async move {
        for nth in 0..ROUNDS {
            let key = &keys[1 + nth % 3];
            goer.must(key, &super::racing::destroy()).await;
            goer.create(key).await;
            tokio::task::yield_now().await;
        }
    };
    let reader = probe.clone();
    let reading = async move {
        for _ in 0..ROUNDS {
            let records = reader.records(APP).await;
            let id = |record: &Record| match record {
                Record::Room(room) => Some(room.id.to_string()),
                _ => None,
            };
            let mut ids: Vec<String> = records.iter().filter_map(id).collect();
            assert!(ids.contains(&"room-0".to_owned()), "{reader}: whatever stays is read");
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{reader}: each once");
            tokio::task::yield_now().await;
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(going);
    tasks.spawn(reading);
    tasks.join_all().await;
}
