//! `guestlist export` and `guestlist import`, of a running program and of a stopped one's store.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use guestlist::config::DEVELOPMENT_KEY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::child::{Program, guestlist, output, stderr, stdout};
use crate::harness::{ADMIN, SDKAPPID, client, now_s, query, usersig_of};

fn app() -> String {
    SDKAPPID.to_string()
}

fn control(program: &Program) -> String {
    format!("http://{}", program.control_listen.as_ref().unwrap())
}

/// A server on a journal.
fn journal(path: &Path) -> Program {
    let mut command = guestlist(&["dev", "--set", "store.kind=journal", "--set", "log.access=off"]);
    command.args(["--set", &format!("store.path={}", path.display())]);
    Program::spawn(command)
}

fn memory() -> Program {
    Program::start(&["dev", "--set", "log.access=off"])
}

/// What a program has, but for the first line.
fn exported(place: &[&str]) -> String {
    let written = output(&[&["export", "--app", &app(), "--format", "jsonl"], place].concat());
    assert!(written.status.success(), "{}", stderr(&written));
    let text = stdout(&written);
    text.split_once('\n').unwrap().1.to_owned()
}

fn import(place: &[&str], file: &Path) -> Output {
    let file = file.to_str().unwrap();
    output(&[&["import", "--app", &app()], place, &[file]].concat())
}

async fn put(program: &Program, path: &str, body: Value) {
    let url = format!("{}/_guestlist/v1/apps/{SDKAPPID}/{path}", control(program));
    let sent = client().request(Method::PUT, url).body(body.to_string()).send().await.unwrap();
    assert_eq!(sent.status(), 201, "{path}");
}

async fn vendor(program: &Program, service: &str, command: &str, body: Value) -> Value {
    let ticket = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 60);
    let query = query(ADMIN, &ticket);
    let url = format!("http://{}/v4/{service}/{command}?{query}", program.listen);
    let sent = client().post(url).body(body.to_string()).send().await.unwrap();
    let reply: Value = sent.json().await.unwrap();
    assert_eq!(reply["ErrorCode"], 0, "{command}: {reply}");
    reply
}

/// Rooms and groups with some of everything.
async fn fill(program: &Program) {
    let room = json!({"RoomInfo": {"RoomId": "meeting", "RoomType": "Conference",
        "RoomName": "Überblick", "IsPasswordEnabled": true, "Password": "open sesame"}});
    vendor(program, "room_engine_http_srv", "create_room", room).await;
    for nth in 0..290 {
        let path = format!("rooms/meeting/members/m{nth}");
        let body = json!({"name": format!("Member {nth}"), "password": "open sesame"});
        put(program, &path, body).await;
    }
    let mark = json!({"RoomId": "meeting", "CommandType": 1, "MemberList": [
        {"Member_Account": "m1", "Marks": [1000, 1001]}]});
    vendor(program, "room_engine_http_srv", "mark_room_member", mark).await;
    let ban = json!({"RoomId": "meeting", "MemberList_Account": ["m9"], "Duration": 3600});
    vendor(program, "room_engine_http_srv", "ban_room_member", ban).await;
    let group = json!({"Type": "Public", "GroupId": "group", "Name": "A group",
        "Owner_Account": "gina", "Introduction": "about", "MemberList": [
        {"Member_Account": "hugo", "Role": "Admin"}, {"Member_Account": "ines"}]});
    vendor(program, "group_open_http_svc", "create_group", group).await;
    let mute = json!({"GroupId": "group", "Members_Account": ["ines"], "MuteTime": 600});
    vendor(program, "group_open_http_svc", "forbid_send_msg", mute).await;
    let old =
        json!({"Type": "Public", "GroupId": "old", "Name": "Old", "CreateTime": 1_400_000_000});
    vendor(program, "group_open_http_svc", "import_group", old).await;
    let members = json!({"GroupId": "old", "MemberList": [
        {"Member_Account": "late", "JoinTime": 1_500_000_000},
        {"Member_Account": "early", "JoinTime": 1_450_000_000}]});
    vendor(program, "group_open_http_svc", "import_group_member", members).await;
    let account = json!({"UserID": "gina", "Nick": "Gina", "FaceUrl": "http://g"});
    vendor(program, "im_open_login_svc", "account_import", account).await;
    put(program, "rooms/open/members/zed?create=open", json!({"session": "s-1"})).await;
}

