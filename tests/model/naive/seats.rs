//! Seats, as simply as can be.

use guestlist::domain::{Event, IfTaken, Refusal, Seat, SeatChange};

use super::{Answer, Outcome, Room, World, account, nobody};
use crate::steps::Place;

impl Room {
    /// The chair of somebody.
    pub(super) fn chair_of(&self, who: &str) -> Option<usize> {
        let sits = |chair: &Seat| chair.taken_by.as_ref().is_some_and(|by| by.as_str() == who);
        self.chairs.iter().position(sits)
    }

    /// Nobody sits who is not in the room.
    pub(super) fn tidy_chairs(&mut self, by: &str) -> Option<Event> {
        let mut after = self.chairs.clone();
        for chair in &mut after {
            if chair.taken_by.as_ref().is_some_and(|who| self.find(who.as_str()).is_none()) {
                chair.taken_by = None;
            }
        }
        self.rearrange(after, by)
    }

    /// Puts the chairs as they are to stand, and tells which are others than before.
    fn rearrange(&mut self, after: Vec<Seat>, by: &str) -> Option<Event> {
        let mut seats = Vec::new();
        for (nth, chair) in after.iter().enumerate() {
            if self.chairs[nth] != *chair {
                seats.push((u32::try_from(nth).unwrap(), chair.clone()));
            }
        }
        self.chairs = after;
        if seats.is_empty() { None } else { Some(Event::SeatsChanged { by: account(by), seats }) }
    }

    fn has_chairs(&self) -> Result<(), Refusal> {
        if self.chairs.is_empty() { Err(Refusal::NoSeats) } else { Ok(()) }
    }

    fn chair(&self, index: u32) -> Result<&Seat, Refusal> {
        let last = u32::try_from(self.chairs.len()).unwrap() - 1;
        self.chairs.get(index as usize).ok_or(Refusal::NoSuchSeat { index, last })
    }

    fn guest(&self, who: &str) -> Result<usize, Refusal> {
        self.find(who).filter(|nth| self.members[*nth].entered).ok_or(nobody(who))
    }
}

fn told(event: Option<Event>) -> Outcome {
    Ok((Answer::Done, event.into_iter().collect()))
}

impl World {
    pub(super) fn take_seat(&mut self, place: Place, by: &str, who: &str, index: u32) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        let nth = room.find(who).ok_or(nobody(who))?;
        let chair = room.chair(index)?;
        if room.chair_of(who).is_some() {
            return Err(Refusal::SeatedAlready { account: account(who) });
        }
        if room.members[nth].awaits_seat {
            return Err(Refusal::AwaitsSeat { account: account(who) });
        }
        if chair.locked {
            return Err(Refusal::SeatLocked { index });
        }
        if !room.chairs.iter().any(|chair| chair.taken_by.is_none()) {
            return Err(Refusal::SeatsFull { count: u32::try_from(room.chairs.len()).unwrap() });
        }
        if chair.taken_by.is_some() {
            return Err(Refusal::SeatTaken { index });
        }
        let mut after = room.chairs.clone();
        after[index as usize].taken_by = Some(account(who));
        told(room.rearrange(after, by))
    }

    pub(super) fn leave_seat(&mut self, place: Place, by: &str, who: &str) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        let chair = room.chair_of(who).ok_or(Refusal::NotSeated { account: account(who) })?;
        let mut after = room.chairs.clone();
        after[chair].taken_by = None;
        told(room.rearrange(after, by))
    }

    pub(super) fn lock_seat(
        &mut self,
        place: Place,
        by: &str,
        index: u32,
        change: SeatChange,
    ) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        room.chair(index)?;
        let mut after = room.chairs.clone();
        let chair = &mut after[index as usize];
        if let Some(video_off) = change.video_off {
            chair.video_off = video_off;
        }
        if let Some(audio_off) = change.audio_off {
            chair.audio_off = audio_off;
        }
        if let Some(locked) = change.locked {
            chair.locked = locked;
            if locked {
                chair.taken_by = None;
            }
        }
        told(room.rearrange(after, by))
    }

    pub(super) fn move_to_seat(
        &mut self,
        place: Place,
        by: &str,
        who: &str,
        index: u32,
        if_taken: IfTaken,
    ) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        let from = room.chair_of(who).ok_or(Refusal::NotSeated { account: account(who) })?;
        let chair = room.chair(index)?;
        let to = index as usize;
        if from == to {
            return told(None);
        }
        if chair.locked {
            return Err(Refusal::SeatLocked { index });
        }
        if chair.taken_by.is_some() && if_taken == IfTaken::GiveUp {
            return Err(Refusal::SeatTaken { index });
        }
        let mut after = room.chairs.clone();
        after[from].taken_by = None;
        if if_taken == IfTaken::Swap {
            after[from].taken_by = chair.taken_by.clone();
        }
        after[to].taken_by = Some(account(who));
        told(room.rearrange(after, by))
    }

    pub(super) fn ask_for_seat(&mut self, place: Place, who: &str) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        let nth = room.guest(who)?;
        if room.chair_of(who).is_some() {
            return Err(Refusal::SeatedAlready { account: account(who) });
        }
        if room.members[nth].awaits_seat {
            return Err(Refusal::AwaitsSeat { account: account(who) });
        }
        room.members[nth].awaits_seat = true;
        told(None)
    }

    pub(super) fn withdraw_from_queue(&mut self, place: Place, who: &str) -> Outcome {
        let room = self.room(place)?;
        room.has_chairs()?;
        let nth = room.guest(who)?;
        if !room.members[nth].awaits_seat {
            return Err(Refusal::AwaitsNoSeat { account: account(who) });
        }
        room.members[nth].awaits_seat = false;
        told(None)
    }
}
