//! The matrix on a terminal: designs as rows, demands as columns. Equal rows and columns are printed once. The rest
//! is in words if that fits a screen, and otherwise in numbers and letters with a legend. The whole table in words
//! is a separate form. Data and evidence contain everything, whatever is printed.

use std::collections::BTreeMap;

use pillarbox_text::columns::{self, Column};
use pillarbox_text::wrap::{HEIGHT, WIDTH, display_width};

use super::by_answer;
use super::cell::Cell;
use super::codes::{counts_what, meaning, place};
use super::column_widths;
use super::pairs::{COLUMN, PairsDocument};
pub use super::view::View;
use super::view::{demand, with_word};
use crate::english::capital;
use crate::fold::fold;
use crate::screen::{Screen, Table, Weight};

/// The width of the column with the design's name: that of the longest name of the designs in the program, and no more.
const NAME_WIDTH: usize = 20;

/// The width of a column of cells in words: the narrowest that breaks few words.
const WORDS_WIDTH: usize = 18;

/// The widest column with names for people. The remaining width has room for a few letters a column.
const MOST_NAME_WIDTH: usize = 44;

/// Lines of a small window above the prompt and the lines on the result as a whole (what was saved, the next steps).
const ROOM: usize = HEIGHT - 7;

/// Lines of a small window between the command and the next step, which has the prompt below it.
const ROOM_FOR_A_TABLE: usize = HEIGHT - 3;

/// Returns the title with the word on a second line, or the word alone if the two are the same.
fn over_word(title: &str, word: &str) -> String {
    if title == word { word.to_owned() } else { format!("{title}\n{word}") }
}

/// A matrix in which each repetition is printed once.
#[derive(Clone, Debug)]
struct Folded {
    /// Rows that differ from each row before them.
    designs: Vec<String>,
    /// The other rows, each with the row that is equal to it.
    like: Vec<(String, String)>,
    /// Columns in which the rows differ.
    demands: Vec<String>,
    /// Columns among them that equal an earlier column in every row, each with that column.
    twins: Vec<(String, String)>,
    /// The other columns, in which every row is the same.
    same: Vec<String>,
}

impl Folded {
    /// Folds a table by the text that `says` returns for each design and demand.
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

    /// Removes the columns that equal another one.
    fn without_twins(mut self) -> Self {
        let Self { demands, twins, .. } = &mut self;
        demands.retain(|demand| twins.iter().all(|(twin, _)| twin != demand));
        self
    }
}

/// Writes the table on one screen if possible, for a window of `width` columns. `saved` (lines on the result as a
/// whole) follows the table. If the table alone fills a screen, `saved` comes before it, because a terminal shows the
/// end. If the table with its title and legend fills a screen, the equal rows and columns come before it, too.
#[must_use]
pub fn render(view: &View<'_>, width: usize, saved: Screen) -> String {
    let by_place = view.by_place();
    let says = |design: &str, column: &str| view.says(&by_place, design, column);
    let columns = view.columns();
    let folded = Folded::of(view.designs, &columns, &says);
    let mut screen = Screen::new(width);
    view.heading(&mut screen);
    let mut table = Screen::new(width);
    words(&mut table, view, &folded.designs, &folded.demands);
    let mut whole = screen.clone();
    whole.append(table.clone());
    explained(&mut whole, view);
    equal(&mut whole, view, &folded, &says, false);
    if let ([word], true) = (columns.as_slice(), whole.height() > ROOM) {
        by_answer::write(&mut screen, &capital(&with_word(&demand(word), word)), view.cells);
        screen.blank();
        screen.append(saved);
    } else if table.height() <= HEIGHT {
        screen = whole;
        screen.blank();
        screen.append(saved);
    } else {
        screen.blank();
        let codes = |design: &str, column: &str| view.code(&by_place, design, column);
        // Cells that differ in words alone have equal numbers, so the table is folded by the codes that it shows.
        let rows = Folded::of(view.designs, &folded.demands, &codes);
        let shown =
            Folded { designs: rows.designs, like: rows.like, twins: rows.twins, ..folded }.without_twins();
        // The designs have their display names, if those fit the screen.
        let mut named = screen.clone();
        let (cells, legend) = compact(width, view, &shown, &codes, true);
        named.append(cells);
        named.append(legend);
        equal(&mut named, view, &shown, &says, true);
        if named.height() <= HEIGHT {
            screen = named;
            screen.blank();
            screen.append(saved);
        } else {
            let (cells, legend) = compact(width, view, &shown, &codes, false);
            let mut apart = Screen::new(width);
            equal(&mut apart, view, &shown, &says, true);
            let mut table = screen.clone();
            table.append(legend.clone());
            table.blank();
            table.append(cells.clone());
            if table.height() <= ROOM_FOR_A_TABLE {
                screen = saved;
                screen.blank();
                screen.append(apart);
                screen.blank();
                screen.append(table);
            } else {
                screen.append(legend);
                screen.blank();
                screen.append(apart);
                screen.blank();
                screen.append(saved);
                screen.blank();
                screen.append(cells);
            }
        }
    }
    screen.into_text()
}

