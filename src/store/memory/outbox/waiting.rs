//! What waits in an outbox, as records to be taken elsewhere.
//!
//! Job: show the letters of one room, and those of an app in steps. Promise: nothing is taken or
//! changed; a letter that somebody has taken waits like any other. Not here: in which order they are
//! written down.

use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Kept, LETTER_BYTES, Letters, Outbox, Progress, Queue, QueueKey, RestoredLetter};
use crate::domain::{AppId, Destination, Letter, LetterRecord, Notice, RoomId};

/// A letter that waits, and its number.
pub(in crate::store) type Waiting = (u64, LetterRecord);

impl Progress {
    /// Of a record.
    pub(in crate::store) fn of(record: &LetterRecord) -> Self {
        Self { put_off: record.put_off, ready_ms: record.ready_ms, part: record.part }
    }

    /// The record of a letter that is so far.
    pub(in crate::store) fn record(
        self,
        to: Destination,
        notice: Arc<Notice>,
        parts: u32,
    ) -> LetterRecord {
        let Self { put_off, ready_ms, part } = self;
        LetterRecord { to, notice, parts, part, put_off, ready_ms }
    }
}

impl RestoredLetter {
    /// A record, to be put back under a number.
    pub(in crate::store) fn of(id: u64, record: LetterRecord) -> Self {
        let progress = Progress::of(&record);
        let LetterRecord { to, notice, parts, .. } = record;
        Self { id, letter: Letter { to, notice, parts }, progress }
    }
}

impl Kept {
    fn tells_of(&self, notice: &Arc<Notice>) -> bool {
        Arc::ptr_eq(&self.notice, notice)
    }
}

impl Queue {
    fn records(&self, to: Destination) -> impl Iterator<Item = Waiting> {
        // A part that is told apart goes with the rest of its letter where that is still there: what is
        // taken elsewhere stands in its first order.
        let of_letter = |kept: &Kept| {
            let parts = self.all().filter(|it| it.is_apart && it.tells_of(&kept.notice));
            parts.map(|it| it.progress.part).min()
        };
        let rest = |part: &Kept| self.all().any(|it| !it.is_apart && it.tells_of(&part.notice));
        self.all().filter(move |kept| !kept.is_apart || !rest(kept)).map(move |kept| {
            let Progress { put_off, ready_ms, part } = kept.progress;
            let part = of_letter(kept).map_or(part, |first| first.min(part));
            // What was never tried waits because somebody wants it to, and only here.
            let ready_ms = if put_off == 0 { 0 } else { ready_ms };
            let progress = Progress { put_off, ready_ms, part };
            (kept.id, progress.record(to, Arc::clone(&kept.notice), kept.parts))
        })
    }
}

impl Outbox {
    /// The latest number that was given.
    pub(in crate::store::memory) fn last_id(&self) -> u64 {
        self.last_id.load(Ordering::Relaxed)
    }

    /// What a letter takes, in bytes.
    pub(in crate::store::memory) fn bytes_of(notice: &Notice) -> usize {
        notice.size_bytes() + LETTER_BYTES
    }

    /// What letters may hold together, in bytes.
    pub(in crate::store::memory) fn at_most_bytes(&self) -> usize {
        self.at_most_bytes
    }

    /// Adds the letters of one room.
    pub(in crate::store::memory) fn waiting_of(
        &self,
        app: AppId,
        room: &RoomId,
        into: &mut Vec<Waiting>,
    ) {
        let kept = self.letters.lock();
        for to in Destination::ALL {
            if let Some(queue) = kept.queues.get(&QueueKey { app, to, room: room.clone() }) {
                into.extend(queue.records(to));
            }
        }
    }

    /// Adds the letters of those of an app's queues whose heads are the first `limit` behind a number;
    /// answers the number of the last of those heads, if there was one.
    pub(in crate::store::memory) fn waiting_behind(
        &self,
        app: AppId,
        after: u64,
        limit: usize,
        into: &mut Vec<Waiting>,
    ) -> Option<u64> {
        let kept = self.letters.lock();
        let Letters { queues, by_age, apps, .. } = &*kept;
        let heads = &apps.get(&app)?.by_age;
        let mut last = None;
        for id in heads.range((Bound::Excluded(after), Bound::Unbounded)).take(limit) {
            last = Some(*id);
            let key = by_age.get(id);
            if let Some((key, queue)) = key.and_then(|key| Some((key, queues.get(key)?))) {
                into.extend(queue.records(key.to));
            }
        }
        last
    }
}
