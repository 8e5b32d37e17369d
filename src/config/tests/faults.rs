//! Values that are refused: each with its exact message, and all of them at once.

use super::*;
use crate::config::CALLBACK_COMMANDS;
use crate::config::layers::FILE_BYTES_MAX;

/// The one fault that a `--set` leads to, without the layer.
#[track_caller]
fn fault(text: &str) -> String {
    let faults = given().app().set(text).faults();
    assert_eq!(faults.len(), 1, "{text}: {faults:#?}");
    faults[0].strip_suffix(" (--set)").expect("the layer is named").to_owned()
}

#[track_caller]
fn fine(text: &str) {
    if let Err(error) = given().app().set(text).load(Defaults::Serve) {
        panic!("{text}: {error}");
    }
}

#[test]
fn values_out_of_their_limits() {
    let address = "must be an IP address and a port such as \"127.0.0.1:8080\"";
    let rows = [
        ("server.listen=localhost:80", format!("server.listen: \"localhost:80\", {address}")),
        ("control.listen=", format!("control.listen: \"\", {address}")),
        ("server.listen=127.0.0.1:65536", format!("server.listen: \"127.0.0.1:65536\", {address}")),
    ];
    for (text, message) in rows {
        assert_eq!(fault(text), message);
    }
    let rows = [
        ("server.body_limit=much", "server.body_limit: \"much\", must be a size such as \"1 MiB\""),
        ("server.body_limit=0", "server.body_limit: 0 B, must be 1 B to 64 MiB"),
        ("server.body_limit=65 MiB", "server.body_limit: 65 MiB, must be 1 B to 64 MiB"),
        ("server.body_limit=67108865", "server.body_limit: 67108865 B, must be 1 B to 64 MiB"),
        (
            "server.body_memory=1023 KiB",
            "server.body_memory: 1023 KiB, must be at least server.body_limit, which is 1 MiB",
        ),
        ("server.body_memory=65537 MiB", "server.body_memory: 65537 MiB, must be 1 B to 65536 MiB"),
        (
            "server.tls.cert=cert.pem",
            "server.tls.key: empty, must be set together with server.tls.cert",
        ),
        (
            "server.tls.key=key.pem",
            "server.tls.cert: empty, must be set together with server.tls.key",
        ),
        (
            "server.request_timeout=3",
            "server.request_timeout: \"3\", must be a duration such as \"3s\"",
        ),
        (
            "server.request_timeout=0s",
            "server.request_timeout: 0s, must be more than 0s and at most 10m",
        ),
        (
            "server.request_timeout=10m 1ms",
            "server.request_timeout: 10m 1ms, must be more than 0s and at most 10m",
        ),
        ("server.max_connections=0", "server.max_connections: 0, must be 1 to 1000000"),
        ("server.max_connections=1000001", "server.max_connections: 1000001, must be 1 to 1000000"),
        ("server.max_connections=-1", "server.max_connections: -1, must be 1 to 1000000"),
        (
            "log.access=some",
            "log.access: \"some\", must be \"auto\" or \"off\" or \"failures\" or \"all\"",
        ),
        ("bench.snapshots=0 B", "bench.snapshots: 0 B, must be 1 B to 65536 MiB"),
        ("bench.snapshots=65 GiB", "bench.snapshots: 66560 MiB, must be 1 B to 65536 MiB"),
        ("store.kind=disk", "store.kind: \"disk\", must be \"memory\" or \"journal\""),
        ("store.path=", "store.path: 0 bytes, must be 1 to 4096"),
        ("app.0.sdkappid=0", "app.0.sdkappid: 0, must be 1 to 4294967295"),
        ("app.0.sdkappid=-1", "app.0.sdkappid: -1, must be 1 to 4294967295"),
        ("app.0.sdkappid=4294967296", "app.0.sdkappid: 4294967296, must be 1 to 4294967295"),
        (
            "app.0.total_calls_per_second=-1",
            "app.0.total_calls_per_second: -1, must be 0 to 4294967295",
        ),
        (
            "app.0.total_calls_per_second=4294967296",
            "app.0.total_calls_per_second: 4294967296, must be 0 to 4294967295",
        ),
        (
            "app.0.room.owner_role_name=owner",
            "app.0.room.owner_role_name: \"owner\", must be \"Owner\" or \"RoomOwner\"",
        ),
        (
            "app.0.room.max_member_count=0",
            "app.0.room.max_member_count: 0, must be 1 to 4294967295",
        ),
        ("app.0.room.member_ceiling=0", "app.0.room.member_ceiling: 0, must be 1 to 4294967295"),
        (
            "app.0.room.member_ceiling=4294967296",
            "app.0.room.member_ceiling: 4294967296, must be 1 to 4294967295",
        ),
        (
            "app.0.room.member_ceiling=299",
            "app.0.room.member_ceiling: 299, must be at least app.0.room.max_member_count, which is 300",
        ),
        (
            "app.0.room.max_member_count=1000001",
            "app.0.room.member_ceiling: 1000000, must be at least app.0.room.max_member_count, which is 1000001",
        ),
        (
            "app.0.chat.accounts=all",
            "app.0.chat.accounts: \"all\", must be \"any\" or \"imported\"",
        ),
        (
            "app.0.chat.member_fields=a,b c",
            "app.0.chat.member_fields.1: \"b c\", must be letters, digits and _",
        ),
        (
            "app.0.chat.member_fields=Public.seventeen_letters",
            "app.0.chat.member_fields.0: 17 bytes, must be 1 to 16",
        ),
        (
            "app.0.chat.member_fields=Public.",
            "app.0.chat.member_fields.0: 0 bytes, must be 1 to 16",
        ),
        (
            "app.0.chat.member_fields=AVChatRoom.a",
            "app.0.chat.member_fields.0: \"AVChatRoom\" before the key, must be one of Private, Public, ChatRoom, Community",
        ),
        (
            "app.0.chat.member_fields=a,Public.a",
            "app.0.chat.member_fields: a stands there twice for Public",
        ),
        (
            "app.0.chat.member_fields=a,b,c,d,Community.e,Public.e,Public.f",
            "app.0.chat.member_fields: 6 keys for Public, must be at most 5",
        ),
        ("app.0.chat.group_fields=a,b,a", "app.0.chat.group_fields: a stands there twice"),
        (
            "app.0.chat.group_fields=a,b,c,d,e,f,g,h,i,j,k",
            "app.0.chat.group_fields: 11 keys, must be 0 to 10",
        ),
        (
            "app.0.chat.group_fields=\u{e9}",
            "app.0.chat.group_fields.0: \"\u{e9}\", must be letters, digits and _",
        ),
        ("app.0.chat.limits.add_members=0", "app.0.chat.limits.add_members: 0, must be 1 to 10000"),
        (
            "app.0.chat.limits.app_group_page=10001",
            "app.0.chat.limits.app_group_page: 10001, must be 1 to 10000",
        ),
        (
            "app.0.chat.limits.name_bytes=1001",
            "app.0.chat.limits.name_bytes: 1001, must be 1 to 1000",
        ),
        ("app.0.chat.quota.groups=-1", "app.0.chat.quota.groups: -1, must be 0 to 4294967295"),
        (
            "app.0.callback.url=backend:80",
            "app.0.callback.url: must start with http:// or https://",
        ),
        (
            "app.0.callback.url=http://me:pw@h/",
            "app.0.callback.url: must have no user name and no password",
        ),
        ("app.0.callback.url=http://h:x/", "app.0.callback.url: is not a URL: invalid port number"),
        (
            "app.0.callback.url=http://h/p?(hidden)",
            "app.0.callback.url: \"(hidden)\" stands for a secret, must be the secret itself",
        ),
        (
            "app.0.callback.commands=Room.CallbackAfterMemberEntr",
            "app.0.callback.commands.0: \"Room.CallbackAfterMemberEntr\", no such command, the nearest is Room.CallbackAfterMemberEnter",
        ),
        (
            "app.0.callback.commands=Room.CallbackUpdateRoomInfo",
            "app.0.callback.commands.0: \"Room.CallbackUpdateRoomInfo\", no such command, the nearest is Room.CallbackAfterUpdateRoomInfo",
        ),
        (
            "app.0.callback.commands=Room.CallbackAfterMemberEnter,Room.CallbackAfterMemberEnter",
            "app.0.callback.commands: Room.CallbackAfterMemberEnter stands there twice",
        ),
        ("app.0.callback.retry=0", "app.0.callback.retry.0: 0, must be 1 to 86400 seconds"),
        (
            "app.0.callback.retry=1,86401",
            "app.0.callback.retry.1: 86401, must be 1 to 86400 seconds",
        ),
        ("app.0.callback.retry.0=-1", "app.0.callback.retry.0: -1, must be 1 to 86400 seconds"),
        (
            "app.0.callback.timeout=0s",
            "app.0.callback.timeout: 0s, must be more than 0s and at most 1m",
        ),
        (
            "app.0.callback.timeout=60001ms",
            "app.0.callback.timeout: 1m 1ms, must be more than 0s and at most 1m",
        ),
        (
            "app.0.callback.sign_clock=true",
            "app.0.callback.sign_clock: \"true\", must be \"real\" or \"app\"",
        ),
        ("callback.backlog=0", "callback.backlog: 0 B, must be 1 B to 65536 MiB"),
        ("callback.backlog=65537 MiB", "callback.backlog: 65537 MiB, must be 1 B to 65536 MiB"),
        ("app.0.room.max_seat_count=0", "app.0.room.max_seat_count: 0, must be 1 to 100"),
        ("app.0.room.max_seat_count=101", "app.0.room.max_seat_count: 101, must be 1 to 100"),
        ("app.0.room.max_admin_count=0", "app.0.room.max_admin_count: 0, must be 1 to 4294967295"),
    ];
    for (text, message) in rows {
        assert_eq!(fault(text), message);
    }
}

