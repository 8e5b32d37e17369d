//! The fields that many commands have: a group's id, lists of accounts, custom fields.
//!
//! Order of the checks, which the vendor leaves open: what must be there (10004), how long lists are
//! (10005), the form of the id (10015), whether the group is there (10010) and of the right type
//! (10007), then everything else (10004). [`reach::first`](super::reach::first) keeps the last three
//! in order.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::{Account, GroupType, RoomId};
use crate::engine::App;
use crate::proto::tencent::field::{self, AccountText, FieldFault, Text, required};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;

/// The longest value of a member's custom field, in bytes of UTF-8.
pub(super) const MAX_MEMBER_VALUE_BYTES: usize = 64;
/// The longest value of a group's custom field, in bytes of UTF-8.
pub(super) const MAX_GROUP_VALUE_BYTES: usize = 512;
/// The longest display name in this dialect, in bytes of UTF-8.
pub(super) const MAX_NAME_CARD_BYTES: usize = 50;
/// The longest time in a request, in seconds. As a mute it is for ever.
pub(super) const MAX_SECONDS: i64 = u32::MAX as i64;

/// `GroupId`: 1 to 48 bytes of printable ASCII.
///
/// # Errors
/// 10015.
pub(super) fn group_id(text: Text<'_>) -> Result<RoomId, Refused> {
    field::room_id("GroupId", Some(text)).map_err(Refused::GroupId)
}

/// `GroupId` as it came.
///
/// # Errors
/// 10004 if it is missing.
pub(super) fn group<'a>(text: Option<Text<'a>>) -> Result<Text<'a>, Refused> {
    Ok(required("GroupId", text)?)
}

/// A list of accounts, at least one, each kept once.
///
/// # Errors
/// 10004 if it is missing, empty or has something else in it; 10005 if it is too long.
pub(super) fn accounts(
    name: &'static str,
    texts: Option<Vec<AccountText<'_>>>,
    at_most: usize,
) -> Result<Vec<Account>, Refused> {
    let texts = list(name, texts, at_most)?;
    Ok(field::distinct_accounts(name, &texts)?)
}

/// A list of something, at least one.
///
/// # Errors
/// 10004 if it is missing or empty, 10005 if it is too long.
pub(super) fn list<T>(
    name: &'static str,
    items: Option<Vec<T>>,
    at_most: usize,
) -> Result<Vec<T>, Refused> {
    let items = required(name, items)?;
    if items.is_empty() {
        return Err(FieldFault::new(name, "empty, at least 1").into());
    }
    if items.len() > at_most {
        let reason = format!("{} of them, at most {at_most}", items.len());
        return Err(Refused::ListLength(FieldFault::new(name, reason)));
    }
    Ok(items)
}

/// A custom field that is to be set.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct FieldItem<'a> {
    /// One of the keys of the settings.
    #[serde(rename = "Key", borrow)]
    #[schemars(required)]
    key: Option<Text<'a>>,
    /// The same, as some programs spell it. Not with `app.strict`.
    #[serde(rename = "key", borrow)]
    #[schemars(skip)]
    lower_case: Option<Text<'a>>,
    /// Its value. An empty one clears it.
    #[serde(rename = "Value", borrow)]
    #[schemars(required)]
    value: Option<Text<'a>>,
}

/// Custom fields that are to be set, as an operation takes them.
pub(super) type SetFields = Vec<(Arc<str>, Box<str>)>;

/// The custom fields of a member of a group of this type.
///
/// # Errors
/// 10004: a key that the settings do not have for the type, a value that is too long.
pub(super) fn member_fields(
    name: &str,
    items: Option<&[Object<FieldItem<'_>>]>,
    app: &App,
    of: GroupType,
) -> Result<SetFields, FieldFault> {
    let keys: Vec<&Arc<str>> = app.chat().member_keys(of).collect();
    set_fields(name, items, &keys, MAX_MEMBER_VALUE_BYTES, app.strict())
}

/// The custom fields of a group.
///
/// # Errors
/// 10004: a key that the settings do not have, a value that is too long.
pub(super) fn group_fields(
    name: &str,
    items: Option<&[Object<FieldItem<'_>>]>,
    app: &App,
) -> Result<SetFields, FieldFault> {
    let keys: Vec<&Arc<str>> = app.chat().group_fields.iter().collect();
    set_fields(name, items, &keys, MAX_GROUP_VALUE_BYTES, app.strict())
}

fn set_fields(
    name: &str,
    items: Option<&[Object<FieldItem<'_>>]>,
    keys: &[&Arc<str>],
    at_most_bytes: usize,
    strict: bool,
) -> Result<SetFields, FieldFault> {
    let items = items.unwrap_or_default().iter().enumerate();
    let set = items.map(|(index, Object(item))| {
        let lower_case = item.lower_case.as_ref().filter(|_| !strict);
        let Some(key) = item.key.as_ref().or(lower_case) else {
            return Err(FieldFault::new(format!("{name}[{index}].Key"), "missing"));
        };
        let Some(key) = keys.iter().find(|known| &****known == key.as_str()) else {
            return Err(FieldFault::new(format!("{name}[{index}].Key"), known(keys)));
        };
        let Some(value) = &item.value else {
            return Err(FieldFault::new(format!("{name}[{index}].Value"), "missing"));
        };
        let bytes = value.as_str().len();
        if bytes > at_most_bytes {
            let reason = format!("{bytes} bytes, at most {at_most_bytes}");
            return Err(FieldFault::new(format!("{name}[{index}].Value"), reason));
        }
        Ok((Arc::clone(key), Box::from(value.as_str())))
    });
    set.collect()
}

/// Which keys there are.
fn known(keys: &[&Arc<str>]) -> String {
    if keys.is_empty() {
        return "the settings have no such custom fields".to_owned();
    }
    let keys: Vec<&str> = keys.iter().map(|key| &***key).collect();
    format!("not one of {}", keys.join(", "))
}
