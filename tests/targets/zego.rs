//! ZEGO's requests: a query as a stranger spells it.
//!
//! The input is the part of a query that an action takes, and before a newline the action. It is asked
//! signed and as it is. Whatever it says, the reply is an envelope with a code that is documented, the
//! next one too; a request that is not signed changes nothing.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use guestlist::config::DEVELOPMENT_ZEGO_SECRET;
use guestlist::domain::{Account, CreateRoom, Enter, Gate, RoomId, Silenced};
use guestlist::proto::zego::{ACTIONS, COMMON_CODES, Gateway, Head, MEANINGS, Query};
use guestlist::sig::zego::sign;
use serde_json::Value;

use super::desk::{APP, Desk};

thread_local! {
    static DESK: (Desk, Gateway) = {
        let desk = Desk::with(&[]);
        furnish(&desk);
        let gateway = Gateway::new(desk.engine.clone(), false);
        (desk, gateway)
    };
}

fn account(text: &str) -> Account {
    Account::parse(text).expect("a good name")
}

/// A room with somebody in it.
fn furnish(desk: &Desk) {
    let (app, room) = (desk.app(), RoomId::parse("r").expect("a good id"));
    let create = CreateRoom {
        by: account("admin"),
        owner: account("olga"),
        name: "".into(),
        max_member_count: None,
        start_s: None,
        end_s: None,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        invitees: Vec::new(),
    };
    let _ = desk.engine.run(&app, &room, &create).now_or_never();
    let _ = desk.engine.run(&app, &room, &Enter::of(account("bob"))).now_or_never();
}

pub(crate) fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (action, rest) = text.split_once('\n').unwrap_or(("DescribeUserList", text));
    DESK.with(|(desk, gateway)| {
        let rooms = || desk.engine.room_count(&desk.app()).now_or_never().expect("at once");
        let before = rooms();
        let code = ask(gateway, &format!("Action={action}&{rest}"));
        assert_ne!(code, 0, "not signed: {text}");
        assert_eq!(rooms(), before, "not signed: {text}");
        let (app, time) = (APP.to_string(), (desk.app().now_ms() / 1000).to_string());
        let signature = sign(&app, "n", DEVELOPMENT_ZEGO_SECRET, &time);
        let signed = format!(
            "AppId={app}&SignatureNonce=n&Timestamp={time}&Signature={signature}\
             &SignatureVersion=2.0&Action={action}&{rest}"
        );
        let code = ask(gateway, &signed);
        let is_known = ACTIONS.iter().any(|entry| entry.spec.action == action);
        if is_known {
            assert!(code < 100_000_000, "{code}: {text}");
        }
        furnish(desk);
    });
}

/// The code of the reply.
fn ask(gateway: &Gateway, query: &str) -> u32 {
    let head = Head { method: "GET", query, origin: None };
    let read = Query::read(query);
    let request_id = gateway.next_request_id();
    let answer = gateway.answer(&head, &read, request_id).now_or_never().expect("at once");
    let reply: Value = serde_json::from_slice(&answer.body).expect("an envelope");
    let code = u32::try_from(reply["Code"].as_u64().expect("a code")).expect("a code");
    assert_eq!(code, answer.code());
    let known: BTreeSet<u32> = COMMON_CODES.iter().chain(MEANINGS).map(|(code, _)| *code).collect();
    assert!(code == 0 || known.contains(&code), "{code}: {query}");
    assert!(!reply["Message"].as_str().expect("a text").is_empty());
    code
}
