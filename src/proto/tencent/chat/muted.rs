//! The mutes of a group, for the two names that the list has had.

use super::profile::mute_until_s;
use super::reach;
use super::support::Support;
use crate::domain::{Need, RoomId, SanctionKind, SanctionView};
use crate::proto::tencent::command::Call;
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

const SUPPORT: Support = Support::of("get_group_muted_account");
/// Mutes that are looked at in one go, under the room's lock.
const STEP: usize = 500;

/// How the reply spells the list and the end of a mute.
pub(super) struct Names {
    pub(super) list: &'static str,
    pub(super) until: &'static str,
}

/// Writes all mutes that are in force, in the order of muting.
///
/// # Errors
/// As [`reach::look`], and a list that makes the reply too long.
pub(super) async fn write(
    call: &Call<'_>,
    group: &RoomId,
    names: &Names,
    reply: &mut Reply,
) -> Result<(), Refused> {
    reach::look(call, SUPPORT, group, Need::default(), |_, _| ()).await?;
    let out = reply.fields();
    out.extend_from_slice(br#""GroupId":"#);
    push_string(out, group.as_str());
    out.extend_from_slice(format!(r#","{}":["#, names.list).as_bytes());
    let now_ms = call.app.now_ms();
    let (mut after, mut first) = (0, true);
    loop {
        let mut see = |mute: &SanctionView<'_>| {
            let out = reply.bytes();
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            out.extend_from_slice(br#"{"Member_Account":"#);
            push_string(out, mute.account);
            let until_s = mute_until_s(mute.until_ms, now_ms);
            out.extend_from_slice(format!(r#","{}":{until_s}}}"#, names.until).as_bytes());
        };
        let kind = SanctionKind::Mute;
        let looking = call.engine.sanctions(call.app, group, kind, after, STEP, &mut see);
        let next = looking.await?;
        reply.within_its_limit()?;
        match next {
            Some(place) => after = place,
            None => break,
        }
    }
    reply.bytes().push(b']');
    reply.within_its_limit()
}
