//! The oracle: every difference has a reason and every reason a difference. A comparison that must fail does. The
//! schema and the page agree with the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::process::Command;
use std::sync::LazyLock;

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_access::oracle::chart::CHART;
use pillarbox_access::oracle::compare::against_chart;
use pillarbox_access::oracle::reasons::REASONS;
use pillarbox_access::oracle::{Agreement, ComparedRow, OracleSource, Reasons};
use pillarbox_lab::oracle::{self, OracleReport, OracleRun};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::screen::plain as without_weights;
use pillarbox_relay::keeping::Granularity;
use pillarbox_relay::{LogRule, Logged};
use pillarbox_wire::Duration;
use serde_json::Value;

use crate::markdown;
use crate::schema_walker;

/// One comparison for all tests here. It runs every design that represents a messenger.
static REPORT: LazyLock<OracleReport> = LazyLock::new(|| {
    oracle::run(designs::all(), &OracleSource::ALL, &REASONS, &Progress::none()).expect("the worlds run")
});

fn rows() -> impl Iterator<Item = &'static ComparedRow> {
    REPORT.tables.iter().flat_map(|table| &table.rows)
}

#[test]
fn every_difference_has_a_reason_and_every_reason_a_difference() {
    let unexplained: Vec<_> = rows().filter(|row| row.wants_reason() && row.reason.is_none()).collect();
    let failed: Vec<_> = REPORT.derived.iter().filter(|derived| !derived.holds).collect();
    let unused = &REPORT.unused_reasons;
    assert!(
        REPORT.is_as_written(),
        "no reason: {unexplained:#?}\nno difference: {unused:#?}\nnot so: {failed:#?}"
    );
}

#[test]
fn every_messenger_of_the_tables_has_a_design_and_rows_that_agree() {
    let standing: Vec<_> = designs::all().iter().filter_map(oracle::standing).collect();
    for app in CHART.apps() {
        assert!(standing.iter().any(|standing| standing.app == app), "nothing stands for {app}");
    }
    for standing in &standing {
        let agrees = |row: &&ComparedRow| {
            row.design == standing.design
                && matches!(row.agreement, Agreement::Agrees | Agreement::AgreesElsewhere { .. })
        };
        assert!(rows().filter(agrees).count() > 0, "{} agrees with nothing", standing.design);
    }
}

#[test]
fn without_reasons_the_comparison_fails_and_so_it_does_with_one_too_many() {
    let bare = |row: &ComparedRow| ComparedRow { reason: None, ..row.clone() };
    let bare: Vec<ComparedRow> = rows().map(bare).collect();
    assert!(!Reasons::default().explain(bare.clone(), &OracleSource::ALL).is_whole());
    assert!(REASONS.explain(bare.clone(), &OracleSource::ALL).is_whole());
    let agreeing = bare.iter().find(|row| row.agreement == Agreement::Agrees).unwrap();
    let excuse = Reasons::parse(&format!(
        "[[difference]]\nsource = \"{}\"\napp = \"{}\"\nitems = [\"{}\"]\ndesigns = [\"{}\"]\nprocesses = [\"{}\"]\n\
         because = \"b\"\nfrom = \"f\"\nwhose = \"ours\"\n",
        agreeing.source.as_str(),
        agreeing.app,
        agreeing.item,
        agreeing.design,
        agreeing.process
    ));
    let only = vec![agreeing.clone()];
    assert_eq!(excuse.unwrap().explain(only, &OracleSource::ALL).unused.len(), 1);
}

/// Returns the designs of the chart that return something under a subpoena.
fn returning() -> impl Iterator<Item = &'static Design> {
    designs::all().iter().filter(|design| {
        let returned = |row: &&ComparedRow| {
            row.design == design.name
                && row.source == OracleSource::Chart
                && row.says == "returned"
                && row.agreement == Agreement::Agrees
        };
        rows().filter(returned).count() > 2
    })
}

fn compared(design: &Design) -> Vec<ComparedRow> {
    let standing = oracle::standing(design).unwrap();
    against_chart(&CHART, &standing, &OracleRun::of(design, &standing).unwrap())
}

#[test]
fn an_operator_that_keeps_nothing_disagrees_with_its_rows() {
    for design in returning().take(2) {
        let mut nothing = design.clone();
        nothing.relay.deposits.clear();
        nothing.relay.log.clear();
        nothing.relay.last_seen = Granularity::Nothing;
        nothing.relay.registered = Granularity::Nothing;
        nothing.relay.last_address = false;
        nothing.relay.delivered = None;
        nothing.phone.habits.deposits.clear();
        nothing.phone.habits.backup = None;
        nothing.operator.pen_register = None;
        nothing.cloud = None;
        let differing = compared(&nothing).into_iter().filter(|row| row.agreement == Agreement::Differs);
        assert!(differing.filter(|row| row.run == "not returned").count() > 2, "{}", design.name);
    }
}

