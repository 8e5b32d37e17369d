//! The settings in force, as `guestlist config` prints them.

use super::*;

const DEFAULTS: &str = r#"[server]
listen = "127.0.0.1:8080"
body_limit = "1 MiB"
body_memory = "64 MiB"
request_timeout = "3s"
max_connections = 10000

[server.tls]
cert = ""
key = ""

[control]
listen = "127.0.0.1:8081"
token = ""
hosts = []

[bench]
enabled = false
fault_header = false
seed_ids = 0
start_ms = 0
seed = ""
snapshots = "64 MiB"

[log]
access = "failures"

[store]
kind = "memory"
path = "guestlist-data"

[callback]
backlog = "64 MiB"
"#;

/// The pauses by default, which are longer than a line.
const RETRY: &str = "RETRY";

const APP: &str = r#"
[[app]]
sdkappid = 1400000001
secret_keys = ["(hidden)"]
admins = ["administrator"]
strict = false
unlimited = false
total_calls_per_second = 0

[app.room]
owner_is_member = true
owner_role_name = "Owner"
max_member_count = 300
member_ceiling = 1000000
max_seat_count = 16
max_admin_count = 10
max_robot_count = 3
reclaim_after = "6h"

[app.chat]
accounts = "any"
member_fields = []
group_fields = []
online_status = true

[app.chat.limits]
create_members = 100
add_members = 300
import_members = 300
delete_members = 100
role_accounts = 500
mute_accounts = 500
member_page = 200
groups_per_info = 50
app_group_page = 10000
joined_group_page = 5000
ban_accounts = 20
ban_page = 100
name_bytes = 30
introduction_bytes = 240
notification_bytes = 300
face_url_bytes = 100

[app.chat.quota]
groups = 0
av_chat_rooms = 0
groups_per_account = 0
members = 6000
community_members = 100000
accounts = 0

[app.zego]
server_secret = ""
callback_secret = ""
callback_url = ""
count_continuations = false
cors = true

[app.callback]
url = ""
commands = []
token = ""
retry = RETRY
timeout = "2s"
allow_private = false
sign_clock = "real"
"#;

/// What is printed of an app by default.
fn app() -> String {
    let retry = [1, 2, 4, 8, 16, 32].into_iter().chain([60; 59]).map(|pause_s| pause_s.to_string());
    let retry = format!("[{}]", retry.collect::<Vec<_>>().join(", "));
    APP.replace(RETRY, &retry)
}

#[test]
fn the_defaults_are_printed_as_default_toml_has_them() {
    assert_eq!(given().serve().effective_toml(), DEFAULTS);
    assert_eq!(given().app().serve().effective_toml(), format!("{DEFAULTS}{}", app()));
}

#[test]
fn default_toml_as_a_file_changes_nothing() {
    // Its template is then an app, which lacks what each app must say.
    let copy = given().file(include_str!("../../../config/default.toml"));
    assert_eq!(
        copy.faults(),
        [
            "app.0.sdkappid: 0, must be 1 to 4294967295 (FILE)",
            "app.0.secret_keys: 0 keys, must be 1 to 16 (FILE)",
        ]
    );
    assert_eq!(copy.app().serve().effective_toml(), format!("{DEFAULTS}{}", app()));
}

