//! The fields of a group's base profile that making and changing it share.

use crate::engine::App;
use crate::proto::tencent::field::{FieldFault, Text, number, optional_text};

/// The most that a number of members can be. What the app's plan allows is less.
pub(super) const MAX_COUNT: i64 = u32::MAX as i64;

/// `Name`; an empty one counts as absent.
pub(super) fn name(app: &App, text: Option<&Text<'_>>) -> Result<Option<Box<str>>, FieldFault> {
    let name = optional_text("Name", text, app.chat().limits.name_bytes)?;
    Ok(name.filter(|name| !name.is_empty()))
}

/// `Introduction`; an empty one clears it.
pub(super) fn introduction(
    app: &App,
    text: Option<&Text<'_>>,
) -> Result<Option<Box<str>>, FieldFault> {
    optional_text("Introduction", text, app.chat().limits.introduction_bytes)
}

/// `Notification`; an empty one clears it.
pub(super) fn notification(
    app: &App,
    text: Option<&Text<'_>>,
) -> Result<Option<Box<str>>, FieldFault> {
    optional_text("Notification", text, app.chat().limits.notification_bytes)
}

/// `FaceUrl`; an empty one clears it.
pub(super) fn face_url(app: &App, text: Option<&Text<'_>>) -> Result<Option<Box<str>>, FieldFault> {
    optional_text("FaceUrl", text, app.chat().limits.face_url_bytes)
}

/// A switch that is a number: 0 or 1.
pub(super) fn switch(field: &'static str, value: Option<i64>) -> Result<Option<bool>, FieldFault> {
    let value: Option<u8> = number(field, value, 0, 1)?;
    Ok(value.map(|value| value == 1))
}

/// `DefaultPermission`: a mask of 32 bits.
pub(super) fn default_permission(value: Option<i64>) -> Result<Option<u32>, FieldFault> {
    number("DefaultPermission", value, 0, i64::from(u32::MAX))
}
