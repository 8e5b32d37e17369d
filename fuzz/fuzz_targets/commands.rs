//! The body of every command. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/commands.rs"]
mod commands;
#[path = "../../tests/targets/desk.rs"]
mod desk;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    commands::run(input);
});
