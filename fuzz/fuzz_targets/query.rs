//! The request line: path and query. What must hold stands in the file named below.

#![no_main]

#[path = "../../tests/targets/desk.rs"]
mod desk;
#[path = "../../tests/targets/query.rs"]
mod query;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    query::run(input);
});
