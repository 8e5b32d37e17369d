//! What is thrown at the code that reads what strangers send, and what must hold whatever comes.
//!
//! Each target is a function from bytes. `tests/properties.rs` runs them in the test command on
//! bytes that proptest makes, `fuzz/fuzz_targets` on bytes that a coverage-guided fuzzer makes;
//! `docs/fuzzing.md` says how. A target panics when a property does not hold.

pub(crate) mod commands;
pub(crate) mod cursor;
pub(crate) mod desk;
pub(crate) mod query;
pub(crate) mod redact;
pub(crate) mod usersig;
pub(crate) mod zego;
