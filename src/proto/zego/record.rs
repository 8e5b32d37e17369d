//! Requests and their answers, as the bench's request log keeps them.
//!
//! What is kept of a query are the parameters that the action documents: messages stand there, since
//! they reach no device. Nothing of the signature, and nothing that nobody knows.

use std::time::Duration;

use super::gateway::{ACTIONS, Answer, Gateway, Head};
use super::query::Query;
use crate::engine::{LoggedRequest, MAX_LOGGED_BODY_BYTES, RequestOutcome, RequestTexts};

impl Gateway {
    /// Keeps a request and its answer, if the app it names is one of this server.
    pub fn record(&self, head: &Head<'_>, query: &Query<'_>, answer: &Answer, took: Duration) {
        let Some(log) = self.engine.requests() else { return };
        let Ok(app) = self.app(query) else { return };
        let texts = RequestTexts {
            method: head.method,
            path: "/",
            command: answer.action_name(),
            identifier: "",
            room: query.get("RoomId").or(query.list("RoomId").first().copied()).unwrap_or_default(),
            info: answer.refused.as_ref().map_or("", |refused| &refused.text),
        };
        let outcome = RequestOutcome {
            request_id: answer.request_id,
            at_ms: app.now_ms(),
            took,
            code: answer.code(),
            fault: answer.fault,
        };
        let mut body = parameters(query, answer.action);
        if body.len() > MAX_LOGGED_BODY_BYTES {
            body.clear();
        }
        log.append(app.id(), LoggedRequest::new(outcome, body, &texts));
    }
}

/// The documented parameters of an action that are there, as a JSON object.
fn parameters(query: &Query<'_>, action: Option<usize>) -> String {
    let Some(action) = action else { return String::new() };
    let mut said = serde_json::Map::new();
    for parameter in ACTIONS[action].spec.parameters {
        let mut values = query.list(parameter.name);
        let value = match (parameter.kind, values.len()) {
            (_, 0) => continue,
            (super::action::Kind::List(..), _) => values.into(),
            _ => values.swap_remove(0).into(),
        };
        said.insert(parameter.name.to_owned(), value);
    }
    serde_json::Value::Object(said).to_string()
}