#[test]
fn zego_callbacks_need_their_secret() {
    let faults = given().app().set("app.0.zego.callback_url=http://h/").faults();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let said = "app.0.zego.callback_secret: empty, and callbacks to app.zego.callback_url are signed with it";
    assert!(faults[0].starts_with(said), "{faults:#?}");
    let both = given().app().set("app.0.zego.callback_url=http://h/");
    assert_eq!(both.set("app.0.zego.callback_secret=s").serve().apps.len(), 1);
}

#[test]
fn lists_out_of_their_limits() {
    let many =
        |key: &str, count: usize, text: &str| format!("{key}={}", vec![text; count].join(","));
    let host = "must be a host name or IP address without scheme, port or path";
    let rows = [
        ("app.0.secret_keys=".into(), "app.0.secret_keys: 0 keys, must be 1 to 16".into()),
        (many("app.0.secret_keys", 17, "k"), "app.0.secret_keys: 17 keys, must be 1 to 16".into()),
        (
            "app.0.secret_keys=[\"\"]".into(),
            "app.0.secret_keys.0: empty, must be 1 to 512 bytes".into(),
        ),
        (
            "app.0.secret_keys.0= \n".into(),
            "app.0.secret_keys.0: empty, must be 1 to 512 bytes".into(),
        ),
        (
            format!("app.0.secret_keys.1={}", "k".repeat(513)),
            "app.0.secret_keys.1: 513 bytes, must be 1 to 512".into(),
        ),
        ("app.0.admins=".into(), "app.0.admins: 0 accounts, must be 1 to 100".into()),
        (many("app.0.admins", 101, "a"), "app.0.admins: 101 accounts, must be 1 to 100".into()),
        ("app.0.admins.0=".into(), "app.0.admins.0: 0 bytes, must be 1 to 32".into()),
        (
            format!("app.0.admins.1={}", "é".repeat(17)),
            "app.0.admins.1: 34 bytes, must be 1 to 32".into(),
        ),
        (
            "app.0.admins.0=a\u{7f}b".into(),
            "app.0.admins.0: \"a\\u{7f}b\", must have no control characters".into(),
        ),
        (many("control.hosts", 101, "h"), "control.hosts: 101 names, must be 0 to 100".into()),
        ("control.hosts.0=".into(), "control.hosts.0: 0 bytes, must be 1 to 253".into()),
        (
            format!("control.hosts.0={}", "h".repeat(254)),
            "control.hosts.0: 254 bytes, must be 1 to 253".into(),
        ),
        (
            many("app.0.callback.commands", 7, "Room.CallbackAfterMemberEnter"),
            "app.0.callback.commands: 7 commands, must be 0 to 6".into(),
        ),
        (
            many("app.0.callback.retry", 1001, "1"),
            "app.0.callback.retry: 1001 pauses, must be 0 to 1000".into(),
        ),
        (
            format!("app.0.callback.url=http://h/{}", "a".repeat(2048 - 8)),
            "app.0.callback.url: 2049 bytes, must be 1 to 2048".into(),
        ),
        ("control.hosts.0=a:80".into(), format!("control.hosts.0: \"a:80\", {host}")),
        ("control.hosts.0=http://a".into(), format!("control.hosts.0: \"http://a\", {host}")),
        ("control.hosts.0=[a]".into(), format!("control.hosts.0: \"[a]\", {host}")),
    ];
    for (text, message) in rows {
        assert_eq!(fault(&text), message);
    }
}

