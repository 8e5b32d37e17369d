//! Every reply that the tests see is held against the OpenAPI document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use guestlist::control::document;
use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&document()).unwrap());
/// One a schema, by where it stands in the document.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// A reply as it came.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a Method,
    /// As it was sent, without the query.
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// Says what is wrong with a reply to a documented operation; nothing if nothing is.
pub(crate) fn fault(seen: &Seen<'_>) -> Option<String> {
    let (path, item) = item(seen.path)?;
    let verb = seen.method.as_str().to_ascii_lowercase();
    let responses = item.get(&verb)?["responses"].as_object().unwrap();
    let Some(response) = responses.get(&seen.status.to_string()) else {
        return Some(format!("{verb} {path}: {} is not documented", seen.status));
    };
    let reference = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let here = format!("/paths/{}/{verb}/responses/{}", escape(path), seen.status);
    let at = reference.map_or(here, ToOwned::to_owned);
    let content = &DOCUMENT.pointer(&at).unwrap()["content"];
    let Some(content_type) = seen.content_type else {
        let silent = content.is_null() && seen.body.is_empty();
        return (!silent).then(|| format!("{verb} {path}: no type for {:?}", seen.body));
    };
    let content_type = content_type.split(';').next().unwrap_or_default();
    if content[content_type].is_null() {
        return Some(format!("{verb} {path}: {content_type} is not documented"));
    }
    if !content_type.ends_with("json") {
        return None;
    }
    let body = serde_json::from_str(seen.body).expect("JSON");
    let schema = format!("#{at}/content/{}/schema", escape(content_type));
    let validator = validator(schema);
    let faults: Vec<String> = validator.iter_errors(&body).map(|fault| fault.to_string()).collect();
    (!faults.is_empty()).then(|| format!("{verb} {path}: {faults:?}: {body}"))
}

/// Panics if a reply is not what the document says.
#[track_caller]
pub(crate) fn check(seen: &Seen<'_>) {
    if let Some(fault) = fault(seen) {
        panic!("{fault}");
    }
}

/// A path of the document, and what it holds.
fn item(path: &str) -> Option<(&'static str, &'static Value)> {
    let fits = |template: &str| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(asked), Some(known)) if known.starts_with('{') && !asked.is_empty() => {}
                (Some(asked), Some(known)) if known == asked => {}
                _ => return false,
            }
        }
    };
    let mut items = DOCUMENT["paths"].as_object().unwrap().iter();
    items.find(|(template, _)| fits(template)).map(|(template, item)| (template.as_str(), item))
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The validator of a schema, with the whole document around it, so that references are found.
fn validator(schema: String) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap();
    let make = || {
        let reference = schema.replace('{', "%7B").replace('}', "%7D");
        let whole = json!({
            "$ref": reference, "paths": DOCUMENT["paths"], "components": DOCUMENT["components"],
        });
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        Arc::new(options.build(&whole).unwrap())
    };
    Arc::clone(validators.entry(schema.clone()).or_insert_with(make))
}

/// The faults of a reply to a command that reads.
fn of_list(status: u16, content_type: Option<&str>, body: &Value) -> Option<String> {
    let path = "/v4/room_engine_http_srv/get_room_member_list";
    let (method, body) = (&Method::POST, &body.to_string());
    fault(&Seen { method, path, status, content_type, body })
}

#[test]
fn a_reply_that_breaks_its_schema_is_found() {
    let row = json!({
        "Member_Account": "a", "NameCard": "", "Role": "Owner", "Marks": [], "CustomInfo": "",
    });
    let good = json!({
        "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
        "RequestId": "Id-0123456789abcdef0123456789abcdef-O-Seq-1",
        "Response": {"MemberList": [row], "Next": ""},
    });
    let json = Some("application/json");
    assert_eq!(of_list(200, json, &good), None);
    for (pointer, value) in [
        ("/ErrorCode", json!(100_004)),
        ("/ErrorInfo", json!("no")),
        ("/ActionStatus", json!("FAIL")),
        ("/RequestId", json!("1")),
        ("/Response", json!({"MemberList": []})),
        ("/Response/Next", json!(null)),
        ("/Response/MemberList/0/Role", json!("owner")),
        ("/Response/MemberList/0/Marks", json!(["1"])),
        ("/Response/MemberList/0", json!({"Member_Account": "a"})),
    ] {
        let mut broken = good.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(of_list(200, json, &broken).is_some(), "{pointer}");
    }
    let refused = |code: u32| {
        json!({
            "ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": "no",
            "RequestId": good["RequestId"],
        })
    };
    for code in [100_001, 100_002, 100_004, 60007, 70013] {
        assert_eq!(of_list(200, json, &refused(code)), None, "{code}");
    }
    for code in [100_003, 100_005, 60009, 60005, 0] {
        assert!(of_list(200, json, &refused(code)).is_some(), "{code}");
    }
    assert!(of_list(404, json, &good).is_some());
    assert!(of_list(200, None, &good).is_some());
    assert!(of_list(200, Some("text/plain"), &good).is_some());
}
