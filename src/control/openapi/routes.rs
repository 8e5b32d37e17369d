//! The control plane's routes as operations.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::catalog::{Catalog, server};
use super::commands::main_listener;
use crate::control::problem::Document;
use crate::control::route::{Content, Page, Route, SchemaOf, Success};
use crate::control::routes::{GUARDED, PATIENT, PROBES, STREAMED};
use crate::domain::{MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES};
use crate::engine::MAX_SNAPSHOT_NAME_BYTES;

/// What guarded operations are filed under.
pub(super) const TAG: &str = "Control plane";
/// What the probes are filed under.
pub(super) const PROBE_TAG: &str = "Health";

/// What the layers answer around any route.
const AROUND: &[(StatusCode, &str)] = &[
    (StatusCode::BAD_REQUEST, "A path, parameter, field or body that is not what it should be"),
    (StatusCode::UNAUTHORIZED, "No token, or a wrong one"),
    (StatusCode::FORBIDDEN, "A foreign `Host` or `Origin`, a door, or something of the bench"),
    (StatusCode::REQUEST_TIMEOUT, "The body was not there in time"),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than `server.body_limit`"),
    (StatusCode::INTERNAL_SERVER_ERROR, "A bug"),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "The store is unavailable or too slow; whether a change was made is unknown",
    ),
];
/// What some routes answer besides.
const NOT_FOUND: (StatusCode, &str) =
    (StatusCode::NOT_FOUND, "No such app, room, member of the room, callback, fault or snapshot");
const CONFLICT: (StatusCode, &str) =
    (StatusCode::CONFLICT, "The state of things does not allow it");
/// The code of an unknown room.
const NO_SUCH_ROOM: u32 = 100_004;

/// Every route.
pub(super) fn describe(catalog: &mut Catalog) {
    let control = server("control.listen", "127.0.0.1:8081", "The control plane");
    let token = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "`control.token`. With `guestlist dev` on loopback and no token set, none \
                        is needed.",
    });
    catalog.keep("securitySchemes", "control_token", token);
    let request_id = json!({
        "description": "The request's name, which is also in the access line.",
        "required": true,
        "schema": {"$ref": "#/components/schemas/RequestId"},
    });
    catalog.keep("headers", "X-Request-Id", request_id);
    let either = json!([main_listener(), control]);
    for route in PROBES {
        let mut operation = operation(&route.page, PROBE_TAG);
        operation["responses"] = Value::Object(successes(catalog, route.page.replies, false));
        catalog.operation(route.path, &either, route.verb.name(), operation);
    }
    let servers = json!([control]);
    for route in GUARDED.iter().chain(PATIENT).chain(STREAMED) {
        let guarded = guarded(catalog, route);
        catalog.operation(route.path, &servers, route.verb.name(), guarded);
    }
}

fn operation(page: &Page, tag: &str) -> Value {
    json!({"operationId": page.id, "tags": [tag], "summary": page.summary})
}

