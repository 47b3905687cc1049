//! A follower of a relay is told the fate of each message's row, and the store says the same.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::row_changes::{Became, RowChange, Why};
use pillarbox_relay::{Input, Keeping, Limits, RelaySettings, StoreError};
use pillarbox_testkit::frames::submission;
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{Acknowledge, ClientFrame, CloseAccount, Duration, MessageId, RequestId};

fn settings(keeping: Keeping) -> RelaySettings {
    let limits = Limits { ageing_step: Duration::from_days(36_500), ..Limits::default() };
    RelaySettings { keeping, limits, ..RelaySettings::default() }
}

fn gone(why: Why) -> RowChange {
    RowChange { message: MessageId(1), became: Became::Gone(why) }
}

/// Sends a message to Anne, and checks that its row is kept from now on. Returns the relay and Anne's connection.
fn with_one(keeping: Keeping) -> (LoneRelay, pillarbox_relay::ConnectionId) {
    let mut world = LoneRelay::in_memory(settings(keeping.clone()));
    world.engine().follow(Some(usize::MAX));
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let submit = Input::Frame(submission(RequestId(1), anne.address, None, b"payload"));
    let now = world.now;
    let outcome = world.process(vec![(ben_here, submit)]);
    let until = now + keeping.undelivered;
    assert_eq!(outcome.rows, [RowChange { message: MessageId(1), became: Became::Kept { until } }]);
    assert_eq!(world.holdings().messages.len(), 1);
    (world, anne_here)
}

fn acknowledge() -> Input {
    Input::Frame(ClientFrame::Acknowledge(Acknowledge { messages: vec![MessageId(1)] }))
}

#[test]
fn a_row_goes_when_its_phone_has_the_message() {
    let (mut world, anne_here) = with_one(Keeping::default());
    assert_eq!(world.process(vec![(anne_here, acknowledge())]).rows, [gone(Why::Delivered)]);
    assert!(world.holdings().messages.is_empty());
}

#[test]
fn a_row_that_stays_after_delivery_says_until_when() {
    let (mut world, anne_here) = with_one(Keeping::HISTORY);
    let until = world.now + Keeping::HISTORY.delivered.unwrap();
    let rows = world.process(vec![(anne_here, acknowledge())]).rows;
    assert_eq!(rows, [RowChange { message: MessageId(1), became: Became::Delivered { until } }]);
    assert_eq!(world.holdings().messages.len(), 1);
}

#[test]
fn a_row_that_nobody_fetches_goes_when_its_time_is_over() {
    let (mut world, _) = with_one(Keeping::default());
    world.now = world.now + Keeping::default().undelivered + Duration::from_days(1);
    assert_eq!(world.process(Vec::new()).rows, [gone(Why::TooOld)]);
    assert!(world.holdings().messages.is_empty());
}

#[test]
fn a_row_goes_with_the_account_that_it_waits_for() {
    let (mut world, anne_here) = with_one(Keeping::default());
    let close = Input::Frame(ClientFrame::CloseAccount(CloseAccount { request: RequestId(2) }));
    assert_eq!(world.process(vec![(anne_here, close)]).rows, [gone(Why::AccountClosed)]);
    assert!(world.holdings().messages.is_empty());
}

#[test]
fn what_the_store_refuses_is_told_when_it_is_done() {
    let (mut world, anne_here) = with_one(Keeping::default());
    world.fail(Some(StoreError::Full));
    assert_eq!(world.process(vec![(anne_here, acknowledge())]).rows, []);
    assert_eq!(world.holdings().messages.len(), 1);
    world.fail(None);
    assert_eq!(world.process(Vec::new()).rows, [gone(Why::Delivered)]);
    assert!(world.holdings().messages.is_empty());
}

#[test]
fn nobody_is_told_who_does_not_follow() {
    let (mut world, anne_here) = with_one(Keeping::default());
    world.engine().follow(None);
    assert_eq!(world.process(vec![(anne_here, acknowledge())]).rows, []);
}
