//! The envelopes of Tencent's dialects, and the codes in them.

use serde_json::{Value, json};

use super::catalog::Catalog;
use crate::proto::tencent::{Envelope, GATEWAY_CODES, Spec};

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
    for envelope in [Envelope::Room, Envelope::Chat] {
        let zero = json!({"type": "integer", "const": 0});
        let done = fields(envelope, "OK", zero, json!({"type": "string", "const": ""}));
        catalog.keep("schemas", done_name(envelope), done);
        let text = json!({
            "type": "string", "minLength": 1,
            "description": "For people; names the field and the limit.",
        });
        let code = json!({"type": "integer", "minimum": 1});
        catalog.keep("schemas", failed_name(envelope), fields(envelope, "FAIL", code, text));
    }
    let codes = GATEWAY_CODES.iter().filter(|(code, _)| *code != NO_COMMAND);
    let gateway = json!({
        "type": "integer",
        "description": "What the gateway answers, the same for every command.",
        "oneOf": codes.map(one_code).collect::<Vec<_>>(),
    });
    catalog.keep("schemas", "GatewayCode", gateway);
}

/// The fields of an envelope, and those that it must not have.
fn fields(envelope: Envelope, status: &str, code: Value, text: Value) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "ActionStatus": {"type": "string", "const": status},
            "ErrorCode": code,
            "ErrorInfo": text,
        },
        "required": ["ActionStatus", "ErrorCode", "ErrorInfo"],
    });
    match envelope {
        Envelope::Room => {
            schema["properties"]["RequestId"] = json!({"$ref": "#/components/schemas/RequestId"});
            schema["required"] = json!(["ActionStatus", "ErrorCode", "ErrorInfo", "RequestId"]);
        }
        Envelope::Chat => {
            let foreign = ["RequestId", "Response"].map(|name| json!({"required": [name]}));
            schema["not"] = json!({"anyOf": foreign});
        }
    }
    schema
}

/// What a success without anything besides is called.
fn done_name(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Room => "Done",
        Envelope::Chat => "ChatDone",
    }
}

/// What a refusal is called, whatever its code.
fn failed_name(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Room => "Failed",
        Envelope::Chat => "ChatFailed",
    }
}

fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A success, with what was asked for: under `Response`, or field by field.
pub(super) fn done(spec: &Spec, response: Option<&Value>) -> Value {
    let envelope = spec.dialect.envelope;
    let bare = refer(done_name(envelope));
    match (envelope, response) {
        (Envelope::Room | Envelope::Chat, None) => bare,
        (Envelope::Room, Some(response)) => json!({"allOf": [
            bare,
            {"type": "object", "properties": {"Response": response}, "required": ["Response"]},
        ]}),
        (Envelope::Chat, Some(response)) => json!({"allOf": [bare, response]}),
    }
}

/// A refusal, with the codes that this command answers. It is the envelope alone.
pub(super) fn failed(spec: &Spec) -> Value {
    let meanings = spec.dialect.meanings.iter();
    let own = meanings.filter(|(code, _)| spec.answers.contains(code)).map(one_code);
    let codes: Vec<Value> = [refer("GatewayCode")].into_iter().chain(own).collect();
    json!({"allOf": [
        refer(failed_name(spec.dialect.envelope)),
        {"type": "object", "properties": {"ErrorCode": {"type": "integer", "oneOf": codes}}},
    ]})
}

fn one_code((code, meaning): &(u32, &str)) -> Value {
    json!({"const": code, "description": meaning})
}
