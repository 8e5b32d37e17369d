//! Many enter at once.
//!
//! What is atomic: a step of 500, not the call. Whoever may not come in is listed and keeps nobody
//! else out; only an unknown room or a failing store ends the call. Repeating it is harmless.

use std::collections::HashMap;
use std::collections::hash_map;
use std::mem;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::members::EnterParams;
use super::path::AtRoom;
use super::problem::{self, Problem};
use super::query::Params;
use super::{Plane, body, reply};
use crate::domain::{
    Account, Deed, EnterMany, Entry, ForbidKey, MAX_ENTRIES_PER_STEP, Need, TextFault,
};
use crate::engine::Engine;
use crate::proto::tencent::Text;

/// The most accounts of one call.
const MAX_ACCOUNTS: usize = 10_000;
/// The room dialect's code of a field that is not what it should be.
const BAD_FIELD: u32 = 100_002;

/// Who wants to enter.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct EntriesFields<'a> {
    /// The accounts. Texts that are none are refused one by one.
    #[serde(borrow)]
    #[schemars(length(max = MAX_ACCOUNTS))]
    accounts: Vec<Text<'a>>,
}

/// What became of many.
#[derive(Serialize, Default, JsonSchema)]
pub(super) struct Entries<'a> {
    /// How many entered.
    entered: usize,
    /// How many were in already.
    already: usize,
    /// Who may not enter, and why.
    refused: Vec<RefusedEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct RefusedEntry<'a> {
    /// As it was said.
    account: &'a str,
    /// The room dialect's number of the refusal.
    code: u32,
    /// For people.
    detail: String,
}

/// `POST …/members`
pub(super) async fn enter(
    State(plane): State<Arc<Plane>>,
    at: AtRoom,
    Params(params): Params<EnterParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    let EntriesFields { accounts } = body::parse(&body)?;
    if accounts.len() > MAX_ACCOUNTS {
        let detail = format!("accounts: {} accounts, at most {MAX_ACCOUNTS}", accounts.len());
        return Err(Problem::bad_request(detail));
    }
    let opens = params.opens()?;
    if !opens {
        // An empty list has no step to say so.
        plane.engine.look(&at.app, &at.room, Need::default(), |_, _| ()).await?;
    }
    let mut entries = Entries::default();
    for texts in accounts.chunks(MAX_ENTRIES_PER_STEP) {
        let mut step = Step::new(texts);
        let mut decided = step.decide(&plane.engine, &at, opens).await?;
        for (text, mention) in texts.iter().zip(step.mentions) {
            entries.count(text.as_str(), mention.map(|index| &mut decided[index]));
        }
    }
    Ok(reply::json(StatusCode::OK, &entries))
}

/// The accounts of one step, each once, and for every text which of them it is.
struct Step {
    accounts: Vec<Account>,
    mentions: Vec<Result<usize, TextFault>>,
}

impl Step {
    fn new(texts: &[Text<'_>]) -> Self {
        let mut accounts = Vec::with_capacity(texts.len());
        let mut known = HashMap::with_capacity(texts.len());
        let mut mention = |text: &Text<'_>| {
            let account = Account::parse(text.as_str())?;
            Ok(match known.entry(account) {
                hash_map::Entry::Occupied(entry) => *entry.get(),
                hash_map::Entry::Vacant(entry) => {
                    accounts.push(entry.key().clone());
                    *entry.insert(accounts.len() - 1)
                }
            })
        };
        let mentions = texts.iter().map(&mut mention).collect();
        Self { accounts, mentions }
    }

    /// Lets in whom no rule keeps out; what became of each account.
    async fn decide(
        &mut self,
        engine: &Engine,
        at: &AtRoom,
        opens: bool,
    ) -> Result<Vec<Decided>, Problem> {
        let accounts = mem::take(&mut self.accounts);
        let rules = engine.forbidden_each(&at.app, &at.room, &accounts, Deed::Login).await?;
        let who = accounts.into_iter().zip(&rules);
        let accounts = who.filter(|(_, rule)| rule.is_none()).map(|(account, _)| account).collect();
        let operation = EnterMany { accounts, opens };
        let mut entries = engine.run(&at.app, &at.room, &operation).await?.into_iter();
        let decided = rules.into_iter().map(|rule| match rule {
            Some(rule) => Decided::Forbidden(rule.key),
            None => Decided::Entry(entries.next().expect("each who may enter is answered")),
        });
        Ok(decided.collect())
    }
}

/// What became of one account.
enum Decided {
    Entry(Entry),
    Forbidden(ForbidKey),
}

impl<'a> Entries<'a> {
    /// Counts one text of the call, so that all numbers together are the length of its list. Who
    /// entered by an earlier mention was in by a later one.
    fn count(&mut self, account: &'a str, decided: Result<&mut Decided, TextFault>) {
        let (code, detail) = match decided {
            Ok(Decided::Entry(entry)) => match entry {
                Entry::Entered => {
                    self.entered += 1;
                    *entry = Entry::WasIn;
                    return;
                }
                Entry::WasIn => {
                    self.already += 1;
                    return;
                }
                Entry::Refused(refusal) => (problem::code(refusal), refusal.to_string()),
            },
            Ok(Decided::Forbidden(rule)) => (problem::BANNED, problem::login_forbidden(rule)),
            Err(fault) => (BAD_FIELD, format!("account: {fault}")),
        };
        self.refused.push(RefusedEntry { account, code, detail });
    }
}
