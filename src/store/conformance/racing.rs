//! Many at once, on several threads.
//!
//! A race that is lost here is lost now and then only: each case makes many rounds, and what it
//! asserts holds in every order of events.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::Barrier;
use tokio::task::{JoinSet, yield_now};

use super::probe::{APP, Probe, account, create, enter, key, leave, member};
use crate::domain::{
    CreateRoom, Delta, DestroyRoom, Entrance, Entry, FactsWrite, MemberWrite, Need, Refusal,
    RoomKey, Slice, Tally,
};
use crate::store::{Decider, DroppedLetter, TxError};

/// Tasks that race.
pub(super) const RACERS: u64 = 8;

/// Starts a task for each racer, all at one moment, and collects what they say. A racer that
/// panics ends the case.
pub(super) async fn race<T, F>(probe: &Probe, racer: impl Fn(Probe, u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::try_from(RACERS).expect("a few tasks")));
    let mut tasks = JoinSet::new();
    for nth in 0..RACERS {
        let start = Arc::clone(&start);
        let running = racer(probe.clone(), nth);
        tasks.spawn(async move {
            start.wait().await;
            running.await
        });
    }
    tasks.join_all().await
}

/// The end of a room.
pub(super) fn destroy() -> DestroyRoom {
    DestroyRoom { by: account("carl"), quietly: false }
}

pub(super) async fn one_of_many_creations_wins(probe: Probe) {
    for round in 0..100 {
        let key = key(&format!("room-{round}"));
        let wins = race(&probe, |probe, nth| {
            let key = key.clone();
            async move {
                let name = format!("owner-{nth}");
                match probe.run(&key, &create(&name)).await {
                    Ok(()) => Some(name),
                    Err(TxError::Refused(Refusal::RoomExists)) => None,
                    Err(error) => panic!("{probe}: {error}"),
                }
            }
        });
        let winners: Vec<String> = wins.await.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{probe}: winners of round {round}: {winners:?}");
        let owner =
            probe.room(&key).await.map(|room| room.facts.owner.map(|owner| owner.to_string()));
        assert_eq!(
            owner.as_ref(),
            Ok(&Some(winners[0].clone())),
            "{probe}: the room is the winner's"
        );
    }
    assert_eq!(probe.counts(APP).await, (100, 0), "{probe}: one room a round");
}

pub(super) async fn one_of_many_destructions_wins(probe: Probe) {
    let key = key("room");
    for round in 0..100 {
        probe.create(&key).await;
        probe.enter(&key, &["anna", "bert"]).await;
        let ends = race(&probe, |probe, _| {
            let key = key.clone();
            async move {
                match probe.run(&key, &destroy()).await {
                    Ok(()) => true,
                    Err(TxError::Refused(Refusal::NoSuchRoom)) => false,
                    Err(error) => panic!("{probe}: {error}"),
                }
            }
        });
        let ends = ends.await.into_iter().filter(|won| *won).count();
        assert_eq!(ends, 1, "{probe}: winners of round {round}");
        probe.assert_no_trace(&key).await;
    }
}

/// What a task did to a room that comes and goes.
#[derive(Default)]
struct Done {
    created: u64,
    destroyed: u64,
}

async fn come_and_go(probe: Probe, key: RoomKey, nth: u64) -> Done {
    let name = format!("racer-{nth}");
    let mut done = Done::default();
    for step in 0..100 {
        let answer = match (step + nth) % 4 {
            0 => probe.run(&key, &create(&name)).await.map(|()| done.created += 1),
            3 => probe.run(&key, &destroy()).await.map(|()| done.destroyed += 1),
            1 => probe.run(&key, &enter(&name)).await.map(|_| ()),
            _ => probe.run(&key, &leave(&name)).await,
        };
        match ((step + nth) % 4, answer) {
            (_, Ok(()))
            | (0, Err(TxError::Refused(Refusal::RoomExists)))
            | (1 | 3, Err(TxError::Refused(Refusal::NoSuchRoom)))
            | (2, Err(TxError::Refused(Refusal::NoSuchRoom | Refusal::NotAMember { .. }))) => (),
            (_, Err(error)) => panic!("{probe}: step {step} is refused: {error}"),
        }
        // Whoever sees the room sees one that is whole.
        if let Ok(room) = probe.room(&key).await {
            assert!(
                u64::from(room.tally.members) <= RACERS,
                "{probe}: {} of {RACERS} are in",
                room.tally.members
            );
        }
        yield_now().await;
    }
    done
}

pub(super) async fn a_room_that_comes_and_goes_is_counted_right(probe: Probe) {
    let key = key("room");
    for round in 0..20 {
        let done = race(&probe, |probe, nth| come_and_go(probe, key.clone(), nth)).await;
        let created: u64 = done.iter().map(|done| done.created).sum();
        let destroyed: u64 = done.iter().map(|done| done.destroyed).sum();
        let lives = probe.room(&key).await.is_ok();
        assert_eq!(
            created,
            destroyed + u64::from(lives),
            "{probe}: round {round}: each room ends once, but for the last"
        );
        if lives {
            let members = probe.list(&key).await;
            let counts = (1, members.len() as u64);
            assert_eq!(probe.counts(APP).await, counts, "{probe}: round {round}: the counts");
            probe.must(&key, &destroy()).await;
        }
        probe.assert_no_trace(&key).await;
    }
}

