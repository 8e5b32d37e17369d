//! Member records under small numbers, in chunks that never move as a whole.
//!
//! A record is 40 bytes and one allocation for the texts that most members have. Growing copies at most one chunk,
//! so that a coming-in costs the same in a room of a million.

use std::cmp::Ordering;

use crate::domain::{CustomFields, FieldsView, Member, MemberView, MsgFlag, Role};

/// Records in a full chunk.
const CHUNK: usize = 1024;

/// A member's record as it is kept.
pub(super) struct Record {
    joined_ms: u64,
    /// Account, display name and custom text, one behind the other.
    texts: Box<str>,
    msg_seq: u32,
    name_len: u16,
    account_len: u8,
    flags: Flags,
    /// What few members have, so that the others do not pay for it.
    extra: Option<Box<Extra>>,
}

/// Yes and no, and two words of four, in one byte.
#[derive(Clone, Copy)]
struct Flags(u8);

const ENTERED: u8 = 1;
const ROBOT: u8 = 1 << 1;
const AWAITS_SEAT: u8 = 1 << 2;
const PLAIN: u8 = 1 << 3;
const ROLE_AT: u8 = 4;
const MSG_FLAG_AT: u8 = 6;
const WORD: u8 = 0b11;

impl Flags {
    fn of(member: &Member) -> Self {
        let flags = [
            (ENTERED, member.entered),
            (ROBOT, member.robot),
            (AWAITS_SEAT, member.awaits_seat),
            (PLAIN, member.is_plain()),
        ];
        let flags = flags.into_iter().filter(|(_, set)| *set).fold(0, |bits, (bit, _)| bits | bit);
        let (role, msg_flag) = (member.role as u8, member.msg_flag as u8);
        Self(flags | role << ROLE_AT | msg_flag << MSG_FLAG_AT)
    }

    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    fn role(self) -> Role {
        match self.0 >> ROLE_AT & WORD {
            0 => Role::Owner,
            1 => Role::Admin,
            _ => Role::Member,
        }
    }

    fn msg_flag(self) -> MsgFlag {
        match self.0 >> MSG_FLAG_AT & WORD {
            0 => MsgFlag::Notify,
            1 => MsgFlag::OnlineOnly,
            2 => MsgFlag::Discard,
            _ => MsgFlag::OnlineOnlyExceptAt,
        }
    }
}

/// What few members have.
struct Extra {
    marks: Box<[u32]>,
    session: Box<str>,
    fields: CustomFields,
}

impl Extra {
    fn of(member: &Member) -> Option<Box<Self>> {
        let Member { marks, fields, session, .. } = member;
        let has = !marks.is_empty() || !fields.view().is_empty() || !session.is_empty();
        has.then(|| {
            let (marks, session) = (marks.clone(), session.clone());
            Box::new(Self { marks, session, fields: fields.clone() })
        })
    }
}

impl Record {
    fn new(member: &Member) -> Self {
        let account = member.account.as_str();
        let len = account.len() + member.name.len() + member.custom_info.len();
        let mut texts = String::with_capacity(len);
        texts.push_str(account);
        texts.push_str(&member.name);
        texts.push_str(&member.custom_info);
        Self {
            joined_ms: member.joined_ms,
            texts: texts.into_boxed_str(),
            name_len: member.name.len().try_into().expect("names are checked at the edge"),
            account_len: account.len().try_into().expect("an account is at most 64 bytes"),
            msg_seq: member.msg_seq,
            flags: Flags::of(member),
            extra: Extra::of(member),
        }
    }

    fn heap_bytes(&self) -> usize {
        let extra = self.extra.as_ref().map_or(0, |extra| {
            let marks = size_of_val::<[u32]>(&extra.marks);
            size_of::<Extra>() + marks + extra.session.len() + extra.fields.heap_bytes()
        });
        self.texts.len() + extra
    }

    pub(super) fn role(&self) -> Role {
        self.flags.role()
    }

    pub(super) fn account(&self) -> &str {
        &self.texts[..usize::from(self.account_len)]
    }

    /// How the record's place in the room's order compares with another. The account lies
    /// elsewhere in memory, and is looked at only where the times are the same.
    pub(super) fn compare_place(&self, joined_ms: u64, account: &str) -> Ordering {
        self.joined_ms.cmp(&joined_ms).then_with(|| self.account().cmp(account))
    }

