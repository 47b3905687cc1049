//! The report on one screen: the question, the result of each server, and one row as each keeps it. Every figure
//! comes from the run.

use pillarbox_access::{Item, ItemAnswer};
use pillarbox_relay::tally::SubmissionTally;
use pillarbox_text::columns::Column;

use super::report::{DemonstrationReport, DemonstrationRun, KeptRow, lines_of};
use crate::screen::{Screen, Table, Weight};

/// The step with which the screen ends.
pub const NEXT: &str = "Next: pillarbox-lab --full";

/// Columns: question, and the results of two servers.
const ASKED: [Column; 3] = [Column::Fixed(27), Column::Share(25), Column::Share(24)];

/// Columns: a row's ends, and its content.
const ROW: [Column; 2] = [Column::Fixed(38), Column::Share(1)];

/// The number of bytes in each group of an unreadable row.
const GROUPED: usize = 4;

/// Lines of the paper about the account itself, with the words for them.
const ACCOUNT: [(Item, &str); 3] =
    [(Item::PhoneNumber, "number"), (Item::LastSeenDate, "last use"), (Item::IpAddress, "address")];

/// Renders the screen, for a window of `width` columns.
#[must_use]
pub fn render(report: &DemonstrationReport, width: usize) -> String {
    let mut screen = Screen::new(width);
    let names: Vec<&str> = report.people.iter().map(|person| person.name).collect();
    screen.say_in(
        Weight::Bold,
        &format!("Who can read {}? One conversation, two servers, one warrant.", names.join(" and ")),
    );
    screen.blank();
    screen.say(&opening(report));
    table(&mut screen, report);
    screen.say("The last text, as each server keeps it:");
    let rows = Table::new(&ROW);
    for run in &report.runs {
        let (ends, says) = last_row(run);
        screen.row(&rows, &[ends, says]);
    }
    screen.say(&passing(report));
    screen.blank();
    screen.say_in(Weight::Bold, &report.verdict());
    const MORE: &str = "(every row and byte; by hand: docs/walkthrough.md)";
    if screen.is_narrow() {
        screen.copyable(Weight::Dim, NEXT);
        screen.say_in(Weight::Dim, MORE);
    } else {
        screen.copyable(Weight::Dim, &format!("{NEXT}   {MORE}"));
    }
    screen.into_text()
}

fn opening(report: &DemonstrationReport) -> String {
    let receipts = report.runs.iter().map(receipts).max().unwrap_or(0);
    let off = report.switched_off;
    format!(
        "They said the same {} texts twice on this computer: over a server that can read, and end to end encrypted. {off}'s \
         phone was off for the last one. Their phones sent {receipts} receipts. A warrant about {off}, a thief and an open phone got:",
        report.texts_said
    )
}

/// Describes what an observer learns of this conversation by recording the rows as they pass.
fn passing(report: &DemonstrationReport) -> String {
    let told = |run: Option<&DemonstrationRun>| {
        let mut told = SubmissionTally::default();
        let sights = run.into_iter().flat_map(|run| &run.saw);
        sights.for_each(|sight| told.message(sight.from.as_deref(), &sight.to));
        told
    };
    SubmissionTally::on_two_servers(&told(report.runs.first()), &told(report.runs.last()))
}

/// Counts messages that are not texts: each phone confirms what it fetched.
fn receipts(run: &DemonstrationRun) -> usize {
    let texts = run.phones.iter().flat_map(|phone| &phone.lines).filter(|line| line.state.is_some());
    run.saw.len().saturating_sub(texts.count())
}

fn table(screen: &mut Screen, report: &DemonstrationReport) {
    let heads = std::iter::once(String::new()).chain(report.runs.iter().map(head)).collect();
    let table = Table::headed(&ASKED, heads);
    screen.heads(&table);
    let mut row = |what: &str, cell: &dyn Fn(&DemonstrationRun) -> String| {
        let cells = std::iter::once(format!("  {what}")).chain(report.runs.iter().map(cell));
        screen.row(&table, &cells.collect::<Vec<_>>());
    };
    let texts = report.texts_said;
    row("what was said", &|run| part(run.most(&|served| served.facts.said.len()), texts, "texts"));
    row("who wrote to whom", &|run| {
        part(run.most(&|served| lines_of(served, Item::MessageSourceDestination)), run.saw.len(), "messages")
    });
    row("when, and how long", &|run| {
        let times = run.most(&|served| lines_of(served, Item::MessageTimes));
        if waits(report, run, times) {
            return format!("{times} of {}, waits for {}", run.saw.len(), report.switched_off);
        }
        part(times, run.saw.len(), "messages")
    });
    row(&format!("about {}", report.switched_off), &account);
    row("a thief of the disk reads", &|run| part(run.texts_for_a_thief(), texts, "texts"));
    row("an open phone shows", &|run| {
        let shown = run.phones.iter().map(|phone| format!("{}'s {}", phone.owner, phone.lines.len()));
        format!("{} texts", shown.collect::<Vec<_>>().join(", "))
    });
}

/// Returns the head of a server's column: the server's ability if it can read, and its design otherwise.
fn head(run: &DemonstrationRun) -> String {
    let is_read = run.kept.iter().any(|row| row.readable.is_some());
    if is_read { "SERVER CAN READ".to_owned() } else { run.design.to_uppercase().replace('-', " ") }
}

fn part(n: usize, of: usize, unit: &str) -> String {
    if n == 0 { format!("none of {of} {unit}") } else { format!("{n} of {of} {unit}") }
}

/// Returns true if the messages whose time was returned are those that wait for the phone that is off.
fn waits(report: &DemonstrationReport, run: &DemonstrationRun, times: usize) -> bool {
    let number = report.people.iter().find(|person| person.name == report.switched_off).map(|it| it.number);
    times == 1
        && times < run.saw.len()
        && run.kept.len() == times
        && run.kept.iter().all(|row| Some(row.to.as_str()) == number)
}

/// Describes the returned data about the account itself.
fn account(run: &DemonstrationRun) -> String {
    let Some(served) = run.returns.last() else { return String::new() };
    let came = ACCOUNT.into_iter().filter_map(|(item, word)| match served.answer(item)? {
        ItemAnswer::Returned { lines, .. } if lines.iter().any(|line| line.ends_with("(day only)")) => {
            Some(format!("day of {word}"))
        }
        ItemAnswer::Returned { .. } => Some(word.to_owned()),
        _ => None,
    });
    came.collect::<Vec<_>>().join(", ")
}

/// Describes the last text's row: the people whom it names, and its content.
fn last_row(run: &DemonstrationRun) -> (String, String) {
    let Some(row) = run.kept.last() else { return ("  no message".into(), String::new()) };
    let from = row.from.as_deref().unwrap_or("nobody");
    let says = row.readable.clone().unwrap_or_else(|| unreadable(run, row));
    (format!("  from {from} to {}", row.to), says)
}

/// Describes the first bytes of a row that nothing opened, and the number of keys that were tried.
fn unreadable(run: &DemonstrationRun, row: &KeptRow) -> String {
    let digits: Vec<char> = row.first_bytes.chars().collect();
    let groups: Vec<String> = digits.chunks(GROUPED).map(|group| group.iter().collect()).collect();
    let tried = run.returns.iter().find_map(|served| match served.answer(Item::MessageContent)? {
        ItemAnswer::HeldUnreadable { private_keys, public_values, .. } => Some(private_keys + public_values),
        _ => None,
    });
    let tried = tried.map_or_else(String::new, |keys| format!("  {keys} keys tried"));
    format!("{} ...{tried}", groups.join(" "))
}