/// Writes the whole table in words, with nothing folded, for a window of `width` columns.
#[must_use]
pub fn full(view: &View<'_>, width: usize, saved: Screen) -> String {
    let mut screen = Screen::new(width);
    view.heading(&mut screen);
    words(&mut screen, view, view.designs, &view.columns());
    explained(&mut screen, view);
    screen.blank();
    screen.append(saved);
    screen.into_text()
}

/// Writes cells in words, in groups of as many columns as the window has room for.
fn words(screen: &mut Screen, view: &View<'_>, designs: &[String], demands: &[String]) {
    let by_place = view.by_place();
    let at_a_time = match screen.is_narrow() {
        true => demands.len().max(1),
        false => ((screen.width() - NAME_WIDTH) / (WORDS_WIDTH + 2)).max(1),
    };
    for group in demands.chunks(at_a_time) {
        screen.blank();
        let cells = match at_a_time {
            // Three columns beside the name in a window of 80 columns, whatever the size of the last group.
            _ if screen.width() == WIDTH => Column::Fixed(WORDS_WIDTH),
            _ => Column::Share(1),
        };
        let columns: Vec<Column> =
            std::iter::once(Column::Fixed(NAME_WIDTH)).chain(group.iter().map(|_| cells)).collect();
        let head = |word: &String| match screen.is_narrow() {
            true => demand(word),
            false => over_word(&demand(word), word),
        };
        let heads: Vec<String> = std::iter::once("design".to_owned()).chain(group.iter().map(head)).collect();
        let table = Table::headed(&columns, heads);
        screen.heads(&table);
        for design in designs {
            let says = group.iter().map(|column| view.says(&by_place, design, column).unwrap_or_default());
            let name = over_word(&view.design(design), design);
            screen.row(&table, &std::iter::once(name).chain(says).collect::<Vec<_>>());
        }
    }
}

/// Explains the words of the cells that are shown, each in a sentence.
fn explained(screen: &mut Screen, view: &View<'_>) {
    let words: BTreeMap<Option<usize>, (&str, &str)> = view
        .cells
        .iter()
        .map(|cell| (place(cell.state), (cell.state.word(), cell.state.explained())))
        .collect();
    if words.is_empty() {
        return;
    }
    screen.blank();
    for (word, is) in words.into_values() {
        screen.entry(Weight::Dim, &format!("{word}: {is}"));
    }
    if let Some(pairs) = view.pairs {
        screen.entry(Weight::Dim, &pairs.legend(view.designs));
    }
}

