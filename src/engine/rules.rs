//! Rules that forbid something: made, listed, lifted, and asked before somebody comes in or publishes.
//!
//! Whether a rule holds is read by the app's clock; those that are over are not shown, whether the
//! store still has them or not. A rule is of another key than any room: it is read just before the
//! room is changed, so that whoever makes one while somebody enters may be a moment late.

use std::net::IpAddr;

use super::{App, Engine, Failure};
use crate::domain::{Account, Deed, Deeds, ForbidKey, ForbidKind, ForbidRule, RoomId};
use crate::store::RulePut;

/// The most rules in force of an app that are against addresses.
pub const MAX_IP_RULES: u64 = 100;
/// The most rules in force of an app of each other kind that is against people.
pub const MAX_USER_RULES: u64 = 200;
/// The most rules in force of an app that are against streams.
pub const MAX_STREAM_RULES: u64 = 10_000;

/// What became of a rule that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forbade {
    /// It is in force.
    Done(ForbidRule),
    /// The app has as many of its kind in force as may be.
    TooMany {
        /// The limit.
        at_most: u64,
    },
}

/// The most rules of a kind that are in force.
pub(super) fn at_most(kind: ForbidKind) -> u64 {
    match kind {
        ForbidKind::Ip => MAX_IP_RULES,
        ForbidKind::Room | ForbidKind::User | ForbidKind::RoomUser => MAX_USER_RULES,
        ForbidKind::Stream => MAX_STREAM_RULES,
    }
}

