//! The month: what the rows of an operator give of who talks to whom.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pillarbox_access::designs;
use pillarbox_lab::metadata::month::{Month, text};
use pillarbox_lab::scenario::library;

#[test]
fn prints() {
    let story = library::find("month").unwrap();
    let months: Vec<Month> = ["signal-2016", "signal-now", "whatsapp-now", "plain-server", "simplex"]
        .into_iter()
        .map(|name| Month::of(designs::named(name).unwrap(), &story, story.seed).unwrap())
        .collect();
    println!("{months:#?}");
    println!("{}", text::table(&months, &story, 80));
}
