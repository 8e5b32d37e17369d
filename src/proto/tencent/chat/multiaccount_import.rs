//! `multiaccount_import`: <https://www.tencentcloud.com/document/product/1047/34954>
//!
//! Makes up to 100 accounts of the app known. Quirk: older programs send ids (`Accounts`), newer
//! ones objects (`AccountList`); those of both are imported, up to 100 of each.
//!
//! Where the page is silent: an account that is not well-formed is 70402 and none is imported;
//! `FailAccounts` names those for which the app's plan has no room, and is empty if there are none.
//! If there is room for no account at all, the call is 70398.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_fields::{ACCOUNTS_PER_CALL, MAX_PROFILE_BYTES, list_length, record};
use crate::domain::AccountRecord;
use crate::engine::Import;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, Text, user_id};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::{Quota, Refused};
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::UserIdField;

/// Imports accounts.
pub struct MultiaccountImport;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The accounts. Needed, unless `AccountList` names them.
    #[serde(rename = "Accounts", borrow)]
    #[schemars(with = "Option<Vec<UserIdField>>", length(min = 1, max = ACCOUNTS_PER_CALL))]
    accounts: Option<Vec<Text<'a>>>,
    /// The accounts, with what people see of them.
    #[serde(rename = "AccountList", borrow)]
    #[schemars(length(min = 1, max = ACCOUNTS_PER_CALL))]
    account_list: Option<Vec<Object<Item<'a>>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
struct Item<'a> {
    /// Which account.
    #[serde(rename = "UserID", borrow)]
    #[schemars(with = "UserIdField")]
    user_id: Option<Text<'a>>,
    /// The name that people see.
    #[serde(rename = "Nick", borrow)]
    #[schemars(length(max = MAX_PROFILE_BYTES))]
    nick: Option<Text<'a>>,
    /// Where the picture is.
    #[serde(rename = "FaceUrl", borrow)]
    #[schemars(length(max = MAX_PROFILE_BYTES))]
    face_url: Option<Text<'a>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
pub struct Response<'a> {
    /// The accounts that were not imported.
    #[serde(rename = "FailAccounts")]
    #[schemars(with = "Vec<UserIdField>", length(max = ACCOUNTS_PER_CALL))]
    fail_accounts: Vec<&'a str>,
}

impl Command for MultiaccountImport {
    const SPEC: Spec = Spec {
        path: "im_open_login_svc/multiaccount_import",
        summary: "Imports accounts",
        page: "https://www.tencentcloud.com/document/product/1047/34954",
        calls_per_second: 100,
        codes: &[70169, 70206, 70398, 70402, 70403, 70500],
        answers: &[40601, 70206, 70398, 70402, 70500],
        ..super::ACCOUNT_SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let records = records(&request)?;
        let imported = call.engine.import_accounts(call.app, &records).await?;
        let mut fail_accounts = Vec::new();
        let mut full = None;
        for (record, import) in records.iter().zip(imported) {
            if let Import::Full { at_most } = import {
                fail_accounts.push(record.account.as_str());
                full = Some(at_most);
            }
        }
        match full {
            Some(at_most) if fail_accounts.len() == records.len() => {
                Err(Refused::Quota { quota: Quota::Accounts, at_most })
            }
            Some(_) | None => {
                reply.payload(&Response { fail_accounts });
                Ok(())
            }
        }
    }
}

fn records(request: &Request<'_>) -> Result<Vec<AccountRecord>, Refused> {
    if request.accounts.is_none() && request.account_list.is_none() {
        return Err(FieldFault::new("Accounts", "missing").into());
    }
    for (field, length) in [
        ("Accounts", request.accounts.as_ref().map(Vec::len)),
        ("AccountList", request.account_list.as_ref().map(Vec::len)),
    ] {
        length.map_or(Ok(()), |length| list_length(field, length))?;
    }
    let ids = request.accounts.as_deref().unwrap_or_default();
    let items = request.account_list.as_deref().unwrap_or_default();
    let by_id = ids.iter().enumerate().map(|(nth, id)| {
        let account = user_id(format!("Accounts[{nth}]"), id)?;
        record(account, "", None, None)
    });
    let by_item = items.iter().enumerate().map(|(nth, Object(item))| {
        let at = format!("AccountList[{nth}].");
        let field = format!("{at}UserID");
        let account = match &item.user_id {
            Some(id) => user_id(field, id)?,
            None => return Err(FieldFault::new(field, "missing").into()),
        };
        record(account, &at, item.nick.as_ref(), item.face_url.as_ref())
    });
    by_id.chain(by_item).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "im_open_login_svc/multiaccount_import";

    fn failing(accounts: &[&str]) -> Value {
        json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "FailAccounts": accounts})
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::with(&["app.0.chat.quota.accounts=3"]);
        let body = r#"{"Accounts":["test1","test2","test3","test4","test5"]}"#;
        assert_eq!(desk.call(PATH, body), failing(&["test4", "test5"]));
        let none = r#"{"Accounts":["test4","test5"]}"#;
        desk.refuses(PATH, none, 70398, "the app has its upper limit of 3 accounts");
        assert_eq!(desk.call(PATH, r#"{"Accounts":["test1"]}"#), failing(&[]));
    }

    #[test]
    fn both_lists_are_imported_and_the_newer_one_says_more() {
        let desk = Desk::new();
        let body = json!({
            "Accounts": ["a"],
            "AccountList": [{"UserID": "b", "Nick": "B.", "FaceUrl": "f"}, {"UserID": "c"}],
        });
        assert_eq!(desk.call(PATH, &body.to_string()), failing(&[]));
        let bare = Some(("", "").into());
        let known = desk.accounts(&["a", "b", "c"]);
        assert_eq!(known, [bare.clone(), Some(("B.", "f").into()), bare]);
    }

    #[test]
    fn a_call_has_100_accounts_and_none_is_imported_of_a_refused_one() {
        let desk = Desk::new();
        let many = |ids: usize, items: usize| {
            let ids: Vec<String> = (0..ids).map(|nth| format!("a{nth}")).collect();
            let items: Vec<_> =
                (0..items).map(|nth| json!({"UserID": format!("b{nth}")})).collect();
            json!({"Accounts": ids, "AccountList": items}).to_string()
        };
        desk.refuses(PATH, &many(101, 1), 70206, "Accounts: 101 accounts, 1 to 100");
        desk.refuses(PATH, &many(1, 101), 70206, "AccountList: 101 accounts, 1 to 100");
        desk.refuses(PATH, &many(1, 0), 70206, "AccountList: 0 accounts, 1 to 100");
        desk.refuses(PATH, r#"{"Accounts":[]}"#, 70206, "Accounts: 0 accounts, 1 to 100");
        desk.refuses(PATH, "{}", 70402, "Accounts: missing");
        let bad = r#"{"Accounts":["a0",""]}"#;
        desk.refuses(PATH, bad, 70402, "Accounts[1]: 0 bytes, at least 1");
        let bad = format!(r#"{{"AccountList":[{{"UserID":"b0","Nick":"{}"}}]}}"#, "x".repeat(501));
        desk.refuses(PATH, &bad, 40601, "AccountList[0].Nick: 501 bytes, at most 500");
        let bad = r#"{"AccountList":[{"UserID":"b0"},{"Nick":"x"}]}"#;
        desk.refuses(PATH, bad, 70402, "AccountList[1].UserID: missing");
        assert_eq!(desk.accounts(&["a0", "b0"]), [None, None]);
        assert_eq!(desk.call(PATH, &many(100, 100)), failing(&[]));
    }
}
