//! A journal under the real program: killed at any moment, hindered, damaged, and full.
//!
//! The slow lane kills it more often:
//! `GUESTLIST_SLOW=1 cargo test --release --test it journal -- --nocapture`

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use guestlist::config::DEVELOPMENT_KEY;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::backend::{Answer, Backend};
use crate::child::{Program, guestlist, stderr};
use crate::harness::{ADMIN, SDKAPPID, client, now_s, path_of, query, usersig_of};

/// How many connections write at one time, each to a room of its own.
const WRITERS: usize = 12;
/// How many come in with one request.
const CROWD: usize = 3;
/// More crowds than this come into no room.
const MAX_CROWDS: u64 = 100;

fn settings(path: &Path) -> Vec<String> {
    let path = path.display();
    let set = [
        "store.kind=journal",
        &format!("store.path={path}"),
        "app.0.unlimited=true",
        "app.0.room.max_member_count=100000",
        // Nobody reads what it says before it ends.
        "log.access=off",
    ];
    set.iter().flat_map(|set| ["--set".to_owned(), (*set).to_owned()]).collect()
}

fn command(path: &Path) -> Command {
    let mut command = guestlist(&["dev"]);
    command.args(settings(path));
    command
}

/// What a client of one program calls.
struct Client {
    http: reqwest::Client,
    vendor: String,
    control: String,
}

impl Client {
    fn of(program: &Program) -> Self {
        let control = program.control_listen.as_ref().unwrap();
        Self {
            http: client(),
            vendor: format!("http://{}/v4", program.listen),
            control: format!("http://{control}/_guestlist/v1/apps/{SDKAPPID}"),
        }
    }