#[test]
fn what_is_printed_reads_back_as_the_same() {
    let changed = given()
        .app()
        .set("app.0.sdkappid=3")
        .set("server.listen=[::1]:0")
        .set("server.body_limit=1500")
        .set("server.body_memory=2 KiB")
        .set("server.request_timeout=1500ms")
        .set("server.max_connections=7")
        .set("server.tls.cert=/c \"1\".pem")
        .set("server.tls.key=k.pem")
        .set("control.listen=0.0.0.0:9")
        .set("control.token=t0ken")
        .set("control.hosts=a,b")
        .set("bench.enabled=true")
        .set("bench.fault_header=true")
        .set("bench.seed_ids=7")
        .set("bench.seed=/f \"1\".toml")
        .set("bench.snapshots=8 KiB")
        .set("log.access=off")
        .set("app.0.secret_keys.1=other")
        .set("app.0.admins=\u{e9}\"\\,b")
        .set("app.0.strict=true")
        .set("app.0.unlimited=true")
        .set("app.0.total_calls_per_second=5")
        .set("app.0.room.owner_is_member=false")
        .set("app.0.room.owner_role_name=RoomOwner")
        .set("app.0.room.max_member_count=2")
        .set("app.0.room.member_ceiling=3")
        .set("app.0.room.max_seat_count=4")
        .set("app.0.room.max_admin_count=5")
        .set("app.0.room.max_robot_count=6")
        .set("app.0.room.reclaim_after=7m")
        .set("app.0.chat.accounts=imported")
        .set("app.0.chat.member_fields=level,Public.team")
        .set("app.0.chat.group_fields=topic")
        .set("app.0.chat.online_status=false")
        .set("app.0.chat.limits.create_members=1001")
        .set("app.0.chat.limits.add_members=1000")
        .set("app.0.chat.limits.import_members=999")
        .set("app.0.chat.limits.delete_members=998")
        .set("app.0.chat.limits.role_accounts=997")
        .set("app.0.chat.limits.mute_accounts=996")
        .set("app.0.chat.limits.member_page=995")
        .set("app.0.chat.limits.groups_per_info=994")
        .set("app.0.chat.limits.app_group_page=993")
        .set("app.0.chat.limits.joined_group_page=992")
        .set("app.0.chat.limits.ban_accounts=991")
        .set("app.0.chat.limits.ban_page=990")
        .set("app.0.chat.limits.name_bytes=912")
        .set("app.0.chat.limits.introduction_bytes=913")
        .set("app.0.chat.limits.notification_bytes=914")
        .set("app.0.chat.limits.face_url_bytes=915")
        .set("app.0.chat.quota.groups=3000")
        .set("app.0.chat.quota.av_chat_rooms=3001")
        .set("app.0.chat.quota.groups_per_account=3002")
        .set("app.0.chat.quota.members=3003")
        .set("app.0.chat.quota.community_members=3004")
        .set("app.0.chat.quota.accounts=3005")
        .set("app.0.zego.server_secret=0123456789abcdef0123456789abcdef")
        .set("app.0.zego.callback_secret=s3cret")
        .set("app.0.zego.callback_url=https://z/p?k=v")
        .set("app.0.zego.count_continuations=true")
        .set("app.0.zego.cors=false")
        .set("app.0.callback.url=https://h/p?k=v")
        .set("app.0.callback.commands=Mic.CallbackAfterSeatInfoChanged")
        .set("app.0.callback.token=t0ken")
        .set("app.0.callback.retry=1")
        .set("app.0.callback.timeout=7s")
        .set("app.0.callback.allow_private=true")
        .set("app.0.callback.sign_clock=app")
        .set("callback.backlog=9 KiB")
        .set("store.kind=journal")
        .set("store.path=/d")
        .set("app.1.sdkappid=2")
        .set("app.1.secret_keys=k")
        .serve();
    let printed = changed.effective_toml();
    let defaults = format!("{DEFAULTS}{}", app());
    let same = printed.lines().filter(|line| line.contains(" = ") && defaults.contains(line));
    // The second app, which says only what it must, and hidden keys; nothing of the first.
    // Clocks that stand still at the start go with no journal.
    let same = same.filter(|line| !line.starts_with("start_ms"));
    assert_eq!(same.count(), APP.matches(" = ").count() - 1);
    assert!(printed.contains("url = \"https://h/p?(hidden)\""), "{printed}");
    let shown = printed.replace(
        "server_secret = \"(hidden)\"",
        "server_secret = \"fedcba9876543210fedcba9876543210\"",
    );
    let shown = shown.replace("(hidden)", "revealed");
    assert_eq!(given().file(&shown).serve().effective_toml(), printed);
}
