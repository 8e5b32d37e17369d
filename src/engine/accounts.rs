//! Accounts: imported, looked at, deleted, and whether one exists.
//!
//! Where the settings take any account, all of them exist; else those that were imported, and the
//! administrators, who are the app's from the start.

use super::app::App;
use super::{Engine, Failure};
use crate::config::Accounts;
use crate::domain::{
    Account, AccountRecord, AccountView, MemberView, Refusal, RoomId, RoomView, Vanish,
};
use crate::store::AccountPut;

/// How often it is looked which rooms an account is in that is deleted. Twice is enough if nobody puts
/// it into another one meanwhile.
const MAX_LOOKS: usize = 3;

/// What became of an account that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// It is there now, and has this record.
    Done,
    /// The app has as many as its plan allows.
    Full {
        /// The limit.
        at_most: u32,
    },
}

impl Engine {
    /// Imports accounts, new or known: what is given of each takes the place of what was known.
    /// Answers what became of each.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn import_accounts(
        &self,
        app: &App,
        records: &[AccountRecord],
    ) -> Result<Vec<Import>, Failure> {
        let quota = app.chat().quota.accounts;
        let at_most = quota.map_or(u64::MAX, u64::from);
        let put = app.store.put_accounts(app.id(), records, at_most).await?;
        let became = |put: AccountPut| match put {
            AccountPut::New | AccountPut::Replaced => Import::Done,
            AccountPut::Full => Import::Full { at_most: quota.unwrap_or(u32::MAX) },
        };
        Ok(put.into_iter().map(became).collect())
    }

    /// Shows accounts one after another, each with its record if it was imported.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn accounts(
        &self,
        app: &App,
        accounts: &[Account],
        mut see: impl FnMut(&Account, Option<AccountView<'_>>) + Send,
    ) -> Result<(), Failure> {
        Ok(app.store.see_accounts(app.id(), accounts, &mut see).await?)
    }

    /// What accounts are called, one after another; empty for those that have no name.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn nicks(&self, app: &App, accounts: &[Account]) -> Result<Vec<String>, Failure> {
        let mut nicks = Vec::with_capacity(accounts.len());
        let looking = self.accounts(app, accounts, |_, record| {
            nicks.push(record.map_or_else(String::new, |record| record.nick.to_owned()));
        });
        looking.await?;
        Ok(nicks)
    }

    /// Deletes an account that was imported: it goes from every room, as what it was there, and then
    /// its record does. Answers whether it had one; without one nothing is done.
    ///
    /// Each room is a step of its own, which does no harm a second time. The record goes last: after
    /// a failure the account is there to be deleted once more, and the rooms that it left stay left.
    /// Whoever puts it into a room while this runs may find it there afterwards.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn delete_account(&self, app: &App, account: &Account) -> Result<bool, Failure> {
        let mut imported = false;
        let looking = self.accounts(app, std::slice::from_ref(account), |_, record| {
            imported = record.is_some();
        });
        looking.await?;
        if !imported {
            return Ok(false);
        }
        self.vanish(app, account).await?;
        app.set_offline(account);
        Ok(app.store.remove_account(app.id(), account).await?)
    }

    /// Takes an account out of every room it is in. Looks again, a few times, for rooms it came into
    /// meanwhile.
    async fn vanish(&self, app: &App, account: &Account) -> Result<(), Failure> {
        let vanish = Vanish { account: account.clone() };
        for _ in 0..MAX_LOOKS {
            let mut rooms = Vec::new();
            let mut see = |room: &RoomId, _: &RoomView<'_>, _: &MemberView<'_>| {
                rooms.push(room.clone());
            };
            self.joined(app, account, &mut see).await?;
            if rooms.is_empty() {
                break;
            }
            for room in &rooms {
                match self.run(app, room, &vanish).await {
                    // A room that ended meanwhile has nobody in it.
                    Ok(()) | Err(Failure::Refused(Refusal::NoSuchRoom)) => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        Ok(())
    }

    /// The first of these accounts that does not exist.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn first_unknown<'a>(
        &self,
        app: &App,
        accounts: &'a [Account],
    ) -> Result<Option<&'a Account>, Failure> {
        if app.chat().accounts == Accounts::Any {
            return Ok(None);
        }
        let (mut nth, mut unknown) = (0, None);
        let looking = self.accounts(app, accounts, |account, record| {
            let exists = record.is_some() || app.admin(account.as_str()).is_some();
            if !exists && unknown.is_none() {
                unknown = Some(nth);
            }
            nth += 1;
        });
        looking.await?;
        Ok(unknown.map(|nth: usize| &accounts[nth]))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Defaults, Settings, Sources};
    use crate::domain::{
        AppId, CreateGroup, CreateRoom, Enter, FirstMember, Gate, GroupProfile, GroupType, Need,
        Role, Silenced,
    };
    use crate::store::{Fault, Faulty, MemoryStore, RoomStore};
    use crate::telemetry::Metrics;

    fn account(text: &str) -> Account {
        Account::parse(text).unwrap()
    }

    fn room(text: &str) -> RoomId {
        RoomId::parse(text).unwrap()
    }

    fn engine(store: impl RoomStore) -> (Engine, Arc<App>) {
        let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let engine = Engine::new(&settings.apps, Arc::new(store), metrics);
        let app = engine.app(AppId(88_888_888)).unwrap();
        (engine, app)
    }

    async fn import(engine: &Engine, app: &App, name: &str) {
        let record = AccountRecord { account: account(name), nick: "".into(), face_url: "".into() };
        assert_eq!(engine.import_accounts(app, &[record]).await, Ok(vec![Import::Done]));
    }

    /// A group of a type that has an owner, and in which bob is.
    async fn group(engine: &Engine, app: &App, id: &str, of: GroupType, owner: &str) {
        let bob = FirstMember {
            account: account("bob"),
            admin: false,
            name: "".into(),
            msg_flag: None,
            fields: Vec::new(),
        };
        let create = CreateGroup {
            by: account("admin"),
            group_type: of,
            owner: Some(account(owner)),
            name: "".into(),
            max_member_count: 10,
            profile: GroupProfile::default(),
            created_ms: None,
            members: vec![bob],
        };
        engine.run(app, &room(id), &create).await.unwrap();
    }

    /// The rooms that an account is in.
    async fn rooms(engine: &Engine, app: &App, who: &str) -> Vec<String> {
        let mut rooms = Vec::new();
        let mut see = |room: &RoomId, _: &RoomView<'_>, _: &MemberView<'_>| {
            rooms.push(room.to_string());
        };
        engine.joined(app, &account(who), &mut see).await.unwrap();
        rooms
    }

    async fn is_imported(engine: &Engine, app: &App, who: &str) -> bool {
        let mut imported = false;
        let who = [account(who)];
        let looking = engine.accounts(app, &who, |_, record| imported = record.is_some());
        looking.await.unwrap();
        imported
    }

    #[tokio::test]
    async fn who_is_deleted_is_in_no_room_whatever_it_was_there() {
        let (engine, app) = engine(MemoryStore::new());
        import(&engine, &app, "ada").await;
        for (id, of) in [("private", GroupType::Private), ("public", GroupType::Public)] {
            group(&engine, &app, id, of, "ada").await;
        }
        let create = CreateRoom {
            by: account("ada"),
            owner: account("ada"),
            name: "".into(),
            max_member_count: None,
            start_s: None,
            end_s: None,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            invitees: vec![],
        };
        for id in ["listed", "entered"] {
            engine.run(&app, &room(id), &create).await.unwrap();
        }
        let enter = Enter::of(account("ada"));
        engine.run(&app, &room("entered"), &enter).await.unwrap();
        app.set_online(&account("ada")).unwrap();
        assert_eq!(rooms(&engine, &app, "ada").await.len(), 4);

        assert_eq!(engine.delete_account(&app, &account("ada")).await, Ok(true));
        assert_eq!(rooms(&engine, &app, "ada").await, Vec::<String>::new());
        assert!(!is_imported(&engine, &app, "ada").await && !app.is_online("ada"));
        for (id, owner, members) in [
            ("private", None, 1),
            ("public", None, 1),
            ("listed", Some("ada"), 0),
            ("entered", Some("ada"), 0),
        ] {
            let room = room(id);
            let looking = engine.look(&app, &room, Need::default(), |seen, _| {
                (seen.facts.owner.clone(), seen.tally.members)
            });
            assert_eq!(looking.await, Ok((owner.map(account), members)), "{id}");
        }
        let bob = [account("bob")];
        let need = Need { accounts: &bob, ..Need::default() };
        let public = room("public");
        let looking =
            engine.look(&app, &public, need, |_, slice| slice.member().map(|member| member.role));
        assert_eq!(looking.await, Ok(Some(Role::Member)), "the others stay");
        assert_eq!(engine.delete_account(&app, &account("ada")).await, Ok(false));
    }

    #[tokio::test]
    async fn who_was_not_imported_stays_where_it_is() {
        let (engine, app) = engine(MemoryStore::new());
        group(&engine, &app, "g", GroupType::Public, "ada").await;
        app.set_online(&account("bob")).unwrap();
        assert_eq!(engine.delete_account(&app, &account("bob")).await, Ok(false));
        assert_eq!(rooms(&engine, &app, "bob").await, ["g"]);
        assert!(app.is_online("bob"));
    }

    /// The import and three groups are four transactions; each room of bob's is one more, and the
    /// record is the last.
    #[tokio::test]
    async fn after_a_failure_it_is_deleted_once_more() {
        let rows = [
            (Fault::Commit { at: 5 }, 3, Ok(true)),
            (Fault::Answer { at: 5 }, 2, Ok(true)),
            (Fault::Commit { at: 7 }, 1, Ok(true)),
            (Fault::Answer { at: 7 }, 0, Ok(true)),
            (Fault::Commit { at: 8 }, 0, Ok(true)),
            (Fault::Answer { at: 8 }, 0, Ok(false)),
        ];
        for (fault, left, again) in rows {
            let (engine, app) = engine(Faulty::new(Arc::new(MemoryStore::new()), fault));
            import(&engine, &app, "bob").await;
            for id in ["a", "b", "c"] {
                group(&engine, &app, id, GroupType::Public, "ada").await;
            }
            let bob = account("bob");
            let failed = engine.delete_account(&app, &bob).await;
            assert_eq!(failed, Err(Failure::Unavailable), "{fault:?}");
            assert_eq!(rooms(&engine, &app, "bob").await.len(), left, "{fault:?}");
            let is_left = again == Ok(true);
            assert_eq!(is_imported(&engine, &app, "bob").await, is_left, "{fault:?}");
            assert_eq!(engine.delete_account(&app, &bob).await, again, "{fault:?}");
            assert_eq!(rooms(&engine, &app, "bob").await, Vec::<String>::new(), "{fault:?}");
            assert!(!is_imported(&engine, &app, "bob").await);
        }
    }
}