#[test]
fn tokens_that_no_header_can_carry() {
    let visible = "control.token: must be visible ASCII characters without spaces";
    assert_eq!(fault("control.token=two words"), visible);
    assert_eq!(fault("control.token=schlüssel"), visible);
    let long = format!("control.token={}", "t".repeat(513));
    assert_eq!(fault(&long), "control.token: 513 bytes, must be 1 to 512");
    let long = format!("app.0.callback.token={}", "t".repeat(129));
    assert_eq!(fault(&long), "app.0.callback.token: 129 bytes, must be 1 to 128");
    let long = format!("app.0.zego.callback_secret={}", "t".repeat(129));
    assert_eq!(fault(&long), "app.0.zego.callback_secret: 129 bytes, must be 1 to 128");
}

#[test]
fn the_limits_themselves_are_allowed() {
    let lists = [
        format!("app.0.secret_keys={}", vec!["k"; 16].join(",")),
        format!("app.0.secret_keys.0={}", "k".repeat(512)),
        format!("app.0.admins={}", vec!["a"; 100].join(",")),
        format!("app.0.admins.0={}", "é".repeat(16)),
        format!("control.hosts={}", vec!["h"; 100].join(",")),
        format!("control.hosts.0={}", "h".repeat(253)),
        format!("control.token={}", "t".repeat(512)),
        format!("app.0.callback.token={}", "t".repeat(128)),
        format!("app.0.zego.callback_secret={}", "t".repeat(128)),
        format!("app.0.callback.commands={}", CALLBACK_COMMANDS.map(|(word, _)| word).join(",")),
        format!("app.0.callback.retry={}", vec!["86400"; 1000].join(",")),
        format!("app.0.callback.url=http://h/{}", "a".repeat(2048 - 9)),
    ];
    lists.iter().for_each(|text| fine(text));
    for text in [
        "server.listen=[::1]:0",
        "server.body_limit=1",
        "server.body_limit=64 MiB",
        "server.request_timeout=1ns",
        "server.request_timeout=10m",
        "server.max_connections=1",
        "server.max_connections=1000000",
        "app.0.sdkappid=1",
        "app.0.sdkappid=4294967295",
        "app.0.total_calls_per_second=4294967295",
        "app.0.chat.member_fields=a,b,c,d,Public.sixteen_letters_,Private.e,ChatRoom.e,Community.e",
        "app.0.chat.group_fields=a,b,c,d,e,f,g,h,i,sixteen_letters_",
        "app.0.chat.limits.add_members=1",
        "app.0.chat.limits.add_members=10000",
        "app.0.chat.limits.face_url_bytes=1000",
        "app.0.chat.quota.members=4294967295",
        "app.0.room.max_member_count=1",
        "app.0.room.max_member_count=1000000",
        "app.0.room.member_ceiling=300",
        "app.0.room.member_ceiling=4294967295",
        "app.0.callback.retry=",
        "app.0.callback.retry=[1]",
        "app.0.callback.timeout=1m",
        "app.0.callback.timeout=1ns",
        "callback.backlog=1",
        "callback.backlog=64 GiB",
        "app.0.room.max_seat_count=1",
        "app.0.room.max_seat_count=100",
        "app.0.room.max_admin_count=1",
        "app.0.room.max_admin_count=4294967295",
    ] {
        fine(text);
    }
}