    pub(super) fn view(&self) -> MemberView<'_> {
        let (account, rest) = self.texts.split_at(usize::from(self.account_len));
        let (name, custom_info) = rest.split_at(usize::from(self.name_len));
        MemberView {
            account,
            name,
            custom_info,
            role: self.flags.role(),
            entered: self.flags.has(ENTERED),
            robot: self.flags.has(ROBOT),
            awaits_seat: self.flags.has(AWAITS_SEAT),
            marks: self.extra.as_ref().map_or(&[], |extra| &extra.marks),
            fields: self.extra.as_ref().map_or(FieldsView::default(), |extra| extra.fields.view()),
            msg_flag: self.flags.msg_flag(),
            msg_seq: self.msg_seq,
            session: self.extra.as_ref().map_or("", |extra| &extra.session),
            joined_ms: self.joined_ms,
            plain: self.flags.has(PLAIN),
        }
    }
}

enum Slot {
    Full(Record),
    /// Free, and which one was freed before it.
    Free(Option<u32>),
}

/// Records by number. A number stays with its record until that is removed.
#[derive(Default)]
pub(super) struct Slab {
    chunks: Vec<Vec<Slot>>,
    free: Option<u32>,
    /// What the texts and fields of all records take.
    heap_bytes: usize,
}

impl Slab {
    pub(super) fn get(&self, number: u32) -> &Record {
        match &self.chunks[number as usize / CHUNK][number as usize % CHUNK] {
            Slot::Full(record) => record,
            Slot::Free(_) => unreachable!("index and order name full slots only"),
        }
    }

    /// What the texts and fields of all records take, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }

    pub(super) fn insert(&mut self, member: &Member) -> u32 {
        let record = Record::new(member);
        self.heap_bytes += record.heap_bytes();
        let full = Slot::Full(record);
        if let Some(number) = self.free {
            let slot = self.slot(number);
            if let Slot::Free(next) = std::mem::replace(slot, full) {
                self.free = next;
            }
            return number;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::new());
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let chunk = self.chunks.last_mut().expect("a chunk was pushed if there was none");
        chunk.push(full);
        u32::try_from(before + chunk.len() - 1).expect("a room has at most u32::MAX members")
    }

    pub(super) fn replace(&mut self, number: u32, member: &Member) {
        let record = Record::new(member);
        self.heap_bytes = self.heap_bytes + record.heap_bytes() - self.get(number).heap_bytes();
        *self.slot(number) = Slot::Full(record);
    }

    pub(super) fn remove(&mut self, number: u32) {
        self.heap_bytes -= self.get(number).heap_bytes();
        let free = Slot::Free(self.free);
        *self.slot(number) = free;
        self.free = Some(number);
    }

    fn slot(&mut self, number: u32) -> &mut Slot {
        &mut self.chunks[number as usize / CHUNK][number as usize % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Account;

    #[test]
    fn a_record_is_40_bytes_and_a_slot_no_more() {
        assert_eq!(size_of::<Record>(), 40);
        assert_eq!(size_of::<Slot>(), 40);
    }

    #[test]
    fn a_number_is_free_again_when_its_record_is_gone() {
        let named = |nth: u32| Member::named(Account::parse(&nth.to_string()).unwrap(), nth.into());
        let mut slab = Slab::default();
        let numbers: Vec<u32> = (0..2_000).map(|nth| slab.insert(&named(nth))).collect();
        assert_eq!(numbers, (0..2_000).collect::<Vec<_>>());
        let heap_bytes = slab.heap_bytes();
        for gone in [7, 1_500, 0] {
            slab.remove(gone);
        }
        assert_eq!(slab.heap_bytes(), heap_bytes - "715000".len());
        let mut again: Vec<u32> = (2_000..2_003).map(|nth| slab.insert(&named(nth))).collect();
        again.sort_unstable();
        assert_eq!(again, [0, 7, 1_500]);
        assert_eq!(slab.insert(&named(9_999)), 2_000, "and then new ones");
        assert_eq!(slab.get(8).account(), "8", "the others are where they were");
    }
}
