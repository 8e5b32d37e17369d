//! Ids for groups whose creators name none: `@TGS#`, a letter for the type, nine letters and digits.
//!
//! A counter, mixed with the process's seed, as request ids are. Two may meet, and one may meet an id
//! that a creator chose: then another is tried, a few times.

use std::sync::atomic::{AtomicU64, Ordering};

use super::request_id::mix;
use super::{App, Engine, Failure};
use crate::domain::{CreateGroup, GroupType, Refusal, RoomId};

/// How many letters and digits there are behind the type's: 10^14 ids of each type.
const LENGTH: usize = 9;
/// How many ids are tried for one group.
const MAX_TRIES: usize = 8;
const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Gives groups their ids.
pub(super) struct GroupIds {
    seed: u64,
    sequence: AtomicU64,
}

impl GroupIds {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, sequence: AtomicU64::new(0) }
    }

    pub(super) fn next(&self, of: GroupType) -> RoomId {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let mut rest = mix(self.seed.wrapping_add(sequence));
        let mut id = String::from(prefix(of));
        for _ in 0..LENGTH {
            id.push(LETTERS[(rest % 36) as usize].into());
            rest /= 36;
        }
        RoomId::parse(&id).expect("a few letters and digits are an id")
    }
}

/// What the vendor's ids of a type begin with.
fn prefix(of: GroupType) -> &'static str {
    match of {
        GroupType::Private => "@TGS#1",
        GroupType::Public => "@TGS#2",
        GroupType::ChatRoom => "@TGS#3",
        GroupType::AvChatRoom => "@TGS#a",
        GroupType::Community => "@TGS#_@TGS#c",
    }
}

impl Engine {
    /// Makes a group under an id of our own, which is answered.
    ///
    /// # Errors
    /// What the operation refuses, but for an id that is in use; [`Failure::Unavailable`], also when
    /// all the ids that were tried are in use.
    pub async fn create_group(&self, app: &App, group: &CreateGroup) -> Result<RoomId, Failure> {
        for _ in 0..MAX_TRIES {
            let id = self.group_ids.next(group.group_type);
            match self.run(app, &id, group).await {
                Err(Failure::Refused(
                    Refusal::RoomExists | Refusal::RoomExistsAndYours | Refusal::IsAGroup,
                )) => {}
                outcome => return outcome.map(|()| id),
            }
        }
        Err(Failure::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;
    use crate::config::{Defaults, Settings, Sources};
    use crate::domain::{Account, AppId, GroupProfile};
    use crate::store::MemoryStore;
    use crate::telemetry::Metrics;

    #[test]
    fn they_begin_with_their_type_and_differ() {
        let ids = GroupIds::new(7);
        let mut seen = HashSet::new();
        for of in GroupType::ALL {
            for _ in 0..1_000 {
                let id = ids.next(of);
                let rest = id.as_str().strip_prefix(prefix(of)).unwrap();
                assert_eq!(rest.len(), LENGTH);
                assert!(rest.bytes().all(|byte| LETTERS.contains(&byte)), "{id}");
                assert!(seen.insert(rest.to_owned()), "{id}");
            }
        }
    }

    #[test]
    fn one_seed_gives_one_row_of_ids_and_another_seed_another() {
        let row = |seed| {
            let ids = GroupIds::new(seed);
            [(); 3].map(|()| ids.next(GroupType::Public))
        };
        assert_eq!(row(1), row(1));
        assert_ne!(row(1), row(u64::MAX));
    }

    #[tokio::test]
    async fn an_id_in_use_is_passed_over_a_few_times() {
        let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let mut engine = Engine::new(&settings.apps, Arc::new(MemoryStore::new()), metrics);
        let app = engine.app(AppId(88_888_888)).unwrap();
        let group = CreateGroup {
            by: Account::parse("admin").unwrap(),
            group_type: GroupType::Public,
            owner: None,
            name: "".into(),
            max_member_count: 10,
            profile: GroupProfile::default(),
            created_ms: None,
            members: Vec::new(),
        };
        // The ids that are going to be tried.
        let to_come = GroupIds::new(7);
        let ids: Vec<RoomId> = (0..MAX_TRIES).map(|_| to_come.next(group.group_type)).collect();
        let (last, taken) = ids.split_last().unwrap();
        for id in taken {
            engine.run(&app, id, &group).await.unwrap();
        }
        engine.group_ids = GroupIds::new(7);
        assert_eq!(engine.create_group(&app, &group).await.as_ref(), Ok(last));
        engine.group_ids = GroupIds::new(7);
        assert_eq!(engine.create_group(&app, &group).await, Err(Failure::Unavailable));
        assert_eq!(engine.room_count(&app).await, Ok(MAX_TRIES as u64), "nothing else was made");
    }
}
