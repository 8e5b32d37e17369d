//! Signatures of the vendors' callers, made and verified.
//!
//! Job: a key, a time and a text go in, claims come out. Promise: every function here is a pure
//! function of its arguments; there is no clock, no randomness, no input or output, and nothing
//! of the other modules. Text from outside can be anything: it costs a bounded amount of memory
//! and work, and never a panic.
//!
//! Not its job: to decide. Which app a request belongs to, whose name it must carry, in which
//! order the vendor reports what is wrong and under which code are questions of the caller.

pub mod usersig;
pub mod zego;
