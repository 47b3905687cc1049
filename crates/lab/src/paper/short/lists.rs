//! The lists of a short paper: what was returned, entry by entry, and what is held and unreadable.

use pillarbox_access::Item;
use pillarbox_access::facts::ReadableText;
use pillarbox_client::display::safe;
use pillarbox_text::columns::{self, Column};
use pillarbox_text::wrap::display_width;

use crate::paper::{CAME_BACK, CLOSED, NOT_KNOWN, PaperLine, Standing, ends};
use crate::screen::{Screen, Table, Weight};

/// The maximum number of lines that one text occupies on a short paper. A story's text may be as long as a message can
/// be.
const TEXT_LINES: usize = 3;

/// The narrowest and the widest column of labels.
const LABELS: (usize, usize) = (26, 38);

/// The number of digits of an account's number.
const ACCOUNT: usize = 32;
/// The number of those digits that a short paper shows.
const ACCOUNT_SHOWN: usize = 8;

/// Items that a short paper shows first. They are about other people and about acts, and not only about who
/// somebody is.
const FIRST: [Item; 7] = [
    Item::MessageSourceDestination,
    Item::MessageTimes,
    Item::AddressBookContacts,
    Item::UsersWithTargetInAddressBook,
    Item::GroupInfo,
    Item::GroupMembership,
    Item::LastSeenDate,
];

/// The lists of a paper.
pub(super) struct Lists {
    /// The entries that were returned.
    came: Vec<Screen>,
    /// The labels of those entries; empty for texts, some of which are always shown.
    pub(super) labels: Vec<String>,
    /// The data that is held and stays closed.
    pub(super) closed: Closed,
}

impl Lists {
    pub(super) fn of(
        entries: &[PaperLine],
        said: &[ReadableText],
        name: &dyn Fn(&str) -> String,
        width: usize,
    ) -> Self {
        let texts = ends::each(said, |id| abbreviated(&name(id)));
        let is_said = |line: &PaperLine| {
            !texts.is_empty() && matches!(line.item, Some(Item::MessageContent | Item::DeliveredMessages))
        };
        let returned = |line: &&PaperLine| {
            line.standing == Standing::Returned && !line.is_repeated_in(entries) && !is_said(line)
        };
        let mut returned: Vec<&PaperLine> = entries.iter().filter(returned).collect();
        returned.sort_by_key(|line| first(line));
        let closed = entries.iter().filter(|it| it.standing == Standing::Closed && it.says != NOT_KNOWN);
        let closed: Vec<(String, String)> = closed.map(first_sentence).collect();
        let labels: Vec<String> = returned.iter().map(|line| line.label()).collect();
        let all = labels.iter().chain(closed.iter().map(|(label, _)| label));
        let widest = all.map(|label| display_width(label)).max().unwrap_or(0);
        let items = [Column::Fixed(widest.clamp(LABELS.0, LABELS.1)), Column::Share(1)];
        let returned = returned.into_iter().map(|line| {
            let says = abbreviated(&line.says.replace(":00 UTC", ""));
            let label = line.label();
            let says = in_one_line(&says, room(&items, width), is_counted(line, &label));
            row(&items, width, [label, says])
        });
        let columns = ends::columns(texts.iter().map(|(ends, _)| ends.as_str()), Screen::new(width).width());
        let most = TEXT_LINES * room(&columns, width);
        let said = texts.iter().map(|(ends, text)| row(&columns, width, [ends.clone(), quoted(text, most)]));
        Self {
            came: said.chain(returned).collect(),
            labels: if texts.is_empty() { labels } else { Vec::new() },
            closed: Closed { lines: closed, columns: items },
        }
    }

    /// Returns true if returned data is described in a sentence.
    fn is_a_sentence(&self, is_tightest: bool) -> bool {
        is_tightest && !self.labels.is_empty()
    }

    /// Returns the rows of returned data.
    pub(super) fn into_rows(self, is_tightest: bool) -> Vec<Screen> {
        if self.is_a_sentence(is_tightest) { Vec::new() } else { self.came }
    }

    /// Returns the fewest lines that the rows of returned data occupy. At least one entry follows the heading.
    pub(super) fn least(&self, shown: usize, is_tightest: bool) -> usize {
        let heights = || self.came.iter().map(Screen::height);
        let first = heights().next().unwrap_or(0);
        match heights().sum::<usize>() {
            0 => 0,
            _ if self.is_a_sentence(is_tightest) => 0,
            all => HEADING + all.min(shown.saturating_sub(HEADING)).max(first),
        }
    }
}

/// The lines of a heading.
const HEADING: usize = 1;

/// Writes as many returned entries as fit. If there are more, the heading counts them.
pub(super) fn shown(screen: &mut Screen, came: Vec<Screen>, room: usize) {
    let all = came.len();
    let heights = came.iter().scan(HEADING, |lines, entry| {
        *lines += entry.height();
        Some(*lines)
    });
    // At least one entry follows the heading.
    let shown = heights.take_while(|lines| *lines <= room).count().max(1);
    match all {
        0 => return,
        all if all <= shown => screen.say_in(Weight::Bold, CAME_BACK),
        all => screen.say_in(Weight::Bold, &format!("{CAME_BACK}: {shown} of {all}, all with --full")),
    }
    came.into_iter().take(shown).for_each(|line| screen.append(line));
}

