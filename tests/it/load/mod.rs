//! Under load: clients that are slow, many, or never stop.
//!
//! The slow lane asks the same with large numbers:
//! `GUESTLIST_SLOW=1 cargo test --release --test it load -- --nocapture`

mod flood;
mod memory;
mod slow;
