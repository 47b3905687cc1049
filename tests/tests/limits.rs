//! Limits of two crates that must fit each other, although neither crate may name the other.

use pillarbox_client::outbox::MAX_UNCONFIRMED;
use pillarbox_client::prekeys::RETIRED_KEPT;
use pillarbox_client::recovery::{MAX_MISSING, MAX_UNANSWERED_AGE};
use pillarbox_relay::{Keeping, Limits};
use pillarbox_session::MAX_JUMP;

/// Returns the capacity of one mailbox in messages, with the relay's shipped limits.
fn mailbox() -> usize {
    Limits::default().mailbox_messages as usize
}

#[test]
fn a_whole_mailbox_of_lost_messages_is_passed_over_by_one_that_comes() {
    assert!(MAX_JUMP as usize >= mailbox(), "{MAX_JUMP} messages may be skipped, and {} wait", mailbox());
}

#[test]
fn a_whole_mailbox_that_does_not_open_is_asked_for_again() {
    assert!(MAX_MISSING >= mailbox(), "{MAX_MISSING} are noted as missing, and {} wait", mailbox());
}

#[test]
fn a_whole_mailbox_is_kept_by_its_sender_until_it_is_confirmed() {
    assert!(MAX_UNCONFIRMED >= mailbox(), "{MAX_UNCONFIRMED} are kept for resending, and {} wait", mailbox());
}

#[test]
fn prekeys_outlive_the_last_message_that_names_them() {
    let waits = Keeping::default().undelivered;
    assert!(
        MAX_UNANSWERED_AGE.0 + waits.0 <= RETIRED_KEPT.0,
        "sessions go unanswered for {} days, their last message waits for {}, and prekeys stay for {}",
        MAX_UNANSWERED_AGE.as_days(),
        waits.as_days(),
        RETIRED_KEPT.as_days(),
    );
}
