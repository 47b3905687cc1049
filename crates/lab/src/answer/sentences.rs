//! The sentences about results. Each is English that can be quoted, in the singular and in the plural. A snapshot
//! contains all combinations.
//!
//! | file | sentences |
//! |---|---|
//! | this one | what a cell says, the headline, what the party has |
//! | `question` | the question |
//! | `beside` | the sentences beside the headline |
//! | `rows` | sentences about a relay's folder |
//! | `servers` | sentences about one conversation under two servers |
//! | `subject`, `words` | their parts |

mod beside;
mod question;
mod rows;
mod servers;
mod subject;
mod words;

use pillarbox_access::Item;

use crate::english::grouped;
use crate::evidence::Evidence;
use crate::score::{Absence, Counted, Counts, Measures, State};

pub(super) use beside::{NO_PHONE, ciphertexts, copies, notice, operators_word, thief, without_the_order};
pub(crate) use question::name_the_account;
pub use question::own_question;
pub(super) use question::question;
pub use rows::can_read;
pub(super) use rows::{
    Backup, ROWS_ELSEWHERE, ROWS_FOR_A_THIEF, Rows, accepted_in_all, backup_headline, rows_headline,
    rows_question,
};
pub use servers::{Server, due_to_encryption};
use subject::share;
pub(super) use subject::{KeepsBack, Subject};
use words::{
    NAMES_SHOWN, a_count, capital, count, counted_noun, lower, many, part, people, possessive, them,
};
pub(crate) use words::{counted_by, listed, with_article};

/// Writes the text of a cell in as few words as fit a table: the state with its numbers, and other findings.
#[must_use]
pub fn says(evidence: &Evidence, state: State, counts: &Counts, measures: &Measures) -> String {
    match (state, state.counted()) {
        // The number of kinds of data is not a score. The names of the kinds distinguish designs.
        (_, Some(_)) if !measures.kinds.is_empty() => {
            let listed =
                |items: &[Item]| items.iter().map(|item| item.wording()).collect::<Vec<_>>().join(" · ");
            let number = |items: &[Item]| counted_by(items.len() as u64, "kinds of data");
            let kinds = &measures.kinds;
            let came = format!("{}: {} ({})", state.word(), number(kinds), listed(kinds));
            match measures.kinds_withheld.as_slice() {
                [] => came,
                kept => format!("{came}; held, not handed over: {} ({})", number(kept), listed(kept)),
            }
        }
        (_, Some(_)) => {
            let past = measures.content_past;
            let before = match evidence.what {
                Counted::TextsAfter if matches!(state, State::Returned { .. }) => {
                    format!("; {} of {} from before the order", past.n, past.of)
                }
                _ => String::new(),
            };
            let unit = if state.is_of_messages() { "messages" } else { &evidence.unit };
            let (_, of) = state.counted().unwrap_or_default();
            format!("{state} {}{before}", counted_noun(of, unit))
        }
        (State::Unreadable { .. }, None) => format!("{state}: {}", count(counts.closed, &evidence.container)),
        (State::None { .. }, None) => {
            let mut parts = vec![state.to_string()];
            parts.extend(besides(evidence.what, measures));
            parts.join("; ")
        }
        (_, None) => state.to_string(),
    }
}

/// Names the findings other than the counted kind.
fn besides(what: Counted, measures: &Measures) -> Vec<String> {
    let mut parts = Vec::new();
    match what {
        Counted::Texts | Counted::TextsAfter if measures.sealed.ciphertexts > 0 => {
            parts.push(format!("{} without a text", count(measures.sealed.ciphertexts, "ciphertext")));
        }
        Counted::Messages | Counted::MessagesAfter if measures.times.found > measures.times.right => {
            let others = measures.times.found - measures.times.right;
            parts.push(format!("{} about other messages", count(others, "row")));
        }
        _ => {}
    }
    let kinds = measures.besides.len() as u64;
    if kinds > 0 {
        parts.push(if kinds == 1 {
            "1 other kind of data".into()
        } else {
            format!("{kinds} other kinds of data")
        });
    }
    parts
}