#[test]
fn wrong_types() {
    let faults = given()
        .file("server = 1\n[control]\ntoken = 5\nhosts = [1, \"a\", 2.5]\n[app]\nsdkappid = 1")
        .set("server.listen=127.0.0.1:1")
        .set("server.max_connections=many")
        .env("GUESTLIST_SERVER__MAX_CONNECTIONS", "")
        .env("GUESTLIST_STORE", "memory")
        .set("log={access=true}")
        .set("control.hosts=[\"a\"")
        .set("app=[1979-05-27]")
        .faults();
    assert_eq!(
        faults,
        [
            "app: is a table, must be a list of tables (FILE)",
            "control.hosts.0: is an integer, must be text (FILE)",
            "control.hosts.2: is a fraction, must be text (FILE)",
            "control.token: is an integer, must be text (FILE)",
            "server: is an integer, must be a table (FILE)",
            "server.max_connections: is text, must be an integer (environment variable GUESTLIST_SERVER__MAX_CONNECTIONS)",
            "store: is text, must be a table (environment variable GUESTLIST_STORE)",
            "server.max_connections: is text, must be an integer (--set)",
            "log.access: is a boolean, must be text (--set)",
            "control.hosts: is text, must be a list of text (--set)",
            "app.0: is a date or time, must be a table (--set)",
        ]
    );
    assert_eq!(fault("app.0.strict=yes"), "app.0.strict: is text, must be true or false");
    let rows = [
        ("retry=1,soon", "retry: is text, must be a list of integers"),
        ("retry=[1, \"2\"]", "retry.1: is text, must be an integer"),
        ("retry=[1.5]", "retry.0: is a fraction, must be an integer"),
        ("retry.0=1s", "retry.0: is text, must be an integer"),
        ("retry.65=1s", "retry.65: is text, must be an integer"),
        ("retry.66=1", "retry.66: is past the end, must be 0 to 65, where 65 adds an element"),
    ];
    for (text, message) in rows {
        let key = "app.0.callback.";
        assert_eq!(fault(&format!("{key}{text}")), format!("{key}{message}"));
    }
    assert_eq!(fault("app.0.strict=[]"), "app.0.strict: is a list, must be true or false");
}

