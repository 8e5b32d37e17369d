//! `docs/tour.md`, run as it is printed: by bash, against a program of its own, whole replies
//! compared with those of the page; once signed by the program, once by each of the vendor's
//! libraries.
//!
//! `BLESS=1 cargo test --test it tour` writes the replies. Read what it wrote.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use guestlist::proto::tencent::room;

use crate::child::Program;
use crate::genuine;

const COMMANDS: &str = "```sh\n";
const REPLIES: &str = "```json\n";
const FENCE: &str = "```\n";
/// A line that no reply has.
const DONE: &str = "-- done --";
/// What makes the ticket on the page.
const TICKET: &str = "$(./target/release/guestlist usersig --identifier admin)";
/// Lines of replies are broken before this many characters.
const WIDTH: usize = 128;

/// Commands of the page, and what it says came back.
struct Block {
    commands: String,
    replies: String,
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tour.md")
}

fn page() -> String {
    fs::read_to_string(path()).unwrap()
}

/// The blocks of a page; one without replies says nothing.
fn blocks(page: &str) -> Vec<Block> {
    let parts = page.split(COMMANDS).skip(1);
    let block = |part: &str| {
        let (commands, rest) = part.split_once(FENCE).expect("a block has an end");
        let replies = rest.trim_start().strip_prefix(REPLIES);
        let replies = replies.map_or("", |rest| rest.split_once(FENCE).expect("an end").0);
        Block { commands: commands.to_owned(), replies: replies.to_owned() }
    };
    parts.map(block).collect()
}

/// Pastes the blocks into a shell that talks to a new program. What each block said.
fn pasted(blocks: &[Block], ticket: Option<&str>) -> Vec<String> {
    let program = Program::start(&["dev"]);
    let own = format!("$({} usersig --identifier admin)", env!("CARGO_BIN_EXE_guestlist"));
    let ticket = ticket.map_or(own, |ticket| format!("'{ticket}'"));
    let mut script = String::new();
    for Block { commands, .. } in blocks {
        let control = program.control_listen.as_ref().unwrap();
        let commands = commands.replace("127.0.0.1:8080", &program.listen);
        script += &commands.replace("127.0.0.1:8081", control).replace(TICKET, &ticket);
        script += &format!("echo '{DONE}'\n");
    }
    let shell = Command::new("bash")
        .args(["-c", &script])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&shell.stderr), "");
    let said = String::from_utf8(shell.stdout).unwrap();
    let mut said: Vec<String> = said.split(&format!("{DONE}\n")).map(shortened).collect();
    assert_eq!(said.pop().as_deref(), Some(""), "nothing behind the last block");
    assert_eq!(said.len(), blocks.len());
    said
}

/// Replies as the page shows them: ids and cursors cut, long lines broken.
fn shortened(said: &str) -> String {
    let said = cut(said, "\"RequestId\":\"", 3);
    let said = cut(&said, "\"Next\":\"", 4);
    said.lines().map(|line| broken(line) + "\n").collect()
}

/// The texts behind a name cut to so many characters; an empty one stays.
fn cut(said: &str, name: &str, characters: usize) -> String {
    let mut parts = said.split(name);
    let mut cut = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_once('"').expect("a text has an end");
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
            broken += "\n  ";
            length = 2;
        }
        broken += piece;
        length += piece.len();
    }
    broken
}

/// The same, whenever it was said: numbers of ten digits and more are times.
fn timeless(said: &str) -> String {
    let pieces = said.split_inclusive(|character: char| !character.is_ascii_digit());
    let timeless = |piece: &str| {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        if digits < 10 { piece.to_owned() } else { format!("a time{}", &piece[digits..]) }
    };
    pieces.map(timeless).collect()
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

/// The page is true, whoever signed.
fn holds(ticket: Option<&str>) {
    let blocks = blocks(&page());
    for (Block { commands, replies }, said) in blocks.iter().zip(pasted(&blocks, ticket)) {
        assert_eq!(timeless(&said), timeless(replies), "{commands}");
    }
}

#[test]
fn the_tour_goes_as_its_page_says() {
    if std::env::var_os("BLESS").is_some() {
        let page = page();
        let said = pasted(&blocks(&page), None);
        fs::write(path(), with_replies(&page, &said)).unwrap();
    }
    holds(None);
}

#[test]
fn the_tour_goes_alike_signed_by_the_python_library() {
    holds(Some(&genuine::PYTHON));
}

#[test]
fn the_tour_goes_alike_signed_by_the_node_library() {
    holds(Some(&genuine::NODE));
}

#[test]
fn the_tour_comes_by_every_command() {
    let blocks = blocks(&page());
    let words = blocks.iter().flat_map(|block| block.commands.split_whitespace());
    let words: BTreeSet<&str> = words.collect();
    let left_out = room::COMMANDS.iter().map(|entry| entry.spec.name());
    let left_out: Vec<&str> = left_out.filter(|name| !words.contains(name)).collect();
    assert!(left_out.is_empty(), "docs/tour.md does not use {left_out:?}");
}

#[test]
fn replies_are_cut_and_broken_but_nothing_is_lost() {
    let said = r#"{"Next":"","RequestId":"Id-0123-O-Seq-1","Next":"AQAAAaIB"} 200"#;
    assert_eq!(shortened(said), "{\"Next\":\"\",\"RequestId\":\"Id-…\",\"Next\":\"AQAA…\"} 200\n");
    let long = format!(r#"{{"a":"{}","b":"c, d","e":{}}}"#, "x".repeat(110), "1".repeat(20));
    let lines = broken(&long);
    assert!(lines.lines().count() > 1 && lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
    assert_eq!(lines.replace("\n  ", ""), long);
    assert_eq!(timeless("[123456789,1234567890]\n1795651234041"), "[123456789,a time]\na time");
}
