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
    /// Whether an operator answers.
    pub(super) is_an_operator: bool,
}

impl Subject<'_> {
    /// What the party does with something that it does not give.
    fn has(&self) -> &'static str {
        match self.unit {
            "messages" => "has a record of",
            "devices" => "could name the owner of",
            _ => "has",
        }
    }

    /// What the party does with nothing of what is counted: an operator keeps none, a phone or a person gives none.
    fn keeps(&self) -> &'static str {
        match (self.is_an_operator, self.unit) {
            (true, "texts" | "messages" | "kinds of data") => "keeps",
            _ => self.gives(),
        }
    }

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
    let about = if target.is_empty() { String::new() } else { format!(" about {target}") };
    // A name with its date in it stands between commas.
    let comma = if design.contains(',') { "," } else { "" };
    if of_an_operator {
        return format!("If {design}{comma} is served {demand} by {asks} on {on}{about}, what comes back?");
    }
    format!("Under {design}: what comes of {demand}{about}, in {asks} on {on}?")
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
            format!(
                "{party} {} {}, and says that it does not hand {} over.",
                subject.has(),
                share(n, of),
                them(n)
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
        State::None { why: Absence::NothingKept } => {
            format!("{party} {} {}.", subject.keeps(), share(0, counts.of))
        }
        State::None { why: Absence::NotInStory } => "This story has nothing of the kind.".into(),
        State::None { why: Absence::NotAsked } => {
            format!("This demand does not reach {} {}.", possessive(target), subject.unit)
        }
        State::None { why: Absence::NotKnown } => {
            "It is not known whether the product that this design stands for has any.".into()
        }
        State::Removed { n, of } => format!("{}.", capital(&gone(n, of))),
        State::CutOff { n, of } => format!("{}.", capital(&lost(n, of))),
        State::Left { n, of } => format!("The operator leaves the country: {}.", lost(n, of)),
        State::InPlace { n, of } => {
            format!("It is so without any order: {} {gives} {} as it is.", lower(party), share(n, of))
        }
        State::Withdrawn { n, of } => {
            format!("The operator withdraws the feature. What then lies open gives {}.", share(n, of))
        }
        State::NotModelled => "Nothing in this bench stands for it.".into(),
    }
}

/// What the operator says about what was asked.
pub(super) fn operators_word(subject: &Subject<'_>, word: Option<&OperatorsWord>, counts: &Counts) -> String {
    let Some(OperatorsWord { is, says, from }) = word else {
        return "What its operator says about such demands is not known for this design.".into();
    };
    let left = counts.returned.saturating_sub(counts.withheld);
    let gist = match is {
        WordIs::HandsOver => "Its operator says that it hands this over",
        WordIs::HasNone => "Its operator says that it has none of this",
        WordIs::Withholds if counts.returned == 0 || left == 0 => {
            "Its operator says that it hands none of this over"
        }
        WordIs::Withholds => {
            let of = counted(subject, counts.returned);
            return format!("Its operator says that it hands {left} of those {of} over. {says} ({from})");
        }
        WordIs::Complies => "Its operator says that it follows such a notice",
        WordIs::Withdraws => "Its operator says that it withdraws the feature in that country instead",
        WordIs::Leaves => "Its operator says that it would leave that country instead",
    };
    format!("{gist}. {says} ({from})")
}

/// What a thief of the same rows and keys reads: as much as their holder, whatever the holder says of itself.
pub(super) fn thief(takes_rows: bool, state: State) -> String {
    let as_much = match state {
        State::Returned { .. } | State::FromNowOn { .. } | State::Withheld { .. } | State::InPlace { .. } => {
            true
        }
        State::Unreadable { .. } | State::None { why: Absence::NothingKept } => false,
        _ => return String::new(),
    };
    match (takes_rows, as_much) {
        (false, _) => String::new(),
        (true, true) => "A thief of the same rows and keys has as much, without any order.".into(),
        (true, false) => "A thief of the same rows and keys reads no more.".into(),
    }
}

