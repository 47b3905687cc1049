//! Programs killed with SIGKILL at random moments, hundreds of times. Nothing accepted is lost, nothing is shown twice,
//! and everything arrives in the order in which it was said.
//!
//! Each loop runs in a short form with the other tests, and in a long form on request: `cargo test -p pillarbox-tests
//! --test all system_kills -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod account_killed;
mod crowd;
mod life;
mod lists_killed;
mod phone_killed;
mod phones;
mod relay_killed;

/// The number of kills in the form that runs with the other tests.
const SHORT: u32 = 200;

/// The number of kills in the form that runs on request.
const LONG: u32 = 1_000;

/// The number of other kills for each kill of a program that creates an account. There are fewer of these, because each
/// leaves an account behind.
const ACCOUNTS: u32 = 10;

#[test]
fn a_relay_killed_at_any_moment_loses_nothing_repeats_nothing_and_keeps_the_order() {
    relay_killed::check(SHORT);
}

#[test]
#[ignore = "some minutes long"]
fn a_relay_killed_a_thousand_times_loses_nothing_repeats_nothing_and_keeps_the_order() {
    relay_killed::check(LONG);
}

#[test]
fn a_phone_killed_at_any_moment_loses_nothing_repeats_nothing_and_keeps_the_order() {
    phone_killed::check(SHORT);
}

#[test]
#[ignore = "some minutes long"]
fn a_phone_killed_a_thousand_times_loses_nothing_repeats_nothing_and_keeps_the_order() {
    phone_killed::check(LONG);
}

#[test]
fn a_phone_killed_while_it_registers_has_one_account_afterwards() {
    account_killed::check_registration(SHORT / ACCOUNTS);
}

#[test]
#[ignore = "some minutes long"]
fn a_phone_killed_a_hundred_times_while_it_registers_has_one_account_afterwards() {
    account_killed::check_registration(LONG / ACCOUNTS);
}

#[test]
fn an_account_whose_making_was_killed_is_made_by_the_same_command() {
    account_killed::check_creation(SHORT / ACCOUNTS);
}

#[test]
#[ignore = "some minutes long"]
fn an_account_whose_making_was_killed_a_hundred_times_is_made_by_the_same_command() {
    account_killed::check_creation(LONG / ACCOUNTS);
}

#[test]
fn a_relay_killed_while_devices_change_has_the_list_and_its_entry_in_the_log_or_neither() {
    lists_killed::check(SHORT / ACCOUNTS);
}

#[test]
#[ignore = "some minutes long"]
fn a_relay_killed_a_hundred_times_while_devices_change_has_the_list_and_its_entry_in_the_log_or_neither() {
    lists_killed::check(LONG / ACCOUNTS);
}
