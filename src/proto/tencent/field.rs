//! The fields of a body: texts as they came, and what may be wrong with them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

use crate::domain::{Account, RoomId, TextFault};

/// A text of the body, borrowed from it where it needs no unescaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

/// An account's text. The gateway has a code of its own for one that is a number.
pub type AccountText<'a> = Text<'a>;

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// What is wrong with which field: `MemberInfo.NameCard: 33 bytes, at most 32`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct FieldFault {
    /// The path of the field, as the body spells it.
    pub field: Cow<'static, str>,
    /// What is wrong, and what the limit is.
    pub reason: Cow<'static, str>,
}

impl FieldFault {
    /// A fault of a field.
    pub fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    fn text(field: impl Into<Cow<'static, str>>, fault: TextFault) -> Self {
        Self::new(field, fault.to_string())
    }
}

/// The longest account of Tencent's dialects, in bytes of UTF-8.
pub(super) const MAX_ACCOUNT_BYTES: usize = 32;
/// The longest room or group id of Tencent's dialects, in bytes.
pub(super) const MAX_ROOM_ID_BYTES: usize = 48;

/// A field that must be there.
pub(super) fn required<T>(field: &'static str, value: Option<T>) -> Result<T, FieldFault> {
    value.ok_or_else(|| FieldFault::new(field, "missing"))
}

/// An account: 1 to 32 bytes, no control characters.
pub(super) fn account(
    field: impl Into<Cow<'static, str>>,
    text: &Text<'_>,
) -> Result<Account, FieldFault> {
    Account::parse_within(text.as_str(), MAX_ACCOUNT_BYTES)
        .map_err(|fault| FieldFault::text(field, fault))
}

/// Accounts in a list of at most `at_most`, each kept once.
pub(super) fn accounts(
    field: &'static str,
    texts: &[Text<'_>],
    at_most: usize,
) -> Result<Vec<Account>, FieldFault> {
    if texts.len() > at_most {
        let reason = format!("{} accounts, at most {at_most}", texts.len());
        return Err(FieldFault::new(field, reason));
    }
    distinct_accounts(field, texts)
}

/// Accounts in a list whose length was looked at, each kept once.
pub(super) fn distinct_accounts(
    field: &'static str,
    texts: &[Text<'_>],
) -> Result<Vec<Account>, FieldFault> {
    let mut accounts = Vec::with_capacity(texts.len());
    let mut seen = std::collections::HashSet::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let account = account(format!("{field}[{index}]"), text)?;
        if seen.insert(account.clone()) {
            accounts.push(account);
        }
    }
    Ok(accounts)
}

/// A room id: 1 to 48 bytes of printable ASCII.
pub(super) fn room_id(field: &'static str, text: Option<Text<'_>>) -> Result<RoomId, FieldFault> {
    well_formed_room_id(field, &required(field, text)?)
}

/// The id of a room or group that is there.
pub(super) fn well_formed_room_id(
    field: impl Into<Cow<'static, str>>,
    text: &Text<'_>,
) -> Result<RoomId, FieldFault> {
    let parsed = RoomId::parse_within(text.as_str(), MAX_ROOM_ID_BYTES);
    let parsed = parsed.and_then(|room| printable(room.as_str()).map(|()| room));
    parsed.map_err(|fault| FieldFault::text(field, fault))
}

/// An account as it is imported: 1 to 32 bytes of printable ASCII.
pub(super) fn user_id(
    field: impl Into<Cow<'static, str>>,
    text: &Text<'_>,
) -> Result<Account, FieldFault> {
    let parsed = Account::parse_within(text.as_str(), MAX_ACCOUNT_BYTES);
    let parsed = parsed.and_then(|account| printable(account.as_str()).map(|()| account));
    parsed.map_err(|fault| FieldFault::text(field, fault))
}

fn printable(text: &str) -> Result<(), TextFault> {
    let fits = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    fits.then_some(()).ok_or(TextFault::NotPrintableAscii)
}

/// A text of at most so many bytes of UTF-8.
pub(super) fn text_within<'t>(
    field: impl Into<Cow<'static, str>>,
    text: &'t Text<'_>,
    at_most: usize,
) -> Result<&'t str, FieldFault> {
    let text = text.as_str();
    if text.len() > at_most {
        return Err(FieldFault::text(field, TextFault::TooLong { bytes: text.len(), at_most }));
    }
    Ok(text)
}

/// A text that may be absent, to be kept.
pub(super) fn optional_text(
    field: &'static str,
    text: Option<&Text<'_>>,
    at_most: usize,
) -> Result<Option<Box<str>>, FieldFault> {
    text.map(|text| text_within(field, text, at_most).map(Box::from)).transpose()
}

/// An enumerated word; an empty one counts as absent.
pub(super) fn word<T: Copy>(
    field: impl Into<Cow<'static, str>>,
    text: Option<Text<'_>>,
    words: &[(&str, T)],
) -> Result<Option<T>, FieldFault> {
    let Some(text) = text.filter(|text| !text.as_str().is_empty()) else { return Ok(None) };
    let found = words.iter().find(|(word, _)| *word == text.as_str());
    found.map(|(_, value)| Some(*value)).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        FieldFault::new(field, format!("not one of {}", known.join(", ")))
    })
}

/// A whole number of at least `at_least`.
pub(super) fn number<T: TryFrom<i64>>(
    field: &'static str,
    number: Option<i64>,
    at_least: i64,
    at_most: i64,
) -> Result<Option<T>, FieldFault> {
    let Some(number) = number else { return Ok(None) };
    if number < at_least {
        return Err(FieldFault::new(field, format!("{number}, at least {at_least}")));
    }
    match T::try_from(number) {
        Ok(value) if number <= at_most => Ok(Some(value)),
        _ => Err(FieldFault::new(field, format!("{number}, at most {at_most}"))),
    }
}
