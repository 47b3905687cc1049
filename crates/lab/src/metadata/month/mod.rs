//! A month under each design: the pairs of people that the rows of its operator reveal, by retention rule.
//!
//! Each cell is its own world, run from the same story and seed, and read from the rows that its relays actually
//! have at the end. Pairs that rows name and pairs that means infer are counted apart. Beside them are the results
//! of the same means on shuffled rows.

#[cfg(feature = "cli")]
pub mod run;
pub mod text;
pub mod words;

use std::collections::BTreeMap;

use pillarbox_access::demand::retention;
use pillarbox_access::design::Design;
use pillarbox_metadata::{
    Analysis, Lead, Means, MeansRefusal, MeansSettings, PairScorer, PairTruth, RowKind, Trace, control,
};
use serde::{Deserialize, Serialize};

use super::source::world::{self, WorldSourceError};
use crate::experiments::{Ordered, orders};
use crate::scenario::Scenario;
use crate::world::World;

/// The story of the month.
pub const STORY: &str = "month";

/// The retention rule of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The retention of its design.
    AsItIs,
    /// A log of everybody, from the story's order on.
    LogFromNowOn,
    /// The retention that a notice imposes for everybody, from the first day on.
    Retention,
}

impl Rule {
    /// Every rule, in the order of the columns.
    pub const ALL: [Self; 3] = [Self::AsItIs, Self::LogFromNowOn, Self::Retention];

    /// Returns the rule's name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsItIs => "as-it-is",
            Self::LogFromNowOn => "log-from-now-on",
            Self::Retention => "retention",
        }
    }
}

/// The pairs that the rows of a month reveal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// The retention rule.
    pub rule: Rule,
    /// The number of message rows at the end, receipts included.
    pub rows: u64,
    /// The number of rows among them that name a sender.
    pub with_sender: u64,
    /// The number of pairs that rows name and that really wrote to each other.
    pub named: u64,
    /// The control: the number of pairs that rows name after recipients were exchanged among the rows.
    pub named_shuffled: u64,
    /// The number of pairs of this control that are right by chance.
    pub named_shuffled_right: u64,
    /// The number of further pairs that means infer and that really wrote to each other.
    pub inferred: u64,
    /// The number of further pairs that means infer and that did not write to each other.
    pub false_leads: u64,
    /// Right pairs of each means that infers, in the order of [`Means::ALL`]; a means that was not tried is absent.
    pub by: Vec<By>,
    /// The control: the number of pairs that the same means infer after recipients were exchanged among the rows.
    pub shuffled: u64,
    /// The number of pairs of this control that are right by chance.
    pub shuffled_right: u64,
    /// The reason that nothing was inferred, if every inferring means was refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_inferred: Option<String>,
}

/// The right pairs of one means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The means' name in files.
    pub means: String,
    /// The number of right pairs, whether or not rows name them too.
    pub right: u64,
}

/// A month under one design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Month {
    /// The design's name.
    pub design: String,
    /// The design's name for people.
    pub title: String,
    /// SHA-256 of the design, as data.
    pub design_sha256: String,
    /// The number of pairs of people who wrote to each other under this design.
    pub there: u64,
    /// Each rule, in the order of [`Rule::ALL`].
    pub pairs: Vec<Pairs>,
}

impl Month {
    /// Runs the month under a design, once for each rule.
    ///
    /// # Errors
    /// [`WorldSourceError`].
    pub fn of(design: &Design, story: &Scenario, seed: u64) -> Result<Self, WorldSourceError> {
        let mut month = Self {
            design: design.name.clone(),
            title: design.title.clone(),
            design_sha256: crate::record::design_digest(design),
            there: 0,
            pairs: Vec::new(),
        };
        for rule in Rule::ALL {
            let mut world = World::new(design, story, seed)?;
            world.keep_no_wire();
            order(&mut world, design, rule);
            world.run_in_parts(|| ())?;
            let source = world::read(&design.name, &world)?;
            let kept = source.kept.unwrap_or_default();
            month.there = PairScorer::new(&source.truth).map_or(0, |scorer| scorer.there(Means::Named));
            month.pairs.push(Pairs::of(rule, &kept, &source.truth, seed));
        }
        Ok(month)
    }

