//! The sentences. Each is English that can be quoted, in the singular and in the plural; a snapshot holds all combinations.

use super::{Context, OperatorsWord, WordIs};
use crate::matrix::cell::Evidence;
use crate::score::{Absence, Counts, Measures, State, What};

/// What the sentences of one answer are about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The party that answers.
    pub(super) party: &'a str,
    /// The person whom the demand is about.
    pub(super) target: &'a str,
    /// The noun behind the numbers, in the plural.
    pub(super) unit: &'a str,
    /// The noun for something that stays closed.
    pub(super) container: &'a str,
    /// What the party does with nothing: an operator keeps nothing, a phone or a person gives nothing.
    pub(super) none: &'a str,
}

impl Subject<'_> {
    /// What the party does with what is counted: a record of a message is not its text, and a token's owner is not the token.
    fn gives(&self) -> &'static str {
        match self.unit {
            "messages" => "has a record of",
            "devices" => "names the owner of",
            "reports" => "can prove",
            _ => "gives",
        }
    }
}

/// The names of so many people stand in a headline; of more, the number.
const NAMES_SHOWN: usize = 3;

/// What a cell says, in as few words as fit a table: the state with its numbers, and what else is there.
#[must_use]
pub fn says(evidence: &Evidence, state: State, counts: &Counts, measures: &Measures) -> String {
    match (state, state.counted()) {
        // A number of kinds is no score: what they are tells designs apart.
        (_, Some((n, _))) if !measures.kinds.is_empty() => {
            let kinds: Vec<String> =
                measures.kinds.iter().map(|item| item.as_str().replace('_', " ")).collect();
            format!("{}: {} ({})", state.word(), counted_by(n, "kinds of data"), kinds.join(", "))
        }
        (_, Some(_)) => format!("{state} {}", evidence.unit),
        (State::Unreadable { .. }, None) => format!("{state}: {}", count(counts.closed, &evidence.container)),
        (State::None { .. }, None) => {
            let mut parts = vec![state.to_string()];
            parts.extend(besides(evidence.what, measures));
            parts.join("; ")
        }
        (_, None) => state.to_string(),
    }
}

