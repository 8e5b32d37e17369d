//! Whether records are right, each for itself and those before it.
//!
//! Job: refuse what no rule of the domain could have written, with the field and the limit. Promise:
//! of what was read before, only what is known of one room is held. Not here: whether something is
//! there already, which the store knows, and the limits of an app's settings: rooms that are larger
//! than those allow stay, as they do when the settings change.

use std::collections::HashSet;

use super::texts::{self, Fault, within};
use crate::domain::{
    Account, AccountRecord, Destination, Event, Facts, ForbidKey, ForbidKind, ForbidRule,
    LetterRecord, MAX_MARKS_PER_ROOM, MAX_SEATS, MAX_STREAMS, MIN_MARK, Member, Notice, Passage,
    ReceiverRecord, Record, Role, RoomKind, RoomRecord, Sanction, Stream, Tally,
};
use crate::engine::rules::at_most;

/// The highest place or count that goes on: far from where adding to it would end.
pub(super) const MAX_COUNT: u64 = 1 << 62;

/// What is known of the records before.
#[derive(Default)]
pub(super) struct Checker {
    /// Where the order of kinds is.
    rank: u8,
    rules: [u64; ForbidKind::ALL.len()],
    room: Option<Room>,
}

/// The room whose records come.
struct Room {
    id: String,
    owner: Option<Account>,
    said: Tally,
    /// The counts of the members that came.
    counted: Tally,
    /// The place of the one that came last.
    latest: Option<(u64, Account)>,
    streams: usize,
    /// The places that came last, of streams, bans and mutes.
    places: [u64; 3],
    /// Who sits, and did not come yet.
    seated: HashSet<Account>,
}

/// Where a kind of record stands, and what it is called.
fn rank(record: &Record) -> (u8, &'static str) {
    match record {
        Record::Receiver(_) => (0, "receiver"),
        Record::Account(_) => (1, "account"),
        Record::Rule(_) => (2, "rule"),
        Record::Room(_) => (3, "room"),
        Record::Stream(_) => (4, "stream"),
        Record::Member(_) => (5, "member"),
        Record::Ban(_) => (6, "ban"),
        Record::Mute(_) => (7, "mute"),
        Record::Letter(_) => (8, "letter"),
    }
}

impl Checker {
    /// Looks at the next record.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn check(&mut self, record: &Record) -> Result<(), Fault> {
        let (rank, name) = rank(record);
        let begins_room = matches!(record, Record::Room(_)) && (3..8).contains(&self.rank);
        if rank < self.rank && !begins_room {
            return Err(format!("{name}: stands too late, see the order of records"));
        }
        let is_part = matches!(name, "stream" | "member" | "ban" | "mute");
        if is_part && self.room.is_none() {
            return Err(format!("{name}: no room stands before it"));
        }
        if matches!(record, Record::Room(_) | Record::Letter(_)) {
            self.end()?;
        }
        self.rank = rank;
        match (record, &mut self.room) {
            (Record::Receiver(receiver), _) => receiver.as_ref().map_or(Ok(()), check_receiver),
            (Record::Account(account), _) => check_account(account),
            (Record::Rule(rule), _) => self.rule(rule),
            (Record::Room(room), _) => {
                self.room = Some(Room::new(room)?);
                Ok(())
            }
            (Record::Letter(letter), _) => check_letter(letter),
            (Record::Stream(stream), Some(room)) => room.stream(stream),
            (Record::Member(member), Some(room)) => room.member(member),
            (Record::Ban(ban), Some(room)) => room.sanction("ban", ban),
            (Record::Mute(mute), Some(room)) => room.sanction("mute", mute),
            (Record::Stream(_) | Record::Member(_) | Record::Ban(_) | Record::Mute(_), None) => {
                Ok(())
            }
        }
    }

    /// No more records of the room come, or none at all.
    ///
    /// # Errors
    /// It lacks some that it counts.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.room.take().map_or(Ok(()), |room| room.end())
    }

    fn rule(&mut self, rule: &ForbidRule) -> Result<(), Fault> {
        if let ForbidKey::Ip(address) = &rule.key
            && ForbidKey::ip(*address) != rule.key
        {
            return Err("rule.against.ip: must be spelt as an address of version 4".to_owned());
        }
        if rule.forbids.iter().next().is_none() {
            return Err("rule.forbids: empty, at least 1".to_owned());
        }
        let kind = rule.key.kind();
        let (count, at_most) = (&mut self.rules[kind as usize], at_most(kind));
        *count += 1;
        if *count > at_most {
            return Err(format!("rule.against: {count} of this kind, at most {at_most}"));
        }
        Ok(())
    }
}

