//! `guestlist exec`: a command with a server of its own.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::child::{guestlist, stderr, stdout};
use crate::harness::{client, client_trusting, now_s, usersig_of};
use crate::pages::Page;

/// `guestlist exec` with a path to find commands by.
fn exec(arguments: &[&str]) -> Command {
    let mut command = guestlist(&["exec"]);
    command.args(arguments).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// How a command line of `guestlist exec` ends.
fn ends(arguments: &[&str]) -> (Option<i32>, Output) {
    let output = exec(arguments).output().unwrap();
    (output.status.code(), output)
}

/// A command below `guestlist exec` that shows its environment and runs until its input ends.
struct Below {
    child: Child,
    out: BufReader<ChildStdout>,
    environment: HashMap<String, String>,
}

impl Below {
    fn start(arguments: &[&str]) -> Self {
        let mut command = exec(arguments);
        // Not the shell's own words: only what it was given.
        command.args(["--", "sh", "-c", "env; echo; read line; exit 0"]);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut environment = HashMap::new();
        loop {
            let mut line = String::new();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended");
            let Some((name, value)) = line.trim_end().split_once('=') else { break };
            environment.insert(name.to_owned(), value.to_owned());
        }
        Self { child, out, environment }
    }

    fn variable(&self, name: &str) -> &str {
        self.environment.get(name).unwrap_or_else(|| panic!("{name} is not set"))
    }

    /// What a signed request for a room that there is not comes to.
    async fn asks(&self) -> Value {
        let (app, admin) =
            (self.variable("GUESTLIST_SDKAPPID"), self.variable("GUESTLIST_IDENTIFIER"));
        let key = self.variable("GUESTLIST_SECRET_KEY");
        let ticket = usersig_of(key, app.parse().unwrap(), admin, now_s(), 60);
        let (url, query) = (
            self.variable("GUESTLIST_URL"),
            format!("sdkappid={app}&identifier={admin}&usersig={ticket}&random=1&contenttype=json"),
        );
        let url = format!("{url}/v4/room_engine_http_srv/get_room_info?{query}");
        let sent = client().post(url).body(r#"{"RoomId":"nothing"}"#).send().await.unwrap();
        sent.json::<Value>().await.unwrap()["ErrorCode"].clone()
    }

    /// What the control plane says to whoever shows its token, if it has one.
    async fn apps(&self) -> Value {
        let url = format!("{}/_guestlist/v1/apps", self.variable("GUESTLIST_CONTROL_URL"));
        let mut question = client().get(url);
        if let Some(token) = self.environment.get("GUESTLIST_CONTROL__TOKEN") {
            question = question.bearer_auth(token);
        }
        question.send().await.unwrap().json().await.unwrap()
    }

    /// Lets it end: the exit code, what else it said, and what stands on stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        drop(self.child.stdin.take());
        let (mut said, mut errors) = (String::new(), String::new());
        self.out.read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), said, errors)
    }
}

#[test]
fn the_page_on_testing_says_what_happens() {
    let mut page = Page::new("testing.md");
    page.section = Some("\n## exec, wait\n");
    page.bless();
    page.holds(None);
}

#[test]
fn the_exit_code_is_the_commands() {
    let rows: &[(&[&str], i32)] = &[
        (&["--", "true"], 0),
        (&["--", "sh", "-c", "exit 3"], 3),
        (&["--", "sh", "-c", "exit 255"], 255),
        (&["--", "sh", "-c", "kill -s TERM $$"], 143),
        (&["--", "sh", "-c", "kill -s KILL $$"], 137),
    ];
    for (arguments, expected) in rows {
        let (code, output) = ends(arguments);
        assert_eq!(code, Some(*expected), "{arguments:?}");
        assert_eq!(stdout(&output) + &stderr(&output), "", "{arguments:?}: nothing of guestlist's");
    }
}

#[test]
fn a_command_that_cannot_be_run_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let plain = file.path().to_str().unwrap();
    let rows = [
        ("no-such-command", 127, "guestlist: no-such-command: not found\n"),
        ("/no/such/command", 127, "guestlist: /no/such/command: not found\n"),
        (plain, 126, "cannot be run: Permission denied"),
        ("/", 126, "guestlist: /: cannot be run: Permission denied"),
    ];
    for (command, expected, said) in rows {
        let (code, output) = ends(&["--", command]);
        assert_eq!(code, Some(expected), "{command}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn what_guestlist_cannot_do_itself_has_a_code_of_its_own() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let rows: &[(&[&str], &str)] = &[
        (&["--set", "log.acess=all"], "log.acess: no such setting"),
        (&["--set", "nothing"], "--set: number 1 has no \"=\""),
        (&["--listen", &taken], "server.listen: cannot listen on"),
        (&["--listen", "0.0.0.0:0"], "--allow-dev-keys"),
        (&["--control-listen", "0.0.0.0:0"], "set control.token"),
    ];
    for (arguments, said) in rows {
        let (code, output) = ends(&[arguments, &["--", "echo", "started"][..]].concat());
        assert_eq!(code, Some(70), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}: the command is not started");
    }
    let (code, output) = ends(&["true"]);
    assert_eq!(code, Some(2), "without --: {}", stderr(&output));
}

