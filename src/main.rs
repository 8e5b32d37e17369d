//! The `guestlist` program.

fn main() {}
