//! What is said of one member.

use super::{Hall, account, member, refusal};
use crate::domain::{Delta, Member, MemberChange, MemberWrite, Refusal, Role, Tally, UpdateMember};

fn update(name: &str, change: MemberChange) -> UpdateMember {
    UpdateMember { account: account(name), change }
}

fn set_admin(name: &str, admin: bool) -> UpdateMember {
    update(name, MemberChange { admin: Some(admin), ..MemberChange::default() })
}

fn hall() -> Hall {
    Hall::of([
        Member { entered: false, ..member("olga", Role::Owner, 17) },
        member("anna", Role::Admin, 20),
        member("bert", Role::Member, 30),
    ])
}

/// The record that a change leaves behind, of a change that writes nothing else and tells nobody.
fn record(name: &str, change: MemberChange) -> Member {
    let (delta, ()) = hall().decide(&update(name, change)).unwrap();
    match <[MemberWrite; 1]>::try_from(delta.members.clone()) {
        Ok([MemberWrite::Put(member)]) => {
            let members = delta.members.clone();
            assert_eq!(delta, Delta { members, ..Delta::default() });
            member
        }
        other => panic!("one record is written, not {other:?}"),
    }
}

#[test]
fn what_is_named_changes_and_the_rest_stays() {
    let bert = member("bert", Role::Member, 30);
    let text = |text: &str| Some(text.into());
    let nothing = MemberChange::default();
    for (change, expected) in [
        (nothing.clone(), bert.clone()),
        (
            MemberChange { name: text("B."), ..nothing.clone() },
            Member { name: "B.".into(), ..bert.clone() },
        ),
        (
            MemberChange { name: text(""), ..nothing.clone() },
            Member { name: "".into(), ..bert.clone() },
        ),
        (
            MemberChange { custom_info: text("{}"), ..nothing.clone() },
            Member { custom_info: "{}".into(), ..bert.clone() },
        ),
        (
            MemberChange { custom_info: text(""), name: text("B."), ..nothing },
            Member { custom_info: "".into(), name: "B.".into(), ..bert },
        ),
    ] {
        assert_eq!(record("bert", change.clone()), expected, "{change:?}");
    }
}

#[test]
fn a_listed_owner_has_a_name_and_stays_outside() {
    let change = MemberChange { name: Some("O.".into()), ..MemberChange::default() };
    let olga = Member { entered: false, name: "O.".into(), ..member("olga", Role::Owner, 17) };
    assert_eq!(record("olga", change), olga);
}

#[test]
fn administrators_are_counted_when_they_become_and_when_they_cease() {
    for (name, admin, role, admins) in [
        ("bert", true, Role::Admin, Some(2)),
        ("bert", false, Role::Member, None),
        ("anna", true, Role::Admin, None),
        ("anna", false, Role::Member, Some(0)),
    ] {
        let hall = hall();
        let (delta, ()) = hall.decide(&set_admin(name, admin)).unwrap();
        let joined_ms = hall.members.iter().find(|m| m.account == account(name)).unwrap().joined_ms;
        assert_eq!(delta.members, [MemberWrite::Put(member(name, role, joined_ms))], "{name}");
        let tally = admins.map(|admins| Tally { admins, ..hall.tally });
        assert_eq!(delta.tally, tally, "{name} {admin}");
        assert_eq!(delta.events, [], "a role is told to nobody");
    }
}

#[test]
fn the_last_administrator_is_made_and_no_more() {
    for (max_admin_count, expected) in
        [(2, Ok(())), (1, Err(Refusal::TooManyAdmins { at_most: 1 }))]
    {
        let mut hall = hall();
        hall.rules.max_admin_count = max_admin_count;
        assert_eq!(hall.decide(&set_admin("bert", true)).map(|_| ()), expected);
        assert!(hall.decide(&set_admin("anna", true)).is_ok(), "anna is one already");
    }
    let mut above = hall();
    above.rules.max_admin_count = 0;
    assert!(above.decide(&set_admin("anna", true)).is_ok(), "a lower limit takes no role away");
    assert!(above.decide(&set_admin("anna", false)).is_ok());
}

#[test]
fn the_owner_keeps_the_role_and_then_nothing_else_changes_either() {
    for admin in [true, false] {
        let name = Some("O.".into());
        let change = MemberChange { admin: Some(admin), name, ..MemberChange::default() };
        let refused = Refusal::OwnerKeepsRole { account: account("olga") };
        assert_eq!(refusal(hall().decide(&update("olga", change))), refused);
    }
}

#[test]
fn who_is_not_in_cannot_be_changed() {
    let refused = Refusal::NotAMember { account: account("carl") };
    assert_eq!(refusal(hall().decide(&update("carl", MemberChange::default()))), refused);
}
