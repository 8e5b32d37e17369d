//! What an action is, and how the gateway calls one without knowing it.

use std::any::TypeId;
use std::pin::Pin;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::codes;
use super::query::Query;
use super::refused::Refused;
use super::reply::Data;
use crate::domain::RoomId;
use crate::engine::{App, Engine};

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of at most so many bytes.
    Text(usize),
    /// A whole number between two bounds.
    Integer(u64, u64),
    /// `true` or `false`.
    Boolean,
    /// 1 to so many texts of at most so many bytes.
    List(usize, usize),
}

/// A parameter of an action.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// It has to be there.
    pub required: bool,
    /// What it is, in one line.
    pub about: &'static str,
}

impl Parameter {
    pub(super) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, required: true, about }
    }

    pub(super) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, required: false, about }
    }
}

/// What is documented of an action.
#[derive(Debug)]
pub struct Spec {
    /// The action: what stands in the query.
    pub action: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The vendor's page.
    pub page: &'static str,
    /// Calls per second of each app.
    pub calls_per_second: u32,
    /// One call in so many seconds for each room, if that is bounded.
    pub room_period_s: Option<u32>,
    /// Its parameters, besides those of every action.
    pub parameters: &'static [Parameter],
    /// The private codes that are documented for it.
    pub codes: &'static [u32],
    /// Those among all private codes that it answers here.
    pub answers: &'static [u32],
}

/// An action under way.
pub struct Call<'a> {
    /// Whoever runs operations.
    pub engine: &'a Engine,
    /// For whom.
    pub app: &'a Arc<App>,
    /// What was asked.
    pub query: &'a Query<'a>,
}

impl Call<'_> {
    /// Counts a call for a room, where that is bounded.
    pub(super) fn count_room(&self, spec: &Spec, room: &RoomId) -> Result<(), Refused> {
        let Some(period_s) = spec.room_period_s else { return Ok(()) };
        self.app.count_room(spec.action, room, period_s).map_err(|_| {
            let seconds = if period_s == 1 { "second" } else { "seconds" };
            let text =
                format!("{}: more than 1 call in {period_s} {seconds} for this room", spec.action);
            Refused::new(codes::ROOM_RATE, text)
        })
    }
}

/// One action of the dialect.
pub(super) trait Action {
    /// What is documented of it.
    const SPEC: Spec;
    /// `Data`, or `()`.
    type Data: JsonSchema + 'static;

    /// Does it.
    ///
    /// # Errors
    /// Why not.
    fn answer<'a>(
        call: &'a Call<'a>,
        data: &'a mut Data,
    ) -> impl Future<Output = Result<(), Refused>> + Send + 'a;
}

/// What an action is doing.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Refused>> + Send + 'a>>;

/// An action as the gateway knows it.
#[derive(Debug)]
pub struct Entry {
    /// What is documented of it.
    pub spec: Spec,
    /// Does it.
    pub(super) run: for<'a> fn(&'a Call<'a>, &'a mut Data) -> Running<'a>,
    /// The schema of `Data`, if it has one.
    pub data: fn(&mut SchemaGenerator) -> Option<Schema>,
}

impl Entry {
    pub(super) const fn of<A: Action>() -> Self {
        Self {
            spec: A::SPEC,
            run: |call, data| Box::pin(A::answer(call, data)),
            data: |generator| {
                let has_none = TypeId::of::<A::Data>() == TypeId::of::<()>();
                (!has_none).then(|| A::Data::json_schema(generator))
            },
        }
    }
}
