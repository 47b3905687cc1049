//! The pairs of a month beside a matrix: as a column, on the page, in the folder, and what a check reports about a
//! changed one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::manifest::{RERUN, STORY};
use pillarbox_lab::matrix::pairs::{FILE, PairsDocument, TABLE};
use pillarbox_lab::matrix::rerun::Rerun;
use pillarbox_lab::matrix::table::{self, View};
use pillarbox_lab::matrix::{self, Plan, Run};
use pillarbox_lab::metadata::month::{Month, words};
use pillarbox_lab::page::{self, Options};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::record::sha256;
use pillarbox_lab::screen::{Screen, plain};
use serde_json::{Value, json};

use crate::schema_walker::fault;

/// The `pairs.json` of a matrix of every design. `month.rs` counts some of it again.
const DOCUMENT: &str = include_str!("month/pairs.json");

/// The lines of a window without the next step and the prompt, which are below the table.
const ROOM: usize = 22;

fn document() -> PairsDocument {
    serde_json::from_str(DOCUMENT).unwrap()
}

/// Two designs and two demands, with the month beside them.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    let control = Control::built_in().unwrap();
    let names = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let rerun = Rerun {
        scenario: control.scenario.name.clone(),
        designs: names(&["plain-server", "signal-now"]),
        demands: names(&["entity-data", "content-warrant"]),
        seed: 7,
        month: true,
    };
    let plan = Plan {
        scenario: control.scenario.clone(),
        designs: rerun.designs.iter().map(|name| designs::named(name).unwrap().clone()).collect(),
        demands: rerun.demands.clone(),
        seed: 7,
        threads: NonZeroUsize::MIN,
        control,
        rerun: rerun.to_line(),
    };
    let run = matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap();
    run.with_pairs(document())
});

fn folder(run: &Run) -> Folder {
    let files = run.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    Folder::of(run.manifest.clone(), files.collect())
}

/// Returns the findings about a folder in which one file is replaced, with the new file's digest in the manifest.
fn forged(name: &str, text: &str) -> Vec<String> {
    let mut run = RUN.clone();
    run.files.insert(name.to_owned(), text.to_owned());
    run.manifest.files.insert(name.to_owned(), sha256(text.as_bytes()));
    folder(&run).findings()
}

#[test]
fn the_document_is_in_the_folder_and_keeps_to_its_schema() {
    let root: Value = serde_json::from_str(include_str!("../../../schemas/pairs.schema.json")).unwrap();
    let told: Value = serde_json::from_str(&RUN.files[FILE]).unwrap();
    assert_eq!(fault(&root, &root, &told), None);
    assert_eq!(RUN.files[FILE], DOCUMENT, "it is written as it was read");
    for (at, odd) in [("/designs/0/pairs/0/named", json!("many")), ("/designs/0/colour", json!("red"))] {
        let mut changed = told.clone();
        match changed.pointer_mut(at) {
            Some(value) => *value = odd,
            None => changed["designs"][0]["colour"] = odd,
        }
        assert!(fault(&root, &root, &changed).is_some(), "{at}");
    }
    let lines = RUN.files[TABLE].lines().count();
    assert_eq!(lines, 1 + 3 * document().designs.len());
    assert_eq!(document().designs.len(), designs::all().len() + 1);
    assert!(RUN.files.contains_key(STORY) && RUN.manifest.files.contains_key(TABLE));
}

