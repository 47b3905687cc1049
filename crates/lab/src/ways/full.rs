//! The ways one by one, with everything that stands behind the numbers.

use super::notes::{about, moment, names};
use super::predictions::WaysComparison;
use super::row::{AddedSoftware, WayInRow, WaysIn, WireBytes, share};
use super::table::head;
use super::way::TODAY;
use crate::answer::{counted_by, listed};
use crate::english::capital;
use crate::experiments::Asserted;
use crate::screen::{Screen, Weight};

/// Returns the screen. `comparison` is that with the predictions, if there are any.
#[must_use]
pub fn render(ways: &WaysIn, comparison: Option<&WaysComparison>, width: usize) -> String {
    let mut screen = Screen::new(width);
    head(&mut screen, ways);
    for row in &ways.ways {
        screen.title(&row.title.to_uppercase());
        one(&mut screen, ways, row);
    }
    if let Some(comparison) = comparison {
        screen.title("PREDICTIONS");
        screen.say(&comparison.in_short());
        for line in comparison.known.iter().chain(&comparison.unexpected).chain(&comparison.unpredicted) {
            screen.entry(Weight::Normal, line);
        }
    }
    screen.into_text()
}

fn one(screen: &mut Screen, ways: &WaysIn, row: &WayInRow) {
    let target = &ways.target;
    let mut say = |text: String| screen.entry(Weight::Normal, &text);
    if row.group != TODAY {
        say(format!("{}.", capital(&row.group)));
    }
    if let Some(ordered) = &row.ordered {
        say(format!("Order: {ordered}."));
    }
    say(format!(
        "Came back: {} from before the order, {} from then on.",
        share(row.before),
        share(row.after)
    ));
    if !row.texts.is_empty() {
        say(format!("Texts: {}.", row.texts.join(", ")));
    }
    let gone = &row.without_the_phone;
    say(format!(
        "After {target}'s phone was destroyed: {} and {}: it {}.",
        share(gone.before),
        share(gone.after),
        match gone.works {
            true if row.texts.is_empty() => "brings nothing, as before",
            true => "works as before",
            false => "does not give the same",
        }
    ));
    say(match &row.stolen {
        None => "Thief: there is no one secret to steal.".to_owned(),
        Some(stolen) => format!(
            "Thief of {}, without an order: {} of everybody's {}.",
            stolen.secret,
            stolen.opens.n,
            counted_by(stolen.opens.of, "texts")
        ),
    });
    say(format!("Others whose words came back: {}.", people(&row.read)));
    say(format!("Others who are named: {}.", people(&row.named)));
    say(match about(row) {
        None => "Nobody can say: no phone receives anything else than without it.".to_owned(),
        Some((_, note)) => format!("Who can say: {note}"),
    });
    let noticed = row.first_noticed();
    for (who, at, says) in alike(noticed.iter().map(|(who, line)| (*who, line.at, line.says.as_str()))) {
        say(format!("  {}, {}: {says}", names(&who), when(at, who.len())));
    }
    if !row.other_program.is_empty() {
        say(format!("People who have another program: {}.", row.other_program.len()));
    }
    if !row.other_numbers.is_empty() {
        say(format!(
            "{} received the same at the same times, under other message numbers: the relay numbers all messages that it \
             accepts.",
            people(&row.other_numbers)
        ));
    }
    if !row.lost.is_empty() {
        say(format!("Texts that never arrived because of it: {}.", row.lost.join(", ")));
    }
    match row.became_false.as_slice() {
        [] => say("Sentences on phones that became false: none of those that are judged.".to_owned()),
        all => {
            for (who, at, text) in alike(all.iter().map(printed)) {
                say(format!("Became false, {}, on {}: \"{text}\"", when(at, who.len()), phones_of(&who)));
            }
        }
    }
    for (who, _, text) in alike(row.already_false.iter().map(printed)) {
        say(format!("False without it too, on {}: \"{text}\"", phones_of(&who)));
    }
    let evader = &row.evader;
    say(format!(
        "An evader, who {}: {} and {} come back.",
        evader.does,
        share(evader.before),
        share(evader.after)
    ));
    let WireBytes { plain, with } = row.bytes;
    if plain != with {
        say(format!(
            "Bytes on the wire at everybody's phones from the order on: {with}; without it {plain}.",
        ));
    }
    let AddedSoftware { phone, relay, authority } = row.software;
    if phone + relay + authority > 0 {
        say(format!(
            "Lines of code: {phone} for phones, {relay} for the operator, {authority} for whoever reads."
        ));
    }
    for reason in &row.reasons {
        say(reason.clone());
    }
}

fn people(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { listed(names, "and") }
}

/// Returns a sentence that a phone printed: whose phone, when, and the words.
fn printed(asserted: &Asserted) -> (&str, u64, &str) {
    (&asserted.who, asserted.at, &asserted.text)
}

/// Brings together the people to whom the same was said, with the first time, in the order of the first times.
fn alike<'a>(lines: impl Iterator<Item = (&'a str, u64, &'a str)>) -> Vec<(Vec<&'a str>, u64, &'a str)> {
    let mut all: Vec<(Vec<&str>, u64, &str)> = Vec::new();
    for (who, at, says) in lines {
        match all.iter_mut().find(|(_, _, known)| *known == says) {
            Some((people, first, _)) => {
                people.push(who);
                *first = at.min(*first);
            }
            None => all.push((vec![who], at, says)),
        }
    }
    for (people, ..) in &mut all {
        people.sort_unstable();
        people.dedup();
    }
    all.sort_by_key(|(_, first, _)| *first);
    all
}

fn when(first: u64, people: usize) -> String {
    if people == 1 { moment(first) } else { format!("first on {}", moment(first)) }
}

fn phones_of(people: &[&str]) -> String {
    match people {
        [one] => format!("{one}'s phone"),
        all => format!("the phones of {}", names(all)),
    }
}
