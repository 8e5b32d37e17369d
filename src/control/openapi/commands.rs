//! The dialects' commands as operations of the main listener.

use serde_json::{Value, json};

use super::catalog::{Catalog, server};
use super::{envelope, routes};
use crate::proto::tencent::{Entry, Envelope, commands};

/// The main listener.
pub(super) fn main_listener() -> Value {
    server("server.listen", "127.0.0.1:8080", "The main listener")
}

/// Every command.
pub(super) fn describe(catalog: &mut Catalog) {
    let parameters = parameters(catalog);
    envelope::describe(catalog);
    let servers = json!([main_listener()]);
    for entry in commands() {
        let spec = &entry.spec;
        let path = format!("/v4/{}", spec.path);
        let reply = reply(catalog, entry);
        let request = (entry.request)(catalog.generator()).into();
        let request = catalog.keep("schemas", &format!("{}Request", pascal(spec.name())), request);
        let operation = |id: String, description: String, body_required: bool| {
            json!({
                "operationId": id,
                "tags": [spec.dialect.name],
                "summary": spec.summary,
                "description": description,
                "externalDocs": {"url": spec.page, "description": "The vendor's page"},
                "parameters": parameters,
                "requestBody": {
                    "required": body_required,
                    "content": {"application/json": {"schema": request}},
                },
                "responses": {"200": reply},
            })
        };
        let calls = format!("At most {} calls per second of each app.", spec.calls_per_second);
        let post = operation(spec.name().to_owned(), calls.clone(), true);
        catalog.operation(&path, &servers, "post", post);
        if spec.reads {
            let lenient =
                format!("{calls} Refused with `app.strict`. Without a body, the body is `{{}}`.");
            let get = operation(format!("{}_by_get", spec.name()), lenient, false);
            catalog.operation(&path, &servers, "get", get);
        }
    }
}

/// The parameters that every command takes.
fn parameters(catalog: &mut Catalog) -> Vec<Value> {
    let rows = [
        ("sdkappid", "The app.", json!({"type": "integer", "format": "uint32", "minimum": 0})),
        (
            "identifier",
            "Who calls: an administrator of the app.",
            json!({"type": "string", "minLength": 1}),
        ),
        (
            "usersig",
            "The caller's signature, made with a key of the app.",
            json!({"type": "string", "minLength": 1}),
        ),
        (
            "random",
            "Documented by the vendor; not looked at here.",
            json!({"type": "integer", "format": "uint32", "minimum": 0}),
        ),
        (
            "contenttype",
            "Documented by the vendor; not looked at here.",
            json!({"type": "string", "const": "json"}),
        ),
    ];
    let keep = |(name, description, schema): (&str, &str, Value)| {
        let parameter = json!({
            "name": name, "in": "query", "required": true, "description": description,
            "schema": schema,
        });
        catalog.keep("parameters", name, parameter)
    };
    rows.map(keep).into()
}

/// Everything that a command answers.
fn reply(catalog: &mut Catalog, entry: &Entry) -> Value {
    let name = pascal(entry.spec.name());
    let response = (entry.response)(catalog.generator());
    let response =
        response.map(|schema| catalog.keep("schemas", &format!("{name}Response"), schema.into()));
    let done = envelope::done(&entry.spec, response.as_ref());
    let done = match response {
        Some(_) => catalog.keep("schemas", &format!("{name}Done"), done),
        None => done,
    };
    let failed = envelope::failed(&entry.spec);
    let failed = catalog.keep("schemas", &format!("{name}Failed"), failed);
    let mut reply = json!({
        "description": "An envelope: done, or why not.",
        "content": {"application/json": {"schema": {"oneOf": [done, failed]}}},
    });
    if entry.spec.dialect.envelope == Envelope::Chat {
        reply["headers"] = routes::request_id();
    }
    catalog.keep("responses", &name, reply)
}

/// `get_room_info` as types are spelt: `GetRoomInfo`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    name.split('_').map(capital).collect::<Vec<String>>().concat()
}
