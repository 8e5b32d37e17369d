//! `get_specified_group_member_info`: <https://trtc.io/document/64897>
//!
//! Reads the profiles of chosen members. `OnlineStatus` comes only where it is asked for; a custom
//! field that is not set comes empty.
//!
//! Where the page is silent: members stand in the order of the request, an account that comes twice
//! counts once, one that is not in the group is left out, and `MemberList` is there even when it is
//! empty. An empty filter is none. Unknown names in `MemberInfoFilter` and unknown keys are ignored,
//! an unknown role is 10004. `AVChatRoom` is 10007.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{accounts, group, group_id};
use super::profile::{Beside, InfoName, ProfileRow, Profiles, RoleWord, Unnamed, roles};
use super::reach;
use super::support::Support;
use crate::domain::Need;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text};
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The most accounts of one call.
const MAX_ACCOUNTS: usize = 50;
const SUPPORT: Support = Support::of("get_specified_group_member_info");

/// Reads the profiles of chosen members.
pub struct GetSpecifiedGroupMemberInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Whose profiles.
    #[serde(rename = "Member_List_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1, max = MAX_ACCOUNTS))]
    accounts: Option<Vec<AccountText<'a>>>,
    /// Which fields of them; all but `OnlineStatus` if absent or empty.
    #[serde(rename = "MemberInfoFilter", borrow)]
    #[schemars(with = "Option<Vec<InfoName>>")]
    info: Option<Vec<Text<'a>>>,
    /// Whose roles are among these; all if absent or empty.
    #[serde(rename = "MemberRoleFilter", borrow)]
    #[schemars(with = "Option<Vec<RoleWord>>")]
    roles: Option<Vec<Text<'a>>>,
    /// Which custom fields; all if absent.
    #[serde(rename = "AppDefinedDataFilter_GroupMember", borrow)]
    custom: Option<Vec<Text<'a>>>,
}

/// What is answered. Written by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// The group.
    group_id: &'a str,
    /// Those of the accounts that are in the group, in the order of the request.
    #[schemars(length(max = MAX_ACCOUNTS))]
    member_list: Vec<ProfileRow<'a>>,
}

impl Command for GetSpecifiedGroupMemberInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_specified_group_member_info",
        summary: "Reads the profiles of chosen members",
        page: "https://trtc.io/document/64897",
        reads: true,
        codes: &[10002, 10003, 10004, 10005, 10007, 10010, 10015],
        answers: &[10002, 10004, 10005, 10007, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group(request.group_id)?;
        let accounts = accounts("Member_List_Account", request.accounts, MAX_ACCOUNTS)?;
        let group = group_id(group)?;
        let roles = roles(request.roles.as_deref());
        let roles = reach::first(call, SUPPORT, &group, roles).await?;
        let (info, custom) = (request.info.as_deref(), request.custom.as_deref());
        let profiles = Profiles::new(call.app, info, custom, Unnamed::All);
        let presence = profiles.needs_presence();
        let need = Need { accounts: &accounts, mutes: true, presence, ..Need::default() };
        let looking = reach::look(call, SUPPORT, &group, need, |seen, slice| {
            let of = seen.facts.kind.group_type();
            let out = reply.fields();
            out.reserve(64 + accounts.len() * ROW_BYTES);
            out.extend_from_slice(br#""GroupId":"#);
            push_string(out, group.as_str());
            out.extend_from_slice(br#","MemberList":["#);
            let start = out.len();
            let mutes = slice.mutes.iter().map(|mute| mute.map_or(0, |mute| mute.until_ms));
            let presence = slice.presence.iter().copied().chain(std::iter::repeat(false));
            for ((member, muted_until_ms), present) in slice.members.iter().zip(mutes).zip(presence)
            {
                let Some(member) = member.filter(|member| roles.contains(member.role)) else {
                    continue;
                };
                if out.len() > start {
                    out.push(b',');
                }
                profiles.push(out, of, &member, Beside { muted_until_ms, present });
            }
            out.push(b']');
        });
        Ok(looking.await?)
    }
}

/// What a row is expected to take, in bytes. More makes the reply grow.
const ROW_BYTES: usize = 256;
