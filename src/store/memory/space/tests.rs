//! What a room leaves behind.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::*;
use crate::domain::{Account, Gate, GroupProfile, Member, RoomKind, Silenced};

fn space() -> Space {
    Space::new(AppId(1), 0, RandomState::new(), Arc::new(Outbox::new(0)), None)
}

#[test]
fn a_room_that_is_not_made_leaves_no_cell_behind() {
    let create = Need { create: true, ..Need::default() };
    let space = space();
    let id = RoomId::parse("nowhere").unwrap();
    let refused = space.transact(&id, create, &mut |_: &Slice<'_>| Err(Refusal::RoomExists));
    assert!(refused.is_err());
    assert_eq!(space.directory.len(), 0, "after a refusal");

    assert!(space.transact(&id, create, &mut |_: &Slice<'_>| Ok(Delta::default())).is_ok());
    assert_eq!(space.directory.len(), 0, "after nothing was to be done");

    let facts = FactsWrite::Destroy;
    let end = |_: &Slice<'_>| Ok(Delta { facts: facts.clone(), ..Delta::default() });
    assert!(space.transact(&id, create, &mut { end }).is_ok());
    assert_eq!(space.directory.len(), 0, "after the end of what never was");

    let mut broken = |_: &Slice<'_>| resume_unwind(Box::new("a broken rule"));
    let unwound =
        catch_unwind(AssertUnwindSafe(|| space.transact(&id, create, &mut broken).map(|_| ())));
    assert!(unwound.is_err());
    assert_eq!(space.directory.len(), 0, "after a panic");
}

/// Makes a room of so many members.
fn fill(space: &Space, id: &RoomId, members: usize) {
    let facts = Facts {
        kind: RoomKind::Conference,
        serial: 1,
        name: "".into(),
        owner: None,
        created_ms: 0,
        schedule: None,
        max_member_count: 0,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        profile: GroupProfile::default(),
    };
    let member = |nth| Member::named(Account::parse(&format!("{nth}")).unwrap(), 0);
    let members = (0..members).map(member).map(MemberWrite::Put);
    let facts = FactsWrite::Put(Box::new(facts));
    let delta = Delta { facts, members: members.collect(), ..Delta::default() };
    let need = Need { create: true, ..Need::default() };
    assert!(space.transact(id, need, &mut |_: &Slice<'_>| Ok(delta.clone())).is_ok());
}

fn rooms_of(space: &Space, account: &str) -> usize {
    let mut rooms = 0;
    space.joined(&Account::parse(account).unwrap(), &mut |_, _, _| rooms += 1);
    rooms
}

#[test]
fn a_room_that_ended_leaves_nobody_in_the_index_once_it_is_swept() {
    let space = space();
    let (id, other) = (RoomId::parse("room").unwrap(), RoomId::parse("other").unwrap());
    fill(&space, &other, 2);
    for (members, is_large) in [(LARGE, false), (LARGE + 1, true)] {
        fill(&space, &id, members);
        assert_eq!((space.joined.len(), rooms_of(&space, "1")), (members + 2, 2));
        let end = |_: &Slice<'_>| Ok(Delta { facts: FactsWrite::Destroy, ..Delta::default() });
        let debris = space.transact(&id, Need::default(), &mut { end }).unwrap();
        assert_eq!(debris.is_some(), is_large, "{members} members");
        // Nobody is there any more, whether it is swept or not; the next room is another.
        assert_eq!((rooms_of(&space, "1"), rooms_of(&space, "2")), (1, 0));
        fill(&space, &id, 2);
        assert_eq!(rooms_of(&space, "1"), 2);
        drop(debris);
        assert_eq!((space.joined.len(), rooms_of(&space, "1")), (4, 2), "{members} members");
        space.transact(&id, Need::default(), &mut { end }).unwrap();
        assert_eq!(space.joined.len(), 2, "the other room is as it was");
    }
}
