//! What the request log keeps of a request.
//!
//! Job: hold what was asked and answered, each text within its bound and all of them in one
//! allocation. Promise: whoever makes an entry hands no secret in; nothing in here has seen the
//! query. Not here: whose request it was, and what is done to a body before it may be kept.

use std::time::Duration;

use super::faults::FaultMark;
use super::log::Kept;
use super::request_id::RequestId;
use crate::domain::{MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES};

/// What the request log holds of all apps together, in bytes.
pub const REQUEST_LOG_BYTES: usize = 16 * 1024 * 1024;
/// The longest body that is kept, in bytes, as it came and as it is kept.
pub const MAX_LOGGED_BODY_BYTES: usize = 16 * 1024;
/// What is kept of a path or a command, in bytes.
const MAX_PATH_BYTES: usize = 128;
/// What is kept of a method, in bytes.
const MAX_METHOD_BYTES: usize = 16;
/// What is kept of a refusal's text, in bytes.
const MAX_INFO_BYTES: usize = 512;

/// How a request was answered.
#[derive(Debug, Clone, Copy)]
pub struct RequestOutcome {
    /// Its name.
    pub request_id: RequestId,
    /// When it was answered, by the app's clock, in Unix milliseconds.
    pub at_ms: u64,
    /// From its head to its answer, in real time.
    pub took: Duration,
    /// The code; 0 is success.
    pub code: u32,
    /// The fault that struck it, if one did.
    pub fault: Option<FaultMark>,
}

/// The texts of a request. An empty one is one that there is not. What is longer than its bound is
/// cut.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestTexts<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path, as far as it may be shown.
    pub path: &'a str,
    /// The service and the command that the path names.
    pub command: &'a str,
    /// Who says to ask.
    pub identifier: &'a str,
    /// Which room it is about.
    pub room: &'a str,
    /// Why it was refused.
    pub info: &'a str,
}

impl RequestTexts<'_> {
    /// What keeping them takes, in bytes.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        bounded(self).iter().map(|(text, at_most)| text.len().min(*at_most)).sum()
    }
}

/// How many texts there are, the body included.
const TEXTS: usize = 7;

/// One request, as its app's log keeps it.
#[derive(Debug)]
pub struct LoggedRequest {
    outcome: RequestOutcome,
    /// The body, and behind it the other texts.
    all: String,
    /// Where each of them ends.
    ends: [u32; TEXTS],
}

impl LoggedRequest {
    /// A request. Its body comes in the buffer in which the other texts are put behind it: whoever
    /// makes room for both allocates once.
    #[must_use]
    pub fn new(outcome: RequestOutcome, body: String, texts: &RequestTexts<'_>) -> Self {
        let mut all = body;
        let mut ends = [0; TEXTS];
        ends[0] = end(&all);
        for ((text, at_most), place) in bounded(texts).into_iter().zip(&mut ends[1..]) {
            all.push_str(&text[..text.floor_char_boundary(at_most)]);
            *place = end(&all);
        }
        Self { outcome, all, ends }
    }

    /// How it was answered.
    #[must_use]
    pub fn outcome(&self) -> &RequestOutcome {
        &self.outcome
    }

    /// Its body, a JSON object without secrets; empty if there is none to show.
    #[must_use]
    pub fn body(&self) -> &str {
        self.text(0)
    }

    /// Its other texts.
    #[must_use]
    pub fn texts(&self) -> RequestTexts<'_> {
        RequestTexts {
            method: self.text(1),
            path: self.text(2),
            command: self.text(3),
            identifier: self.text(4),
            room: self.text(5),
            info: self.text(6),
        }
    }

    fn text(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..self.ends[place] as usize]
    }
}

impl Kept for LoggedRequest {
    fn heap_bytes(&self) -> usize {
        self.all.capacity()
    }
}

/// The texts in their order, each with the most that is kept of it.
fn bounded<'a>(texts: &RequestTexts<'a>) -> [(&'a str, usize); TEXTS - 1] {
    [
        (texts.method, MAX_METHOD_BYTES),
        (texts.path, MAX_PATH_BYTES),
        (texts.command, MAX_PATH_BYTES),
        (texts.identifier, MAX_ACCOUNT_BYTES),
        (texts.room, MAX_ROOM_ID_BYTES),
        (texts.info, MAX_INFO_BYTES),
    ]
}

fn end(text: &str) -> u32 {
    u32::try_from(text.len()).expect("a body and some texts within their bounds")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::request_id::RequestIds;

    fn logged(body: &str, texts: &RequestTexts<'_>) -> LoggedRequest {
        let request_id = RequestIds::new([1, 2]).next();
        let took = Duration::from_micros(7);
        let outcome = RequestOutcome { request_id, at_ms: 5, took, code: 60009, fault: None };
        LoggedRequest::new(outcome, body.to_owned(), texts)
    }

    #[test]
    fn every_text_comes_back_and_an_absent_one_is_empty() {
        let texts = RequestTexts {
            method: "POST",
            path: "/v4/a/b",
            command: "a/b",
            identifier: "用户",
            room: "r",
            info: "no",
        };
        let kept = logged("{}", &texts);
        let RequestTexts { method, path, command, identifier, room, info } = kept.texts();
        assert_eq!(
            [kept.body(), method, path, command, identifier, room, info],
            ["{}", "POST", "/v4/a/b", "a/b", "用户", "r", "no"]
        );
        let kept = logged("", &RequestTexts { room: "r", ..RequestTexts::default() });
        assert_eq!((kept.body(), kept.texts().path, kept.texts().room), ("", "", "r"));
    }

    #[test]
    fn a_text_is_kept_up_to_its_bound_and_cut_between_letters() {
        let long = format!("{}é", "x".repeat(MAX_INFO_BYTES - 1));
        let (text, half) = (long.as_str(), &long[..MAX_INFO_BYTES - 1]);
        let texts = RequestTexts {
            method: text,
            path: text,
            command: text,
            identifier: text,
            room: text,
            info: text,
        };
        let kept = logged("", &texts);
        let RequestTexts { method, path, command, identifier, room, info } = kept.texts();
        let lengths = [method, path, command, identifier, room].map(str::len);
        assert_eq!(lengths, [16, 128, 128, 64, 128]);
        assert_eq!(info, half, "not half a letter");
        let whole = "x".repeat(MAX_INFO_BYTES);
        assert_eq!(logged("", &RequestTexts { info: &whole, ..texts }).texts().info, whole);
        assert_eq!(texts.kept_bytes(), 16 + 3 * 128 + 64 + MAX_INFO_BYTES);
    }
}