impl Room {
    fn new(record: &RoomRecord) -> Result<Self, Fault> {
        let RoomRecord { id, facts, tally, seats } = record;
        texts::facts("room.facts", facts)?;
        kind(facts)?;
        let counters = [
            ("newest_joined_ms", tally.newest_joined_ms),
            ("newest_ban", tally.newest_ban),
            ("newest_mute", tally.newest_mute),
            ("newest_stream", tally.newest_stream),
            ("passages", tally.passages),
        ];
        for (name, count) in counters {
            if count > MAX_COUNT {
                return Err(format!("room.tally.{name}: {count}, at most {MAX_COUNT}"));
            }
        }
        let expected = facts.seats.map_or(0, |seats| seats.count);
        let count = seats.iter().count();
        if expected > MAX_SEATS || count as u64 != u64::from(expected) {
            return Err(format!(
                "room.seats: {count} of them, must be as many as room.facts.seats.count, at most \
                 {MAX_SEATS}"
            ));
        }
        let mut seated = HashSet::new();
        for (index, seat) in seats.iter() {
            if let Some(account) = &seat.taken_by
                && (seat.locked || !seated.insert(account.clone()))
            {
                return Err(format!(
                    "room.seats[{index}].taken_by: the seat is locked, or sits elsewhere too"
                ));
            }
        }
        Ok(Self {
            id: id.to_string(),
            owner: facts.owner.clone(),
            said: *tally,
            counted: tally.counting(std::iter::empty()),
            latest: None,
            streams: 0,
            places: [0; 3],
            seated,
        })
    }

    fn stream(&mut self, stream: &Stream) -> Result<(), Fault> {
        check_stream("stream", stream)?;
        self.streams += 1;
        if self.streams > MAX_STREAMS {
            return Err(format!("stream: {} in one room, at most {MAX_STREAMS}", self.streams));
        }
        self.place("stream.nth", 0, stream.nth, self.said.newest_stream)
    }

    /// Whether a place comes behind the one before, and not behind the newest of all.
    fn place(&mut self, field: &str, kind: usize, nth: u64, newest: u64) -> Result<(), Fault> {
        let before = std::mem::replace(&mut self.places[kind], nth);
        if nth <= before || nth > newest {
            return Err(format!(
                "{field}: {nth}, must be {} to {newest}",
                before.saturating_add(1)
            ));
        }
        Ok(())
    }

    fn sanction(&mut self, name: &str, sanction: &Sanction) -> Result<(), Fault> {
        let (kind, newest) = match name {
            "ban" => (1, self.said.newest_ban),
            _ => (2, self.said.newest_mute),
        };
        self.place(&format!("{name}.nth"), kind, sanction.nth, newest)
    }

    fn member(&mut self, member: &Member) -> Result<(), Fault> {
        within("member.name", &member.name, texts::MAX_NAME_BYTES)?;
        within("member.custom_info", &member.custom_info, texts::MAX_CUSTOM_INFO_BYTES)?;
        within("member.session", &member.session, texts::MAX_SESSION_BYTES)?;
        texts::fields("member.fields", &member.fields)?;
        if (member.role == Role::Owner) != (self.owner.as_ref() == Some(&member.account)) {
            return Err("member.role: `owner` and room.facts.owner are not of one mind".to_owned());
        }
        if !member.marks.is_sorted_by(|a, b| a < b)
            || member.marks.first().is_some_and(|mark| *mark < MIN_MARK)
        {
            return Err(format!("member.marks: must ascend, from {MIN_MARK}"));
        }
        let is_counted = |mark: &u32| self.said.marks.iter().any(|(known, _)| known == *mark);
        if !member.marks.iter().all(is_counted) {
            return Err(format!(
                "member.marks: one is not in room.tally.marks, which has at most \
                 {MAX_MARKS_PER_ROOM}"
            ));
        }
        let newest = self.said.newest_joined_ms;
        if member.joined_ms > newest {
            return Err(format!(
                "member.joined_ms: {}, room.tally.newest_joined_ms is {newest}",
                member.joined_ms
            ));
        }
        let place = (member.joined_ms, member.account.clone());
        if self.latest.as_ref().is_some_and(|latest| *latest >= place) {
            return Err("member.joined_ms: not in order, by joined_ms and account".to_owned());
        }
        self.latest = Some(place);
        self.seated.remove(&member.account);
        self.counted = self.counted.with(&member.view());
        Ok(())
    }

