//! `MemberList_Account` and `Reason`, of the commands that send members away.

use crate::domain::Account;
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, accounts, required, text_within,
};

/// The most accounts of one call.
pub(super) const MEMBERS_PER_CALL: usize = 20;
/// The longest `Reason`, in bytes of UTF-8.
pub(super) const MAX_REASON_BYTES: usize = 1000;

/// `MemberList_Account`: one account at least, each kept once.
pub(super) fn member_list(
    members: Option<Vec<AccountText<'_>>>,
) -> Result<Vec<Account>, FieldFault> {
    const FIELD: &str = "MemberList_Account";
    let members = required(FIELD, members)?;
    if members.is_empty() {
        return Err(FieldFault::new(FIELD, "0 accounts, at least 1"));
    }
    accounts(FIELD, &members, MEMBERS_PER_CALL)
}

/// `Reason`: the table wants it, real callers leave it out.
pub(super) fn reason(text: Option<&Text<'_>>, strict: bool) -> Result<Box<str>, FieldFault> {
    match text {
        None if strict => Err(FieldFault::new("Reason", "missing")),
        None => Ok("".into()),
        Some(text) => text_within("Reason", text, MAX_REASON_BYTES).map(Into::into),
    }
}
