//! `destroy_group`: <https://trtc.io/document/34896>
//!
//! Ends a group, of whichever type. Everybody is out, the id is free at once, nothing of it survives;
//! a second call is 10010. A room of RoomEngine is ended by it too, and tells its receiver.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{group, group_id};
use super::reach;
use super::support::Support;
use crate::domain::DestroyRoom;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::Text;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const SUPPORT: Support = Support::of("destroy_group");

/// Ends a group.
pub struct DestroyGroup;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
}

impl Command for DestroyGroup {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/destroy_group",
        summary: "Ends a group",
        page: "https://trtc.io/document/34896",
        codes: &[10002, 10003, 10004, 10007, 10010, 10015],
        answers: &[10002, 10004, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group_id(group(request.group_id)?)?;
        let operation = DestroyRoom { by: call.caller.account().clone(), quietly: false };
        Ok(reach::run(call, SUPPORT, &group, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/destroy_group";

    #[test]
    fn the_documented_request_ends_a_group_once() {
        let desk = Desk::new();
        for of in ["Private", "Public", "ChatRoom", "AVChatRoom"] {
            let create = json!({"Type": of, "Name": "a", "GroupId": "chess"}).to_string();
            assert_eq!(desk.call("group_open_http_svc/create_group", &create)["ErrorCode"], 0);
            assert_eq!(desk.call(PATH, r#"{"GroupId":"chess"}"#), done());
            let text = "the group does not exist or was disbanded";
            desk.refuses(PATH, r#"{"GroupId":"chess"}"#, 10010, text);
        }
        let create = json!({"Type": "Community", "Name": "a", "GroupId": "@TGS#_town"}).to_string();
        assert_eq!(desk.call("group_open_http_svc/create_group", &create)["ErrorCode"], 0);
        assert_eq!(desk.call(PATH, r#"{"GroupId":"@TGS#_town"}"#), done());
    }

    #[test]
    fn a_room_is_a_group_too() {
        let desk = Desk::new();
        desk.create("r-1001", "ada");
        assert_eq!(desk.call(PATH, r#"{"GroupId":"r-1001"}"#), done());
        let info = desk.call("room_engine_http_srv/get_room_info", r#"{"RoomId":"r-1001"}"#);
        assert_eq!(info["ErrorCode"], 100_004);
    }

    #[test]
    fn an_id_is_there_and_well_formed() {
        let desk = Desk::new();
        desk.refuses(PATH, "{}", 10004, "GroupId: missing");
        desk.refuses(PATH, r#"{"GroupId":""}"#, 10015, "GroupId: 0 bytes, at least 1");
        let long = json!({"GroupId": "g".repeat(49)}).to_string();
        desk.refuses(PATH, &long, 10015, "GroupId: 49 bytes, at most 48");
        let longest = json!({"GroupId": "g".repeat(48)}).to_string();
        desk.refuses(PATH, &longest, 10010, "the group does not exist or was disbanded");
    }
}
