//! The ways on one screen.

use pillarbox_access::day::Day;
use pillarbox_text::columns::Column;
use pillarbox_wire::Timestamp;

use super::notes::{self, Marks};
use super::predictions::WaysComparison;
use super::row::{WayInRow, WaysIn, share};
use crate::answer::counted_by;
use crate::screen::{Screen, Table, Weight};

/// The widths of the columns. With the gaps between them they leave 19 columns of 80 for the name.
const COLUMNS: [Column; 9] = [
    Column::Share(1),
    Column::Fixed(6),
    Column::Fixed(5),
    Column::Fixed(5),
    Column::Fixed(5),
    Column::Fixed(6),
    Column::Fixed(7),
    Column::Fixed(5),
    Column::Fixed(6),
];

/// Returns the headings, each on two lines of a table, or on one before its cell.
fn heads(ways: &WaysIn, is_narrow: bool) -> Vec<String> {
    let of = format!("of {}", ways.texts);
    let heads = [
        ["", ""],
        ["", "before"],
        ["", "after"],
        ["phone", "gone"],
        ["thief", &of],
        ["", "others"],
        ["who", "can say"],
        ["false", "lines"],
        ["", "evader"],
    ];
    let between = if is_narrow { " " } else { "\n" };
    heads.map(|lines| lines.join(between).trim_start_matches(' ').to_owned()).to_vec()
}

/// Writes the subject of the screen: design, story, and the texts that are counted.
pub(super) fn head(screen: &mut Screen, ways: &WaysIn) {
    let WaysIn { design_title, people, texts, ordered, target, before, after, .. } = ways;
    let day = Day::of(Timestamp(*ordered));
    let subject = format!("WAYS IN: {design_title}; {people} people, {texts} texts; order of {day}");
    screen.say_in(Weight::Bold, &subject);
    screen.say(&format!(
        "{target} wrote or got {} before the order and {after} after. 0: tried, none came.",
        counted_by(*before, "texts")
    ));
}

/// Returns the screen. `comparison` is that with the predictions, if there are any.
#[must_use]
pub fn render(ways: &WaysIn, comparison: Option<&WaysComparison>, width: usize) -> String {
    let mut screen = Screen::new(width);
    head(&mut screen, ways);
    let table = Table::headed(&COLUMNS, heads(ways, screen.is_narrow()));
    screen.heads(&table);
    let mut marks = Marks::default();
    let mut group = "";
    for row in &ways.ways {
        if row.group != group {
            group = &row.group;
            screen.say_in(Weight::Bold, group);
        }
        screen.row(&table, &cells(row, &mut marks));
    }
    for note in notes::of(ways, &marks).iter().filter(|note| !note.is_empty()) {
        screen.say(note);
    }
    if let Some(comparison) = comparison {
        screen.say(&comparison.in_short());
    }
    screen.into_text()
}

fn cells(row: &WayInRow, marks: &mut Marks) -> Vec<String> {
    let evaded = row.evader.before.n + row.evader.after.n;
    vec![
        row.title.clone(),
        share(row.before),
        share(row.after),
        phone_gone(row),
        row.stolen.as_ref().map_or_else(|| "-".to_owned(), |stolen| stolen.opens.n.to_string()),
        format!("{}, {}", row.read.len(), row.named.len()),
        who(row, marks),
        format!("{}, {}", row.became_false.len(), row.already_false.len()),
        format!("{evaded}/{}", row.evader.before.of + row.evader.after.of),
    ]
}

/// Returns the word for the way without the phone. To bring nothing, as before, is not to work.
fn phone_gone(row: &WayInRow) -> String {
    if row.texts.is_empty() && row.without_the_phone.works { "none".to_owned() } else { row.phone_gone() }
}

/// Returns the word for whoever can tell, with the letter of a footnote.
fn who(row: &WayInRow, marks: &mut Marks) -> String {
    match notes::in_short(row) {
        None => "nobody".to_owned(),
        Some((count, note)) => format!("{count} ({})", marks.letter(note)),
    }
}
