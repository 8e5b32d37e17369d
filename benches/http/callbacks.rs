//! What callbacks cost the requests that cause them, and how fast they are sent.
//!
//! The sender has a thread of its own, which is left out of the processor time (`process`): what is
//! measured is what a request pays. With a receiver that never answers the backlog is full after
//! some seconds, and stays so: every change writes a letter and drops the oldest. That is the state
//! that is measured.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::compare::Spread;
use crate::load::Load;
use crate::receiver::Receiver;
use crate::report;
use crate::requests::{CONTROL_TOKEN, LANES, Requests, metrics};
use crate::scenarios::Bench;
use crate::spawned::Spawned;

/// What a receiver is to hear of.
const COMMANDS: &str = r#"["Room.CallbackAfterUpdateRoomInfo", "Room.CallbackAfterMemberEnter", "Room.CallbackAfterMemberLeave"]"#;
/// How long a backlog is given to fill, in windows.
const FILLING_WINDOWS: usize = 200;
/// How long one such window is.
const FILLING: Duration = Duration::from_millis(500);
/// Callbacks that went because the backlog was full, in the metrics.
const DROPPED: [&str; 2] = ["guestlist_callbacks_total{", r#"end="dropped""#];
/// Callbacks that wait, in the metrics.
const WAITING: [&str; 1] = ["guestlist_callbacks_waiting{"];
/// How often the sending is measured.
const DRAINS: usize = 9;
/// How long: a full backlog holds for longer.
const DRAINING: Duration = Duration::from_millis(300);
/// What goes by between the first answer and the measuring.
const DRAIN_WARM_UP: Duration = Duration::from_millis(200);
/// The figure of that.
const DRAIN: &str = "callbacks sent per second";

impl Bench<'_> {
    /// A receiver that never answers, beside none and beside one that wants to hear of nothing.
    pub(crate) fn callbacks(&self) {
        let updates: &dyn Fn() -> Requests = &|| Requests::room_updates(&self.ticket);
        for (change, requests) in
            [("update_room_info", updates), ("enter, leave", &Requests::visits)]
        {
            let off = format!("{change}: callbacks, never answered; no receiver");
            let unwanted = format!("{change}: callbacks, never answered; none wanted");
            if ![&off, &unwanted].iter().any(|name| self.options.wants(name)) {
                continue;
            }
            let receiver = Receiver::start();
            let to = |commands| vec![url(&receiver), format!("app.0.callback.commands={commands}")];
            let silent = self.rooms_on(&to(COMMANDS));
            // Whoever is in or out is known to the server and the requests that were sent to it.
            let to_silent = requests();
            self.fill_backlog(&silent, &to_silent);
            for (name, settings) in [(off, vec![]), (unwanted, to("[]"))] {
                let other = self.rooms_on(&settings);
                let to_other = requests();
                self.compare(&name, (&other, &to_other), (&silent, &to_silent));
            }
        }
    }

    /// How many callbacks are sent in a second, to a receiver that answers at once, while nobody
    /// asks for anything.
    pub(crate) fn drain(&self) {
        if !self.options.wants(DRAIN) {
            return;
        }
        let receiver = Receiver::start();
        let commands = format!("app.0.callback.commands={COMMANDS}");
        // What the receiver keeps waiting is not given up before it answers.
        let server = self.rooms_on(&[url(&receiver), commands, "app.0.callback.timeout=1m".into()]);
        let requests = Requests::room_updates(&self.ticket);
        let drain = |_| {
            self.fill_backlog(&server, &requests);
            receiver.answers(true);
            sleep(DRAIN_WARM_UP);
            let (began, before) = (Instant::now(), receiver.answered());
            sleep(DRAINING);
            let answered = receiver.answered() - before;
            let took_s = began.elapsed().as_secs_f64();
            assert!(self.counted(&server, &WAITING) > 0, "the backlog held long enough");
            receiver.answers(false);
            answered as f64 / took_s
        };
        report::figure(DRAIN, Spread::of((0..DRAINS).map(drain)));
    }

    /// guestlist with a control plane and the connections' rooms, in each of which somebody stays.
    fn rooms_on(&self, settings: &[String]) -> Spawned {
        let control =
            ["control.listen=127.0.0.1:0".into(), format!("control.token={CONTROL_TOKEN}")];
        let settings = [&control, settings].concat();
        let server = Spawned::guestlist_with(self.options.workers(), &settings);
        for requests in [Requests::small_rooms(&self.ticket), Requests::openings()] {
            self.client.ask_many(&server, &requests, requests.len());
        }
        server
    }

    /// Sends requests until a letter was dropped that was none before.
    fn fill_backlog(&self, server: &Spawned, requests: &Requests) {
        let load = Load { server, requests, connections: LANES };
        let dropped = || self.counted(server, &DROPPED);
        let before = dropped();
        let full = |_| {
            self.client.measure(load, FILLING);
            dropped() > before
        };
        assert!((0..FILLING_WINDOWS).any(full), "the backlog is never full");
    }

    /// What a server has counted: the line of its metrics with all of these texts, if it is there.
    fn counted(&self, server: &Spawned, texts: &[&str]) -> u64 {
        let metrics = self.client.look(server, &metrics());
        let line = metrics.lines().find(|line| texts.iter().all(|text| line.contains(text)));
        let number = line.and_then(|line| line.rsplit(' ').next());
        number.map_or(0, |number| number.parse().expect("a count"))
    }
}

fn url(receiver: &Receiver) -> String {
    format!("app.0.callback.url=http://{}/", receiver.address)
}
