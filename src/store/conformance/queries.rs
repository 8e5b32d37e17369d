//! Pages of some: by role, without the first so many, of as many as the sink wants, and with what is
//! kept beside the records.

use super::pages::place;
use super::probe::{Probe, account, key, leave, member, names, position};
use super::sight::Listing;
use crate::domain::{
    Aside, Delta, DestroyRoom, GroupType, Member, MemberWrite, PageEnd, PageQuery, Position,
    Refusal, Role, Roles, RoomKey, Sanction, SanctionWrite,
};
use crate::store::TxError;

const ROLES: [Role; 3] = [Role::Owner, Role::Admin, Role::Member];

/// Every set of roles, the empty one too.
fn subsets() -> impl Iterator<Item = Vec<Role>> {
    (0..8).map(|set| (0..3).filter(|nth| set >> nth & 1 == 1).map(|nth| ROLES[nth]).collect())
}

/// The page that a query wants of a list, as simply as can be.
fn expected(list: &[Member], roles: &[Role], query: &PageQuery<'_>) -> (Vec<String>, PageEnd) {
    let behind = |member: &&Member| query.after.is_none_or(|after| place(member) > *after);
    let wanted = list.iter().filter(behind).filter(|member| roles.contains(&member.role));
    let mut wanted = wanted.skip(query.skip);
    let page: Vec<Member> = wanted.by_ref().take(query.limit).cloned().collect();
    let next = page.last().filter(|_| wanted.next().is_some()).map(place);
    let count = u32::try_from(list.len()).expect("a few thousand");
    (names(&page), PageEnd { next, count })
}

/// Asserts that a room's pages of every set of roles, behind each of some places, are right.
async fn assert_pages(probe: &Probe, key: &RoomKey, places: &[Position], skips: &[usize]) {
    let list = probe.list(key).await;
    for roles in subsets() {
        let parts = skips.iter().flat_map(|skip| [1, 4, usize::MAX].map(|limit| (*skip, limit)));
        for (skip, limit) in parts {
            for after in places.iter().map(Some).chain([None]) {
                let first = PageQuery::first(limit);
                let query = PageQuery { roles: Roles::of(&roles), skip, after, ..first };
                let mut listing = Listing::default();
                let end = probe.page_of(key, query, &mut listing).await;
                let (shown, right) = (names(&listing.members), expected(&list, &roles, &query));
                assert_eq!((shown, end), right, "{probe}: {roles:?} by {query:?}");
            }
        }
    }
}

pub(super) async fn a_page_holds_those_who_have_one_of_its_roles(probe: Probe) {
    let key = key("group");
    probe.create_group(&key, GroupType::Public).await;
    assert_pages(&probe, &key, &[position(7, "a")], &[0, 1]).await;

    let rows = [
        ("admin 0", 10, Role::Admin),
        ("a", 20, Role::Member),
        ("admin 1", 20, Role::Admin),
        ("b", 20, Role::Member),
        ("c", 30, Role::Member),
        ("owner", 30, Role::Owner),
        ("admin 2", 40, Role::Admin),
        ("admin 3", 40, Role::Admin),
        ("d", 50, Role::Member),
        ("e", 60, Role::Member),
    ];
    let record = |(name, joined_ms, role)| Member { role, ..member(name, joined_ms) };
    probe.put(&key, rows.map(record).to_vec()).await;
    let places = [(0, "x"), (20, "a"), (20, "admin 1"), (25, "x"), (40, "admin 2"), (60, "e")];
    let places = places.map(|(joined_ms, name)| position(joined_ms, name));
    let skips = [0, 1, 2, 3, 5, 9, 10, 11, usize::MAX];
    assert_pages(&probe, &key, &places, &skips).await;

    // Roles change in their place and with it; some who lead, led or never did go, one is back.
    for write in [
        MemberWrite::Put(record(("a", 20, Role::Admin))),
        MemberWrite::Put(record(("admin 2", 40, Role::Member))),
        MemberWrite::Put(record(("owner", 5, Role::Owner))),
        MemberWrite::Put(record(("e", 1, Role::Admin))),
        MemberWrite::Put(record(("admin 0", 90, Role::Member))),
        MemberWrite::Put(record(("admin 1", 91, Role::Admin))),
    ] {
        probe.write(&key, Delta { members: vec![write], ..Delta::default() }).await;
        assert_pages(&probe, &key, &places, &[0, 2, 7]).await;
    }
    for gone in ["e", "admin 1", "b", "admin 2"] {
        probe.remove(&key, &[gone]).await;
        assert_pages(&probe, &key, &places, &[0, 2, 7]).await;
    }
    probe.put(&key, vec![record(("e", 35, Role::Owner))]).await;
    assert_pages(&probe, &key, &places, &[0, 2, 7]).await;
}

