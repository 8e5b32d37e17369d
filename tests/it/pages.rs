//! Pages of `docs` that are run as they are printed: by bash, against a program of their own, whole
//! replies compared with those of the page.
//!
//! With `BLESS=1` the replies are written. Read what was written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::child::Program;

const COMMANDS: &str = "```sh\n";
const REPLIES: &str = "```json\n";
const FENCE: &str = "```\n";
/// A line that no reply has.
const DONE: &str = "-- done --";
/// What makes the ticket on a page.
const TICKET: &str = "$(./target/release/guestlist usersig --identifier admin)";
/// The program, as a page calls it.
const PROGRAM: &str = "./target/release/guestlist";
/// Lines of replies are broken before this many characters.
const WIDTH: usize = 128;
/// What a line is broken with. No reply has it.
const BREAK: &str = "\n  ";

/// What stands before a length of time, which is another each time.
const LENGTHS: [&str; 2] = ["\"took_us\":", "\"offset_ms\":"];

/// Commands of a page, and what it says came back.
pub(crate) struct Block {
    pub(crate) commands: String,
    replies: String,
}

/// A page, and what its commands need besides a program.
pub(crate) struct Page {
    path: PathBuf,
    /// The heading of the only section that is run; nothing is the whole page.
    pub(crate) section: Option<&'static str>,
    /// Texts of its commands, and what stands for them in a test.
    pub(crate) instead: Vec<(&'static str, String)>,
    /// Where its commands are run.
    pub(crate) directory: Option<PathBuf>,
    /// What the program is started with, as the page says.
    pub(crate) program: Vec<&'static str>,
}

impl Page {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        Self { path, section: None, instead: Vec::new(), directory: None, program: vec!["dev"] }
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }

    /// What stands before the part that is run, that part, and what stands behind it.
    fn cut(&self) -> [String; 3] {
        let text = self.text();
        let Some(heading) = self.section else { return [String::new(), text, String::new()] };
        let (before, rest) = text.split_once(heading).expect("the section is there");
        let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
        let (section, behind) = rest.split_at(end);
        [format!("{before}{heading}"), section.to_owned(), behind.to_owned()]
    }

    /// The blocks that are run; one without replies says nothing.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let [_, text, _] = self.cut();
        let parts = text.split(COMMANDS).skip(1);
        let block = |part: &str| {
            let (commands, rest) = part.split_once(FENCE).expect("a block has an end");
            let replies = rest.trim_start().strip_prefix(REPLIES);
            let replies = replies.map_or("", |rest| rest.split_once(FENCE).expect("an end").0);
            Block { commands: commands.to_owned(), replies: replies.to_owned() }
        };
        parts.map(block).collect()
    }

    /// Pastes the blocks into a shell that talks to a new program. What each block said.
    fn pasted(&self, blocks: &[Block], ticket: Option<&str>) -> Vec<String> {
        let program = Program::start(&self.program);
        let own = format!("$({} usersig --identifier admin)", env!("CARGO_BIN_EXE_guestlist"));
        let ticket = ticket.map_or(own, |ticket| format!("'{ticket}'"));
        let control = program.control_listen.as_ref().unwrap();
        let mut script = String::new();
        for Block { commands, .. } in blocks {
            let commands = commands.replace("127.0.0.1:8080", &program.listen);
            let commands = commands.replace("127.0.0.1:8081", control).replace(TICKET, &ticket);
            let commands = commands.replace(PROGRAM, env!("CARGO_BIN_EXE_guestlist"));
            let of_page = self.instead.iter();
            script += &of_page.fold(commands, |commands, (from, to)| commands.replace(from, to));
            script += &format!("echo '{DONE}'\n");
        }
        let mut shell = Command::new("bash");
        if let Some(directory) = &self.directory {
            shell.current_dir(directory);
        }
        let shell = shell
            .args(["-c", &script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&shell.stderr), "");
        let said = String::from_utf8(shell.stdout).unwrap();
        let of_page = self.instead.iter();
        let said = of_page.fold(said, |said, (from, to)| said.replace(to, from));
        let mut said: Vec<String> = said.split(&format!("{DONE}\n")).map(shortened).collect();
        assert_eq!(said.pop().as_deref(), Some(""), "nothing behind the last block");
        assert_eq!(said.len(), blocks.len());
        said
    }

    /// Writes what came back into the page, if somebody asks for that.
    pub(crate) fn bless(&self) {
        if std::env::var_os("BLESS").is_some() {
            let said = self.pasted(&self.blocks(), None);
            let [before, text, behind] = self.cut();
            let text = with_replies(&text, &said);
            fs::write(&self.path, format!("{before}{text}{behind}")).unwrap();
        }
    }

    /// The page is true, whoever signed.
    pub(crate) fn holds(&self, ticket: Option<&str>) {
        let blocks = self.blocks();
        for (Block { commands, replies }, said) in blocks.iter().zip(self.pasted(&blocks, ticket)) {
            assert_eq!(timeless(&said), timeless(replies), "{commands}");
        }
    }
}

