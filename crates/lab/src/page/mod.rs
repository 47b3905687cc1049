//! The report: a run as one HTML file. The question and its answer are first, then the demand and its returns, then
//! the matrix with only the differences, then every cell.
//!
//! It reads the files of a run and measures nothing. Its sentences about results are those of
//! [`answer`](crate::answer). It contains no script and fetches nothing, and its policy forbids both. The templates
//! are in `templates/` and are compiled into the program.
//!
//! | file | what |
//! |---|---|
//! | `escape` | the one way in for anybody's text |
//! | `grid` | the cells as a table, and the summary of a cell |
//! | `first` | which cell is first |
//! | `squares` | one text is one square |
//! | `table` | the matrix, in which equal rows and columns are said once |
//! | `paper`, `cells` | each cell with its sentence, its paper and its evidence |
//! | `parts` | one cell in parts, for a page that shows one answer at a time |
//! | `month` | pairs of people known after a month |
//! | `rows`, `network`, `day` | the returned rows, and the two pictures that are drawn from them |
//! | `ties` | rows as ties between people |
//! | `bundle` | report and evidence as one archive |

pub mod bundle;
mod cells;
mod day;
pub mod escape;
mod first;
mod grid;
mod month;
mod network;
mod paper;
pub mod parts;
mod rows;
mod squares;
mod table;
pub mod ties;

use std::collections::BTreeMap;

use askama::Template;
use data_encoding::BASE64;
use pillarbox_wire::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;
use crate::evidence::Evidence;
use crate::matrix::cell::Cell;
use crate::matrix::manifest::Manifest;
use crate::matrix::pairs::PairsDocument;
use crate::scenario::Scenario;
use crate::score::TextsAt;
use cells::{OfDemand, OfDesign, PaperAt};
use grid::Grid;
use month::MonthTable;
use paper::Paper;
use table::{Kinds, Table};

/// The page's style. Its hash is in the page's policy, so that no other style is allowed.
pub const STYLE: &str =
    concat!(include_str!("../../templates/report.css"), include_str!("../../templates/picture.css"));

/// The number of a matrix's rows that fit on the second sheet of paper with the pictures in the ordinary size, and in a
/// smaller one. A matrix with more rows is set smaller still, and the pictures are printed with an appendix only.
const ROOMY: [usize; 2] = [3, 5];

/// The number of characters that fill the first sheet of paper in the ordinary size, and in the smaller one. A longer
/// text is set smaller still.
const FULL_SHEET: [usize; 2] = [2_900, 4_900];

/// The parts of a run from which a page is built.
#[derive(Clone, Copy, Debug)]
pub struct PageInput<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// The story.
    pub story: &'a Scenario,
    /// The cells, design by design.
    pub cells: &'a [Cell],
    /// The evidence, by its file.
    pub evidence: &'a BTreeMap<String, Evidence>,
    /// The command that makes the run again.
    pub rerun: &'a str,
}

/// The printed part after the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appendix {
    /// Nothing.
    #[default]
    None,
    /// The evidence of the cell that is first, in full.
    First,
    /// Every cell with its paper, and the evidence of each, whole.
    All,
}

/// The options of a page.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The cell that is first: design and demand by their names in files. Otherwise the module `first` chooses.
    pub first: Option<(String, String)>,
    /// The printed part after the summary.
    pub appendix: Appendix,
    /// Pairs of people known after a month, if the run counted them.
    pub pairs: Option<PairsDocument>,
}

/// Reasons that a page could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The run has no cells.
    #[error("there is no cell in this run")]
    Empty,
    /// The cell that should be first is not in the run.
    #[error("this run has no cell {0}/{1}")]
    NoSuchCell(String, String),
    /// A template failed.
    #[error("the page cannot be written: {0}")]
    Template(#[from] askama::Error),
}

/// A few numbers beside the answer.
#[derive(Clone, Debug)]
struct Figure {
    label: &'static str,
    value: String,
    squares: Vec<squares::Square>,
    note: String,
    /// Other people who have the same texts: squares and words.
    elsewhere: Vec<(Vec<squares::Square>, String)>,
}

