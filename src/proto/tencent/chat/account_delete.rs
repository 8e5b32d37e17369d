//! `account_delete`: <https://cloud.tencent.com/document/product/269/36443>
//!
//! Forgets accounts. Each has a row of its own in the reply, in the order of the request: one that
//! was never imported has the code 70107 there, and the call is done all the same.
//!
//! Where the page is silent: an account that is not well-formed is 70402 for the whole call, and
//! nobody is forgotten; whoever is forgotten is offline and leaves every room. A group that he owned
//! has no owner then, a Conference keeps its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_fields::{ACCOUNTS_PER_CALL, Item, items};
use super::codes::account_wire;
use crate::domain::Account;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::{Refused, Wire};
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::UserIdField;

/// Forgets accounts.
pub struct AccountDelete;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The accounts.
    #[serde(rename = "DeleteItem", borrow)]
    #[schemars(required, length(min = 1, max = ACCOUNTS_PER_CALL))]
    delete_item: Option<Vec<Object<Item<'a>>>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
pub struct Response<'a> {
    /// Each account of the request, in its order.
    #[serde(rename = "ResultItem")]
    #[schemars(length(min = 1, max = ACCOUNTS_PER_CALL))]
    result_item: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row<'a> {
    /// Which account.
    #[serde(rename = "UserID")]
    #[schemars(with = "UserIdField")]
    user_id: &'a str,
    /// 0 if it is forgotten, 70107 if it was never imported.
    result_code: u32,
    /// Why it was not forgotten; else empty.
    result_info: String,
}

impl<'a> Row<'a> {
    fn new(account: &'a Account, was_there: bool) -> Self {
        let unknown = || {
            let account = account.clone();
            account_wire(&Refused::UnknownAccount { field: "", account })
        };
        let Wire { code, text } = if was_there { Wire::new(0, "") } else { unknown() };
        Self { user_id: account.as_str(), result_code: code, result_info: text.into_owned() }
    }
}

impl Command for AccountDelete {
    const SPEC: Spec = Spec {
        path: "im_open_login_svc/account_delete",
        summary: "Forgets accounts",
        page: "https://cloud.tencent.com/document/product/269/36443",
        calls_per_second: 100,
        codes: &[70107, 70169, 70206, 70402, 70403, 70500],
        answers: &[70206, 70402, 70500],
        ..super::ACCOUNT_SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let accounts = items("DeleteItem", request.delete_item)?;
        let mut result_item = Vec::with_capacity(accounts.len());
        for account in &accounts {
            let was_there = call.engine.delete_account(call.app, account).await?;
            result_item.push(Row::new(account, was_there));
        }
        reply.payload(&Response { result_item });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "im_open_login_svc/account_delete";

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::new();
        for name in ["UserID_1", "UserID_3"] {
            let import = json!({"UserID": name}).to_string();
            assert_eq!(desk.call("im_open_login_svc/account_import", &import), done());
        }
        let names = ["UserID_1", "UserID_2", "UserID_1"];
        let body = json!({"DeleteItem": names.map(|name| json!({"UserID": name}))});
        assert_eq!(
            desk.call(PATH, &body.to_string()),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "ResultItem": [
                    {"UserID": "UserID_1", "ResultCode": 0, "ResultInfo": ""},
                    {"UserID": "UserID_2", "ResultCode": 70107,
                     "ResultInfo": "UserID_2 does not exist"},
                    {"UserID": "UserID_1", "ResultCode": 70107,
                     "ResultInfo": "UserID_1 does not exist"},
                ],
            })
        );
        let left = desk.accounts(&["UserID_1", "UserID_3"]);
        assert_eq!(left, [None, Some(("", "").into())]);
    }

    #[test]
    fn a_call_has_1_to_100_accounts_and_nobody_goes_with_a_refused_one() {
        let desk = Desk::new();
        let import = r#"{"UserID":"a0"}"#;
        assert_eq!(desk.call("im_open_login_svc/account_import", import), done());
        let many = |count: usize| {
            let items: Vec<_> =
                (0..count).map(|nth| json!({"UserID": format!("a{nth}")})).collect();
            json!({"DeleteItem": items}).to_string()
        };
        desk.refuses(PATH, &many(101), 70206, "DeleteItem: 101 accounts, 1 to 100");
        desk.refuses(PATH, &many(0), 70206, "DeleteItem: 0 accounts, 1 to 100");
        desk.refuses(PATH, "{}", 70402, "DeleteItem: missing");
        let bad = r#"{"DeleteItem":[{"UserID":"a0"},{"UserID":"\n"}]}"#;
        let text = "DeleteItem[1].UserID: control characters are not allowed";
        desk.refuses(PATH, bad, 70402, text);
        assert_eq!(desk.accounts(&["a0"]), [Some(("", "").into())]);
        assert_eq!(desk.call(PATH, &many(100))["ResultItem"].as_array().unwrap().len(), 100);
        assert_eq!(desk.accounts(&["a0"]), [None]);
    }
}