impl Engine {
    /// Makes a rule that holds from now on for some time; it takes the place of any other of its key.
    /// Nobody who is inside has to go.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn forbid(
        &self,
        app: &App,
        key: ForbidKey,
        forbids: Deeds,
        for_ms: u64,
    ) -> Result<Forbade, Failure> {
        let (now_ms, at_most) = (app.now_ms(), at_most(key.kind()));
        let until_ms = now_ms.saturating_add(for_ms);
        let rule = ForbidRule { key, forbids, created_ms: now_ms, until_ms };
        Ok(match app.store.put_rule(app.id(), &rule, at_most, now_ms).await? {
            RulePut::Done => Forbade::Done(rule),
            RulePut::Full => Forbade::TooMany { at_most },
        })
    }

    /// Lifts a rule; answers whether it was in force.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn lift(&self, app: &App, key: &ForbidKey) -> Result<bool, Failure> {
        let lifted = app.store.remove_rule(app.id(), key).await?;
        Ok(lifted.is_some_and(|rule| rule.in_force(app.now_ms())))
    }

    /// Shows the rules of one kind that are in force, in the order of making.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn forbid_rules(
        &self,
        app: &App,
        kind: ForbidKind,
        mut see: impl FnMut(&ForbidRule) + Send,
    ) -> Result<(), Failure> {
        let now_ms = app.now_ms();
        let mut look = |rule: &ForbidRule| {
            if rule.in_force(now_ms) {
                see(rule);
            }
        };
        Ok(app.store.rules(app.id(), kind, &mut look).await?)
    }

    /// Shows some keys one after another, each with its rule if one is in force.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn forbid_rules_of(
        &self,
        app: &App,
        keys: &[ForbidKey],
        mut see: impl FnMut(&ForbidKey, Option<&ForbidRule>) + Send,
    ) -> Result<(), Failure> {
        let now_ms = app.now_ms();
        let mut look = |key: &ForbidKey, rule: Option<&ForbidRule>| {
            see(key, rule.filter(|rule| rule.in_force(now_ms)));
        };
        Ok(app.store.see_rules(app.id(), keys, &mut look).await?)
    }

    /// The rule by which somebody may not do this in a room now, if there is one: the first of those
    /// against the address, the room, the person, and the person in this room.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn forbidden(
        &self,
        app: &App,
        room: &RoomId,
        account: &Account,
        ip: Option<IpAddr>,
        what: Deed,
    ) -> Result<Option<ForbidRule>, Failure> {
        let mut keys = Vec::with_capacity(4);
        keys.extend(ip.map(ForbidKey::ip));
        keys.push(ForbidKey::Room(room.clone()));
        keys.push(ForbidKey::User(account.clone()));
        keys.push(ForbidKey::RoomUser(room.clone(), account.clone()));
        let (now_ms, mut found) = (app.now_ms(), None);
        let mut look = |_: &ForbidKey, rule: Option<&ForbidRule>| {
            if found.is_none() {
                found = rule.filter(|rule| rule.forbids_now(what, now_ms)).cloned();
            }
        };
        app.store.see_rules(app.id(), &keys, &mut look).await?;
        Ok(found)
    }

    /// As [`forbidden`](Self::forbidden), of several people in one room whose addresses are not
    /// known, each in the place that it was asked for.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn forbidden_each(
        &self,
        app: &App,
        room: &RoomId,
        accounts: &[Account],
        what: Deed,
    ) -> Result<Vec<Option<ForbidRule>>, Failure> {
        let mut found = vec![None; accounts.len()];
        // Most apps have no rule, and need not make two keys for each person.
        if app.store.counts(app.id()).await?.rules == 0 {
            return Ok(found);
        }
        let mut keys = Vec::with_capacity(1 + 2 * accounts.len());
        keys.push(ForbidKey::Room(room.clone()));
        for account in accounts {
            keys.push(ForbidKey::User(account.clone()));
            keys.push(ForbidKey::RoomUser(room.clone(), account.clone()));
        }
        let (now_ms, mut nth, mut of_room) = (app.now_ms(), 0, None);
        let mut look = |_: &ForbidKey, rule: Option<&ForbidRule>| {
            let rule = rule.filter(|rule| rule.forbids_now(what, now_ms));
            if nth == 0 {
                of_room = rule.cloned();
            } else if let Some(rule) = rule {
                found[(nth - 1) / 2].get_or_insert_with(|| rule.clone());
            }
            nth += 1;
        };
        app.store.see_rules(app.id(), &keys, &mut look).await?;
        Ok(match of_room {
            Some(rule) => vec![Some(rule); accounts.len()],
            None => found,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Defaults, Settings, Sources};
    use crate::domain::{AppId, StreamId};
    use crate::engine::ClockSetting;
    use crate::store::{Fault, Faulty, MemoryStore, RoomStore};
    use crate::telemetry::Metrics;

    const THEN_MS: u64 = 4_000_000_000_500;

    fn account(text: &str) -> Account {
        Account::parse(text).unwrap()
    }

    fn room(text: &str) -> RoomId {
        RoomId::parse(text).unwrap()
    }

    /// An app whose clock stands.
    fn engine_on(store: impl RoomStore) -> (Engine, Arc<App>) {
        let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let engine = Engine::new(&settings.apps, Arc::new(store), metrics);
        let app = engine.app(AppId(88_888_888)).unwrap();
        app.clock.set(ClockSetting { now_ms: Some(THEN_MS), frozen: true }).unwrap();
        (engine, app)
    }

    fn engine() -> (Engine, Arc<App>) {
        engine_on(MemoryStore::new())
    }

    async fn forbid(engine: &Engine, app: &App, key: &ForbidKey, what: Deed, for_ms: u64) {
        let made = engine.forbid(app, key.clone(), Deeds::of(&[what]), for_ms).await;
        assert!(matches!(made, Ok(Forbade::Done(_))), "{key}: {made:?}");
    }

    /// The nth key of a kind.
    fn nth(kind: ForbidKind, nth: u32) -> ForbidKey {
        let text = nth.to_string();
        match kind {
            ForbidKind::Ip => ForbidKey::ip(nth.to_be_bytes().into()),
            ForbidKind::Room => ForbidKey::Room(room(&text)),
            ForbidKind::User => ForbidKey::User(account(&text)),
            ForbidKind::RoomUser => ForbidKey::RoomUser(room("r"), account(&text)),
            ForbidKind::Stream => ForbidKey::Stream(room("r"), StreamId::parse(&text).unwrap()),
        }
    }

    #[tokio::test]
    async fn n_rules_of_each_kind_are_in_force_and_not_n_plus_1() {
        let (engine, app) = engine();
        for (kind, limit) in ForbidKind::ALL.into_iter().zip([100, 200, 200, 200, 10_000]) {
            // The last one ends first.
            for at in 1..limit {
                forbid(&engine, &app, &nth(kind, at), Deed::Login, 1_000).await;
            }
            forbid(&engine, &app, &nth(kind, limit), Deed::Login, 10).await;
            let one_more = nth(kind, limit + 1);
            let deeds = Deeds::of(&[Deed::Login]);
            let made = engine.forbid(&app, one_more.clone(), deeds, 1_000).await;
            assert_eq!(made, Ok(Forbade::TooMany { at_most: limit.into() }), "{kind:?}");
            forbid(&engine, &app, &nth(kind, 1), Deed::Login, 1_000).await;
            app.clock.forward_to(app.now_ms() + 9);
            let made = engine.forbid(&app, one_more.clone(), deeds, 1_000).await;
            assert_eq!(made, Ok(Forbade::TooMany { at_most: limit.into() }), "{kind:?}");
            app.clock.forward_to(app.now_ms() + 1);
            forbid(&engine, &app, &one_more, Deed::Login, 1_000).await;
        }
    }

    #[tokio::test]
    async fn a_rule_forbids_what_it_says_to_whom_it_says() {
        let (bob, r) = (account("bob"), room("r"));
        let ip: IpAddr = [192, 0, 2, 1].into();
        let keys = [
            ForbidKey::ip("::ffff:192.0.2.1".parse().unwrap()),
            ForbidKey::Room(r.clone()),
            ForbidKey::User(bob.clone()),
            ForbidKey::RoomUser(r.clone(), bob.clone()),
        ];
        // Whether each rule holds for: bob in r from the address, bob in r from another, bob in r
        // from nowhere known, bob in s, eve in r, eve in s from the address.
        let holds = [
            [true, false, false, false, false, true],
            [true, true, true, false, true, false],
            [true, true, true, true, false, false],
            [true, true, true, false, false, false],
        ];
        for (key, holds) in keys.iter().zip(holds) {
            for what in [Deed::Login, Deed::Publish] {
                let (engine, app) = engine();
                forbid(&engine, &app, key, what, 1_000).await;
                let (s, eve) = (room("s"), account("eve"));
                let asked = [
                    (&r, &bob, Some(ip)),
                    (&r, &bob, Some([192, 0, 2, 2].into())),
                    (&r, &bob, None),
                    (&s, &bob, None),
                    (&r, &eve, None),
                    (&s, &eve, Some(ip)),
                ];
                for ((room, who, ip), holds) in asked.into_iter().zip(holds) {
                    for deed in [Deed::Login, Deed::Publish] {
                        let found = engine.forbidden(&app, room, who, ip, deed).await.unwrap();
                        let found = found.map(|rule| rule.key);
                        let forbids = deed == what || what == Deed::Login;
                        let expected = (holds && forbids).then(|| key.clone());
                        assert_eq!(found, expected, "{deed:?} of {who} in {room} from {ip:?}");
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn of_several_rules_the_widest_is_named() {
        let (engine, app) = engine();
        let (bob, r, ip) = (account("bob"), room("r"), IpAddr::from([192, 0, 2, 1]));
        let keys = [
            ForbidKey::RoomUser(r.clone(), bob.clone()),
            ForbidKey::User(bob.clone()),
            ForbidKey::Room(r.clone()),
            ForbidKey::ip(ip),
        ];
        for key in keys {
            forbid(&engine, &app, &key, Deed::Login, 1_000).await;
            let found = engine.forbidden(&app, &r, &bob, Some(ip), Deed::Login).await.unwrap();
            assert_eq!(found.map(|rule| rule.key), Some(key));
        }
    }

    #[tokio::test]
    async fn many_are_asked_about_as_each_of_them() {
        let (engine, app) = engine();
        let (r, s) = (room("r"), room("s"));
        let many = ["bob", "eve", "ann", "dan", "bob"].map(account);
        let each = engine.forbidden_each(&app, &r, &many, Deed::Login).await;
        assert_eq!(each, Ok(vec![None; 5]), "no rule at all");
        let rules = [
            (ForbidKey::User(many[0].clone()), Deed::Login, 500),
            (ForbidKey::RoomUser(r.clone(), many[0].clone()), Deed::Login, 1_000),
            (ForbidKey::RoomUser(r.clone(), many[1].clone()), Deed::Login, 1_000),
            (ForbidKey::RoomUser(s.clone(), many[2].clone()), Deed::Login, 1_000),
            (ForbidKey::User(many[3].clone()), Deed::Publish, 1_000),
        ];
        for (key, what, for_ms) in &rules {
            forbid(&engine, &app, key, *what, *for_ms).await;
        }
        let in_room = ForbidKey::Room(r.clone());
        for turn in 0..3 {
            for room in [&r, &s] {
                for what in [Deed::Login, Deed::Publish] {
                    let mut alone = Vec::new();
                    for one in &many {
                        alone.push(engine.forbidden(&app, room, one, None, what).await.unwrap());
                    }
                    let each = engine.forbidden_each(&app, room, &many, what).await;
                    assert_eq!(each, Ok(alone), "{what:?} in {room}, turn {turn}");
                }
            }
            let refused = engine.forbidden_each(&app, &r, &many, Deed::Login).await.unwrap();
            let refused: Vec<_> = refused.into_iter().map(|rule| rule.map(|it| it.key)).collect();
            let [user, user_here, eve, ..] = rules.each_ref().map(|(key, ..)| Some(key.clone()));
            let everybody = Some(in_room.clone());
            match turn {
                0 => assert_eq!(refused, [user.clone(), eve, None, None, user]),
                1 => assert_eq!(refused, [user_here.clone(), eve, None, None, user_here]),
                _ => assert_eq!(refused, vec![everybody; 5]),
            }
            app.clock.forward_to(THEN_MS + 500);
            if turn == 1 {
                forbid(&engine, &app, &in_room, Deed::Login, 1_000).await;
            }
        }
    }

    #[tokio::test]
    async fn what_is_over_is_not_shown_and_was_not_there() {
        let (engine, app) = engine();
        let (long, short) = (nth(ForbidKind::User, 1), nth(ForbidKind::User, 2));
        forbid(&engine, &app, &short, Deed::Login, 1_000).await;
        forbid(&engine, &app, &long, Deed::Login, 2_000).await;
        let rows = [(999, vec![2, 1]), (1_000, vec![1]), (1_999, vec![1]), (2_000, vec![])];
        for (after_ms, expected) in rows {
            app.clock.forward_to(THEN_MS + after_ms);
            let expected: Vec<_> =
                expected.into_iter().map(|at| nth(ForbidKind::User, at)).collect();
            let mut listed = Vec::new();
            let see = |rule: &ForbidRule| listed.push(rule.key.clone());
            engine.forbid_rules(&app, ForbidKind::User, see).await.unwrap();
            assert_eq!(listed, expected, "{after_ms}");
            let (mut of, keys) = (Vec::new(), [long.clone(), short.clone()]);
            let see = |key: &ForbidKey, rule: Option<&ForbidRule>| {
                of.push(rule.is_some());
                assert!(rule.is_none_or(|rule| rule.key == *key && rule.created_ms == THEN_MS));
            };
            engine.forbid_rules_of(&app, &keys, see).await.unwrap();
            assert_eq!(of, keys.map(|key| expected.contains(&key)), "{after_ms}");
        }
        assert_eq!(engine.lift(&app, &short).await, Ok(false), "it was over");
        forbid(&engine, &app, &short, Deed::Login, 1_000).await;
        assert_eq!(engine.lift(&app, &short).await, Ok(true));
        assert_eq!(engine.lift(&app, &short).await, Ok(false));
    }

    #[tokio::test]
    async fn a_store_that_fails_forbids_nothing_and_lets_nobody_by() {
        let (engine, app) = engine_on(Faulty::new(Arc::new(MemoryStore::new()), Fault::Reads));
        let (r, many) = (room("r"), [account("bob")]);
        let alone = engine.forbidden(&app, &r, &many[0], None, Deed::Login).await;
        assert_eq!(alone, Err(Failure::Unavailable));
        let each = engine.forbidden_each(&app, &r, &many, Deed::Login).await;
        assert_eq!(each, Err(Failure::Unavailable));
        let fault = Fault::Commit { at: 1 };
        let (engine, app) = engine_on(Faulty::new(Arc::new(MemoryStore::new()), fault));
        let user = nth(ForbidKind::User, 1);
        let made = engine.forbid(&app, user.clone(), Deeds::of(&[Deed::Login]), 1_000).await;
        assert_eq!(made, Err(Failure::Unavailable));
        forbid(&engine, &app, &user, Deed::Login, 1_000).await;
    }
}