#[test]
fn something_planted_that_no_row_lists_is_noticed() {
    for design in returning().take(2) {
        let mut curious = design.clone();
        let logins = LogRule {
            what: Logged::Connected,
            keep: Duration::from_days(365),
            address: true,
            only: Vec::new(),
        };
        curious.relay.log.push(logins);
        curious.operator.withholds.clear();
        curious.operator.hands_over = None;
        let planted = |rows: &[ComparedRow]| {
            rows.iter().any(|row| {
                row.item == "ip_log" && row.agreement == Agreement::Differs && row.run == "returned"
            })
        };
        assert!(!planted(&compared(design)), "{}: it is there without being planted", design.name);
        assert!(planted(&compared(&curious)), "{}: it was not noticed", design.name);
    }
}

#[test]
fn the_document_keeps_to_its_schema_and_the_schema_is_not_loose() {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/oracle.schema.json")).unwrap();
    let document = serde_json::to_value(&*REPORT).unwrap();
    assert_eq!(schema_walker::fault(&schema, &schema, &document), None);
    for (path, wrong) in [
        ("/tables/0/rows/0/mark", Value::from("rumour")),
        ("/tables/0/rows/0/agreement/state", Value::from("perhaps")),
        ("/tables/0/counts/agree", Value::from(-1)),
        ("/derived/0/holds", Value::from("yes")),
        ("/tables/0/rows/0", serde_json::json!({})),
    ] {
        let mut changed = document.clone();
        *changed.pointer_mut(path).unwrap() = wrong;
        assert!(schema_walker::fault(&schema, &schema, &changed).is_some(), "{path}");
    }
}

#[test]
fn the_text_keeps_within_80_columns_and_names_every_row() {
    let text = without_weights(&oracle::render(&REPORT, 80));
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let plain = oracle::plain(&REPORT);
    assert_eq!(plain.lines().count(), 1 + rows().count() + REPORT.tables.len());
    assert!(plain.lines().skip(1).take(rows().count()).all(|line| line.split('\t').count() == 12));
    assert!(plain.contains("recheck"));
}

#[test]
fn the_page_has_the_tables_that_the_program_makes() {
    const BEGIN: &str = "<!-- made by the program: begin -->\n";
    const END: &str = "<!-- made by the program: end -->";
    let page = include_str!("../../../docs/oracle.md");
    let (_, rest) = page.split_once(BEGIN).expect("the page has a place for the tables");
    let (written, _) = rest.split_once(END).expect("which has an end");
    let made = markdown::broken(&oracle::markdown(&REPORT));
    if written != made {
        let file = std::env::temp_dir().join("pillarbox-oracle-tables.md");
        std::fs::write(&file, &made).unwrap();
        panic!("docs/oracle.md is not what the program makes now; that is in {}", file.display());
    }
}

#[test]
fn a_table_that_is_not_there_is_a_mistake_of_usage() {
    let program = env!("CARGO_BIN_EXE_pillarbox-lab");
    let output = Command::new(program).args(["oracle", "--source", "hearsay"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fbi-2021, published-returns, figures"));
}

#[test]
fn the_comparison_is_one_screen_that_names_what_differs_and_ends_with_the_sum() {
    for width in [40, 60, 80, 140] {
        let text = without_weights(&oracle::short(&REPORT, width));
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        insta::assert_snapshot!(format!("short_{width}"), text);
        let whole = without_weights(&oracle::render(&REPORT, width));
        assert!(whole.lines().all(|line| line.chars().count() <= width), "{whole}");
        assert_eq!(text.lines().last(), whole.lines().last());
    }
    // With the next step and the prompt below it, the head stays in a window of 24 lines.
    assert!(oracle::short(&REPORT, 80).lines().count() <= 22);
    let text = oracle::short(&REPORT, 80);
    // Wide enough that no name is broken: each model by its name for people, each difference with its source.
    let wide = oracle::short(&REPORT, 160);
    let mut counted = 0;
    for row in rows().filter(|row| row.agreement == Agreement::Differs) {
        let title = &designs::named(&row.design).unwrap().title;
        let first = title.split(' ').next().unwrap();
        assert!(text.contains(first) && !wide.contains(&row.item), "{row:?}");
        counted += 1;
    }
    // The rows in the list are the rows that the verdict counts.
    let listed = wide.lines().skip(1).take_while(|line| !line.contains("A row: one"));
    let listed = listed.filter_map(|line| line.split_whitespace().last()?.parse::<usize>().ok());
    // A broken line may end with a year.
    let listed: usize = listed.filter(|rows| *rows < 100).sum();
    assert_eq!(listed, counted);
    assert!(wide.contains(&format!("{counted} differ, ")), "{wide}");
    assert!(wide.contains("FBI chart: no row") && !wide.contains("not returned (no row)"), "{wide}");
    assert!(text.contains("3 agree by arithmetic."), "{text}");
}
