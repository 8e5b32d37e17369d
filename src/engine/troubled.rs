//! Callbacks that a fault of the bench strikes.
//!
//! Job: ask the faults of an app of each callback once, when what it tells of has happened; hand the
//! trouble to whoever delivers, when it is the callback's turn; do what is done in the outbox. Promise:
//! the callbacks of one room are judged in the room's order, those of several rooms in the order of
//! the changes, however they are sent; whoever comes again with a callback, after a failed attempt
//! or a hold, finds no trouble left. Not here: sending twice (`callback`).

use super::callback_log::{CallbackState, LoggedCallback};
use super::callbacks::Callbacks;
use super::faults::{CallbackFault, CallbackSeen, CallbackWord, FaultMark};
use super::open::OpenKey;
use super::{App, Engine, Failure};
use crate::domain::{Destination, RoomId, RoomKey};
use crate::store::{SetBack, TakenLetter};

impl Callbacks {
    /// Decides which fault strikes a callback, unless that is decided.
    pub(super) fn judge(&self, app: &App, entry: &LoggedCallback) {
        entry.fault.get_or_init(|| {
            if !app.faults.aim_at_callbacks() || entry.state() != CallbackState::Waiting {
                return None;
            }
            let notice = entry.notice();
            let word = CallbackWord { to: entry.to(), kind: notice.event.kind() };
            let seen = CallbackSeen { word, room: &notice.room };
            let (id, fault) = app.faults.strike_callback(&seen)?;
            self.troubles.put(app.id(), entry.key(), fault);
            Some(FaultMark { id: Some(id), word: fault.word() })
        });
    }
}

impl Engine {
    /// What is done to a letter's part that is up instead of sending it, or before. Asked once for
    /// each.
    #[must_use]
    pub fn trouble(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
    ) -> Option<CallbackFault> {
        let key = OpenKey::of(to, letter);
        // A letter may be taken before its entry is in the log, and so before it was judged.
        if app.faults.aim_at_callbacks()
            && let Some(entry) = self.callbacks.open.get(key)
        {
            self.callbacks.judge(app, &entry);
        }
        self.callbacks.troubles.take(key)
    }

    /// What was done to a letter's part that is up is to be done again when it comes again, if it does.
    pub fn trouble_again(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
        fault: CallbackFault,
    ) {
        self.callbacks.troubles.put(app.id(), OpenKey::of(to, letter), fault);
    }

    /// Gives back a letter's part that is up, to be told at another time or behind others.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then the letter stays taken.
    pub async fn set_back(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
        back: SetBack,
    ) -> Result<(), Failure> {
        let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
        let goes_on = matches!(back, SetBack::Behind { .. });
        // Set aside, it is a letter of its own, and the next part is up.
        let next = goes_on.then(|| self.callbacks.prepare_next(app, to, letter));
        if app.store.set_back(&key, to, letter.id, back).await?
            && let Some(next) = next
        {
            next.commit();
        }
        Ok(())
    }

    /// Is done with a letter's part that is up without telling it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then the letter stays taken.
    pub async fn leave_untold(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
    ) -> Result<(), Failure> {
        let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
        let next = self.callbacks.prepare_next(app, to, letter);
        if app.store.ack(&key, to, letter.id).await? {
            self.callbacks.close(app.id(), OpenKey::of(to, letter), CallbackState::Dropped);
            self.metrics.callbacks_dropped(app.id().0, 1);
            next.commit();
        }
        Ok(())
    }

    /// Lets callbacks of an app go that a fault holds, or has behind others; of one room, if it is
    /// named. Answers how many.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then some may have gone.
    pub async fn release_callbacks(
        &self,
        app: &App,
        room: Option<&RoomId>,
    ) -> Result<u64, Failure> {
        let mut released = 0;
        for to in Destination::ALL {
            released += app.store.release(app.id(), to, room).await?;
        }
        self.callbacks.news(app.id());
        Ok(released)
    }
}
