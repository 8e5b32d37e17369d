//! The fields that name a seat, of the commands of `room_engine_http_mic`.

use crate::domain::{MAX_SEATS, Refusal};
use crate::engine::Failure;
use crate::proto::tencent::field::{FieldFault, number, required};
use crate::proto::tencent::refused::Refused;

/// The last seat that any room can have.
pub(super) const LAST_SEAT: i64 = MAX_SEATS as i64 - 1;

/// A seat's index, from 0. Whether the room has that seat is the rules' business.
pub(super) fn seat_index(field: &'static str, index: Option<i64>) -> Result<u32, FieldFault> {
    required(field, number(field, index, 0, LAST_SEAT)?)
}

/// Says under which name a seat was asked for that is not one of the room's.
pub(super) fn at_seat(field: &'static str) -> impl Fn(Failure) -> Refused {
    move |failure| match failure {
        Failure::Refused(Refusal::NoSuchSeat { index, last }) => {
            FieldFault::new(field, format!("{index}, 0 to {last}")).into()
        }
        failure => failure.into(),
    }
}
