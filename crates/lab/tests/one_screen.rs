//! Every demand under every design is one screen in a window of 24 lines. The question at the top does not scroll out
//! of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::answer::Answer;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::experiments;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::rerun::Rerun;
use pillarbox_lab::matrix::table::{self, View};
use pillarbox_lab::matrix::{self, Plan};
use pillarbox_lab::paper::story;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::screen::{Screen, plain};
use pillarbox_text::wrap::display_width;

/// The lines of the window without the lines below a paper: the program's next step, and the prompt.
const ROOM: usize = 21;

/// The widths of windows for which tables are laid out.
const WIDTHS: [usize; 3] = [72, 80, 120];

fn paper(evidence: &Evidence, width: usize) -> String {
    let design = designs::named(&evidence.design).unwrap();
    plain(&story::short(evidence, design, width, ROOM))
}

/// Returns words without line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks that the papers of a cell fit the window's height, and leave out nothing that they must have.
fn held(evidence: &Evidence) {
    let answer = evidence.cell("").answer;
    WIDTHS.into_iter().for_each(|width| held_at(width, evidence, &answer));
}

fn held_at(width: usize, evidence: &Evidence, answer: &Answer) {
    let shown = paper(evidence, width);
    assert!(shown.lines().count() <= ROOM, "{width}: {} lines\n{shown}", shown.lines().count());
    assert!(shown.lines().all(|line| display_width(line) <= width), "{width}: {shown}");
    let words = words(&shown);
    let whole = |sentence: &str| words.contains(&self::words(sentence));
    assert!(words.starts_with(&self::words(&answer.question)), "{width}: {shown}");
    for sentence in [&answer.headline, &answer.thief, &answer.copies, &answer.notice] {
        assert!(whole(sentence), "{width}: {sentence}\n{shown}");
    }
    assert!(answer.power.is_empty() || whole(&format!("Law: {}.", answer.power)), "{width}: {shown}");
    // A sentence that is left out is counted.
    let reasons = answer.why.iter().filter(|sentence| !whole(sentence)).count();
    let counted = |subject: &str| {
        let (before, _) = words.split_once(subject)?;
        let mut last = before.rsplit(' ').skip_while(|word| word.parse::<usize>().is_err());
        last.next()?.parse::<usize>().ok()
    };
    let said = counted(" on the reasons").unwrap_or(0);
    assert_eq!(said, reasons, "{width}: reasons\n{shown}");
    assert!(whole(&answer.says) || counted(" on what its operator says") == Some(1), "{width}: {shown}");
    let texts = evidence.brought.said.len();
    assert!(texts == 0 || evidence.brought.is_without_its_texts() || shown.contains('"'), "{width}: {shown}");
}

/// Lines of the window less those after a matrix: what was saved, two commands, one of which continues, and the prompt.
const TABLE: usize = 24 - 7;

/// Checks that a matrix of one demand and all designs fits the height of the window, with each answer once and every
/// design under its own answer.
fn one_column(demand: &str, cells: &[Cell]) {
    let scenario = library::find("locked-phone-2016").unwrap();
    let designs: Vec<String> = cells.iter().map(|cell| cell.design.clone()).collect();
    let view =
        View { scenario: &scenario, designs: &designs, demands: &[demand.to_owned()], cells, pairs: None };
    for width in [80, 120] {
        let shown = plain(&table::render(&view, width, Screen::new(width)));
        assert!(shown.lines().count() <= TABLE, "{demand}, {width}: {}\n{shown}", shown.lines().count());
        let words = words(&shown);
        assert!(words.starts_with(&scenario.title), "{shown}");
        let equal = [format!("Equal for all {} designs:", cells.len()), " under all of them".to_owned()];
        let is_equal = equal.iter().any(|equal| words.contains(equal));
        for cell in cells.iter().filter(|_| !is_equal) {
            assert!(words.contains(&cell.design), "{demand}, {width}: {}\n{shown}", cell.design);
        }
    }
}

/// Checks that the title, the legend and the table of two demands are at the end of the output, within the height
/// of the window. Everything that can scroll away is before them.
fn two_columns(demands: [&str; 2], columns: &BTreeMap<String, Vec<Cell>>) {
    let scenario = library::find("locked-phone-2016").unwrap();
    let cells: Vec<Cell> = demands.iter().flat_map(|demand| columns[*demand].clone()).collect();
    let designs: Vec<String> = columns[demands[0]].iter().map(|cell| cell.design.clone()).collect();
    let demands = demands.map(str::to_owned);
    let view = View { scenario: &scenario, designs: &designs, demands: &demands, cells: &cells, pairs: None };
    let mut saved = Screen::new(80);
    saved.say("Saved here.");
    let shown = plain(&table::render(&view, 80, saved));
    // The command, the next step and the prompt have a line each.
    let lines: Vec<&str> = shown.lines().collect();
    let end = lines[lines.len().saturating_sub(24 - 3)..].join("\n");
    assert!(end.contains(&scenario.title) && end.contains(" not handed over"), "{shown}");
    assert!(lines[0] == "Saved here." && !end.contains("Saved"), "{shown}");
}

/// Runs all designs and demands on the story that takes the least time. Its papers are as long as those of the
/// others: texts, texts that stay unreadable, an order, an operator's statement, and the law of two days.
#[test]
fn every_demand_under_every_design_is_one_screen() {
    let scenario = library::find("locked-phone-2016").unwrap();
    let demands: Vec<String> = experiments::demands().into_iter().map(str::to_owned).collect();
    let (seed, name) = (scenario.seed, scenario.name.clone());
    let rerun = Rerun { scenario: name, designs: Vec::new(), demands: demands.clone(), seed, month: false };
    let plan = Plan {
        scenario,
        designs: designs::all().to_vec(),
        demands,
        seed,
        threads: NonZeroUsize::new(2).unwrap(),
        control: Control::built_in().unwrap(),
        rerun: rerun.to_line(),
    };
    let run = matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap();
    let cells = run.cells.iter().map(|cell| serde_json::from_str(&run.files[&cell.evidence]).unwrap());
    let all: Vec<Evidence> = cells.collect();
    assert_eq!(all.len(), designs::all().len() * experiments::demands().len());
    for evidence in &all {
        held(evidence);
    }
    let cells = run.cells.iter().map(|cell| (cell.demand.clone(), cell.clone()));
    let mut columns: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    cells.for_each(|(demand, cell)| columns.entry(demand).or_default().push(cell));
    assert_eq!(columns.len(), experiments::demands().len());
    columns.iter().for_each(|(demand, cells)| one_column(demand, cells));
    two_columns(["content-warrant", "interception"], &columns);
    // A control: a name that fills the window by itself makes the paper too long.
    let mut long = all.into_iter().next().unwrap();
    long.yardstick.target = "Somebody ".repeat(400);
    assert!(paper(&long, 80).lines().count() > ROOM);
}
