//! The text of a picture, which has the same content as the picture.

use std::cmp::Reverse;
use std::fmt;

use pillarbox_metadata::{Known, Tie, Ties};

/// Shown instead of the name of a person whom rows do not name. This point represents all such people, and is not
/// counted as a person.
pub const NOT_NAMED: &str = "not named";

/// The text of a picture of a network. Displayed, it is the whole text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// A summary in a few sentences.
    pub summary: String,
    /// Each pair, with messages in both directions, the most messages first.
    pub pairs: Vec<String>,
    /// Each set of people who received one text together.
    pub groups: Vec<String>,
    /// People without a line.
    pub alone: Vec<String>,
}

impl Words {
    /// Writes the text about ties, one for each pair. In the picture, `named` people have their names beside them.
    pub(super) fn of(ties: &Ties, named: usize) -> Self {
        let name = |at: usize| ties.people.get(at).map_or("", String::as_str);
        let is_named = |at: usize| name(at) != NOT_NAMED;
        let people = (0..ties.people.len()).filter(|at| is_named(*at)).count();
        let alone = (0..ties.people.len())
            .filter(|at| is_named(*at))
            .filter(|at| !ties.ties.iter().any(|tie| tie.one == *at || tie.other == *at));
        let alone: Vec<String> = alone.map(|at| name(at).to_owned()).collect();
        let kinds = [Known::Kept, Known::Seen, Known::Inferred];
        let names_both = |tie: &&Tie| is_named(tie.one) && is_named(tie.other);
        let number =
            |known| ties.ties.iter().filter(names_both).filter(|tie| tie.known == known).count() as u64;
        let half = ties.ties.iter().filter(|tie| !names_both(tie)).count();
        let is_mixed = kinds.into_iter().filter(|known| number(*known) > 0).count() > 1;
        let mut sorted: Vec<&Tie> = ties.ties.iter().collect();
        sorted
            .sort_by_key(|tie| (Reverse(tie.there.saturating_add(tie.back)), tie.known, tie.one, tie.other));
        let pair = |tie: &Tie| {
            let known = match tie.known {
                Known::Inferred => ", inferred",
                Known::Seen if is_mixed => ", seen",
                Known::Kept if is_mixed => ", kept",
                Known::Kept | Known::Seen => "",
            };
            let way = |from: usize, to: usize, messages: u64| match (is_named(from), is_named(to)) {
                (true, true) => format!("{} to {}: {messages}", name(from), name(to)),
                (true, false) => format!("{} to somebody who is not named: {messages}", name(from)),
                (false, true) => format!("somebody who is not named to {}: {messages}", name(to)),
                (false, false) => format!("neither is named: {messages}"),
            };
            let both = is_named(tie.one) && is_named(tie.other);
            match (tie.there, tie.back) {
                (0, 0) => format!("{} and {}{known}", name(tie.one), name(tie.other)),
                (there, 0) if !both => format!("{}{known}", way(tie.one, tie.other, there)),
                (0, back) if !both => format!("{}{known}", way(tie.other, tie.one, back)),
                (there, back) => {
                    format!("{}; {}{known}", way(tie.one, tie.other, there), way(tie.other, tie.one, back))
                }
            }
        };
        let mut summary = vec![format!(
            "The picture shows {}.",
            match people {
                1 => "1 person".to_owned(),
                people => format!("{people} people"),
            }
        )];
        summary.extend(kinds.into_iter().filter_map(|known| sentence(known, number(known))));
        if ties.ties.len() == half {
            summary.push("No pair of people is named.".to_owned());
        }
        match half {
            0 => {}
            1 => summary.push("1 line leads to whoever rows do not name.".to_owned()),
            lines => summary.push(format!("{lines} lines lead to whoever rows do not name.")),
        }
        match alone.len() as u64 {
            0 => {}
            1 => summary.push("1 person has no line.".to_owned()),
            people => summary.push(format!("{people} people have no line.")),
        }
        match ties.groups.len() as u64 {
            0 => {}
            1 => summary.push("A shaded area holds people who got one text together.".to_owned()),
            groups => summary.push(format!("{groups} sets of people got one text together each.")),
        }
        if named < ties.people.len() {
            summary.push(format!(
                "Names stand beside {named} of the points, those with most lines first, as far as there is room. The text names everybody."
            ));
        }
        Self {
            summary: summary.join(" "),
            pairs: sorted.into_iter().map(pair).collect(),
            groups: ties
                .groups
                .iter()
                .map(|group| {
                    format!(
                        "One text to all of: {}",
                        group.iter().map(|at| name(*at)).collect::<Vec<_>>().join(", ")
                    )
                })
                .collect(),
            alone,
        }
    }
}

/// Describes how many pairs are known in one way.
fn sentence(known: Known, pairs: u64) -> Option<String> {
    Some(match (known, pairs) {
        (_, 0) => return None,
        (Known::Kept, 1) => "Rows that are kept name 1 pair of people.".to_owned(),
        (Known::Kept, pairs) => format!("Rows that are kept name {pairs} pairs of people."),
        (Known::Seen, 1) => "Rows that passed name 1 pair of people.".to_owned(),
        (Known::Seen, pairs) => format!("Rows that passed name {pairs} pairs of people."),
        (Known::Inferred, 1) => {
            "1 pair of people is inferred: no row names it, and it may be wrong.".to_owned()
        }
        (Known::Inferred, pairs) => {
            format!("{pairs} pairs of people are inferred: no row names them, and they may be wrong.")
        }
    })
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.summary)?;
        for line in self.pairs.iter().chain(&self.groups) {
            write!(out, " {line}.")?;
        }
        if !self.alone.is_empty() {
            write!(out, " No line: {}.", self.alone.join(", "))?;
        }
        Ok(())
    }
}
