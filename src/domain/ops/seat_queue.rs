//! Asking for a seat, and taking that back. Nobody is told.

use crate::domain::ids::Account;
use crate::domain::member::MemberView;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// One who is in the room asks for a seat and waits, whatever the mode of taking seats is.
///
/// Refused, in this order: an unknown room, one without seats, somebody who has not come in, one
/// who sits or waits already.
#[derive(Debug, Clone)]
pub struct AskForSeat {
    /// Who asks.
    pub account: Account,
}

impl Operation for AskForSeat {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: std::slice::from_ref(&self.account), seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        let member = present(seen, &self.account)?;
        let account = || self.account.clone();
        if seen.seats().seat_of(self.account.as_str()).is_some() {
            return Err(Refusal::SeatedAlready { account: account() });
        }
        if member.awaits_seat {
            return Err(Refusal::AwaitsSeat { account: account() });
        }
        Ok((wait(&member, &self.account, true), ()))
    }
}

/// One who waits for a seat waits no longer.
///
/// Refused, in this order: an unknown room, one without seats, somebody who has not come in, one
/// who does not wait.
#[derive(Debug, Clone)]
pub struct WithdrawFromQueue {
    /// Who waits.
    pub account: Account,
}

impl Operation for WithdrawFromQueue {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: std::slice::from_ref(&self.account), seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        let member = present(seen, &self.account)?;
        if !member.awaits_seat {
            return Err(Refusal::AwaitsNoSeat { account: self.account.clone() });
        }
        Ok((wait(&member, &self.account, false), ()))
    }
}

/// Somebody who is in a room with seats.
fn present<'a>(seen: &Slice<'a>, account: &Account) -> Result<MemberView<'a>, Refusal> {
    seen.room()?;
    if seen.seats().count() == 0 {
        return Err(Refusal::NoSeats);
    }
    let present = seen.member().filter(|member| member.entered);
    present.ok_or_else(|| Refusal::NotAMember { account: account.clone() })
}

fn wait(member: &MemberView<'_>, account: &Account, awaits_seat: bool) -> Delta {
    let mut member = member.to_member(account);
    member.awaits_seat = awaits_seat;
    Delta { members: vec![MemberWrite::Put(member)], ..Delta::default() }
}
