//! Faults of the bench, in the dialects: which request one strikes, and what it is answered then.
//!
//! Whoever asks is known by then, and may: no fault is seen by anybody else. What is matched of a body
//! is the room that the request log shows.

use super::codes;
use super::gateway::{Admitted, Answer, Gateway, numbered};
use super::redact::redact;
use super::refused::{GatewayRefusal, Wire};
use crate::engine::{RequestFault, RequestId, RequestSeen, StruckRequest};

impl Gateway {
    /// The fault that strikes an admitted request, if one does. To be asked once.
    #[must_use]
    pub fn strike(&self, admitted: &Admitted, body: &[u8]) -> Option<StruckRequest> {
        let Admitted { entry, app, .. } = admitted;
        if !app.has_request_faults() {
            return None;
        }
        let room = redact(body, &mut Vec::new()).flatten();
        let rooms: Vec<&str> = room.as_deref().into_iter().collect();
        app.strike_request(&RequestSeen { path: entry.spec.path, rooms: &rooms })
    }

    /// What a request is answered that a fault keeps from being performed; where it is left without
    /// an answer, what the logs say instead.
    #[must_use]
    pub fn fail(&self, admitted: &Admitted, fault: &RequestFault, request_id: RequestId) -> Answer {
        let wire = match fault {
            RequestFault::Error { code, text } => Wire::new(*code, text.to_string()),
            other => codes::gateway(&GatewayRefusal::Fault { word: other.word() }),
        };
        numbered(admitted.entry.spec.dialect, wire, request_id)
    }
}
