//! `import_group`: <https://trtc.io/document/34967>
//!
//! Makes a group as `create_group` does, without members but for its owner, and with the time at
//! which it came to be elsewhere.
//!
//! Where the page is silent: a `CreateTime` of 0 is that of now, unless `app.strict`; one that is to
//! come is 10004. The quotas hold as they do for `create_group`. An id in use is 10021, whoever owns
//! what has it.

use schemars::JsonSchema;
use serde::Serialize;

use super::new_group::{body_of_a_new_group, make};
use super::support::Support;
use super::words::{GROUP_TYPES, word_of};
use crate::domain::Refusal;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, number};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const SUPPORT: Support = Support::of("import_group");

/// Makes a group that was somewhere else before.
pub struct ImportGroup;

body_of_a_new_group! {
    /// The body.
    pub struct Request {
        /// When it came to be, in Unix seconds; now if absent.
        #[serde(rename = "CreateTime")]
        #[schemars(range(min = 0))]
        create_time: Option<i64>,
    }
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a> {
    /// The group.
    #[schemars(with = "RoomIdField")]
    group_id: &'a str,
}

impl Command for ImportGroup {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/import_group",
        summary: "Makes a group that was somewhere else before",
        page: "https://trtc.io/document/34967",
        codes: &[10002, 10003, 10004, 10007, 10021, 80001],
        answers: &[10002, 10004, 10006, 10007, 10019, 10021, 10037, 10038],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        mut request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let asked = request.take_shared();
        let of = asked.group_type()?;
        let group = asked.group_id(of)?;
        if !SUPPORT.contains(of, call.app.strict()) {
            let reason =
                format!("groups of the type {} are not imported", word_of(GROUP_TYPES, of));
            return Err(Refused::TypeForbids(FieldFault::new("Type", reason)));
        }
        let created_ms = created_ms(call, request.create_time)?;
        let operation = asked.operation(call, of, Vec::new(), created_ms)?;
        let group = make(call, group, &operation).await.map_err(|refused| match refused {
            Refused::Rule(Refusal::RoomExistsAndYours) => Refused::Rule(Refusal::RoomExists),
            refused => refused,
        })?;
        reply.payload(&Response { group_id: group.as_str() });
        Ok(())
    }
}

/// `CreateTime`, in Unix milliseconds, if it is said.
fn created_ms(call: &Call<'_>, time_s: Option<i64>) -> Result<Option<u64>, FieldFault> {
    let time_s = time_s.filter(|time_s| call.app.strict() || *time_s != 0);
    let now_s = call.app.now_ms() / 1000;
    let at_most = i64::try_from(now_s).unwrap_or(i64::MAX);
    let time_s: Option<u64> = number("CreateTime", time_s, 0, at_most)?;
    Ok(time_s.map(|time_s| time_s * 1000))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/import_group";

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::new();
        desk.freeze_at(2_000_000_000);
        let body = json!({
            "Owner_Account": "ada", "Type": "Public", "GroupId": "chess", "Name": "Chess",
            "Introduction": "openings", "Notification": "on Friday", "FaceUrl": "https://a.example",
            "MaxMemberCount": 500, "ApplyJoinOption": "FreeAccess", "CreateTime": 1_448_357_837,
            "MemberList": [{"Member_Account": "linus"}],
        });
        assert_eq!(
            desk.call(PATH, &body.to_string()),
            json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "GroupId": "chess"})
        );
        let body = r#"{"GroupId":"chess","Member_List_Account":["ada","linus"]}"#;
        let path = "group_open_http_svc/get_specified_group_member_info";
        let rows = desk.call(path, body)["MemberList"].take();
        assert_eq!(rows.as_array().unwrap().len(), 1, "nobody but the owner is imported with it");
        assert_eq!(
            (&rows[0]["Role"], &rows[0]["JoinTime"]),
            (&"Owner".into(), &2_000_000_000.into())
        );
    }

    fn group(more: Value) -> String {
        let mut body = json!({"Type": "Private", "Name": "a group"});
        let Value::Object(more) = more else { panic!("fields") };
        body.as_object_mut().unwrap().extend(more);
        body.to_string()
    }

    #[test]
    fn a_group_came_to_be_at_most_now() {
        let desk = Desk::new();
        desk.freeze_at(2_000_000_000);
        for time_s in [0, 1, 2_000_000_000] {
            let reply = desk.call(PATH, &group(json!({"CreateTime": time_s})));
            assert_eq!(reply["ErrorCode"], 0, "{time_s}");
            assert!(reply["GroupId"].as_str().unwrap().starts_with("@TGS#1"));
        }
        let text = "CreateTime: 2000000001, at most 2000000000";
        desk.refuses(PATH, &group(json!({"CreateTime": 2_000_000_001})), 10004, text);
        let text = "CreateTime: -1, at least 0";
        desk.refuses(PATH, &group(json!({"CreateTime": -1})), 10004, text);
    }

    #[test]
    fn what_is_refused_is_refused_as_for_a_new_group() {
        let desk = Desk::with(&[
            "app.0.chat.quota.groups=1",
            "app.0.chat.quota.groups_per_account=1",
            "app.0.chat.quota.members=2",
        ]);
        let refuses = |body: Value, code, text| desk.refuses(PATH, &group(body), code, text);
        refuses(json!({"Type": ""}), 10004, "Type: missing");
        let id = json!({"GroupId": "@TGS#1", "Type": "AVChatRoom"});
        refuses(id, 10004, "GroupId: must not begin with @TGS#");
        let text = "Type: groups of the type AVChatRoom are not imported";
        refuses(json!({"Type": "AVChatRoom", "CreateTime": -1}), 10007, text);
        refuses(json!({"MaxMemberCount": 3}), 10038, "3 members, the upper limit is 2");
        let made = desk.call(PATH, &group(json!({"GroupId": "g", "Owner_Account": "ada"})));
        assert_eq!(made["ErrorCode"], 0);
        refuses(json!({}), 10006, "the app has its upper limit of 1 groups");

        let desk = Desk::with(&["app.0.chat.quota.groups_per_account=1"]);
        let made = desk.call(PATH, &group(json!({"Owner_Account": "ada"})));
        assert_eq!(made["ErrorCode"], 0);
        let text = "ada is in 1 groups, the upper limit";
        desk.refuses(PATH, &group(json!({"Owner_Account": "ada"})), 10037, text);

        let desk = Desk::with(&["app.0.chat.accounts=imported"]);
        let text = "Owner_Account: ada does not exist";
        desk.refuses(PATH, &group(json!({"Owner_Account": "ada"})), 10019, text);
    }

    #[test]
    fn an_id_in_use_is_in_use_whoever_owns_what_has_it() {
        let desk = Desk::new();
        let body = group(json!({"GroupId": "g", "Owner_Account": "ada"}));
        assert_eq!(desk.call(PATH, &body)["ErrorCode"], 0);
        desk.refuses(PATH, &body, 10021, "GroupId: in use");
        desk.create("room", "ada");
        let body = group(json!({"GroupId": "room", "Owner_Account": "ada"}));
        desk.refuses(PATH, &body, 10021, "GroupId: in use");
    }
}
