//! The fields that commands about accounts share.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::{Account, AccountRecord};
use crate::proto::tencent::field::{FieldFault, Text, required, text_within, user_id};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::schema::UserIdField;

/// The most accounts of one call.
pub(super) const ACCOUNTS_PER_CALL: usize = 100;
/// The longest `Nick` or `FaceUrl`, in bytes of UTF-8.
pub(super) const MAX_PROFILE_BYTES: usize = 500;

/// An account in a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct Item<'a> {
    /// Which account.
    #[serde(rename = "UserID", borrow)]
    #[schemars(with = "UserIdField")]
    user_id: Option<Text<'a>>,
}

/// The accounts of a list of 1 to 100 items, in its order, repetitions too.
pub(super) fn items(
    field: &'static str,
    items: Option<Vec<Object<Item<'_>>>>,
) -> Result<Vec<Account>, Refused> {
    let items = required(field, items)?;
    list_length(field, items.len())?;
    let account = |(nth, Object(item)): (usize, &Object<Item<'_>>)| {
        let field = format!("{field}[{nth}].UserID");
        match &item.user_id {
            Some(text) => user_id(field, text),
            None => Err(FieldFault::new(field, "missing")),
        }
    };
    Ok(items.iter().enumerate().map(account).collect::<Result<_, _>>()?)
}

/// Refuses a list of none, and one of more than 100 accounts.
pub(super) fn list_length(field: &'static str, length: usize) -> Result<(), Refused> {
    if (1..=ACCOUNTS_PER_CALL).contains(&length) {
        return Ok(());
    }
    let reason = format!("{length} accounts, 1 to {ACCOUNTS_PER_CALL}");
    Err(Refused::ListLength(FieldFault::new(field, reason)))
}

/// A record of what a request says of an account; `at` is the path of its object, with a full stop
/// behind it.
pub(super) fn record(
    account: Account,
    at: &str,
    nick: Option<&Text<'_>>,
    face_url: Option<&Text<'_>>,
) -> Result<AccountRecord, Refused> {
    let value = |name: &str, text: Option<&Text<'_>>| -> Result<Box<str>, Refused> {
        let Some(text) = text else { return Ok(Box::default()) };
        let field: Cow<'static, str> = format!("{at}{name}").into();
        let value = text_within(field, text, MAX_PROFILE_BYTES).map_err(Refused::ProfileValue)?;
        Ok(value.into())
    };
    Ok(AccountRecord { account, nick: value("Nick", nick)?, face_url: value("FaceUrl", face_url)? })
}
