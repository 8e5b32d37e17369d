//! One attempt to tell something: what is sent, and what came of it.
//!
//! Job: send a letter's part that is up, or a callback that somebody wants once more, and write down how
//! that went. Promise: a receiver is told in its own dialect, whatever the other one's is. Not here:
//! which letter may be sent when.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::{Replay, Shared};
use crate::callback::body::body;
use crate::callback::destination::Destination as Target;
use crate::callback::failure::Failure;
use crate::callback::line::{Origin, RequestLine};
use crate::callback::outcome::Outcome;
use crate::callback::zego;
use crate::config::{Secret, callback_command};
use crate::domain::{Account, Destination, Notice};
use crate::engine::{
    App, Attempt, CallbackFault, LoggedCallback, Receiver, Stopwatch, TakenLetter, Verdict,
};

/// An attempt that was made.
pub(super) struct Made {
    app: Arc<App>,
    receiver: Arc<Receiver>,
    to: Destination,
    /// It is to be sent once more when it has arrived.
    twice: bool,
    /// One, or two where it is sent twice.
    attempts: Vec<Attempt>,
    cause: Cause,
}

/// What is sent.
struct What<'a> {
    to: Destination,
    notice: &'a Notice,
    part: u32,
}

enum Cause {
    Letter(TakenLetter),
    Replay(Arc<LoggedCallback>, oneshot::Sender<()>),
}

impl Shared {
    /// Sends a letter's part that is up.
    pub(super) fn attempt<'a>(
        &'a self,
        app: &Arc<App>,
        to: Destination,
        receiver: &Arc<Receiver>,
        letter: TakenLetter,
        twice: bool,
    ) -> BoxFuture<'a, Made> {
        let (app, receiver) = (Arc::clone(app), Arc::clone(receiver));
        Box::pin(async move {
            let what = What { to, notice: &letter.notice, part: letter.part };
            let mut attempts = vec![self.send(&app, &receiver, &what).await];
            if twice && attempts.iter().all(Attempt::arrived) {
                attempts.push(self.send(&app, &receiver, &what).await);
            }
            Made { app, receiver, to, twice, attempts, cause: Cause::Letter(letter) }
        })
    }

    /// Sends a callback once more.
    pub(super) fn replay(&self, replay: Replay) -> BoxFuture<'_, Made> {
        let Replay { app, callback, receiver, done } = replay;
        let to = callback.to();
        Box::pin(async move {
            let attempt = self
                .send(
                    &app,
                    &receiver,
                    &What { to, notice: callback.notice(), part: callback.part() },
                )
                .await;
            let attempts = vec![attempt];
            let cause = Cause::Replay(callback, done);
            Made { app, receiver, to, twice: false, attempts, cause }
        })
    }

    async fn send(&self, app: &App, receiver: &Receiver, what: &What<'_>) -> Attempt {
        let settings = app.callback_settings();
        let What { to, notice, part } = *what;
        let watch = Stopwatch::start();
        let outcome = match to {
            Destination::RoomEngine => {
                let target = if receiver.by_rest {
                    Target::of_rest(receiver.url.clone(), settings, app.stays_on_this_machine())
                } else {
                    Target::of_operator(receiver.url.clone(), settings)
                };
                let line = RequestLine {
                    app: app.id(),
                    command: callback_command(notice.event.kind()),
                    origin: Origin::REST,
                    request_time_s: app.callback_time_s(),
                };
                self.client.send(&target, &line, body(notice).into()).await
            }
            Destination::Zego => {
                let secret = app.zego().callback_secret.as_ref();
                let target = Target::of_zego(receiver.url.clone(), secret.cloned(), settings);
                let secret = secret.map_or("", Secret::expose);
                let signing = zego::Signing::new(secret, app.callback_time_s(), self.nonces.next());
                let nick = self.nick(app, zego::nameless(notice, part)).await;
                let body = zego::body(app.id(), notice, part, &nick, Some(&signing));
                self.client.send_to_zego(&target, body.into()).await
            }
        };
        attempt_of(outcome, app.now_ms(), watch.elapsed())
    }

    /// What somebody's account is called; nothing if it is not known.
    async fn nick(&self, app: &App, account: Option<Account>) -> String {
        let (Some(account), Some(engine)) = (account, self.engine.upgrade()) else {
            return String::new();
        };
        let nicks = engine.nicks(app, &[account]).await;
        // A callback is not held up for a name.
        nicks.ok().and_then(|mut nicks| nicks.pop()).unwrap_or_default()
    }

    /// Writes down what came of an attempt.
    pub(super) async fn finish(&self, made: Made) {
        let Made { app, receiver, to, twice, attempts, cause } = made;
        let Some(engine) = self.engine.upgrade() else { return };
        let letter = match cause {
            Cause::Letter(letter) => letter,
            Cause::Replay(callback, done) => {
                for attempt in attempts {
                    engine.replayed(&app, &callback, attempt);
                }
                // Whoever asked may have gone.
                let _ = done.send(());
                return;
            }
        };
        let lane = (app.id(), to);
        if twice && !attempts.iter().any(Attempt::arrived) {
            engine.trouble_again(&app, to, &letter, CallbackFault::Duplicate);
        }
        let unreachable: Vec<bool> = attempts.iter().map(|attempt| attempt.unreachable).collect();
        let verdict = engine.attempted(&app, to, &letter, attempts).await;
        let until_ms = match verdict {
            Ok(Verdict::Again(at_ms)) => at_ms,
            Ok(Verdict::Delivered | Verdict::GivenUp) | Err(_) => 0,
        };
        if let Some(standing) = self.standings.lock().get_mut(&lane) {
            for unreachable in unreachable {
                let until_ms = unreachable.then_some(until_ms);
                standing.learn(&receiver.url, &letter.notice.room, until_ms);
            }
        }
        if let Err(failure) = verdict {
            let room = &letter.notice.room;
            tracing::error!(app = %app.id(), %room, "a callback's room has to wait: {failure}");
        } else if matches!(verdict, Ok(Verdict::GivenUp)) {
            let (app, room) = (app.id(), &letter.notice.room);
            tracing::warn!(%app, %room, "a callback is given up: its attempts are spent");
        }
        self.release(lane, 1);
        self.news.lock().insert(lane);
    }
}

fn attempt_of(outcome: Outcome, at_ms: u64, took: Duration) -> Attempt {
    let (failure, answer) = match outcome {
        Outcome::Answered(answer) => (None, Some(answer)),
        Outcome::Failed { failure, answer } => (Some(failure), answer),
    };
    Attempt {
        at_ms,
        took,
        status: answer.as_ref().map(|answer| answer.status),
        unreachable: failure.as_ref().is_some_and(Failure::is_unreachable),
        error: failure.map(|failure| failure.to_string().into()),
        answer: answer.map(|answer| answer.start.into()),
    }
}
