//! The fields of `RoomInfo` that creating and updating share.

use crate::domain::{PasswordHash, TakeSeatMode};
use crate::engine::salt;
use crate::proto::tencent::field::{FieldFault, Text, number, optional_text, text_within, word};

use super::words::TAKE_SEAT_MODES;

/// The longest `RoomName`, in bytes of UTF-8.
pub(super) const MAX_ROOM_NAME_BYTES: usize = 100;
/// The longest `CustomInfo` of a room, in bytes of UTF-8.
pub(super) const MAX_CUSTOM_INFO_BYTES: usize = 500;
/// The longest `Password`, in bytes of UTF-8. Undocumented; our choice.
pub(super) const MAX_PASSWORD_BYTES: usize = 32;

/// The most that a count can be. What the app allows is less.
pub(super) const MAX_COUNT: i64 = u32::MAX as i64;

/// `RoomName`; an empty one counts as absent.
pub(super) fn room_name(text: Option<&Text<'_>>) -> Result<Option<Box<str>>, FieldFault> {
    let name = optional_text("RoomInfo.RoomName", text, MAX_ROOM_NAME_BYTES)?;
    Ok(name.filter(|name| !name.is_empty()))
}

/// `CustomInfo`; an empty one clears it.
pub(super) fn custom_info(text: Option<&Text<'_>>) -> Result<Option<Box<str>>, FieldFault> {
    optional_text("RoomInfo.CustomInfo", text, MAX_CUSTOM_INFO_BYTES)
}

/// `MaxMemberCount`. Whether it is above the app's ceiling is the rules' business.
pub(super) fn max_member_count(count: Option<i64>) -> Result<Option<u32>, FieldFault> {
    number("RoomInfo.MaxMemberCount", count, 1, MAX_COUNT)
}

/// `TakeSeatMode`; an empty one counts as absent.
pub(super) fn take_seat_mode(text: Option<Text<'_>>) -> Result<Option<TakeSeatMode>, FieldFault> {
    word("RoomInfo.TakeSeatMode", text, TAKE_SEAT_MODES)
}

/// `Password`, hashed with a fresh salt; an empty one forgets what is kept.
pub(super) fn password(
    text: Option<&Text<'_>>,
) -> Result<Option<Option<PasswordHash>>, FieldFault> {
    let Some(text) = text else { return Ok(None) };
    let password = text_within("RoomInfo.Password", text, MAX_PASSWORD_BYTES)?;
    Ok(Some((!password.is_empty()).then(|| PasswordHash::new(password, salt()))))
}
