//! The outcome as one JSON document; its form is `schemas/metadata.schema.json`.

use pillarbox_metadata::{Known, Lead, Means, MeansOutcome, MeansResult};
use serde::Serialize;

use super::{AnalysedSource, table};

/// The version of the form.
const VERSION: u8 = 1;

/// The document.
#[derive(Debug, Serialize)]
pub struct MetadataDocument<'i> {
    version: u8,
    source: &'i str,
    observer: &'static str,
    without: Vec<&'static str>,
    round_ms: u64,
    window_ms: u64,
    seed: u64,
    messages: u64,
    people: usize,
    possible_pairs: u64,
    means: Vec<MeansLine<'i>>,
    groups: Vec<Vec<&'i str>>,
    notes: &'i [String],
}

#[derive(Debug, Serialize)]
struct MeansLine<'i> {
    means: &'static str,
    known: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_tried: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<FoundLine<'i>>,
}

#[derive(Debug, Serialize)]
struct FoundLine<'i> {
    named: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreLine<'i>>,
    shuffled_named: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    shuffled_right: Option<u64>,
    /// The number of right pairs among a million guesses at random. Documents of this program contain whole numbers
    /// only.
    #[serde(skip_serializing_if = "Option::is_none")]
    chance_in_a_million: Option<u64>,
    pairs: Vec<PairLine<'i>>,
}

#[derive(Debug, Serialize)]
struct ScoreLine<'i> {
    right: u64,
    there: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    half_after: Option<u64>,
    false_leads: Vec<[&'i str; 2]>,
}

#[derive(Debug, Serialize)]
struct PairLine<'i> {
    one: &'i str,
    other: &'i str,
    there: u64,
    back: u64,
    after: u64,
    rows: &'i [usize],
}

impl<'i> MetadataDocument<'i> {
    /// Builds the document of an outcome.
    #[must_use]
    pub fn of(inquiry: &'i AnalysedSource) -> Self {
        let choices = &inquiry.choices;
        let name = |place: &usize| inquiry.trace.people.get(*place).map_or("", String::as_str);
        let groups = inquiry.ties(None).groups;
        Self {
            version: VERSION,
            source: &inquiry.what,
            observer: choices.observer.as_str(),
            without: choices.without.iter().map(|field| field.as_str()).collect(),
            round_ms: choices.round,
            window_ms: choices.settings.window,
            seed: choices.settings.seed,
            messages: inquiry.analysis.messages,
            people: inquiry.trace.people.len(),
            possible_pairs: inquiry.trace.possible_pairs(),
            means: inquiry.analysis.lines.iter().map(|line| means(inquiry, line)).collect(),
            groups: groups.iter().map(|group| group.iter().map(name).collect()).collect(),
            notes: &inquiry.notes,
        }
    }
}

fn means<'i>(inquiry: &'i AnalysedSource, line: &'i MeansOutcome) -> MeansLine<'i> {
    let how = if line.means == Means::Named { inquiry.named() } else { Known::Inferred };
    MeansLine {
        means: line.means.as_str(),
        known: table::known(how),
        not_tried: line.outcome.as_ref().err().map(ToString::to_string),
        found: line.outcome.as_ref().ok().map(|it| found(inquiry, it)),
    }
}

fn found<'i>(inquiry: &'i AnalysedSource, found: &'i MeansResult) -> FoundLine<'i> {
    let name = |person| inquiry.trace.name(person);
    let pair = |lead: &'i Lead| PairLine {
        one: name(lead.one),
        other: name(lead.other),
        there: lead.there,
        back: lead.back,
        after: lead.after,
        rows: &lead.rows,
    };
    FoundLine {
        named: found.leads.len() as u64,
        score: found.score.as_ref().map(|score| ScoreLine {
            right: score.right,
            there: score.there,
            half_after: score.half_after,
            false_leads: score.false_leads.iter().map(|(one, other)| [name(*one), name(*other)]).collect(),
        }),
        shuffled_named: found.shuffled_named,
        shuffled_right: found.shuffled_right,
        chance_in_a_million: found
            .score
            .as_ref()
            .map(|score| (score.there * 1_000_000).checked_div(inquiry.trace.possible_pairs()).unwrap_or(0)),
        pairs: found.leads.iter().map(pair).collect(),
    }
}
