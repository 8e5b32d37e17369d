//! Every command's body, from an administrator whose ticket is good.
//!
//! The first byte picks the command (its lower seven bits, by the list of commands) and whether the
//! app is strict (its highest bit); the rest is the body. The command meets two small rooms that
//! are made anew once something has changed.

use std::cell::RefCell;
use std::collections::HashSet;

use futures_util::FutureExt;
use guestlist::config::DEVELOPMENT_KEY;
use guestlist::domain::{Account, AskForSeat, CallbackUrl, Enter, RoomId, RoomView};
use guestlist::engine::Receiver;
use guestlist::proto::tencent::{Admitted, Answer, Envelope, Head, Spec, commands};
use guestlist::sig::usersig::{Claims, SecretKey, sign};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::desk::{ADMIN, APP, Desk};

/// The codes of the gateway that a body can cause: no JSON object, too late or broken off, an
/// account that is a number.
const GATEWAY_CODES: [u32; 3] = [60003, 60008, 60015];
/// The longest `ErrorInfo`, in bytes: it may name a field and a limit, not repeat the body.
const ERROR_INFO_BYTES_MAX: usize = 512;
const ADD_ROBOT: &str = "room_engine_http_srv/add_robot";
const BAN: &str = "room_engine_http_srv/ban_room_member";
const BANS: &str = "room_engine_http_srv/get_banned_member_list";
const CHECK: &str = "im_open_login_svc/account_check";
const CREATE: &str = "room_engine_http_srv/create_room";
const ADD_MEMBERS: &str = "group_open_http_svc/add_group_member";
const CREATE_GROUP: &str = "group_open_http_svc/create_group";
const GROUP_BANS: &str = "group_open_http_svc/get_group_ban_member";
const GROUP_INFO: &str = "group_open_http_svc/get_group_info";
const IMPORT: &str = "im_open_login_svc/account_import";
const INFO: &str = "room_engine_http_srv/get_room_info";
const LIST: &str = "room_engine_http_srv/get_room_member_list";
const MUTE: &str = "group_open_http_svc/forbid_send_msg";
const MUTED: &str = "group_open_http_svc/get_group_muted_account";
const LOCK_SEAT: &str = "room_engine_http_mic/lock_seat";
const PICK: &str = "room_engine_http_mic/pick_user_on_seat";
const SEATS: &str = "room_engine_http_mic/get_seat_list";
const UPDATE_MEMBER: &str = "room_engine_http_srv/update_room_member_info";

thread_local! {
    static LENIENT: Clerk = Clerk::new("app.0.strict=false");
    static STRICT: Clerk = Clerk::new("app.0.strict=true");
}

/// Returns the command's number and the code of the answer.
pub(crate) fn run(input: &[u8]) -> Option<(usize, u32)> {
    let (&first, body) = input.split_first()?;
    let clerk = if first & 0x80 == 0 { &LENIENT } else { &STRICT };
    let number = usize::from(first & 0x7f) % commands().count();
    Some((number, clerk.with(|clerk| clerk.judge(number, body))))
}

/// Brings requests to a desk.
struct Clerk {
    desk: Desk,
    /// A request of each command, let in.
    admitted: Vec<Admitted>,
    /// The codes that each command may answer.
    codes: Vec<HashSet<u32>>,
    /// The rooms as they stand there for the next input; none if they have to be made.
    stage: RefCell<Option<Vec<String>>>,
}

/// An answer without what is different each time.
struct Seen {
    answer: Answer,
    text: String,
    value: Value,
}

impl Clerk {
    fn new(strict: &str) -> Self {
        let desk = Desk::with(&[
            strict,
            "app.0.room.max_admin_count=2",
            "app.0.chat.member_fields=level,title",
            "app.0.chat.group_fields=shelf,topic",
        ]);
        let claims = Claims {
            identifier: ADMIN.to_owned(),
            sdkappid: APP.0.into(),
            time_s: 0,
            expire_s: u64::MAX,
            userbuf: None,
        };
        let ticket = sign(&SecretKey::new(DEVELOPMENT_KEY), &claims);
        let query = format!("sdkappid={APP}&identifier={ADMIN}&usersig={ticket}");
        let admit = |path| {
            let path = format!("/v4/{path}");
            let head = Head { method: "POST", path: &path, query: &query, origin: None };
            let found = desk.gateway.find(&head).expect("a command of the list");
            desk.gateway.admit(found, "POST").expect("an administrator")
        };
        let admitted = commands().map(|entry| admit(entry.spec.path)).collect();
        let codes = commands().map(|entry| documented(&entry.spec)).collect();
        Self { desk, admitted, codes, stage: RefCell::new(None) }
    }

