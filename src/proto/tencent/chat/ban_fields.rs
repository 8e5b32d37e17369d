//! What the three commands about bans have in common.

use super::support::Support;
use crate::domain::{Account, RoomId};
use crate::engine::App;
use crate::proto::tencent::field::{AccountText, Text};
use crate::proto::tencent::refused::Refused;

/// The types of group that can be banned from.
pub(super) const SUPPORT: Support = Support::of("ban_group_member");

/// `GroupId` and `Members_Account`, as the limits of the app have it.
pub(super) fn whom(
    app: &App,
    group: Option<Text<'_>>,
    accounts: Option<Vec<AccountText<'_>>>,
) -> Result<(RoomId, Vec<Account>), Refused> {
    let group = super::fields::group(group)?;
    let at_most = app.chat().limits.ban_accounts;
    let accounts = super::fields::accounts("Members_Account", accounts, at_most)?;
    Ok((super::fields::group_id(group)?, accounts))
}
