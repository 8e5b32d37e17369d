//! Rules that forbid something: put, looked up, listed, removed, and gone with their epoch.

use super::probe::{APP, NOW_MS, Probe, account, room_id};
use super::racing::race;
use crate::domain::{AppId, Deed, Deeds, ForbidKey, ForbidKind, ForbidRule, StreamId};
use crate::store::RulePut;

const OTHER: AppId = AppId(2);

fn user(name: &str) -> ForbidKey {
    ForbidKey::User(account(name))
}

/// One key of each kind, that have the same names in them.
fn of_each_kind(name: &str) -> [ForbidKey; 5] {
    [
        ForbidKey::ip([192, 0, 2, name.len() as u8].into()),
        ForbidKey::Room(room_id(name)),
        user(name),
        ForbidKey::RoomUser(room_id(name), account(name)),
        ForbidKey::Stream(room_id(name), StreamId::parse(name).expect("a name is an id")),
    ]
}

fn rule(key: &ForbidKey, until_ms: u64) -> ForbidRule {
    let forbids = Deeds::of(&[Deed::Login]);
    ForbidRule { key: key.clone(), forbids, created_ms: NOW_MS, until_ms }
}

async fn put(probe: &Probe, app: AppId, rule: &ForbidRule, at_most: u64, now_ms: u64) -> RulePut {
    match probe.store.put_rule(app, rule, at_most, now_ms).await {
        Ok(put) => put,
        Err(error) => panic!("{probe}: {rule:?} is not put: {error}"),
    }
}

/// Puts a rule that nothing speaks against.
async fn make(probe: &Probe, rule: &ForbidRule) {
    assert_eq!(put(probe, APP, rule, u64::MAX, NOW_MS).await, RulePut::Done, "{probe}: {rule:?}");
}

/// The rules of some keys, each where it was asked for.
async fn seen(probe: &Probe, app: AppId, keys: &[ForbidKey]) -> Vec<Option<ForbidRule>> {
    let (mut rules, mut asked) = (Vec::new(), Vec::new());
    let mut see = |key: &ForbidKey, rule: Option<&ForbidRule>| {
        asked.push(key.clone());
        rules.push(rule.cloned());
    };
    assert_eq!(probe.store.see_rules(app, keys, &mut see).await, Ok(()), "{probe}: looked up");
    assert_eq!(asked, keys, "{probe}: each is shown once, in the order of the question");
    rules
}

async fn listed(probe: &Probe, app: AppId, kind: ForbidKind) -> Vec<ForbidRule> {
    let mut rules = Vec::new();
    let mut see = |rule: &ForbidRule| rules.push(rule.clone());
    assert_eq!(probe.store.rules(app, kind, &mut see).await, Ok(()), "{probe}: {kind:?}");
    rules
}

async fn count(probe: &Probe, app: AppId) -> u64 {
    match probe.store.counts(app).await {
        Ok(counts) => counts.rules,
        Err(error) => panic!("{probe}: {app} is not counted: {error}"),
    }
}

pub(super) async fn rules_are_kept_by_key_and_of_each_app(probe: Probe) {
    assert_eq!(count(&probe, APP).await, 0, "{probe}: none at first");
    let keys = of_each_kind("anna");
    assert_eq!(seen(&probe, APP, &keys).await, vec![None; 5], "{probe}: none of any kind");
    assert_eq!(probe.store.remove_rule(APP, &keys[0]).await, Ok(None), "{probe}: nothing there");
    for (key, later_ms) in keys.iter().zip(1..) {
        make(&probe, &rule(key, NOW_MS + later_ms)).await;
    }
    let all: Vec<_> = keys.iter().zip(1..).map(|(key, ms)| Some(rule(key, NOW_MS + ms))).collect();
    assert_eq!(seen(&probe, APP, &keys).await, all, "{probe}: each by its key");
    let others = of_each_kind("annab");
    assert_eq!(seen(&probe, APP, &others).await, vec![None; 5], "{probe}: of no other key");
    let halves = [
        ForbidKey::RoomUser(room_id("anna"), account("bert")),
        ForbidKey::RoomUser(room_id("bert"), account("anna")),
        user("Anna"),
        keys[2].clone(),
    ];
    let one = vec![None, None, None, all[2].clone()];
    assert_eq!(seen(&probe, APP, &halves).await, one, "{probe}: of nothing that is like it");
    assert_eq!(seen(&probe, APP, &[]).await, [], "{probe}: nothing is asked for");
    assert_eq!(seen(&probe, OTHER, &keys).await, vec![None; 5], "{probe}: not of another app");
    assert_eq!((count(&probe, APP).await, count(&probe, OTHER).await), (5, 0), "{probe}: counted");

    assert_eq!(probe.store.remove_rule(OTHER, &keys[1]).await, Ok(None), "{probe}: not there");
    for (nth, (key, rule)) in (0..).zip(keys.iter().zip(&all)) {
        assert_eq!(probe.store.remove_rule(APP, key).await, Ok(rule.clone()), "{probe}: removed");
        assert_eq!(probe.store.remove_rule(APP, key).await, Ok(None), "{probe}: and gone");
        assert_eq!(count(&probe, APP).await, 4 - nth, "{probe}: one has gone");
        let left = seen(&probe, APP, &keys).await.iter().flatten().count();
        assert_eq!(left as u64, 4 - nth, "{probe}: the others stay");
    }
}

