//! Every answer that is no success: `application/problem+json` (RFC 9457).
//!
//! `detail` is for people: it names the field or the limit and never shows a secret. `code` is for
//! programs: the room dialect's number of the same refusal, where there is one.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::probes::OPENING;
use crate::domain::{ForbidKey, Refusal};
use crate::engine::{ExportRefusal, Failure, ImportFault};
use crate::proto::tencent::Refused;
use crate::proto::tencent::room::wire;

/// Why a request is not answered with a success.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: Option<u32>,
    detail: Cow<'static, str>,
    /// The body was not read to its end: nothing more can come on this connection.
    closes: bool,
}

/// The type of every problem: `title` says it all.
const ABOUT_BLANK: &str = "about:blank";

/// What a problem said, left on its response for the access line.
#[derive(Clone)]
pub(super) struct Explained(pub(super) Cow<'static, str>);

/// An answer that is no success (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Document<'a> {
    /// No page says more.
    #[schemars(extend("const" = ABOUT_BLANK))]
    r#type: &'static str,
    /// The status in words.
    title: &'a str,
    /// The status.
    status: u16,
    /// For people; its words may change.
    detail: &'a str,
    /// For programs: the room dialect's number of the same refusal, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: None, detail: detail.into(), closes: false }
    }

    /// Something in path, query or body is not what it should be.
    pub(super) fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The token is missing or wrong; which of them is not said.
    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Authorization: not `Bearer` and the control token")
    }

    /// A foreign page or name.
    pub(super) fn forbidden(detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// What only tests do is not done here.
    /// Whoever asks is known, and may not.
    pub(super) fn denied(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    pub(super) fn no_bench() -> Self {
        Self::forbidden("bench.enabled: false, and this is for tests alone")
    }

    /// A rule forbids somebody to come in.
    pub(super) fn login_forbidden(rule: &ForbidKey) -> Self {
        Self { code: Some(BANNED), ..Self::new(StatusCode::FORBIDDEN, login_forbidden(rule)) }
    }

    /// Nothing has this name.
    pub(super) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The path is known, the method is not. The router adds `Allow`.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "this path has other methods, see Allow")
    }

    /// The state of things does not allow it.
    pub(super) fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// The body is longer than the limit.
    pub(super) fn body_too_large(at_most_bytes: usize) -> Self {
        let detail = format!("body: at most {at_most_bytes} bytes");
        Self { closes: true, ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail) }
    }

    /// The body did not come in time.
    pub(super) fn body_too_slow(within: Duration) -> Self {
        let detail = format!("body: not complete within {within:?}");
        Self { closes: true, ..Self::new(StatusCode::REQUEST_TIMEOUT, detail) }
    }

    /// The body broke off.
    pub(super) fn body_broken() -> Self {
        let detail = "body: it broke off before its end";
        Self { closes: true, ..Self::bad_request(detail) }
    }

    /// The same, and the body may not have been read to its end.
    pub(super) fn closing(self) -> Self {
        Self { closes: true, ..self }
    }

    /// A bug of ours.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "a bug; it is in the log")
    }

    /// There is nothing yet that could be asked.
    pub(super) fn opening() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, OPENING)
    }

    /// What was asked for did not end in time.
    pub(super) fn too_slow(within: Duration) -> Self {
        let detail = format!("not done within {within:?}; whether a change was made is unknown");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl Problem {
    /// What it says to people.
    pub(super) fn into_detail(self) -> String {
        self.detail.into_owned()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Unavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the store is unavailable; whether a change was made is unknown",
            ),
        }
    }
}

impl From<ExportRefusal> for Problem {
    fn from(refusal: ExportRefusal) -> Self {
        match refusal {
            ExportRefusal::Busy(busy) => Self::conflict(busy.to_string()),
            ExportRefusal::Failed(failure) => failure.into(),
        }
    }
}

impl From<ImportFault> for Problem {
    fn from(fault: ImportFault) -> Self {
        match fault {
            ImportFault::Line { .. } | ImportFault::Version { .. } | ImportFault::Cut { .. } => {
                Self::bad_request(fault.to_string())
            }
            ImportFault::Busy | ImportFault::TooMany => Self::conflict(fault.to_string()),
            ImportFault::Unavailable => Failure::Unavailable.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = (status(&refusal), code(&refusal));
        Self { code: Some(code), ..Self::new(status, refusal.to_string()) }
    }
}

/// The room dialect's number of a refusal.
pub(super) fn code(refusal: &Refusal) -> u32 {
    wire(&Refused::Rule(refusal.clone())).code
}

/// The room dialect's number of a ban, which is what a rule is to whoever may not come in.
pub(super) const BANNED: u32 = 100_016;

/// Which rule it is that forbids somebody to come in, and no more of it.
pub(super) fn login_forbidden(rule: &ForbidKey) -> String {
    format!("a rule forbids the login: {rule}")
}

/// A new refusal must stop the build here, so nothing catches the rest.
fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NoSuchRoom
        | Refusal::NotAMember { .. }
        | Refusal::AwaitsNoSeat { .. }
        | Refusal::NoSuchStream { .. } => StatusCode::NOT_FOUND,
        Refusal::NotTheOwner { .. }
        | Refusal::OwnerNotBannable { .. }
        | Refusal::OwnerNotMutable { .. }
        | Refusal::OwnerStays { .. }
        | Refusal::GroupTypeForbids { .. }
        | Refusal::Banned { .. }
        | Refusal::PasswordNeeded
        | Refusal::PasswordWrong
        | Refusal::OwnerKeepsRole { .. } => StatusCode::FORBIDDEN,
        Refusal::RoomExists
        | Refusal::RoomExistsAndYours
        | Refusal::IsAGroup
        | Refusal::RoomFull { .. }
        | Refusal::TooManyAdmins { .. }
        | Refusal::TooManyMarks { .. }
        | Refusal::TooManyRobots { .. }
        | Refusal::StreamTaken { .. }
        | Refusal::TooManyStreams { .. }
        | Refusal::NoSeats
        | Refusal::SeatLocked { .. }
        | Refusal::SeatTaken { .. }
        | Refusal::SeatsFull { .. }
        | Refusal::SeatedAlready { .. }
        | Refusal::NotSeated { .. }
        | Refusal::AwaitsSeat { .. } => StatusCode::CONFLICT,
        Refusal::AboveCeiling { .. }
        | Refusal::NoSuchSeat { .. }
        | Refusal::ScheduleTooShort { .. }
        | Refusal::NoPasswordToAskFor => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: ABOUT_BLANK,
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
        };
        let json = serde_json::to_vec(&document).expect("texts and numbers are JSON");
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(Explained(self.detail));
        response
    }
}
