//! A fault as it is set: the fields of a body.
//!
//! Job: from words and numbers to a fault. Promise: each refusal names the field and the limit; a
//! command, an action or a callback that there is not is refused, so that no fault waits in vain. Not
//! here: what is done (`fault_kinds`), and routes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fault_kinds::{KindFields, Place, callback_word};
use super::problem::Problem;
use crate::domain::RoomId;
use crate::engine::{Aim, CallbackFault, Chance, Fault, Schedule};
use crate::proto::tencent::commands;
use crate::proto::zego::ACTIONS;

/// What a fault may be aimed at.
const ON: [&str; 2] = ["request", "callback"];
/// How near a word must be to be named.
const NEAR: f64 = 0.8;

/// In a body.
const BODY: Place = Place("");
/// In the part of a body that says what is done.
const DONE: Place = Place("fault.");

/// A fault that is to be set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct FaultFields {
    /// What it is aimed at.
    #[schemars(required, with = "String", extend("enum" = ON))]
    on: Option<String>,
    /// Only requests for this command, `create_room` or `room_engine_http_srv/create_room`, or of
    /// this action, `DescribeUserList`; only callbacks of this command, `Room.CallbackAfterMemberLeave`
    /// or `CallbackAfterMemberLeave`, or of this event, `room_logout`. All, if absent.
    command: Option<String>,
    /// Only what is about this room. All rooms, if absent.
    room: Option<String>,
    /// The first match that may be struck; 1 unless said.
    #[schemars(range(min = 1))]
    nth: Option<u32>,
    /// How often it strikes at most; once where `nth` is said, otherwise without end.
    #[schemars(range(min = 1))]
    times: Option<u32>,
    /// The chance of each match to be struck; 1 unless said.
    #[schemars(range(min = 0, max = 1))]
    probability: Option<f64>,
    /// Where the chances come from; 0 unless said.
    seed: Option<u64>,
    /// What is done.
    #[schemars(required, with = "KindFields")]
    fault: Option<KindFields>,
}

impl FaultFields {
    /// The fault that is written.
    pub(super) fn fault(self) -> Result<Fault, Problem> {
        let on = self.on.ok_or_else(|| BODY.refuse("on", "missing"))?;
        let on_requests = BODY.word("on", ON.into_iter().zip([true, false]), &on)?;
        let room = self.room.map(|room| RoomId::parse(&room));
        let room = room.transpose().map_err(|fault| BODY.refuse("room", fault))?;
        let at_least_1 = |field, number| BODY.number(field, number, 1..=u32::MAX);
        let probability = self.probability.unwrap_or(1.0);
        let chance = Chance::new(probability);
        let schedule = Schedule {
            nth: at_least_1("nth", self.nth.unwrap_or(1))?,
            times: self
                .times
                .or(self.nth.map(|_| 1))
                .map(|it| at_least_1("times", it))
                .transpose()?,
            chance: chance.ok_or_else(|| {
                BODY.refuse("probability", format!("{probability}, must be 0 to 1"))
            })?,
            seed: self.seed.unwrap_or(0),
        };
        let done = self.fault.ok_or_else(|| BODY.refuse("fault", "missing"))?;
        let command = self.command.as_deref();
        let aim = if on_requests {
            let command = command.map(request_word).transpose()?;
            Aim::Request { command, fault: done.on_request(&DONE)? }
        } else {
            let only = command.map(|word| callback_word(&BODY, "command", word)).transpose()?;
            let fault = done.on_callback(&DONE)?;
            if let (Some(only), CallbackFault::Reorder { past: Some(past), .. }) = (only, fault)
                && only.to != past.to
            {
                return Err(DONE.refuse("past", "goes to another receiver than command does"));
            }
            Aim::Callback { only, fault }
        };
        Ok(Fault { room, schedule, aim })
    }
}

/// A command or an action that there is.
fn request_word(said: &str) -> Result<Box<str>, Problem> {
    let paths = commands().map(|entry| entry.spec.path);
    let names = commands().map(|entry| entry.spec.name());
    let actions = ACTIONS.iter().map(|entry| entry.spec.action);
    let mut words = paths.chain(names).chain(actions);
    if let Some(word) = words.clone().find(|word| *word == said) {
        return Ok(word.into());
    }
    let nearness = |word: &&str| strsim::jaro_winkler(said, word);
    let nearest = words
        .by_ref()
        .filter(|word| nearness(word) > NEAR)
        .max_by(|one, other| nearness(one).total_cmp(&nearness(other)));
    let nearest = nearest.map_or_else(String::new, |word| format!("; {word} is"));
    Err(BODY.refuse("command", format!("not a command or an action{nearest}")))
}