    fn judge(&self, number: usize, body: &[u8]) -> u32 {
        let spec = &commands().nth(number).expect("a number of the list").spec;
        let before = self.stage.take().unwrap_or_else(|| {
            self.set_the_stage();
            self.look_around()
        });
        self.set_the_receiver(spec.name());
        let seen = self.call(number, body);
        let code = self.check_envelope(number, &seen, body);
        let after = self.look_around();
        if code != 0 || spec.reads {
            assert_eq!(before, after, "{} answered {code} and changed something", spec.name());
            let again = self.call(number, body);
            assert_eq!(seen.text, again.text, "{} does not answer alike", spec.name());
            self.stage.replace(Some(after));
        }
        self.check_secrets(number, body);
        code
    }

    /// A receiver of callbacks that wants none, but for the command that needs there to be none.
    fn set_the_receiver(&self, command: &str) {
        let app = self.desk.app();
        app.remove_receiver();
        if command != "set_callback" {
            let url = CallbackUrl::parse("http://127.0.0.1:9").expect("a good URL");
            let receiver = Receiver { url, kinds: Vec::new(), by_rest: true };
            app.create_receiver(receiver).expect("there is none");
        }
    }

    /// Two rooms: one with an owner, an administrator, members, a robot, a ban and a password,
    /// where two sit, one waits for a seat and one seat is locked; one of the caller with nothing.
    /// One account is imported.
    fn set_the_stage(&self) {
        let desk = &self.desk;
        at_once(desk.engine.reset(&desk.app())).expect("memory is there");
        let room = json!({"RoomInfo": {
            "RoomId": "room-test", "RoomType": "Conference", "Owner_Account": "user2",
            "IsSeatEnabled": true, "TakeSeatMode": "FreeToTake", "Password": "4321",
        }});
        self.done(CREATE, &room);
        let account = |text: &str| Account::parse(text).expect("a good account");
        let room = RoomId::parse("room-test").expect("a good id");
        for name in ["user4", "user1", "user5", "mallory", "\"\\é"] {
            let enter = Enter { name: Some("🙂\u{7}".into()), ..Enter::of(account(name)) };
            at_once(desk.engine.run(&desk.app(), &room, &enter)).expect("the door is open");
        }
        let admin = json!({"RoomId": "room-test", "MemberInfo": {
            "Member_Account": "user4", "Role": "Admin", "CustomInfo": "custom info",
        }});
        self.done(UPDATE_MEMBER, &admin);
        self.done(ADD_ROBOT, &json!({"RoomId": "room-test", "Member_Account": "robot1"}));
        for (index, sits) in (0..).zip(["user1", "robot1"]) {
            let pick = json!({"RoomId": "room-test", "Member_Account": sits, "Index": index});
            self.done(PICK, &pick);
        }
        self.done(LOCK_SEAT, &json!({"RoomId": "room-test", "Index": 2, "ForbidTaken": true}));
        let ask = AskForSeat { account: account("user4") };
        at_once(desk.engine.run(&desk.app(), &room, &ask)).expect("nobody forbids it");
        // Longer than a fuzzer runs: the room stays as it is.
        let ban = json!({
            "RoomId": "room-test", "MemberList_Account": ["mallory"], "Reason": "",
            "Duration": u32::MAX,
        });
        self.done(BAN, &ban);
        self.done(CREATE, &json!({"RoomInfo": {"RoomId": "r-1001", "RoomType": "Conference"}}));
        self.done(IMPORT, &json!({"UserID": "user1", "Nick": "🙂"}));
        let group = json!({"GroupId": "group-test", "Type": "Public", "Name": "🙂",
            "Owner_Account": "user2"});
        self.done(CREATE_GROUP, &group);
        let members = json!({"GroupId": "group-test", "MemberList": [
            {"Member_Account": "user4"}, {"Member_Account": "user1"}]});
        self.done(ADD_MEMBERS, &members);
        let mute = json!({"GroupId": "group-test", "Members_Account": ["user1", "mallory"],
            "MuteTime": u32::MAX});
        self.done(MUTE, &mute);
        let live = json!({"GroupId": "live-test", "Type": "AVChatRoom", "Name": "live",
            "Owner_Account": "user2"});
        self.done(CREATE_GROUP, &live);
    }

