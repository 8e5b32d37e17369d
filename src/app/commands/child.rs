//! The command of `guestlist exec`, as a process.
//!
//! Job: start it, pass signals on to it, know how it ended. Promise: nobody is signalled but this
//! process, and it never twice for one signal: what a terminal sends, ^C first of all, it has sent
//! to the command already. Not here: what the command is told, and what its end means.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};

/// How long a command that has to end may take for it.
const END_WAITS: Duration = Duration::from_secs(5);
/// The exit codes of `env` and of shells: for what there is not, and for what cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// A command that runs.
pub(super) struct Child {
    child: std::process::Child,
    /// Some child has ended, which may be this one.
    news: tokio::signal::unix::Signal,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    WithCode(u8),
    /// By the signal of this number.
    BySignal(u8),
}

/// Why a command was not started.
pub(super) struct Unstarted {
    /// What shells would end with.
    pub(super) code: u8,
    pub(super) error: anyhow::Error,
}

impl Child {
    /// Starts it, with these variables added to its environment.
    pub(super) fn start(
        command: &[OsString],
        environment: impl Iterator<Item = (&'static str, OsString)>,
    ) -> Result<Self, Unstarted> {
        let unstarted = |code, error| Unstarted { code, error };
        let Some((name, arguments)) = command.split_first() else {
            return Err(unstarted(NOT_FOUND, anyhow::anyhow!("no command")));
        };
        // Before the start: the end of a short command is news too.
        let news = signal(SignalKind::child());
        let news = news.map_err(|error| unstarted(NOT_EXECUTABLE, error.into()))?;
        match Command::new(name).args(arguments).envs(environment).spawn() {
            Ok(child) => Ok(Self { child, news }),
            Err(error) => {
                let name = name.display();
                let (code, error) = match error.kind() {
                    ErrorKind::NotFound => (NOT_FOUND, anyhow::anyhow!("{name}: not found")),
                    _ => (NOT_EXECUTABLE, anyhow::anyhow!("{name}: cannot be run: {error}")),
                };
                Err(unstarted(code, error))
            }
        }
    }

    /// Waits until it has ended. Nothing is lost if the wait is given up.
    pub(super) async fn ended(&mut self) -> io::Result<Ended> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ended::of(status));
            }
            self.news.recv().await;
        }
    }

    /// Passes a signal on, unless the command has it from the terminal.
    pub(super) fn pass_on(&self, number: u8) {
        let Some(signal) = Signal::from_named_raw(number.into()) else { return };
        if signal == Signal::TERM || !in_foreground() {
            self.send(signal);
        }
    }

    /// Ends it: asks first, and kills after a while.
    pub(super) async fn end(&mut self) -> io::Result<Ended> {
        self.send(Signal::TERM);
        match tokio::time::timeout(END_WAITS, self.ended()).await {
            Ok(ended) => ended,
            Err(_) => {
                self.child.kill()?;
                self.ended().await
            }
        }
    }

    /// It has not been waited for yet, so its number is still its own.
    fn send(&self, signal: Signal) {
        // It may have ended meanwhile, which is as good.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }
}

impl Ended {
    fn of(status: ExitStatus) -> Self {
        let number = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::WithCode(number(code)),
            (None, signal) => Self::BySignal(number(signal.unwrap_or_default())),
        }
    }
}

/// Whether what a terminal sends to whoever is in its foreground goes to us and so to the command,
/// which is in our group.
fn in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal) == Ok(getpgrp()))
}

/// Signals to guestlist that are the command's.
pub(super) struct Signals {
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From here on they do not end guestlist any more.
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The number of the next one.
    pub(super) async fn next(&mut self) -> u8 {
        let signal = tokio::select! {
            _ = self.hangup.recv() => Signal::HUP,
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.terminate.recv() => Signal::TERM,
        };
        u8::try_from(signal.as_raw()).unwrap_or(u8::MAX)
    }
}