fn guarded(catalog: &mut Catalog, route: &Route) -> Value {
    let page = &route.page;
    let mut operation = operation(page, TAG);
    operation["security"] = json!([{"control_token": []}, {}]);
    let mut parameters = path_parameters(route.path);
    if let Some(query) = page.query {
        parameters.extend(query_parameters(catalog, query));
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &page.body {
        let schema = Value::from((body.schema)(catalog.generator()));
        operation["requestBody"] = json!({
            "required": body.required,
            "content": {body.media_type: {"schema": schema}},
        });
    }
    let mut responses = successes(catalog, page.replies, true);
    for (status, (description, codes)) in problems(route) {
        let problem = problem(catalog, status, description, &codes);
        responses.insert(status.as_str().to_owned(), problem);
    }
    operation["responses"] = Value::Object(responses);
    operation
}

/// The parameters that a path spells out.
fn path_parameters(path: &str) -> Vec<Value> {
    let id = |at_most: usize| {
        json!({
            "type": "string", "minLength": 1, "maxLength": at_most,
            "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$",
        })
    };
    let known = [
        (
            "app",
            "The app, by its SDKAppID.",
            json!({"type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX}),
        ),
        ("room", "The room, percent-encoded once.", id(MAX_ROOM_ID_BYTES)),
        ("account", "The account, percent-encoded once.", id(MAX_ACCOUNT_BYTES)),
        (
            "id",
            "The place in the app's log, or the number of the fault.",
            json!({"type": "integer", "format": "uint64", "minimum": 0}),
        ),
        (
            "name",
            "The name of the snapshot.",
            json!({
                "type": "string", "minLength": 1, "maxLength": MAX_SNAPSHOT_NAME_BYTES,
                "pattern": "^[A-Za-z0-9._-]+$",
            }),
        ),
    ];
    let named = known.into_iter().filter(|(name, ..)| path.contains(&format!("{{{name}}}")));
    let parameter = |(name, description, schema)| {
        json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": schema,
        })
    };
    named.map(parameter).collect()
}

/// The fields of a query's type. A query has no null: what is absent is left out.
fn query_parameters(catalog: &mut Catalog, query: SchemaOf) -> Vec<Value> {
    let mut schema = Value::from(query(catalog.generator()));
    let Some(Value::Object(fields)) = schema.get_mut("properties").map(Value::take) else {
        return Vec::new();
    };
    let parameter = |(name, mut schema): (String, Value)| {
        if let Some(kind) = schema["type"].as_array().and_then(|kinds| kinds.first()).cloned() {
            schema["type"] = kind;
        }
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({"name": name, "in": "query", "description": description, "schema": schema})
    };
    fields.into_iter().map(parameter).collect()
}

fn successes(catalog: &mut Catalog, replies: &[Success], named: bool) -> Map<String, Value> {
    let mut responses = Map::new();
    for reply in replies {
        let mut response = json!({"description": reply.summary});
        if named {
            response["headers"] = request_id();
        }
        match reply.content {
            Content::Nothing => {}
            Content::Json(schema) => {
                let schema = Value::from(schema(catalog.generator()));
                response["content"] = json!({"application/json": {"schema": schema}});
            }
            Content::Text(media_type) => {
                // Parameters such as the charset are no part of what is documented.
                let name = media_type.split(';').next().unwrap_or_default();
                response["content"] = json!({name: {"schema": {"type": "string"}}});
            }
        }
        responses.insert(reply.status.as_str().to_owned(), response);
    }
    responses
}

/// The header that has the request's name.
pub(super) fn request_id() -> Value {
    json!({"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}})
}

/// Every problem of a route by status, with the codes that it may carry.
fn problems(route: &Route) -> BTreeMap<StatusCode, (&'static str, Vec<u32>)> {
    let mut codes = route.page.codes.to_vec();
    if route.path.contains("{room}") {
        codes.push((StatusCode::NOT_FOUND, NO_SUCH_ROOM));
    }
    let names_something = route.path.contains('{').then_some(&NOT_FOUND);
    let may_conflict =
        route.page.conflicts || codes.iter().any(|(status, _)| *status == CONFLICT.0);
    let conflicts = may_conflict.then_some(&CONFLICT);
    let all = AROUND.iter().chain(names_something).chain(conflicts);
    let with_codes = |(status, description): &(StatusCode, &'static str)| {
        let mut own: Vec<u32> =
            codes.iter().filter(|(at, _)| at == status).map(|(_, c)| *c).collect();
        own.sort_unstable();
        (*status, (*description, own))
    };
    all.map(with_codes).collect()
}

/// The answer of a status. Those without codes are the same for all routes.
fn problem(catalog: &mut Catalog, status: StatusCode, description: &str, codes: &[u32]) -> Value {
    let general = catalog.generator().subschema_for::<Document<'static>>();
    let mut particular = json!({"status": {"const": status.as_u16()}});
    if !codes.is_empty() {
        particular["code"] = json!({"enum": codes});
    }
    let schema = json!({"allOf": [general, {"type": "object", "properties": particular}]});
    let response = json!({
        "description": description,
        "headers": request_id(),
        "content": {"application/problem+json": {"schema": schema}},
    });
    if !codes.is_empty() {
        return response;
    }
    let name: String =
        status.canonical_reason().unwrap_or_default().split(' ').collect::<Vec<_>>().concat();
    catalog.keep("responses", &name, response)
}
