//! `metadata`: sources become traces, and the outcome is shown on a screen, as a document and as a table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::LazyLock;

use pillarbox_access::designs;
use pillarbox_lab::metadata::source::{Source, csv, world};
use pillarbox_lab::metadata::{AnalysedSource, Choices, files, json, table, text};
use pillarbox_lab::scenario::library;
use pillarbox_lab::screen::plain;
use pillarbox_lab::world::World;
use pillarbox_metadata::{Means, MeansRefusal, Observer, TraceField};
use serde_json::Value;

use crate::schema_walker;

/// Returns the flagship story, run under a design.
fn story(design: &str) -> Source {
    told("westminster-2017", design)
}

fn told(story: &str, design: &str) -> Source {
    let scenario = library::find(story).unwrap();
    let mut told = World::new(designs::named(design).unwrap(), &scenario, scenario.seed).unwrap();
    told.keep_no_wire();
    told.run().unwrap();
    world::read(&format!("{story} under {design}"), &told).unwrap()
}

static SEALED: LazyLock<Source> = LazyLock::new(|| story("signal-now"));

fn inquiry(source: &Source, observer: Observer) -> AnalysedSource {
    AnalysedSource::of(source, Choices { observer, ..Choices::default() }).unwrap()
}

/// Writes a table of two people who write by turns, with receipts, and of strangers beside them.
fn strangers() -> Source {
    let mut rows = "time,to,from,size\n".to_owned();
    for turn in 0..40 {
        let at = 1_490_000_000 + turn * 300;
        let (from, to) = if turn % 2 == 0 { ("Ann", "Bea") } else { ("Bea", "Ann") };
        rows += &format!("{at},{to},{from},509\n{at}.6,{from},{to},349\n");
        rows += &format!("{},P{},Q{},509\n", at + 150, turn % 7, turn % 5);
    }
    csv::read("strangers.csv", &rows).unwrap()
}

#[test]
fn a_screen_reads_well_at_every_width_and_fits_into_a_window() {
    let inquiry = inquiry(&SEALED, Observer::Sees);
    for width in [40, 60, 80, 100, 140] {
        let screen = plain(&text::short(&inquiry, width));
        assert!(screen.lines().all(|line| line.chars().count() <= width), "{screen}");
        insta::assert_snapshot!(format!("metadata_{width}"), screen);
    }
    assert!(plain(&text::short(&inquiry, 80)).lines().count() <= 22);
    let table = plain(&text::short(&self::inquiry(&strangers(), Observer::Sees), 80));
    assert!(table.lines().count() <= 22, "{table}");
    insta::assert_snapshot!("metadata_table_80", table);
}

#[test]
fn a_sealed_sender_hides_no_pair_whose_first_message_is_not_sealed() {
    let named = inquiry(&SEALED, Observer::Sees).analysis.found(Means::Named).cloned().unwrap();
    let score = named.score.unwrap();
    assert_eq!((score.right, score.named), (score.there, score.there));
    // Removing the senders removes the pairs, because the means rests on nothing else.
    let without = Choices { without: vec![TraceField::Names], ..Choices::default() };
    let blind = AnalysedSource::of(&SEALED, without).unwrap();
    assert!(blind.analysis.found(Means::Named).is_none());
}

#[test]
fn a_story_without_a_network_is_not_inferred_from() {
    let inquiry = inquiry(&SEALED, Observer::Sees);
    for means in [Means::Address, Means::Connection, Means::Size, Means::Receipt, Means::Statistics] {
        let line = inquiry.analysis.lines.iter().find(|line| line.means == means).unwrap();
        assert_eq!(line.outcome, Err(MeansRefusal::NoNetwork), "{means:?}");
    }
    assert!(inquiry.analysis.found(Means::Named).is_some());
}

#[test]
fn a_story_with_a_network_is_inferred_from_and_its_shuffled_rows_name_nobody() {
    let source = told("neighbours", "signal-now");
    let without = vec![TraceField::Names, TraceField::Address, TraceField::Connection, TraceField::Size];
    let inquiry = AnalysedSource::of(&source, Choices { without, ..Choices::default() }).unwrap();
    let found = inquiry.analysis.found(Means::Statistics).unwrap();
    let score = found.score.clone().unwrap();
    assert!(score.right * 2 > score.there && score.false_leads.len() < 5, "{score:?}");
    assert_eq!(found.shuffled_named, 0);
}

