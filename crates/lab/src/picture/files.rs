//! Ties as files for other programs: GraphML, and comma-separated values.

use askama::Template;
use pillarbox_metadata::{Known, Ties};

use crate::csv;

/// The columns of [`csv`].
const COLUMNS: [&str; 5] = ["one", "other", "there", "back", "known"];

#[derive(Template)]
#[template(path = "picture/ties.graphml", escape = "svg")]
struct GraphMl<'a> {
    ties: &'a Ties,
    /// The numbers of each person's sets.
    sets: Vec<String>,
}

/// Writes the ties as GraphML 1.0: undirected, with a node for each person and an edge for each tie. An edge has
/// the attributes `known`, `there` and `back`: messages from its source to its target, and from its target to its
/// source. A node has its `name`, and the numbers of the `sets` of people who received one text together.
///
/// # Errors
/// A template failed.
pub fn graphml(ties: &Ties) -> Result<String, askama::Error> {
    let sets = |at: usize| {
        let sets = (1..).zip(&ties.groups).filter(|(_, group)| group.contains(&at));
        sets.map(|(number, _): (u32, _)| number.to_string()).collect::<Vec<_>>().join(" ")
    };
    GraphMl { ties, sets: (0..ties.people.len()).map(sets).collect() }.render()
}

/// Writes the ties as comma-separated values (RFC 4180), a line for each.
#[must_use]
pub fn csv(ties: &Ties) -> String {
    let mut out = csv::line(&COLUMNS.map(str::to_owned));
    for tie in &ties.ties {
        let name = |at: usize| ties.people.get(at).cloned().unwrap_or_default();
        let [there, back] = [tie.there, tie.back].map(|messages| messages.to_string());
        out.push_str(&csv::line(&[name(tie.one), name(tie.other), there, back, word(tie.known).to_owned()]));
    }
    out
}

/// Returns the word in files for how a pair is known.
const fn word(known: Known) -> &'static str {
    match known {
        Known::Kept => "kept",
        Known::Seen => "seen",
        Known::Inferred => "inferred",
    }
}
