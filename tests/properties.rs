//! The fuzz targets as property tests: on the committed seeds, on those seeds damaged, on whatever
//! proptest makes. See `docs/fuzzing.md`.

mod targets;

use std::collections::BTreeSet;
use std::path::Path;

use guestlist::proto::tencent::commands;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};

use targets::{commands as bodies, cursor, query, redact, usersig, zego};

/// The seeds of a target: name and bytes, in a stable order.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&directory).expect("the target has seeds");
    let mut seeds: Vec<_> = files
        .map(|file| {
            let file = file.expect("a directory entry");
            let bytes = std::fs::read(file.path()).expect("a file");
            (file.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no seed in {}", directory.display());
    seeds
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..300)
}

/// Bytes behind one of the letters that say what they are.
fn shaped(shapes: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(shapes), any_bytes()).prop_map(|(shape, mut bytes)| {
        bytes.insert(0, shape);
        bytes
    })
}

/// A seed of the target with some bytes put in, taken out, doubled or changed.
fn damaged_seed(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds: Vec<_> = seeds(target).into_iter().map(|(_, bytes)| bytes).collect();
    let edits = vec((0..4_u8, any::<prop::sample::Index>(), any::<u8>()), 1..6);
    (prop::sample::select(seeds), edits).prop_map(|(mut bytes, edits)| {
        for (what, at, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match what {
                0 => bytes.insert(at, byte),
                1 => drop(bytes.remove(at)),
                2 => bytes.extend_from_within(at..),
                _ => bytes[at] = byte,
            }
        }
        bytes
    })
}

/// A value that may stand in a body where another one is expected.
fn any_value() -> impl Strategy<Value = Value> {
    // One byte around the limits of the texts.
    let sizes: Vec<usize> =
        [1, 32, 48, 60, 100, 500].into_iter().flat_map(|n| [n, n + 1]).collect();
    let long = prop::sample::select(sizes).prop_map(|n| json!("x".repeat(n)));
    let known = prop::sample::select(vec![
        "",
        "room-test",
        "r-1001",
        "user1",
        "user2",
        "user4",
        "user5",
        "robot1",
        "mallory",
        "administrator",
        "Owner",
        "Admin",
        "Member",
        "Conference",
        "Live",
        "FreeToTake",
        "ApplyToTake",
        "None",
        "4321",
        "\u{0}",
        "é",
    ]);
    let number = prop::sample::select(vec![
        0,
        1,
        -1,
        2,
        16,
        17,
        299,
        300,
        1_000_000,
        1_000_001,
        i64::MAX,
        i64::MIN,
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        number.prop_map(Value::from),
        known.prop_map(Value::from),
        long,
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            (field_name(), inner).prop_map(|(name, value)| json!({name: value})),
        ]
    })
}

fn field_name() -> impl Strategy<Value = String> {
    let known = vec![
        "Member_Account",
        "Password",
        "Token",
        "RoomInfo",
        "RoomId",
        "Next",
        "Count",
        "Role",
        "Limit",
        "Offset",
        "Index",
        "ForbidTaken",
    ];
    prop_oneof![
        4 => prop::sample::select(known).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => Just("a".repeat(1_000)),
    ]
}

/// What happens to one place in a body.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Add(String, Value),
    Remove,
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any_value().prop_map(Change::Replace),
        2 => (field_name(), any_value()).prop_map(|(name, value)| Change::Add(name, value)),
        1 => Just(Change::Remove),
    ]
}

/// A sample's body with some of its fields changed; sometimes one of them stands there twice.
fn changed_body() -> impl Strategy<Value = Vec<u8>> {
    let samples: Vec<(u8, Value)> = seeds("commands")
        .into_iter()
        .filter_map(|(_, seed)| Some((seed[0], serde_json::from_slice(&seed[1..]).ok()?)))
        .collect();
    let changes = vec((any::<prop::sample::Index>(), any_change()), 1..4);
    let twice = proptest::option::weighted(0.1, (field_name(), any_value()));
    let strict = any::<bool>();
    (prop::sample::select(samples), changes, twice, strict).prop_map(
        |((first, mut body), changes, twice, strict)| {
            for (at, change) in changes {
                let mut place = at.index(count(&body));
                apply(&mut body, &mut place, &change);
            }
            let mut text = body.to_string();
            if let Some((name, value)) = twice.filter(|_| text.starts_with("{\"")) {
                text.insert_str(1, &format!("{}:{value},", json!(name)));
            }
            let first = first & 0x7f | u8::from(strict) << 7;
            [&[first], text.as_bytes()].concat()
        },
    )
}

/// How many places a value has, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0_usize,
    }
}

