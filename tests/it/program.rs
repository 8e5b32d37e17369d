//! The program itself: its commands, its first line, its signals.

use serde_json::Value;

use crate::child::{Program, guestlist, output, stderr, stdout};
use crate::harness::{ADMIN, SDKAPPID, client, query};

#[tokio::test]
async fn a_ticket_of_the_command_line_opens_the_server_of_the_command_line() {
    let program = Program::start(&["dev"]);
    let ticket = output(&["usersig", "--identifier", ADMIN]);
    let ticket = stdout(&ticket);
    assert_eq!(ticket.lines().count(), 1, "only the ticket");
    let url = format!(
        "http://{}/v4/room_engine_http_srv/get_room_info?{}",
        program.listen,
        query(ADMIN, ticket.trim())
    );
    let sent = client().post(url).body("{}").send().await.unwrap();
    assert_eq!(sent.json::<Value>().await.unwrap()["ErrorCode"], 100_002);
    program.signal("TERM");
    let (success, said) = program.end();
    assert!(success, "{said}");
    assert!(said.contains("curl -s 'http://"), "a line to paste: {said}");
    let refused = r#"refused: RoomId: missing method="POST" path="/v4/room_engine_http_srv/get_room_info" code=100002"#;
    assert!(said.contains(refused), "each refused request is explained: {said}");
    assert!(!said.contains(ticket.trim()), "and no ticket is told");
}

#[test]
fn a_server_says_whether_it_is_ready() {
    let program = Program::start(&["dev"]);
    let control = program.control_listen.clone().expect("dev has a control plane");
    for address in [&program.listen, &control] {
        let ready = output(&["healthcheck", "--url", &format!("http://{address}/readyz")]);
        assert!(ready.status.success(), "{}", stderr(&ready));
    }
    let url = format!("http://{}/nothing", program.listen);
    program.signal("INT");
    assert!(program.end().0);
    let gone = output(&["healthcheck", "--url", &url]);
    assert!(!gone.status.success() && stderr(&gone).contains("no answer"), "{}", stderr(&gone));
}

#[test]
fn the_document_is_printed_and_nothing_else() {
    let printed = output(&["openapi"]);
    assert!(printed.status.success(), "{}", stderr(&printed));
    assert_eq!(stdout(&printed), guestlist::control::document());
}

#[test]
fn a_ticket_is_made_and_explained() {
    let made = output(&[
        "usersig",
        "--sdkappid",
        "1400000001",
        "--key",
        "1255558df586ae279007fffa27ec17451d1507f7ac5442add9ffbc070f9f623b",
        "--identifier",
        "administrator",
        "--time",
        "1700000000",
        "--expire",
        "15552000",
    ]);
    let ticket = stdout(&made);
    let check = |key: &str, time: &str| {
        output(&[
            "usersig",
            "--check",
            ticket.trim(),
            "--key",
            key,
            "--sdkappid",
            "1400000001",
            "--time",
            time,
        ])
    };
    let key = "1255558df586ae279007fffa27ec17451d1507f7ac5442add9ffbc070f9f623b";
    let good = check(key, "1715552000");
    assert!(good.status.success(), "{}", stdout(&good));
    assert!(stdout(&good).contains("administrator"), "{}", stdout(&good));
    assert!(!check(key, "1715552001").status.success(), "expired");
    assert!(!check("another", "1700000000").status.success(), "another key");
}

#[test]
fn known_keys_are_not_shown_to_other_machines() {
    let refused = guestlist(&["dev", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("--allow-dev-keys"), "{}", stderr(&refused));
    assert_eq!(stdout(&refused), "");
}

#[test]
fn settings_are_printed_without_secrets_and_faults_are_told_together() {
    let printed = output(&["config", "--dev", "--set", "control.token=verysecret"]);
    let text = stdout(&printed);
    assert!(text.contains("sdkappid = 88888888") && text.contains("request_timeout"), "{text}");
    assert!(!text.contains("verysecret") && !text.contains("677565"), "{text}");
    let wrong = output(&["config", "--set", "server.listne=1", "--set", "server.body_limit=0 B"]);
    assert!(!wrong.status.success());
    let told = stderr(&wrong);
    assert!(told.contains("server.listen") && told.contains("server.body_limit"), "{told}");
}

#[tokio::test]
async fn keys_are_read_again_on_a_hangup() {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let write = |keys: &str| {
        let text = format!(
            "[log]\naccess = \"off\"\n[[app]]\nsdkappid = {SDKAPPID}\nadmins = [\"{ADMIN}\"]\nsecret_keys = [{keys}]\n"
        );
        std::fs::write(file.path(), text).unwrap();
    };
    write(r#""old""#);
    let program = Program::start(&["serve", "--config", file.path().to_str().unwrap()]);
    assert_eq!(program.control_listen, None, "no token, no control plane");
    assert_eq!(program.code("old").await, 100_002);
    assert_eq!(program.code("new").await, 70009);
    write(r#""new""#);
    program.signal("HUP");
    while program.code("new").await != 100_002 {
        tokio::task::yield_now().await;
    }
    assert_eq!(program.code("old").await, 70009);
    std::fs::write(file.path(), "nonsense").unwrap();
    program.signal("HUP");
    assert_eq!(program.code("new").await, 100_002, "a broken file changes nothing");
}