#[tokio::test]
async fn two_at_once_have_servers_of_their_own() {
    let both = [Below::start(&[]), Below::start(&[])];
    for name in ["GUESTLIST_URL", "GUESTLIST_CONTROL_URL"] {
        assert_ne!(both[0].variable(name), both[1].variable(name), "{name}");
    }
    for below in both {
        assert_eq!(below.variable("GUESTLIST_SDKAPPID"), "88888888");
        assert_eq!(below.variable("GUESTLIST_IDENTIFIER"), "administrator");
        assert_eq!(below.variable("GUESTLIST_ZEGO_SECRET"), "guestlist-development-secret-001");
        for name in ["GUESTLIST_CONTROL__TOKEN", "GUESTLIST_CA"] {
            assert_eq!(below.environment.get(name), None, "{name}");
        }
        assert_eq!(below.asks().await, 100_004);
        assert_eq!(below.apps().await["apps"][0]["sdkappid"], 88_888_888);
        assert_eq!(below.end(), (Some(0), String::new(), String::new()), "no request is told");
    }
}

#[tokio::test]
async fn the_command_may_have_https() {
    let below = Below::start(&["--tls"]);
    let (url, ca) = (below.variable("GUESTLIST_URL"), below.variable("GUESTLIST_CA").to_owned());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert!(below.variable("GUESTLIST_CONTROL_URL").starts_with("http://"));
    let trusting = client_trusting(&[&fs::read_to_string(&ca).unwrap()]);
    let sent = trusting.get(format!("{url}/readyz")).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    assert_eq!(below.end(), (Some(0), String::new(), String::new()));
    assert!(!fs::exists(ca).unwrap(), "it goes with the server");
}

#[tokio::test]
async fn the_command_is_told_of_the_settings_app() {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[control]\ntoken = \"a-token\"\n[log]\naccess = \"all\"\n\
        [[app]]\nsdkappid = 1400000001\nadmins = [\"ann\", \"bob\"]\nsecret_keys = [\"first\", \"second\"]\n";
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    let below = Below::start(&["--config", file.path().to_str().unwrap()]);
    assert_eq!(below.variable("GUESTLIST_SDKAPPID"), "1400000001");
    assert_eq!(below.variable("GUESTLIST_IDENTIFIER"), "ann");
    assert_eq!(below.variable("GUESTLIST_SECRET_KEY"), "first");
    assert_eq!(below.environment.get("GUESTLIST_ZEGO_SECRET"), None, "the app has none");
    assert_eq!(below.asks().await, 100_004, "a free port, whatever the file says");
    assert_eq!(below.apps().await["apps"][0]["sdkappid"], 1_400_000_001);
    let (code, _, errors) = below.end();
    assert_eq!(code, Some(0));
    assert!(errors.contains("get_room_info"), "what is set is logged: {errors}");
}

#[test]
fn the_command_line_may_say_where_the_server_listens() {
    let mut command = exec(&["--listen", "[::1]:0", "--", "sh", "-c", "echo $GUESTLIST_URL"]);
    command.env("GUESTLIST_SERVER__LISTEN", "192.0.2.1:1");
    let output = command.output().unwrap();
    assert!(stdout(&output).starts_with("http://[::1]:"), "{output:?}");
}

#[test]
fn guestlist_works_below_itself() {
    let program = env!("CARGO_BIN_EXE_guestlist");
    let inner = format!(
        "set -e
        {program} wait --timeout 0s
        {program} healthcheck --url $GUESTLIST_URL
        {program} usersig --check \"$({program} usersig --key $GUESTLIST_SECRET_KEY)\" > /dev/null
        {program} config | head -n 1
        {program} exec -- sh -c 'test $GUESTLIST_URL != '$GUESTLIST_URL"
    );
    let (code, output) = ends(&["--", "sh", "-c", &inner]);
    assert_eq!((code, stdout(&output).as_str()), (Some(0), "[server]\n"), "{}", stderr(&output));
}

