//! Robots: put into a room, and taken out of it.

use super::leaving::{Leaving, Why};
use crate::domain::event::LeaveReason;
use crate::domain::ids::Account;
use crate::domain::member::Member;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::Tally;
use crate::domain::sanction::SanctionWrite;

/// Puts a robot into a room. It stands in the list like everybody else and keeps the room alive. An
/// account that is in the room stays as it is. Tells nobody.
///
/// Refused, in this order: an unknown room, a banned account, a robot too many, a full room.
#[derive(Debug, Clone)]
pub struct AddRobot {
    /// The robot.
    pub account: Account,
}

impl Operation for AddRobot {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: std::slice::from_ref(&self.account), bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        if seen.member().is_some() {
            return Ok((Delta::default(), ()));
        }
        let ban = seen.bans.first().copied().flatten();
        if ban.is_some_and(|ban| ban.in_force(env.now_ms)) {
            return Err(Refusal::Banned { account: self.account.clone() });
        }
        let (tally, at_most) = (room.tally, env.rules.max_robot_count);
        if tally.robots >= at_most {
            return Err(Refusal::TooManyRobots { at_most });
        }
        if tally.members >= room.facts.max_member_count {
            return Err(Refusal::RoomFull { at_most: room.facts.max_member_count });
        }
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let robot = Member {
            entered: true,
            robot: true,
            ..Member::newcomer(&self.account, room.facts, joined_ms)
        };
        let tally = Tally {
            members: tally.members + 1,
            present: tally.present + 1,
            robots: tally.robots + 1,
            passages: tally.passages + 1,
            newest_joined_ms: joined_ms,
            ..*tally
        };
        let tally = Some(tally.with_due(room.facts, env));
        let members = vec![MemberWrite::Put(robot)];
        // The ban is over, and its record of no use.
        let bans = ban.map(|_| SanctionWrite::Remove(self.account.clone())).into_iter().collect();
        Ok((Delta { tally, members, bans, ..Delta::default() }, ()))
    }
}

/// Takes a robot out of a room, and off its seat. Only the seat is told of.
///
/// Refused: an unknown room, an account that is not in it or is a person.
#[derive(Debug, Clone)]
pub struct DeleteRobot {
    /// Who asks.
    pub by: Account,
    /// The robot.
    pub account: Account,
}

impl Operation for DeleteRobot {
    type Output = ();

    fn need(&self) -> Need<'_> {
        let accounts = std::slice::from_ref(&self.account);
        Need { accounts, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let Some(robot) = seen.member().filter(|member| member.robot) else {
            return Err(Refusal::NotAMember { account: self.account.clone() });
        };
        let mut leaving = Leaving::from(*room.tally);
        leaving.take(&self.account, &robot);
        let tally = leaving.tally;
        let reason = LeaveReason::Kicked;
        let mut delta = Delta::default();
        leaving.write_silently(&mut delta, seen, &Why { reason, by: &self.by, words: "" });
        delta.conclude(seen, room.facts, tally, reason, env);
        Ok((delta, ()))
    }
}
