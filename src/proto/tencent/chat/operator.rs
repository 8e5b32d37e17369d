//! In whose name an administrator of the app does something.

use crate::domain::Account;
use crate::proto::tencent::command::Call;
use crate::proto::tencent::field::{FieldFault, Text, account};
use crate::proto::tencent::refused::Refused;

/// `From_Account`: who is said to do it; the caller if it is absent or empty.
///
/// # Errors
/// 10004: not well-formed, or no account that exists.
pub(super) async fn operator(call: &Call<'_>, from: Option<&Text<'_>>) -> Result<Account, Refused> {
    let Some(text) = from.filter(|text| !text.as_str().is_empty()) else {
        return Ok(call.caller.account().clone());
    };
    let from = account("From_Account", text)?;
    if call.engine.first_unknown(call.app, std::slice::from_ref(&from)).await?.is_some() {
        return Err(FieldFault::new("From_Account", format!("{from} does not exist")).into());
    }
    Ok(from)
}
