//! The month: the pairs that the rows of an operator reveal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::matrix::pairs::PairsDocument;
use pillarbox_lab::metadata::month::words::code;
use pillarbox_lab::metadata::month::{Month, Pairs, Rule, text};
use pillarbox_lab::scenario::library;

fn months() -> (Month, Month, String) {
    let story = library::find("month").unwrap();
    let of = |name: &str| Month::of(designs::named(name).unwrap(), &story, story.seed).unwrap();
    let (readable, sealed) = (of("plain-server"), of("signal-now"));
    let table = text::table(&[readable.clone(), sealed.clone()], &story, 80);
    (readable, sealed, table)
}

fn under(month: &Month, rule: Rule) -> &Pairs {
    month.of_rule(rule).unwrap()
}

#[test]
fn a_month_tells_what_kept_rows_name_and_what_they_suggest() {
    let (readable, sealed, table) = months();
    assert!(readable.there > 20 && sealed.there == readable.there, "{readable:?}\n{sealed:?}");
    // The control: a server that keeps every row names every pair, under any rule it has to follow.
    for rule in Rule::ALL {
        let pairs = under(&readable, rule);
        assert_eq!((pairs.named, pairs.false_leads), (readable.there, 0), "{pairs:?}");
        assert_eq!(pairs.with_sender, pairs.rows, "{pairs:?}");
    }
    // With a sealed sender nothing is kept, so nothing is revealed. In a log most rows have no sender. Over the
    // whole month, the other rows are enough to name every pair.
    let as_it_is = under(&sealed, Rule::AsItIs);
    assert_eq!((as_it_is.rows, as_it_is.named, as_it_is.inferred), (0, 0, 0), "{as_it_is:?}");
    let logs = under(&sealed, Rule::LogFromNowOn);
    assert!(logs.named < sealed.there && logs.inferred > 0, "{logs:?}");
    assert!(logs.named + logs.inferred <= sealed.there, "{logs:?}");
    let retained = under(&sealed, Rule::Retention);
    assert!(retained.with_sender < retained.rows && retained.named == sealed.there, "{retained:?}");
    // The control: exchanged recipients leave the means no basis, and most pairs inferred from them are wrong.
    let precision = |right: u64, wrong: u64| right as f64 / (right + wrong).max(1) as f64;
    assert!(precision(logs.inferred, logs.false_leads) > 0.9, "{logs:?}");
    assert!(precision(logs.shuffled_right, logs.shuffled - logs.shuffled_right) < 0.6, "{logs:?}");
    insta::assert_snapshot!("month_80", table);
    // The months computed here are those that a matrix saves and that other tests read.
    let saved: PairsDocument = serde_json::from_str(include_str!("month/pairs.json")).unwrap();
    let head = PairsDocument::of(&library::find("month").unwrap(), saved.designs.clone());
    assert_eq!(
        head, saved,
        "the story of the month is another one: pillarbox-lab matrix writes pairs.json again"
    );
    for month in [&readable, &sealed] {
        assert_eq!(saved.month(&month.design), Some(month), "pillarbox-lab matrix writes pairs.json again");
    }
}

/// The control of the column: a design that reveals who sends has other pairs than the same design with a sealed
/// sender.
#[test]
fn a_design_that_is_changed_changes_its_pairs() {
    let sealed = designs::named("signal-now").unwrap();
    let open = sealed.text.replace("sealed_sender = true", "sealed_sender = false");
    assert_ne!(open, sealed.text);
    let open = Design::parse("signal-now.toml", &open).unwrap();
    let story = library::find("month").unwrap();
    let month = Month::of(&open, &story, story.seed).unwrap();
    let saved: PairsDocument = serde_json::from_str(include_str!("month/pairs.json")).unwrap();
    let before = saved.month("signal-now").unwrap();
    assert_ne!(month.design_sha256, before.design_sha256);
    assert_eq!([code(before), code(&month)], ["0/9+21/34", "0/30/34"]);
    let logged = under(&month, Rule::LogFromNowOn);
    assert_eq!(logged.with_sender, logged.rows, "{logged:?}");
}
