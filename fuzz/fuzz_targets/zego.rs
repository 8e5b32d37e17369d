//! ZEGO's requests: the query. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/desk.rs"]
mod desk;
#[path = "../../tests/targets/zego.rs"]
mod zego;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    zego::run(input);
});
