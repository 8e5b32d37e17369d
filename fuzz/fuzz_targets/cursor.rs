//! The cursor of a list. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/cursor.rs"]
mod cursor;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    cursor::run(input);
});
