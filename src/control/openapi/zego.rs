//! ZEGO's actions as one operation of the main listener: the action stands in the query.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::catalog::Catalog;
use super::commands::main_listener;
use crate::proto::zego::{ACTIONS, COMMON_CODES, Entry, Kind, MEANINGS, Parameter};

/// What its operation is filed under.
pub(super) const TAG: &str = "ZEGO: rooms";

/// Every action.
pub(super) fn describe(catalog: &mut Catalog) {
    let mut replies: Vec<Value> = ACTIONS.iter().map(|entry| done(catalog, entry)).collect();
    replies.push(failed(catalog));
    let actions: Vec<&str> = ACTIONS.iter().map(|entry| entry.spec.action).collect();
    let mut parameters = common(&actions);
    parameters.extend(of_actions());
    let lines = ACTIONS.iter().map(|entry| {
        let spec = &entry.spec;
        let room = spec
            .room_period_s
            .map_or_else(String::new, |period_s| format!(", once in {period_s} s for each room"));
        let (action, summary, page, calls) =
            (spec.action, spec.summary, spec.page, spec.calls_per_second);
        format!("- `{action}`: {summary}. {calls} calls per second of each app{room}. <{page}>")
    });
    let description = format!(
        "What is done stands in `Action`:\n\n{}\n\nLists may be spelt `UserId[]=a&UserId[]=b` or \
         `UserId=a&UserId=b`.",
        lines.collect::<Vec<_>>().join("\n")
    );
    let operation = json!({
        "operationId": "zego",
        "tags": [TAG],
        "summary": "Performs an action of ZEGO's server API",
        "description": description,
        "parameters": parameters,
        "responses": {"200": {
            "description": "An envelope: done, or why not.",
            "content": {"application/json": {"schema": {"anyOf": replies}}},
        }},
    });
    catalog.operation("/", &json!([main_listener()]), "get", operation);
}

/// What an action answers when it is done.
fn done(catalog: &mut Catalog, entry: &Entry) -> Value {
    let action = entry.spec.action;
    let data = (entry.data)(catalog.generator());
    let mut schema = json!({
        "type": "object",
        "properties": {
            "Code": {"type": "integer", "const": 0},
            "Message": {"type": "string", "const": "success"},
            "RequestId": request_id(),
        },
        "required": ["Code", "Message", "RequestId"],
        "additionalProperties": false,
    });
    if let Some(data) = data {
        let data = catalog.keep("schemas", &format!("{action}Data"), data.into());
        schema["properties"]["Data"] = data;
        schema["required"] = json!(["Code", "Message", "RequestId", "Data"]);
    }
    catalog.keep("schemas", &format!("{action}Done"), schema)
}

/// A refusal of any action.
fn failed(catalog: &mut Catalog) -> Value {
    let all: BTreeMap<u32, &str> = MEANINGS.iter().chain(COMMON_CODES).copied().collect();
    let codes = all.iter().map(|(code, meaning)| json!({"const": code, "description": meaning}));
    let schema = json!({
        "type": "object",
        "properties": {
            "Code": {"type": "integer", "oneOf": codes.collect::<Vec<_>>()},
            "Message": {
                "type": "string", "minLength": 1,
                "description": "For people; names the parameter and the limit.",
            },
            "RequestId": request_id(),
        },
        "required": ["Code", "Message", "RequestId"],
        "additionalProperties": false,
    });
    catalog.keep("schemas", "ZegoFailed", schema)
}

fn request_id() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+$", "description": "The request's name."})
}

/// The parameters of every action.
fn common(actions: &[&str]) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let rows = [
        ("Action", "What is done.", json!({"type": "string", "enum": actions})),
        ("AppId", "The app.", json!({"type": "integer", "format": "uint32", "minimum": 0})),
        ("SignatureNonce", "A text that makes two signatures differ.", text.clone()),
        ("Timestamp", "Unix seconds, at most 600 from the app's time.", json!({"type": "integer"})),
        ("Signature", "Hexadecimal MD5 over AppId, SignatureNonce, ServerSecret, Timestamp.", text),
        ("SignatureVersion", "Of signatures.", json!({"type": "string", "const": "2.0"})),
    ];
    let parameter = |(name, description, schema): (&str, &str, Value)| {
        json!({"name": name, "in": "query", "required": true, "description": description,
            "schema": schema})
    };
    rows.map(parameter).into()
}

/// The parameters of the actions, each with those that take it.
fn of_actions() -> Vec<Value> {
    let mut whose: BTreeMap<&str, Vec<(&'static str, &Parameter)>> = BTreeMap::new();
    for entry in ACTIONS {
        for parameter in entry.spec.parameters {
            whose.entry(parameter.name).or_default().push((entry.spec.action, parameter));
        }
    }
    let described = whose.into_iter().map(|(name, takers)| {
        let lines = takers.iter().map(|(action, parameter)| {
            let need = if parameter.required { "required" } else { "optional" };
            format!("- `{action}`, {need}: {}; {}", parameter.about, limits(parameter.kind))
        });
        json!({"name": name, "in": "query", "required": false,
            "description": lines.collect::<Vec<_>>().join("\n"), "schema": {}})
    });
    described.collect()
}

/// What a parameter may hold, in words.
fn limits(kind: Kind) -> String {
    match kind {
        Kind::Text(bytes) => format!("at most {bytes} bytes"),
        Kind::Integer(least, u64::MAX) => format!("{least} or more"),
        Kind::Integer(least, most) => format!("{least} to {most}"),
        Kind::Boolean => "true or false".to_owned(),
        Kind::List(count, bytes) => format!("1 to {count} of at most {bytes} bytes each"),
    }
}
