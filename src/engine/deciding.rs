//! One operation under way: its decision, and what is told of it.

use std::sync::Arc;

use super::Engine;
use super::app::App;
use super::callbacks::{CallbackState, LoggedCallback};
use crate::domain::{
    Delta, Destination, Env, Event, EventKind, Facts, FactsWrite, Letter, Notice, Operation,
    Refusal, RoomId, Slice,
};
use crate::store::{Decider, DroppedLetter};

/// An operation that is being decided for an app.
pub(super) struct Deciding<'a, O: Operation> {
    engine: &'a Engine,
    app: &'a App,
    room: &'a RoomId,
    operation: &'a O,
    env: Env<'a>,
    /// What the caller is answered, once it is decided.
    pub(super) output: Option<O::Output>,
    /// What is told.
    told: Vec<Arc<LoggedCallback>>,
    /// Whether somebody is to hear something of it.
    posted: bool,
    committed: bool,
}

impl<O: Operation> Drop for Deciding<'_, O> {
    fn drop(&mut self) {
        if !self.committed {
            self.take_back();
        }
    }
}

impl<'a, O: Operation> Deciding<'a, O> {
    pub(super) fn new(
        engine: &'a Engine,
        app: &'a App,
        room: &'a RoomId,
        operation: &'a O,
    ) -> Self {
        let (now_ms, serial) = (app.now_ms(), engine.serials.next());
        let env = Env { now_ms, serial, rules: app.rules() };
        Self {
            engine,
            app,
            room,
            operation,
            env,
            output: None,
            told: Vec::new(),
            posted: false,
            committed: false,
        }
    }

    /// Whether letters were posted.
    pub(super) fn posted(&self) -> bool {
        self.posted
    }

    /// Nothing is told after all.
    fn take_back(&mut self) {
        for entry in self.told.drain(..) {
            self.engine.callbacks.withdraw(&entry);
        }
        self.posted = false;
    }

    /// Turns what happened into what is told of it: letters to whoever wants to hear, and an entry
    /// in the log also where nobody is set to hear anything.
    ///
    /// Nobody is told of groups: what there is tells of rooms.
    fn tell(&mut self, seen: &Slice<'_>, delta: &mut Delta) {
        if facts_after(seen, delta).is_some_and(|facts| facts.kind.is_group()) {
            delta.events.clear();
            return;
        }
        let receiver = self.app.receiver();
        let member_count = match (&delta.tally, &seen.room) {
            (Some(tally), _) => tally.members,
            (None, Some(room)) => room.tally.members,
            (None, None) => 0,
        };
        for event in std::mem::take(&mut delta.events) {
            if matches!(event.kind(), EventKind::StreamAdded | EventKind::StreamsEnded) {
                continue;
            }
            let state = match &receiver {
                None => CallbackState::NoUrl,
                Some(receiver) if receiver.wants(event.kind()) => CallbackState::Waiting,
                Some(_) => continue,
            };
            let notice = Arc::new(self.notice(event, seen, delta, member_count));
            if state == CallbackState::Waiting {
                let to = Destination::RoomEngine;
                delta.outbox.push(Letter { to, notice: Arc::clone(&notice), parts: 1 });
                self.posted = true;
            }
            self.told.push(self.engine.callbacks.prepare(self.app.id(), notice, state));
        }
    }

    fn notice(&self, event: Event, seen: &Slice<'_>, delta: &Delta, member_count: u32) -> Notice {
        let about_facts = matches!(event.kind(), EventKind::RoomCreated | EventKind::RoomUpdated);
        let facts = facts_after(seen, delta);
        Notice {
            id: self.engine.callbacks.next_id(),
            room: self.room.clone(),
            at_ms: self.env.now_ms,
            serial: facts.map_or(0, |facts| facts.serial),
            event,
            member_count,
            facts: facts.filter(|_| about_facts).cloned().map(Box::new),
        }
    }
}

/// The facts right after a change; of a room that ends, the last ones.
fn facts_after<'a>(seen: &Slice<'a>, delta: &'a Delta) -> Option<&'a Facts> {
    match (&delta.facts, &seen.room) {
        (FactsWrite::Put(facts), _) => Some(facts),
        (_, Some(room)) => Some(room.facts),
        _ => None,
    }
}

impl<O: Operation> Decider for Deciding<'_, O> {
    fn decide(&mut self, seen: &Slice<'_>) -> Result<Delta, Refusal> {
        self.take_back();
        let (mut delta, output) = self.operation.decide(seen, &self.env)?;
        self.output = Some(output);
        if !delta.events.is_empty() {
            self.tell(seen, &mut delta);
        }
        Ok(delta)
    }

    fn committed(&mut self, dropped: Vec<DroppedLetter>) {
        self.committed = true;
        for entry in self.told.drain(..) {
            self.engine.callbacks.committed(self.app.id(), entry);
        }
        self.engine.callbacks.dropped(&dropped);
    }
}
