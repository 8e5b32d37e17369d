//! Whatever a store has comes back.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;
use crate::domain::MAX_SEATS;

/// A text with everything in it that JSON escapes.
fn text(at_most: usize) -> impl Strategy<Value = Box<str>> {
    let chars = prop_oneof![any::<char>(), Just('"'), Just('\\'), Just('\n'), Just('\u{1}')];
    vec(chars, 0..at_most / 4 + 1).prop_map(|chars| chars.into_iter().collect::<String>().into())
}

fn facts() -> impl Strategy<Value = Facts> {
    let kind = prop_oneof![
        Just(RoomKind::Conference),
        Just(RoomKind::Open),
        Just(RoomKind::Group(GroupType::Private)),
        Just(RoomKind::Group(GroupType::AvChatRoom)),
    ];
    let texts = (text(1000), text(500), text(1000));
    let password = proptest::option::of("[a-z]{1,32}");
    let schedule = proptest::option::of((any::<u32>(), 300..9_999_u64));
    (kind, any::<u64>(), texts, password, schedule, any::<[bool; 5]>(), 0..=MAX_SEATS).prop_map(
        |(kind, serial, (name, custom_info, introduction), password, schedule, on, seats)| {
            let [video, audio, messages, screen_sharing, cloud_recording] = on;
            let password = password.map(|password| PasswordHash::new(&password, [3; 16]));
            let owner = (kind == RoomKind::Conference).then(|| account("m0"));
            Facts {
                kind,
                serial,
                name,
                owner,
                created_ms: serial,
                schedule: schedule.map(|(start, length)| Schedule {
                    start_s: start.into(),
                    end_s: u64::from(start) + length,
                }),
                max_member_count: 5,
                silenced: Silenced { video, audio, messages, screen_sharing, cloud_recording },
                custom_info,
                seats: (seats > 0)
                    .then_some(SeatSettings { count: seats, mode: TakeSeatMode::Free }),
                gate: Gate { enabled: video && password.is_some(), password },
                profile: GroupProfile { introduction, ..GroupProfile::default() },
            }
        },
    )
}

fn member(nth: usize) -> impl Strategy<Value = Member> {
    let marks = proptest::sample::subsequence(vec![1000, 1001, u32::MAX], 0..=3);
    (text(256), text(500), text(64), any::<[bool; 4]>(), marks).prop_map(
        move |(name, custom_info, session, [entered, robot, admin, awaits_seat], marks)| Member {
            name,
            custom_info,
            session,
            entered,
            robot,
            awaits_seat,
            role: if admin { Role::Admin } else { Role::Member },
            marks: marks.into(),
            ..Member::named(account(&format!("m{nth}")), 1_000 + nth as u64 / 3)
        },
    )
}

fn room(nth: usize) -> impl Strategy<Value = Vec<Record>> {
    let members = (0..30_usize).prop_flat_map(|count| (0..count).map(member).collect::<Vec<_>>());
    let untils = vec(prop_oneof![any::<u64>(), Just(u64::MAX)], 0..9);
    (facts(), members, untils.clone(), untils, proptest::option::of(any::<u64>())).prop_map(
        move |(facts, mut members, bans, mutes, due_ms)| {
            for member in &mut members {
                if facts.owner.as_ref() == Some(&member.account) {
                    member.role = Role::Owner;
                }
            }
            let tally = Tally {
                newest_joined_ms: 1 << 62,
                newest_ban: 1 << 62,
                newest_mute: 9,
                messages: u32::MAX,
                passages: 1 << 62,
                newest_stream: 0,
                due_ms,
                ..Tally::default()
            };
            let tally = tally.counting(members.iter().map(Member::view));
            let count = facts.seats.map_or(0, |seats| seats.count) as usize;
            let seats = (0..count).map(|at| Seat {
                taken_by: members.get(at).map(|member| member.account.clone()),
                ..Seat::default()
            });
            let (id, seats) = (RoomId::parse(&format!("r{nth}")).unwrap(), seats.collect());
            members.sort_by(|a, b| (a.joined_ms, &a.account).cmp(&(b.joined_ms, &b.account)));
            let mut all = vec![Record::Room(Box::new(RoomRecord { id, facts, tally, seats }))];
            all.extend(members.into_iter().map(|member| Record::Member(Box::new(member))));
            let sanction = |(nth, until_ms): (u64, u64)| Sanction {
                account: account(&format!("s{nth}")),
                until_ms,
                nth,
            };
            all.extend((1..).zip(bans).map(sanction).map(Record::Ban));
            all.extend((1..).zip(mutes).map(sanction).map(Record::Mute));
            all
        },
    )
}

fn app() -> impl Strategy<Value = Vec<Record>> {
    let accounts = vec((text(500), text(500)), 0..9).prop_map(|texts| {
        let record = |(nth, (nick, face_url)): (usize, (Box<str>, Box<str>))| {
            Record::Account(AccountRecord { account: account(&format!("a{nth}")), nick, face_url })
        };
        texts.into_iter().enumerate().map(record).collect::<Vec<_>>()
    });
    let rooms = (0..6_usize).prop_flat_map(|count| (0..count).map(room).collect::<Vec<_>>());
    (accounts, rooms, any::<bool>()).prop_map(|(accounts, rooms, with_letters)| {
        let letters = if with_letters { letters() } else { Vec::new() };
        [accounts, rooms.concat(), letters].concat()
    })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(64) })]

    #[test]
    fn whatever_an_app_is_comes_back(records in app(), piece in 1..5_000_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (from, to) = (MemoryStore::new(), MemoryStore::new());
            refill(&from, APP, &records).await.unwrap();
            let text = text_of(&from, APP).await;
            bring(&to, text.as_bytes(), piece).await.unwrap();
            let came = super::records(&to, APP).await.unwrap();
            assert_eq!(came, records);
            assert_eq!(text_of(&to, APP).await, text);
        });
    }

    #[test]
    fn no_bytes_do_more_than_be_refused(bytes in vec(any::<u8>(), 0..400), piece in 1..50_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            assert!(bring(&store, &bytes, piece).await.is_err());
        });
    }

    #[test]
    fn a_damaged_line_is_refused_or_right(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (from, to) = (MemoryStore::new(), MemoryStore::new());
            refill(&from, APP, &everything()).await.unwrap();
            let mut text = text_of(&from, APP).await.into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            if bring(&to, &text, 999).await.is_ok() {
                // Then it is an app like any other, and is written as one.
                let again = text_of(&to, APP).await;
                let twice = MemoryStore::new();
                bring(&twice, again.as_bytes(), 999).await.unwrap();
                assert_eq!(text_of(&twice, APP).await, again);
            }
        });
    }
}