#[test]
fn an_app_must_say_its_number_and_a_key() {
    assert_eq!(
        given().file("[[app]]").faults(),
        [
            "app.0.sdkappid: not set, must be 1 to 4294967295",
            "app.0.secret_keys: 0 keys, must be 1 to 16",
        ]
    );
}

#[test]
fn a_refused_value_is_not_called_missing_too() {
    assert_eq!(
        given().file("[[app]]\nsdkappid = \"1\"\nsecret_keys = [1]").faults(),
        [
            "app.0.sdkappid: is text, must be an integer (FILE)",
            "app.0.secret_keys.0: is an integer, must be text (FILE)",
        ]
    );
}

#[test]
fn no_two_apps_share_a_number() {
    let app = |id: i64| format!("[[app]]\nsdkappid = {id}\nsecret_keys = [\"k\"]\n");
    let faults = given().file([7, 8, 7].map(app).concat()).faults();
    assert_eq!(faults, ["app.2.sdkappid: 7, is that of app.0 already (FILE)"]);
    let faults = given().file([-1, -1].map(app).concat()).faults();
    assert_eq!(
        faults,
        [
            "app.0.sdkappid: -1, must be 1 to 4294967295 (FILE)",
            "app.1.sdkappid: -1, must be 1 to 4294967295 (FILE)",
        ]
    );
}

