//! Every row that a relay holds is in the answer to some demand, or a blank says of its kind why not.
//!
//! Real phones and a real relay in this process, under every rule that a relay can have: all deposits, the whole log, channels,
//! delivered messages, and the same with less. For each row of [`Holdings`] the test says which items are read from it, and
//! looks for the row among the exhibits of those items. A table or a column that nobody thought of does not compile
//! (`rows.rs`), and neither does a kind of deposit or of event.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod blanks;
mod papers;
mod rows;
mod worlds;

use std::collections::BTreeSet;

use pillarbox_access::Item;

use papers::Papers;
use worlds::{RULES, world};

/// Of which no messenger here has anything, so that no row could be read for them.
const NO_SUCH_THING: [Item; 6] = [
    Item::PostalAddress,
    Item::PaymentDetails,
    Item::CallDetailRecords,
    Item::AppDownloadTime,
    Item::Cookies,
    Item::Voicemail,
];

#[test]
fn every_row_is_in_an_answer_and_no_item_can_be_left_out() {
    // An item whose line is taken out of every paper must be missed somewhere.
    let mut not_missed: BTreeSet<Item> = Item::ALL.iter().copied().collect();
    for rules in RULES {
        let world = world(rules);
        for site in world.sites() {
            let holdings = site.holdings().unwrap();
            let mut papers = Papers::of(&holdings);
            let rows = rows::of_holdings(&holdings);
            let missing = rows::missing(&rows, &holdings, &papers);
            assert_eq!(missing, [""; 0], "{rules:?}");
            assert_eq!(blanks::untrue(&holdings, &papers), [""; 0], "{rules:?}");
            not_missed.retain(|item| {
                let lines = papers.without(*item);
                let is_missed = !rows::missing(&rows, &holdings, &papers).is_empty();
                papers.put_back(lines);
                !is_missed
            });
        }
    }
    assert_eq!(not_missed, BTreeSet::from(NO_SUCH_THING));
}
