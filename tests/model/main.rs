//! A model beside the machine: random steps are done to a store, with the operations of the
//! domain, and to a list of lists that does the same in the most naive way. After each step both
//! must look the same.
//!
//! A failure prints its seed and the shortest sequence of steps that was found, and is kept in
//! `regressions.txt`, which every later run tries first.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod machine;
mod naive;
mod steps;

use guestlist::store::MemoryStore;
use proptest::test_runner::{Config, FileFailurePersistence};
use proptest_state_machine::prop_state_machine;

use machine::Machine;

prop_state_machine! {
    #![proptest_config(Config {
        cases: 120,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/model/regressions.txt",
        ))),
        ..Config::default()
    })]

    #[test]
    fn the_memory_store_does_as_the_model_does(sequential 1..120 => Machine<MemoryStore>);
}
