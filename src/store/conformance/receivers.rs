//! What was said of an app's receiver: kept by app, replaced whole, and gone with its epoch.

use super::probe::{APP, Probe};
use crate::domain::{AppId, CallbackUrl, EventKind, ReceiverRecord};

const OTHER: AppId = AppId(2);

fn record(url: &str, kinds: &[EventKind]) -> ReceiverRecord {
    let url = CallbackUrl::parse(url).expect("an address");
    ReceiverRecord { url, kinds: kinds.to_vec() }
}

async fn put(probe: &Probe, app: AppId, receiver: Option<&ReceiverRecord>) {
    assert_eq!(probe.store.put_receiver(app, receiver).await, Ok(()), "{probe}: {receiver:?}");
}

async fn kept(probe: &Probe, app: AppId) -> Option<Option<ReceiverRecord>> {
    match probe.store.receiver(app).await {
        Ok(kept) => kept,
        Err(error) => panic!("{probe}: the receiver of {app} is not read: {error}"),
    }
}

pub(super) async fn what_was_said_of_a_receiver_is_kept(probe: Probe) {
    assert_eq!(kept(&probe, APP).await, None, "{probe}: nothing was said at first");
    let kinds = [EventKind::MembersLeft, EventKind::RoomCreated];
    let first = record("http://one.example/hear", &kinds);
    put(&probe, APP, Some(&first)).await;
    assert_eq!(kept(&probe, APP).await, Some(Some(first)), "{probe}: as it was put");
    assert_eq!(kept(&probe, OTHER).await, None, "{probe}: of another app nothing was said");

    let second = record("http://two.example/", &[]);
    put(&probe, APP, Some(&second)).await;
    assert_eq!(
        kept(&probe, APP).await,
        Some(Some(second)),
        "{probe}: nothing is left of the first"
    );
    put(&probe, APP, None).await;
    assert_eq!(kept(&probe, APP).await, Some(None), "{probe}: that there is none was said too");
}

pub(super) async fn a_receiver_is_gone_with_its_epoch(probe: Probe) {
    let receiver = record("http://one.example/hear", &[EventKind::RoomCreated]);
    for app in [APP, OTHER] {
        put(&probe, app, Some(&receiver)).await;
    }
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: reset");
    assert_eq!(kept(&probe, APP).await, None, "{probe}: nothing is said of a new app");
    assert_eq!(kept(&probe, OTHER).await, Some(Some(receiver)), "{probe}: the other one stays");
}