pub(super) async fn a_long_list_is_walked_by_role(probe: Probe) {
    let key = key("arena");
    probe.create(&key).await;
    probe.enter_crowd(&key, 1_700).await;
    let mut crowd = probe.list(&key).await;
    let lead = [0, 1, 2, 511, 512, 700, 701, 1_023, 1_024, 1_600, 1_699];
    for nth in lead {
        crowd[nth].role = if nth == 700 { Role::Owner } else { Role::Admin };
    }
    let members = lead.iter().map(|nth| MemberWrite::Put(crowd[*nth].clone())).collect();
    probe.write(&key, Delta { members, ..Delta::default() }).await;
    let places = [0, 511, 700, 1_023, 1_650].map(|nth: usize| place(&crowd[nth]));
    assert_pages(&probe, &key, &places, &[0, 1, 3, 509, 512, 1_000, 1_690]).await;

    for roles in subsets() {
        let wanted = crowd.iter().filter(|member| roles.contains(&member.role));
        let wanted: Vec<Member> = wanted.cloned().collect();
        let mut query = PageQuery { roles: Roles::of(&roles), skip: 5, ..PageQuery::first(100) };
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let mut listing = Listing::default();
            let end =
                probe.page_of(&key, PageQuery { after: after.as_ref(), ..query }, &mut listing);
            after = end.await.next;
            met.extend(listing.members);
            // Whoever was passed over stands in front of the first page.
            query.skip = 0;
            if after.is_none() {
                break;
            }
        }
        let expected = wanted.get(5..).unwrap_or_default();
        assert_eq!(names(&met), names(expected), "{probe}: a walk of {roles:?}");
    }
}

pub(super) async fn a_sink_that_wants_no_page_is_shown_nothing(probe: Probe) {
    let key = key("group");
    probe.create_group(&key, GroupType::Private).await;
    probe.put(&key, vec![member("anna", 1), member("bert", 2)]).await;
    let forbids = Refusal::GroupTypeForbids { group_type: GroupType::Private };
    for limit in [0, 1, usize::MAX] {
        let mut listing = Listing::refusing(forbids.clone());
        let query = PageQuery { asides: true, seats: true, ..PageQuery::first(limit) };
        let page = probe.store.page(&key, query, &mut listing).await;
        assert_eq!(page, Err(TxError::Refused(forbids.clone())), "{probe}: as the sink says");
        assert_eq!(listing.members, [], "{probe}: nothing follows");
    }
    assert_eq!(probe.accounts(&key).await, ["anna", "bert"], "{probe}: the next one is shown all");
}

