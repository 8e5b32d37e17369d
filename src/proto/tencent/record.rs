//! Requests and their answers, as the bench's request log keeps them.
//!
//! An entry belongs to the app that the query names, whether that app let the request in or not;
//! what names no app of this server is in no log. Where there is no bench, nothing is done here.

use std::borrow::Cow;
use std::time::Duration;

use super::gateway::{Answer, Gateway, command_path};
use super::head::{Head, Parameters, shown_path};
use super::redact::redact;
use crate::engine::{LoggedRequest, MAX_LOGGED_BODY_BYTES, RequestOutcome, RequestTexts};

/// What a room's id takes at most besides the body that it stands in, for most rooms.
const ROOM_BYTES: usize = 32;

impl Gateway {
    /// Whether [`record`](Self::record) keeps a body of so many bytes.
    #[must_use]
    pub fn keeps_body(&self, bytes: usize) -> bool {
        self.engine.requests().is_some() && bytes <= MAX_LOGGED_BODY_BYTES
    }

    /// Keeps a request and its answer. The body is what was read of it; empty if nothing was.
    pub fn record(&self, head: &Head<'_>, body: &[u8], answer: &Answer, took: Duration) {
        let Some(log) = self.engine.requests() else { return };
        let parameters = Parameters::scan_beginning(head.query);
        let Ok(app) = self.app(parameters.sdkappid.as_deref()) else { return };
        let (path, command) = (shown_path(head.path), command_path(head.path).unwrap_or_default());
        let command = shown_path(command);
        let texts = RequestTexts {
            method: head.method,
            path: &path,
            command: &command,
            identifier: parameters.identifier.as_deref().unwrap_or_default(),
            room: "",
            info: answer.refused.as_ref().map_or("", |wire| &wire.text),
        };
        let body_bytes = if body.is_empty() { 0 } else { body.len() + ROOM_BYTES };
        let mut kept = Vec::with_capacity(body_bytes + texts.kept_bytes());
        let room: Cow<'_, str> = redact(body, &mut kept).flatten().unwrap_or_default();
        if kept.len() > MAX_LOGGED_BODY_BYTES {
            kept.clear();
        }
        let kept = String::from_utf8(kept).expect("JSON is UTF-8");
        let outcome = RequestOutcome {
            request_id: answer.request_id,
            at_ms: app.now_ms(),
            took,
            code: answer.code(),
            fault: answer.fault,
        };
        let texts = RequestTexts { room: &room, ..texts };
        log.append(app.id(), LoggedRequest::new(outcome, kept, &texts));
    }
}