#[test]
fn apps_are_counted() {
    let apps = |count: usize| {
        let app = |id| format!("[[app]]\nsdkappid = {id}\nsecret_keys = [\"k\"]\n");
        given().file((1..=count).map(app).collect::<String>())
    };
    assert_eq!(apps(1000).serve().apps.len(), 1000);
    assert_eq!(apps(1001).faults(), ["app: 1001 apps, must be at most 1000 (FILE)"]);
}

#[test]
fn an_override_needs_an_equals_sign() {
    assert_eq!(
        given().set("log.access=off").set("log.access:off").faults(),
        ["--set: number 2 has no \"=\", must be key=value"]
    );
}

#[test]
fn all_faults_are_reported_at_once() {
    let given = given()
        .file("[server]\nlisten = \"here\"\nlimit = 1\n[[app]]\n[[app]]\nadmins = []")
        .env("GUESTLIST_STORE__KIND", "disk")
        .set("log.access=1")
        .set("app.0.strict=1");
    let expected = [
        "server.limit: no such setting, the nearest is server.listen (FILE)",
        "app.0.strict: is an integer, must be true or false (--set)",
        "server.listen: \"here\", must be an IP address and a port such as \"127.0.0.1:8080\" (FILE)",
        "log.access: \"1\", must be \"auto\" or \"off\" or \"failures\" or \"all\" (--set)",
        "store.kind: \"disk\", must be \"memory\" or \"journal\" (environment variable GUESTLIST_STORE__KIND)",
        "app.0.sdkappid: not set, must be 1 to 4294967295",
        "app.0.secret_keys: 0 keys, must be 1 to 16",
        "app.1.sdkappid: not set, must be 1 to 4294967295",
        "app.1.secret_keys: 0 keys, must be 1 to 16",
        "app.1.admins: 0 accounts, must be 1 to 100 (FILE)",
    ];
    assert_eq!(given.faults(), expected);
    let error = given.load(Defaults::Serve).unwrap_err();
    assert_eq!(error.to_string().lines().count(), expected.len(), "one line each");
}

#[test]
fn a_file_that_cannot_be_read_is_a_fault_beside_the_others() {
    let directory = tempfile::tempdir().unwrap();
    // The name looks like a key: the faults of the unknown apps go, this one stays.
    let path = directory.path().join("app.toml");
    let sources = Sources {
        file: Some(&path),
        environment: Vec::new(),
        overrides: vec!["app.3.strict=1".into(), "app.0.strict=true".into(), "store.kind=x".into()],
    };
    let error = Settings::load(&sources, Defaults::Serve).unwrap_err();
    let missing = std::fs::read(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{}: cannot be read: {missing}\nstore.kind: \"x\", must be \"memory\" or \"journal\" (--set)",
            path.display()
        )
    );
}

#[test]
fn files_that_are_no_settings() {
    assert_eq!(
        given().file("[server]\n\nlisten = here").faults(),
        ["FILE: line 3 is not TOML: string values must be quoted, expected literal string"]
    );
    assert_eq!(given().file([0xff, 0xfe]).faults(), ["FILE: is not UTF-8"]);
    let comment = |bytes: u64| vec![b'#'; usize::try_from(bytes).unwrap()];
    assert!(given().file(comment(FILE_BYTES_MAX)).serve().apps.is_empty());
    assert_eq!(
        given().file(comment(FILE_BYTES_MAX + 1)).faults(),
        ["FILE: is larger than 1048576 bytes"]
    );
}
