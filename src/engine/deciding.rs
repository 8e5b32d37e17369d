//! One operation under way: its decision, and what is told of it.

use std::sync::Arc;

use super::Engine;
use super::app::App;
use super::callback_log::{CallbackState, LoggedCallback};
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
    /// Who of [`Destination::ALL`] is to hear something of it.
    posted: [bool; Destination::ALL.len()],
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
            posted: Default::default(),
            committed: false,
        }
    }

    /// To whom letters were posted.
    pub(super) fn posted(&self) -> impl Iterator<Item = Destination> {
        let posted = std::iter::zip(Destination::ALL, self.posted);
        posted.filter_map(|(to, posted)| posted.then_some(to))
    }

    /// Nothing is told after all.
    fn take_back(&mut self) {
        for entry in self.told.drain(..) {
            self.engine.callbacks.withdraw(&entry);
        }
        self.posted = Default::default();
    }

    /// Turns what happened into what is told of it: letters to whoever wants to hear, and an entry
    /// in the log also where nobody is set to hear RoomEngine's.
    ///
    /// RoomEngine tells nothing of groups and nothing of streams, ZEGO of every kind of room.
    fn tell(&mut self, seen: &Slice<'_>, delta: &mut Delta) {
        let group = facts_after(seen, delta).is_some_and(|facts| facts.kind.is_group());
        let zego = self.app.receiver(Destination::Zego);
        if group && zego.is_none() {
            delta.events.clear();
            return;
        }
        let room_engine = self.app.receiver(Destination::RoomEngine);
        let member_count = match (&delta.tally, &seen.room) {
            (Some(tally), _) => tally.members,
            (None, Some(room)) => room.tally.members,
            (None, None) => 0,
        };
        for event in std::mem::take(&mut delta.events) {
            let kind = event.kind();
            let state = match &room_engine {
                _ if group || event.is_of_singles_alone() => None,
                None => Some(CallbackState::NoUrl),
                Some(receiver) => receiver.wants(kind).then_some(CallbackState::Waiting),
            };
            let singles = zego.as_ref().filter(|receiver| receiver.wants(kind));
            let singles = singles.map_or(0, |_| event.singles());
            if state.is_none() && singles == 0 {
                continue;
            }
            let notice = Arc::new(self.notice(event, seen, delta, member_count, singles > 0));
            if let Some(state) = state {
                let (to, notice) = (Destination::RoomEngine, Arc::clone(&notice));
                self.post(delta, Letter { to, notice, parts: 1 }, state);
            }
            if singles > 0 {
                let letter = Letter { to: Destination::Zego, notice, parts: singles };
                self.post(delta, letter, CallbackState::Waiting);
            }
        }
    }

    /// A letter, if somebody is to have it, and the entry of its first part.
    fn post(&mut self, delta: &mut Delta, letter: Letter, state: CallbackState) {
        self.told.push(self.engine.callbacks.prepare(self.app.id(), &letter, 0, state));
        if state == CallbackState::Waiting {
            self.posted[letter.to as usize] = true;
            delta.outbox.push(letter);
        }
    }

    fn notice(
        &self,
        event: Event,
        seen: &Slice<'_>,
        delta: &Delta,
        member_count: u32,
        to_zego: bool,
    ) -> Notice {
        let facts = facts_after(seen, delta);
        let about_facts = match event.kind() {
            EventKind::RoomCreated | EventKind::RoomUpdated => true,
            // ZEGO says the room's name to whoever comes in.
            EventKind::MembersEntered => {
                to_zego && facts.is_some_and(|facts| !facts.name.is_empty())
            }
            EventKind::RoomEnded
            | EventKind::MembersLeft
            | EventKind::SeatsChanged
            | EventKind::StreamAdded
            | EventKind::StreamsEnded => false,
        };
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
            self.engine.callbacks.judge(self.app, &entry);
            self.engine.callbacks.committed(self.app.id(), entry);
        }
        self.engine.callbacks.dropped(&dropped);
    }
}
