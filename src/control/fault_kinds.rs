//! What a fault does, as it is written: in a body, or in the header of one request.
//!
//! Job: from a kind and its fields to what is done, and back. Promise: each refusal names the field
//! and the limit; a field that a kind has no use for is refused, not passed over. Not here: what is
//! matched.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{body, page};
use crate::callback;
use crate::engine::{
    Aim, CallbackFault, CallbackWord, MAX_CALLBACK_DELAY_MS, MAX_ERROR_TEXT_BYTES, MAX_PASSED,
    MAX_REQUEST_DELAY, MAX_SILENCE, RequestFault,
};

/// What may be done to a request, and the fields of each.
const REQUEST_KINDS: &[(&str, &[&str])] = &[
    ("error", &["code", "text"]),
    ("status", &["status"]),
    ("delay", &["ms"]),
    ("timeout", &["ms"]),
    ("close", &[]),
    ("half_body", &[]),
    ("lost", &[]),
];
/// And to a callback.
const CALLBACK_KINDS: &[(&str, &[&str])] = &[
    ("hold", &[]),
    ("drop", &[]),
    ("duplicate", &[]),
    ("delay", &["ms"]),
    ("reorder", &["by", "past"]),
];
/// What a proxy says whose backend is away.
const BAD_GATEWAY: u16 = 502;
/// The text of an error that is given none.
const ERROR_TEXT: &str = "a fault that was asked for";
/// Every kind, each once.
fn kinds() -> Vec<&'static str> {
    let mut words: Vec<_> =
        REQUEST_KINDS.iter().chain(CALLBACK_KINDS).map(|(word, _)| *word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// What is done. Each kind has fields of its own.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct KindFields {
    /// To requests `error`, `status`, `delay`, `timeout`, `close`, `half_body` and `lost`; to
    /// callbacks `hold`, `drop`, `duplicate`, `delay` and `reorder`.
    #[schemars(required, with = "String", extend("enum" = kinds()))]
    kind: Option<String>,
    /// `error`: the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    code: Option<u32>,
    /// `error`: the text, in bytes of UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = MAX_ERROR_TEXT_BYTES))]
    text: Option<String>,
    /// `status`: the HTTP status; 502 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 400, max = 599))]
    status: Option<u16>,
    /// `delay`: how many milliseconds, for a request of real time and at most 60000, for a callback of
    /// the app's clock and at most 86400000. `timeout`: after how many the connection is closed; 600000
    /// unless said, and at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_CALLBACK_DELAY_MS))]
    ms: Option<u64>,
    /// `reorder`: how many callbacks it goes behind; 1 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_PASSED))]
    by: Option<u32>,
    /// `reorder`: the command or event of those that count; all of the room, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    past: Option<String>,
}

