//! What a way adds to the programs that people run, counted in the sources, and the sentences on their screens that it
//! makes false.

use std::collections::BTreeMap;

use pillarbox_proposals::{Half, halves_of};
use pillarbox_text::columns::Column;

use super::notes::moment;
use super::row::{AddedSoftware, WayInRow, WaysIn};
use crate::answer::counted_by;
use crate::experiments::Asserted;
use crate::screen::{Screen, Table, Weight};

/// Columns: whose half, its lines, its files and the steps that it takes over.
const COLUMNS: [Column; 3] = [Column::Fixed(9), Column::Fixed(9), Column::Share(1)];

/// Returns the screen for the ways of one name.
#[must_use]
pub fn render(ways: &WaysIn, width: usize) -> String {
    let mut screen = Screen::new(width);
    let Some(first) = ways.ways.first() else { return screen.into_text() };
    screen.say_in(
        Weight::Bold,
        &format!("{}: what it adds to the programs that people run", first.way.to_uppercase()),
    );
    match halves_of(&first.way) {
        None => screen.say("Nothing. It uses what phones, relays and people have today."),
        Some(halves) => {
            let heads = ["half", "lines", "files, and the steps of the phone that it takes over"];
            let table = Table::headed(&COLUMNS, heads.map(str::to_owned).to_vec());
            screen.heads(&table);
            for half in halves {
                screen.row(&table, &cells(half));
            }
            let takes_steps = halves.iter().any(|half| !half.seams().is_empty());
            let steps = if takes_steps { ", whose phone takes these steps as arguments" } else { "" };
            screen.say(&format!(
                "Lines of code under crates/proposals/src, without comments and tests. None of it is in the shipped programs{steps}."
            ));
            let adds_nothing = |row: &&WayInRow| row.software == AddedSoftware::default();
            let without: Vec<&str> =
                ways.ways.iter().filter(adds_nothing).map(|row| row.title.as_str()).collect();
            if !without.is_empty() {
                screen.say(&format!("No line of it is needed for: {}.", without.join("; ")));
            }
        }
    }
    for row in &ways.ways {
        falsehoods(&mut screen, &row.title, &row.became_false);
    }
    screen.into_text()
}

fn cells(half: &Half) -> Vec<String> {
    let files: Vec<&str> = half.files().collect();
    let what = match (files.as_slice(), half.seams().as_slice()) {
        ([], _) => "nothing".to_owned(),
        (files, []) => files.join(", "),
        (files, seams) => format!("{}: {}", files.join(", "), seams.join(", ")),
    };
    vec![half.of.to_owned(), half.lines().to_string(), what]
}

/// Writes each sentence that one way made false, with the number of phones that print it.
fn falsehoods(screen: &mut Screen, title: &str, became_false: &[Asserted]) {
    let mut sentences: BTreeMap<&str, Vec<&Asserted>> = BTreeMap::new();
    for asserted in became_false {
        sentences.entry(&asserted.text).or_default().push(asserted);
    }
    if sentences.is_empty() {
        screen.entry(
            Weight::Normal,
            &format!("{title}: no sentence on a phone became false, of those that are judged."),
        );
    }
    for (text, printed) in sentences {
        let mut people: Vec<&str> = printed.iter().map(|asserted| asserted.who.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        let first = printed.iter().map(|asserted| asserted.at).min().unwrap_or_default();
        let phones = counted_by(people.len() as u64, "phones");
        let sentence = format!("{title}: false on {phones}, first on {}: \"{text}\"", moment(first));
        screen.entry(Weight::Normal, &sentence);
    }
}