/// Writes at most two sentences: what was returned, and who else is in it.
pub(super) fn headline(subject: &Subject<'_>, state: State, counts: &Counts, measures: &Measures) -> String {
    let has = match (measures.guesses.first(), state) {
        (Some(guesses), State::Unreadable { n: 0, .. }) => format!(
            "{} of the {} passcodes of its kind were tried, and none opens the phone.",
            grouped(u128::from(guesses.tried)),
            many(&guesses.codes)
        ),
        _ if !measures.kinds.is_empty() => kinds(subject, measures),
        _ => has(subject, state, counts),
    };
    let stored = measures.thief.map_or(0, |thief| thief.rows.n);
    let has = match state {
        State::Unreadable { n, of } if n > 0 && subject.is_a_tap && stored > 0 => {
            let lie = if stored == 1 { "lies" } else { "lie" };
            format!("{has} {} {lie} readable in what it stores.", capital(&part(stored, of, subject.unit)))
        }
        _ => has,
    };
    let past = measures.content_past;
    let brings = match state {
        State::Returned { .. } if subject.is_about_the_time_after && past.n > 0 => Some(format!(
            "{} {} from before the order",
            if subject.is_hypothetical { "would also bring" } else { "also brings" },
            part(past.n, past.of, "texts")
        )),
        _ => None,
    };
    match (brings, others(measures, subject.is_hypothetical)) {
        (None, None) => has,
        // Data that the operator keeps back names nobody to the authority that asked.
        (None, Some(others)) if counts.withheld > 0 && counts.withheld >= counts.returned => {
            format!("{has} What it has {others}.")
        }
        (None, Some(others)) if !names_the_party(state) => match subject.is_anything_back {
            true => format!("{has} What came back {others}."),
            false => format!("{has} What {} has {others}.", lower(subject.party)),
        },
        (Some(more), None) | (None, Some(more)) => format!("{has} It {more}."),
        (Some(brings), Some(others)) => {
            let others = others.strip_prefix("would ").unwrap_or(&others);
            format!("{has} It {brings}, and {}.", others.strip_prefix("also ").unwrap_or(others))
        }
    }
}

/// Returns true if the sentence about a state is about the party, so that "it" in the next one is the party.
const fn names_the_party(state: State) -> bool {
    !matches!(
        state,
        State::None { why: Absence::NotInStory | Absence::NotAsked | Absence::NotKnown }
            | State::Unreadable { n: 0, .. }
    )
}

/// Returns true if the sentence about a state is about texts, so that the next one can speak of the same texts.
pub(super) fn is_about_texts(subject: &Subject<'_>, state: State) -> bool {
    subject.unit.starts_with("texts") && names_the_party(state)
}

/// Returns the sentence for a story that contains none of the items that are counted.
fn not_in_story(subject: &Subject<'_>) -> String {
    let whose = possessive(subject.target);
    let noun = match subject.unit.split(' ').next().unwrap_or_default() {
        _ if subject.is_about_everybody => "no message of anybody's".to_owned(),
        "texts" => format!("no text of {whose}"),
        "messages" => format!("no message of {whose}"),
        "posts" => "no public post".to_owned(),
        "reports" => format!("no message of {whose} that could be reported"),
        "devices" => format!("no device of {whose}"),
        _ => format!("no data about {}", subject.target),
    };
    let after = if subject.is_from_the_order_on { " after the order" } else { "" };
    format!("This story has {noun}{after}.")
}

/// Writes the kinds of data. Their number is not a score, so the sentence states no total (no "of").
fn kinds(subject: &Subject<'_>, measures: &Measures) -> String {
    let wordings = |items: &[Item]| items.iter().map(|item| item.wording()).collect::<Vec<_>>().join("; ");
    let number = |items: &[Item]| counted_by(items.len() as u64, "kinds of data");
    let Subject { party, target, .. } = subject;
    let came = &measures.kinds;
    let first = format!("{party} gives {} about {target}: {}.", number(came), wordings(came));
    match measures.kinds_withheld.as_slice() {
        [] => first,
        kept => format!(
            "{}; {}: {}.",
            first.trim_end_matches('.'),
            subject.keeps_back.clause(&format!("over {} that it has", number(kept))),
            wordings(kept)
        ),
    }
}

