//! Chat groups at a desk.

use futures_util::FutureExt;

use super::Desk;
use crate::domain::{
    Account, Decision, Delta, Env, Facts, FactsWrite, Gate, GroupProfile, GroupType, Need,
    Operation, RoomId, RoomKind, Silenced, Slice, Tally,
};

/// Writes a group that nobody is in.
struct WriteGroup(Account);

impl Operation for WriteGroup {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { create: true, ..Need::default() }
    }

    fn decide(&self, _: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let facts = Facts {
            kind: RoomKind::Group(GroupType::Public),
            name: "a group".into(),
            owner: Some(self.0.clone()),
            created_ms: env.now_ms,
            schedule: None,
            max_member_count: 200,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            profile: GroupProfile::default(),
        };
        let facts = FactsWrite::Put(Box::new(facts));
        Ok((Delta { facts, tally: Some(Tally::default()), ..Delta::default() }, ()))
    }
}

impl Desk {
    /// A chat group that is somebody's.
    pub(in crate::proto::tencent) fn group(&self, group: &str, owner: &str) {
        let (group, owner) = (RoomId::parse(group).unwrap(), Account::parse(owner).unwrap());
        let (app, write) = (self.app(), WriteGroup(owner));
        let writing = self.engine.run(&app, &group, &write);
        writing.now_or_never().expect("memory answers at once").unwrap();
    }
}