#[tokio::test]
async fn an_app_goes_from_memory_into_a_journal_and_back() {
    let directory = tempfile::tempdir().unwrap();
    let (file, store) = (directory.path().join("app.jsonl"), directory.path().join("store"));
    let (name, path) = (file.to_str().unwrap(), store.to_str().unwrap());
    let program = memory();
    fill(&program).await;
    let url = control(&program);
    let written = output(&[
        "export",
        "--app",
        &app(),
        "--format",
        "jsonl",
        "--control",
        &url,
        "--output",
        name,
    ]);
    assert!(written.status.success(), "{}", stderr(&written));
    assert_eq!(stdout(&written), "", "everything is in the file");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().count();
    assert_eq!(stderr(&written), format!("guestlist: exported app {SDKAPPID}, {lines} lines\n"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing lies beside it");
    for secret in ["open sesame", DEVELOPMENT_KEY, "usersig", "secret"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let rest = text.split_once('\n').unwrap().1;

    let brought = import(&["--path", path], &file);
    assert!(brought.status.success(), "{}", stderr(&brought));
    let said = format!(
        "guestlist: imported app {SDKAPPID}: rooms 4, members 296, accounts 1, rules 0, callbacks \
         that wait 0\n"
    );
    assert_eq!(stderr(&brought), said);
    assert_eq!(exported(&["--path", path]), rest, "a stopped store");

    let served = journal(&store);
    assert_eq!(exported(&["--control", &control(&served)]), rest, "and served");
    let body = json!({"password": "open sesame"});
    put(&served, "rooms/meeting/members/nora", body).await;
    let list = json!({"RoomId": "old"});
    let old = json!({"GroupId": "old"});
    let info = vendor(&served, "group_open_http_svc", "get_group_member_info", old).await;
    assert_eq!(info["MemberList"][0]["Member_Account"], "early", "{info} {list}");

    // From one server into the other, through a pipe.
    let mut from = guestlist(&["export", "--app", &app(), "--control", &control(&served)]);
    let mut from = from.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let to = guestlist(&["import", "--app", &app(), "--control", &url, "-"])
        .stdin(from.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(from.wait().unwrap().success() && to.status.success(), "{}", stderr(&to));
    let both = [&served, &program].map(|program| exported(&["--control", &control(program)]));
    assert_eq!(both[0], both[1]);
    assert!(both[0].contains("\"nora\""));
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let store = at("store");
    let path = store.to_str().unwrap();
    let program = journal(&store);
    put(&program, "rooms/open/members/anna?create=open", json!({})).await;
    let url = control(&program);
    let before = exported(&["--control", &url]);
    let head = format!("{{\"guestlist\":{{\"version\":1,\"app\":{SDKAPPID},\"at_ms\":0}}}}\n");
    let cases = [
        ("cut", format!("{head}{}", &before[..before.len() - 30]), "it is cut off"),
        ("version", head.replace("\"version\":1", "\"version\":2"), "this program reads 1"),
        ("long", "x".repeat(8 * 1024 * 1024 + 1), "line 1: more than 8388608 bytes"),
        (
            "bad",
            format!("{head}{}", before.replace("\"robot\"", "\"droid\"")),
            "line 3: member.droid: no such field",
        ),
        ("empty", String::new(), "it is cut off: 0 lines"),
    ];
    for (name, text, said) in &cases {
        fs::write(at(name), text).unwrap();
        let refused = import(&["--control", &url], &at(name));
        assert_eq!(refused.status.code(), Some(1), "{name}");
        let error = stderr(&refused);
        assert!(
            error.starts_with("guestlist: nothing is changed: ") && error.contains(said),
            "{error}"
        );
    }
    assert_eq!(exported(&["--control", &url]), before, "as it was");

    for in_use in [
        output(&["export", "--app", &app(), "--path", path]),
        import(&["--path", path], &at("bad")),
    ] {
        assert_eq!(in_use.status.code(), Some(1));
        assert!(stderr(&in_use).contains("in use by another process"), "{}", stderr(&in_use));
    }
    program.signal("TERM");
    assert!(program.end().0);
    for (name, _, said) in &cases {
        let refused = import(&["--path", path], &at(name));
        assert_eq!(refused.status.code(), Some(1), "{name}");
        let error = stderr(&refused);
        assert!(
            error.starts_with("guestlist: nothing is changed: ") && error.contains(said),
            "{error}"
        );
    }
    assert_eq!(exported(&["--path", path]), before, "as it was");

    let missing = at("missing");
    let out = at("out");
    for (arguments, said) in [
        (vec!["export", "--path", missing.to_str().unwrap()], "--path: there is no store in"),
        (vec!["export", "--control", &url], "no answer from"),
        (vec!["import", "--control", &url, missing.to_str().unwrap()], "No such file"),
        (vec!["export", "--control", "ftp://x"], "--control: must begin with http://"),
    ] {
        let (app, out) = (app(), out.to_str().unwrap());
        let mut all = arguments.clone();
        all.extend(["--app", &app]);
        if arguments[0] == "export" {
            all.extend(["--output", out]);
        }
        let failed = output(&all);
        assert_eq!(failed.status.code(), Some(1), "{all:?}");
        assert!(stderr(&failed).contains(said), "{}", stderr(&failed));
    }
    assert!(!missing.exists() && !out.exists(), "and leaves nothing behind");
    for usage in
        [&["export"][..], &["export", "--app", "1", "--path", ".", "--control", "http://x"]]
    {
        assert_eq!(output(usage).status.code(), Some(2), "{usage:?}");
    }
}

#[tokio::test]
async fn a_token_is_needed_where_there_is_one() {
    let token = "open-sesame-open-sesame";
    let program = Program::start(&["dev", "--set", &format!("control.token={token}")]);
    let url = control(&program);
    let export = |token: Option<&str>| {
        let mut command = guestlist(&["export", "--app", &app(), "--control", &url]);
        if let Some(token) = token {
            command.env("GUESTLIST_CONTROL__TOKEN", token);
        }
        command.output().unwrap()
    };
    for wrong in [None, Some("another")] {
        let refused = export(wrong);
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains("wants its token"), "{}", stderr(&refused));
    }
    assert!(export(Some(token)).status.success());
    let given = output(&["export", "--app", &app(), "--control", &url, "--token", token]);
    assert!(given.status.success(), "{}", stderr(&given));
}

#[tokio::test]
async fn an_export_is_whole_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    for program in [memory(), journal(&directory.path().join("served"))] {
        let url = control(&program);
        put(&program, "rooms/r0/members/stays?create=open", json!({})).await;
        let writing = async {
            for nth in 0..120 {
                let path = format!("rooms/r{}/members/m{nth}?create=open", nth % 4);
                put(&program, &path, json!({})).await;
            }
        };
        let reading = async {
            for nth in 0..6 {
                let (app, url) = (app(), url.clone());
                let written = tokio::task::spawn_blocking(move || {
                    output(&["export", "--app", &app, "--control", &url])
                });
                let written = written.await.unwrap();
                assert!(written.status.success(), "{}", stderr(&written));
                let (store, file) = (format!("copy-{nth}"), directory.path().join("file"));
                fs::write(&file, &written.stdout).unwrap();
                let store = directory.path().join(store);
                let brought = import(&["--path", store.to_str().unwrap()], &file);
                assert!(brought.status.success(), "{}", stderr(&brought));
            }
        };
        tokio::join!(writing, reading);
    }
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_the_app_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    let program = journal(&store);
    put(&program, "rooms/open/members/anna?create=open", json!({})).await;
    let url = control(&program);
    let before = exported(&["--control", &url]);
    let mut importing = guestlist(&["import", "--app", &app(), "--control", &url, "-"]);
    let importing = importing.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut importing = importing.spawn().unwrap();
    let mut lines = format!("{{\"guestlist\":{{\"version\":1,\"app\":{SDKAPPID},\"at_ms\":0}}}}\n");
    for nth in 0..20_000 {
        let record = json!({"account": {"account": format!("a{nth}"), "nick": "", "face_url": ""}});
        lines += &format!("{record}\n");
    }
    importing.stdin.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    // Until some of it is on disk.
    let on_disk = async || {
        let metrics = client().get(format!("{url}/metrics")).send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        let name = "guestlist_journal_changes_total ";
        let figure = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        figure.parse::<u64>().unwrap()
    };
    for _ in 0..2_000 {
        if on_disk().await > 1_000 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(on_disk().await > 1_000, "some of it comes to the disk");
    program.signal("KILL");
    drop(program);
    let ended = importing.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    assert!(!stderr(&ended).contains("nothing is changed"), "nobody said so: {}", stderr(&ended));
    let again = journal(&store);
    assert_eq!(exported(&["--control", &control(&again)]), before);
    again.signal("TERM");
    assert!(again.end().0);
    assert_eq!(exported(&["--path", store.to_str().unwrap()]), before);
}
