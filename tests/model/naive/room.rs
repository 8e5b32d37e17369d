//! A room and whoever is in it, as simply as can be.

use guestlist::domain::{
    Account, Entry, Member, Refusal, Role, Sanction, Schedule, Seat, SeatSettings,
};

use super::{RECLAIM_AFTER_MS, account, newcomer};

/// A room.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// Tells it from every other room that ever was.
    pub(crate) serial: u32,
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) owner: Account,
    pub(crate) created_ms: u64,
    pub(crate) schedule: Schedule,
    pub(crate) max: u32,
    pub(crate) silenced: [bool; 5],
    pub(crate) custom_info: String,
    /// How often what is said of it was changed, and when last.
    pub(crate) changes: u32,
    pub(crate) changed_ms: u64,
    pub(crate) seats: Option<SeatSettings>,
    pub(crate) gate_on: bool,
    pub(crate) password: Option<&'static str>,
    pub(crate) newest_joined_ms: u64,
    /// Since when nobody is in it who came in.
    pub(crate) empty_since_ms: Option<u64>,
    /// In order.
    pub(crate) members: Vec<Member>,
    pub(crate) chairs: Vec<Seat>,
    pub(crate) newest_ban: u64,
    /// Those in force, in the order of banning.
    pub(crate) bans: Vec<Sanction>,
}

impl Room {
    pub(crate) fn admins(&self) -> usize {
        self.members.iter().filter(|member| member.role == Role::Admin).count()
    }

    pub(crate) fn robots(&self) -> usize {
        self.members.iter().filter(|member| member.robot).count()
    }

    /// Each mark that somebody holds, and how many do.
    pub(crate) fn marks(&self) -> Vec<(u32, u32)> {
        let mut marks = std::collections::BTreeMap::new();
        for mark in self.members.iter().flat_map(|member| &member.marks) {
            *marks.entry(*mark).or_insert(0) += 1;
        }
        marks.into_iter().collect()
    }

    pub(crate) fn present(&self) -> usize {
        self.members.iter().filter(|member| member.entered).count()
    }

    /// When it ends if nobody comes, in Unix milliseconds.
    pub(crate) fn due_ms(&self) -> Option<u64> {
        let since = self.empty_since_ms?;
        let end = self.schedule.end_s * 1000;
        Some(if since > end { since } else { end } + RECLAIM_AFTER_MS)
    }

    pub(super) fn find(&self, who: &str) -> Option<usize> {
        self.members.iter().position(|member| member.account.as_str() == who)
    }

    pub(super) fn sort(&mut self) {
        self.members.sort_by(|a, b| {
            let by_time = a.joined_ms.cmp(&b.joined_ms);
            by_time.then_with(|| a.account.as_str().as_bytes().cmp(b.account.as_str().as_bytes()))
        });
    }

    pub(super) fn place_for_the_next(&self, now_ms: u64) -> u64 {
        if now_ms > self.newest_joined_ms { now_ms } else { self.newest_joined_ms + 1 }
    }

    /// Somebody at the door: in afterwards, in before, or not let in.
    pub(super) fn admit(
        &mut self,
        who: &str,
        name: Option<&str>,
        password: Option<&str>,
        joined_ms: u64,
    ) -> Entry {
        if let Some(nth) = self.find(who)
            && self.members[nth].entered
        {
            return Entry::WasIn;
        }
        if self.bans.iter().any(|ban| ban.account.as_str() == who) {
            return Entry::Refused(Refusal::Banned { account: account(who) });
        }
        if self.gate_on {
            match password {
                None | Some("") => return Entry::Refused(Refusal::PasswordNeeded),
                said if said != self.password => {
                    return Entry::Refused(Refusal::PasswordWrong);
                }
                _ => (),
            }
        }
        if self.find(who).is_none() {
            if self.members.len() >= self.max as usize {
                return Entry::Refused(Refusal::RoomFull { at_most: self.max });
            }
            let is_owner = self.owner.as_str() == who;
            let role = if is_owner { Role::Owner } else { Role::Member };
            self.members.push(newcomer(account(who), role, true, joined_ms));
            self.newest_joined_ms = joined_ms;
        }
        let nth = self.find(who).unwrap();
        self.members[nth].entered = true;
        if let Some(name) = name {
            self.members[nth].name = name.into();
        }
        self.sort();
        Entry::Entered
    }
}