/// The data that is held and stays closed, by its labels.
pub(super) struct Closed {
    lines: Vec<(String, String)>,
    columns: [Column; 2],
}

impl Closed {
    /// Writes a row for each, under a heading.
    pub(super) fn list(&self, screen: &mut Screen) {
        if !self.lines.is_empty() {
            screen.say_in(Weight::Bold, CLOSED);
        }
        for (label, says) in &self.lines {
            screen.row(&Table::new(&self.columns), &[label.clone(), says.clone()]);
        }
    }

    /// Writes the same data in one sentence.
    pub(super) fn sentence(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|(label, says)| format!("{label}, {says}")).collect();
        if lines.is_empty() { String::new() } else { format!("{CLOSED}: {}.", lines.join(" · ")) }
    }
}

/// Builds a row of a table and returns it as a screen.
fn row(columns: &[Column], width: usize, cells: [String; 2]) -> Screen {
    let mut screen = Screen::new(width);
    screen.row(&Table::new(columns), &cells);
    screen
}

/// Returns the width of the last cell of a row, in columns.
fn room(columns: &[Column], width: usize) -> usize {
    let screen = Screen::new(width);
    match screen.is_narrow() {
        true => screen.width().saturating_sub(2),
        false => columns::widths(columns, screen.width()).last().copied().unwrap_or_default(),
    }
}

/// Returns the part before a comma. The part after it explains the rest.
pub(super) fn label(asked: &str) -> &str {
    asked.split(',').next().unwrap_or(asked)
}

/// Returns the rank of a line in the order of a short paper.
pub(super) fn first(line: &PaperLine) -> usize {
    FIRST.iter().position(|first| line.item == Some(*first)).unwrap_or(FIRST.len())
}

/// Returns text in quotation marks, no longer than `most` characters. The characters left out are counted.
fn quoted(text: &str, most: usize) -> String {
    let text = safe(text);
    let length = text.chars().count();
    if length <= most {
        return format!("\"{text}\"");
    }
    let begin: String = text.chars().take(most).collect();
    format!("\"{}...\" and {} more characters, with --full", begin.trim_end(), length - most)
}

/// Returns true if the label of a line already contains the number.
fn is_counted(line: &PaperLine, label: &str) -> bool {
    label.contains(&format!("({} ", line.rows))
}

/// Returns the label of a line and the first sentence of its answer, without a number that the label has.
fn first_sentence(line: &PaperLine) -> (String, String) {
    let label = line.label();
    let (says, _) = line.says.split_once(". ").unwrap_or((&line.says, ""));
    let counted = format!(": {}", line.rows);
    let says = says.strip_suffix(&counted).filter(|_| is_counted(line, &label)).unwrap_or(says);
    (label.clone(), says.to_owned())
}

/// Shortens account numbers to their first digits. They still distinguish people without a name, and the full paper has
/// the rest.
fn abbreviated(says: &str) -> String {
    let is_id = |word: &str| word.len() == ACCOUNT && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let short = |word: &str| match word.get(..ACCOUNT_SHOWN).filter(|_| is_id(word)) {
        Some(begin) => begin.to_owned(),
        None => word.to_owned(),
    };
    let lines = says.lines().map(|line| line.split(' ').map(short).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Joins several lines into one no wider than `room`. The rest is counted, unless `is_counted` says that it is
/// already. The first line is kept in full, however wide it is.
fn in_one_line(says: &str, room: usize, is_counted: bool) -> String {
    let all: Vec<&str> = says.lines().filter(|line| !line.starts_with("returned ")).collect();
    let more = |left: usize| match left {
        0 => String::new(),
        _ if is_counted => " ...".into(),
        left => format!(" +{left} more"),
    };
    let mut out = String::new();
    for (at, line) in all.iter().enumerate() {
        let left = all.len() - at;
        let with_it = if at == 0 { (*line).to_owned() } else { format!("{out}, {line}") };
        if at > 0 && display_width(&with_it) + display_width(&more(left - 1)) > room {
            return out + &more(left);
        }
        out = with_it;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_stands_whole_and_a_long_text_says_how_much_of_it_is_left_out() {
        assert_eq!(
            in_one_line("16:05: Callum to Dilys\n16:06: one\n16:07: two", 12, false),
            "16:05: Callum to Dilys +2 more"
        );
        assert_eq!(in_one_line("one\ntwo\nthreefold", 16, false), "one, two +1 more");
        assert_eq!(in_one_line("one\ntwo", 16, false), "one, two");
        assert_eq!(in_one_line("one\ntwo\nthreefold", 12, true), "one, two ...", "the label counts them");
        let account = "account be46c2c4bb4bf1dc3ff4020d0d89ad03 to Callum";
        assert_eq!(abbreviated(account), "account be46c2c4 to Callum");
        assert_eq!(quoted("six?", 4), "\"six?\"");
        assert_eq!(quoted("six or seven?", 4), "\"six...\" and 9 more characters, with --full");
    }
}
