//! What a command is, and how the gateway calls one without knowing it.

use std::any::TypeId;
use std::pin::Pin;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::body;
use super::dialect::Dialect;
use super::refused::Refused;
use super::reply::Reply;
use crate::domain::Account;
use crate::engine::{App, Caller, Engine};

/// Who may call a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayCall {
    /// An administrator of the app.
    AppAdministrator,
}

/// What is documented of a command.
#[derive(Debug)]
pub struct Spec {
    /// The service and the command: the path behind `/v4/`.
    pub path: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The vendor's page.
    pub page: &'static str,
    /// Calls per second of each app.
    pub calls_per_second: u32,
    /// Who may call.
    pub may_call: MayCall,
    /// It changes nothing.
    pub reads: bool,
    /// The private codes that its page lists.
    pub codes: &'static [u32],
    /// The private codes that it answers here, whether its page lists them or not.
    pub answers: &'static [u32],
    /// What it has in common with others.
    pub dialect: &'static Dialect,
}

impl Spec {
    /// The command alone.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.rsplit_once('/').map_or(self.path, |(_, name)| name)
    }
}

/// Circumstances of a call.
pub struct Call<'a> {
    /// Who runs operations.
    pub engine: &'a Engine,
    /// For which app.
    pub app: &'a App,
    /// Who asks.
    pub caller: &'a Caller,
}

impl Call<'_> {
    /// Refuses accounts that do not exist, where the app's settings ask for their import.
    ///
    /// # Errors
    /// [`Refused::UnknownAccount`] with the first of them; [`Refused::Unavailable`].
    pub(super) async fn must_exist(
        &self,
        field: &'static str,
        accounts: &[Account],
    ) -> Result<(), Refused> {
        match self.engine.first_unknown(self.app, accounts).await? {
            Some(account) => Err(Refused::UnknownAccount { field, account: account.clone() }),
            None => Ok(()),
        }
    }
}

/// A command: one file each.
pub trait Command: 'static {
    /// What is documented of it.
    const SPEC: Spec;
    /// The body it takes.
    type Request<'a>: Deserialize<'a> + JsonSchema + Send;
    /// What its reply has besides the envelope; `()` if there is nothing. In the room dialect it
    /// stands under `Response`, in the chat dialect its fields stand in the envelope.
    type Response: JsonSchema + 'static;

    /// Does it. What was asked for is written into the reply.
    fn answer<'a>(
        call: &'a Call<'a>,
        request: Self::Request<'a>,
        reply: &'a mut Reply,
    ) -> impl Future<Output = Result<(), Refused>> + Send + 'a;
}

/// An answer in the making.
type Answering<'a> = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send + 'a>>;

/// A command without its types: what stands in a dialect's list.
#[derive(Debug)]
pub struct Entry {
    /// What is documented of it.
    pub spec: Spec,
    /// The schema of its body.
    pub request: fn(&mut SchemaGenerator) -> Schema,
    /// The schema of what its reply has besides the envelope, if there is anything.
    pub response: fn(&mut SchemaGenerator) -> Option<Schema>,
    pub(super) run: for<'a> fn(&'a Call<'a>, &'a [u8], &'a mut Reply) -> Answering<'a>,
}

impl Entry {
    /// The entry of a command.
    #[must_use]
    pub const fn of<C: Command>() -> Self {
        Self {
            spec: C::SPEC,
            request: <C::Request<'static>>::json_schema,
            response: response::<C>,
            run: run::<C>,
        }
    }
}

fn response<C: Command>(generator: &mut SchemaGenerator) -> Option<Schema> {
    let nothing = TypeId::of::<C::Response>() == TypeId::of::<()>();
    (!nothing).then(|| C::Response::json_schema(generator))
}

fn run<'a, C: Command>(call: &'a Call<'a>, body: &'a [u8], reply: &'a mut Reply) -> Answering<'a> {
    Box::pin(async move { C::answer(call, body::parse(body)?, reply).await })
}
