//! Putting marks on members, and taking them off.

use crate::domain::ids::Account;
use crate::domain::marks::MAX_MARKS_PER_ROOM;
use crate::domain::member::Member;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::Tally;

/// Puts marks on members, or takes them off. What is set already, or not there to be taken off,
/// is no failure. Tells nobody.
///
/// Refused: an unknown room, somebody who is not in it, more different marks than a room may have;
/// then nobody is marked.
#[derive(Debug, Clone)]
pub struct MarkMembers {
    accounts: Vec<Account>,
    /// The marks of each, in the order of the accounts.
    marks: Vec<Vec<u32>>,
    set: bool,
}

impl MarkMembers {
    /// Marks to `set`, or to take off. Of an account that comes twice all marks are meant.
    #[must_use]
    pub fn new(set: bool, entries: impl IntoIterator<Item = (Account, Vec<u32>)>) -> Self {
        let (mut accounts, mut marks) = (Vec::<Account>::new(), Vec::<Vec<u32>>::new());
        for (account, more) in entries {
            match accounts.iter().position(|known| *known == account) {
                Some(at) => marks[at].extend(more),
                None => {
                    accounts.push(account);
                    marks.push(more);
                }
            }
        }
        Self { accounts, marks, set }
    }

    /// Changes one member's marks; whether they are others now.
    fn mark(&self, member: &mut Member, marks: &[u32], tally: &mut Tally) -> Result<bool, Refusal> {
        let mut held = member.marks.to_vec();
        for mark in marks {
            match (held.binary_search(mark), self.set) {
                (Err(at), true) => {
                    held.insert(at, *mark);
                    let full = |_| Refusal::TooManyMarks { at_most: MAX_MARKS_PER_ROOM };
                    tally.marks.add(*mark).map_err(full)?;
                }
                (Ok(at), false) => {
                    held.remove(at);
                    tally.marks.remove(*mark);
                }
                (Ok(_), true) | (Err(_), false) => {}
            }
        }
        let changed = *held != *member.marks;
        member.marks = held.into();
        Ok(changed)
    }
}

impl Operation for MarkMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        let mut tally = *seen.room()?.tally;
        let mut members = Vec::new();
        for ((account, marks), present) in self.accounts.iter().zip(&self.marks).zip(seen.members) {
            let Some(present) = present else {
                return Err(Refusal::NotAMember { account: account.clone() });
            };
            let mut member = present.to_member(account);
            if self.mark(&mut member, marks, &mut tally)? {
                members.push(MemberWrite::Put(member));
            }
        }
        let tally = (!members.is_empty()).then_some(tally);
        Ok((Delta { tally, members, ..Delta::default() }, ()))
    }
}
