//! What is counted: requests, time, signatures, rooms and members, callbacks, connections.
//!
//! Handles of what is hot are resolved once, at the start; labels come from the program's own lists
//! and settings, never from what clients send.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The label of requests for no known command.
pub const UNKNOWN_COMMAND: &str = "unknown";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabel {
    command: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    command: &'static str,
    code: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AppLabel {
    sdkappid: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallbackLabels {
    sdkappid: u32,
    end: &'static str,
}

/// What a journal wrote since the server started, and what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalFigures {
    /// Changes that are on disk.
    pub changes: u64,
    /// How many groups of them were written and synced.
    pub groups: u64,
    /// How long that took.
    pub busy: Duration,
    /// Changes that wait for the disk.
    pub waiting: u64,
    /// What the files take, in bytes.
    pub disk_bytes: u64,
}

/// How a callback ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackEnd {
    /// It arrived.
    Sent,
    /// Its attempts were spent.
    Failed,
    /// It had to go: the backlog was full.
    Dropped,
}

impl CallbackEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// What is hot of one command.
struct CommandMetrics {
    label: &'static str,
    answered: Counter,
    duration: Histogram,
}

/// Everything that one server counts. Another server in the same process has its own.
pub struct Metrics {
    registry: Registry,
    commands: Vec<CommandMetrics>,
    requests: Family<AnswerLabels, Counter>,
    signature_failures: Family<CodeLabel, Counter>,
    panics: Counter,
    /// Tickets whose verdict was known.
    pub ticket_cache_hits: Counter,
    /// Tickets that were verified by arithmetic.
    pub ticket_cache_misses: Counter,
    connections: Gauge,
    rooms: Family<AppLabel, Gauge>,
    members: Family<AppLabel, Gauge>,
    callbacks: Family<CallbackLabels, Counter>,
    callback_retries: Family<AppLabel, Counter>,
    callbacks_waiting: Family<AppLabel, Gauge>,
    callbacks_oldest: Family<AppLabel, Gauge<f64, AtomicU64>>,
    journal_changes: Counter,
    journal_groups: Counter,
    journal_busy: Counter<f64, AtomicU64>,
    journal_waiting: Gauge,
    journal_disk: Gauge,
}

impl Metrics {
    /// Metrics for these commands. Their place in the list is their number in
    /// [`answered`](Self::answered); one more number is for requests of no known command.
    #[must_use]
    pub fn new(commands: impl Iterator<Item = &'static str>) -> Self {
        let requests = Family::<AnswerLabels, Counter>::default();
        // From 10 us to 2.6 s.
        let buckets = || Histogram::new(exponential_buckets(10e-6, 4.0, 10));
        let durations =
            Family::<CommandLabel, Histogram, fn() -> Histogram>::new_with_constructor(buckets);
        let resolve = |label| CommandMetrics {
            label,
            answered: requests.get_or_create_owned(&AnswerLabels { command: label, code: 0 }),
            duration: durations.get_or_create_owned(&CommandLabel { command: label }),
        };
        let commands = commands.chain([UNKNOWN_COMMAND]).map(resolve).collect();
        let mut metrics = Self {
            registry: Registry::with_prefix("guestlist"),
            commands,
            requests,
            signature_failures: Family::default(),
            panics: Counter::default(),
            ticket_cache_hits: Counter::default(),
            ticket_cache_misses: Counter::default(),
            connections: Gauge::default(),
            rooms: Family::default(),
            members: Family::default(),
            callbacks: Family::default(),
            callback_retries: Family::default(),
            callbacks_waiting: Family::default(),
            callbacks_oldest: Family::default(),
            journal_changes: Counter::default(),
            journal_groups: Counter::default(),
            journal_busy: Counter::default(),
            journal_waiting: Gauge::default(),
            journal_disk: Gauge::default(),
        };
        metrics.register(durations);
        metrics
    }

