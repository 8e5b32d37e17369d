//! Faults of the bench, in this dialect: which request one strikes, and what it is answered then.
//!
//! Whoever asks is known by then: no fault is seen by anybody else.

use super::codes;
use super::gateway::{Admitted, Answer, Gateway};
use super::query::Query;
use super::refused::Refused;
use crate::engine::{RequestFault, RequestId, RequestSeen, StruckRequest};

impl Gateway {
    /// The fault that strikes an admitted request, if one does. To be asked once.
    #[must_use]
    pub fn strike(&self, admitted: &Admitted, query: &Query<'_>) -> Option<StruckRequest> {
        let Admitted { entry, app } = admitted;
        if !app.has_request_faults() {
            return None;
        }
        let rooms = query.list("RoomId");
        app.strike_request(&RequestSeen { path: entry.spec.action, rooms: &rooms })
    }

    /// What a request is answered that a fault keeps from being performed; where it is left without
    /// an answer, what the logs say instead.
    #[must_use]
    pub fn fail(&self, query: &Query<'_>, fault: &RequestFault, request_id: RequestId) -> Answer {
        let refused = match fault {
            RequestFault::Error { code, text } => Refused::new(*code, text.to_string()),
            other => {
                let text = format!("timed out (a fault that was asked for: {})", other.word());
                Refused::new(codes::FAILED, text)
            }
        };
        self.refuse(query, refused, request_id)
    }

    /// The answer to a request that asks for a fault that is none.
    #[must_use]
    pub fn bad_fault(&self, query: &Query<'_>, reason: String, request_id: RequestId) -> Answer {
        self.refuse(query, Refused::new(codes::BAD_PARAMETER, reason), request_id)
    }
}
