//! Streams: a short list of the room, shown whole.

use super::probe::{NOW_MS, Probe, account, enter, key, leave};
use crate::domain::{
    AddStream, DeleteStream, Delta, DestroyRoom, Enter, Need, RoomKey, Slice, Stream, StreamId,
    StreamWrite,
};

fn id(text: &str) -> StreamId {
    StreamId::parse(text).expect("the cases name streams right")
}

fn stream(text: &str, publisher: &str, nth: u64) -> Stream {
    Stream {
        id: id(text),
        account: account(publisher),
        name: "the name".into(),
        title: "a \"title\"".into(),
        extra_info: "{}".into(),
        created_ms: NOW_MS,
        nth,
        serial: u64::MAX,
    }
}

async fn streams(probe: &Probe, key: &RoomKey, asks: bool) -> Vec<Stream> {
    let mut streams = Vec::new();
    let need = Need { streams: asks, ..Need::default() };
    let mut see = |slice: &Slice<'_>| streams.extend_from_slice(slice.streams);
    assert_eq!(probe.store.read(key, need, &mut see).await, Ok(()), "{probe}");
    streams
}

pub(super) async fn streams_stand_in_the_order_of_their_adding(probe: Probe) {
    let key = key("hall");
    probe.create(&key).await;
    let put = |stream: &Stream| StreamWrite::Put(stream.clone());
    let [b, a, c] = [stream("b", "bert", 1), stream("a", "anna", 2), stream("c", "carl", 3)];
    let delta = Delta { streams: vec![put(&b), put(&a)], ..Delta::default() };
    probe.write(&key, delta).await;
    probe.write(&key, Delta { streams: vec![put(&c)], ..Delta::default() }).await;
    assert_eq!(streams(&probe, &key, true).await, [b.clone(), a.clone(), c.clone()], "{probe}");
    let again = Stream { nth: 4, title: "".into(), ..b };
    let gone = StreamWrite::Remove(id("a"));
    let delta = Delta { streams: vec![put(&again), gone], ..Delta::default() };
    probe.write(&key, delta).await;
    assert_eq!(streams(&probe, &key, true).await, [c, again], "{probe}: what is put comes last");
}

pub(super) async fn streams_are_shown_to_those_who_ask_and_end_with_the_room(probe: Probe) {
    let [hall, other] = [key("hall"), key("open")];
    probe.create(&hall).await;
    probe.must(&other, &Enter { opens: true, ..enter("anna") }).await;
    for room in [&hall, &other] {
        let [name, title, extra_info] = ["", "", ""].map(Into::into);
        let (account, stream) = (account("anna"), id("s"));
        probe.must(room, &AddStream { account, stream, name, title, extra_info }).await;
        assert_eq!(streams(&probe, room, false).await, [], "{probe}: nobody asked");
        assert_eq!(streams(&probe, room, true).await.len(), 1, "{probe}");
    }
    let delete = DeleteStream { account: account("anna"), stream: id("s") };
    probe.must(&hall, &delete).await;
    assert_eq!(streams(&probe, &hall, true).await, [], "{probe}");
    probe.must(&hall, &DestroyRoom { by: account("carl"), quietly: false }).await;
    probe.leave(&other, "anna").await;
    probe.assert_no_trace(&other).await;
    probe.must(&other, &Enter { opens: true, ..enter("bert") }).await;
    assert_eq!(streams(&probe, &other, true).await, [], "{probe}: the next room is another");
    probe.must(&other, &leave("bert")).await;
}
