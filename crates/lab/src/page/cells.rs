//! Each cell of a run as a section of the page: its headline, the sentences beside it, its paper, and the path of
//! its evidence.

use super::grid::{Grid, Place, Shown};
use super::paper::{Paper, Printed, Spot};
use crate::answer::Answer;
use crate::matrix::manifest::Manifest;
use crate::matrix::words;

/// A cell's section.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    /// The end of its address on the page.
    pub(super) id: String,
    /// The demand's name for people.
    pub(super) demand: &'a str,
    /// The design's name for people.
    pub(super) design: &'a str,
    /// The summary that a table shows.
    pub(super) shown: Shown,
    /// The answer, in sentences.
    pub(super) answer: &'a Answer,
    /// The cell's own phrase.
    pub(super) says: &'a str,
    /// Measures in words, with their names.
    pub(super) measures: Vec<(&'static str, String)>,
    /// Its paper, or the cell whose paper is identical, line for line.
    pub(super) paper: PaperAt,
    /// The file with its evidence, and that file's SHA-256.
    pub(super) evidence: (&'a str, &'a str),
    /// The control's file, and that file's SHA-256.
    pub(super) control: (&'a str, &'a str),
}

/// A paper, or the section that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PaperAt {
    /// The paper is here.
    Here(Paper),
    /// The paper is in another section.
    There(Spot),
}

/// The sections of one design.
#[derive(Clone, Debug)]
pub(super) struct OfDesign<'a> {
    /// The end of its address on the page.
    pub(super) id: String,
    /// The design's name for people.
    pub(super) title: &'a str,
    /// The design's name in files.
    pub(super) name: &'a str,
    /// The design in one phrase, if it is one of this program's.
    pub(super) plain: &'a str,
    /// The assumptions of all its cells.
    pub(super) assumed: Vec<&'a str>,
    /// Law and reach that not every design has, each with its demands.
    pub(super) law: Vec<(&'a str, Vec<&'a str>)>,
    /// Its cells.
    pub(super) cells: Vec<Section<'a>>,
}

/// A demand, with the law that is the same for every design.
#[derive(Clone, Debug)]
pub(super) struct OfDemand<'a> {
    /// The end of its address on the page.
    pub(super) id: String,
    /// Its name for people.
    pub(super) title: &'a str,
    /// Its name in files.
    pub(super) name: &'a str,
    /// The demand in one phrase.
    pub(super) plain: &'a str,
    /// The law.
    pub(super) law: Vec<&'a str>,
}

/// Returns the end of a cell's address.
#[must_use]
pub(super) fn id(row: usize, column: usize) -> String {
    format!("c{}-{}", row + 1, column + 1)
}

/// Returns the entries that all lists have, in the order of the first.
fn common<'a>(lists: &[&'a [String]]) -> Vec<&'a str> {
    let Some((first, others)) = lists.split_first() else { return Vec::new() };
    first.iter().filter(|entry| others.iter().all(|list| list.contains(entry))).map(String::as_str).collect()
}

/// Returns the demands of a run.
#[must_use]
pub(super) fn demands<'a>(grid: &'a Grid<'a>) -> Vec<OfDemand<'a>> {
    let demand = |(column, head): (usize, &'a super::grid::Column)| {
        let places = (0..grid.designs.len()).filter_map(|row| grid.at(row, column));
        let law: Vec<&[String]> = places.map(|place| place.cell.answer.law.as_slice()).collect();
        OfDemand {
            id: format!("p{}", column + 1),
            title: &head.title,
            name: &head.name,
            plain: head.demand.map_or("", |demand| demand.plain),
            law: common(&law),
        }
    };
    grid.demands.iter().enumerate().map(demand).collect()
}

/// Returns the sections of a run, design by design. A paper is in the first section that has it. The paper of
/// `at_top` is at the top of the page.
#[must_use]
pub(super) fn designs<'a>(
    grid: &'a Grid<'a>,
    manifest: &'a Manifest,
    at_top: (usize, usize),
) -> Vec<OfDesign<'a>> {
    let demands = demands(grid);
    let mut printed = Printed::default();
    let paper_of = |row: usize, place: Place<'a>| {
        Paper::of(place.evidence, grid.designs.get(row).and_then(|row| row.design))
    };
    let name = |row: usize, column: usize| {
        let design = grid.designs.get(row).map_or("", |row| row.title.as_str());
        let demand = grid.demands.get(column).map_or("", |column| column.title.as_str());
        format!("{design}: {demand}")
    };
    if let Some(place) = grid.at(at_top.0, at_top.1) {
        // Nothing is on the page yet, so this paper is printed in full.
        let spot = Spot { id: "asked".into(), name: "the top of this page".into() };
        let _ = printed.place(paper_of(at_top.0, place), spot);
    }
    let mut all = Vec::with_capacity(grid.designs.len());
    for (row, design) in grid.designs.iter().enumerate() {
        let places: Vec<(usize, Place<'a>)> =
            (0..grid.demands.len()).filter_map(|column| Some((column, grid.at(row, column)?))).collect();
        let assumed: Vec<&[String]> =
            places.iter().map(|(_, place)| place.cell.answer.assumed.as_slice()).collect();
        let mut law: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut cells = Vec::with_capacity(places.len());
        for (column, Place { cell, evidence }) in places {
            let spot = Spot { id: id(row, column), name: name(row, column) };
            let paper = match printed.place(paper_of(row, Place { cell, evidence }), spot) {
                Ok(paper) => PaperAt::Here(paper),
                Err(spot) => PaperAt::There(spot),
            };
            let demand = grid.demands.get(column).map_or("", |column| column.title.as_str());
            let known = demands.get(column).map_or([].as_slice(), |demand| demand.law.as_slice());
            for sentence in cell.answer.law.iter().map(String::as_str).filter(|law| !known.contains(law)) {
                match law.iter_mut().find(|(known, _)| *known == sentence) {
                    Some((_, demands)) => demands.push(demand),
                    None => law.push((sentence, vec![demand])),
                }
            }
            let digest = |name: &str| manifest.files.get(name).map_or("", String::as_str);
            cells.push(Section {
                id: id(row, column),
                demand,
                design: &design.title,
                shown: grid.shown(row, column),
                answer: &cell.answer,
                says: &cell.says,
                measures: words::measures(&cell.measures, evidence),
                paper,
                evidence: (&cell.evidence, &cell.evidence_sha256),
                control: (&cell.control, digest(&cell.control)),
            });
        }
        all.push(OfDesign {
            id: format!("d{}", row + 1),
            title: &design.title,
            name: &design.name,
            plain: design.design.map_or("", |design| design.plain.as_str()),
            assumed: common(&assumed),
            law,
            cells,
        });
    }
    all
}
