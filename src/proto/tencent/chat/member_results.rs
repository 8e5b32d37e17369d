//! What became of each account of a list, as replies say it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Account, Addition};

/// What is answered: each account with what became of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct MemberResults<'a> {
    /// Each account of the request, in its order.
    member_list: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Row<'a> {
    /// Who.
    #[serde(rename = "Member_Account")]
    account: &'a str,
    /// 0: stays outside; 1: is in now; 2: was in already.
    #[serde(rename = "Result")]
    #[schemars(extend("enum" = [0, 1, 2]))]
    result: u8,
}

impl<'a> MemberResults<'a> {
    /// The rows of some accounts and what became of each.
    pub(super) fn new(
        accounts: impl IntoIterator<Item = &'a Account>,
        additions: &[Addition],
    ) -> Self {
        let row = |(account, addition): (&'a Account, &Addition)| Row {
            account: account.as_str(),
            result: match addition {
                Addition::Refused => 0,
                Addition::Added => 1,
                Addition::WasIn => 2,
            },
        };
        Self { member_list: accounts.into_iter().zip(additions).map(row).collect() }
    }
}