/// Describes what the party has.
pub(super) fn has(subject: &Subject<'_>, state: State, counts: &Counts) -> String {
    let Subject { party, target, container, .. } = subject;
    let not_over = |n: u64| subject.keeps_back.clause(&format!("{} over", them(n)));
    let (gives, share) = (subject.gives(), |n, of| share(subject, n, of));
    match state {
        State::FromNowOn { n, of } if subject.is_hypothetical => {
            format!("If it complied, {} would have {} from then on.", lower(party), share(n, of))
        }
        State::Returned { n, of } if subject.is_hypothetical => {
            format!("If it complied, {} would have {}.", lower(party), share(n, of))
        }
        State::Returned { n, of } => format!("{party} {gives} {}.", share(n, of)),
        State::FromNowOn { n, of } => {
            format!("From the order on, {} {gives} {}.", lower(party), share(n, of))
        }
        State::Withheld { n, of } if subject.unit == "devices" => format!(
            "The operator has a push token of {}; {}. With it the push service could name the owner.",
            share(n, of),
            not_over(1)
        ),
        State::Withheld { n, of } => {
            format!("{party} {} {}; {}.", subject.has(), share(n, of), not_over(n))
        }
        State::Unreadable { n, of } if n > 0 && subject.is_a_tap => {
            let passed = if n == 1 { "passes" } else { "pass" };
            // The other messages pass as well, but nothing shows whose they are.
            let under = if n < of { format!(" under {} name,", possessive(target)) } else { String::new() };
            format!(
                "{} {passed} {}{under} in a form that nothing in its possession opens.",
                capital(&share(n, of)),
                lower(party)
            )
        }
        State::Unreadable { n, of } if n > 0 => {
            format!("{party} holds {} in a form that nothing in its possession opens.", share(n, of))
        }
        State::Unreadable { .. } => format!(
            "{} {} closed: nothing that was tried opens {}.",
            capital(&a_count(counts.closed, container)),
            if counts.closed == 1 { "stays" } else { "stay" },
            them(counts.closed)
        ),
        State::None { why: Absence::NothingKept } if *container == "backup" => {
            format!("No backup of {} phone lies there.", possessive(target))
        }
        State::None { why: Absence::NothingKept } if subject.is_a_tap => {
            let none = share(0, counts.of);
            match subject.is_hypothetical {
                true => format!("If it complied, {none} would pass where it could read."),
                false => format!("{} passes where the order listens.", capital(&none)),
            }
        }
        State::None { why: Absence::NothingKept } => {
            format!("{party} {} {}.", subject.keeps(), share(0, counts.of))
        }
        State::None { why: Absence::NotInStory } => not_in_story(subject),
        State::None { why: Absence::NotAsked } => {
            format!("This demand does not reach {} {}.", possessive(target), subject.unit)
        }
        State::None { why: Absence::NotKnown } => {
            let noun = if subject.unit == "devices" { "push tokens" } else { subject.unit };
            format!("No source says whether {} has {noun} of {target}.", lower(party))
        }
        State::Removed { n, of } => format!("{}.", capital(&gone(n, of))),
        State::CutOff { n, of } => format!("{}.", capital(&lost(n, of))),
        State::Left { n, of } => {
            format!("If the operator does as it has said, it leaves the country: {}.", lost(n, of))
        }
        State::Refused { n, of } => {
            format!("If the operator does as it has said, it refuses and is blocked: {}.", lost(n, of))
        }
        State::InPlace { n, of } if n > 0 && counts.withheld >= n => format!(
            "Nothing would have to be changed: {} can read {} as it is. {}.",
            lower(party),
            share(n, of),
            capital(&not_over(n))
        ),
        State::InPlace { n, of } => {
            format!("Nothing would have to be changed: {} can read {} as it is.", lower(party), share(n, of))
        }
        State::Withdrawn { n, of } => {
            format!(
                "If the operator does as it has said, it withdraws the feature. What then lies open gives {}.",
                share(n, of)
            )
        }
        State::NotModelled => "Nothing in this bench stands for it.".into(),
    }
}

/// Describes the other people in the answer, without a subject: the people named, the accounts without a name, and the
/// people whose words are read. If the operator would only have the data, the verbs take the same mood as the previous
/// sentence.
fn others(measures: &Measures, is_hypothetical: bool) -> Option<String> {
    let (also_has, also_names, has) = match is_hypothetical {
        true => ("would also have", "would also name", "have"),
        false => ("also has", "also names", "has"),
    };
    let accounts = (measures.named_accounts > 0)
        .then(|| format!("{} that no name or number goes with", count(measures.named_accounts, "account")));
    if measures.named.is_empty() {
        return accounts.map(|accounts| format!("{also_has} {accounts}"));
    }
    let named = people(&measures.named);
    let named = match accounts {
        Some(accounts) => format!("{named}, and {has} {accounts}"),
        None => named,
    };
    let read: Vec<String> =
        measures.read.iter().filter(|who| measures.named.contains(who)).cloned().collect();
    Some(match (read.len(), read.len() == measures.named.len()) {
        (0, _) => format!("{also_names} {named}"),
        (_, true) => format!(
            "{also_names} {named}, and {has} words of {}",
            if read.len() == 1 { "that person" } else { "each of them" }
        ),
        (many, _) if many > NAMES_SHOWN => format!("{also_names} {named}, and {has} words of {many} of them"),
        _ => format!("{also_names} {named}, and {has} words of {}", people(&read)),
    })
}

/// Describes deleted posts.
fn gone(n: u64, of: u64) -> String {
    match n {
        0 => "nothing is gone".into(),
        1 => format!("{} is gone", part(n, of, "posts")),
        _ => format!("{} are gone", part(n, of, "posts")),
    }
}

/// Describes messages that do not arrive. A text to a group counts as one message for each member.
fn lost(n: u64, of: u64) -> String {
    match (n, of) {
        (0, 0 | 1) => format!("{} arrives all the same", part(of, of, "messages")),
        (0, _) => format!("{} arrive all the same", part(of, of, "messages")),
        (1, _) => format!("{} does not arrive", part(n, of, "messages")),
        (n, of) if n == of => format!("none of the {of} messages that everybody together sends arrives"),
        _ => format!("{} that everybody together sends do not arrive", part(n, of, "messages")),
    }
}

#[cfg(test)]
mod tests;
