//! `account_import`: <https://www.tencentcloud.com/document/product/1047/34953>
//!
//! Makes an account of the app known. Importing one again is no failure. Quirk: older programs call
//! it `Identifier`; where both are there, `UserID` counts.
//!
//! Where the page is silent: what is said of an account that is known takes the place of what was
//! said before, and what is left out is empty from then on.

use std::slice;

use schemars::JsonSchema;
use serde::Deserialize;

use super::account_fields::{MAX_PROFILE_BYTES, record};
use crate::engine::Import;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, required, user_id};
use crate::proto::tencent::refused::{Quota, Refused};
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::UserIdField;

/// Imports an account.
pub struct AccountImport;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which account. Needed, unless `Identifier` names it.
    #[serde(rename = "UserID", borrow)]
    #[schemars(with = "Option<UserIdField>")]
    user_id: Option<Text<'a>>,
    /// The older name of `UserID`, which counts where both are there.
    #[serde(rename = "Identifier", borrow)]
    #[schemars(with = "Option<UserIdField>")]
    identifier: Option<Text<'a>>,
    /// The name that people see.
    #[serde(rename = "Nick", borrow)]
    #[schemars(length(max = MAX_PROFILE_BYTES))]
    nick: Option<Text<'a>>,
    /// Where the picture is.
    #[serde(rename = "FaceUrl", borrow)]
    #[schemars(length(max = MAX_PROFILE_BYTES))]
    face_url: Option<Text<'a>>,
}

impl Command for AccountImport {
    const SPEC: Spec = Spec {
        path: "im_open_login_svc/account_import",
        summary: "Imports an account",
        page: "https://www.tencentcloud.com/document/product/1047/34953",
        codes: &[40006, 40601, 70169, 70398, 70402, 70403, 70500],
        answers: &[40601, 70398, 70402, 70500],
        ..super::ACCOUNT_SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let older = request.identifier.as_ref();
        let older = older.map(|text| user_id("Identifier", text)).transpose()?;
        let newer = request.user_id.as_ref();
        let newer = newer.map(|text| user_id("UserID", text)).transpose()?;
        let account = required("UserID", newer.or(older))?;
        let record = record(account, "", request.nick.as_ref(), request.face_url.as_ref())?;
        let imported = call.engine.import_accounts(call.app, slice::from_ref(&record)).await?;
        match imported.first() {
            Some(Import::Full { at_most }) => {
                Err(Refused::Quota { quota: Quota::Accounts, at_most: *at_most })
            }
            Some(Import::Done) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "im_open_login_svc/account_import";

    #[test]
    fn the_documented_request_imports_an_account_as_often_as_it_comes() {
        let desk = Desk::new();
        let body = r#"{"UserID":"test","Nick":"Test","FaceUrl":"http://face.example/1.png"}"#;
        for _ in 0..2 {
            assert_eq!(desk.call(PATH, body), done());
        }
        assert_eq!(desk.accounts(&["test"]), [Some(("Test", "http://face.example/1.png").into())]);
        assert_eq!(desk.call(PATH, r#"{"UserID":"test","Nick":null}"#), done());
        assert_eq!(desk.accounts(&["test"]), [Some(("", "").into())], "the last one counts");
    }

    #[test]
    fn the_older_name_is_taken_and_the_newer_one_counts() {
        let desk = Desk::new();
        assert_eq!(desk.call(PATH, r#"{"Identifier":"old"}"#), done());
        assert_eq!(desk.call(PATH, r#"{"Identifier":"other","UserID":"new"}"#), done());
        let known = desk.accounts(&["old", "new", "other"]);
        assert_eq!(known.map(|it| it.is_some()), [true, true, false]);
        desk.refuses(PATH, "{}", 70402, "UserID: missing");
        let long = format!(r#"{{"Identifier":"{}"}}"#, "a".repeat(33));
        desk.refuses(PATH, &long, 70402, "Identifier: 33 bytes, at most 32");
    }

    #[test]
    fn an_account_has_32_bytes_of_printable_ascii_and_a_value_500_bytes() {
        let desk = Desk::new();
        let fits = format!(r#"{{"UserID":"{}","Nick":"{}"}}"#, " ~".repeat(16), "é".repeat(250));
        assert_eq!(desk.call(PATH, &fits), done());
        let rows = [
            (r#"{"UserID":""}"#.to_owned(), 70402, "UserID: 0 bytes, at least 1"),
            (
                r#"{"UserID":"é"}"#.to_owned(),
                70402,
                "UserID: only printable ASCII (0x20 to 0x7e) is allowed",
            ),
            (
                format!(r#"{{"UserID":"a","Nick":"{}x"}}"#, "é".repeat(250)),
                40601,
                "Nick: 501 bytes, at most 500",
            ),
            (
                format!(r#"{{"UserID":"a","FaceUrl":"{}"}}"#, "x".repeat(501)),
                40601,
                "FaceUrl: 501 bytes, at most 500",
            ),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
        assert_eq!(desk.accounts(&["a"]), [None]);
    }

    #[test]
    fn a_plan_holds_n_accounts_and_not_n_plus_1() {
        let desk = Desk::with(&["app.0.chat.quota.accounts=2"]);
        for account in ["a", "b", "a"] {
            assert_eq!(desk.call(PATH, &format!(r#"{{"UserID":"{account}"}}"#)), done());
        }
        let text = "the app has its upper limit of 2 accounts";
        desk.refuses(PATH, r#"{"UserID":"c"}"#, 70398, text);
        let delete = r#"{"DeleteItem":[{"UserID":"a"}]}"#;
        assert_eq!(desk.call("im_open_login_svc/account_delete", delete)["ErrorCode"], 0);
        assert_eq!(desk.call(PATH, r#"{"UserID":"c"}"#), done());
    }
}
