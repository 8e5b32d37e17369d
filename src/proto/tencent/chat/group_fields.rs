//! The fields that commands about groups share, and the order in which they are looked at: whether
//! they are there, how long lists are, then the group's id; what the group says of it comes last.

use crate::domain::{Account, RoomId};
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, distinct_accounts, required, well_formed_room_id,
};
use crate::proto::tencent::refused::Refused;

/// `GroupId`, once it is known to be there: 1 to 48 bytes of printable ASCII.
pub(super) fn group_id(text: &Text<'_>) -> Result<RoomId, Refused> {
    well_formed_room_id("GroupId", text).map_err(Refused::GroupId)
}

/// A list of 1 to `at_most` accounts, each kept once.
pub(super) fn account_list(
    field: &'static str,
    texts: Option<Vec<AccountText<'_>>>,
    at_most: usize,
) -> Result<Vec<Account>, Refused> {
    let texts = required(field, texts)?;
    list_length(field, texts.len(), at_most)?;
    Ok(distinct_accounts(field, &texts)?)
}

/// Refuses a list of none, and one of more than `at_most` accounts.
pub(super) fn list_length(
    field: &'static str,
    length: usize,
    at_most: usize,
) -> Result<(), Refused> {
    if length == 0 {
        return Err(FieldFault::new(field, "0 accounts, at least 1").into());
    }
    if length > at_most {
        let reason = format!("{length} accounts, at most {at_most}");
        return Err(Refused::ListLength(FieldFault::new(field, reason)));
    }
    Ok(())
}