    fn done(&self, path: &str, body: &Value) {
        let seen = self.ask(path, body);
        assert_eq!(seen.answer.code(), 0, "{path}: {}", seen.text);
    }

    fn ask(&self, path: &str, body: &Value) -> Seen {
        let number = commands().position(|entry| entry.spec.path == path);
        self.call(number.expect("a command of the list"), body.to_string().as_bytes())
    }

    fn call(&self, number: usize, body: &[u8]) -> Seen {
        let gateway = &self.desk.gateway;
        let request_id = gateway.next_request_id();
        let answer = at_once(gateway.perform(&self.admitted[number], body, request_id));
        let text = str::from_utf8(&answer.body).expect("JSON is UTF-8");
        let value = serde_json::from_str(text).expect("the reply is JSON");
        let text = text.replacen(&request_id.to_string(), "", 1);
        Seen { answer, text, value }
    }

    /// What holds for every reply. Returns its code.
    fn check_envelope(&self, number: usize, seen: &Seen, body: &[u8]) -> u32 {
        let Seen { answer, text, value } = seen;
        let code = answer.code();
        assert_eq!(value["ErrorCode"], code);
        assert_eq!(value["ActionStatus"], if code == 0 { "OK" } else { "FAIL" });
        let named = match answer.envelope {
            Envelope::Room => json!(answer.request_id.to_string()),
            Envelope::Chat => Value::Null,
        };
        assert_eq!(value["RequestId"], named);
        let info = value["ErrorInfo"].as_str().expect("a text");
        assert_eq!(info.is_empty(), code == 0, "{text}");
        assert!(info.len() <= ERROR_INFO_BYTES_MAX, "{} bytes: {info:.80}", info.len());
        let fields = value.as_object().expect("an object").len();
        let has_response = value.get("Response").is_some_and(|_| code == 0);
        match answer.envelope {
            Envelope::Room => assert_eq!(fields, 4 + usize::from(has_response), "{text}"),
            Envelope::Chat => assert!(fields == 3 || (code == 0 && !has_response), "{text}"),
        }
        assert!(self.codes[number].contains(&code), "undocumented: {text}");
        let parsed: Result<Value, _> = serde_json::from_slice(body);
        if parsed.is_ok_and(|body| body.is_object()) {
            assert_ne!(code, 60003, "this is a JSON object: {text}");
        } else if serde_json::from_slice::<IgnoredAny>(body).is_err() {
            assert_eq!(code, 60003, "this is no JSON: {text}");
        }
        if code == 60003 {
            assert!(says_place_alone(info), "{info}");
        }
        code
    }

    /// What is said of a refused body does not hang on the password in it.
    fn check_secrets(&self, number: usize, body: &[u8]) {
        let Ok(mut body) = serde_json::from_slice::<Value>(body) else { return };
        let shown = body.to_string();
        if !shown.contains("\"Password\"") {
            return;
        }
        other_passwords(&mut body);
        self.stage.take();
        let said = |body: &str| {
            self.set_the_stage();
            let text = self.call(number, body.as_bytes()).text;
            let mut value: Value = serde_json::from_str(&text).expect("a reply is JSON");
            // A place in a list holds the time at which the stage was set.
            if let Some(response) = value.get_mut("Response").and_then(Value::as_object_mut) {
                response.remove("Next");
            }
            value
        };
        let (one, other) = (said(&shown), said(&body.to_string()));
        assert_eq!(one, other, "the reply to {shown} hangs on the password");
    }

