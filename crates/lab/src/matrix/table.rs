//! The matrix on a terminal: designs as rows, demands as columns. Rows and columns that are equal are said once. What is left stands
//! in words where that fits a screen, and otherwise in numbers and letters with a legend. The whole table in words is a form of its
//! own; data and evidence hold everything whatever is printed.

use std::collections::BTreeMap;

use pillarbox_access::law::Day;

use super::cell::Cell;
use crate::answer::Answer;
use crate::columns::Column;
use crate::fold::fold;
use crate::scenario::Scenario;
use crate::score::State;
use crate::screen::{Screen, Table, USUAL_HEIGHT, Weight};

/// Width of the column with the design's name: the longest name of the designs in the program, and no more.
const NAME_WIDTH: usize = 20;

/// Width of a column of cells in words: the narrowest in which few words are broken.
const WORDS_WIDTH: usize = 18;

/// Narrowest column of codes under the demand's name; below it a letter stands over the column.
const NAMED_WIDTH: usize = 12;

/// A matrix to be shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The story.
    pub scenario: &'a Scenario,
    /// The designs, in the order of the rows.
    pub designs: &'a [String],
    /// The demands, in the order of the columns.
    pub demands: &'a [String],
    /// The cells.
    pub cells: &'a [Cell],
}

impl<'a> View<'a> {
    fn by_place(&self) -> BTreeMap<(&'a str, &'a str), &'a Cell> {
        let place = |cell: &'a Cell| ((cell.design.as_str(), cell.demand.as_str()), cell);
        self.cells.iter().map(place).collect()
    }

    fn heading(&self, screen: &mut Screen) {
        let (scenario, inquiry) = (self.scenario, &self.scenario.inquiry);
        screen.say_in(Weight::Bold, &scenario.title);
        let name = |who| scenario.person(who).map_or("somebody", |person| person.name.as_str());
        screen.say(&format!(
            "{}: looking back about {}, served on {}; from the order of {} on about {}.",
            scenario.name,
            name(inquiry.about),
            inquiry.day.unwrap_or_else(|| Day::of(inquiry.served)),
            inquiry.day.unwrap_or_else(|| Day::of(inquiry.ordered)),
            name(inquiry.from_now_on),
        ));
        screen.blank();
    }
}

impl View<'_> {
    /// Returns true if two designs give the same answer to every demand: in what is counted, in who else is in it, and in what else
    /// comes back.
    fn is_same_answer(&self, one: &str, other: &str) -> bool {
        let answers = |design: &str| -> BTreeMap<&str, _> {
            let cells = self.cells.iter().filter(|cell| cell.design == design);
            let told = cells.map(|Cell { demand, says, answer, .. }| {
                let Answer { named, named_accounts, read, other_data, .. } = answer;
                (demand.as_str(), (says, named, named_accounts, read, other_data))
            });
            told.collect()
        };
        answers(one) == answers(other)
    }
}

/// What is left of a matrix whose repetitions are said once.
#[derive(Clone, Debug)]
struct Folded {
    /// Rows that differ from each row before them.
    designs: Vec<String>,
    /// The other rows, each with the row that says the same.
    like: Vec<(String, String)>,
    /// Columns in which the rows differ.
    demands: Vec<String>,
    /// Those of them that say in every row what an earlier one says, each with that one.
    twins: Vec<(String, String)>,
    /// The other columns: every row says the same there.
    same: Vec<String>,
}

impl Folded {
    /// Folds what `says` says of each design and demand.
    fn of(designs: &[String], demands: &[String], says: &dyn Fn(&str, &str) -> Option<String>) -> Self {
        let name = |of: &[String], at: usize| of.get(at).cloned().unwrap_or_default();
        let folded = fold(designs.len(), 0..demands.len(), None, |row, column| {
            says(designs.get(row)?, demands.get(column)?)
        });
        let like = folded.rows.iter().flat_map(|(row, others)| others.iter().map(move |other| (other, row)));
        Self {
            designs: folded.rows.iter().map(|(row, _)| name(designs, *row)).collect(),
            like: like.map(|(other, row)| (name(designs, *other), name(designs, *row))).collect(),
            demands: folded.columns_with_twins().into_iter().map(|column| name(demands, column)).collect(),
            twins: folded.twins.iter().map(|(twin, of)| (name(demands, *twin), name(demands, *of))).collect(),
            same: folded.constant.iter().map(|column| name(demands, *column)).collect(),
        }
    }

    /// Without the columns that say what another one says.
    fn without_twins(mut self) -> Self {
        let Self { demands, twins, .. } = &mut self;
        demands.retain(|demand| twins.iter().all(|(twin, _)| twin != demand));
        self
    }
}

