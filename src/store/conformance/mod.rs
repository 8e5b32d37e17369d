//! What every backend must do, as one suite to run on each.
//!
//! Job: hold a store against the promises of [its seam](super) through its trait alone, with the
//! operations of the domain, and with deltas written by hand where no operation does a thing.
//!
//! Promise: a store that breaks one of them panics here, and the last message names the case, even
//! where it was a rule that panicked over what it was shown. Each case gets a store of its own, so
//! that one says nothing about another.
//!
//! Not here: rules, which are the domain's, and what one backend promises beyond the seam.

mod accounts;
mod ages;
mod apps;
mod epochs;
mod joined;
mod life;
mod outbox;
mod pages;
mod probe;
mod queries;
mod racing;
mod receivers;
mod records;
mod roaming;
mod rules;
mod sanctions;
mod sight;
mod streams;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::runtime::{Handle, RuntimeFlavor};

use self::probe::Probe;
use super::RoomStore;

pub use epochs::{records, refill};
pub use sight::{RoomSeen, act, everything};

/// A case under way.
type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A case: its name, and what it does with a store.
type Case = (&'static str, fn(Probe) -> Running);

/// Names each case after its function.
macro_rules! cases {
    ($($module:ident :: $case:ident,)*) => {
        &[$((stringify!($case), |probe| Box::pin($module::$case(probe)))),*]
    };
}

const CASES: &[Case] = cases![
    life::an_unknown_room_is_refused_and_leaves_nothing,
    life::a_refused_creation_leaves_nothing,
    life::a_creation_without_facts_leaves_nothing,
    life::a_refusal_changes_nothing,
    life::an_id_is_free_again_and_the_next_room_is_another,
    life::a_room_ends_with_everybody_in_it,
    life::a_large_room_ends_at_once,
    life::a_panic_while_deciding_changes_nothing,
    records::a_delta_is_written_whole,
    records::what_a_delta_does_not_name_stays,
    records::the_needed_members_are_shown_in_their_order,
    records::a_record_comes_back_as_it_was_written,
    records::what_chat_keeps_of_a_member_comes_back,
    records::the_facts_of_a_group_come_back,
    records::the_last_decision_is_the_one_that_counts,
    pages::members_stand_by_time_and_then_by_account,
    pages::a_page_begins_behind_any_place,
    pages::a_page_holds_its_limit_and_says_what_follows,
    pages::a_walk_meets_everybody_who_stays_once,
    pages::a_member_with_another_time_moves,
    pages::a_long_list_is_walked_whole,
    queries::a_page_holds_those_who_have_one_of_its_roles,
    queries::a_long_list_is_walked_by_role,
    queries::a_sink_that_wants_no_page_is_shown_nothing,
    queries::a_sink_that_has_enough_is_shown_no_more,
    queries::what_stands_beside_a_record_is_shown_to_those_who_ask,
    sanctions::bans_and_mutes_are_listed_in_their_order,
    sanctions::bans_and_mutes_are_shown_to_those_who_ask,
    sanctions::a_ban_and_a_mute_of_one_account_are_two_records,
    sanctions::bans_mutes_and_seats_end_with_the_room,
    sanctions::seats_are_one_record,
    streams::streams_stand_in_the_order_of_their_adding,
    streams::streams_are_shown_to_those_who_ask_and_end_with_the_room,
    accounts::accounts_are_kept_apart_from_rooms_and_of_each_app,
    accounts::accounts_are_gone_with_their_epoch,
    accounts::there_are_never_more_accounts_than_allowed,
    rules::rules_are_kept_by_key_and_of_each_app,
    rules::rules_are_listed_by_kind_in_the_order_of_making,
    rules::there_are_never_more_rules_in_force_than_allowed,
    rules::a_rule_that_is_over_makes_room_for_another,
    rules::rules_that_are_over_do_not_heap_up,
    rules::rules_are_gone_with_their_epoch,
    rules::of_many_who_make_rules_as_many_succeed_as_allowed,
    receivers::what_was_said_of_a_receiver_is_kept,
    receivers::a_receiver_is_gone_with_its_epoch,
    outbox::letters_of_a_room_are_handed_out_one_behind_the_other,
    outbox::a_letter_that_is_put_off_holds_its_room_and_no_other,
    outbox::the_parts_of_a_letter_are_up_one_behind_the_other,
    outbox::the_people_of_a_room_that_ended_are_told_of_one_by_one,
    outbox::a_letter_that_is_held_holds_its_room_until_it_is_let_go,
    outbox::a_letter_that_waits_for_a_moment_was_put_off_no_time,
    outbox::a_letter_goes_behind_others_that_come_after_it,
    outbox::letters_that_are_all_set_behind_others_do_not_wait_for_each_other,
    outbox::a_part_goes_behind_others_without_the_rest_of_its_letter,
    outbox::letters_that_are_set_back_go_with_the_epoch,
    outbox::letters_outlive_their_room_and_the_next_waits_behind,
    outbox::a_refusal_posts_nothing,
    outbox::letters_are_counted_and_go_with_the_epoch,
    apps::rooms_are_listed_by_id,
    apps::only_living_rooms_are_listed,
    apps::apps_do_not_see_each_other,
    apps::rooms_and_members_are_counted,
    apps::a_new_epoch_empties_one_app,
    apps::a_forgotten_app_is_as_if_it_had_never_been,
    ages::rooms_are_listed_by_age,
    ages::a_creation_that_fails_has_no_age,
    ages::rooms_are_counted_by_type,
    joined::the_rooms_of_an_account_are_shown_as_it_came_in,
    joined::nobody_is_in_a_room_that_ended,
    joined::whoever_is_in_many_rooms_is_in_each,
    joined::who_came_into_a_room_is_present,
    epochs::an_app_is_read_in_the_order_of_its_records,
    epochs::what_is_read_fills_another_app,
    epochs::an_epoch_is_seen_by_nobody_before_it_is_the_present_one,
    epochs::of_two_epochs_the_one_that_is_switched_to_last_stays,
    epochs::between_two_epochs_there_is_no_letter_of_either,
    epochs::what_stands_there_twice_is_named,
    epochs::a_room_is_read_at_one_moment,
    epochs::no_room_is_read_twice_while_they_come_and_go,
    racing::one_of_many_creations_wins,
    racing::one_of_many_destructions_wins,
    racing::a_room_that_comes_and_goes_is_counted_right,
    racing::a_creation_among_endings_and_refusals_is_done,
    racing::everybody_who_enters_stands_in_the_list,
    racing::a_room_is_never_too_full,
    racing::no_answered_write_is_lost,
    racing::nobody_sees_half_a_delta,
    racing::a_walk_among_others_misses_nobody,
    racing::whoever_decided_hears_of_the_commits_in_their_order,
    roaming::the_rooms_of_an_account_are_found_while_others_come_and_go,
    roaming::a_walk_by_age_misses_no_room_that_stays,
];

/// Runs every case, each on a fresh and empty store.
///
/// # Panics
/// When a case fails, and on a runtime of one thread: the cases about races would prove nothing
/// there.
pub async fn run(make: impl Fn() -> Arc<dyn RoomStore>) {
    assert_eq!(
        Handle::current().runtime_flavor(),
        RuntimeFlavor::MultiThread,
        "the suite runs on a runtime of several threads"
    );
    for (name, case) in CASES {
        let ended = AssertUnwindSafe(case(Probe::new(make(), name))).catch_unwind().await;
        assert!(ended.is_ok(), "{name}: the store does not conform, as said above");
    }
}
