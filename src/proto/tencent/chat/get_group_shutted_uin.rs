//! `get_group_shutted_uin`: <https://cloud.tencent.com/document/product/269/2925>
//!
//! The older name of `get_group_muted_account`, with the older names in its reply.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{group, group_id};
use super::muted::{Names, write};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::Text;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const NAMES: Names = Names { list: "ShuttedUinList", until: "ShuttedUntil" };

/// Lists who is muted.
pub struct GetGroupShuttedUin;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
}

/// What is answered. Written by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// The group.
    group_id: &'a str,
    /// Who is muted, in the order of muting.
    shutted_uin_list: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Row<'a> {
    /// Who may not speak.
    #[serde(rename = "Member_Account")]
    account: &'a str,
    /// Until when, in Unix seconds; 4294967295 is for ever.
    #[serde(rename = "ShuttedUntil")]
    until_s: u64,
}

impl Command for GetGroupShuttedUin {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_group_shutted_uin",
        summary: "Lists who is muted",
        page: "https://cloud.tencent.com/document/product/269/2925",
        reads: true,
        codes: &[10002, 10003, 10004, 10007, 10010, 10015],
        answers: &[10002, 10004, 10010, 10015, 10018],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group_id(group(request.group_id)?)?;
        write(call, &group, &NAMES, reply).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/get_group_shutted_uin";

    #[test]
    fn the_documented_request_lists_who_is_muted() {
        let desk = Desk::new();
        desk.freeze_at(4_000_000_000);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        let mute = r#"{"GroupId":"g","Members_Account":["bob","\"é"],"MuteTime":60}"#;
        assert_eq!(desk.call("group_open_http_svc/forbid_send_msg", mute), done());
        let row = |account| Row { account, until_s: 4_000_000_060 };
        let response = Response { group_id: "g", shutted_uin_list: vec![row("bob"), row("\"é")] };
        let mut expected = done();
        let fields = serde_json::to_value(&response).unwrap();
        expected.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(desk.call(PATH, r#"{"GroupId":"g"}"#), expected);
        assert_eq!(expected["ShuttedUinList"][0]["ShuttedUntil"], json!(4_000_000_060_u64));
        desk.refuses(
            PATH,
            r#"{"GroupId":"h"}"#,
            10010,
            "the group does not exist or was disbanded",
        );
    }

    #[test]
    fn the_older_list_is_not_written_to_its_end_either() {
        let desk = Desk::new();
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        let read = || desk.call(PATH, r#"{"GroupId":"g"}"#)["ErrorCode"].take();
        for hundreds in 0..40 {
            let accounts: Vec<String> =
                (0..500).map(|nth| format!("{:032}", hundreds * 500 + nth)).collect();
            let mute = json!({"GroupId": "g", "Members_Account": accounts, "MuteTime": 60});
            let path = "group_open_http_svc/forbid_send_msg";
            assert_eq!(desk.call(path, &mute.to_string()), done());
            if hundreds == 1 {
                assert_eq!(read(), 0, "a thousand fit");
            }
        }
        assert_eq!(read(), 10018);
    }
}
