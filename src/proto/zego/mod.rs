//! ZEGO's server API for rooms: one path, `/`, and an action in the query.
//!
//! Job: tell a request that is meant for it ([`is_for`]), check it by its query alone, perform its
//! action ([`Gateway::answer`]). Promise: whatever comes in, an [`Answer`] goes out. An action is one
//! file. Not here: rules, and what the other dialects say of the same rooms.

mod action;
mod codes;
mod fault;
mod field;
mod gateway;
mod query;
mod record;
mod refused;
mod reply;
mod user;
mod user_rule;

mod add_stream;
mod close_room;
mod del_forbid_stream_rule;
mod del_forbid_user_rule;
mod delete_stream;
mod describe_forbid_stream_rules;
mod describe_forbid_user_rules;
mod describe_simple_stream_list;
mod describe_user_list;
mod describe_user_num;
mod describe_users;
mod kickout_user;
mod message;
mod send_barrage_message;
mod send_broadcast_message;
mod send_custom_command;
mod set_forbid_stream_rule;
mod set_forbid_user_rule;
#[cfg(test)]
mod tests;

pub use action::{Call, Entry, Kind, Parameter, Spec};
pub use codes::MEANINGS;
pub use gateway::{ACTIONS, Admitted, Allow, Answer, COMMON_CODES, Gateway, Head, is_for};
pub use query::Query;
pub use refused::Refused;
