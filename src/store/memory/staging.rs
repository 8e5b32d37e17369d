//! An app that is being put together, seen by nobody.
//!
//! Job: take records in the order of [`Record`] into an epoch of their own, say which is there
//! already, and make it the present one. Promise: what is visible before and after belongs to one
//! epoch each; nothing is written down here: whoever does so is told where each record stands. Not
//! here: whether records fit together.

use std::hash::RandomState;
use std::sync::Arc;

use parking_lot::Mutex;

use super::MemoryStore;
use super::accounts::Accounts;
use super::outbox::{Outbox, RestoredLetter};
use super::rules::Rules;
use super::space::{RestoredPart, RestoredRoom, Space};
use crate::domain::{AppId, ReceiverRecord, Record, RoomId, RoomRecord};
use crate::store::{AccountPut, Filled, Switch, Switched, TxError};

/// An app in the making.
pub(in crate::store) struct Staging {
    space: Space,
    accounts: Accounts,
    rules: Rules,
    receiver: Option<Option<ReceiverRecord>>,
    letters: Vec<RestoredLetter>,
    letter_bytes: usize,
    /// The room whose records come, and its number.
    room: Option<(u64, RoomId)>,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Place {
    /// Of its app.
    App,
    /// A rule's place among those of its kind.
    Rule(u64),
    /// In the room of this number.
    Room(u64),
    /// A letter's number.
    Letter(u64),
}

/// Whoever is told where a record stands.
type Tell<'a> = &'a mut dyn FnMut(&Record, Place);

/// Why a record was not taken.
enum Refused {
    Twice,
    Full,
}

impl Staging {
    fn new(space: Space, hasher: RandomState) -> Self {
        Self {
            space,
            accounts: Accounts::new(hasher.clone()),
            rules: Rules::new(hasher),
            receiver: None,
            letters: Vec::new(),
            letter_bytes: 0,
            room: None,
        }
    }

    fn put(&mut self, record: Record, outbox: &Outbox) -> Result<Place, Refused> {
        let part = match record {
            Record::Receiver(receiver) => {
                let before = self.receiver.replace(receiver);
                return if before.is_none() { Ok(Place::App) } else { Err(Refused::Twice) };
            }
            Record::Account(record) => {
                let put = self.accounts.put(&record, u64::MAX);
                return if put == AccountPut::New { Ok(Place::App) } else { Err(Refused::Twice) };
            }
            Record::Rule(rule) => return self.rule(&rule),
            Record::Room(room) => return self.room(*room),
            Record::Letter(letter) => {
                self.letter_bytes += Outbox::bytes_of(&letter.notice);
                if self.letter_bytes > outbox.at_most_bytes() {
                    return Err(Refused::Full);
                }
                let id = outbox.next_id();
                self.letters.push(RestoredLetter::of(id, *letter));
                return Ok(Place::Letter(id));
            }
            Record::Stream(stream) => RestoredPart::Stream(stream),
            Record::Member(member) => RestoredPart::Member(*member),
            Record::Ban(ban) => RestoredPart::Ban(ban),
            Record::Mute(mute) => RestoredPart::Mute(mute),
        };
        let (number, room) = self.room.as_ref().expect("a room's records stand behind it");
        if self.space.restore_part(room, part) {
            Ok(Place::Room(*number))
        } else {
            Err(Refused::Twice)
        }
    }

    fn rule(&self, rule: &crate::domain::ForbidRule) -> Result<Place, Refused> {
        let mut is_there = false;
        let key = std::slice::from_ref(&rule.key);
        self.rules.see(key, &mut |_, rule| is_there = rule.is_some());
        if is_there {
            return Err(Refused::Twice);
        }
        // At no time: none of them is over.
        let (_, place, _) = self.rules.put(rule, u64::MAX, 0);
        Ok(Place::Rule(place))
    }

