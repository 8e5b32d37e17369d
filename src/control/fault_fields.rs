//! Faults as they are written: fields of a body, or the header of one request.
//!
//! Job: from words and numbers to a fault, and back. Promise: each refusal names the field and the
//! limit; a field that a kind has no use for is refused, not passed over. Not here: routes.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body;
use super::problem::Problem;
use crate::callback;
use crate::domain::RoomId;
use crate::engine::{
    Aim, CallbackFault, CallbackWord, Chance, Fault, MAX_CALLBACK_DELAY_MS, MAX_ERROR_TEXT_BYTES,
    MAX_PASSED, MAX_REQUEST_DELAY, MAX_SILENCE, RequestFault, Schedule,
};
use crate::proto::tencent::commands;
use crate::proto::zego::ACTIONS;

/// What a fault may be aimed at.
const ON: [&str; 2] = ["request", "callback"];
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
/// How near a word must be to be named.
const NEAR: f64 = 0.8;

/// Every kind, each once.
fn kinds() -> Vec<&'static str> {
    let mut words: Vec<_> =
        REQUEST_KINDS.iter().chain(CALLBACK_KINDS).map(|(word, _)| *word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A fault that is to be set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct FaultFields {
    /// What it is aimed at.
    #[schemars(required, with = "String", extend("enum" = ON))]
    on: Option<String>,
    /// Only requests for this command, `create_room` or `room_engine_http_srv/create_room`, or of
    /// this action, `DescribeUserList`; only callbacks of this command, `Room.CallbackAfterMemberLeave`
    /// or `CallbackAfterMemberLeave`, or of this event, `room_logout`. All, if absent.
    command: Option<String>,
    /// Only what is about this room. All rooms, if absent.
    room: Option<String>,
    /// The first match that may be struck; 1 unless said.
    #[schemars(range(min = 1))]
    nth: Option<u32>,
    /// How often it strikes at most; once where `nth` is said, otherwise without end.
    #[schemars(range(min = 1))]
    times: Option<u32>,
    /// The chance of each match to be struck; 1 unless said.
    #[schemars(range(min = 0, max = 1))]
    probability: Option<f64>,
    /// Where the chances come from; 0 unless said.
    seed: Option<u64>,
    /// What is done.
    #[schemars(required, with = "KindFields")]
    fault: Option<KindFields>,
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
struct Place(&'static str);

impl Place {
    fn refuse(&self, field: &str, fault: impl std::fmt::Display) -> Problem {
        Problem::bad_request(format!("{}{field}: {fault}", self.0))
    }

    fn number<T: PartialOrd + std::fmt::Display>(
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

    fn word<T>(
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

/// In a body.
const BODY: Place = Place("");
/// In the part of a body that says what is done.
const DONE: Place = Place("fault.");

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
    fn on_request(self, place: &Place) -> Result<RequestFault, Problem> {
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
    fn on_callback(self, place: &Place) -> Result<CallbackFault, Problem> {
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

impl FaultFields {
    /// The fault that is written.
    pub(super) fn fault(self) -> Result<Fault, Problem> {
        let on = self.on.ok_or_else(|| BODY.refuse("on", "missing"))?;
        let on_requests = BODY.word("on", ON.into_iter().zip([true, false]), &on)?;
        let room = self.room.map(|room| RoomId::parse(&room));
        let room = room.transpose().map_err(|fault| BODY.refuse("room", fault))?;
        let at_least_1 = |field, number| BODY.number(field, number, 1..=u32::MAX);
        let probability = self.probability.unwrap_or(1.0);
        let chance = Chance::new(probability);
        let schedule = Schedule {
            nth: at_least_1("nth", self.nth.unwrap_or(1))?,
            times: self
                .times
                .or(self.nth.map(|_| 1))
                .map(|it| at_least_1("times", it))
                .transpose()?,
            chance: chance.ok_or_else(|| {
                BODY.refuse("probability", format!("{probability}, must be 0 to 1"))
            })?,
            seed: self.seed.unwrap_or(0),
        };
        let done = self.fault.ok_or_else(|| BODY.refuse("fault", "missing"))?;
        let command = self.command.as_deref();
        let aim = if on_requests {
            let command = command.map(request_word).transpose()?;
            Aim::Request { command, fault: done.on_request(&DONE)? }
        } else {
            let only = command.map(|word| callback_word(&BODY, "command", word)).transpose()?;
            let fault = done.on_callback(&DONE)?;
            if let (Some(only), CallbackFault::Reorder { past: Some(past), .. }) = (only, fault)
                && only.to != past.to
            {
                return Err(DONE.refuse("past", "goes to another receiver than command does"));
            }
            Aim::Callback { only, fault }
        };
        Ok(Fault { room, schedule, aim })
    }
}

/// A command or an action that there is.
fn request_word(said: &str) -> Result<Box<str>, Problem> {
    let paths = commands().map(|entry| entry.spec.path);
    let names = commands().map(|entry| entry.spec.name());
    let actions = ACTIONS.iter().map(|entry| entry.spec.action);
    let mut words = paths.chain(names).chain(actions);
    if let Some(word) = words.clone().find(|word| *word == said) {
        return Ok(word.into());
    }
    let nearness = |word: &&str| strsim::jaro_winkler(said, word);
    let nearest = words
        .by_ref()
        .filter(|word| nearness(word) > NEAR)
        .max_by(|one, other| nearness(one).total_cmp(&nearness(other)));
    let nearest = nearest.map_or_else(String::new, |word| format!("; {word} is"));
    Err(BODY.refuse("command", format!("not a command or an action{nearest}")))
}

/// A callback that there is: its word, or what stands behind the dot of that.
fn callback_word(place: &Place, field: &str, said: &str) -> Result<CallbackWord, Problem> {
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
    let number = |digits: &str| super::page::digits::<u64>(digits).ok_or_else(no_number);
    let small = |digits: &str| super::page::digits::<u32>(digits).ok_or_else(no_number);
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