#[test]
fn a_relay_that_keeps_nothing_names_nobody_and_one_that_keeps_history_names_all() {
    let kept = |design| {
        let inquiry = inquiry(&story(design), Observer::Keeps);
        inquiry.analysis.found(Means::Named).map_or(0, |found| found.leads.len())
    };
    assert_eq!([kept("signal-now"), kept("plain-server")], [0, 29]);
}

#[test]
fn a_log_from_the_order_on_has_no_earlier_row() {
    let whole = inquiry(&SEALED, Observer::Sees);
    let log = inquiry(&SEALED, Observer::LogsFromNowOn);
    let ordered = SEALED.ordered.unwrap();
    assert!(log.trace.rows.iter().all(|row| row.at >= ordered && row.connection.is_none()));
    assert!(!log.trace.rows.is_empty() && log.trace.rows.len() < whole.trace.rows.len());
}

#[test]
fn a_table_of_others_is_inferred_from_and_scored() {
    let inquiry = inquiry(&strangers(), Observer::Sees);
    let found = inquiry.analysis.found(Means::Statistics).unwrap();
    let names: Vec<_> =
        found.leads.iter().map(|it| (inquiry.trace.name(it.one), inquiry.trace.name(it.other))).collect();
    assert_eq!(names, [("Bea", "Ann")]);
    assert_eq!(found.shuffled_named, 0);
    let pairs = table::pairs(&inquiry);
    assert!(
        pairs.lines().any(|line| line.starts_with("Bea,Ann,") && line.contains(",inferred,statistics,")),
        "{pairs}"
    );
}

#[test]
fn the_document_keeps_to_its_schema_and_the_same_source_gives_the_same_bytes() {
    let root: Value = serde_json::from_str(include_str!("../../../schemas/metadata.schema.json")).unwrap();
    for (source, observer) in
        [(&*SEALED, Observer::Sees), (&strangers(), Observer::Sees), (&*SEALED, Observer::Push)]
    {
        let bytes =
            || serde_json::to_string(&json::MetadataDocument::of(&inquiry(source, observer))).unwrap();
        let document: Value = serde_json::from_str(&bytes()).unwrap();
        assert_eq!(schema_walker::fault(&root, &root, &document), None);
        assert_eq!(bytes(), bytes());
        for means in document["means"].as_array().unwrap() {
            let is_named = means["means"] == "named";
            assert_eq!(means["known"] == "inferred", !is_named, "{means}");
        }
    }
}

#[test]
fn names_that_a_terminal_would_act_on_do_no_harm() {
    let rows = "time,to,from\n1,\u{1b}[2J\u{202e}x,=cmd()\n2,\u{1b}[2J\u{202e}x,=cmd()\n";
    let inquiry = inquiry(&csv::read("t.csv", rows).unwrap(), Observer::Sees);
    assert!(!plain(&text::full(&inquiry, 80)).contains(['\u{1b}', '\u{202e}']));
    assert!(!table::pairs(&inquiry).contains('\u{1b}'));
}

#[test]
fn the_files_hold_the_pairs_the_network_and_the_hours() {
    let inquiry = inquiry(&SEALED, Observer::Sees);
    let files = files::all(&inquiry).unwrap();
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["pairs.csv", "graph.graphml", "network.svg", "hours.svg"]);
    assert!(files[2].1.starts_with("<svg ") && files[2].1.contains("Rhys"));
    assert!(files[3].1.contains("Hours of Rhys"));
}

#[test]
fn nobody_of_that_name_is_an_error() {
    let choices = Choices { about: Some("Nobody".into()), ..Choices::default() };
    let error = AnalysedSource::of(&SEALED, choices).unwrap_err().to_string();
    assert!(error.starts_with("nobody here is called Nobody"), "{error}");
    let error = AnalysedSource::of(&strangers(), Choices { observer: Observer::Keeps, ..Choices::default() })
        .unwrap_err();
    assert!(error.to_string().starts_with("this source says what passed"), "{error}");
}