/// Changes the place of that number, counted in the order of reading.
fn apply(value: &mut Value, place: &mut usize, change: &Change) {
    if *place == 0 {
        *place = usize::MAX;
        match (change, &mut *value) {
            (Change::Replace(new), _) => *value = new.clone(),
            (Change::Add(name, new), Value::Object(fields)) => {
                fields.insert(name.clone(), new.clone());
            }
            (Change::Add(_, new), Value::Array(items)) => items.push(new.clone()),
            (Change::Add(..) | Change::Remove, _) => *value = Value::Null,
        }
        return;
    }
    *place -= 1;
    match value {
        Value::Object(fields) => {
            if let (0, Change::Remove) = (*place, change) {
                let first = fields.keys().next().cloned();
                first.map(|name| fields.remove(&name));
                *place = usize::MAX;
                return;
            }
            fields.values_mut().for_each(|value| apply(value, place, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| apply(value, place, change)),
        _ => {}
    }
}

fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    let failure_persistence = Some(Box::new(kept) as _);
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(1_000), failure_persistence, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn tickets_of_any_bytes(input in prop_oneof![any_bytes(), shaped(b"tzjce")]) {
        usersig::run(&input);
    }

    #[test]
    fn tickets_of_damaged_seeds(input in damaged_seed("usersig")) {
        usersig::run(&input);
    }

    #[test]
    fn queries_of_any_text(input in "(/v4/room_engine_http_srv/get_room_info\\?)?\\PC{0,100}") {
        query::run(input.as_bytes());
    }

    #[test]
    fn queries_of_known_pairs(
        pairs in vec(("sdkappid|identifier|usersig|random|", "=?", "([a-z0-9]|%[0-9a-f]{0,2}|\\+|&|=){0,8}"), 0..8),
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(a, b, c)| format!("{a}{b}{c}")).collect();
        let line = format!("/v4/room_engine_http_srv/get_room_info?{}", pairs.join("&"));
        query::run(line.as_bytes());
    }

    #[test]
    fn queries_of_damaged_seeds(input in damaged_seed("query")) {
        query::run(&input);
    }

    #[test]
    fn zego_queries_of_damaged_seeds(input in damaged_seed("zego")) {
        zego::run(&input);
    }

    #[test]
    fn zego_queries_of_any_text(
        action in "(DescribeUserList|KickoutUser|SetForbidUserRule|AddStream|\\PC{0,20})",
        pairs in vec(("(RoomId|UserId|UserId\\[\\]|Limit|Mode|Marker|RuleType|IP|\\PC{0,5})", "=?", "([a-z0-9]|%[0-9a-f]{0,2}|\\+|&|=){0,8}"), 0..8),
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(a, b, c)| format!("{a}{b}{c}")).collect();
        zego::run(format!("{action}\n{}", pairs.join("&")).as_bytes());
    }

    #[test]
    fn cursors_of_any_bytes(input in prop_oneof![any_bytes(), shaped(b"tsr")]) {
        cursor::run(&input);
    }

    #[test]
    fn cursors_of_damaged_seeds(input in damaged_seed("cursor")) {
        cursor::run(&input);
    }

    #[test]
    fn kept_bodies_of_damaged_seeds(input in damaged_seed("redact")) {
        redact::run(&input);
    }

    #[test]
    fn bodies_of_any_bytes(input in any_bytes()) {
        bodies::run(&input);
    }

    #[test]
    fn bodies_of_damaged_seeds(input in damaged_seed("commands")) {
        bodies::run(&input);
    }

    #[test]
    fn bodies_of_changed_samples(input in changed_body()) {
        redact::run(&input[1..]);
        bodies::run(&input);
    }
}

/// A target that the fuzzer does not know, or that has nothing to start from, would be forgotten.
#[test]
fn the_fuzzer_has_the_same_targets() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |directory: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root.join(directory)).expect("a directory");
        let paths = entries.map(|entry| entry.expect("a directory entry").path());
        let stems = paths.map(|path| path.file_stem().expect("a name").to_os_string());
        stems.map(|stem| stem.into_string().expect("UTF-8")).collect()
    };
    let mut targets = names("tests/targets");
    targets.retain(|name| !["mod", "desk"].contains(&name.as_str()));
    assert_eq!(names("fuzz/fuzz_targets"), targets);
    assert_eq!(names("fuzz/corpus"), targets);
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a text");
    let manifest = read("fuzz/Cargo.toml");
    for name in &targets {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"{path}\"\n")), "{name}");
        let calls = format!("{name}::run(input)");
        assert!(read(&format!("fuzz/{path}")).contains(&calls), "{name}");
    }
}

#[test]
fn every_seed_holds() {
    seeds("usersig").iter().for_each(|(_, seed)| usersig::run(seed));
    seeds("query").iter().for_each(|(_, seed)| query::run(seed));
    seeds("cursor").iter().for_each(|(_, seed)| cursor::run(seed));
    seeds("redact").iter().for_each(|(_, seed)| redact::run(seed));
    seeds("zego").iter().for_each(|(_, seed)| zego::run(seed));
}

/// A fuzzer starts from what is known to be done: each command, and most refusals.
#[test]
fn the_seeds_of_the_commands_reach_each_of_them() {
    let mut answers: BTreeSet<(usize, u32)> = BTreeSet::new();
    for (name, seed) in seeds("commands") {
        let (number, code) = bodies::run(&seed).expect("a seed is not empty");
        let picked = commands().nth(number).expect("a number of the list").spec.name();
        // A command that comes into the middle of the list moves those behind it.
        assert!(name.starts_with(&format!("{picked}-")), "the seed {name} picks {picked}");
        answers.insert((number, code));
    }
    for (number, entry) in commands().enumerate() {
        assert!(answers.contains(&(number, 0)), "{}: no seed succeeds", entry.spec.name());
    }
    let codes: BTreeSet<u32> = answers.into_iter().map(|(_, code)| code).collect();
    let known = [
        10004, 10010, 10015, 40601, 60003, 60015, 70206, 70402, 100_002, 100_003, 100_004, 100_005,
        100_006, 100_010, 100_013, 100_200, 100_202, 100_203, 100_206, 100_210, 100_211,
    ];
    for code in known {
        assert!(codes.contains(&code), "no seed is answered with {code}");
    }
}