    fn room(&mut self, record: RoomRecord) -> Result<Place, Refused> {
        let RoomRecord { id, facts, tally, seats } = record;
        if self.space.has(&id) {
            return Err(Refused::Twice);
        }
        let incarnation = self.space.newest() + 1;
        self.room = Some((incarnation, id.clone()));
        self.space.restore(RestoredRoom { incarnation, id, facts, tally, seats });
        Ok(Place::Room(incarnation))
    }
}

impl MemoryStore {
    /// A number that no epoch of an app had before.
    pub(in crate::store) fn next_epoch(&self, app: AppId) -> u64 {
        let present = self.epoch(app);
        let mut latest = self.latest_epochs.entry(app).or_insert(present);
        *latest = present.max(*latest) + 1;
        *latest
    }

    /// Numbers for an app's epochs go on behind this one.
    pub(in crate::store) fn epochs_go_on_behind(&self, app: AppId, epoch: u64) {
        let mut latest = self.latest_epochs.entry(app).or_insert(epoch);
        *latest = epoch.max(*latest);
    }

    /// As [`RoomStore::open_epoch`](crate::store::RoomStore::open_epoch).
    pub(in crate::store) fn open_epoch_now(&self, app: AppId) -> u64 {
        let epoch = self.next_epoch(app);
        let staging = Staging::new(self.empty(app, epoch), self.hasher.clone());
        self.staged.insert((app, epoch), Arc::new(Mutex::new(staging)));
        epoch
    }

    /// As [`RoomStore::fill_epoch`](crate::store::RoomStore::fill_epoch); tells of each record where it
    /// stands, once it is there.
    pub(in crate::store) fn fill_epoch_now(
        &self,
        app: AppId,
        epoch: u64,
        records: Vec<Record>,
        mut tell: Option<Tell<'_>>,
    ) -> Result<Filled, TxError> {
        let staging = self.staged.get(&(app, epoch)).map(|staging| Arc::clone(&staging));
        let staging = staging.ok_or(TxError::Unavailable)?;
        let mut staging = staging.lock();
        for (nth, record) in records.into_iter().enumerate() {
            let copy = tell.is_some().then(|| record.clone());
            match staging.put(record, &self.outbox) {
                Ok(place) => {
                    if let (Some(tell), Some(record)) = (&mut tell, &copy) {
                        tell(record, place);
                    }
                }
                Err(Refused::Twice) => return Ok(Filled::Twice(nth)),
                Err(Refused::Full) => return Ok(Filled::Full(nth)),
            }
        }
        Ok(Filled::Done)
    }

    /// Takes an epoch that nobody fills any more, to be switched to.
    pub(in crate::store) fn close_epoch(&self, app: AppId, epoch: u64) -> Result<Staging, TxError> {
        let (_, staging) = self.staged.remove(&(app, epoch)).ok_or(TxError::Unavailable)?;
        Ok(Arc::into_inner(staging).ok_or(TxError::Unavailable)?.into_inner())
    }

    /// Makes an epoch that was closed the app's present one.
    pub(in crate::store) fn switch_to(&self, app: AppId, staging: Staging, switched: Switched<'_>) {
        let Staging { space, accounts, rules, receiver, letters, .. } = staging;
        // Letters first: nothing that happens in the new rooms is told before them.
        self.outbox.clear(app);
        switched(Switch::Over);
        letters.into_iter().for_each(|letter| self.outbox.restore(app, letter));
        let old = self.spaces.insert(app, Arc::new(space));
        let old_accounts = self.accounts.insert(app, Arc::new(accounts));
        let old_rules = self.rules.insert(app, Arc::new(rules));
        match receiver {
            Some(receiver) => drop(self.receivers.insert(app, receiver)),
            None => drop(self.receivers.remove(&app)),
        }
        self.sweeper.drop_later(Box::new((old, old_accounts, old_rules)));
        switched(Switch::Begun);
    }

    /// As [`RoomStore::drop_epoch`](crate::store::RoomStore::drop_epoch); answers whether there was
    /// one.
    pub(in crate::store) fn drop_epoch_now(&self, app: AppId, epoch: u64) -> bool {
        let dropped = self.staged.remove(&(app, epoch));
        let was_there = dropped.is_some();
        self.sweeper.drop_later(Box::new(dropped));
        was_there
    }
}
