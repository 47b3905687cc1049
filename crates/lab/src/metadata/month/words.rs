//! The month in words: what a cell says, which designs say the same, and why.

use std::cmp::Reverse;

use pillarbox_metadata::Means;

use super::{Month, Pairs, Rule};

impl Rule {
    /// Returns the rule as the head of a column.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::AsItIs => "as it is",
            Self::LogFromNowOn => "logs from mid-month",
            Self::Retention => "all retained",
        }
    }
}

/// Formats a cell: the pairs that rows name, of the existing pairs, and the further pairs that are inferred.
#[must_use]
pub fn cell(pairs: &Pairs, there: u64) -> String {
    let inferred = match (pairs.inferred, pairs.false_leads) {
        (0, 0) => String::new(),
        (right, 0) => format!(" +{right}"),
        (right, wrong) => format!(" +{right} ({wrong} wrong)"),
    };
    format!("{} of {there}{inferred}", pairs.named)
}

/// Formats every cell of a design in the fewest characters: the pairs named, then `+` and the further pairs inferred,
/// one rule after the other.
#[must_use]
pub fn code(month: &Month) -> String {
    let cell = |pairs: &Pairs| match (pairs.named, pairs.inferred) {
        (named, 0) => named.to_string(),
        (0, inferred) => format!("+{inferred}"),
        (named, inferred) => format!("{named}+{inferred}"),
    };
    month.pairs.iter().map(cell).collect::<Vec<_>>().join("/")
}

/// Describes every cell of a design in words.
#[must_use]
pub fn phrase(month: &Month) -> String {
    let cell = |pairs: &Pairs| {
        let wrong = |wrong: u64| if wrong == 0 { String::new() } else { format!(", {wrong} more wrongly") };
        let inferred = match (pairs.inferred, pairs.false_leads) {
            (0, 0) => String::new(),
            (right, wrongly) => format!(" and {right} inferred{}", wrong(wrongly)),
        };
        format!("{}: {} of {}{inferred}", pairs.rule.wording(), pairs.named, month.there)
    };
    month.pairs.iter().map(cell).collect::<Vec<_>>().join(" · ")
}

/// Groups designs whose cells are equal, in the order of the first design of each group.
#[must_use]
pub fn folded(months: &[Month]) -> Vec<Vec<&Month>> {
    let cells =
        |month: &Month| -> Vec<String> { month.pairs.iter().map(|pairs| cell(pairs, month.there)).collect() };
    let mut rows: Vec<Vec<&Month>> = Vec::new();
    for month in months {
        match rows.iter_mut().find(|row| row.first().is_some_and(|first| cells(first) == cells(month))) {
            Some(row) => row.push(month),
            None => rows.push(vec![month]),
        }
    }
    rows
}

/// Summarises the whole table in one sentence.
#[must_use]
pub fn headline(months: &[Month]) -> Option<String> {
    let of = |rule: Rule| {
        let known = |month: &&Month| {
            month.of_rule(rule).is_some_and(|pairs| pairs.named == month.there && month.there > 0)
        };
        months.iter().filter(known).count()
    };
    let none = |month: &&Month| {
        month.of_rule(Rule::AsItIs).is_some_and(|pairs| (pairs.named, pairs.inferred) == (0, 0))
    };
    let all = months.len();
    (all > 2).then(|| {
        format!(
            "As they are, {} of {all} designs keep rows that name every pair and {} keep none that names or suggests one; \
             where everything is retained, the rows of {} name every pair.",
            of(Rule::AsItIs),
            months.iter().filter(none).count(),
            of(Rule::Retention),
        )
    })
}

/// Explains why designs share a row. Returns nothing if no two of them do.
#[must_use]
pub fn alike(months: &[Month]) -> Option<&'static str> {
    (folded(months).len() < months.len()).then_some(
        "Designs that share a row give equal counts: where they differ, these pairs do not rest on it.",
    )
}

/// Returns the reasons behind cells in which some rows name no sender: one sentence for each row of the table, about
/// the last of its designs that has such a cell.
#[must_use]
pub fn reasons(months: &[Month], rule: Rule) -> Vec<String> {
    let of = |month: &Month| reason(month, month.of_rule(rule)?);
    folded(months).iter().filter_map(|row| row.iter().rev().find_map(|month| of(month))).collect()
}