/// Writes cells as numbers and letters, and their legend.
fn compact(
    width: usize,
    view: &View<'_>,
    folded: &Folded,
    codes: &dyn Fn(&str, &str) -> Option<String>,
    is_titled: bool,
) -> (Screen, Screen) {
    let (mut screen, mut legend) = (Screen::new(width), Screen::new(width));
    let row_name = |design: &String| match is_titled {
        true => view.design_and_word(design),
        false => design.clone(),
    };
    let widest = folded.designs.iter().map(|design| display_width(&row_name(design))).max().unwrap_or(0);
    let name_width = if is_titled { widest.clamp(NAME_WIDTH, MOST_NAME_WIDTH) } else { NAME_WIDTH };
    let widest = |column: &str| {
        let cells = folded.designs.iter().filter_map(|design| codes(design, column));
        cells.map(|cell| display_width(&cell)).max().unwrap_or(0)
    };
    let (demands, columns) = column_widths::beside(&screen, name_width, &folded.demands, &widest);
    let widths = columns::widths(&columns, screen.width());
    let letters: Vec<String> = (b'A'..=b'Z').map(|letter| char::from(letter).to_string()).collect();
    // A truncated word is useless.
    let all_fit = || demands.iter().zip(widths.iter().skip(1)).all(|(it, width)| display_width(it) <= *width);
    let is_named = screen.is_narrow() || demands.len() > letters.len() || all_fit();
    let heads =
        if is_named { demands.clone() } else { letters.iter().take(demands.len()).cloned().collect() };
    let table = Table::headed(&columns, std::iter::once(String::new()).chain(heads).collect());
    screen.heads(&table);
    for design in &folded.designs {
        let cells = demands.iter().map(|demand| codes(design, demand).unwrap_or_default());
        screen.row(&table, &std::iter::once(row_name(design)).chain(cells).collect::<Vec<_>>());
    }
    let of = |demand: &String| counts_what(view.cells.iter().filter(|cell| cell.demand == *demand));
    let column = |word: &String| {
        let of = view.pairs.filter(|_| word == COLUMN).map_or_else(|| of(word), PairsDocument::of_how_many);
        let about: Vec<&str> = [if is_titled { word.as_str() } else { "" }, of.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let name = if is_titled { demand(word) } else { word.clone() };
        if about.is_empty() { name } else { format!("{name} ({})", about.join(", ")) }
    };
    let named = demands.iter().enumerate().map(|(at, word)| match letters.get(at).filter(|_| !is_named) {
        Some(letter) => format!("{letter}: {}", column(word)),
        None => column(word),
    });
    legend.say_in(Weight::Dim, &named.collect::<Vec<_>>().join(" · "));
    let cells: Vec<&Cell> = view.cells.iter().filter(|cell| demands.contains(&cell.demand)).collect();
    let meanings: BTreeMap<Option<usize>, String> =
        cells.iter().map(|cell| (place(cell.state), meaning(cell.state))).collect();
    let mut meanings: Vec<String> = meanings.into_values().collect();
    if cells.iter().any(|cell| !cell.measures.kinds_withheld.is_empty()) {
        meanings.push("n wm of n + m kinds, n returned and m held, not handed over".to_owned());
    }
    legend.say_in(Weight::Dim, &format!("{}.", meanings.join(" · ")));
    if let Some(pairs) = view.pairs {
        legend.say_in(Weight::Dim, &pairs.legend(view.designs));
    }
    (screen, legend)
}

/// Writes the equal rows and columns, a line each.
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
        let name = if is_compact { first.to_owned() } else { view.design(first) };
        let listed = |all: &[&str]| match is_compact {
            true => all.join(", "),
            false => all.iter().map(|it| view.design_and_word(it)).collect::<Vec<_>>().join("; "),
        };
        if !same.is_empty() {
            screen.entry(Weight::Normal, &format!("The same as {name}: {}.", listed(&same)));
        }
        if !near.is_empty() {
            screen.entry(
                Weight::Normal,
                &format!(
                    "The same numbers as {name}, of other people or with other data: {}.",
                    listed(&near)
                ),
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
    for word in &folded.same {
        let says = says(first, word).unwrap_or_default();
        let name = if is_compact { word.clone() } else { with_word(&demand(word), word) };
        screen.entry(Weight::Normal, &format!("  {name}: {says}"));
    }
    screen.say_in(Weight::Dim, "Each row and column in words, under its name: --full.");
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
        let view =
            View { scenario: &scenario, designs: &designs, demands: &demands, cells: &[], pairs: None };
        for width in [40, 60, 80, 140] {
            for form in [render, full] {
                let text = form(&view, width, Screen::new(width));
                assert!(plain(&text).lines().all(|line| line.chars().count() <= width), "{text}");
            }
        }
    }
}