#[test]
fn the_command_has_the_input_and_the_output() {
    let mut command = exec(&["--", "sh", "-c", "cat; echo trouble >&2"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"a line\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((stdout(&output).as_str(), stderr(&output).as_str()), ("a line\n", "trouble\n"));
}

#[test]
fn a_signal_before_the_command_is_started_ends_guestlist() {
    let directory = tempfile::tempdir().unwrap();
    // The program reads this first, and waits until somebody writes.
    let pipe = directory.path().join("format");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let path = format!("store.path={}", directory.path().display());
    let mut command =
        exec(&["--set", "store.kind=journal", "--set", &path, "--", "echo", "started"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Open when it is open on the other side, too.
    let held = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    drop(held);
}

/// A command that shows its environment, waits for a signal and says which came. It starts no other,
/// which might outlive it.
const HEARING: &str = r#"
import os, signal, sys
signals = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
for name, value in os.environ.items():
    print(f"{name}={value}")
print(flush=True)
print("heard", signal.Signals(signal.sigwait(signals)).name)
sys.exit(5)
"#;

#[test]
fn signals_are_passed_on() {
    for (name, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("TERM", 15)] {
        let hearing: &[&str] = &["--", "python3", "-c", HEARING];
        let deaf: &[&str] = &["--", "sh", "-c", "echo; exec sleep 600"];
        for (arguments, expected) in [(hearing, 5), (deaf, 128 + number)] {
            let mut command = exec(arguments);
            // Not in the foreground of a terminal that the tests may have.
            let below = Below::spawn({
                command.process_group(0);
                command
            });
            let pid = below.child.id().to_string();
            assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
            let (code, said, errors) = below.end();
            assert_eq!((code, errors.as_str()), (Some(expected), ""), "{name}");
            let heard = if expected == 5 { format!("heard SIG{name}\n") } else { String::new() };
            assert_eq!(said, heard);
        }
    }
}

/// Types ^C on a terminal of its own, where `guestlist exec` is in the foreground, and asks the command
/// how often it heard of that.
const TERMINAL: &str = r#"
import os, pty, signal, sys
command = '''
import os, signal
heard = 0
def interrupted(*_):
    global heard
    heard += 1
    print("interrupted", flush=True)
def terminated(*_):
    print("heard", heard, flush=True)
    os._exit(7)
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGTERM, terminated)
print("ready", flush=True)
while True:
    signal.pause()
'''
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "exec", "--", sys.executable, "-c", command])
said = b""
def until(text):
    global said
    while text not in said:
        said += os.read(terminal, 1000)
until(b"ready")
os.write(terminal, b"\x03")
until(b"interrupted")
os.kill(pid, signal.SIGTERM)
until(b"heard 1")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn what_a_terminal_sends_arrives_once() {
    let mut python = Command::new("python3");
    let output = python.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_guestlist")]).output().unwrap();
    assert_eq!(stdout(&output), "7\n", "{}", stderr(&output));
}

#[tokio::test]
async fn a_server_that_fails_ends_the_command() {
    let directory = tempfile::tempdir().unwrap();
    let path = format!("store.path={}", directory.path().join("journal").display());
    let command = ["--", "python3", "-c", HEARING];
    let plain = exec(&[&["--set", "store.kind=journal", "--set", &path], &command[..]].concat());
    // Whoever hits the limit gets a signal besides the error, which no full disk sends.
    let mut deaf = Command::new("sh");
    deaf.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#]).arg(plain.get_program());
    deaf.args(plain.get_args()).env_clear();
    deaf.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let below = Below::spawn(deaf);
    let pid = below.child.id().to_string();
    // The disk is full now, for this process.
    let limit = Command::new("prlimit").args(["--pid", &pid, "--fsize=4096"]).status().unwrap();
    assert!(limit.success());
    let accounts: Vec<_> = (0..1000).map(|number| format!("member-{number}")).collect();
    let url = below.variable("GUESTLIST_CONTROL_URL");
    let url = format!("{url}/_guestlist/v1/apps/88888888/rooms/room/members?create=open");
    let body = json!({"accounts": accounts}).to_string();
    // What it answers, if anything, is not what this is about.
    let _ = client().post(url).body(body).send().await;
    let (code, said, errors) = below.end();
    assert_eq!((code, said.as_str()), (Some(70), "heard SIGTERM\n"), "{errors}");
    assert!(errors.contains("cannot be written any more"), "{errors}");
    assert!(errors.contains("guestlist: the server ended before the command"), "{errors}");
    assert!(fs::exists(directory.path().join("journal")).unwrap());
}
