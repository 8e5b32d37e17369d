//! Streams: added, deleted, and gone with whoever published them.

use super::*;
use crate::domain::{
    AddStream, DeleteStream, Delta, DestroyRoom, Enter, Event, FactsWrite, Kick, Leave,
    LeaveReason, MAX_STREAMS, Reclaim, Refusal, StreamEnd, StreamId, StreamWrite,
};

fn id(text: &str) -> StreamId {
    StreamId::parse(text).unwrap()
}

fn stream(text: &str, publisher: &str, nth: u64) -> Stream {
    Stream {
        id: id(text),
        account: account(publisher),
        name: "".into(),
        title: "".into(),
        extra_info: "".into(),
        created_ms: 5,
        nth,
        serial: nth,
    }
}

fn add(text: &str, publisher: &str) -> AddStream {
    let (account, stream) = (account(publisher), id(text));
    let [name, title, extra_info] = ["B.", "a show", "{}"].map(Into::into);
    AddStream { account, stream, name, title, extra_info }
}

fn hall() -> Hall {
    let mut hall = Hall::of([member("anna", Role::Admin, 5), member("bert", Role::Member, 30)]);
    hall.streams = vec![stream("a1", "anna", 1), stream("b1", "bert", 2), stream("a2", "anna", 3)];
    hall.tally.newest_stream = 3;
    hall
}

fn ended(streams: &[&Stream], reason: StreamEnd) -> Event {
    Event::StreamsEnded {
        streams: streams.iter().map(|stream| (*stream).clone()).collect(),
        reason,
    }
}

fn removed(ids: &[&str]) -> Vec<StreamWrite> {
    ids.iter().map(|text| StreamWrite::Remove(id(text))).collect()
}

#[test]
fn one_that_is_added_is_told_of_and_counted_whoever_publishes_it() {
    for publisher in ["bert", "Server-Administrator"] {
        let (delta, ()) = hall().decide(&add("new", publisher)).unwrap();
        let added = Stream {
            id: id("new"),
            account: account(publisher),
            name: "B.".into(),
            title: "a show".into(),
            extra_info: "{}".into(),
            created_ms: NOW_MS,
            nth: 4,
            serial: SERIAL,
        };
        let whole = Delta {
            tally: Some(Tally { newest_stream: 4, ..hall().tally }),
            streams: vec![StreamWrite::Put(added.clone())],
            events: vec![Event::StreamAdded { stream: added, again: false }],
            ..Delta::default()
        };
        assert_eq!(delta, whole, "{publisher}");
    }
}

#[test]
fn one_is_replaced_by_its_publisher_and_by_nobody_else() {
    let (delta, ()) = hall().decide(&add("a1", "anna")).unwrap();
    assert!(matches!(&delta.events[..], [Event::StreamAdded { again: true, .. }]));
    let taken = Refusal::StreamTaken { account: account("anna") };
    assert_eq!(refusal(hall().decide(&add("a1", "bert"))), taken);
}

#[test]
fn a_room_has_so_many_streams_and_no_more() {
    let mut hall = hall();
    hall.streams =
        (1..MAX_STREAMS as u64).map(|nth| stream(&nth.to_string(), "anna", nth)).collect();
    assert!(hall.decide(&add("new", "anna")).is_ok());
    hall.streams.push(stream("one more", "anna", 9_999));
    let full = Refusal::TooManyStreams { at_most: MAX_STREAMS };
    assert_eq!(refusal(hall.decide(&add("new", "anna"))), full);
    assert!(hall.decide(&add("1", "anna")).is_ok(), "one that is there is none more");
}

#[test]
fn one_is_deleted_in_the_name_of_its_publisher() {
    let hall = hall();
    let delete = |text, publisher| {
        hall.decide(&DeleteStream { account: account(publisher), stream: id(text) })
    };
    let (delta, ()) = delete("a2", "anna").unwrap();
    let streams = removed(&["a2"]);
    let events = vec![ended(&[&hall.streams[2]], StreamEnd::Deleted)];
    assert_eq!(delta, Delta { streams, events, ..Delta::default() });
    for (text, publisher) in [("a2", "bert"), ("a3", "anna")] {
        let none = Refusal::NoSuchStream { account: account(publisher) };
        assert_eq!(refusal(delete(text, publisher)), none);
    }
}

#[test]
fn they_go_with_their_publisher_and_are_told_of_before_him() {
    let hall = hall();
    let reason = LeaveReason::Expired;
    let (delta, ()) = hall.decide(&Leave { account: account("anna"), reason }).unwrap();
    assert_eq!(delta.streams, removed(&["a1", "a2"]));
    let told = ended(&[&hall.streams[0], &hall.streams[2]], StreamEnd::Left(reason));
    assert_eq!(delta.events[0], told);
    assert!(matches!(delta.events[1..], [Event::MembersLeft { .. }]));

    let accounts = accounts(&["anna", "bert"]);
    let kick = Kick { by: account("carl"), accounts, words: "".into(), passes_over: false };
    let (delta, ()) = hall.decide(&kick).unwrap();
    assert_eq!(delta.streams, removed(&["a1", "b1", "a2"]));
    let all: Vec<_> = hall.streams.iter().collect();
    assert_eq!(delta.events[0], ended(&all, StreamEnd::Left(LeaveReason::Kicked)));

    let again = Enter { session: Some("two".into()), ..Enter::of(account("bert")) };
    let (delta, _) = hall.decide(&again).unwrap();
    let replaced = StreamEnd::Left(LeaveReason::Replaced);
    assert_eq!(delta.events[0], ended(&[&hall.streams[1]], replaced));
}

#[test]
fn they_end_with_the_room() {
    let hall = hall();
    let all: Vec<_> = hall.streams.iter().collect();
    let destroy = DestroyRoom { by: account("carl"), quietly: true };
    let (delta, ()) = hall.decide(&destroy).unwrap();
    let end = Event::RoomDestroyed { by: account("carl"), quietly: true };
    let [streams, Event::EverybodyLeft { people }, last] = &delta.events[..] else {
        panic!("{delta:?}");
    };
    assert_eq!((streams, last), (&ended(&all, StreamEnd::RoomEnded), &end));
    assert_eq!(people.count(), hall.tally.present);

    let mut left = Hall::of([]);
    left.streams.clone_from(&hall.streams);
    left.tally.due_ms = Some(NOW_MS);
    let (delta, done) = left.decide(&Reclaim).unwrap();
    assert!(done);
    let end = Event::RoomReclaimed { last_went: None };
    assert_eq!(delta.events, [ended(&all, StreamEnd::RoomEnded), end]);
    assert_eq!(delta.facts, FactsWrite::Destroy);
}

#[test]
fn those_of_nobody_in_it_end_with_an_open_room() {
    let mut hall = Hall::of([member("bert", Role::Member, 30)]);
    hall.facts.kind = RoomKind::Open;
    hall.streams = vec![stream("s", "Server-Administrator", 1), stream("b", "bert", 2)];
    let reason = LeaveReason::Left;
    let (delta, ()) = hall.decide(&Leave { account: account("bert"), reason }).unwrap();
    assert_eq!(delta.events.len(), 4);
    assert_eq!(delta.events[0], ended(&[&hall.streams[1]], StreamEnd::Left(reason)));
    assert!(matches!(delta.events[1], Event::MembersLeft { .. }));
    assert_eq!(delta.events[2], ended(&[&hall.streams[0]], StreamEnd::RoomEnded));
    assert_eq!(delta.events[3], Event::RoomReclaimed { last_went: Some(reason) });
}
