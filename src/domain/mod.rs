//! Rooms and members as pure rules.
//!
//! Job: say what may happen in a room and what it changes. Promise: no clock, no randomness, no
//! I/O, no lock and no log in here; everything comes in by argument. Not here: wire words, error
//! codes and storage.

mod rules;

pub use rules::RoomRules;