/// The table on one screen where that can be, for a window of `width` columns.
#[must_use]
pub fn render(view: &View<'_>, width: usize) -> String {
    let by_place = view.by_place();
    let says = |design: &str, demand: &str| by_place.get(&(design, demand)).map(|it| it.says.clone());
    let folded = Folded::of(view.designs, view.demands, &says);
    let mut table = Screen::new(width);
    words(&mut table, view, &folded.designs, &folded.demands);
    let mut screen = Screen::new(width);
    view.heading(&mut screen);
    if table.height() <= USUAL_HEIGHT {
        screen.append(table);
        equal(&mut screen, view, &folded, &says, false);
    } else {
        let codes = |design: &str, demand: &str| by_place.get(&(design, demand)).map(|cell| code(cell));
        // What differs in words alone has equal numbers: what is shown is folded by what it shows.
        let rows = Folded::of(view.designs, &folded.demands, &codes);
        let shown =
            Folded { designs: rows.designs, like: rows.like, twins: rows.twins, ..folded }.without_twins();
        compact(&mut screen, view, &shown, &codes);
        equal(&mut screen, view, &shown, &says, true);
    }
    screen.into_text()
}

/// The whole table in words, with nothing folded, for a window of `width` columns.
#[must_use]
pub fn full(view: &View<'_>, width: usize) -> String {
    let mut screen = Screen::new(width);
    view.heading(&mut screen);
    words(&mut screen, view, view.designs, view.demands);
    screen.into_text()
}

/// Cells in words, in groups of as many columns as the window has room for.
fn words(screen: &mut Screen, view: &View<'_>, designs: &[String], demands: &[String]) {
    let by_place = view.by_place();
    let at_a_time = match screen.is_narrow() {
        true => demands.len().max(1),
        false => ((screen.width() - NAME_WIDTH) / (WORDS_WIDTH + 2)).max(1),
    };
    for group in demands.chunks(at_a_time) {
        screen.blank();
        let cells = match at_a_time {
            // Three beside the name in 80 columns, whatever the last group has.
            _ if screen.width() == crate::screen::USUAL_WIDTH => Column::Fixed(WORDS_WIDTH),
            _ => Column::Share(1),
        };
        let columns: Vec<Column> =
            std::iter::once(Column::Fixed(NAME_WIDTH)).chain(group.iter().map(|_| cells)).collect();
        let heads = std::iter::once("design".to_owned()).chain(group.iter().cloned());
        let table = Table::headed(&columns, heads.collect());
        screen.heads(&table);
        for design in designs {
            let says = group.iter().map(|demand| {
                by_place
                    .get(&(design.as_str(), demand.as_str()))
                    .map_or_else(String::new, |cell| cell.says.clone())
            });
            screen.row(&table, &std::iter::once(design.clone()).chain(says).collect::<Vec<_>>());
        }
    }
}

/// Cells as numbers and letters, with their legend.
fn compact(
    screen: &mut Screen,
    view: &View<'_>,
    folded: &Folded,
    codes: &dyn Fn(&str, &str) -> Option<String>,
) {
    let demands = &folded.demands;
    let room = screen.width().saturating_sub(NAME_WIDTH) / demands.len().max(1);
    let letters: Vec<String> = (b'A'..=b'Z').map(|letter| char::from(letter).to_string()).collect();
    let is_named = screen.is_narrow() || room >= NAMED_WIDTH || demands.len() > letters.len();
    let heads =
        if is_named { demands.clone() } else { letters.iter().take(demands.len()).cloned().collect() };
    let columns: Vec<Column> =
        std::iter::once(Column::Fixed(NAME_WIDTH)).chain(demands.iter().map(|_| Column::Share(1))).collect();
    let table = Table::headed(&columns, std::iter::once(String::new()).chain(heads).collect());
    screen.heads(&table);
    for design in &folded.designs {
        let cells = demands.iter().map(|demand| codes(design, demand).unwrap_or_default());
        screen.row(&table, &std::iter::once(design.clone()).chain(cells).collect::<Vec<_>>());
    }
    let of = |demand: &String| counts_what(view.cells.iter().filter(|cell| cell.demand == *demand));
    let named = demands.iter().enumerate().map(|(at, demand)| match letters.get(at).filter(|_| !is_named) {
        Some(letter) => format!("{letter}:{demand}{}", of(demand)),
        None => format!("{demand}{}", of(demand)),
    });
    screen.say_in(Weight::Dim, &named.collect::<Vec<_>>().join(" · "));
    let cells = view.cells.iter().filter(|cell| demands.contains(&cell.demand));
    // In the order of the words, so that the same sign stands in the same place in every legend.
    let meanings: BTreeMap<Option<usize>, String> = cells
        .map(|cell| (State::WORDS.iter().position(|word| *word == cell.state.word()), meaning(cell.state)))
        .collect();
    let meanings: Vec<String> = meanings.into_values().collect();
    screen.say_in(Weight::Dim, &format!("{}.", meanings.join(" · ")));
}