    /// Returns the pairs under a rule.
    #[must_use]
    pub fn of_rule(&self, rule: Rule) -> Option<&Pairs> {
        self.pairs.iter().find(|pairs| pairs.rule == rule)
    }
}

/// Orders the operators of a world to keep data about everybody, as an order without a named account does.
fn order(world: &mut World, design: &Design, rule: Rule) {
    let story = world.scenario();
    let (at, ordered) = match rule {
        Rule::AsItIs => (story.start, Ordered::Nothing),
        Rule::LogFromNowOn => (story.inquiry.ordered, Ordered::Log),
        Rule::Retention => (story.start, Ordered::Retain(retention::LONGEST)),
    };
    for order in orders(world, design, &ordered, &[]) {
        world.order(at, order);
    }
}

impl Pairs {
    fn of(rule: Rule, kept: &Trace, truth: &PairTruth, seed: u64) -> Self {
        let settings = MeansSettings { seed, ..MeansSettings::default() };
        let nobody = PairTruth::default();
        let analysis = Analysis::of(kept, &nobody, settings);
        let (named, inferred) = (named(&analysis), inferred(&analysis));
        let mixed = Analysis::of(&control::shuffled(kept, seed), &nobody, settings);
        // The scorer counts pairs of people. It scores named and inferred pairs together, so that a further pair is a
        // further pair of people.
        let both: Vec<Lead> = named.iter().chain(&inferred).cloned().collect();
        let score = |leads: &[Lead]| {
            let score = PairScorer::new(truth).map(|scorer| scorer.score(Means::Named, leads));
            score.map_or((0, 0), |score| (score.right, score.named - score.right))
        };
        let ((right, wrong), (all_right, all_wrong)) = (score(&named), score(&both));
        let (named_by_chance, by_chance) = (score(&self::named(&mixed)), score(&self::inferred(&mixed)));
        Self {
            rule,
            rows: kept.messages(),
            with_sender: kept.of(RowKind::Sent).filter(|row| row.from.is_some()).count() as u64,
            named: right,
            named_shuffled: named_by_chance.0 + named_by_chance.1,
            named_shuffled_right: named_by_chance.0,
            inferred: all_right - right,
            false_leads: all_wrong - wrong,
            by: by(&analysis, truth),
            shuffled: by_chance.0 + by_chance.1,
            shuffled_right: by_chance.0,
            not_inferred: refused(&analysis).map(|refusal| refusal.to_string()),
        }
    }
}

/// Returns the pairs that rows of messages name.
fn named(analysis: &Analysis) -> Vec<Lead> {
    analysis.found(Means::Named).map(|found| found.leads.clone()).unwrap_or_default()
}

/// Returns the pairs that any other means infers and that no row names, each once. Groups are left out, because
/// they show who reads together, and not who writes to whom.
fn inferred(analysis: &Analysis) -> Vec<Lead> {
    let mut pairs = BTreeMap::new();
    for means in Means::ALL.into_iter().filter(|means| infers(*means)) {
        for lead in analysis.found(means).map(|found| found.leads.as_slice()).unwrap_or_default() {
            pairs.entry((lead.one, lead.other)).or_insert_with(|| lead.clone());
        }
    }
    for lead in named(analysis) {
        pairs.remove(&(lead.one, lead.other));
    }
    pairs.into_values().collect()
}

const fn infers(means: Means) -> bool {
    !means.is_named() && !matches!(means, Means::Groups)
}

fn by(analysis: &Analysis, truth: &PairTruth) -> Vec<By> {
    let scorer = PairScorer::new(truth);
    let right = |means: Means| {
        let found = analysis.found(means)?;
        let right = scorer.map_or(0, |scorer| scorer.score(Means::Named, &found.leads).right);
        Some(By { means: means.as_str().to_owned(), right })
    };
    Means::ALL.into_iter().filter(|means| infers(*means)).filter_map(right).collect()
}

/// Returns the first refusal, if no inferring means had anything to work with.
fn refused(analysis: &Analysis) -> Option<MeansRefusal> {
    let mut outcomes = analysis.lines.iter().filter(|line| infers(line.means)).map(|line| &line.outcome);
    let first = outcomes.clone().find_map(|outcome| outcome.as_ref().err().copied());
    if outcomes.any(Result::is_ok) { None } else { first }
}
