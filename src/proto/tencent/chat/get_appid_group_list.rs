//! `get_appid_group_list`: <https://trtc.io/document/34960>
//!
//! Lists all groups of the app, in pages. `Next` is 0 in the first request, and in the last reply.
//!
//! Where the page is silent: groups stand in the order of their making, and `Next` is a place in it,
//! so that groups that end meanwhile move nobody; `Limit` absent or 0 is
//! `app.chat.limits.app_group_page`, above that it is 10004. Rooms of RoomEngine are listed as groups
//! of the type `ChatRoom`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::GROUP_TYPES;
use crate::domain::{RoomId, RoomView};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, number, word};
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{RoomIdField, words_or_null};

/// Lists all groups of the app.
pub struct GetAppidGroupList;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The most groups to answer, at most `app.chat.limits.app_group_page`, and that many if absent
    /// or 0.
    #[serde(rename = "Limit")]
    #[schemars(range(min = 0))]
    limit: Option<i64>,
    /// 0 for the first page, then the `Next` of the reply before.
    #[serde(rename = "Next")]
    #[schemars(range(min = 0))]
    next: Option<i64>,
    /// Groups of this type alone; of every type if absent or empty.
    #[serde(rename = "GroupType", borrow)]
    #[schemars(extend("enum" = words_or_null(GROUP_TYPES)))]
    group_type: Option<Text<'a>>,
}

/// What is answered. Written by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// How many groups there are, on this page or not.
    total_count: u64,
    /// The page.
    group_id_list: Vec<Row<'a>>,
    /// What the request for the next page takes; 0 when this was the last.
    next: u64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row<'a> {
    /// The group.
    #[schemars(with = "RoomIdField")]
    group_id: &'a str,
}