/// What the numbers of a column count, and of how many.
fn counts_what<'c>(cells: impl Iterator<Item = &'c Cell>) -> String {
    let counted: Vec<(u64, &str)> = cells
        .filter(|cell| !cell.state.is_of_messages())
        .filter_map(|cell| Some((cell.state.counted()?.1, cell.unit()?)))
        .collect();
    let Some((of, unit)) = counted.first().copied() else { return String::new() };
    if counted.iter().all(|(other, _)| *other == of) {
        let unit = if of == 1 { unit.trim_end_matches('s') } else { unit };
        format!(" (of {of} {unit})")
    } else {
        format!(" ({unit})")
    }
}

/// A cell in as few characters as tell it from others: its number, and a sign for its state.
fn code(cell: &Cell) -> String {
    let kinds = &cell.measures;
    if !kinds.kinds.is_empty() || !kinds.kinds_withheld.is_empty() {
        let came = kinds.kinds.len();
        return match kinds.kinds_withheld.len() {
            0 => came.to_string(),
            kept => format!("{came} {}{kept}", sign(State::Withheld { n: 0, of: 0 })),
        };
    }
    let number = cell.state.counted().map_or_else(String::new, |(n, _)| n.to_string());
    format!("{}{number}", sign(cell.state))
}

/// The sign of a state.
const fn sign(state: State) -> &'static str {
    use crate::score::Absence;
    match state {
        State::Returned { .. } => "",
        State::FromNowOn { .. } => "+",
        State::Unreadable { .. } => "u",
        State::Withheld { .. } => "w",
        State::InPlace { .. } => "=",
        State::Removed { .. } => "x",
        State::CutOff { .. } => "c",
        State::Withdrawn { .. } => "f",
        State::Left { .. } => "L",
        State::Refused { .. } => "R",
        State::None { why: Absence::NothingKept } => "-",
        State::None { why: Absence::NotKnown } => "?",
        State::None { why: Absence::NotInStory } => "/",
        State::None { why: Absence::NotAsked } => "o",
        State::NotModelled => "m",
    }
}

/// A line of the legend: the sign and the state's word.
fn meaning(state: State) -> String {
    // A locked container has no number, and stands under the same sign.
    let number = if matches!(state, State::None { .. } | State::NotModelled) { "" } else { "n" };
    let of = if state.is_of_messages() { " (n messages do not arrive)" } else { "" };
    format!("{}{number} {}{of}", sign(state), state.word())
}

/// What is equal, in a line each.
fn equal(
    screen: &mut Screen,
    view: &View<'_>,
    folded: &Folded,
    says: &dyn Fn(&str, &str) -> Option<String>,
    is_compact: bool,
) {
    if folded.like.is_empty() && folded.same.is_empty() && !is_compact {
        return;
    }
    screen.blank();
    for first in &folded.designs {
        let like = folded.like.iter().filter(|(_, of)| of == first).map(|(it, _)| it.as_str());
        let (same, near): (Vec<&str>, Vec<&str>) = like.partition(|it| view.is_same_answer(first, it));
        if !same.is_empty() {
            screen.entry(Weight::Normal, &format!("The same as {first}: {}.", same.join(", ")));
        }
        if !near.is_empty() {
            let near = near.join(", ");
            screen.entry(
                Weight::Normal,
                &format!("The same numbers as {first}, of other people or with other data: {near}."),
            );
        }
    }
    for demand in folded.demands.iter().filter(|_| is_compact) {
        let twins: Vec<&str> =
            folded.twins.iter().filter(|(_, of)| of == demand).map(|(twin, _)| twin.as_str()).collect();
        if !twins.is_empty() {
            screen.entry(
                Weight::Normal,
                &format!("In every row the same numbers as {demand}: {}.", twins.join(", ")),
            );
        }
    }
    let first = folded.designs.first().map_or("", String::as_str);
    if !folded.same.is_empty() {
        screen.say(&match view.designs.len() {
            2 => "Equal for both designs:".to_owned(),
            many => format!("Equal for all {many} designs:"),
        });
    }
    for demand in &folded.same {
        let says = says(first, demand).unwrap_or_default();
        screen.entry(Weight::Normal, &format!("  {demand}: {says}"));
    }
    screen.say_in(Weight::Dim, "Each row and column in words: --full.");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library;
    use crate::screen::plain;

    #[test]
    fn no_line_is_wider_than_a_window() {
        let long = "a-very-long-name-of-something-that-somebody-made".to_owned();
        let scenario = library::find("westminster-2017").unwrap();
        let designs = [long.clone(), "b".into()];
        let demands = [long.clone(), long.clone(), long.clone(), long];
        let view = View { scenario: &scenario, designs: &designs, demands: &demands, cells: &[] };
        for width in [40, 60, 80, 140] {
            for text in [render(&view, width), full(&view, width)] {
                assert!(plain(&text).lines().all(|line| line.chars().count() <= width), "{text}");
            }
        }
    }
}