pub(super) async fn a_creation_among_endings_and_refusals_is_done(probe: Probe) {
    let too_large = CreateRoom { max_member_count: Some(10_001), ..create("olga") };
    for round in 0..50 {
        let key = key(&format!("room-{round}"));
        let made = race(&probe, |probe, nth| {
            let (key, too_large) = (key.clone(), too_large.clone());
            async move {
                let mut made = 0_u64;
                for _ in 0..20 {
                    // Each room has one maker, so each creation finds the id free.
                    if nth == 0 {
                        probe.must(&key, &create("olga")).await;
                        made += 1;
                        probe.must(&key, &destroy()).await;
                    } else {
                        let refused = probe.run(&key, &too_large).await;
                        assert!(
                            matches!(refused, Err(TxError::Refused(Refusal::AboveCeiling { .. }))),
                            "{probe}: {refused:?}"
                        );
                    }
                }
                made
            }
        });
        assert_eq!(made.await.into_iter().sum::<u64>(), 20, "{probe}: round {round}");
    }
    let (rooms, _) = probe.rooms(APP, None, 10).await;
    assert_eq!(rooms, [""; 0], "{probe}: all have ended");
}

pub(super) async fn everybody_who_enters_stands_in_the_list(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let stay = race(&probe, |probe, nth| {
        let key = key.clone();
        async move {
            let mut inside: Vec<String> = Vec::new();
            for step in 0..50 {
                let name = format!("racer-{nth}-{}", step % 7);
                match inside.iter().position(|other| *other == name) {
                    Some(at) => {
                        inside.remove(at);
                        probe.leave(&key, &name).await;
                    }
                    None => {
                        probe.enter(&key, &[&name]).await;
                        inside.push(name);
                    }
                }
                yield_now().await;
            }
            inside
        }
    });
    let mut expected: Vec<String> = stay.await.into_iter().flatten().collect();
    expected.sort();
    let list = probe.list(&key).await;
    assert!(
        list.windows(2).all(|pair| pair[0].joined_ms < pair[1].joined_ms),
        "{probe}: no two came at one moment"
    );
    let mut names = super::probe::names(&list);
    names.sort();
    assert_eq!(names, expected, "{probe}: the list");
    let tally = probe.room(&key).await.map(|room| room.tally.members as usize);
    assert_eq!(tally, Ok(expected.len()), "{probe}: the tally");
    assert_eq!(probe.counts(APP).await, (1, expected.len() as u64), "{probe}: the counts");
}

pub(super) async fn a_room_is_never_too_full(probe: Probe) {
    for round in 0..20 {
        let key = key(&format!("room-{round}"));
        probe.must(&key, &CreateRoom { max_member_count: Some(10), ..create("olga") }).await;
        let entered = race(&probe, |probe, nth| {
            let key = key.clone();
            async move {
                let mut entered = 0;
                for step in 0..5 {
                    match probe.run(&key, &enter(&format!("racer-{nth}-{step}"))).await {
                        Ok(Entrance { entry: Entry::Entered, .. }) => entered += 1,
                        Err(TxError::Refused(Refusal::RoomFull { at_most: 10 })) => (),
                        other => panic!("{probe}: {other:?}"),
                    }
                    yield_now().await;
                }
                entered
            }
        });
        let entered: usize = entered.await.into_iter().sum();
        assert_eq!(entered, 10, "{probe}: round {round}: as many as there are places");
        assert_eq!(probe.list(&key).await.len(), 10, "{probe}: round {round}: in the list");
    }
}

/// Adds one to a number of the room, and says which it became.
async fn count_up(probe: &Probe, key: &RoomKey) -> u64 {
    let mut number = 0;
    let mut decide = |seen: &Slice<'_>| {
        let tally = *seen.room()?.tally;
        number = tally.newest_joined_ms + 1;
        Ok(Delta { tally: Some(Tally { newest_joined_ms: number, ..tally }), ..Delta::default() })
    };
    let done = probe.store.transact(key, Need::default(), &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: a number is taken");
    number
}

pub(super) async fn no_answered_write_is_lost(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let latest = Arc::new(AtomicU64::new(0));
    let numbers = race(&probe, |probe, _| {
        let (key, latest) = (key.clone(), Arc::clone(&latest));
        async move {
            let mut numbers = Vec::new();
            for _ in 0..200 {
                let number = count_up(&probe, &key).await;
                let answered = latest.fetch_max(number, Ordering::SeqCst).max(number);
                let seen = probe.room(&key).await.map(|room| room.tally.newest_joined_ms);
                assert!(
                    seen.as_ref().is_ok_and(|seen| *seen >= answered),
                    "{probe}: {answered} was answered before this read, which shows {seen:?}"
                );
                numbers.push(number);
                yield_now().await;
            }
            numbers
        }
    });
    let mut numbers: Vec<u64> = numbers.await.into_iter().flatten().collect();
    numbers.sort_unstable();
    let expected: Vec<u64> = (1..=200 * RACERS).collect();
    assert_eq!(numbers, expected, "{probe}: each number is given once");
}

