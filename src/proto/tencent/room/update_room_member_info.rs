//! `update_room_member_info`: <https://trtc.io/document/60714>
//!
//! Changes what is named of one member and leaves the rest. Nobody is told.
//!
//! Where the page is silent: an empty `NameCard` or `CustomInfo` clears it, an empty `Role` counts
//! as absent, a `Role` for the owner is 100006, one administrator too many is 100020.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::words::ROLES;
use crate::domain::{MemberChange, UpdateMember};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, Text, account, optional_text, required, room_id, word,
};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words_or_null};

/// The longest `NameCard` in this dialect, in bytes of UTF-8.
const MAX_NAME_CARD_BYTES: usize = 32;
/// The longest `CustomInfo` of a member, in bytes of UTF-8.
const MAX_CUSTOM_INFO_BYTES: usize = 60;

/// Changes a member.
pub struct UpdateRoomMemberInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The member and what is to change of it. What is absent stays.
    #[serde(borrow)]
    #[schemars(required)]
    member_info: Option<Object<MemberInfo<'a>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct MemberInfo<'a> {
    /// Which member.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// The name that the others see. An empty one clears it.
    #[serde(borrow)]
    #[schemars(length(max = MAX_NAME_CARD_BYTES))]
    name_card: Option<Text<'a>>,
    /// What the member may do among the others; never the owner's. An empty word counts as absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(ROLES)))]
    role: Option<Text<'a>>,
    /// A text of the app's own. An empty one clears it.
    #[serde(borrow)]
    #[schemars(length(max = MAX_CUSTOM_INFO_BYTES))]
    custom_info: Option<Text<'a>>,
}

impl Command for UpdateRoomMemberInfo {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/update_room_member_info",
        summary: "Changes a member",
        page: "https://trtc.io/document/60714",
        reads: false,
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004, 100_005, 100_006, 100_020],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let Object(info) = required("MemberInfo", request.member_info)?;
        let who = required("MemberInfo.Member_Account", info.account)?;
        let name =
            optional_text("MemberInfo.NameCard", info.name_card.as_ref(), MAX_NAME_CARD_BYTES)?;
        let custom_info = optional_text(
            "MemberInfo.CustomInfo",
            info.custom_info.as_ref(),
            MAX_CUSTOM_INFO_BYTES,
        )?;
        let operation = UpdateMember {
            account: account("MemberInfo.Member_Account", &who)?,
            change: MemberChange {
                name,
                admin: word("MemberInfo.Role", info.role, ROLES)?,
                custom_info,
                ..MemberChange::default()
            },
        };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/update_room_member_info";

    /// The page's sample request.
    #[test]
    fn the_documented_request_changes_a_member() {
        let desk = Desk::new();
        let create = r#"{"RoomInfo":{"RoomId":"room-test","RoomType":"Conference"}}"#;
        assert_eq!(desk.call("room_engine_http_srv/create_room", create), done());
        desk.enter("room-test", "user4");
        let update = json!({
            "RoomId": "room-test",
            "MemberInfo": {
                "Member_Account": "user4", "NameCard": "jack", "Role": "Admin",
                "CustomInfo": "custom info",
            },
        });
        assert_eq!(desk.call(PATH, &update.to_string()), done());
        let list =
            desk.call("room_engine_http_srv/get_room_member_list", r#"{"RoomId":"room-test"}"#);
        assert_eq!(
            list["Response"]["MemberList"][1],
            json!({
                "Member_Account": "user4", "NameCard": "jack", "Role": "Admin", "Marks": [],
                "CustomInfo": "custom info",
            })
        );
    }
}