pub(super) async fn a_sink_that_has_enough_is_shown_no_more(probe: Probe) {
    let key = key("group");
    probe.create_group(&key, GroupType::Public).await;
    let rows = [(10, "a"), (10, "b"), (30, "c"), (40, "d")];
    let mut rows = rows.map(|(joined_ms, name)| member(name, joined_ms));
    rows[1].role = Role::Admin;
    probe.put(&key, rows.to_vec()).await;
    let incarnation = probe.room(&key).await.map(|room| room.incarnation);
    for (roles, enough, limit, shown, next) in [
        (Roles::ALL, 1, usize::MAX, &["a"][..], Some(place(&rows[0]))),
        (Roles::ALL, 3, usize::MAX, &["a", "b", "c"], Some(place(&rows[2]))),
        (Roles::ALL, 3, 3, &["a", "b", "c"], Some(place(&rows[2]))),
        (Roles::ALL, 3, 2, &["a", "b"], Some(place(&rows[1]))),
        // Nobody follows who would be shown: this was the end, enough or not.
        (Roles::ALL, 4, usize::MAX, &["a", "b", "c", "d"], None),
        (Roles::of(&[Role::Admin]), 1, usize::MAX, &["b"], None),
        (Roles::of(&[Role::Member]), 2, usize::MAX, &["a", "c"], Some(place(&rows[2]))),
    ] {
        let query = PageQuery { roles, ..PageQuery::first(limit) };
        let mut listing = Listing::of(enough);
        let end = probe.page_of(&key, query, &mut listing).await;
        assert_eq!(names(&listing.members), shown, "{probe}: {enough} are enough of {query:?}");
        assert_eq!(end, PageEnd { next, count: 4 }, "{probe}: {enough} are enough of {query:?}");
        assert_eq!(Ok(listing.incarnation), incarnation, "{probe}: the sink is told of which room");
    }
}

pub(super) async fn what_stands_beside_a_record_is_shown_to_those_who_ask(probe: Probe) {
    let (group, hall) = (key("group"), key("hall"));
    probe.create_group(&group, GroupType::ChatRoom).await;
    probe.create(&hall).await;
    let people = ["anna", "bert", "carl", "dora"];
    let records = people.into_iter().zip(1..).map(|(name, at)| member(name, at)).collect();
    probe.put(&group, records).await;
    probe.enter(&hall, &["dora", "bert"]).await;
    let mutes = [("carl", 5, 1), ("bert", u64::MAX, 2), ("zoe", 9, 3)];
    let mutes = mutes.map(|(name, until_ms, nth)| {
        SanctionWrite::Put(Sanction { account: account(name), until_ms, nth })
    });
    // A mute in another room, and a ban in this one, are nothing to it.
    let elsewhere = Sanction { account: account("anna"), until_ms: 77, nth: 1 };
    let elsewhere = vec![SanctionWrite::Put(elsewhere)];
    let here = Delta { mutes: mutes.to_vec(), bans: elsewhere.clone(), ..Delta::default() };
    probe.write(&group, here).await;
    probe.write(&hall, Delta { mutes: elsewhere, ..Delta::default() }).await;

    let aside = |muted_until_ms, present| Aside { muted_until_ms, present };
    let asides = [aside(0, false), aside(u64::MAX, true), aside(5, false), aside(0, true)];
    let ask = async |query: PageQuery<'_>| {
        let mut listing = Listing::default();
        probe.page_of(&group, query, &mut listing).await;
        (names(&listing.members), listing.asides)
    };
    let all = PageQuery { asides: true, ..PageQuery::first(usize::MAX) };
    assert_eq!(ask(all).await.1, asides, "{probe}: beside each");
    let two = PageQuery { skip: 1, limit: 2, ..all };
    assert_eq!(ask(two).await.1, asides[1..3], "{probe}: beside two of them");
    let none = PageQuery { asides: false, ..all };
    assert_eq!(ask(none).await.1, [Aside::default(); 4], "{probe}: nobody asked");

    probe.must(&hall, &leave("bert")).await;
    assert_eq!(ask(all).await.1[1], aside(u64::MAX, false), "{probe}: bert has gone home");
    probe.must(&hall, &DestroyRoom { by: account("carl"), quietly: false }).await;
    assert_eq!(ask(all).await.1[3], aside(0, false), "{probe}: the hall is closed");
}