/// Writes its number into the facts, the tally and a record, and hands the only place in the list
/// from one to another.
async fn write_everywhere(probe: &Probe, key: &RoomKey, number: u64) {
    let mut decide = |seen: &Slice<'_>| {
        let room = seen.room()?;
        let mut facts = room.facts.clone();
        facts.name = number.to_string().into();
        let tally = Tally { newest_joined_ms: number, ..*room.tally };
        let previous = account(&format!("holder-{}", room.tally.newest_joined_ms));
        let holder = member(&format!("holder-{number}"), number);
        Ok(Delta {
            facts: FactsWrite::Put(Box::new(facts)),
            tally: Some(Tally { members: 1, ..tally }),
            members: vec![MemberWrite::Remove(previous), MemberWrite::Put(holder)],
            ..Delta::default()
        })
    };
    let done = probe.store.transact(key, Need::default(), &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: number {number} is written");
}

/// Looks once at the records and once at the page, and asserts that each is of one number.
async fn assert_whole(probe: &Probe, key: &RoomKey) {
    match probe.room(key).await {
        Ok(room) => assert_eq!(
            *room.facts.name,
            *room.tally.newest_joined_ms.to_string(),
            "{probe}: the facts and the tally are of one moment"
        ),
        Err(error) => panic!("{probe}: {error}"),
    }
    let list = probe.list(key).await;
    assert_eq!(list.len(), 1, "{probe}: one comes as the other goes");
    assert_eq!(
        list[0].account.as_str(),
        format!("holder-{}", list[0].joined_ms),
        "{probe}: a record is of one moment"
    );
}

pub(super) async fn nobody_sees_half_a_delta(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    write_everywhere(&probe, &key, 0).await;
    race(&probe, |probe, nth| {
        let key = key.clone();
        async move {
            for step in 1..200 {
                if nth % 2 == 0 {
                    write_everywhere(&probe, &key, nth * 1_000 + step).await;
                } else {
                    assert_whole(&probe, &key).await;
                }
                yield_now().await;
            }
        }
    })
    .await;
    assert_whole(&probe, &key).await;
}

pub(super) async fn a_walk_among_others_misses_nobody(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let stay: Vec<String> = (0..40).map(|nth| format!("stays-{nth:02}")).collect();
    for (nth, name) in stay.iter().enumerate() {
        probe.enter(&key, &[name, &format!("goes-{nth}")]).await;
    }
    race(&probe, |probe, nth| {
        let (key, stay) = (key.clone(), stay.clone());
        async move {
            if nth % 2 == 0 {
                for step in (nth / 2..40).step_by(4) {
                    probe.leave(&key, &format!("goes-{step}")).await;
                    probe.enter(&key, &[&format!("comes-{step}")]).await;
                    yield_now().await;
                }
                return;
            }
            for limit in [1, 3, 7] {
                let mut met = Vec::new();
                let mut after = None;
                loop {
                    let (members, end) = probe.page(&key, after.as_ref(), limit).await;
                    met.extend(members);
                    after = end.next;
                    if after.is_none() {
                        break;
                    }
                    yield_now().await;
                }
                let names = super::probe::names(&met);
                let stayed: Vec<_> =
                    names.iter().filter(|name| name.starts_with("stays-")).cloned().collect();
                assert_eq!(stayed, stay, "{probe}: by {limit}");
            }
        }
    })
    .await;
}

/// Writes down the numbers of what is committed, as they come.
struct Scribe<'a> {
    order: &'a Mutex<Vec<u64>>,
    decided: u64,
}

impl Decider for Scribe<'_> {
    fn decide(&mut self, seen: &Slice<'_>) -> Result<Delta, Refusal> {
        let mut tally = *seen.room()?.tally;
        tally.newest_ban += 1;
        self.decided = tally.newest_ban;
        Ok(Delta { tally: Some(tally), ..Delta::default() })
    }

    fn committed(&mut self, dropped: Vec<DroppedLetter>) {
        assert_eq!(dropped, [], "nothing had to go");
        self.order.lock().push(self.decided);
    }
}

pub(super) async fn whoever_decided_hears_of_the_commits_in_their_order(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    race(&probe, |probe, _| {
        let (key, order) = (key.clone(), Arc::clone(&order));
        async move {
            for _ in 0..100 {
                let mut scribe = Scribe { order: &order, decided: 0 };
                let done = probe.store.transact(&key, Need::default(), &mut scribe).await;
                assert_eq!(done, Ok(()), "{probe}: it is written");
                yield_now().await;
            }
        }
    })
    .await;
    assert_eq!(*order.lock(), (1..=100 * RACERS).collect::<Vec<_>>(), "{probe}: each once");
}
