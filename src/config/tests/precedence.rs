//! Which layer wins, and what it replaces.

use std::time::Duration;

use super::*;
use crate::config::{AccessLog, AppSettings, OwnerRoleName, StoreKind};

/// A file with two apps, the second with nothing but what it must say.
const TWO_APPS: &str = r#"
[[app]]
sdkappid = 1
secret_keys = ["a", "b"]
admins = ["ann", "bob"]
strict = true
[app.room]
max_seat_count = 20

[[app]]
sdkappid = 2
secret_keys = ["c"]
"#;

fn keys(app: &AppSettings) -> Vec<&str> {
    app.secret_keys.iter().map(|key| key.expose()).collect()
}

#[test]
fn the_defaults_alone_are_enough_to_serve_no_app() {
    let settings = given().serve();
    assert_eq!(settings.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.server.body_limit_bytes, 1024 * 1024);
    assert_eq!(settings.server.request_timeout, Duration::from_secs(3));
    assert_eq!(settings.server.max_connections, 10_000);
    assert_eq!(settings.control.listen, "127.0.0.1:8081".parse().unwrap());
    assert!(settings.control.token.is_none());
    assert_eq!(settings.control.hosts, Vec::<String>::new());
    assert_eq!(settings.store.kind, StoreKind::Memory);
    assert!(settings.apps.is_empty());
    assert!(!settings.uses_development_key());
}

#[test]
fn dev_brings_an_app_of_its_own() {
    let settings = given().dev();
    assert!(settings.uses_development_key());
    let app = &settings.apps[0];
    assert_eq!(app.sdkappid, 88_888_888);
    assert_eq!(app.admins, ["administrator", "admin"]);
    assert_eq!(app.room.rules.max_member_count, 300);
}

