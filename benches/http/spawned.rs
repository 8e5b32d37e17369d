//! A child that serves, as its parent sees it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::options::Role;
use crate::reply::Door;
use crate::servers::{COMMUNITY, ROOM, WRITTEN};

/// How often to look whether a child that was told to end has ended.
const END_LOOKS: usize = 200;
/// How long to wait between two looks.
const END_LOOK_EVERY: Duration = Duration::from_millis(10);

/// A server in a process of its own. It is ended when this is dropped.
pub(crate) struct Spawned {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
    control: Option<SocketAddr>,
}

impl Spawned {
    /// A bare app that answers everything with one line.
    pub(crate) fn bare(workers: usize, reply: &str) -> Self {
        Self::this_program(Role::Bare, workers, &[], &format!("{reply}\n"))
    }

    /// guestlist with its rooms of these sizes.
    pub(crate) fn guestlist(workers: usize, rooms: &[u32]) -> Self {
        let mut spawned = Self::guestlist_with(workers, &[]);
        rooms.iter().for_each(|members| spawned.fill(*members));
        spawned
    }

    /// guestlist with more settings and no room.
    pub(crate) fn guestlist_with(workers: usize, settings: &[String]) -> Self {
        Self::this_program(Role::Guestlist, workers, settings, "")
    }

    fn this_program(role: Role, workers: usize, settings: &[String], input: &str) -> Self {
        let program = std::env::current_exe().expect("a running program has a file");
        let mut command = Command::new(program);
        command.args(["--bench", "--serve-as", role.as_str(), "--workers", &workers.to_string()]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        Self::start(&mut command, input, |line| {
            let mut addresses = line.split(' ').map(str::parse);
            Some((addresses.next()?.ok()?, addresses.next().transpose().ok()?))
        })
    }

    /// Starts a program that says in its first line where it listens, and where its control plane
    /// does, if it is on.
    pub(crate) fn start(
        command: &mut Command,
        input: &str,
        addresses_in: impl Fn(&str) -> Option<(SocketAddr, Option<SocketAddr>)>,
    ) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let stdin = child.stdin.take().expect("piped");
        let stdout = child.stdout.take().expect("piped");
        // From here on it is ended whatever happens; the real address follows.
        let mut spawned = Self {
            child,
            input: Some(stdin),
            output: BufReader::new(stdout),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            control: None,
        };
        spawned.tell(input);
        let line = spawned.line();
        (spawned.address, spawned.control) =
            addresses_in(&line).unwrap_or_else(|| panic!("addresses were expected, not {line:?}"));
        let mut addresses = [Some(spawned.address), spawned.control].into_iter().flatten();
        assert!(addresses.all(|address| address.ip().is_loopback()));
        spawned
    }

    /// Where it listens.
    pub(crate) fn door(&self, door: Door) -> SocketAddr {
        match door {
            Door::Vendor => self.address,
            Door::Control => self.control.expect("the control plane is on"),
        }
    }

    /// Has guestlist make a room.
    pub(crate) fn fill(&mut self, members: u32) {
        self.fill_one(ROOM, members);
    }

    /// Has guestlist make a community.
    pub(crate) fn fill_community(&mut self, members: u32) {
        self.fill_one(COMMUNITY, members);
    }

    /// How many groups its journal has written, and how many changes in them.
    pub(crate) fn written(&mut self) -> (u64, u64) {
        self.tell(&format!("{WRITTEN}\n"));
        let line = self.line();
        let (groups, changes) = line.split_once(' ').expect("two numbers");
        let number = |text: &str| text.parse().expect("a number");
        (number(groups), number(changes))
    }

    /// Tells a program to end, and waits for that.
    pub(crate) fn end(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        assert!(self.child.wait().expect("the child is ours").success());
    }

    fn fill_one(&mut self, what: &str, members: u32) {
        let line = format!("{what} {members}");
        self.tell(&format!("{line}\n"));
        assert_eq!(self.line(), line);
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends a program that does not watch its input.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the child is ours");
        self.child.wait().expect("the child is ours");
    }

    fn tell(&mut self, text: &str) {
        let input = self.input.as_mut().expect("open until it is dropped");
        input.write_all(text.as_bytes()).expect("the child reads");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the child writes text");
        line.truncate(line.trim_end().len());
        line
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        drop(self.input.take());
        for _ in 0..END_LOOKS {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(END_LOOK_EVERY);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