fn reason(month: &Month, pairs: &Pairs) -> Option<String> {
    if pairs.with_sender == pairs.rows {
        return None;
    }
    let nameless = pairs.rows - pairs.with_sender;
    let begins = format!(
        "{}, {}: {nameless} of {} rows of messages, receipts included, name no sender",
        month.title,
        pairs.rule.wording(),
        pairs.rows,
    );
    let also = best(pairs).map_or_else(String::new, |(means, right)| {
        format!(" Of what is left, {} suggests most: {right} of {}.", means.wording(), month.there)
    });
    let names = match (pairs.with_sender, pairs.named) {
        (0, _) => ".".to_owned(),
        (rows, named) => {
            let all = if named == month.there { "all".to_owned() } else { named.to_string() };
            format!(". The other {rows} name {all} pairs.")
        }
    };
    Some(format!("{begins}{names}{also}"))
}

/// Returns the means that suggests the most right pairs.
fn best(pairs: &Pairs) -> Option<(Means, u64)> {
    let best = pairs.by.iter().filter(|by| by.right > 0).max_by_key(|by| by.right)?;
    Some((named_means(&best.means)?, best.right))
}

fn named_means(word: &str) -> Option<Means> {
    Means::ALL.into_iter().find(|means| means.as_str() == word)
}

/// Explains the difference between designs whose rows all name a sender. Returns nothing if no two of these designs
/// have different cells.
#[must_use]
pub fn only_keeping_differs(months: &[Month]) -> Option<String> {
    let names_all = |month: &&Month| month.pairs.iter().all(|pairs| pairs.with_sender == pairs.rows);
    let naming: Vec<Month> = months.iter().filter(names_all).cloned().collect();
    (folded(&naming).len() > 1).then(|| {
        let others = months.iter().filter(|month| !names_all(month)).map(|month| month.title.as_str());
        let others: Vec<&str> = others.collect();
        let all_but = if others.is_empty() { String::new() } else { format!(" but {}", others.join("; ")) };
        format!("Under all designs{all_but} every row names sender and recipient: what differs is which rows are left.")
    })
}

/// Compares designs that follow each other in a row of the table. Returns a sentence for each two of them if some means
/// finds pairs under one design and none under the other.
#[must_use]
pub fn by_other_means(months: &[Month]) -> Vec<String> {
    let rows = folded(months);
    let next = rows.iter().flat_map(|row| row.windows(2)).filter_map(|two| match two {
        [one, other] => told_apart(one, other),
        _ => None,
    });
    next.collect()
}

fn told_apart(one: &Month, other: &Month) -> Option<String> {
    let rule = Rule::LogFromNowOn;
    let (ours, theirs) = (one.of_rule(rule)?, other.of_rule(rule)?);
    let lost = ours.by.iter().filter_map(|by| {
        let there = theirs.by.iter().find(|it| it.means == by.means)?;
        let is_lost = (by.right == 0) != (there.right == 0);
        is_lost.then(|| {
            Some(format!("{} {} and {}", named_means(&by.means)?.wording(), by.right, there.right))
        })?
    });
    let lost: Vec<String> = lost.collect();
    (!lost.is_empty()).then(|| {
        format!(
            "{} and {} give equal counts by other means. With a log from mid-month these suggest: {}. The others are enough.",
            one.title,
            other.title,
            lost.join("; "),
        )
    })
}

/// Describes the control of the cell in which means infer the most right pairs from exchanged recipients.
#[must_use]
pub fn control(months: &[Month]) -> Option<String> {
    let cells = months.iter().flat_map(|month| &month.pairs);
    let most = cells.max_by_key(|pairs| (pairs.shuffled_right, Reverse(pairs.shuffled)))?;
    (most.shuffled > 0).then(|| {
        format!(
            "Control: with recipients exchanged among the rows, the same means suggest at most {} right pairs in any cell, \
             and {} wrong ones there.",
            most.shuffled_right,
            most.shuffled - most.shuffled_right,
        )
    })
}

/// Describes the control of the cell in which rows name the most pairs, and compares it with chance. `possible` is
/// the number of pairs that could exist.
#[must_use]
pub fn control_of_named(months: &[Month], possible: u64) -> Option<String> {
    let cells = months.iter().flat_map(|month| month.pairs.iter().map(move |pairs| (month, pairs)));
    let (month, most) =
        cells.max_by_key(|(_, pairs)| (pairs.named_shuffled, Reverse(pairs.named_shuffled_right)))?;
    (most.named_shuffled > 0).then(|| {
        format!(
            "Control of what rows name: with recipients exchanged, those of {} ({}) name {} pairs, and {} of them are right. \
             Of 100 guesses {} are.",
            month.title,
            most.rule.wording(),
            most.named_shuffled,
            most.named_shuffled_right,
            (100 * month.there + possible / 2) / possible.max(1),
        )
    })
}
