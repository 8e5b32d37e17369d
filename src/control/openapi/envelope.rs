//! The envelope of Tencent's dialects, and the codes in it.

use serde_json::{Value, json};

use super::catalog::Catalog;
use crate::proto::tencent::{GATEWAY_CODES, Spec};

/// The code of paths that are no command's: none of the operations answers it.
const NO_COMMAND: u32 = 60009;

/// The parts that all envelopes are made of.
pub(super) fn describe(catalog: &mut Catalog) {
    let request_id = json!({
        "type": "string",
        "pattern": "^Id-[0-9a-f]{32}-O-Seq-[0-9]+$",
        "description": "The request's name, which is also in the access line.",
    });
    catalog.keep("schemas", "RequestId", request_id);
    let envelope = |status: &str, code: Value, text: Value| {
        json!({
            "type": "object",
            "properties": {
                "ActionStatus": {"type": "string", "const": status},
                "ErrorCode": code,
                "ErrorInfo": text,
                "RequestId": {"$ref": "#/components/schemas/RequestId"},
            },
            "required": ["ActionStatus", "ErrorCode", "ErrorInfo", "RequestId"],
        })
    };
    let zero = json!({"type": "integer", "const": 0});
    let done = envelope("OK", zero, json!({"type": "string", "const": ""}));
    catalog.keep("schemas", "Done", done);
    let text = json!({
        "type": "string", "minLength": 1, "description": "For people; names the field and the limit.",
    });
    let failed = envelope("FAIL", json!({"type": "integer", "minimum": 1}), text);
    catalog.keep("schemas", "Failed", failed);
    let codes = GATEWAY_CODES.iter().filter(|(code, _)| *code != NO_COMMAND);
    let gateway = json!({
        "type": "integer",
        "description": "What the gateway answers, the same for every command.",
        "oneOf": codes.map(one_code).collect::<Vec<_>>(),
    });
    catalog.keep("schemas", "GatewayCode", gateway);
}

/// A success, with what it has under `Response`.
pub(super) fn done(response: Option<&Value>) -> Value {
    let bare = json!({"$ref": "#/components/schemas/Done"});
    match response {
        None => bare,
        Some(response) => json!({"allOf": [
            bare,
            {"type": "object", "properties": {"Response": response}, "required": ["Response"]},
        ]}),
    }
}

/// A refusal, with the codes that this command answers.
pub(super) fn failed(spec: &Spec) -> Value {
    let own = spec.meanings.iter().filter(|(code, _)| spec.answers.contains(code)).map(one_code);
    let gateway = json!({"$ref": "#/components/schemas/GatewayCode"});
    let codes: Vec<Value> = [gateway].into_iter().chain(own).collect();
    json!({"allOf": [
        {"$ref": "#/components/schemas/Failed"},
        {"type": "object", "properties": {"ErrorCode": {"type": "integer", "oneOf": codes}}},
    ]})
}

fn one_code((code, meaning): &(u32, &str)) -> Value {
    json!({"const": code, "description": meaning})
}