/// Where a field stands, for whoever wrote it.
pub(super) struct Place(pub(super) &'static str);

impl Place {
    pub(super) fn refuse(&self, field: &str, fault: impl std::fmt::Display) -> Problem {
        Problem::bad_request(format!("{}{field}: {fault}", self.0))
    }

    pub(super) fn number<T: PartialOrd + std::fmt::Display>(
        &self,
        field: &str,
        number: T,
        range: std::ops::RangeInclusive<T>,
    ) -> Result<T, Problem> {
        let (least, most) = (range.start(), range.end());
        let fits = range.contains(&number);
        let fault = || self.refuse(field, format!("{number}, must be {least} to {most}"));
        if fits { Ok(number) } else { Err(fault()) }
    }

    pub(super) fn word<T>(
        &self,
        field: &str,
        known: impl Iterator<Item = (&'static str, T)> + Clone,
        said: &str,
    ) -> Result<T, Problem> {
        let found = known.clone().find(|(word, _)| *word == said);
        found.map(|(_, what)| what).ok_or_else(|| {
            let words: Vec<&str> = known.map(|(word, _)| word).collect();
            self.refuse(field, format!("must be one of {}", words.join(", ")))
        })
    }
}

/// A duration, in milliseconds.
fn ms_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl KindFields {
    /// Refuses a kind that there is not, and fields that it has no use for.
    fn check(&self, place: &Place, kinds: &[(&'static str, &[&str])]) -> Result<&str, Problem> {
        let kind = self.kind.as_deref().ok_or_else(|| place.refuse("kind", "missing"))?;
        let fields = place.word("kind", kinds.iter().copied(), kind)?;
        let Self { kind: _, code, text, status, ms, by, past } = self;
        let said = [
            ("code", code.is_some()),
            ("text", text.is_some()),
            ("status", status.is_some()),
            ("ms", ms.is_some()),
            ("by", by.is_some()),
            ("past", past.is_some()),
        ];
        match said.into_iter().find(|(field, said)| *said && !fields.contains(field)) {
            Some((field, _)) => Err(place.refuse(field, format!("not for the kind {kind}"))),
            None => Ok(kind),
        }
    }

    fn ms(&self, place: &Place, at_most: u64) -> Result<u64, Problem> {
        let ms = self.ms.ok_or_else(|| place.refuse("ms", "missing"))?;
        place.number("ms", ms, 1..=at_most)
    }

    /// What is done to a request.
    pub(super) fn on_request(self, place: &Place) -> Result<RequestFault, Problem> {
        Ok(match self.check(place, REQUEST_KINDS)? {
            "error" => {
                let code = self.code.ok_or_else(|| place.refuse("code", "missing"))?;
                let code = place.number("code", code, 1..=u32::MAX)?;
                let text = self.text.unwrap_or_else(|| ERROR_TEXT.to_owned());
                let (bytes, at_most) = (text.len(), MAX_ERROR_TEXT_BYTES);
                if bytes > at_most {
                    return Err(place.refuse("text", format!("{bytes} bytes, at most {at_most}")));
                }
                RequestFault::Error { code, text: text.into() }
            }
            "status" => {
                let status = self.status.unwrap_or(BAD_GATEWAY);
                RequestFault::Status(place.number("status", status, 400..=599)?)
            }
            "delay" => {
                let ms = self.ms(place, ms_of(MAX_REQUEST_DELAY))?;
                RequestFault::Delay(Duration::from_millis(ms))
            }
            "timeout" => {
                let most = ms_of(MAX_SILENCE);
                let ms = place.number("ms", self.ms.unwrap_or(most), 1..=most)?;
                RequestFault::Silence(Duration::from_millis(ms))
            }
            "close" => RequestFault::Close,
            "half_body" => RequestFault::HalfBody,
            _ => RequestFault::Lost,
        })
    }

    /// What is done to a callback.
    pub(super) fn on_callback(self, place: &Place) -> Result<CallbackFault, Problem> {
        Ok(match self.check(place, CALLBACK_KINDS)? {
            "hold" => CallbackFault::Hold,
            "drop" => CallbackFault::Drop,
            "duplicate" => CallbackFault::Duplicate,
            "delay" => CallbackFault::Delay { ms: self.ms(place, MAX_CALLBACK_DELAY_MS)? },
            _ => {
                let by = place.number("by", self.by.unwrap_or(1), 1..=MAX_PASSED)?;
                let past = self.past.as_deref().map(|word| callback_word(place, "past", word));
                CallbackFault::Reorder { by, past: past.transpose()? }
            }
        })
    }

    /// As it would be written to ask for this.
    pub(super) fn of(aim: &Aim) -> Self {
        let kind = Some(aim.word().to_owned());
        let bare = Self { kind, ..Self::default() };
        match aim {
            Aim::Request { fault, .. } => match fault {
                RequestFault::Error { code, text } => {
                    Self { code: Some(*code), text: Some(text.to_string()), ..bare }
                }
                RequestFault::Status(status) => Self { status: Some(*status), ..bare },
                RequestFault::Delay(time) | RequestFault::Silence(time) => {
                    Self { ms: Some(ms_of(*time)), ..bare }
                }
                RequestFault::Close | RequestFault::HalfBody | RequestFault::Lost => bare,
            },
            Aim::Callback { fault, .. } => match fault {
                CallbackFault::Hold | CallbackFault::Drop | CallbackFault::Duplicate => bare,
                CallbackFault::Delay { ms } => Self { ms: Some(*ms), ..bare },
                CallbackFault::Reorder { by, past } => {
                    let past = past.map(|word| callback::word_of(word).to_owned());
                    Self { by: Some(*by), past, ..bare }
                }
            },
        }
    }
}

/// A callback that there is: its word, or what stands behind the dot of that.
pub(super) fn callback_word(
    place: &Place,
    field: &str,
    said: &str,
) -> Result<CallbackWord, Problem> {
    let name = |word: &'static str| word.split_once('.').map_or(word, |(_, name)| name);
    let found = callback::words().find(|(word, _)| *word == said || name(word) == said);
    found.map_or_else(|| place.word(field, callback::words(), said), |(_, word)| Ok(word))
}

/// The fault that a header asks for: the fields of one as JSON, or a kind alone, or a kind and its
/// value as `delay=250`, `error=60008`, `error=60008:text`, `status=503`, `timeout=5000`.
///
/// # Errors
/// What is wrong with it.
pub fn request_fault(text: &str) -> Result<RequestFault, String> {
    let text = text.trim_ascii();
    let fields = if text.starts_with('{') { body::parse(text.as_bytes()) } else { short(text) };
    let fault = fields.and_then(|fields: KindFields| fields.on_request(&Place("")));
    fault.map_err(Problem::into_detail)
}

fn short(text: &str) -> Result<KindFields, Problem> {
    let (kind, value) = match text.split_once('=') {
        Some((kind, value)) => (kind.trim_ascii(), Some(value.trim_ascii())),
        None => (text, None),
    };
    let fields = KindFields { kind: Some(kind.to_owned()), ..KindFields::default() };
    let Some(value) = value else { return Ok(fields) };
    let no_number = || Problem::bad_request(format!("{kind}: must be followed by = and a number"));
    let number = |digits: &str| page::digits::<u64>(digits).ok_or_else(no_number);
    let small = |digits: &str| page::digits::<u32>(digits).ok_or_else(no_number);
    Ok(match kind {
        "error" => {
            let (code, text) = match value.split_once(':') {
                Some((code, text)) => (code.trim_ascii_end(), Some(text.trim_ascii().to_owned())),
                None => (value, None),
            };
            KindFields { code: Some(small(code)?), text, ..fields }
        }
        "status" => {
            let status = u16::try_from(small(value)?).map_err(|_| no_number())?;
            KindFields { status: Some(status), ..fields }
        }
        "delay" | "timeout" => KindFields { ms: Some(number(value)?), ..fields },
        _ => return Err(Problem::bad_request(format!("{kind}: has no value"))),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_says_a_kind_in_short_or_in_json() {
        let ms = Duration::from_millis;
        let error = |code, text: &str| RequestFault::Error { code, text: text.into() };
        let rows = [
            ("close", RequestFault::Close),
            (" lost ", RequestFault::Lost),
            ("half_body", RequestFault::HalfBody),
            ("status", RequestFault::Status(502)),
            ("status=503", RequestFault::Status(503)),
            ("delay = 250", RequestFault::Delay(ms(250))),
            ("timeout", RequestFault::Silence(MAX_SILENCE)),
            ("timeout=5000", RequestFault::Silence(ms(5000))),
            ("error=60008", error(60008, ERROR_TEXT)),
            ("error=60008: a=b: c", error(60008, "a=b: c")),
            ("error=1:", error(1, "")),
            (r#" {"kind":"error","code":7,"text":"é"} "#, error(7, "é")),
            (r#"{"kind":"delay","ms":60000}"#, RequestFault::Delay(MAX_REQUEST_DELAY)),
        ];
        for (text, fault) in rows {
            assert_eq!(request_fault(text), Ok(fault), "{text}");
        }
    }

    #[test]
    fn a_header_that_is_none_says_why() {
        let kinds = "kind: must be one of error, status, delay, timeout, close, half_body, lost";
        let rows = [
            ("", kinds),
            ("hold", kinds),
            ("Close", kinds),
            ("close=1", "close: has no value"),
            ("error", "code: missing"),
            ("error=", "error: must be followed by = and a number"),
            ("error=x:y", "error: must be followed by = and a number"),
            ("error=0", "code: 0, must be 1 to 4294967295"),
            ("error=4294967296", "error: must be followed by = and a number"),
            ("status=65536", "status: must be followed by = and a number"),
            ("status=600", "status: 600, must be 400 to 599"),
            ("delay", "ms: missing"),
            ("delay=+1", "delay: must be followed by = and a number"),
            ("delay=0", "ms: 0, must be 1 to 60000"),
            ("timeout=600001", "ms: 600001, must be 1 to 600000"),
            ("{}", "kind: missing"),
            (r#"{"kind":"close","code":1}"#, "code: not for the kind close"),
            (r#"{"kind":"close","room":"r"}"#, "room: no field of this request"),
            (r#"{"kind":"#, "body: not JSON, line 1, column 8"),
        ];
        for (text, reason) in rows {
            assert_eq!(request_fault(text), Err(reason.to_owned()), "{text}");
        }
        let text = |bytes| format!("error=1:{}", "x".repeat(bytes));
        assert!(request_fault(&text(MAX_ERROR_TEXT_BYTES)).is_ok());
        let refused = request_fault(&text(MAX_ERROR_TEXT_BYTES + 1));
        assert_eq!(refused, Err("text: 513 bytes, at most 512".to_owned()));
    }

    proptest! {
        #[test]
        fn whatever_a_header_says_it_is_a_fault_or_none(text: String) {
            let _ = request_fault(&text);
            for kind in kinds() {
                let _ = request_fault(&format!("{kind}={text}"));
            }
        }

        #[test]
        fn what_is_shown_of_a_fault_is_the_same_fault(ms in 1..=60_000_u64, code in 1..=u32::MAX) {
            for text in ["close".to_owned(), format!("delay={ms}"), format!("error={code}:x"),
                         format!("timeout={ms}"), "status=503".to_owned()] {
                let fault = request_fault(&text).unwrap();
                let aim = Aim::Request { command: None, fault: fault.clone() };
                let shown = serde_json::to_string(&KindFields::of(&aim)).unwrap();
                prop_assert_eq!(request_fault(&shown), Ok(fault));
            }
        }
    }
}