    fn end(&self) -> Result<(), Fault> {
        let Self { id, said, counted, seated, .. } = self;
        for (name, said, came) in [
            ("members", said.members, counted.members),
            ("admins", said.admins, counted.admins),
            ("present", said.present, counted.present),
            ("robots", said.robots, counted.robots),
        ] {
            if said != came {
                return Err(format!("room {id}: tally.{name} is {said}, and {came} came"));
            }
        }
        if said.marks != counted.marks {
            return Err(format!("room {id}: tally.marks are others than those of the members"));
        }
        if !seated.is_empty() {
            return Err(format!("room {id}: somebody has a seat who is no member"));
        }
        Ok(())
    }
}

/// What hangs on the kind of a room.
fn kind(facts: &Facts) -> Result<(), Fault> {
    match (facts.kind, &facts.owner) {
        (RoomKind::Conference, None) => {
            return Err("room.facts.owner: missing, a conference has one".to_owned());
        }
        (RoomKind::Open, Some(_)) => {
            return Err("room.facts.owner: an open room has none".to_owned());
        }
        _ => {}
    }
    if let Some(schedule) = facts.schedule
        && schedule.end_s < schedule.start_s
    {
        return Err("room.facts.schedule.end_s: before start_s".to_owned());
    }
    Ok(())
}

fn check_account(record: &AccountRecord) -> Result<(), Fault> {
    within("account.nick", &record.nick, texts::MAX_PROFILE_BYTES)?;
    within("account.face_url", &record.face_url, texts::MAX_PROFILE_BYTES)
}

fn check_receiver(receiver: &ReceiverRecord) -> Result<(), Fault> {
    let kinds: HashSet<_> = receiver.kinds.iter().collect();
    if kinds.len() < receiver.kinds.len() {
        return Err("receiver.kinds: one stands there twice".to_owned());
    }
    Ok(())
}

fn check_stream(field: &str, stream: &Stream) -> Result<(), Fault> {
    within(&format!("{field}.name"), &stream.name, texts::MAX_NAME_BYTES)?;
    within(&format!("{field}.title"), &stream.title, texts::MAX_TITLE_BYTES)?;
    within(&format!("{field}.extra_info"), &stream.extra_info, texts::MAX_EXTRA_INFO_BYTES)
}

fn check_letter(letter: &LetterRecord) -> Result<(), Fault> {
    let LetterRecord { to, notice, parts, part, .. } = letter;
    let expected = match to {
        Destination::RoomEngine => 1,
        Destination::Zego => notice.event.singles(),
    };
    if *parts != expected || expected == 0 {
        return Err(format!("letter.parts: {parts}, this event is told in {expected}"));
    }
    if part >= parts {
        return Err(format!("letter.part: {part}, must be below letter.parts ({parts})"));
    }
    check_notice(notice)
}

fn check_notice(notice: &Notice) -> Result<(), Fault> {
    if let Some(of) = &notice.facts {
        texts::facts("letter.facts", of)?;
    }
    match &notice.event {
        Event::MembersEntered { people, login: _ } => passages(people),
        Event::MembersLeft { people, words, .. } => {
            within("letter.event.words", words, texts::MAX_WORDS_BYTES)?;
            passages(people)
        }
        Event::StreamAdded { stream, .. } => check_stream("letter.event.stream", stream),
        Event::StreamsEnded { streams, .. } => {
            if streams.len() > MAX_STREAMS {
                let count = streams.len();
                return Err(format!("letter.event.streams: {count}, at most {MAX_STREAMS}"));
            }
            streams.iter().try_for_each(|stream| check_stream("letter.event.streams", stream))
        }
        Event::EverybodyLeft { .. } => {
            Err("letter.event: everybody_left names nobody, must be members_left".to_owned())
        }
        Event::RoomCreated { .. }
        | Event::RoomUpdated { .. }
        | Event::RoomDestroyed { .. }
        | Event::RoomReclaimed { .. }
        | Event::SeatsChanged { .. } => Ok(()),
    }
}

fn passages(people: &[Passage]) -> Result<(), Fault> {
    people.iter().try_for_each(|one| {
        within("letter.event.people.name", &one.name, texts::MAX_NAME_BYTES)?;
        within("letter.event.people.session", &one.session, texts::MAX_SESSION_BYTES)
    })
}
