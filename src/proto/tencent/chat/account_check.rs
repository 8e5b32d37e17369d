//! `account_check`: <https://cloud.tencent.com/document/product/269/38417>
//!
//! Says which accounts were imported, also where the app's settings take any account.
//!
//! Where the page is silent: rows stand in the order of the request, one for each item; an account
//! that is not well-formed is 70402 for the whole call; an administrator of the settings counts as
//! imported only if it was.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_fields::{ACCOUNTS_PER_CALL, Item, items};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::UserIdField;

/// Says which accounts were imported.
pub struct AccountCheck;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The accounts.
    #[serde(rename = "CheckItem", borrow)]
    #[schemars(required, length(min = 1, max = ACCOUNTS_PER_CALL))]
    check_item: Option<Vec<Object<Item<'a>>>>,
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
    /// 0: what is asked of an account that is well-formed is known.
    result_code: u32,
    /// Empty.
    result_info: &'static str,
    /// Whether it was imported.
    #[schemars(extend("enum" = [IMPORTED, NOT_IMPORTED]))]
    account_status: &'static str,
}

const IMPORTED: &str = "Imported";
const NOT_IMPORTED: &str = "NotImported";

impl Command for AccountCheck {
    const SPEC: Spec = Spec {
        path: "im_open_login_svc/account_check",
        summary: "Says which accounts were imported",
        page: "https://cloud.tencent.com/document/product/269/38417",
        calls_per_second: 100,
        reads: true,
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
        let accounts = items("CheckItem", request.check_item)?;
        let mut known = Vec::with_capacity(accounts.len());
        let looking =
            call.engine.accounts(call.app, &accounts, |_, record| known.push(record.is_some()));
        looking.await?;
        let rows = accounts.iter().zip(known).map(|(account, known)| Row {
            user_id: account.as_str(),
            result_code: 0,
            result_info: "",
            account_status: if known { IMPORTED } else { NOT_IMPORTED },
        });
        reply.payload(&Response { result_item: rows.collect() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "im_open_login_svc/account_check";

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        for accounts in ["any", "imported"] {
            let desk = Desk::with(&[&format!("app.0.chat.accounts={accounts}")]);
            let import = r#"{"UserID":"UserID_2"}"#;
            assert_eq!(desk.call("im_open_login_svc/account_import", import), done());
            let names = ["UserID_1", "UserID_2", "admin", "UserID_1"];
            let body = json!({"CheckItem": names.map(|name| json!({"UserID": name}))});
            let status = |name: &str| if name == "UserID_2" { "Imported" } else { "NotImported" };
            let rows: Value = names
                .into_iter()
                .map(|name| {
                    json!({"UserID": name, "ResultCode": 0, "ResultInfo": "",
                        "AccountStatus": status(name)})
                })
                .collect();
            assert_eq!(
                desk.call(PATH, &body.to_string()),
                json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "ResultItem": rows})
            );
        }
    }

    #[test]
    fn a_call_has_1_to_100_accounts() {
        let desk = Desk::new();
        let many = |count: usize| {
            let items: Vec<_> =
                (0..count).map(|nth| json!({"UserID": format!("a{nth}")})).collect();
            json!({"CheckItem": items}).to_string()
        };
        desk.refuses(PATH, &many(101), 70206, "CheckItem: 101 accounts, 1 to 100");
        desk.refuses(PATH, &many(0), 70206, "CheckItem: 0 accounts, 1 to 100");
        assert_eq!(desk.call(PATH, &many(100))["ResultItem"].as_array().unwrap().len(), 100);
        desk.refuses(PATH, "{}", 70402, "CheckItem: missing");
        let bad = r#"{"CheckItem":[{"UserID":"a"},{}]}"#;
        desk.refuses(PATH, bad, 70402, "CheckItem[1].UserID: missing");
    }
}
