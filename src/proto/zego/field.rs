//! Parameters of actions: read, and held against their limits.

use super::query::Query;
use super::refused::Refused;
use crate::domain::{
    Account, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES, RoomId, StreamId, TextFault,
};

/// The longest reason, in bytes.
pub(super) const MAX_REASON_BYTES: usize = 256;
/// The longest display name, in bytes.
pub(super) const MAX_NAME_BYTES: usize = 256;

/// A text that has to be there.
pub(super) fn required<'q>(query: &'q Query<'_>, name: &str) -> Result<&'q str, Refused> {
    query.get(name).ok_or_else(|| Refused::parameter(name, "missing or empty"))
}

/// A text of at most so many bytes; empty if it is not there.
pub(super) fn text<'q>(
    query: &'q Query<'_>,
    name: &str,
    at_most: usize,
) -> Result<&'q str, Refused> {
    let text = query.get(name).unwrap_or_default();
    if text.len() > at_most {
        let fault = format!("{} bytes, at most {at_most}", text.len());
        return Err(Refused::parameter(name, fault));
    }
    Ok(text)
}

/// An id, by whatever parses it.
fn id<T>(
    name: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, TextFault>,
) -> Result<T, Refused> {
    parse(text).map_err(|fault| Refused::parameter(name, fault))
}

/// `RoomId`.
pub(super) fn room(query: &Query<'_>) -> Result<RoomId, Refused> {
    id("RoomId", required(query, "RoomId")?, |text| RoomId::parse_within(text, MAX_ROOM_ID_BYTES))
}

/// A person.
pub(super) fn account(query: &Query<'_>, name: &str) -> Result<Account, Refused> {
    id(name, required(query, name)?, |text| Account::parse_within(text, MAX_ACCOUNT_BYTES))
}

/// `StreamId`.
pub(super) fn stream(query: &Query<'_>) -> Result<StreamId, Refused> {
    let parse = |text: &str| StreamId::parse_within(text, MAX_STREAM_ID_BYTES);
    id("StreamId", required(query, "StreamId")?, parse)
}

/// A list of 1 to so many people; more are refused with a code.
pub(super) fn accounts(
    query: &Query<'_>,
    name: &str,
    at_most: usize,
    too_many: u32,
) -> Result<Vec<Account>, Refused> {
    let texts = listed(query, name, at_most, too_many)?;
    texts.into_iter().map(|text| id(name, text, Account::parse)).collect()
}

/// A list of 1 to so many rooms.
pub(super) fn rooms(query: &Query<'_>, at_most: usize) -> Result<Vec<RoomId>, Refused> {
    let texts = listed(query, "RoomId", at_most, super::codes::BAD_PARAMETER)?;
    texts.into_iter().map(|text| id("RoomId", text, RoomId::parse)).collect()
}

/// A list of 1 to so many streams.
pub(super) fn streams(query: &Query<'_>, at_most: usize) -> Result<Vec<StreamId>, Refused> {
    let texts = listed(query, "StreamId", at_most, super::codes::BAD_PARAMETER)?;
    texts.into_iter().map(|text| id("StreamId", text, StreamId::parse)).collect()
}

fn listed<'q>(
    query: &'q Query<'_>,
    name: &str,
    at_most: usize,
    too_many: u32,
) -> Result<Vec<&'q str>, Refused> {
    let texts = query.list(name);
    if texts.is_empty() {
        return Err(Refused::parameter(name, "missing or empty"));
    }
    if texts.len() > at_most {
        let text = format!("{name}: {} of them, at most {at_most}", texts.len());
        return Err(Refused::new(too_many, text));
    }
    Ok(texts)
}

/// A whole number between two bounds; none if it is not there.
pub(super) fn integer(
    query: &Query<'_>,
    name: &str,
    bounds: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, Refused> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    let (least, most) = (bounds.start(), bounds.end());
    let fault = || Refused::parameter(name, format!("must be a whole number, {least} to {most}"));
    number.map(Some).ok_or_else(fault)
}

/// `true` or `false`, in any case; `false` if it is not there.
pub(super) fn boolean(query: &Query<'_>, name: &str) -> Result<bool, Refused> {
    match query.get(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Refused::parameter(name, "must be true or false")),
    }
}
