//! A body as the request log keeps it: a stranger's JSON, written again without its secrets.

use guestlist::config::HIDDEN;
use guestlist::proto::tencent::redact;
use serde_json::Value;

/// What stands before the rewritten body: it must stay.
const BEFORE: &[u8] = b"before";
/// Parts of names that make a secret, and whole names.
const SECRET: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "signature",
    "usersig",
    "token",
    "privatekey",
    "apikey",
    "accesskey",
    "credential",
    "authorization",
];
const SECRET_AS_A_WHOLE: [&str; 4] = ["pwd", "sig", "sign", "privatemapkey"];

pub(crate) fn run(input: &[u8]) {
    let mut out = BEFORE.to_vec();
    let known = redact(input, &mut out);
    let (before, rewritten) = out.split_at(BEFORE.len());
    assert_eq!(before, BEFORE);
    let sent = serde_json::from_slice(input).ok().filter(Value::is_object);
    let (Some(mut sent), Some(room)) = (sent.clone(), known.clone()) else {
        assert!(sent.is_none() && known.is_none() && rewritten.is_empty());
        return;
    };
    check_room(&sent, rewritten, room.as_deref());
    hide(&mut sent);
    let kept: Value = serde_json::from_slice(rewritten).expect("JSON stays JSON");
    assert!(alike(&sent, &kept), "{sent} was kept as {kept}");
    let mut again = Vec::new();
    redact(rewritten, &mut again).expect("an object stays one");
    let again = serde_json::from_slice(&again).expect("JSON stays JSON");
    assert!(alike(&kept, &again), "{kept} is kept as {again}");
}

/// Where no name comes twice, there are three places to look for a room.
fn check_room(sent: &Value, rewritten: &[u8], room: Option<&str>) {
    let names: [&[u8]; 2] = [b"\"RoomId\":", b"\"GroupId\":"];
    let times = |name: &[u8]| rewritten.windows(name.len()).filter(|seen| *seen == name).count();
    if names.into_iter().map(times).sum::<usize>() > 1 {
        return;
    }
    let places = [&sent["RoomId"], &sent["RoomInfo"]["RoomId"], &sent["GroupId"]];
    assert_eq!(places.iter().find_map(|place| place.as_str()), room, "{sent}");
}

/// Puts one text in the place of all secrets.
fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            if is_secret(name) {
                if !(value.is_boolean() || value.is_null()) {
                    *value = HIDDEN.into();
                }
            } else {
                hide(value);
            }
        }),
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.replace(['_', '-'], "").to_ascii_lowercase();
    SECRET.iter().any(|word| name.contains(word)) || SECRET_AS_A_WHOLE.contains(&&*name)
}

/// The same, but for the last digit of a fraction, which no reader here takes exactly.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let alike = |(name, value)| other.get(name).is_some_and(|other| alike(value, other));
            one.len() == other.len() && one.iter().all(alike)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
            let (one, other) = (one.as_f64(), other.as_f64());
            let (one, other) = one.zip(other).expect("fractions");
            (one - other).abs() <= one.abs() * 1e-12
        }
        _ => one == other,
    }
}