pub(super) async fn rules_are_listed_by_kind_in_the_order_of_making(probe: Probe) {
    let far = NOW_MS + 1_000;
    for kind in ForbidKind::ALL {
        assert_eq!(listed(&probe, APP, kind).await, [], "{probe}: {kind:?}, none");
    }
    let names = ["c", "a", "bb", "dddd"];
    for name in names {
        for key in of_each_kind(name) {
            make(&probe, &rule(&key, far)).await;
        }
    }
    // Ends say nothing about the order, and what is made again stands behind the others.
    let again = ForbidRule {
        forbids: Deeds::of(&[Deed::Publish]),
        created_ms: NOW_MS + 7,
        ..rule(&user("a"), NOW_MS + 1)
    };
    make(&probe, &again).await;
    let of_users = [rule(&user("c"), far), rule(&user("bb"), far), rule(&user("dddd"), far), again];
    assert_eq!(listed(&probe, APP, ForbidKind::User).await, of_users, "{probe}: users");
    let rooms: Vec<_> = listed(&probe, APP, ForbidKind::Room).await;
    let expected: Vec<_> =
        names.iter().map(|name| rule(&ForbidKey::Room(room_id(name)), far)).collect();
    assert_eq!(rooms, expected, "{probe}: rooms");
    // Two of the names are equally long, so that one address is there once.
    let ips: Vec<_> = listed(&probe, APP, ForbidKind::Ip).await;
    let expected: Vec<_> =
        names[1..].iter().map(|name| rule(&of_each_kind(name)[0], far)).collect();
    assert_eq!(ips, expected, "{probe}: addresses");
    for kind in ForbidKind::ALL {
        let rules = listed(&probe, APP, kind).await;
        assert!(rules.iter().all(|rule| rule.key.kind() == kind), "{probe}: {rules:?}");
        assert_eq!(listed(&probe, OTHER, kind).await, [], "{probe}: of another app");
    }
    let removed = probe.store.remove_rule(APP, &user("bb")).await;
    assert!(matches!(removed, Ok(Some(_))), "{probe}: {removed:?}");
    let left: Vec<_> =
        listed(&probe, APP, ForbidKind::User).await.into_iter().map(|rule| rule.key).collect();
    assert_eq!(left, ["c", "dddd", "a"].map(user), "{probe}: without one");
}

pub(super) async fn there_are_never_more_rules_in_force_than_allowed(probe: Probe) {
    let far = NOW_MS + 1_000;
    for name in ["a", "b", "c"] {
        let made = put(&probe, APP, &rule(&user(name), far), 3, NOW_MS).await;
        assert_eq!(made, RulePut::Done, "{probe}: {name}");
    }
    let fourth = rule(&user("d"), far);
    let full = put(&probe, APP, &fourth, 3, NOW_MS).await;
    assert_eq!(full, RulePut::Full, "{probe}: one more");
    assert_eq!(seen(&probe, APP, &[user("d")]).await, [None], "{probe}: it is not there");
    let longer = rule(&user("b"), far + 1);
    let again = put(&probe, APP, &longer, 3, NOW_MS).await;
    assert_eq!(again, RulePut::Done, "{probe}: one that is there already");
    assert_eq!(seen(&probe, APP, &[user("b")]).await, [Some(longer)], "{probe}: the last counts");
    for key in of_each_kind("d").iter().filter(|key| key.kind() != ForbidKind::User) {
        let other = put(&probe, APP, &rule(key, far), 3, NOW_MS).await;
        assert_eq!(other, RulePut::Done, "{probe}: kinds are counted apart");
    }
    assert_eq!(put(&probe, OTHER, &fourth, 3, NOW_MS).await, RulePut::Done, "{probe}: apps, too");
    let removed = probe.store.remove_rule(APP, &user("a")).await;
    assert!(matches!(removed, Ok(Some(_))), "{probe}: {removed:?}");
    assert_eq!(put(&probe, APP, &fourth, 3, NOW_MS).await, RulePut::Done, "{probe}: a free place");
    assert_eq!(put(&probe, APP, &fourth, 0, NOW_MS).await, RulePut::Done, "{probe}: it is there");
    let fifth = rule(&user("e"), far);
    assert_eq!(put(&probe, APP, &fifth, 0, NOW_MS).await, RulePut::Full, "{probe}: none allowed");
}

