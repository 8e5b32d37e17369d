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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::proto::tencent::room::COMMANDS;
    use crate::proto::tencent::tests::Desk;

    /// One good request of each command, for rooms of this id.
    const REQUESTS: &str = include_str!("../../../../tests/data/requests.json");
    const ROOM: &str = "\"RoomId\":\"r-1001\"";

    #[test]
    fn a_chat_group_is_no_room_to_any_command() {
        let desk = Desk::new();
        desk.group("g-1", "alice");
        let requests: Value = serde_json::from_str(REQUESTS).unwrap();
        for entry in COMMANDS.iter().filter(|entry| entry.spec.answers.contains(&100_004)) {
            let path = entry.spec.path;
            let of_a_room = requests["commands"][path].to_string();
            let of_a_group = of_a_room.replace(ROOM, "\"RoomId\":\"g-1\"");
            assert_ne!(of_a_group, of_a_room, "{path} names the room");
            desk.refuses(path, &of_a_group, 100_004, "the room does not exist or was destroyed");
        }
    }
}
