//! The analysis: every means on one trace, each beside its controls.

use std::collections::BTreeMap;

use crate::control::{chance, shuffled};
use crate::means::{self, Lead, Means, MeansRefusal, MeansSettings};
use crate::score::{PairScorer, PairTruth, Score};
use crate::ties::{Known, Tie, Ties};
use crate::trace::{Trace, TracePerson};

/// The result of one means, and its controls.
#[derive(Clone, Debug, PartialEq)]
pub struct MeansResult {
    /// The pairs that it names.
    pub leads: Vec<Lead>,
    /// The score; `None` if the truth is not known.
    pub score: Option<Score>,
    /// The number of pairs that the same means names on the shuffled trace.
    pub shuffled_named: u64,
    /// The number of those pairs that are right, if the truth is known.
    pub shuffled_right: Option<u64>,
    /// The fraction of guesses that chance alone gets right, if the truth is known.
    pub chance: Option<f64>,
}

/// The line of one means.
#[derive(Clone, Debug, PartialEq)]
pub struct MeansOutcome {
    /// The means.
    pub means: Means,
    /// The result, or the reason that it was not tried.
    pub outcome: Result<MeansResult, MeansRefusal>,
}

/// The outcome of every means.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// A line for each means, in the order of [`Means::ALL`].
    pub lines: Vec<MeansOutcome>,
    /// The number of messages in the trace.
    pub messages: u64,
    /// The settings of the means.
    pub settings: MeansSettings,
}

impl Analysis {
    /// Runs every means on a trace and on the shuffled one. The truth is passed to the scorer and nowhere else.
    #[must_use]
    pub fn of(trace: &Trace, truth: &PairTruth, settings: MeansSettings) -> Self {
        let scorer = PairScorer::new(truth);
        let mixed = shuffled(trace, settings.seed);
        let line = |means: Means| {
            let outcome = means.find(trace, settings).map(|leads| {
                let mixed = means.find(&mixed, settings).unwrap_or_default();
                let score = scorer.map(|scorer| scorer.score(means, &leads));
                MeansResult {
                    shuffled_named: mixed.len() as u64,
                    shuffled_right: scorer.map(|scorer| scorer.score(means, &mixed).right),
                    chance: scorer.map(|scorer| chance(scorer.there(means), trace.possible_pairs())),
                    leads,
                    score,
                }
            });
            MeansOutcome { means, outcome }
        };
        Self { lines: Means::ALL.into_iter().map(line).collect(), messages: trace.messages(), settings }
    }

    /// Returns the result of a means, unless it was not tried.
    #[must_use]
    pub fn found(&self, means: Means) -> Option<&MeansResult> {
        self.lines.iter().find(|line| line.means == means)?.outcome.as_ref().ok()
    }

    /// Returns the means that were not tried, grouped by reason.
    #[must_use]
    pub fn refused(&self) -> Vec<(MeansRefusal, Vec<Means>)> {
        let mut reasons: Vec<(MeansRefusal, Vec<Means>)> = Vec::new();
        for MeansOutcome { means, outcome } in &self.lines {
            let Err(refusal) = outcome else { continue };
            match reasons.iter_mut().find(|(known, _)| known == refusal) {
                Some((_, all)) => all.push(*means),
                None => reasons.push((*refusal, vec![*means])),
            }
        }
        reasons
    }

    /// Returns the pairs that rows name, and those that means infer, as a network: each pair once for each way in
    /// which it is known.
    ///
    /// `named` says whether rows that name both passed or are kept. With `messages`, the network is the one found after
    /// that number of messages; `None` means all of them.
    #[must_use]
    pub fn ties(&self, trace: &Trace, named: Known, messages: Option<u64>) -> Ties {
        let mut pairs: BTreeMap<(bool, TracePerson, TracePerson), Tie> = BTreeMap::new();
        for line in &self.lines {
            let Ok(found) = &line.outcome else { continue };
            let is_inferred = !line.means.is_named();
            for lead in
                found.leads.iter().filter(|lead| messages.is_none_or(|messages| lead.after <= messages))
            {
                let known = if is_inferred { Known::Inferred } else { named };
                let (one, other) = (lead.one.place(), lead.other.place());
                let tie = pairs.entry((is_inferred, lead.one, lead.other));
                let tie = tie.or_insert(Tie { one, other, there: 0, back: 0, known });
                // Several means count the same messages. The largest count is nearest to the true number.
                (tie.there, tie.back) = (tie.there.max(lead.there), tie.back.max(lead.back));
            }
        }
        // A pair that a row names needs no inference.
        let is_named =
            |pair: &(bool, TracePerson, TracePerson)| pair.0 && pairs.contains_key(&(false, pair.1, pair.2));
        let ties = pairs.iter().filter(|(pair, _)| !is_named(pair)).map(|(_, tie)| tie.clone()).collect();
        let groups = match self.found(Means::Groups) {
            Some(_) => means::sets(trace),
            None => Vec::new(),
        };
        let groups =
            groups.into_iter().map(|set| set.into_iter().map(TracePerson::place).collect()).collect();
        Ties { people: trace.people.clone(), ties, groups }
    }
}