pub(super) async fn a_rule_that_is_over_makes_room_for_another(probe: Probe) {
    let ends = [50, 10, 30, 20, 40];
    for (name, end) in ["a", "b", "c", "d", "e"].into_iter().zip(ends) {
        make(&probe, &rule(&user(name), NOW_MS + end)).await;
    }
    let next = |nth: u64| rule(&user(&format!("next-{nth}")), NOW_MS + 1_000);
    assert_eq!(put(&probe, APP, &next(0), 5, NOW_MS + 9).await, RulePut::Full, "{probe}: none");
    for (nth, now_ms) in (0..5).zip([10, 20, 30, 40, 50]) {
        let made = put(&probe, APP, &next(nth), 5, NOW_MS + now_ms).await;
        assert_eq!(made, RulePut::Done, "{probe}: at {now_ms} one is over");
        let full = put(&probe, APP, &next(9), 5, NOW_MS + now_ms + 9).await;
        assert_eq!(full, RulePut::Full, "{probe}: and no other until the next is");
    }
    // Many that are over together count for none of them, and what is over can be made again.
    for nth in 0..40 {
        make(&probe, &rule(&ForbidKey::Room(room_id(&format!("r{nth}"))), NOW_MS + 1)).await;
    }
    let mut made = 0;
    for nth in (0..40).rev() {
        let rule = rule(&ForbidKey::Room(room_id(&format!("r{nth}"))), NOW_MS + 1_000);
        made += u64::from(put(&probe, APP, &rule, 3, NOW_MS + 1).await == RulePut::Done);
    }
    assert_eq!(made, 3, "{probe}: as many as allowed");
}

pub(super) async fn rules_that_are_over_do_not_heap_up(probe: Probe) {
    for nth in 0..500 {
        let rule = rule(&user(&format!("u{nth}")), NOW_MS + nth + 1);
        assert_eq!(put(&probe, APP, &rule, 20, NOW_MS + nth).await, RulePut::Done, "{probe}");
        let kept = count(&probe, APP).await;
        assert!(kept <= 20, "{probe}: {kept} are kept, of which one is in force");
    }
}

pub(super) async fn rules_are_gone_with_their_epoch(probe: Probe) {
    let keys = of_each_kind("anna");
    for app in [APP, OTHER] {
        for key in &keys {
            put(&probe, app, &rule(key, NOW_MS + 1), 1, NOW_MS).await;
        }
    }
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    assert_eq!(seen(&probe, APP, &keys).await, vec![None; 5], "{probe}: gone");
    for kind in ForbidKind::ALL {
        assert_eq!(listed(&probe, APP, kind).await, [], "{probe}: {kind:?} are gone");
        assert_eq!(listed(&probe, OTHER, kind).await.len(), 1, "{probe}: of that app alone");
    }
    assert_eq!((count(&probe, APP).await, count(&probe, OTHER).await), (0, 5), "{probe}: counted");
    let fresh = put(&probe, APP, &rule(&user("bert"), NOW_MS + 1), 1, NOW_MS).await;
    assert_eq!(fresh, RulePut::Done, "{probe}: nothing is counted from before");
}

pub(super) async fn of_many_who_make_rules_as_many_succeed_as_allowed(probe: Probe) {
    let making = race(&probe, |probe, nth| async move {
        let mut made = 0;
        for turn in 0..16 {
            let rule = rule(&user(&format!("user-{turn}-{nth}")), NOW_MS + 1);
            made += u64::from(put(&probe, APP, &rule, 20, NOW_MS).await == RulePut::Done);
        }
        made
    });
    let made: u64 = making.await.into_iter().sum();
    assert_eq!((made, count(&probe, APP).await), (20, 20), "{probe}: as many as allowed");
}