#[test]
fn an_app_of_the_file_replaces_that_of_dev() {
    let settings = given().file(TWO_APPS).dev();
    assert_eq!(settings.apps.iter().map(|app| app.sdkappid).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(settings.apps[1].admins, ["administrator"], "the template's, not dev's");
    assert!(!settings.uses_development_key());
}

#[test]
fn a_file_without_an_app_leaves_that_of_dev() {
    let settings = given().file("[server]\nlisten = \"127.0.0.1:1\"").dev();
    assert_eq!(settings.apps[0].sdkappid, 88_888_888);
    assert_eq!(settings.server.listen.port(), 1);
}

#[test]
fn exec_is_dev_on_free_ports_without_a_word() {
    let settings = given()
        .file("[server]\nlisten = \"127.0.0.1:1\"\n[control]\nhosts = [\"a\"]")
        .env("GUESTLIST_CONTROL__LISTEN", "127.0.0.1:2")
        .exec();
    assert_eq!(settings.apps[0].sdkappid, 88_888_888);
    assert_eq!(settings.control.hosts, ["a"], "files hold");
    assert_eq!(settings.server.listen, "127.0.0.1:0".parse().unwrap(), "but for this");
    assert_eq!(settings.control.listen, "127.0.0.1:0".parse().unwrap());
    assert_eq!(settings.log.access, AccessLog::Off);
    let said = given().set("server.listen=127.0.0.1:3").env("GUESTLIST_LOG__ACCESS", "all").exec();
    assert_eq!((said.server.listen.port(), said.log.access), (3, AccessLog::All));
}

#[test]
fn set_reaches_the_app_of_dev() {
    let settings = given().set("app.0.callback.allow_private=true").dev();
    assert!(settings.apps[0].callback.allow_private);
    assert_eq!(settings.apps[0].sdkappid, 88_888_888);
}

#[test]
fn any_app_with_the_development_key_is_found() {
    let with =
        given().app().set(&format!("app.0.secret_keys.1={}", crate::config::DEVELOPMENT_KEY));
    assert!(with.serve().uses_development_key());
    assert!(!given().app().serve().uses_development_key());
}

#[test]
fn later_layers_win() {
    let port = |given: &Given| given.serve().server.listen.port();
    let mut layers = given();
    assert_eq!(port(&layers), 8080);
    layers = layers.file("[server]\nlisten = \"127.0.0.1:1\"");
    assert_eq!(port(&layers), 1);
    layers = layers.env("GUESTLIST_SERVER__LISTEN", "127.0.0.1:2");
    assert_eq!(port(&layers), 2);
    layers = layers.set("server.listen=127.0.0.1:3");
    assert_eq!(port(&layers), 3);
    layers = layers.set("server.listen=127.0.0.1:4");
    assert_eq!(port(&layers), 4);
}

#[test]
fn a_layer_replaces_only_what_it_says() {
    let settings =
        given().file("[server]\nmax_connections = 7").set("server.body_limit=2 KiB").serve();
    assert_eq!(settings.server.max_connections, 7);
    assert_eq!(settings.server.body_limit_bytes, 2048);
    assert_eq!(settings.server.request_timeout, Duration::from_secs(3));
}

#[test]
fn the_mode_decides_which_requests_are_logged_by_default() {
    assert_eq!(given().dev().log.access, AccessLog::All);
    assert_eq!(given().serve().log.access, AccessLog::Failures);
    assert_eq!(given().set("log.access=auto").dev().log.access, AccessLog::All);
    assert_eq!(given().set("log.access=off").dev().log.access, AccessLog::Off);
    assert_eq!(given().set("log.access=failures").dev().log.access, AccessLog::Failures);
    assert_eq!(given().set("log.access=all").serve().log.access, AccessLog::All);
}

#[test]
fn each_app_starts_from_the_template() {
    let settings = given().file(TWO_APPS).serve();
    let [first, second] = &settings.apps[..] else { panic!("two apps") };
    assert_eq!(keys(first), ["a", "b"]);
    assert_eq!(first.admins, ["ann", "bob"]);
    assert!(first.strict);
    assert_eq!(first.room.rules.max_seat_count, 20);
    assert_eq!(first.room.rules.max_admin_count, 10);
    assert_eq!(keys(second), ["c"]);
    assert_eq!(second.admins, ["administrator"]);
    assert!(!second.strict);
    assert!(!second.unlimited);
    assert_eq!(second.total_calls_per_second, 0);
    assert!(second.room.rules.owner_is_member);
    assert_eq!(second.room.owner_role_name, OwnerRoleName::Owner);
    assert_eq!(second.room.rules.max_member_count, 300);
    assert_eq!(second.room.rules.member_ceiling, 1_000_000);
    assert_eq!(second.room.rules.max_seat_count, 16);
    assert!(!second.callback.allow_private);
}

#[test]
fn lists_are_replaced_whole() {
    let file = given().file(TWO_APPS);
    let by_comma = file.env("GUESTLIST_APP__0__ADMINS", "cid, dan ,eve");
    assert_eq!(by_comma.serve().apps[0].admins, ["cid", "dan", "eve"]);
    let by_toml = by_comma.set(r#"app.0.admins = ["x,y"]"#);
    assert_eq!(by_toml.serve().apps[0].admins, ["x,y"]);
    let all = by_toml.set(r#"app=[{sdkappid=9,secret_keys=["k"]}]"#).serve();
    assert_eq!(all.apps.len(), 1);
    assert_eq!(all.apps[0].sdkappid, 9);
    assert!(!all.apps[0].strict, "nothing is left of the app that was replaced");
    let emptied = given().file("[control]\nhosts = [\"a\"]").env("GUESTLIST_CONTROL__HOSTS", "");
    assert_eq!(emptied.serve().control.hosts, Vec::<String>::new());
}

#[test]
fn an_index_reaches_one_element() {
    let settings = given()
        .file(TWO_APPS)
        .set("app.1.room.max_seat_count=9")
        .set("app.0.secret_keys.1=bb")
        .set("app.0.admins.2=cid")
        .serve();
    assert_eq!(settings.apps[0].room.rules.max_seat_count, 20);
    assert_eq!(settings.apps[1].room.rules.max_seat_count, 9);
    assert_eq!(keys(&settings.apps[0]), ["a", "bb"]);
    assert_eq!(settings.apps[0].admins, ["ann", "bob", "cid"]);
}

#[test]
fn the_index_after_the_last_adds_an_element() {
    let settings =
        given().file(TWO_APPS).set("app.2.sdkappid=3").set("app.2.secret_keys=d").serve();
    assert_eq!(settings.apps.len(), 3);
    assert_eq!(settings.apps[2].sdkappid, 3);
    assert_eq!(settings.apps[2].admins, ["administrator"]);
}

#[test]
fn the_environment_adds_elements_in_their_order_whatever_its_own() {
    let mut many = given();
    for index in (0..12).rev() {
        many = many
            .env(&format!("GUESTLIST_APP__{index}__SECRET_KEYS"), "k")
            .env(&format!("GUESTLIST_APP__{index}__SDKAPPID"), &format!("{}", index + 1));
    }
    let ids: Vec<_> = many.serve().apps.iter().map(|app| app.sdkappid).collect();
    assert_eq!(ids, (1..=12).collect::<Vec<_>>());
}

#[test]
fn the_environment_may_replace_a_list_and_then_reach_into_it() {
    let settings = given()
        .env("GUESTLIST_APP__0__ROOM__OWNER_ROLE_NAME", "RoomOwner")
        .env("GUESTLIST_APP", r#"[{ sdkappid = 5, secret_keys = ["k"] }]"#)
        .serve();
    assert_eq!(settings.apps[0].sdkappid, 5);
    assert_eq!(settings.apps[0].room.owner_role_name, OwnerRoleName::RoomOwner);
}

#[test]
fn variables_that_are_no_settings_are_passed_over() {
    let settings = given()
        .env("PATH", "/bin")
        .env("GUESTLISTS_SERVER__LISTEN", "x")
        .env("guestlist_server__listen", "x")
        // What `guestlist exec` sets for its command, and what single commands read.
        .env("GUESTLIST_URL", "http://127.0.0.1:1")
        .env("GUESTLIST_CA", "/ca.pem")
        .env("GUESTLIST_CONTROL_URL", "http://127.0.0.1:2")
        .env("GUESTLIST_SDKAPPID", "1400000001")
        .env("GUESTLIST_SECRET_KEY", "key")
        .env("GUESTLIST_IDENTIFIER", "admin")
        .env("GUESTLIST_ZEGO_SECRET", "secret")
        .env("GUESTLIST_KEY", "key")
        // What Kubernetes sets in each container beside a service called guestlist.
        .env("GUESTLIST_SERVICE_HOST", "10.0.0.1")
        .env("GUESTLIST_SERVICE_PORT", "8080")
        .env("GUESTLIST_SERVICE_PORT_HTTP", "8080")
        .env("GUESTLIST_PORT", "tcp://10.0.0.1:8080")
        .env("GUESTLIST_PORT_8080_TCP_ADDR", "10.0.0.1")
        .serve();
    assert_eq!(settings.server.listen.port(), 8080);
}

#[test]
fn text_is_taken_as_it_stands_and_the_rest_as_toml() {
    let settings = given()
        .app()
        .set("app.0.secret_keys.0= 'a'=\"b\" ")
        .set("app.0.admins=1")
        .set("app.0.unlimited= true ")
        .set("app.0.total_calls_per_second=1_000")
        .env("GUESTLIST_SERVER__BODY_LIMIT", "4096")
        .env("GUESTLIST_CONTROL__TOKEN", "12345")
        .serve();
    assert_eq!(keys(&settings.apps[0]), [" 'a'=\"b\" "]);
    assert_eq!(settings.apps[0].admins, ["1"]);
    assert!(settings.apps[0].unlimited);
    assert_eq!(settings.apps[0].total_calls_per_second, 1000);
    assert_eq!(settings.server.body_limit_bytes, 4096);
    assert_eq!(settings.control.token.unwrap().expose(), "12345");
}

#[test]
fn hosts_are_kept_in_lower_case() {
    let settings = given().set("control.hosts=Guestlist.Internal,[FD00::1],10.0.0.1").serve();
    assert_eq!(settings.control.hosts, ["guestlist.internal", "[fd00::1]", "10.0.0.1"]);
}
