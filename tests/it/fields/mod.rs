//! Every field of every command, wrong in every way, through the door.
//!
//! Job: take the good request of each command (`tests/data/requests.json`) apart, send every
//! mutation to a lenient and to a strict app, and hold what comes back against
//! `tests/data/fields.txt`, where each stands in one line. Promise: what must hold of any refusal is
//! asserted besides, so that no written line can bless it away. Not here: rules, which have tests of
//! their own.
//!
//! `BLESS=1 cargo test --test it every_field` writes the file. Read what it wrote.

mod json;
mod judge;
mod mutations;
mod requests;
mod stage;
mod store;

use std::path::Path;

use guestlist::domain::Refusal;
use guestlist::proto::tencent::{Entry, FieldFault, Refused, commands};
use serde_json::json;

use self::judge::{Judge, code};
use self::mutations::Mutation;
use self::requests::{Requests, schema};
use self::stage::{Outcome, Stage};

/// Where the outcomes stand, from the repository's root.
const FILE: &str = "tests/data/fields.txt";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_of_every_command_is_refused_or_taken_as_written() {
    let requests = Requests::read();
    let mut lenient = Stage::new(false).await;
    let mut strict = Stage::new(true).await;
    let (mut written, mut faults) = (String::new(), Vec::new());
    for entry in commands() {
        let mutations = mutations::of(requests.good(entry), schema(entry));
        lenient.turn_to(requests.stage(entry)).await;
        strict.turn_to(requests.stage(entry)).await;
        let both = tokio::join!(
            outcomes(&mut lenient, entry, &mutations),
            outcomes(&mut strict, entry, &mutations),
        );
        caused(entry, &both.0);
        let mut judges = [Judge::new(&entry.spec, "lenient"), Judge::new(&entry.spec, "strict")];
        for (nth, mutation) in mutations.iter().enumerate() {
            let (lenient, strict) = (&both.0[nth], &both.1[nth]);
            faults.extend(judges[0].fault(mutation, lenient));
            faults.extend(judges[1].fault(mutation, strict));
            let how = &mutation.how;
            let at = if mutation.at.is_empty() { "the body" } else { &mutation.at };
            written += &format!("{} | {at} | {how} | {}", entry.spec.name(), line(lenient));
            if lenient != strict {
                written += &format!(" | strict: {}", line(strict));
            }
            written.push('\n');
        }
    }
    assert!(faults.is_empty(), "{} wrong outcomes:\n{}", faults.len(), faults.join("\n"));
    compare(&written);
}

/// What comes of each mutation. Panics if one that was refused, or only reads, changes anything.
async fn outcomes(stage: &mut Stage<'_>, entry: &Entry, mutations: &[Mutation]) -> Vec<Outcome> {
    let (mut outcomes, mut harmless) = (Vec::new(), Vec::new());
    for Mutation { body, .. } in mutations {
        let outcome = stage.sends(entry, body).await;
        if outcome.code != 0 || entry.spec.reads {
            harmless.push(body.as_str());
        }
        outcomes.push(outcome);
    }
    let guilty = stage.changed_by(entry, &harmless).await;
    assert!(guilty.is_empty(), "{} changed something with {guilty:#?}", entry.spec.path);
    outcomes
}

#[tokio::test]
async fn a_request_that_changes_something_is_found_among_many() {
    let requests = Requests::read();
    let mut stage = Stage::new(false).await;
    let entry = commands().find(|entry| entry.spec.name() == "kick_user_out").unwrap();
    stage.turn_to(requests.stage(entry)).await;
    let kick = |account: &str| {
        json!({"RoomId": "r-1001", "MemberList_Account": [account], "Reason": ""}).to_string()
    };
    let (nobody, bob) = (kick("nobody"), kick("bob"));
    let bodies = [nobody.as_str(), bob.as_str(), nobody.as_str()];
    assert_eq!(stage.changed_by(entry, &bodies).await, [bob.as_str()]);
    assert!(stage.changed_by(entry, &[nobody.as_str()]).await.is_empty());
}

/// Panics if a command never answered what every command is asked for here: a field that is wrong,
/// and a room that does not exist.
fn caused(entry: &Entry, outcomes: &[Outcome]) {
    let of = |refused: &Refused| code(&entry.spec, refused);
    let fails = of(&Refused::Unavailable);
    let asked = [Refused::Field(FieldFault::new("", "")), Refused::Rule(Refusal::NoSuchRoom)];
    let answers = |code: &u64| entry.spec.answers.iter().any(|known| u64::from(*known) == *code);
    // Where there is no room, that there is none would be a bug.
    for code in asked.iter().map(of).filter(answers).filter(|code| *code != fails) {
        let answered = outcomes.iter().any(|outcome| outcome.code == code);
        assert!(answered, "{} never answered {code}", entry.spec.path);
    }
}

/// An outcome as the file has it.
fn line(outcome: &Outcome) -> String {
    format!("{} {}", outcome.code, outcome.info).trim_end().to_owned()
}

fn compare(written: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, written).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let lacks = |these: &str, those: &str, sign: char| -> String {
        let known: std::collections::HashSet<&str> = those.lines().collect();
        let others = these.lines().filter(|line| !known.contains(line));
        others.take(20).map(|line| format!("{sign} {line}\n")).collect()
    };
    let news = lacks(&golden, written, '-') + &lacks(written, &golden, '+');
    assert!(
        golden == written,
        "{FILE} says otherwise (BLESS=1 writes it; read what it wrote):\n{news}"
    );
}
