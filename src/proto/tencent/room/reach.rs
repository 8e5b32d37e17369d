//! What the dialect reaches: rooms. A chat group is none, whatever its id.

use crate::domain::{Need, Operation, Reach, RoomId, RoomView, Slice, Within};
use crate::engine::Failure;
use crate::proto::tencent::command::Call;

/// Runs an operation on a room.
///
/// # Errors
/// What it refuses, [`Refusal::NoSuchRoom`](crate::domain::Refusal::NoSuchRoom) for a group too,
/// or [`Failure::Unavailable`].
pub(super) async fn run<O: Operation>(
    call: &Call<'_>,
    room: &RoomId,
    operation: &O,
) -> Result<O::Output, Failure> {
    let within = Within { reach: Reach::Rooms, operation };
    call.engine.run(call.app, room, &within).await
}

/// Looks at a room.
///
/// # Errors
/// [`Refusal::NoSuchRoom`](crate::domain::Refusal::NoSuchRoom) for a group too, or
/// [`Failure::Unavailable`].
pub(super) async fn look<T: Send>(
    call: &Call<'_>,
    room: &RoomId,
    need: Need<'_>,
    mut see: impl FnMut(&RoomView<'_>, &Slice<'_>) -> T + Send,
) -> Result<T, Failure> {
    let looking = call.engine.look(call.app, room, need, |seen, slice| {
        Reach::Rooms.check(seen.facts.kind).map(|()| see(seen, slice))
    });
    Ok(looking.await??)
}