#[test]
fn a_check_names_what_was_changed() {
    assert_eq!(folder(&RUN).findings(), Vec::<String>::new(), "nothing was changed");
    let (told, table) = (&RUN.files[FILE], &RUN.files[TABLE]);
    let other = told.replacen("\"named\": 34", "\"named\": 33", 1);
    assert_ne!(other, *told);
    assert_eq!(forged(FILE, &other), ["pairs.csv does not say what pairs.json says"]);
    let impossible = told.replacen("\"named\": 34", "\"named\": 35", 1);
    assert!(forged(FILE, &impossible).contains(&"pairs.json says what no month gives".to_owned()));
    let unlike = table.replacen(",34,", ",33,", 1);
    assert_eq!(forged(TABLE, &unlike), ["pairs.csv does not say what pairs.json says"]);
    assert_eq!(forged(FILE, "[]"), ["pairs.json holds no pairs of a month"]);
    let digest = &document().designs[0].design_sha256;
    let others = told.replacen(digest.as_str(), &sha256(b"another"), 1);
    assert_eq!(forged(FILE, &others), ["pairs.json is not of the designs that manifest.json names"]);
    // Both files are forged in the same way. Only a fresh run notices the forgery, and says so.
    let both: PairsDocument = serde_json::from_str(&other).unwrap();
    let forged_run = RUN.clone().with_pairs(both);
    assert_eq!(folder(&forged_run).findings(), Vec::<String>::new());
    assert_eq!(
        folder(&forged_run).findings_beside(&RUN.files),
        ["pairs.csv is not what a fresh run gives", "pairs.json is not what a fresh run gives"]
    );
    // Both files are removed, and the manifest no longer names them. The command still asks for them.
    let mut without = RUN.clone();
    for name in [FILE, TABLE] {
        without.files.remove(name);
        without.manifest.files.remove(name);
    }
    assert_eq!(
        folder(&without).findings(),
        ["rerun.txt counts the pairs of a month, and manifest.json has not pairs.json"]
    );
    assert!(folder(&without).fresh().unwrap().pairs, "a fresh run counts them");
    let line = RUN.files[RERUN].replace(" --month", "");
    assert_eq!(
        forged(RERUN, &line),
        ["rerun.txt does not count the pairs of a month, and manifest.json has pairs.json"]
    );
}

/// Writes a table in which the cells of all designs are alike, except for the content warrant and the month.
fn shown(designs: &[String], pairs: Option<&PairsDocument>, form: Form, width: usize) -> String {
    let rows: BTreeMap<&str, _> = RUN.cells[..2].iter().map(|cell| (cell.demand.as_str(), cell)).collect();
    let cells = designs.iter().enumerate().flat_map(|(at, design)| {
        let cell = |name: &String| {
            let mut cell = rows[name.as_str()].clone();
            cell.design.clone_from(design);
            if name == "content-warrant" {
                cell.state = pillarbox_lab::score::State::Returned { n: at as u64, of: 40 };
                cell.says = cell.state.to_string();
            }
            cell
        };
        RUN.demands.iter().map(cell).collect::<Vec<_>>()
    });
    let cells: Vec<_> = cells.collect();
    let scenario = Control::built_in().unwrap().scenario;
    let view = View { scenario: &scenario, designs, demands: &RUN.demands, cells: &cells, pairs };
    let text = plain(&form(&view, width, Screen::new(width)));
    assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    text
}

type Form = fn(&View<'_>, usize, Screen) -> String;

#[test]
fn the_month_is_a_column_and_the_table_has_no_more_lines() {
    let document = document();
    let names: Vec<String> = designs::all().iter().map(|design| design.name.clone()).collect();
    let with = shown(&names, Some(&document), table::render, 80);
    let without = shown(&names, None, table::render, 80);
    insta::assert_snapshot!("column_80", with);
    let table = |text: &str| -> Vec<String> {
        let head = text.lines().rev().position(|line| line.starts_with("    ")).unwrap();
        text.lines().rev().take(head + 1).map(str::to_owned).collect()
    };
    assert_eq!(table(&with).len(), table(&without).len(), "{with}");
    assert!(table(&with).len() <= ROOM + 1, "{with}");
    for name in &names {
        let code = words::code(document.month(name).unwrap());
        let row = table(&with).into_iter().find(|line| line.starts_with(&format!("{name} "))).unwrap();
        assert!(row.ends_with(&code), "{row} has {code}");
    }
    let legend = with.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(legend.contains("signal-quiet: 0/9+21/34."), "{legend}");
    assert!(legend.contains("inferred, and never returned"), "{legend}");
    assert!(!without.contains("pairs"), "{without}");
    // In words, and as lists in a narrow window.
    let forms: [(Form, usize); 3] = [(table::full, 80), (table::render, 40), (table::render, 140)];
    for (form, width) in forms {
        let text = shown(&names[..3], Some(&document), form, width);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("pairs"), "{text}");
    }
}