/// Ciphertexts that nothing opened, and how many of them are texts: the bench can tell, and whoever holds them cannot.
pub(super) fn ciphertexts(subject: &Subject<'_>, measures: &Measures) -> Option<String> {
    let texts = measures.sealed.texts.len();
    let of_target = possessive(subject.target);
    match measures.sealed.ciphertexts {
        0 => None,
        1 => {
            let is = if texts == 1 { "is" } else { "is not" };
            Some(format!(
                "1 message is there as ciphertext. It {is} one of {of_target} texts; whoever holds it cannot tell."
            ))
        }
        many => Some(format!(
            "{many} messages are there as ciphertext. {} one of {of_target} texts; whoever holds them cannot tell which.",
            match texts {
                0 => "None of them is".to_owned(),
                1 => "1 of them is".to_owned(),
                texts => format!("{texts} of them each carry"),
            }
        )),
    }
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
        (many, _) if many > NAMES_SHOWN => format!("It also names {named}, and has words of {many} of them."),
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
        (0, 1) => format!("no {}", counted_noun(1, unit)),
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

/// Posts that are gone.
fn gone(n: u64, of: u64) -> String {
    match n {
        0 => "nothing is gone".into(),
        1 => format!("{} is gone", part(n, of, "posts")),
        _ => format!("{} are gone", part(n, of, "posts")),
    }
}

/// Texts that do not arrive.
fn lost(n: u64, of: u64) -> String {
    match (n, of) {
        (0, 0 | 1) => format!("{} arrives all the same", part(of, of, "texts")),
        (0, _) => format!("{} arrive all the same", part(of, of, "texts")),
        (1, _) => format!("{} does not arrive", part(n, of, "texts")),
        (n, of) if n == of => format!("none of the {of} texts arrives"),
        _ => format!("{} do not arrive", part(n, of, "texts")),
    }
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
    use crate::score::Sealed;

    const SUBJECT: Subject<'_> = Subject {
        party: "The operator",
        target: "Rhys",
        unit: "texts",
        container: "locked phone",
        is_an_operator: true,
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
        let people = ["Bea", "Callum", "Dilys", "Edwin", "Fay"].map(str::to_owned);
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
        for is in [
            WordIs::HandsOver,
            WordIs::HasNone,
            WordIs::Withholds,
            WordIs::Complies,
            WordIs::Withdraws,
            WordIs::Leaves,
        ] {
            let word = OperatorsWord { is, says: "Dates alone.".into(), from: "a test".into() };
            for (returned, withheld) in [(0, 0), (1, 1), (4, 1), (4, 4)] {
                let counts = Counts { returned, withheld, of: 4, ..Counts::default() };
                all.push_str(&format!("{}\n", operators_word(&SUBJECT, Some(&word), &counts)));
            }
        }
        for state in states(1, 4) {
            all.push_str(&format!(
                "{state:?}: {}
",
                thief(true, state)
            ));
        }
        for (texts, ciphertexts) in [(0, 1), (1, 1), (0, 3), (1, 3), (2, 3)] {
            let sealed = Sealed { texts: vec!["T01".into(); texts], ciphertexts };
            let measures = Measures { sealed, ..Measures::default() };
            all.push_str(&format!(
                "{}
",
                super::ciphertexts(&SUBJECT, &measures).unwrap_or_default()
            ));
        }
        all.push_str(&format!("{}\n", operators_word(&SUBJECT, None, &Counts::default())));
        let context = Context {
            design: "WhatsApp, March 2017".into(),
            demand: "a content warrant".into(),
            on: "22 March 2017".into(),
            country: "GB".into(),
            ..Context::default()
        };
        for (of_an_operator, about) in [(true, "Rhys"), (false, "Rhys"), (false, "")] {
            all.push_str(&format!("{}\n", question(&context, of_an_operator, about)));
        }
        insta::assert_snapshot!("every_other", all);
    }
}
