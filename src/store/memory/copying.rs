//! An app, read record by record.
//!
//! Job: walk what an app has, in the order of [`Record`]. Promise: each room, with its letters, is of
//! one moment; no lock is held between two steps; what is held is the names of the accounts, a copy
//! of one room, and what is known of letters, whose texts are the outbox's own. A room that was made
//! behind the beginning is left out, so that no id comes twice. Accounts and rules are of the moment
//! in which they are read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::accounts::Accounts;
use super::outbox::{Outbox, Waiting};
use super::rules::Rules;
use super::space::Space;
use super::space::copying::Copied;
use super::{MemoryStore, done};
use crate::domain::{Account, AccountRecord, AppId, ForbidKind, Record, RoomId};
use crate::store::{Export, StoreFuture};

/// Rooms that are named at a time, and queues of letters.
const STEP: usize = 256;

/// A walk through an app.
pub(super) struct Reading {
    app: AppId,
    space: Arc<Space>,
    accounts: Arc<Accounts>,
    rules: Option<Arc<Rules>>,
    outbox: Arc<Outbox>,
    /// The latest room and the latest letter at the beginning.
    newest: u64,
    last_letter: u64,
    names: VecDeque<Account>,
    kinds: VecDeque<ForbidKind>,
    /// What comes next, of what is read in one step.
    ready: VecDeque<Record>,
    /// The room that was named last.
    named: u64,
    rooms: VecDeque<(u64, RoomId)>,
    room: Copied,
    /// The letters of rooms that were read; all of them, in order, once there are no more rooms.
    letters: VecDeque<Waiting>,
    ended: bool,
}

impl MemoryStore {
    /// Begins to read an app.
    pub(super) fn reading(&self, app: AppId) -> Reading {
        let receiver = self.receivers.get(&app).map(|receiver| receiver.clone());
        let (space, accounts) = (self.space(app), self.accounts(app));
        // In this order: a letter that is older than the beginning is of a room that is.
        let last_letter = self.outbox.last_id();
        Reading {
            app,
            newest: space.newest(),
            last_letter,
            names: accounts.names().into(),
            kinds: ForbidKind::ALL.into(),
            ready: receiver.map(Record::Receiver).into_iter().collect(),
            space,
            accounts,
            rules: self.rules_of(app),
            outbox: Arc::clone(&self.outbox),
            named: 0,
            rooms: VecDeque::new(),
            room: Copied::default(),
            letters: VecDeque::new(),
            ended: false,
        }
    }
}

impl Export for Reading {
    fn next(&mut self, at_most: usize) -> StoreFuture<'_, Vec<Record>> {
        let mut records = Vec::new();
        while records.len() < at_most
            && let Some(record) = self.read()
        {
            records.push(record);
        }
        done(Ok(records))
    }
}

impl Reading {
    fn read(&mut self) -> Option<Record> {
        if let Some(record) = self.ready.pop_front() {
            return Some(record);
        }
        while let Some(account) = self.names.pop_front() {
            if let Some(record) = self.account(account) {
                return Some(record);
            }
        }
        while let Some(kind) = self.kinds.pop_front() {
            if let Some(rules) = &self.rules {
                rules.visit(kind, &mut |rule| self.ready.push_back(Record::Rule(rule.clone())));
            }
            if let Some(record) = self.ready.pop_front() {
                return Some(record);
            }
        }
        loop {
            if let Some(record) = self.room.next() {
                return Some(record);
            }
            self.room = Copied::default();
            let Some((incarnation, id)) = self.next_room() else { break };
            let mut letters = Vec::new();
            self.room = self.space.copy(incarnation, &id, &mut letters);
            self.letters.extend(letters);
        }
        if !self.ended {
            self.ended = true;
            self.end();
        }
        let (id, letter) = self.letters.pop_front()?;
        let (first, rest) = letter.first_people();
        if let Some(rest) = rest {
            self.letters.push_front((id, rest));
        }
        Some(Record::Letter(Box::new(first)))
    }

    /// An account's record, if it still has one.
    fn account(&self, account: Account) -> Option<Record> {
        let mut record = None;
        self.accounts.see(std::slice::from_ref(&account), &mut |account, view| {
            record = view.map(|view| AccountRecord {
                account: account.clone(),
                nick: view.nick.into(),
                face_url: view.face_url.into(),
            });
        });
        record.map(Record::Account)
    }

    fn next_room(&mut self) -> Option<(u64, RoomId)> {
        if self.rooms.is_empty() {
            self.rooms = self.space.behind(self.named, STEP).into();
        }
        let (incarnation, id) = self.rooms.pop_front()?;
        if incarnation > self.newest {
            self.rooms.clear();
            return None;
        }
        self.named = incarnation;
        Some((incarnation, id))
    }

    /// There are no more rooms: adds what waits of those that ended, and puts all letters in order.
    fn end(&mut self) {
        let mut letters = Vec::from(std::mem::take(&mut self.letters));
        let mut others = Vec::new();
        let mut after = 0;
        while after < self.last_letter
            && let Some(last) = self.outbox.waiting_behind(self.app, after, STEP, &mut others)
        {
            others.retain(|(id, _)| *id <= self.last_letter);
            letters.append(&mut others);
            after = last;
        }
        // Those of the rooms that were read come first, and stay: they are of the room's moment.
        letters.sort_by_key(|(id, _)| *id);
        letters.dedup_by_key(|(id, _)| *id);
        self.letters = letters.into();
    }
}
