//! The request line: a path and a query as a stranger spells them.
//!
//! The input is `path?query`. What the gateway makes of it must be what a naive reader makes of it,
//! parameter by parameter, and then refusal by refusal.

use std::borrow::Cow;

use guestlist::engine::AuthRefusal;
use guestlist::proto::tencent::{GatewayRefusal, Head, commands};
use guestlist::sig::usersig::{TicketFault, decode};

use super::desk::{ADMIN, APP, Desk};

/// The parameters that mean something, in the order of [`Naive`].
const NAMES: [&str; 3] = ["sdkappid", "identifier", "usersig"];

/// What paths begin with whose command is looked for once it is known who asks.
const TOLD_TO_CALLERS: &str = "group_open_http_svc/";

thread_local! {
    static DESK: Desk = Desk::with(&[]);
}

pub(crate) fn run(input: &[u8]) {
    let Ok(line) = str::from_utf8(input) else { return };
    let (path, query) = line.split_once('?').unwrap_or((line, ""));
    DESK.with(|desk| judge(desk, path, query));
}

/// The values of [`NAMES`].
type Naive = [Option<String>; 3];

fn judge(desk: &Desk, path: &str, query: &str) {
    let head = Head { method: "POST", path, query, origin: None };
    let found = desk.gateway.find(&head);
    let scanned = naive_scan(query);
    match (naive_path(path), &scanned) {
        (Path::None, _) => assert_eq!(found.err(), Some(GatewayRefusal::Path)),
        (Path::OtherVersion, _) => {
            let Some(GatewayRefusal::Version { path: shown }) = found.err() else {
                panic!("{path}")
            };
            check_shown(&shown, &path[1..]);
        }
        (_, Err(name)) => assert_eq!(found.err(), Some(GatewayRefusal::Encoding { name })),
        (Path::Unknown(asked), Ok(scanned)) => {
            let told = if asked.starts_with(TOLD_TO_CALLERS) {
                let found = found.expect("whether there is such a command is told later");
                assert_eq!(found.number(), None);
                let admitted = desk.gateway.admit(found, "POST");
                let told = admitted.expect_err("no command");
                if let Some(earlier) = refusal(desk, scanned) {
                    assert_eq!(told, earlier);
                    return;
                }
                told
            } else {
                found.err().expect("no command")
            };
            let GatewayRefusal::Command { path: shown, nearest } = told else { panic!("{path}") };
            check_shown(&shown, asked);
            check_nearest(nearest, shown.trim_end_matches('…'));
        }
        (Path::Command(number), Ok(scanned)) => {
            let found = found.expect("a command and a good query");
            assert_eq!(found.number(), Some(number));
            let parameters = found.parameters();
            let seen = [&parameters.sdkappid, &parameters.identifier, &parameters.usersig];
            assert_eq!(seen.map(|value| value.as_deref().map(str::to_owned)), *scanned);
            // What needs no decoding is not copied.
            let copied = seen.iter().any(|value| matches!(value, Some(Cow::Owned(_))));
            assert!(!copied || query.contains(['%', '+']));
            let admitted = desk.gateway.admit(found, "POST");
            assert_eq!(admitted.err(), refusal(desk, scanned));
        }
    }
}

/// The first refusal in the documented order; none for a caller who is let in.
fn refusal(desk: &Desk, [sdkappid, identifier, usersig]: &Naive) -> Option<GatewayRefusal> {
    let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    let Some(sdkappid) = given(sdkappid) else { return Some(GatewayRefusal::NoApp) };
    if !sdkappid.bytes().all(|byte| byte.is_ascii_digit())
        || sdkappid.trim_start_matches('0') != APP.0.to_string()
    {
        return Some(GatewayRefusal::UnknownApp);
    }
    let Some(identifier) = given(identifier) else { return Some(GatewayRefusal::NoIdentifier) };
    let Some(usersig) = given(usersig) else {
        return Some(GatewayRefusal::Auth(AuthRefusal::Ticket(TicketFault::Empty)));
    };
    let authenticated = desk.app().authenticate(&identifier, &usersig);
    if authenticated.is_ok() {
        let claims = decode(&usersig).expect("a ticket that was believed").into_claims();
        assert_eq!((claims.identifier, claims.sdkappid), (identifier.clone(), APP.0.into()));
        assert!([ADMIN, "admin"].contains(&identifier.as_str()));
    }
    authenticated.err().map(GatewayRefusal::Auth)
}

/// A path is told as it is, or its beginning alone: as far as it can be no query.
fn check_shown(shown: &str, path: &str) {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    match shown.strip_suffix('…') {
        None => assert_eq!(shown, path),
        Some(shown) => {
            assert!(path.starts_with(shown));
            assert!(shown.len() == 100 || !path[shown.len()..].starts_with(plain));
        }
    }
    assert!(shown.trim_end_matches('…').chars().all(plain) && shown.chars().count() <= 101);
}

/// What is said to be nearest is a command, and the same one of another service comes first.
fn check_nearest(nearest: Option<&str>, asked: &str) {
    let known = || commands().map(|entry| entry.spec.path);
    let name = |path: &str| path.split_once('/').map(|(_, name)| name.to_ascii_lowercase());
    assert!(nearest.is_none_or(|nearest| known().any(|path| path == nearest)));
    let service = asked.split_once('/').map_or("", |(service, _)| service);
    if service.len() <= 64 && known().any(|path| name(path) == name(asked)) {
        assert_eq!(nearest.and_then(name), name(asked), "{asked}");
    }
}

enum Path<'a> {
    None,
    OtherVersion,
    /// The service and the command.
    Unknown(&'a str),
    Command(usize),
}

fn naive_path(path: &str) -> Path<'_> {
    let parts: Vec<&str> = path.split('/').collect();
    let ["", version, service, command] = parts[..] else { return Path::None };
    let mut letters = version.chars();
    let is_version = letters.next() == Some('v')
        && version.len() > 1
        && letters.all(|letter| letter.is_ascii_digit());
    if !is_version || service.is_empty() || command.is_empty() {
        return Path::None;
    }
    if version != "v4" {
        return Path::OtherVersion;
    }
    let asked = &path["/v4/".len()..];
    let known = commands().position(|entry| entry.spec.path == asked);
    known.map_or(Path::Unknown(asked), Path::Command)
}

/// All pairs, split and gone through from the left; the first of a name counts. The name of the
/// first value that is not well-formed, if there is one.
fn naive_scan(query: &str) -> Result<Naive, &'static str> {
    let mut values = Naive::default();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(which) = NAMES.iter().position(|known| *known == name) else { continue };
        if values[which].is_none() {
            values[which] = Some(naive_decode(value).ok_or(NAMES[which])?);
        }
    }
    Ok(values)
}

/// Every `%` and what belongs to it is replaced from the left; each must be followed by two
/// hexadecimal digits.
fn naive_decode(value: &str) -> Option<String> {
    let spaced = value.replace('+', " ");
    let mut parts = spaced.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2)?;
        if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}