/// Replies as the page shows them: ids and cursors cut, long lines broken.
fn shortened(said: &str) -> String {
    let said = cut(said, "\"RequestId\":\"", 3);
    let said = cut(&said, "\"request_id\":\"", 3);
    let said = cut(&said, "\"Next\":\"", 4);
    said.lines().map(|line| broken(line) + "\n").collect()
}

/// The texts behind a name cut to so many characters; an empty one stays.
fn cut(said: &str, name: &str, characters: usize) -> String {
    let mut parts = said.split(name);
    let mut cut = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_once('"').expect("a text has an end");
        // A name that is a number has no beginning that stays.
        let characters =
            if text.starts_with(|c: char| c.is_ascii_digit()) { 0 } else { characters };
        let kept: String = text.chars().take(characters).collect();
        let more = if text.is_empty() { "" } else { "…" };
        cut += &format!("{name}{kept}{more}\"{rest}");
    }
    cut
}

/// A line of JSON, broken behind commas that stand in no text.
fn broken(line: &str) -> String {
    let (mut in_text, mut end, mut pieces) = (false, 0, Vec::new());
    for (at, character) in line.char_indices() {
        in_text ^= character == '"';
        if character == ',' && !in_text {
            pieces.push(&line[end..=at]);
            end = at + 1;
        }
    }
    pieces.push(&line[end..]);
    let (mut broken, mut length) = (String::new(), 0);
    for piece in pieces {
        if length > 0 && length + piece.len() > WIDTH {
            broken += BREAK;
            length = 2;
        }
        broken += piece;
        length += piece.len();
    }
    broken
}

/// The same, whenever it was said and however long it took: numbers of ten digits and more are times.
/// Lines are whole again, since where one is broken depends on how many digits a length of time has.
fn timeless(said: &str) -> String {
    let whole = said.replace(BREAK, "");
    let said = LENGTHS.iter().fold(whole, |said, field| without_number(&said, field));
    let pieces = said.split_inclusive(|character: char| !character.is_ascii_digit());
    let timeless = |piece: &str| {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        if digits < 10 { piece.to_owned() } else { format!("a time{}", &piece[digits..]) }
    };
    pieces.map(timeless).collect()
}

/// The same, whatever the number of a field.
fn without_number(said: &str, field: &str) -> String {
    let mut parts = said.split(field);
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|sign: char| sign == '-' || sign.is_ascii_digit());
        said += &format!("{field}…{rest}");
    }
    said
}

/// The page with other replies.
fn with_replies(page: &str, said: &[String]) -> String {
    let mut parts = page.split(COMMANDS);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for (part, said) in parts.zip(said) {
        written += COMMANDS;
        match part.split_once(REPLIES) {
            Some((before, rest)) => {
                let (_, after) = rest.split_once(FENCE).expect("a block has an end");
                written += &format!("{before}{REPLIES}{said}{FENCE}{after}");
            }
            None => written += part,
        }
    }
    written
}

#[test]
fn replies_are_cut_and_broken_but_nothing_is_lost() {
    let said = r#"{"Next":"","RequestId":"Id-0123-O-Seq-1","Next":"AQAAAaIB"} 200"#;
    assert_eq!(shortened(said), "{\"Next\":\"\",\"RequestId\":\"Id-…\",\"Next\":\"AQAA…\"} 200\n");
    let number = r#"{"RequestId":"7840039829955402142"}"#;
    assert_eq!(shortened(number), "{\"RequestId\":\"…\"}\n");
    let long = format!(r#"{{"a":"{}","b":"c, d","e":{}}}"#, "x".repeat(110), "1".repeat(20));
    let lines = broken(&long);
    assert!(lines.lines().count() > 1 && lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
    assert_eq!(lines.replace(BREAK, ""), long);
    assert_eq!(timeless(r#"{"took_us":123,"b":4}"#), r#"{"took_us":…,"b":4}"#);
    assert_eq!(timeless(r#"{"offset_ms":-2,"b":4}"#), r#"{"offset_ms":…,"b":4}"#);
    assert_eq!(timeless("[123456789,1234567890]\n1795651234041"), "[123456789,a time]\na time");
}

#[test]
fn a_line_that_is_broken_elsewhere_for_a_longer_time_says_the_same() {
    let took = |us: u32, b: &str| {
        let (a, c) = ("a".repeat(85), "c".repeat(5));
        shortened(&format!(r#"{{"a":"{a}","took_us":{us},"b":"{b}","c":"{c}"}}"#))
    };
    let (short, long) = (took(821, "b"), took(1_000_821, "b"));
    assert_ne!(short.lines().count(), long.lines().count(), "{short}{long}");
    assert_eq!(timeless(&short), timeless(&long));
    assert_ne!(timeless(&short), timeless(&took(821, "other")));
}