/// The pictures, and the source of their rows.
#[derive(Clone, Debug)]
struct Pictures<'a> {
    design: &'a str,
    demand: &'a str,
    cell: String,
    rows: usize,
    target: &'a str,
    people: network::People,
    day: day::Day,
    numbers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    style_hash: String,
    manifest: &'a Manifest,
    story: &'a Scenario,
    paragraphs: Vec<&'a str>,
    ordered: String,
    served: String,
    answer: &'a Answer,
    sentences: Vec<&'a str>,
    design: &'a str,
    demand: &'a str,
    figures: Vec<Figure>,
    paper: Paper,
    table: Table,
    kinds: Vec<Kinds>,
    pictures: Option<Pictures<'a>>,
    month: Option<MonthTable<'a>>,
    designs: Vec<OfDesign<'a>>,
    demands: Vec<OfDemand<'a>>,
    cells: usize,
    evidence: (&'a str, &'a str),
    control: (&'a str, &'a str),
    appendix: Vec<(String, String)>,
    prints_all: bool,
    density: &'static str,
    matrix_density: &'static str,
    rerun: &'a str,
}

/// Renders the page of a run.
///
/// # Errors
/// [`PageError`].
pub fn render(run: PageInput<'_>, options: &Options) -> Result<String, PageError> {
    let PageInput { manifest, story, cells, evidence, rerun } = run;
    let grid = Grid::of(&manifest.designs, cells, evidence);
    let at = place(&grid, story, options)?;
    let first = grid.at(at.0, at.1).ok_or(PageError::Empty)?;
    let yardstick = &first.evidence.yardstick;
    let digest = |name: &str| manifest.files.get(name).map_or("", String::as_str);
    let whole = |name: &str| evidence.get(name).map_or_else(String::new, Evidence::to_json);
    let appendix = match options.appendix {
        Appendix::None => Vec::new(),
        Appendix::First => vec![(first.cell.evidence.clone(), whole(&first.cell.evidence))],
        Appendix::All => cells.iter().map(|cell| (cell.evidence.clone(), whole(&cell.evidence))).collect(),
    };
    let paper = Paper::of(first.evidence, grid.designs.get(at.0).and_then(|row| row.design));
    let answer = &first.cell.answer;
    let written =
        answer.why.iter().chain(&answer.law).chain(&answer.assumed).chain([&story.story, &answer.headline]);
    let density = match written.map(String::len).sum::<usize>() + paper.len() {
        long if long > FULL_SHEET[1] => " dense denser",
        long if long > FULL_SHEET[0] => " dense",
        _ => "",
    };
    let table = Table::of(&grid, at);
    let matrix_density = match table.rows.len() {
        rows if rows > ROOMY[1] && appendix.is_empty() => " dense unroomy",
        rows if rows > ROOMY[1] => " dense",
        rows if rows > ROOMY[0] => " middle",
        _ => "",
    };
    let page = Page {
        style: STYLE,
        style_hash: BASE64.encode(&Sha256::digest(STYLE.as_bytes())),
        manifest,
        story,
        paragraphs: story.story.split("\n\n").filter(|text| !text.trim().is_empty()).collect(),
        ordered: Timestamp(yardstick.ordered).to_string(),
        served: Timestamp(yardstick.served).to_string(),
        answer,
        sentences: sentences(&first.cell.answer.headline),
        design: grid.designs.get(at.0).map_or("", |row| row.title.as_str()),
        demand: grid.demands.get(at.1).map_or("", |column| column.title.as_str()),
        figures: figures(&grid, at, first),
        paper,
        density,
        matrix_density,
        table,
        kinds: Kinds::of(&grid),
        pictures: pictures(&grid, at.0)?,
        month: options.pairs.as_ref().map(|document| MonthTable::of(document, &grid, manifest)),
        designs: cells::designs(&grid, manifest, at),
        demands: cells::demands(&grid),
        cells: cells.len(),
        evidence: (&first.cell.evidence, &first.cell.evidence_sha256),
        control: (&first.cell.control, digest(&first.cell.control)),
        appendix,
        prints_all: options.appendix == Appendix::All,
        rerun: rerun.trim(),
    };
    Ok(page.render()?)
}

