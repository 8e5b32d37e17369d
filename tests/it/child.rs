//! The program itself, in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::Value;

use crate::harness::{ADMIN, SDKAPPID, client, now_s, query, usersig_of};

pub(crate) fn guestlist(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guestlist"));
    command.args(arguments).env_clear();
    command
}

pub(crate) fn output(arguments: &[&str]) -> Output {
    guestlist(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running program, ended with the test.
pub(crate) struct Program {
    child: Child,
    errors: BufReader<ChildStderr>,
    pub(crate) listen: String,
    pub(crate) control_listen: Option<String>,
    pub(crate) tls: bool,
    /// The path of the development CA.
    pub(crate) ca: Option<String>,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(guestlist(arguments))
    }

    /// Starts a command on free ports.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let free = ["--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0"];
        let mut child =
            command.args(free).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let started: Value = serde_json::from_str(&line).expect("the first line is JSON");
        let text = |field: &str| started[field].as_str().map(ToOwned::to_owned);
        let errors = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            errors,
            listen: text("listen").unwrap(),
            control_listen: text("control_listen"),
            tls: started["tls"].as_bool().unwrap(),
            ca: text("ca"),
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads what is said on stderr, up to a line with this in it.
    pub(crate) fn says(&mut self, text: &str) -> String {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(self.errors.read_line(&mut line).unwrap(), 0, "it ended without {text:?}");
        }
        line
    }

    /// Waits for the end: whether it was a success, and what was said on stderr.
    pub(crate) fn end(mut self) -> (bool, String) {
        let mut said = String::new();
        self.errors.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().success(), said)
    }

    pub(crate) async fn code(&self, key: &str) -> u64 {
        let ticket = usersig_of(key, SDKAPPID, ADMIN, now_s(), 60);
        let path = "/v4/room_engine_http_srv/get_room_info";
        let url = format!("http://{}{path}?{}", self.listen, query(ADMIN, &ticket));
        let sent = client().post(url).body("{}").send().await.unwrap();
        sent.json::<Value>().await.unwrap()["ErrorCode"].as_u64().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
