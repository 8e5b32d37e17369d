//! A route: how it is served, and what the OpenAPI document says of it.

use std::sync::Arc;

use axum::routing::{MethodFilter, MethodRouter};
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Plane;

/// The methods that routes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl Verb {
    /// For the router.
    pub(super) fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// For the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

/// One method of one path.
pub(super) struct Route {
    pub(super) verb: Verb,
    /// With `{app}`, `{room}` and `{account}` where those stand.
    pub(super) path: &'static str,
    /// The handler on its method.
    pub(super) serve: fn(MethodFilter) -> MethodRouter<Arc<Plane>>,
    pub(super) page: Page,
}

/// The media type of most bodies.
const JSON: &str = "application/json";

/// A type's schema.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type, or a reference to it.
fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What is documented of a route. What its path, its query, its body and the layers around it
/// imply is not repeated here.
pub(super) struct Page {
    /// A name for programs.
    pub(super) id: &'static str,
    /// What it does, in one line.
    pub(super) summary: &'static str,
    /// The type of the query, each field a parameter.
    pub(super) query: Option<SchemaOf>,
    pub(super) body: Option<Body>,
    /// Every success, and what a probe says until then.
    pub(super) replies: &'static [Success],
    /// The room dialect's codes that its problems may carry, besides that of an unknown room.
    pub(super) codes: &'static [(StatusCode, u32)],
    /// What it is about may be in a state that does not allow it, without a code.
    pub(super) conflicts: bool,
}

impl Page {
    /// A page without query, body, replies and codes.
    pub(super) const fn new(id: &'static str, summary: &'static str) -> Self {
        Self { id, summary, query: None, body: None, replies: &[], codes: &[], conflicts: false }
    }

    pub(super) const fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(schema::<T>), ..self }
    }

    /// A body that may be left out.
    pub(super) const fn optional_body<T: JsonSchema>(self) -> Self {
        let media_type = JSON;
        Self { body: Some(Body { schema: schema::<T>, required: false, media_type }), ..self }
    }

    pub(super) const fn body<T: JsonSchema>(self) -> Self {
        let media_type = JSON;
        Self { body: Some(Body { schema: schema::<T>, required: true, media_type }), ..self }
    }

    /// A body of text of a media type.
    pub(super) const fn text_body(self, media_type: &'static str) -> Self {
        let schema = schema::<String>;
        Self { body: Some(Body { schema, required: true, media_type }), ..self }
    }

    pub(super) const fn replies(self, replies: &'static [Success]) -> Self {
        Self { replies, ..self }
    }

    pub(super) const fn codes(self, codes: &'static [(StatusCode, u32)]) -> Self {
        Self { codes, ..self }
    }

    pub(super) const fn conflict(self) -> Self {
        Self { conflicts: true, ..self }
    }
}

/// A body that a route takes.
pub(super) struct Body {
    pub(super) schema: SchemaOf,
    pub(super) required: bool,
    pub(super) media_type: &'static str,
}

/// A success that a route answers with.
pub(super) struct Success {
    pub(super) status: StatusCode,
    pub(super) summary: &'static str,
    pub(super) content: Content,
}

/// What a success says.
pub(super) enum Content {
    Nothing,
    Json(SchemaOf),
    /// Text of a media type.
    Text(&'static str),
}

impl Success {
    pub(super) const fn json<T: JsonSchema>(status: StatusCode, summary: &'static str) -> Self {
        Self { status, summary, content: Content::Json(schema::<T>) }
    }

    pub(super) const fn text(media_type: &'static str, summary: &'static str) -> Self {
        Self { status: StatusCode::OK, summary, content: Content::Text(media_type) }
    }

    /// What is said of a success that is still to come.
    pub(super) const fn not_yet(media_type: &'static str, summary: &'static str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self { status, summary, content: Content::Text(media_type) }
    }

    pub(super) const fn nothing(summary: &'static str) -> Self {
        Self::empty(StatusCode::NO_CONTENT, summary)
    }

    pub(super) const fn empty(status: StatusCode, summary: &'static str) -> Self {
        Self { status, summary, content: Content::Nothing }
    }
}