    /// Every room as the room dialect shows it, with what must be true of each, and some accounts.
    fn look_around(&self) -> Vec<String> {
        let desk = &self.desk;
        let mut rooms = Vec::new();
        let mut see = |id: &RoomId, room: &RoomView<'_>| {
            rooms.push((id.as_str().to_owned(), room.facts.kind.is_group()));
        };
        let next = at_once(desk.engine.rooms(&desk.app(), None, 100, &mut see));
        assert_eq!(next, Ok(None), "a hundred rooms and more");
        let accounts = self.ask(CHECK, &json!({"CheckItem": Self::accounts()})).text;
        let look = |(room, is_group): &(String, bool)| match is_group {
            true => self.look_at_group(room),
            false => self.look_at(room),
        };
        rooms.iter().flat_map(look).chain([accounts]).collect()
    }

    /// Accounts that the seeds name.
    fn accounts() -> [Value; 4] {
        ["user1", "user2", "user3", "test"].map(|account| json!({"UserID": account}))
    }

    /// A group as the chat dialect shows it: its owner, if it has one, is the one who has the role.
    fn look_at_group(&self, group: &str) -> Vec<String> {
        let info = self.ask(GROUP_INFO, &json!({"GroupIdList": [group]}));
        let row = &info.value["GroupInfo"][0];
        assert_eq!(row["ErrorCode"], 0, "{group} is listed and not there: {}", info.text);
        if let Some(members) = row["MemberList"].as_array() {
            assert_eq!(row["MemberNum"], members.len(), "{}", info.text);
            let owners = members.iter().filter(|member| member["Role"] == "Owner");
            let owners: Vec<&Value> = owners.map(|member| &member["Member_Account"]).collect();
            let owner: Vec<&Value> = row.get("Owner_Account").into_iter().collect();
            assert_eq!(owners, owner, "{}", info.text);
        }
        let muted = self.ask(MUTED, &json!({"GroupId": group})).text;
        let bans = self.ask(GROUP_BANS, &json!({"GroupId": group})).text;
        vec![info.text, muted, bans]
    }

    fn look_at(&self, room: &str) -> Vec<String> {
        let info = self.ask(INFO, &json!({"RoomId": room}));
        assert_eq!(info.answer.code(), 0, "{room} is listed and not there: {}", info.text);
        let facts = &info.value["Response"]["RoomInfo"];
        self.check_facts(facts);
        let members = self.walk(room, 200);
        assert_eq!(members, self.walk(room, 2), "pages of another size, another list");
        assert_eq!(facts["MemberCount"], members.len());
        self.check_members(facts, &members);
        let in_the_room: HashSet<&Value> = members.iter().map(|it| &it["Member_Account"]).collect();
        let seats = self.look_at_seats(room, facts, &in_the_room);
        let bans = self.look_at_bans(room, &in_the_room);
        let members = members.iter().map(Value::to_string);
        [info.text, seats, bans].into_iter().chain(members).collect()
    }

    /// Every seat, by its index; who sits is in the room and sits once; a locked seat is free.
    fn look_at_seats(&self, room: &str, facts: &Value, in_the_room: &HashSet<&Value>) -> String {
        let Seen { text, value, .. } = self.ask(SEATS, &json!({"RoomId": room}));
        let seats = value["Response"]["SeatList"].as_array().expect("a list");
        assert_eq!(facts["MaxSeatCount"], seats.len());
        let mut seated = HashSet::new();
        for (index, seat) in seats.iter().enumerate() {
            assert_eq!(seat["Index"], index);
            let Some(account) = seat.get("Member_Account") else { continue };
            assert!(in_the_room.contains(account), "{account} sits and is not there");
            assert!(seated.insert(account), "{account} sits twice");
            assert_eq!(seat["IsTakenDisabled"], false, "{account} sits on a locked seat");
        }
        text
    }

    /// Nobody is banned twice, or banned and in the room.
    fn look_at_bans(&self, room: &str, in_the_room: &HashSet<&Value>) -> String {
        let Seen { text, value, .. } = self.ask(BANS, &json!({"RoomId": room}));
        let bans = value["Response"]["BannedAccountList"].as_array().expect("a list");
        let mut banned = HashSet::new();
        for ban in bans {
            let account = &ban["Member_Account"];
            assert!(!in_the_room.contains(account), "{account} is banned and there");
            assert!(banned.insert(account), "{account} is banned twice");
        }
        text
    }

    /// All members, in pages of so many.
    fn walk(&self, room: &str, count: usize) -> Vec<Value> {
        let mut members = Vec::new();
        let mut next = String::new();
        loop {
            let body = json!({"RoomId": room, "Count": count, "Next": next});
            let mut page = self.ask(LIST, &body);
            assert_eq!(page.answer.code(), 0, "{body}: {}", page.text);
            let list = page.value["Response"]["MemberList"].take();
            let Value::Array(list) = list else { panic!("no list: {}", page.text) };
            page.value["Response"]["Next"].as_str().expect("a text").clone_into(&mut next);
            assert!(list.len() <= count && (next.is_empty() || list.len() == count));
            members.extend(list);
            if next.is_empty() {
                return members;
            }
            assert!(members.len() < 1_000, "the walk has no end");
        }
    }

    fn check_facts(&self, facts: &Value) {
        let app = self.desk.app();
        let rules = app.rules();
        let text = |name: &str| facts[name].as_str().expect("a text");
        let number = |name: &str| facts[name].as_u64().expect("a number");
        assert!((1..=100).contains(&text("RoomName").len()));
        assert!((1..=32).contains(&text("Owner_Account").len()));
        assert!((1..=48).contains(&text("RoomId").len()));
        assert!(text("CustomInfo").len() <= 500);
        assert!((1..=rules.member_ceiling.into()).contains(&number("MaxMemberCount")));
        assert!(number("ScheduleEndTime") >= number("ScheduleStartTime") + 300);
        let seats = number("MaxSeatCount");
        assert!(seats <= rules.max_seat_count.into());
        assert_eq!(facts["IsSeatEnabled"], seats > 0);
        assert_eq!(text("TakeSeatMode") == "None", seats == 0);
    }

    fn check_members(&self, facts: &Value, members: &[Value]) {
        let text = |member: &Value, name: &str| member[name].as_str().expect("a text").to_owned();
        let accounts: HashSet<_> = members.iter().map(|it| text(it, "Member_Account")).collect();
        assert_eq!(accounts.len(), members.len(), "somebody stands there twice");
        let of = |role| members.iter().filter(move |member| member["Role"] == role);
        // So there is one at most, and he has no other role.
        for member in members {
            let owns = member["Member_Account"] == facts["Owner_Account"];
            assert_eq!(member["Role"] == "Owner", owns, "{member}");
        }
        let admins = of("Admin").count();
        assert!(admins <= self.desk.app().rules().max_admin_count as usize);
        assert_eq!(of("Member").count() + of("Owner").count() + admins, members.len());
        for member in members {
            assert!((1..=32).contains(&text(member, "Member_Account").len()));
            assert!(text(member, "NameCard").len() <= 32);
            assert!(text(member, "CustomInfo").len() <= 60);
        }
    }
}

