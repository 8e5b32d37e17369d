//! Keys that do not exist, and elements that are not there.

use super::*;

#[test]
fn an_unknown_key_names_itself_its_layer_and_the_nearest() {
    let faults = given()
        .file("[server]\nlistn = \"x\"\n[sever]\nlisten = \"x\"\n[[app]]\nsdkappid = 1\nsecret_keys = [\"k\"]\nstrct = true")
        .env("GUESTLIST_SERVER_LISTEN", "x")
        .env("GUESTLIST_LOG__ACESS", "x")
        .set("app.0.room.max_seats=3")
        .set("app.0.max_seat_count=3")
        .set("app.0.room.max_seat_count.0=3")
        .set("app.first.strict=true")
        .set("=3")
        .faults();
    assert_eq!(
        faults,
        [
            "app.0.strct: no such setting, the nearest is app.0.strict (FILE)",
            "server.listn: no such setting, the nearest is server.listen (FILE)",
            "sever: no such setting, the nearest is server (FILE)",
            "log.acess: no such setting, the nearest is log.access (environment variable GUESTLIST_LOG__ACESS)",
            "server_listen: no such setting, the nearest is server.listen (environment variable GUESTLIST_SERVER_LISTEN)",
            "app.0.room.max_seats: no such setting, the nearest is app.0.room.max_seat_count (--set)",
            "app.0.max_seat_count: no such setting, the nearest is app.0.room.max_seat_count (--set)",
            "app.0.room.max_seat_count.0: no such setting, the nearest is app.0.room.max_seat_count (--set)",
            "app.first.strict: no such setting, the nearest is app.0.strict (--set)",
            "\"\": no such setting, the nearest is app (--set)",
        ]
    );
}

#[test]
fn the_nearest_stands_in_the_same_app() {
    let faults = given().app().set("app.1.sdkappid=2").set("app.1.secret_keys=k");
    assert_eq!(
        faults.set("app.1.room.owner_is_membr=true").faults(),
        [
            "app.1.room.owner_is_membr: no such setting, the nearest is app.1.room.owner_is_member (--set)"
        ]
    );
}

#[test]
fn strange_keys_are_quoted_and_cut() {
    let long = "x".repeat(65);
    let faults = given().file(format!("\"\\u001b[31m\" = 1\n{long} = 1")).faults();
    let [escape, cut] = &faults[..] else { panic!("{faults:?}") };
    assert!(escape.starts_with(r#""\u{1b}[31m": no such setting"#), "{escape}");
    assert!(cut.starts_with(&format!("\"{}\"...: no such setting", &long[..64])), "{cut}");
}

#[test]
fn a_misspelt_key_makes_no_app() {
    // Else the faults of an empty app would follow.
    assert_eq!(
        given().set("app.0.sdkapid=7").faults(),
        ["app.0.sdkapid: no such setting, the nearest is app.0.sdkappid (--set)"]
    );
}

#[test]
fn an_index_past_the_end_is_a_fault() {
    let faults = given()
        .app()
        .set("app.2.strict=true")
        .set("app.0.admins.3=x")
        .set("app.99999999999999999999999.strict=true")
        .faults();
    assert_eq!(
        faults,
        [
            "app.2: is past the end, must be 0 to 1, where 1 adds an element (--set)",
            "app.0.admins.3: is past the end, must be 0 to 1, where 1 adds an element (--set)",
            "app.99999999999999999999999: is past the end, must be 0 to 1, where 1 adds an element (--set)",
        ]
    );
}

#[test]
fn an_index_has_no_sign() {
    assert_eq!(
        given().app().set("app.+0.strict=true").faults(),
        ["app.\"+0\".strict: no such setting, the nearest is app.0.strict (--set)"]
    );
}

#[test]
fn a_port_by_hand_is_no_service_link() {
    assert_eq!(
        given().env("GUESTLIST_PORT", "9000").faults(),
        ["port: no such setting, the nearest is log (environment variable GUESTLIST_PORT)"]
    );
}

#[test]
fn only_the_very_names_that_are_no_settings_are_passed_over() {
    assert_eq!(
        given().env("GUESTLIST_KEYS", "a").env("GUESTLIST_CONTROL_URLS", "b").faults(),
        [
            "control_urls: no such setting, the nearest is control (environment variable GUESTLIST_CONTROL_URLS)",
            "keys: no such setting, the nearest is app (environment variable GUESTLIST_KEYS)",
        ]
    );
}

#[test]
fn a_name_that_exists_elsewhere_is_nearer_than_its_neighbours() {
    assert_eq!(
        given().set("server.hosts=a").faults(),
        ["server.hosts: no such setting, the nearest is control.hosts (--set)"]
    );
}