impl Command for GetAppidGroupList {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_appid_group_list",
        summary: "Lists all groups of the app",
        page: "https://trtc.io/document/34960",
        reads: true,
        codes: &[10002, 10004, 10007, 10018],
        answers: &[10002, 10004, 10018],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let at_most = call.app.chat().limits.app_group_page;
        let limit: Option<usize> = number("Limit", request.limit, 0, at_most as i64)?;
        let limit = limit.filter(|limit| *limit > 0).unwrap_or(at_most);
        let after: Option<u64> = number("Next", request.next, 0, i64::MAX)?;
        let only = word("GroupType", request.group_type, GROUP_TYPES)?;
        let counts = call.engine.counts(call.app).await?;
        let total = only.map_or(counts.rooms, |of| counts.of_type[of as usize]);
        reply.fields().extend_from_slice(br#""GroupIdList":["#);
        let mut rows = 0;
        let mut see = |id: &RoomId, _: &RoomView<'_>| {
            if reply.within_its_limit().is_err() {
                return;
            }
            let out = reply.bytes();
            let opening: &[u8] = if rows > 0 { br#",{"GroupId":"# } else { br#"{"GroupId":"# };
            rows += 1;
            out.extend_from_slice(opening);
            push_string(out, id.as_str());
            out.push(b'}');
        };
        let after = after.unwrap_or_default();
        let walking = call.engine.rooms_by_age(call.app, only, after, limit, &mut see);
        let next = walking.await?.unwrap_or_default();
        let mut number = itoa::Buffer::new();
        let out = reply.bytes();
        out.extend_from_slice(br#"],"Next":"#);
        out.extend_from_slice(number.format(next).as_bytes());
        out.extend_from_slice(br#","TotalCount":"#);
        out.extend_from_slice(number.format(total).as_bytes());
        reply.within_its_limit()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/get_appid_group_list";

    fn make(desk: &Desk, of: &str, id: &str) {
        let body = json!({"Type": of, "Name": "a", "GroupId": id}).to_string();
        assert_eq!(desk.call("group_open_http_svc/create_group", &body)["ErrorCode"], 0);
    }

    fn desk() -> Desk {
        let desk = Desk::with(&["app.0.chat.limits.app_group_page=3"]);
        make(&desk, "Public", "a");
        make(&desk, "Private", "b");
        desk.create("c", "ada");
        make(&desk, "ChatRoom", "d");
        make(&desk, "Public", "\"e\"");
        desk
    }

    /// The ids of a page, the count and where the next one begins.
    fn page(desk: &Desk, body: &Value) -> (Vec<String>, u64, u64) {
        let reply = desk.call(PATH, &body.to_string());
        let rows = reply["GroupIdList"].as_array().unwrap_or_else(|| panic!("{reply}")).iter();
        let ids = rows.map(|row| row["GroupId"].as_str().unwrap().to_owned()).collect();
        let number = |field: &str| reply[field].as_u64().unwrap();
        (ids, number("TotalCount"), number("Next"))
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::new();
        make(&desk, "Public", "a");
        make(&desk, "AVChatRoom", "\"b\"");
        let group_id_list = ["a", "\"b\""].map(|group_id| Row { group_id }).into();
        let by_type = Response { total_count: 2, group_id_list, next: 0 };
        let mut whole = done();
        let Value::Object(payload) = serde_json::to_value(by_type).unwrap() else { panic!() };
        whole.as_object_mut().unwrap().extend(payload);
        let documented = json!({
            "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "TotalCount": 2, "Next": 0,
            "GroupIdList": [{"GroupId": "a"}, {"GroupId": "\"b\""}],
        });
        assert_eq!(whole, documented);
        for body in ["{}", r#"{"Limit":1000,"Next":0,"GroupType":""}"#] {
            assert_eq!(desk.call(PATH, body), documented, "{body}");
        }
    }

    #[test]
    fn a_walk_meets_each_group_once_whatever_ends_meanwhile() {
        let desk = desk();
        let (first, total, next) = page(&desk, &json!({"Limit": 2}));
        assert_eq!((first, total), (vec!["a".to_owned(), "b".to_owned()], 5));
        for gone in ["a", "b", "c"] {
            let body = json!({"GroupId": gone}).to_string();
            assert_eq!(desk.call("group_open_http_svc/destroy_group", &body), done());
        }
        make(&desk, "Public", "f");
        let (second, total, next) = page(&desk, &json!({"Limit": 2, "Next": next}));
        assert_eq!((second, total), (vec!["d".to_owned(), "\"e\"".to_owned()], 3));
        let last = page(&desk, &json!({"Limit": 2, "Next": next}));
        assert_eq!(last, (vec!["f".to_owned()], 3, 0));
        assert_eq!(page(&desk, &json!({"Next": i64::MAX})), (vec![], 3, 0));
    }

    #[test]
    fn one_type_is_listed_and_counted_alone() {
        let desk = desk();
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let rows = [
            ("Public", ids(&["a", "\"e\""])),
            ("Work", ids(&["b"])),
            ("ChatRoom", ids(&["c", "d"])),
            ("Community", ids(&[])),
        ];
        for (of, expected) in rows {
            let count = expected.len() as u64;
            assert_eq!(page(&desk, &json!({"GroupType": of})), (expected, count, 0), "{of}");
        }
    }

    #[test]
    fn a_page_has_at_most_n_groups() {
        let desk = desk();
        for all in [json!({}), json!({"Limit": 0}), json!({"Limit": 3, "Next": null})] {
            let (ids, total, next) = page(&desk, &all);
            assert_eq!((ids.len(), total), (3, 5));
            assert!(next > 0);
        }
        let types =
            "GroupType: not one of Private, Public, ChatRoom, AVChatRoom, Community, Work, Meeting";
        let rows = [
            (json!({"Limit": 4}), "Limit: 4, at most 3"),
            (json!({"Limit": -1}), "Limit: -1, at least 0"),
            (json!({"Next": -1}), "Next: -1, at least 0"),
            (json!({"GroupType": "public"}), types),
        ];
        for (body, text) in rows {
            desk.refuses(PATH, &body.to_string(), 10004, text);
        }
    }

    /// Ids of 48 bytes that need escaping make it.
    #[test]
    fn a_list_of_more_than_1_mib_is_refused_and_half_of_it_answered() {
        let desk = Desk::with(&["app.0.unlimited=true"]);
        for nth in 0..10_000 {
            make(&desk, "Public", &format!("{nth:05}{}", "\"".repeat(43)));
        }
        let reply = desk.call(PATH, "{}");
        assert_eq!(reply["ErrorCode"], 10018, "{}", reply["ErrorInfo"]);
        assert_eq!(page(&desk, &json!({"Limit": 5_000})).0.len(), 5_000);
    }
}