    fn register(&mut self, durations: Family<CommandLabel, Histogram, fn() -> Histogram>) {
        let all = &mut self.registry;
        all.register(
            "requests",
            "Requests by command and code; 0 is success",
            self.requests.clone(),
        );
        let help = "From the head of a request to its answer";
        all.register_with_unit("request_duration", help, Unit::Seconds, durations);
        let help = "Requests refused for their signature, by code";
        all.register("signature_failures", help, self.signature_failures.clone());
        all.register("panics", "Bugs: panics that were caught", self.panics.clone());
        let help = "Tickets whose verdict was known";
        all.register("ticket_cache_hits", help, self.ticket_cache_hits.clone());
        let help = "Tickets that were verified by arithmetic";
        all.register("ticket_cache_misses", help, self.ticket_cache_misses.clone());
        all.register("connections", "Open connections", self.connections.clone());
        all.register("rooms", "Rooms that exist", self.rooms.clone());
        all.register("members", "Members of all rooms", self.members.clone());
        let help = "Callbacks that ended: sent, failed for good, or dropped from a full backlog";
        all.register("callbacks", help, self.callbacks.clone());
        let help = "Attempts to send a callback that are to be made again";
        all.register("callback_retries", help, self.callback_retries.clone());
        let help = "Callbacks that wait to be sent";
        all.register("callbacks_waiting", help, self.callbacks_waiting.clone());
        let help = "The age of the oldest callback that waits, by the app's clock; 0 if none does";
        let oldest = self.callbacks_oldest.clone();
        all.register_with_unit("callbacks_oldest_age", help, Unit::Seconds, oldest);
        let help = "Changes that are on disk; 0 without a journal, as all of the journal's";
        all.register("journal_changes", help, self.journal_changes.clone());
        let help = "Groups of changes that were written and synced";
        all.register("journal_groups", help, self.journal_groups.clone());
        let help = "How long writing and syncing took";
        all.register_with_unit("journal_busy", help, Unit::Seconds, self.journal_busy.clone());
        let help = "Changes that wait for the disk";
        all.register("journal_waiting", help, self.journal_waiting.clone());
        let help = "What the journal's files take";
        all.register_with_unit("journal_disk", help, Unit::Bytes, self.journal_disk.clone());
    }

    /// The number of requests for no known command.
    #[must_use]
    pub fn unknown_command(&self) -> usize {
        self.commands.len() - 1
    }

    /// Counts an answer: a command's number, its code (0 is success) and how long it took.
    pub fn answered(&self, command: usize, code: u32, took: Duration) {
        let metrics = &self.commands[command];
        metrics.duration.observe(took.as_secs_f64());
        if code == 0 {
            metrics.answered.inc();
            return;
        }
        self.requests.get_or_create(&AnswerLabels { command: metrics.label, code }).inc();
        if (70_000..80_000).contains(&code) {
            self.signature_failures.get_or_create(&CodeLabel { code }).inc();
        }
    }

    /// Counts a bug: a panic that was caught.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// How many panics were caught so far.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// Counts a panic of whoever holds the guard: a task whose panics nobody else catches.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch(self.panics.clone())
    }

    /// Counts a connection as open until the guard is dropped.
    #[must_use]
    pub fn connection_opened(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// Says how many rooms and members an app has.
    pub fn set_rooms(&self, sdkappid: u32, rooms: u64, members: u64) {
        let label = AppLabel { sdkappid };
        self.rooms.get_or_create(&label).set(rooms.cast_signed());
        self.members.get_or_create(&label).set(members.cast_signed());
    }

    /// Counts a callback that ended.
    pub fn callback_ended(&self, sdkappid: u32, end: CallbackEnd) {
        self.callbacks.get_or_create(&CallbackLabels { sdkappid, end: end.as_str() }).inc();
    }

    /// Counts callbacks that had to go unsent.
    pub fn callbacks_dropped(&self, sdkappid: u32, callbacks: u32) {
        let label = CallbackLabels { sdkappid, end: CallbackEnd::Dropped.as_str() };
        self.callbacks.get_or_create(&label).inc_by(callbacks.into());
    }

    /// Counts an attempt that is to be made again.
    pub fn callback_retried(&self, sdkappid: u32) {
        self.callback_retries.get_or_create(&AppLabel { sdkappid }).inc();
    }

    /// Says how many callbacks of an app wait, and how old the oldest is.
    pub fn set_callbacks_waiting(&self, sdkappid: u32, waiting: u64, oldest_age_ms: u64) {
        let label = AppLabel { sdkappid };
        self.callbacks_waiting.get_or_create(&label).set(waiting.cast_signed());
        let age_s = Duration::from_millis(oldest_age_ms).as_secs_f64();
        self.callbacks_oldest.get_or_create(&label).set(age_s);
    }

    /// Lets go of all that is counted of one app.
    pub fn forget(&self, sdkappid: u32) {
        let label = AppLabel { sdkappid };
        for gauges in [&self.rooms, &self.members, &self.callbacks_waiting] {
            gauges.remove(&label);
        }
        self.callbacks_oldest.remove(&label);
        self.callback_retries.remove(&label);
        for end in [CallbackEnd::Sent, CallbackEnd::Failed, CallbackEnd::Dropped] {
            self.callbacks.remove(&CallbackLabels { sdkappid, end: end.as_str() });
        }
    }

    /// Says what a journal wrote and has.
    pub fn set_journal(&self, figures: JournalFigures) {
        let JournalFigures { changes, groups, busy, waiting, disk_bytes } = figures;
        self.journal_changes.inner().store(changes, Ordering::Relaxed);
        self.journal_groups.inner().store(groups, Ordering::Relaxed);
        self.journal_busy.inner().store(busy.as_secs_f64().to_bits(), Ordering::Relaxed);
        self.journal_waiting.set(waiting.cast_signed());
        self.journal_disk.set(disk_bytes.cast_signed());
    }

    /// All of it as Prometheus reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes everything");
        text
    }
}

