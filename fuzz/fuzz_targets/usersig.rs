//! The ticket, layer by layer. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/usersig.rs"]
mod usersig;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    usersig::run(input);
});
