//! A run that repeats: two programs with one seed and one moment say the same, to the letter.

use serde_json::{Value, json};

use crate::child::{Program, guestlist};
use crate::harness::{ADMIN, SDKAPPID, client, query, usersig_of};
use guestlist::config::DEVELOPMENT_KEY;

const START_MS: u64 = 1_800_000_000_000;

/// Everything that is answered to a row of requests.
async fn answers(seed: u64) -> String {
    let mut command = guestlist(&["dev", "--set", "log.access=off"]);
    command.args(["--seed-ids", &seed.to_string(), "--start-ms", &START_MS.to_string()]);
    let program = Program::spawn(command);
    let control = program.control_listen.clone().unwrap();
    let client = client();
    let mut said = String::new();
    let ticket = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, START_MS / 1000, 60);
    let room = json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference"}});
    let group = json!({"Type": "Public", "Name": "n", "MemberList": [{"Member_Account": "bob"}]});
    for (path, body) in [
        ("v4/room_engine_http_srv/create_room", room.clone()),
        ("v4/room_engine_http_srv/create_room", room),
        ("v4/group_open_http_svc/create_group", group.clone()),
        ("v4/group_open_http_svc/create_group", group),
    ] {
        let url = format!("http://{}/{path}?{}", program.listen, query(ADMIN, &ticket));
        let sent = client.post(url).body(body.to_string()).send().await.unwrap();
        said += &sent.text().await.unwrap();
        said.push('\n');
    }
    let plane = format!("http://{control}/_guestlist/v1/apps/{SDKAPPID}");
    for name in ["bob", "carl", "dora"] {
        let url = format!("{plane}/rooms/r/members/{name}");
        said += &client.put(url).send().await.unwrap().text().await.unwrap();
    }
    let reset = client.post(format!("{plane}/reset")).send().await.unwrap();
    assert!(reset.status().is_success(), "{reset:?}");
    let entered = format!("{plane}/rooms/open/members/bob?create=open");
    said += &client.put(entered).send().await.unwrap().text().await.unwrap();
    for page in ["rooms/open", "rooms/open/members?limit=1", "clock", "callbacks"] {
        said += &client.get(format!("{plane}/{page}")).send().await.unwrap().text().await.unwrap();
        said.push('\n');
    }
    // How far the clock is from the time of day is another each time.
    let (before, rest) = said.split_once("\"offset_ms\":").unwrap();
    let after = rest.trim_start_matches(|letter: char| letter == '-' || letter.is_ascii_digit());
    format!("{before}{after}")
}

#[tokio::test]
async fn two_runs_with_one_seed_say_the_same_and_one_with_another_does_not() {
    let (first, second, other) = (answers(7).await, answers(7).await, answers(8).await);
    assert_eq!(first, second);
    assert_ne!(first, other);
    assert!(first.contains(r#""now_ms":1800000000000"#), "the clock is taken back: {first}");
    assert!(first.contains("@TGS#2"), "{first}");
}

#[test]
fn what_cannot_repeat_is_refused_by_name() {
    for (arguments, problem) in [
        (&["serve", "--seed-ids", "7"][..], "bench.seed_ids: 7, must be 0 without bench.enabled"),
        (&["serve", "--start-ms", "7"], "bench.start_ms: 7, must be 0 without bench.enabled"),
        (
            &["dev", "--start-ms", "7", "--set", "store.kind=journal"],
            "bench.start_ms: 7, must be 0 with store.kind \"journal\"",
        ),
        (
            &["dev", "--start-ms", "253402300800000"],
            "bench.start_ms: 253402300800000, must be 0 to 253402300799999",
        ),
    ] {
        let output = guestlist(arguments).output().unwrap();
        assert!(!output.status.success());
        let said = crate::child::stderr(&output);
        assert!(said.contains(problem), "{arguments:?}: {said}");
    }
    let last: Value = {
        let mut command = guestlist(&["config", "--set", "bench.enabled=true"]);
        command.args(["--start-ms", "253402300799999", "--seed-ids", &i64::MAX.to_string()]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", crate::child::stderr(&output));
        let printed = crate::child::stdout(&output);
        json!(printed.contains("start_ms = 253402300799999"))
    };
    assert_eq!(last, true, "the last moment is allowed");
}
