//! The parts of a request, each alone: a signature, a page, an update, the gateway.

mod common;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{
    ADMIN, APP, FORGOTTEN_TICKETS, FRESH_TICKETS, account, fill, name_card, position, room,
    scattered,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use guestlist::domain::{
    Aside, MemberChange, MemberView, PageQuery, PageSink, Refusal, RoomView, Seats, UpdateMember,
};
use guestlist::engine::{App, Engine};
use guestlist::proto::tencent::{Gateway, Head, Origins};
use guestlist::sig::usersig;
use guestlist::store::MemoryStore;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The rooms' sizes.
const ROOMS: [u32; 3] = [50, 10_000, 1_000_000];
/// Members on a page.
const PAGE: usize = 50;
/// Places, members and tickets that a measurement goes round.
const ROUND: usize = 4_096;

fn all(criterion: &mut Criterion) {
    let engine = Arc::new(Engine::new(
        &common::settings(&[]).apps,
        Arc::new(MemoryStore::new()),
        common::metrics(),
    ));
    let app = engine.app(APP).expect("the app of the settings");
    let tickets = common::tickets(now_s(), FORGOTTEN_TICKETS + FRESH_TICKETS);
    for members in ROOMS {
        at_once(fill(&engine, &app, members));
    }
    signatures(criterion, &app, &tickets);
    pages(criterion, &engine, &app);
    updates(criterion, &engine, &app);
    gateway(criterion, &engine, &tickets[0]);
}

#[expect(clippy::disallowed_methods, reason = "the tickets have to be good now")]
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn signatures(criterion: &mut Criterion, app: &App, tickets: &[String]) {
    let mut group = criterion.benchmark_group("usersig");
    let key = common::key();
    group.bench_function("decode and verify", |bencher| {
        let mut round = tickets.iter().cycle();
        bencher.iter(|| {
            let ticket = usersig::decode(next(&mut round)).expect("a good ticket");
            assert!(ticket.is_signed_by(&key));
        });
    });
    let (forgotten, fresh) = tickets.split_at(FORGOTTEN_TICKETS);
    for ticket in forgotten {
        app.authenticate(ADMIN, ticket).expect("a good ticket");
    }
    group.bench_function("authenticate, never seen", |bencher| {
        let mut round = fresh.iter().cycle();
        bencher.iter(|| app.authenticate(ADMIN, next(&mut round)).expect("a good ticket"));
    });
    group.bench_function("authenticate, seen before", |bencher| {
        bencher.iter(|| app.authenticate(ADMIN, black_box(&tickets[0])).expect("a good ticket"));
    });
    group.finish();
}

fn pages(criterion: &mut Criterion, engine: &Engine, app: &App) {
    let mut group = criterion.benchmark_group("page of 50");
    let mut rows = Rows { out: Vec::with_capacity(16 * 1024), rows: 0 };
    for members in ROOMS {
        let room = room(members);
        let mut page = |after| {
            let query = PageQuery { after, ..PageQuery::first(PAGE) };
            let end = at_once(engine.page(app, &room, query, &mut rows));
            assert_eq!(rows.rows, PAGE);
            end.expect("the room is there")
        };
        group.bench_function(format!("first of {members}"), |bencher| bencher.iter(|| page(None)));
        if members as usize > PAGE {
            let places = scattered(members - PAGE as u32, ROUND);
            let places: Vec<_> = places.into_iter().map(position).collect();
            let mut round = places.iter().cycle();
            group.bench_function(format!("random of {members}"), |bencher| {
                bencher.iter(|| page(Some(next(&mut round))));
            });
        }
    }
    group.finish();
}

fn updates(criterion: &mut Criterion, engine: &Engine, app: &App) {
    let mut group = criterion.benchmark_group("update one member");
    for members in ROOMS {
        let room = room(members);
        let numbers = scattered(members, ROUND);
        let mut numbers = numbers.into_iter().cycle();
        let mut names = (0..).map(name_card);
        let mut change = || UpdateMember {
            account: account(next(&mut numbers)),
            change: MemberChange { name: Some(next(&mut names).into()), ..MemberChange::default() },
        };
        let update = |update| at_once(engine.run(app, &room, &update)).expect("a member");
        group.bench_function(format!("of {members}"), |bencher| {
            bencher.iter_batched(&mut change, update, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn gateway(criterion: &mut Criterion, engine: &Arc<Engine>, ticket: &str) {
    let mut group = criterion.benchmark_group("gateway");
    let gateway = Gateway::new(Arc::clone(engine), Origins::Any);
    let query = format!(
        "sdkappid={APP}&identifier={ADMIN}&usersig={ticket}&random=99999999&contenttype=json"
    );
    let head = Head {
        method: "POST",
        path: "/v4/room_engine_http_srv/get_room_member_list",
        query: &query,
        origin: None,
    };
    let admit = || gateway.find(black_box(&head)).and_then(|found| gateway.admit(found, "POST"));
    group.bench_function("admit, ticket seen before", |bencher| {
        bencher.iter(|| admit().is_ok());
    });
    let admitted = admit().unwrap_or_else(|refused| panic!("{refused:?}"));
    let body = format!(r#"{{"RoomId":"{}","Count":{PAGE},"Next":""}}"#, room(ROOMS[0]));
    let perform = || at_once(gateway.perform(&admitted, body.as_bytes(), engine.next_request_id()));
    assert!(perform().refused.is_none());
    group.bench_function("perform a list of 50", |bencher| bencher.iter(perform));
    let misspelt = Head { path: "/v4/room_engine_http_srv/get_room_member_lists", ..head };
    group.bench_function("find the nearest command", |bencher| {
        bencher.iter(|| gateway.find(black_box(&misspelt)).is_err());
    });
    let bench =
        Engine::new(&common::settings(&[]).apps, Arc::new(MemoryStore::new()), common::metrics());
    let recorder = Gateway::new(Arc::new(bench.with_request_log()), Origins::Any);
    let (answer, took) = (perform(), Duration::from_micros(12));
    for (name, recorder) in [("no log", &gateway), ("a log, full", &recorder)] {
        let record = || recorder.record(black_box(&head), body.as_bytes(), &answer, took);
        // More than it holds.
        (0..ROUND * 16).for_each(|_| record());
        group.bench_function(format!("keep a request: {name}"), |bencher| bencher.iter(record));
    }
    group.finish();
}

/// The next item of something without an end.
fn next<T>(items: &mut impl Iterator<Item = T>) -> T {
    items.next().expect("it has no end")
}

/// Takes from each member what a reply needs.
struct Rows {
    out: Vec<u8>,
    rows: usize,
}

impl PageSink for Rows {
    fn begin(&mut self, _: &RoomView<'_>, _: usize, _: &Seats) -> Result<(), Refusal> {
        self.out.clear();
        self.rows = 0;
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        self.rows += 1;
        for text in [member.account, member.name, member.custom_info] {
            assert!(member.plain);
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        }
        ControlFlow::Continue(())
    }
}

criterion_group!(benches, all);
criterion_main!(benches);

/// What the memory store answers: it never makes anybody wait.
fn at_once<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().expect("memory answers at once")
}
