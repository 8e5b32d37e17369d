//! What is the same whenever people go, however they do.

use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::member::MemberView;
use crate::domain::operation::{Delta, MemberWrite, Slice};
use crate::domain::passage::Passage;
use crate::domain::room::Tally;
use crate::domain::stream::{StreamEnd, StreamWrite};

/// People who go with one commit: their records, seats and streams go with them.
pub(super) struct Leaving {
    /// The tally without them.
    pub(super) tally: Tally,
    people: Vec<Passage>,
}

/// Why people go.
pub(super) struct Why<'a> {
    pub(super) reason: LeaveReason,
    /// Who asked for it.
    pub(super) by: &'a Account,
    pub(super) words: &'a str,
}

impl Leaving {
    /// Nobody goes yet.
    pub(super) fn from(tally: Tally) -> Self {
        Self { tally, people: Vec::new() }
    }

    /// A member goes.
    pub(super) fn take(&mut self, account: &Account, member: &MemberView<'_>) {
        self.tally = self.tally.without(member);
        self.people.push(Passage::seen(account, member, self.tally.passages));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Writes that they went, and what is told of it: of their streams, of them, of their seats.
    /// The tally is left to the caller.
    pub(super) fn write(self, delta: &mut Delta, seen: &Slice<'_>, why: &Why<'_>) {
        let gone: Vec<Account> = self.people.iter().map(|one| one.account.clone()).collect();
        delta.members.extend(gone.iter().cloned().map(MemberWrite::Remove));
        stop(delta, seen, &gone, why.reason);
        let Why { reason, by, words } = *why;
        let (people, by_account, words) = (self.people, by.clone(), words.into());
        delta.events.push(Event::MembersLeft { people, reason, by: by_account, words });
        delta.vacate(seen.seats(), &gone, by);
    }

    /// As [`write`](Self::write), but only streams and seats are told of.
    pub(super) fn write_silently(self, delta: &mut Delta, seen: &Slice<'_>, why: &Why<'_>) {
        let gone: Vec<Account> = self.people.into_iter().map(|one| one.account).collect();
        delta.members.extend(gone.iter().cloned().map(MemberWrite::Remove));
        stop(delta, seen, &gone, why.reason);
        delta.vacate(seen.seats(), &gone, why.by);
    }
}

/// The streams of people who go end.
fn stop(delta: &mut Delta, seen: &Slice<'_>, gone: &[Account], reason: LeaveReason) {
    let theirs = seen.streams.iter().filter(|stream| gone.contains(&stream.account));
    let streams: Vec<_> = theirs.cloned().collect();
    if streams.is_empty() {
        return;
    }
    delta.streams.extend(streams.iter().map(|stream| StreamWrite::Remove(stream.id.clone())));
    delta.events.push(Event::StreamsEnded { streams, reason: StreamEnd::Left(reason) });
}
