//! Every row that a relay has is in the answer to some demand, or a blank states the reason for its kind.
//!
//! Real phones and a real relay run in this process, under every rule that a relay can have: all deposits, the whole
//! log, channels, delivered messages, and the same with less. For each row of [`Holdings`] the test names the items
//! that are read from it, and looks for the row among the exhibits of those items. A table or a column that nobody
//! thought of does not compile (`rows.rs`), and neither does a kind of deposit or of event.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod blanks;
mod papers;
mod rows;
mod worlds;

use std::collections::BTreeSet;

use pillarbox_access::Item;
use pillarbox_access::demand::{CONTENT_WARRANT, Case, DemandTarget, ENTITY_DATA, EVENTS_DATA, stored};
use pillarbox_access::design::Operator;
use pillarbox_access::evidence::hexadecimal;

use papers::Papers;
use worlds::{RULES, world};

/// Items that no messenger here has, so that no row could be read for them.
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
    // An item whose line is removed from every paper must be missed somewhere.
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

/// A demand for records rests on records. Neither the words nor the ciphertext are returned.
#[test]
fn an_answer_without_content_rests_on_no_content() {
    let world = world(RULES[0]);
    let holdings = world.sites()[0].holdings().unwrap();
    let (operator, rows) = (Operator::default(), holdings.rows());
    assert!(!rows.messages.is_empty() && !rows.posts.is_empty());
    let payloads = rows.messages.iter().map(|row| hexadecimal(row.payload.as_slice()));
    let posts = rows.posts.iter().map(|row| hexadecimal(row.content.as_slice()));
    let content: Vec<String> = payloads.chain(posts).collect();
    for account in &rows.accounts {
        let about = DemandTarget::Account(account.account);
        let served = |demand| stored::serve(demand, &Case::new(&about, &operator), &holdings);
        for demand in [&ENTITY_DATA, &EVENTS_DATA] {
            let told = serde_json::to_string(&served(demand)).unwrap();
            assert!(!content.iter().any(|content| told.contains(content)), "{}", demand.name);
            assert!(!told.contains("hello yourself"), "{}", demand.name);
        }
    }
    let about = DemandTarget::Account(rows.accounts[0].account);
    let warrant = stored::serve(&CONTENT_WARRANT, &Case::new(&about, &operator), &holdings);
    let told = serde_json::to_string(&warrant).unwrap();
    assert!(content.iter().any(|content| told.contains(content)), "the search finds it where it is");
}