    /// A command of the room dialect: its code, or nothing if no answer came.
    async fn call(&self, command: &str, body: Value) -> Option<(u64, Value)> {
        let ticket = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 60);
        let url = format!("{}/{}?{}", self.vendor, path_of(command), query(ADMIN, &ticket));
        let sent = self.http.post(url).body(body.to_string()).send().await.ok()?;
        let reply: Value = sent.json().await.ok()?;
        Some((reply["ErrorCode"].as_u64().unwrap(), reply["Response"].clone()))
    }

    /// Accounts come into a room, all with one request. Whether an answer came.
    async fn enter(&self, room: &str, accounts: &[String]) -> bool {
        let url = format!("{}/rooms/{room}/members", self.control);
        let body = json!({"accounts": accounts}).to_string();
        let Ok(sent) = self.http.post(url).body(body).send().await else { return false };
        let Ok(answer) = sent.json::<Value>().await else { return false };
        assert_eq!(answer["entered"], accounts.len(), "{answer}");
        true
    }

    /// Waits until every callback was answered.
    async fn told_everything(&self) {
        let url = format!("{}/callbacks?state=waiting", self.control);
        loop {
            let log: Value = self.http.get(&url).send().await.unwrap().json().await.unwrap();
            if log["items"].as_array().unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The name of a room and who is in it.
    async fn look(&self, room: &str) -> Option<(String, BTreeSet<String>)> {
        let asked = self.call("get_room_info", json!({"RoomId": room})).await;
        let (code, info) = asked.expect("it answers");
        if code == 100_004 {
            return None;
        }
        let name = info["RoomInfo"]["RoomName"].as_str().unwrap().to_owned();
        let mut members = BTreeSet::new();
        let mut after = String::new();
        loop {
            let url = format!("{}/rooms/{room}/members?limit=1000{after}", self.control);
            let page: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
            let accounts = page["members"].as_array().unwrap().iter();
            members.extend(accounts.map(|it| it["account"].as_str().unwrap().to_owned()));
            match page["next"].as_str().unwrap() {
                "" => break,
                next => after = format!("&after={next}"),
            }
        }
        Some((name, members))
    }
}

/// What one writer knows of its room.
#[derive(Debug, Clone, Default)]
struct Known {
    room: String,
    /// It was answered that the room is there.
    made: bool,
    /// The number in the name that was answered last.
    named: u64,
    /// How many crowds were answered to have come in.
    crowds: u64,
    /// What the unanswered request was about, if there was one.
    unanswered: Option<Unanswered>,
    answers: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unanswered {
    Made,
    Named,
    Crowd,
}

fn crowd(nth: u64) -> Vec<String> {
    (0..CROWD).map(|one| format!("u{nth}-{one}")).collect()
}

impl Known {
    /// Writes until there is no answer.
    async fn write(mut self, client: Arc<Client>) -> Self {
        loop {
            let (about, answered) = self.write_once(&client).await;
            if !answered {
                self.unanswered = Some(about);
                return self;
            }
            self.answers += 1;
        }
    }

    async fn write_once(&mut self, client: &Client) -> (Unanswered, bool) {
        let room = self.room.clone();
        if !self.made {
            let body = json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference",
                "RoomName": "0"}});
            let answer = client.call("create_room", body).await;
            self.made = answer.as_ref().is_some_and(|(code, _)| *code == 0);
            assert!(answer.is_none() || self.made, "{answer:?}");
            return (Unanswered::Made, self.made);
        }
        match self.answers % 3 {
            0 => {
                let name = (self.named + 1).to_string();
                let body = json!({"RoomInfo": {"RoomId": room, "RoomName": name}});
                let answer = client.call("update_room_info", body).await;
                let Some((code, _)) = answer else { return (Unanswered::Named, false) };
                assert_eq!(code, 0);
                self.named += 1;
                (Unanswered::Named, true)
            }
            1 => {
                let answered = client.enter(&room, &crowd(self.crowds)).await;
                self.crowds += u64::from(answered);
                (Unanswered::Crowd, answered)
            }
            _ => {
                // Refused, and nothing of it may ever be seen.
                let body = json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference",
                    "RoomName": "refused"}});
                let answer = client.call("create_room", body).await;
                assert!(answer.as_ref().is_none_or(|(code, _)| *code == 100_010), "{answer:?}");
                (Unanswered::Named, answer.is_some())
            }
        }
    }

    /// Holds what is there against what was answered, and takes it as known.
    async fn check(&mut self, client: &Client) {
        let unanswered = self.unanswered.take();
        let Some((name, members)) = client.look(&self.room).await else {
            assert!(!self.made, "a room that was answered is not there: {self:?}");
            return;
        };
        assert!(self.made || unanswered == Some(Unanswered::Made), "{self:?}");
        self.made = true;
        let named: u64 = name.parse().unwrap_or_else(|_| panic!("{name:?} was never answered"));
        let at_most = self.named + u64::from(unanswered == Some(Unanswered::Named));
        assert!((self.named..=at_most).contains(&named), "named {named}: {self:?}");
        self.named = named;
        let there = |nth| crowd(nth).iter().filter(|one| members.contains(*one)).count();
        for nth in 0..self.crowds {
            assert_eq!(there(nth), CROWD, "crowd {nth} was answered: {self:?}");
        }
        let whole = match there(self.crowds) {
            0 => 0,
            CROWD => 1,
            some => panic!("{some} of {CROWD} came in: {self:?}"),
        };
        assert!(whole == 0 || unanswered == Some(Unanswered::Crowd), "{self:?}");
        self.crowds += whole;
        let owner = usize::from(members.contains(ADMIN));
        assert_eq!(members.len() - owner, self.crowds as usize * CROWD, "{self:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_stays_through_a_kill_at_any_moment() {
    let rounds = if std::env::var_os("GUESTLIST_SLOW").is_some() { 200 } else { 10 };
    let directory = tempfile::tempdir().unwrap();
    let known = |nth| Known { room: format!("room{nth}"), ..Known::default() };
    let mut all: Vec<Known> = (0..WRITERS).map(known).collect();
    let mut answers = 0;
    for round in 0..rounds {
        let program = Program::spawn(command(directory.path()));
        let client = Arc::new(Client::of(&program));
        let mut writers = JoinSet::new();
        for known in all.drain(..) {
            writers.spawn(known.write(Arc::clone(&client)));
        }
        let random = RandomState::new().build_hasher().finish();
        let pause = 30 + random % 400;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        program.signal("KILL");
        all = writers.join_all().await;
        drop(program);

        let program = Program::spawn(command(directory.path()));
        let client = Client::of(&program);
        for (nth, known) in all.iter_mut().enumerate() {
            known.check(&client).await;
            if known.crowds > MAX_CROWDS {
                // Looking at a room costs what is in it: it stays, and another one is written to.
                let (room, answers) = (format!("room{nth}-{round}"), known.answers);
                *known = Known { room, answers, ..Known::default() };
            }
        }
        // This one ends while nobody writes, some of the time in good order.
        if random.is_multiple_of(2) {
            program.signal("TERM");
            let (success, said) = program.end();
            assert!(success, "{said}");
        }
        answers = all.iter().map(|known| known.answers).sum();
    }
    assert!(
        answers > rounds * 20,
        "it was killed under load: {answers} answers in {rounds} rounds"
    );
}

/// So many people come into two rooms, by turns.
async fn come(client: &Client, numbers: std::ops::Range<u32>) {
    for nth in numbers {
        for room in ["r", "s"] {
            assert!(client.enter(room, &[format!("u{nth}")]).await);
        }
    }
}

/// Who came into a room, by what its receiver was told.
fn told_of(bodies: &[Value], room: &str) -> Vec<String> {
    let of_room = bodies.iter().filter(|body| body["RoomId"] == room);
    let who = |body: &Value| body["MemberList_Account"][0].as_str().unwrap().to_owned();
    of_room.map(who).collect()
}

fn names(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|nth| format!("u{nth}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_that_wait_are_sent_after_a_kill_and_their_receiver_is_still_set() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = command(directory.path());
        let retry = vec!["1"; 100].join(",");
        command.args(["--set", &format!("app.0.callback.retry={retry}")]);
        let program = Program::spawn(command);
        let client = Client::of(&program);
        (program, client)
    };
    let backend = Backend::start().await;
    let (address, url) = (backend.address, backend.url());
    let receiver = json!({"Url": url, "CallbackCommandList": ["Room.CallbackAfterMemberEnter"]});

    let (program, client) = start();
    let (code, _) = client.call("set_callback", receiver.clone()).await.unwrap();
    assert_eq!(code, 0);
    for room in ["r", "s"] {
        let body = json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference"}});
        assert_eq!(client.call("create_room", body).await.unwrap().0, 0);
    }
    come(&client, 0..2).await;
    backend.bodies(4).await;
    client.told_everything().await;
    backend.stop().await;
    // Nobody is there who would hear of these.
    come(&client, 2..12).await;
    program.signal("KILL");
    drop(program);

    let (program, client) = start();
    let asked = client.call("get_callback", json!({})).await.unwrap();
    assert_eq!(asked, (0, receiver.clone()));
    // Twice, so that what was put off twice and what comes anew stay in order too.
    come(&client, 12..14).await;
    program.signal("KILL");
    drop(program);

    let (program, client) = start();
    let backend = Backend::at(address).await;
    let bodies = backend.bodies(24).await;
    for room in ["r", "s"] {
        assert_eq!(told_of(&bodies, room), names(2..14), "in order, nothing missing or twice");
    }
    assert_eq!(bodies.len(), 24);

    // What was sent and is not answered is sent once more, and nothing else is.
    come(&client, 14..15).await;
    backend.bodies(26).await;
    client.told_everything().await;
    backend.answers(Answer::Never);
    assert!(client.enter("r", &["unanswered".to_owned()]).await);
    backend.bodies(27).await;
    assert!(client.enter("r", &["behind".to_owned()]).await);
    program.signal("KILL");
    drop(program);
    backend.answers(Answer::Good);
    let (program, client) = start();
    let bodies = backend.bodies(29).await;
    assert_eq!(told_of(&bodies[26..], "r"), ["unanswered", "unanswered", "behind"]);
    assert_eq!(told_of(&bodies[26..], "s"), [""; 0]);
    client.told_everything().await;

    // That there is none is kept too.
    assert_eq!(client.call("delete_callback", json!({})).await.unwrap().0, 0);
    program.signal("KILL");
    drop(program);
    let (program, client) = start();
    assert_eq!(client.call("get_callback", json!({})).await.unwrap().0, 100_301);
    program.signal("TERM");
    let (success, said) = program.end();
    assert!(success, "{said}");
    assert_eq!(backend.bodies(0).await.len(), 29, "and nobody was told of anything else");
}

/// Starts it where it cannot start: what it says.
fn refuses(mut command: Command) -> String {
    let output = command.args(["--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!output.status.success(), "it ended well");
    let said = stderr(&output);
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_second_process_is_refused_and_the_first_one_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::spawn(command(directory.path()));
    let said = refuses(command(directory.path()));
    assert!(said.contains("in use by another process"), "{said}");
    program.signal("TERM");
    assert!(program.end().0);
}

#[test]
fn a_directory_of_a_newer_format_or_of_somebody_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    Program::spawn(command(directory.path())).signal("TERM");
    let format = directory.path().join("format");
    fs::write(&format, "guestlist store, format 2\n").unwrap();
    let said = refuses(command(directory.path()));
    assert!(said.contains("format 2, and this program reads up to 1"), "{said}");
    assert_eq!(fs::read_to_string(&format).unwrap(), "guestlist store, format 2\n");

    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("letter.txt"), "dear all").unwrap();
    let said = refuses(command(foreign.path()));
    assert!(said.contains("not empty, and not a store of guestlist"), "{said}");
    assert_eq!(fs::read_dir(foreign.path()).unwrap().count(), 1);
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let said = refuses(command(&file.join("store")));
    assert!(said.contains(&format!("{}: ", file.join("store").display())), "{said}");

    let closed = directory.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    // Whoever may do everything is refused by a file system alone.
    if fs::write(closed.join("probe"), "").is_err() {
        let said = refuses(command(&closed.join("store")));
        assert!(said.contains("closed/store: "), "{said}");
    }
}

#[tokio::test]
async fn the_production_settings_run_a_node_that_keeps_what_it_answered() {
    const KEY: &str = "the-secret-key-of-your-app";
    const APP: u32 = 1_400_000_001;
    let directory = tempfile::tempdir().unwrap();
    let production = || {
        let settings = concat!(env!("CARGO_MANIFEST_DIR"), "/config/production.toml");
        let path = format!("store.path={}", directory.path().display());
        let mut command = guestlist(&["serve", "--config", settings, "--set", &path]);
        command.env("GUESTLIST_APP__0__SECRET_KEYS", KEY);
        command.env("GUESTLIST_CONTROL__TOKEN", "a-long-random-token-of-your-own");
        Program::spawn(command)
    };
    let ask = async |program: &Program, command: &str, body: Value| {
        let ticket = usersig_of(KEY, APP, "administrator", now_s(), 60);
        let query =
            query("administrator", &ticket).replace(&SDKAPPID.to_string(), &APP.to_string());
        let url = format!("http://{}/v4/room_engine_http_srv/{command}?{query}", program.listen);
        let sent = client().post(url).body(body.to_string()).send().await.unwrap();
        sent.json::<Value>().await.unwrap()["ErrorCode"].as_u64().unwrap()
    };
    let program = production();
    let room = json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference"}});
    assert_eq!(ask(&program, "create_room", room.clone()).await, 0);
    program.signal("KILL");
    drop(program);
    let program = production();
    assert_eq!(ask(&program, "create_room", room).await, 100_010, "it is there");
    let control = program.control_listen.clone().unwrap();
    let url = format!("http://{control}/_guestlist/v1/apps");
    assert_eq!(client().get(url).send().await.unwrap().status(), 401, "the token is asked for");
    let metrics = client().get(format!("http://{control}/metrics"));
    let metrics = metrics.bearer_auth("a-long-random-token-of-your-own").send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let figure = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {metrics}")).parse::<f64>().unwrap()
    };
    assert!(figure("guestlist_journal_disk_bytes") > 0.0);
    assert_eq!(figure("guestlist_journal_waiting"), 0.0);
    program.signal("TERM");
    assert!(program.end().0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_journal_is_refused_untouched_until_its_loss_is_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::spawn(command(directory.path()));
    let client = Client::of(&program);
    for room in ["first", "second"] {
        let body = json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference",
            "RoomName": room}});
        assert_eq!(client.call("create_room", body).await.unwrap().0, 0);
    }
    program.signal("TERM");
    assert!(program.end().0);

    let journal = directory.path().join("rows/0.jnl");
    let mut bytes = fs::read(&journal).unwrap();
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[last] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let said = refuses(command(directory.path()));
    assert!(said.contains("are missing, and were synced"), "{said}");
    assert!(said.contains("--accept-loss starts with what is left"), "{said}");
    assert!(fs::read(&journal).unwrap() == bytes, "its files are as they were");

    let mut accepting = command(directory.path());
    accepting.arg("--accept-loss");
    let program = Program::spawn(accepting);
    program.signal("TERM");
    assert!(program.end().0);
    let program = Program::spawn(command(directory.path()));
    let client = Client::of(&program);
    assert!(client.look("first").await.is_some(), "it was not damaged");
    assert!(client.look("second").await.is_none(), "it was lost");
}

/// A file may grow to this: the disk is full then.
const FULL_KIB: u32 = 96;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_process_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    // fjall sets its file aside whole: the limit comes when that is there.
    // Whoever hits the limit gets a signal besides the error, which no full disk sends.
    let mut deaf = Command::new("sh");
    let plain = command(directory.path());
    deaf.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#]).arg(plain.get_program());
    deaf.args(plain.get_args()).env_clear();
    let program = Program::spawn(deaf);
    let known = Known { room: "room".to_owned(), ..Known::default() };
    let writing = known.write(Arc::new(Client::of(&program)));
    let limit = || {
        let pid = program.pid().to_string();
        let limit = format!("--fsize={}", u64::from(FULL_KIB) * 1024);
        let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap();
        assert!(status.success());
    };
    limit();
    let mut known = tokio::time::timeout(Duration::from_secs(60), writing).await.unwrap();
    let (success, said) = program.end();
    assert!(!success, "{said}");
    assert!(said.contains("cannot be written any more"), "{said}");

    let program = Program::spawn(command(directory.path()));
    known.check(&Client::of(&program)).await;
    assert!(known.answers > 0);
}
