//! No secret is shown, and nothing that a person may write makes the load panic.

use proptest::prelude::*;

use super::*;

const KEYS: [&str; 14] = [
    "server.listen",
    "server.max_connections",
    "control.token",
    "control.hosts",
    "control.hosts.0",
    "app",
    "app.0",
    "app.0.sdkappid",
    "app.0.secret_keys",
    "app.0.secret_keys.0",
    "app.0.callback.url",
    "app.0.callback.commands",
    "app.0.callback.retry",
    "app.0.callback.retry.1",
];

#[track_caller]
fn assert_hidden(what: &str, shown: &str) {
    assert!(!shown.contains(SENSITIVE), "{what}: {shown}");
}

#[test]
fn no_secret_is_shown_by_debug_or_printout() {
    let settings = given()
        .app()
        .set(&format!("control.token={SENSITIVE}"))
        .set(&format!("app.0.callback.token={SENSITIVE}"))
        .set(&format!("app.0.zego.callback_secret={SENSITIVE}"))
        .set(&format!("app.0.zego.callback_url=http://z/p?k={SENSITIVE}"))
        .set(&format!("app.0.callback.url=http://h/p?k={SENSITIVE}#{SENSITIVE}"))
        .serve();
    assert_eq!(settings.apps[0].secret_keys[0].expose(), SENSITIVE);
    assert!(settings.apps[0].callback.url.as_ref().unwrap().expose().contains(SENSITIVE));
    let debug = format!("{settings:?} {settings:#?}");
    assert_hidden("Debug", &debug);
    assert_eq!(debug.matches("Secret(hidden)").count(), 8, "four secrets, twice");
    assert_eq!(debug.matches("http://h/p?(hidden)").count(), 2);
    let printed = settings.effective_toml();
    assert_hidden("printout", &printed);
    assert_eq!(printed.matches("\"(hidden)\"").count(), 4);
}

/// Secrets in values that are refused, in each layer and in the syntax around them.
#[test]
fn no_secret_is_shown_by_a_fault() {
    let files = [
        format!("[[app]]\nsecret_keys = \"{SENSITIVE}\""),
        format!("[[app]]\nsecret_keys = [\"{SENSITIVE}"),
        format!("[[app]]\nsecret_keys = [{SENSITIVE}]"),
        format!("[[app]]\nsecret_keys = [\"{SENSITIVE}\", 1]"),
        format!("[[app]]\nsecret_keys = {{ a = \"{SENSITIVE}\" }}"),
        format!("[[app]]\nsecret_keys \"{SENSITIVE}\""),
        format!("[control]\ntoken = \"{SENSITIVE} \""),
        format!("[control]\ntoken = [\"{SENSITIVE}\"]"),
        format!("[control]\ntoken = \"\\{SENSITIVE}\""),
        format!("[control]\ntoken = '{SENSITIVE}"),
        format!("[control]\ntoken = \"{SENSITIVE}\"\ntoken = \"{SENSITIVE}\""),
        format!("[control]\ntokn = \"{SENSITIVE}\""),
    ];
    for file in files {
        let error = given().file(&file).load(Defaults::Serve).unwrap_err();
        assert_hidden(&file, &format!("{error} {error:?}"));
    }
    let overrides = [
        format!("app.0.secret_keys=[\"{SENSITIVE}\""),
        format!("app.0.secret_keys=[[\"{SENSITIVE}\"]]"),
        format!("app.0.secret_keys.5={SENSITIVE}"),
        format!("app.0.secret_keys={}", vec![SENSITIVE; 17].join(",")),
        format!("app.0.secret_keys:{SENSITIVE}"),
        format!("app.0.secret_key={SENSITIVE}"),
        format!("app=[{{secret_keys=[\"{SENSITIVE}\"]}}]"),
        format!("app={SENSITIVE}"),
        format!("control.token={SENSITIVE}\u{fc}"),
        format!("control.token.0={SENSITIVE}"),
        format!("app.0.callback.token={SENSITIVE} "),
        format!("app.0.callback.url=ftp://h/?k={SENSITIVE}"),
        format!("app.0.callback.url=http://{SENSITIVE}@h/"),
        format!("app.0.callback.url=http://h:{SENSITIVE}/"),
        format!("app.0.callback.url=http://h/ ?k={SENSITIVE}"),
        format!("app.0.callback.url.k={SENSITIVE}"),
        format!("app.0.callback.urls=http://h/?k={SENSITIVE}"),
    ];
    for text in overrides {
        let error = given().set(&text).load(Defaults::Serve).unwrap_err();
        assert_hidden(&text, &format!("{error} {error:?}"));
    }
}

/// Else the printout of one server would be the well-known key of another.
#[test]
fn what_stands_for_a_secret_is_refused_as_one() {
    let refused = "\"(hidden)\" stands for a secret, must be the secret itself (--set)";
    let given = given().app().set("app.0.secret_keys.1=(hidden)").set("control.token=(hidden)");
    assert_eq!(
        given.faults(),
        [format!("control.token: {refused}"), format!("app.0.secret_keys.1: {refused}")]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_override_makes_the_load_panic(
        texts in prop::collection::vec(
            prop_oneof![
                any::<String>(),
                (prop::sample::select(&KEYS[..]), any::<String>())
                    .prop_map(|(key, value)| format!("{key}={value}")),
                (prop::sample::select(&KEYS[..]), "[\\[\\]{}\",=0-9a-z.+-]{0,20}")
                    .prop_map(|(key, value)| format!("{key}={value}")),
                "[a-z_.0-9+-]{0,20}=[a-z0-9]{0,4}",
            ],
            0..4,
        ),
    ) {
        let mut given = given();
        given.overrides = texts;
        for defaults in [Defaults::Serve, Defaults::Dev] {
            if let Ok(settings) = given.load(defaults) {
                settings.effective_toml().parse::<toml::Table>().unwrap();
            }
        }
    }

    #[test]
    fn no_damage_to_a_file_shows_its_secrets(
        cut in 0_usize..200,
        at in 0_usize..200,
        junk in "[\\[\\]{}\"'\\\\=#\n .,a-z0-9]{0,4}",
    ) {
        let mut file = format!(
            "[[app]]\nsdkappid = 1\nsecret_keys = [\"{SENSITIVE}\", '{SENSITIVE}', \"\"]\n\
             [control]\ntoken = \"{SENSITIVE}\"\n"
        );
        file.truncate(file.len() - cut.min(file.len()));
        file.insert_str(at.min(file.len()), &junk);
        if let Err(error) = given().file(&file).load(Defaults::Serve) {
            prop_assert!(!error.to_string().contains(SENSITIVE), "{error}");
        }
    }
}