/// What is there beside what a column counts, named as what it is.
fn besides(what: What, measures: &Measures) -> Vec<String> {
    let mut parts = Vec::new();
    match what {
        What::Texts | What::TextsAfter if measures.sealed.ciphertexts > 0 => {
            parts.push(format!("{} without a text", count(measures.sealed.ciphertexts, "ciphertext")));
        }
        What::Messages | What::MessagesAfter if measures.times.found > measures.times.right => {
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

/// The question.
pub(super) fn question(context: &Context, of_an_operator: bool, target: &str) -> String {
    let Context { design, demand, on, .. } = context;
    let asks = country(&context.country);
    if of_an_operator {
        return format!("If {design} is served {demand} by {asks} on {on} about {target}, what comes back?");
    }
    format!("Under {design}: what comes of {demand}, in {asks} on {on}, about {target}?")
}

/// At most two sentences: what came back, and who else is in it.
pub(super) fn headline(subject: &Subject<'_>, state: State, counts: &Counts, measures: &Measures) -> String {
    let kinds: Vec<&str> = measures.kinds.iter().map(|item| item.wording()).collect();
    let has = match kinds.is_empty() {
        true => has(subject, state, counts),
        false => format!("{}: {}.", has(subject, state, counts).trim_end_matches('.'), kinds.join("; ")),
    };
    match others(measures) {
        Some(others) => format!("{has} {others}"),
        None => has,
    }
}

/// What the party has.
pub(super) fn has(subject: &Subject<'_>, state: State, counts: &Counts) -> String {
    let Subject { party, target, container, .. } = *subject;
    let (gives, share) = (subject.gives(), |n, of| share(subject, n, of));
    match state {
        State::Returned { n, of } => format!("{party} {gives} {}.", share(n, of)),
        State::FromNowOn { n, of } => {
            format!("From the order on, {} {gives} {}.", lower(party), share(n, of))
        }
        State::Withheld { n, of } => {
            format!("{party} has {}, and says that it does not hand {} over.", share(n, of), them(n))
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
        State::None { why: Absence::NothingKept } => {
            format!("{party} {} {}.", subject.none, share(0, counts.of))
        }
        State::None { why: Absence::NotInStory } => "This story has nothing of the kind.".into(),
        State::None { why: Absence::NotAsked } => {
            format!("This demand does not reach {} {}.", possessive(target), subject.unit)
        }
        State::None { why: Absence::NotKnown } => {
            "It is not known whether the product that this design stands for has any.".into()
        }
        State::Removed { n: 0, .. } => "Nothing is gone.".into(),
        State::CutOff { n: 0, of } => {
            format!("{} {} all the same.", capital(&part(of, of, "texts")), arrives(of))
        }
        State::Left { n: 0, of } => {
            format!("The operator leaves the country, and {} {}.", part(of, of, "texts"), arrives(of))
        }
        State::Removed { n, of } => format!("{} {} gone.", capital(&part(n, of, "posts")), are(n)),
        State::CutOff { n, of } => format!("{} {} not arrive.", capital(&part(n, of, "texts")), does(n)),
        State::InPlace { n, of } => {
            format!("It is so without any order: {} {gives} {} as it is.", lower(party), share(n, of))
        }
        State::Withdrawn { n, of } => {
            format!("The operator withdraws the feature. What then lies open gives {}.", share(n, of))
        }
        State::Left { n, of } => {
            format!("The operator leaves the country: {} {} not arrive.", part(n, of, "texts"), does(n))
        }
        State::NotModelled => "Nothing in this bench stands for it.".into(),
    }
}

/// What the operator would hand over by its own word.
pub(super) fn hands_over(subject: &Subject<'_>, word: Option<&OperatorsWord>, counts: &Counts) -> String {
    let Some(OperatorsWord { is, says, from }) = word else {
        return "What its operator says about such demands is not known for this design.".into();
    };
    let left = counts.returned.saturating_sub(counts.withheld);
    let much = match is {
        WordIs::HandsOver => "Its operator says that it hands this over".to_owned(),
        WordIs::HasNone => "Its operator says that it has none of this".to_owned(),
        WordIs::Withholds if counts.returned == 0 || left == 0 => {
            "Its operator says that it hands none of this over".to_owned()
        }
        WordIs::Withholds => {
            format!(
                "Its operator says that it hands {left} of those {} over",
                counted(subject, counts.returned)
            )
        }
    };
    format!("{much}. {says} ({from})")
}

/// What a thief of the same rows and keys reads: as much as their holder, whatever the holder says of itself.
pub(super) fn thief(subject: &Subject<'_>, takes_rows: bool, counts: &Counts) -> String {
    if !takes_rows {
        return String::new();
    }
    if counts.returned == 0 {
        return format!(
            "A thief of the same rows and keys gets none of {} {} either.",
            possessive(subject.target),
            subject.unit
        );
    }
    format!(
        "A thief of the same rows and keys has the same {}, without any order.",
        counted(subject, counts.returned)
    )
}

/// Who else is in it: people named, and those of them whose words are read.
fn others(measures: &Measures) -> Option<String> {
    if measures.named.is_empty() {
        return None;
    }
    let named = people(&measures.named);
    let read: Vec<String> =
        measures.read.iter().filter(|who| measures.named.contains(who)).cloned().collect();
    Some(match (read.len(), read.len() == measures.named.len()) {
        (0, _) => format!("It also names {named}."),
        (_, true) => format!(
            "It also names {named}, and has words of {}.",
            if read.len() == 1 { "that person" } else { "each of them" }
        ),
        _ => format!("It also names {named}, and has words of {}.", people(&read)),
    })
}

/// People by name, or so many of them.
fn people(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        many if many.len() > NAMES_SHOWN => format!("{} other people", many.len()),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// "all 4 texts of Rhys", "3 of 15 kinds of data about Rhys".
fn share(subject: &Subject<'_>, n: u64, of: u64) -> String {
    let whose = if matches!(subject.unit, "kinds of data" | "reports") { "about" } else { "of" };
    format!("{} {whose} {}", part(n, of, subject.unit), subject.target)
}

/// A part of a whole.
fn part(n: u64, of: u64, unit: &str) -> String {
    match (n, of) {
        (0, 0) => format!("no {unit}"),
        (0, 1) => format!("not one {}", counted_noun(1, unit)),
        (0, _) => format!("none of the {of} {unit}"),
        (1, 1) => format!("the only {}", counted_noun(1, unit)),
        (n, of) if n == of => format!("all {of} {unit}"),
        _ => format!("{n} of {of} {unit}"),
    }
}

fn counted(subject: &Subject<'_>, number: u64) -> String {
    counted_by(number, subject.unit)
}

fn counted_by(number: u64, unit: &str) -> String {
    format!("{number} {}", counted_noun(number, unit))
}

/// The noun for a number of things. A unit is a plural whose first word ends in s.
fn counted_noun(number: u64, unit: &str) -> String {
    if number != 1 {
        return unit.to_owned();
    }
    let (head, rest) =
        unit.split_once(' ').map_or((unit, String::new()), |(head, rest)| (head, format!(" {rest}")));
    format!("{}{rest}", head.strip_suffix('s').unwrap_or(head))
}

/// A number with a noun whose last word takes the plural.
fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The same, with an article for one.
fn a_count(number: u64, noun: &str) -> String {
    if number == 1 { format!("the {noun}") } else { count(number, noun) }
}

fn possessive(name: &str) -> String {
    format!("{name}'s")
}

fn country(code: &str) -> &str {
    match code {
        "GB" => "Britain",
        "US" => "the United States",
        other => other,
    }
}

const fn them(number: u64) -> &'static str {
    if number == 1 { "it" } else { "them" }
}

const fn are(number: u64) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

const fn arrives(number: u64) -> &'static str {
    if number == 1 { "arrives" } else { "arrive" }
}

const fn does(number: u64) -> &'static str {
    if number == 1 { "does" } else { "do" }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'_> = Subject {
        party: "The operator",
        target: "Rhys",
        unit: "texts",
        container: "locked phone",
        none: "keeps",
    };

    fn states(n: u64, of: u64) -> Vec<State> {
        let none = [Absence::NothingKept, Absence::NotInStory, Absence::NotAsked, Absence::NotKnown];
        let mut states = vec![
            State::Returned { n, of },
            State::FromNowOn { n, of },
            State::Withheld { n, of },
            State::Unreadable { n, of },
            State::Unreadable { n: 0, of },
            State::Removed { n, of },
            State::CutOff { n, of },
            State::InPlace { n, of },
            State::Withdrawn { n, of },
            State::Left { n, of },
            State::NotModelled,
        ];
        states.extend(none.map(|why| State::None { why }));
        states
    }

    #[test]
    fn every_sentence_in_every_state_and_number() {
        let mut all = String::new();
        for unit in ["texts", "messages", "kinds of data", "devices", "posts", "reports"] {
            for (n, of) in [(0, 1), (0, 4), (1, 1), (1, 4), (3, 4), (4, 4)] {
                let subject = Subject { unit, ..SUBJECT };
                let counts = Counts { returned: n, of, closed: n.max(1), ..Counts::default() };
                for state in states(n, of) {
                    all.push_str(&format!("{unit}, {state:?}\n  {}\n", has(&subject, state, &counts)));
                }
            }
        }
        insta::assert_snapshot!("every_has", all);
    }

    #[test]
    fn every_sentence_about_others_and_statements() {
        let mut all = String::new();
        let people = ["Bea", "Callum", "Dilys", "Edwin"].map(str::to_owned);
        for named in 0..=people.len() {
            for read in 0..=named {
                let measures = Measures {
                    named: people[..named].to_vec(),
                    read: people[..read].to_vec(),
                    ..Measures::default()
                };
                let state = State::Returned { n: 2, of: 4 };
                let counts = Counts { returned: 2, of: 4, ..Counts::default() };
                all.push_str(&format!("{}\n", headline(&SUBJECT, state, &counts, &measures)));
            }
        }
        for is in [WordIs::HandsOver, WordIs::HasNone, WordIs::Withholds] {
            let word = OperatorsWord { is, says: "Dates alone.".into(), from: "a test".into() };
            for (returned, withheld) in [(0, 0), (1, 1), (4, 1), (4, 4)] {
                let counts = Counts { returned, withheld, of: 4, ..Counts::default() };
                all.push_str(&format!("{}\n", hands_over(&SUBJECT, Some(&word), &counts)));
            }
        }
        for returned in [0, 1, 4] {
            let counts = Counts { returned, of: 4, ..Counts::default() };
            all.push_str(&format!("{}\n", thief(&SUBJECT, true, &counts)));
        }
        all.push_str(&format!("{}\n", hands_over(&SUBJECT, None, &Counts::default())));
        let context = Context {
            design: "WhatsApp, March 2017".into(),
            demand: "a content warrant".into(),
            on: "22 March 2017".into(),
            country: "GB".into(),
            ..Context::default()
        };
        for of_an_operator in [true, false] {
            all.push_str(&format!("{}\n", question(&context, of_an_operator, "Rhys")));
        }
        insta::assert_snapshot!("every_other", all);
    }
}