fn place(grid: &Grid<'_>, story: &Scenario, options: &Options) -> Result<(usize, usize), PageError> {
    let Some((design, demand)) = &options.first else {
        return Ok(first::first(grid, Some(&story.design)));
    };
    let missing = || PageError::NoSuchCell(design.clone(), demand.clone());
    let row = grid.designs.iter().position(|row| row.name == *design).ok_or_else(missing)?;
    let column = grid.demands.iter().position(|column| column.name == *demand).ok_or_else(missing)?;
    Ok((row, column))
}

/// Splits a headline into sentences, so that each begins a line.
fn sentences(headline: &str) -> Vec<&str> {
    let mut rest = headline;
    let mut sentences = Vec::new();
    while let Some(end) = rest.find(". ") {
        let (sentence, others) = rest.split_at(end + 1);
        sentences.push(sentence);
        rest = others.trim_start();
    }
    sentences.push(rest);
    sentences
}

fn figures(grid: &Grid<'_>, at: (usize, usize), first: grid::Place<'_>) -> Vec<Figure> {
    let answer = &first.cell.answer;
    let shown = grid.shown(at.0, at.1);
    let figure =
        |label, value, note| Figure { label, value, squares: Vec::new(), note, elsewhere: Vec::new() };
    let back = shown.squares.iter().filter(|square| **square != squares::Square::Open).count();
    let counted = match shown.squares.len() {
        0 => figure("In the table", first.cell.state.to_string(), first.evidence.unit.clone()),
        of => Figure {
            squares: shown.squares,
            ..figure("Texts that came back readable", format!("{back} of {of}"), shown.word)
        },
    };
    let people = |label, people: &[String]| {
        let names = if people.is_empty() { "nobody".into() } else { people.join(", ") };
        figure(label, people.len().to_string(), names)
    };
    let mut named = people("Others who are named", &answer.named);
    if answer.named_accounts > 0 {
        named.note = format!("{}; accounts that no name goes with: {}", named.note, answer.named_accounts);
    }
    let mut figures = vec![
        counted,
        figure(
            "Other kinds of data that came back",
            answer.other_data.len().to_string(),
            answer.other_data.join("; "),
        ),
        named,
        people("Others whose words are read", &answer.read),
        figure("Could notice", answer.could_notice.len().to_string(), answer.notice.clone()),
    ];
    if !answer.elsewhere.is_empty() {
        let held = |it: &TextsAt| {
            (
                squares::held(first.evidence, it),
                format!("{} of {}: {}", it.texts.len(), it.of, it.holder.wording()),
            )
        };
        let elsewhere = answer.elsewhere.iter().map(held).collect();
        figures
            .push(Figure { elsewhere, ..figure("The same texts elsewhere", String::new(), String::new()) });
    }
    figures
}

fn pictures<'a>(grid: &'a Grid<'a>, row: usize) -> Result<Option<Pictures<'a>>, askama::Error> {
    let Some(rows) = rows::of_design(grid, row) else { return Ok(None) };
    let evidence = rows.place.evidence;
    let ends = ties::ends(rows.rows);
    let number = |end: &Option<&str>| end.map(|end| (rows::name(evidence, Some(end)), end.to_owned()));
    Ok(Some(Pictures {
        design: grid.designs.get(row).map_or("", |row| row.title.as_str()),
        demand: grid.demands.get(rows.column).map_or("", |column| column.title.as_str()),
        cell: cells::id(row, rows.column),
        rows: rows.rows.len(),
        target: &evidence.yardstick.target,
        people: network::People::of(&rows)?,
        day: day::Day::of(&rows)?,
        numbers: ends.iter().filter_map(number).collect(),
    }))
}
