//! Fields as the OpenAPI document shows them, where their Rust type says too little.
//!
//! Job: name in a schema the limits that `field` checks, from the same consts. Promise: whatever a
//! command takes fits its schema's type. Not here: anything that runs while a request is answered.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::field::{MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, Text};

impl JsonSchema for Text<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

/// Whatever `field::account` takes.
pub(super) struct AccountField;

impl JsonSchema for AccountField {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Account".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_ACCOUNT_BYTES,
            "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$",
        })
    }
}

/// Whatever `field::room_id` takes.
pub(super) struct RoomIdField;

impl JsonSchema for RoomIdField {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RoomId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_ROOM_ID_BYTES,
            "pattern": r"^[\x20-\x7e]+$",
        })
    }
}

/// Whatever `field::user_id` takes.
pub(super) struct UserIdField;

impl JsonSchema for UserIdField {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "UserId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_ACCOUNT_BYTES,
            "pattern": r"^[\x20-\x7e]+$",
        })
    }
}

/// The words of a table, for a field that must hold one.
pub(super) fn words<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}

/// The words of a table, for a field that may be absent.
pub(super) fn words_or_null<T>(table: &[(&'static str, T)]) -> Vec<Option<&'static str>> {
    words(table).into_iter().map(Some).chain([None]).collect()
}