/// `line 1, column 2`, or one of the other reasons that have nothing of the body in them.
fn says_place_alone(info: &str) -> bool {
    let Some(reason) = info.strip_prefix("the body is not a JSON object: ") else { return false };
    let place = reason.strip_prefix("line ").and_then(|place| place.split_once(", column "));
    let is_number = |text: &str| text.parse::<usize>().is_ok();
    place.is_some_and(|(line, column)| is_number(line) && is_number(column))
        || reason == "not UTF-8"
        || reason == "another JSON value stands there"
        || reason.starts_with("it is empty")
}

/// Puts other texts of the same length, and other numbers, where passwords stand.
fn other_passwords(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "Password" => {
                        let letter = if text.contains('x') { "y" } else { "x" };
                        *text = letter.repeat(text.len());
                    }
                    Value::Number(number) if name == "Password" => {
                        *value = json!(u8::from(number.as_u64() == Some(0)));
                    }
                    other => other_passwords(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(other_passwords),
        _ => {}
    }
}

/// Success, what the command says that it answers, and the gateway's codes.
fn documented(spec: &Spec) -> HashSet<u32> {
    [0].iter().chain(&GATEWAY_CODES).chain(spec.answers).copied().collect()
}

/// What the memory store answers: it never makes anybody wait.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().expect("memory answers at once")
}