#[test]
fn the_page_has_a_row_for_each_design_with_controls_and_reasons() {
    let story = Control::built_in().unwrap().scenario;
    let evidence = RUN
        .cells
        .iter()
        .map(|cell| (cell.evidence.clone(), serde_json::from_str(&RUN.files[&cell.evidence]).unwrap()));
    let evidence = evidence.collect();
    let page = |pairs| {
        let run = page::PageInput {
            manifest: &RUN.manifest,
            story: &story,
            cells: &RUN.cells,
            evidence: &evidence,
            rerun: "",
        };
        page::render(run, &Options { pairs, ..Options::default() }).unwrap()
    };
    let without = page(None);
    assert!(!without.contains("id=\"month\"") && !without.contains("after a month"), "nothing false is said");
    let whole = page(Some(document()));
    let section = whole.split("id=\"month\"").nth(1).unwrap().split("</section>").next().unwrap();
    let rows: Vec<&str> = section.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), document().designs.len());
    for (row, month) in rows.iter().zip(&document().designs) {
        assert_eq!(row.matches("<td").count(), 3);
        for pairs in &month.pairs {
            assert!(row.contains(&format!("<b>{}</b> of {} named", pairs.named, month.there)), "{row}");
            // The named pairs and the inferred pairs are never added up.
            let sum = pairs.named + pairs.inferred;
            assert!(pairs.inferred == 0 || !row.contains(&format!("<b>{sum}</b>")), "{row}");
        }
    }
    let of = |name: &str| rows[document().designs.iter().position(|it| it.design == name).unwrap()];
    assert!(of("signal-now").contains("21 more inferred, and 1 wrongly"), "{}", of("signal-now"));
    assert!(
        of("signal-2016").contains("<b>30</b> of 34 named<small>no more inferred"),
        "{}",
        of("signal-2016")
    );
    assert!(of("signal-quiet").contains("in no other table here"), "{}", of("signal-quiet"));
    for row in [of("plain-server"), of("signal-now")] {
        assert!(row.contains("shuffled: ") && row.contains("href=\"#d"), "{row}");
    }
    let sentences = section.split("<ul>").nth(1).unwrap().split("</ul>").next().unwrap();
    insta::assert_snapshot!("sentences", sentences.replace("</li>", "\n").replace("<li>", "- "));
}

/// The sentences follow from the counts: with other counts they have other words.
#[test]
fn words_follow_from_the_counts() {
    let of = |name: &str| document().month(name).unwrap().clone();
    let (readable, now, quiet) = (of("signal-2016"), of("signal-now"), of("signal-quiet"));
    assert_eq!([&readable, &now, &quiet].map(words::code), ["0/30/34", "0/9+21/34", "0/9+21/34"]);
    assert_eq!(words::folded(&[readable.clone(), now.clone(), quiet.clone()]).len(), 2);
    let apart = words::by_other_means(&[now.clone(), quiet.clone()]);
    assert!(apart[0].contains("receipt"), "{apart:?}");
    assert_eq!(words::by_other_means(&[now.clone(), now.clone()]), Vec::<String>::new());
    assert_eq!(words::only_keeping_differs(&[readable.clone(), now.clone()]), None);
    assert!(words::only_keeping_differs(&[readable, of("plain-server"), now.clone()]).is_some());
    let blind = Month {
        pairs: now
            .pairs
            .iter()
            .cloned()
            .map(|it| pillarbox_lab::metadata::month::Pairs { named: 0, ..it })
            .collect(),
        ..now
    };
    assert_eq!(words::code(&blind), "0/+21/0");
}
