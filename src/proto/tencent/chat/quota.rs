//! How many groups an account may be in.

use crate::domain::{Account, MemberView, RoomId, RoomView};
use crate::proto::tencent::command::Call;
use crate::proto::tencent::refused::{Quota, Refused};

/// Refuses one group more for an account that is in as many as the app's plan allows. Looks at the
/// rooms of each account, and only where there is such a limit.
///
/// # Errors
/// 10037 with the first such account, or the store is unavailable.
pub(super) async fn groups_per_account(
    call: &Call<'_>,
    accounts: impl IntoIterator<Item = &Account>,
) -> Result<(), Refused> {
    let Some(at_most) = call.app.chat().quota.groups_per_account else { return Ok(()) };
    for account in accounts {
        let mut groups = 0;
        let mut see = |_: &RoomId, room: &RoomView<'_>, _: &MemberView<'_>| {
            groups += u32::from(room.facts.kind.is_group());
        };
        call.engine.joined(call.app, account, &mut see).await?;
        if groups >= at_most {
            let quota = Quota::GroupsOfAccount(account.clone());
            return Err(Refused::Quota { quota, at_most });
        }
    }
    Ok(())
}
