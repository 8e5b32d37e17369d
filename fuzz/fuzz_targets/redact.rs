//! A body as the request log keeps it. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/redact.rs"]
mod redact;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    redact::run(input);
});
