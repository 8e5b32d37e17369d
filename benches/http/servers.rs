//! The servers that are measured, each in a process of its own.
//!
//! A server says where it listens in the first line of its output, and ends when its input does.

use std::io::{BufRead, Lines, StdinLock, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use guestlist::config::{Settings, StoreKind};
use guestlist::engine::Engine;
use guestlist::store::{JournalOptions, JournalStore, MemoryStore, RoomStore, Written};
use guestlist::{app, telemetry};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::common::{self, APP};
use crate::community;
use crate::options::Role;

/// What is filled at the word of a parent.
pub(crate) const ROOM: &str = "room";
/// The same, as chat knows it.
pub(crate) const COMMUNITY: &str = "community";
/// What a parent asks: how many groups its journal has written, and how many changes in them.
pub(crate) const WRITTEN: &str = "written";

/// Serves until the input ends.
pub(crate) fn run(role: Role, workers: usize, more: &[String]) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .expect("threads can be started");
    let lines = std::io::stdin().lock().lines();
    match role {
        Role::Bare => bare(&runtime, lines),
        Role::Guestlist => guestlist(&runtime, lines, more),
    }
}

/// Reads each body whole and answers with the first line of its input.
fn bare(runtime: &Runtime, mut lines: Lines<StdinLock<'_>>) {
    let reply = lines.next().expect("a reply to give").expect("readable input");
    let reply = Bytes::from(reply);
    let handler = move |_whole: Bytes| {
        let reply = reply.clone();
        async move { ([(CONTENT_TYPE, "application/json")], reply) }
    };
    let router = Router::new().route("/v4/{service}/{command}", post(handler));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    say(listener.local_addr().expect("it is bound"));
    runtime.spawn(async move { axum::serve(listener, router).await });
    lines.for_each(drop);
}

/// The real thing, with more settings. Where its control plane is follows its address, if it is on.
/// Each line of its input says what is to be filled and with how many
/// members; a line of output says when it is there.
fn guestlist(runtime: &Runtime, lines: Lines<StdinLock<'_>>, more: &[String]) {
    telemetry::lines_to_stderr();
    let settings = common::settings(more);
    let journal = (settings.store.kind == StoreKind::Journal).then(|| Arc::new(journal(&settings)));
    let store: Arc<dyn RoomStore> = match &journal {
        Some(journal) => Arc::clone(journal) as Arc<dyn RoomStore>,
        None => Arc::new(MemoryStore::new()),
    };
    let running = runtime.block_on(app::start_on(&settings, false, Arc::clone(&store)));
    let running = running.expect("a free port");
    match running.control_address {
        Some(control) => say(format_args!("{} {control}", running.address)),
        None => say(running.address),
    }
    let engine = Engine::new(&settings.apps, store, common::metrics());
    let app = engine.app(APP).expect("the app of the settings");
    for line in lines {
        let line = line.expect("readable input");
        if line == WRITTEN {
            let journal = journal.as_ref().expect("a journal is asked");
            let Written { groups, changes, .. } = journal.written();
            say(format_args!("{groups} {changes}"));
            continue;
        }
        let (what, members) = line.split_once(' ').expect("what, and how many members");
        let members = members.parse().expect("a number of members");
        match what {
            COMMUNITY => runtime.block_on(community::fill(&engine, &app, members)),
            _ => runtime.block_on(common::fill(&engine, &app, members)),
        }
        say(line);
    }
}

/// The journal that the settings name.
fn journal(settings: &Settings) -> JournalStore {
    let options = JournalOptions {
        path: settings.store.path.clone(),
        backlog_bytes: 64 * 1024 * 1024,
        accept_loss: false,
        on_failure: Box::new(|error| panic!("{error}")),
    };
    JournalStore::open(options).expect("a directory of the bench's own")
}

fn say(fact: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{fact}").and_then(|()| out.flush()).expect("the parent reads");
}
