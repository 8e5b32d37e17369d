//! What is done to a letter instead of sending it, when a fault of the bench strikes it.

use crate::domain::Destination;
use crate::engine::{App, CallbackFault, Engine, SetBack, TakenLetter};

/// What is done instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instead {
    /// It is never sent.
    Untold,
    /// It is sent at another time, or behind others.
    Back(SetBack),
}

impl Instead {
    /// What a fault has done to a letter; nothing if that is sent now.
    pub(super) fn of(fault: CallbackFault, letter: &TakenLetter, app: &App) -> Option<Self> {
        match fault {
            CallbackFault::Duplicate => None,
            CallbackFault::Drop => Some(Self::Untold),
            CallbackFault::Hold => Some(Self::Back(SetBack::Held)),
            CallbackFault::Delay { ms } => {
                let until_ms = letter.notice.at_ms.saturating_add(ms);
                (until_ms > app.now_ms()).then_some(Self::Back(SetBack::Until(until_ms)))
            }
            CallbackFault::Reorder { by, past } => {
                let past = past.map(|word| word.kind);
                Some(Self::Back(SetBack::Behind { count: by, past }))
            }
        }
    }

    /// Does it. A letter for which the store fails holds its room.
    pub(super) async fn be_done(
        self,
        engine: &Engine,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
    ) {
        let done = match self {
            Self::Untold => engine.leave_untold(app, to, letter).await,
            Self::Back(back) => engine.set_back(app, to, letter, back).await,
        };
        if let Err(failure) = done {
            let room = &letter.notice.room;
            tracing::error!(app = %app.id(), %room, "a callback's room has to wait: {failure}");
        }
    }
}
