//! The OpenAPI document, of both listeners.
//!
//! Job: derive one document from the dialects' list of commands and the control plane's list of
//! routes. Promise: nothing is listed here that stands in those lists; the same program makes the
//! same bytes; nothing is made before somebody asks. Not here: what a field means, which its type
//! says.

mod catalog;
mod commands;
mod envelope;
mod routes;
mod zego;

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use self::catalog::Catalog;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::proto::tencent::dialects;

/// The document, with its parts in the order in which people read them.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    tags: Value,
    paths: Value,
    components: Value,
}

/// The document as JSON, for people and programs, with a newline at its end.
#[must_use]
pub fn document() -> String {
    let mut catalog = Catalog::new();
    commands::describe(&mut catalog);
    zego::describe(&mut catalog);
    routes::describe(&mut catalog);
    let (paths, components) = catalog.finish();
    let info = json!({
        "title": "guestlist",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Who is in the room?",
        "description": INFO,
        "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
    });
    let of_vendor = dialects().map(|dialect| {
        json!({"name": dialect.name, "description": "The vendor's commands, on the main listener."})
    });
    let ours = [
        json!({"name": zego::TAG, "description": "The vendor's actions, on the main listener."}),
        json!({"name": routes::TAG, "description": "The control plane, on a listener of its own."}),
        json!({"name": routes::PROBE_TAG, "description": "For orchestrators, on both listeners."}),
    ];
    let tags = of_vendor.chain(ours).collect();
    let document = Document { openapi: "3.1.1", info, tags, paths, components };
    let mut text = serde_json::to_string_pretty(&document).expect("texts and numbers are JSON");
    text.push('\n');
    text
}

const INFO: &str = "\
The membership APIs of the big room vendors, answered from one list of who is in which room.

Two listeners: each path names the server that has it. On the main one every request is answered \
with HTTP 200 and an envelope, paths that are no command's with 60002, 60009 or 10003, and the body's \
Content-Type is not looked at. On the control plane other methods of a path are 405, and paths \
that are not here 404.

Lengths: `maxLength` counts characters; the limit itself counts bytes of UTF-8, as the descriptions \
say.";

/// `GET /openapi.json`
pub(super) async fn serve(
    State(plane): State<Arc<Plane>>,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    let document = plane.document.get_or_init(|| Bytes::from(document()));
    Ok(reply::written(StatusCode::OK, document.clone()))
}

/// This document, of which a schema would say no more than the specification.
pub(super) struct AnyDocument;

impl JsonSchema for AnyDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OpenApi".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "required": ["openapi", "info", "paths", "components"]})
    }
}