/// A connection that is open.
pub struct OpenConnection(Gauge);

/// Counts a panic, if it is dropped by one.
pub struct Watch(Counter);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.inc();
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_in_the_text() {
        let metrics = Metrics::new(["a/b", "a/c"].into_iter());
        metrics.answered(1, 0, Duration::from_micros(15));
        metrics.answered(1, 0, Duration::from_micros(15));
        metrics.answered(metrics.unknown_command(), 60009, Duration::from_secs(9));
        metrics.answered(0, 70009, Duration::from_micros(15));
        metrics.ticket_cache_hits.inc();
        drop(metrics.connection_opened());
        metrics.panicked();
        drop(metrics.watch());
        let held = metrics.watch();
        let task = std::thread::spawn(move || {
            let _held = held;
            panic!("a task of the test");
        });
        assert!(task.join().is_err() && metrics.panics() == 2);
        let _open = metrics.connection_opened();
        metrics.set_rooms(7, 2, 30);
        metrics.callback_ended(7, CallbackEnd::Failed);
        metrics.callback_retried(7);
        metrics.set_callbacks_waiting(7, 5, 1500);
        metrics.set_journal(JournalFigures {
            changes: 9,
            groups: 3,
            busy: Duration::from_millis(250),
            waiting: 2,
            disk_bytes: 4096,
        });
        let text = metrics.text();
        for line in [
            r#"guestlist_requests_total{command="a/c",code="0"} 2"#,
            r#"guestlist_requests_total{command="a/b",code="0"} 0"#,
            r#"guestlist_requests_total{command="unknown",code="60009"} 1"#,
            r#"guestlist_requests_total{command="a/b",code="70009"} 1"#,
            r#"guestlist_signature_failures_total{code="70009"} 1"#,
            r#"guestlist_request_duration_seconds_count{command="a/c"} 2"#,
            r#"guestlist_request_duration_seconds_bucket{le="0.00004",command="a/c"} 2"#,
            "guestlist_panics_total 2",
            "guestlist_ticket_cache_hits_total 1",
            "guestlist_ticket_cache_misses_total 0",
            "guestlist_connections 1",
            r#"guestlist_rooms{sdkappid="7"} 2"#,
            r#"guestlist_members{sdkappid="7"} 30"#,
            r#"guestlist_callbacks_total{sdkappid="7",end="failed"} 1"#,
            r#"guestlist_callback_retries_total{sdkappid="7"} 1"#,
            r#"guestlist_callbacks_waiting{sdkappid="7"} 5"#,
            r#"guestlist_callbacks_oldest_age_seconds{sdkappid="7"} 1.5"#,
            "guestlist_journal_changes_total 9",
            "guestlist_journal_groups_total 3",
            "guestlist_journal_busy_seconds_total 0.25",
            "guestlist_journal_waiting 2",
            "guestlist_journal_disk_bytes 4096",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
        }
    }
}
