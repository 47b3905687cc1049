//! The whole report: the two designs side by side, with the questions on the left and the answer last.

use pillarbox_access::law::AS_OF;
use pillarbox_access::{Item, Served};
use pillarbox_text::columns::Column;

use super::report::{DemonstrationReport, DemonstrationRun, KeptRow, PhoneScreen, Sight, lines_of};
use crate::paper::{in_words, legal_names};
use crate::screen::{Screen, Table, Weight};

/// Two columns of equal width.
const HALVES: [Column; 2] = [Column::Share(1), Column::Share(1)];

/// Columns: question, and the returns of each design.
const PAPER: [Column; 3] = [Column::Fixed(18), Column::Share(1), Column::Share(1)];

/// The number of a list's lines that are shown before the rest is counted. The JSON has them all.
const SHOWN: usize = 9;

/// The number of a demand's returns that are shown.
const RETURNED: usize = 3;

/// The lines of the paper that are shown.
const SHORT: [Item; 6] = [
    Item::AccountRecord,
    Item::RegisteredAt,
    Item::LastSeenDate,
    Item::MessageTimes,
    Item::MessageSourceDestination,
    Item::MessageContent,
];

/// Renders the whole report, for a window of `width` columns.
#[must_use]
pub fn render(report: &DemonstrationReport, width: usize) -> String {
    let mut screen = Screen::new(width);
    opening(&mut screen, report);
    phones(&mut screen, report);
    relay(&mut screen, report);
    demands(&mut screen, report);
    not_shown(&mut screen);
    answers(&mut screen, report);
    screen.into_text()
}

fn opening(screen: &mut Screen, report: &DemonstrationReport) {
    screen.title("THE SAME CONVERSATION, UNDER TWO DESIGNS");
    let names: Vec<String> =
        report.people.iter().map(|person| format!("{} ({})", person.name, person.number)).collect();
    screen.say(&format!(
        "A relay (the messenger's server) and two phones ran on this computer, twice: {}. Each time they said the same \
         {} texts over real connections; before the last one, {off}'s phone was switched off. Then two legal demands about \
         {off} were served on the relay. Everything below was read from the phones, the connections and the relay's files.",
        names.join(" and "),
        report.texts_said,
        off = report.switched_off,
    ));
}

fn answers(screen: &mut Screen, report: &DemonstrationReport) {
    screen.title("THE ANSWER");
    for run in &report.runs {
        let receipts = run.saw.len().saturating_sub(report.texts_said);
        screen.say(&format!(
            "{} ({}): {} texts and {receipts} receipts passed. About {} the relay returned {}.",
            named(run),
            run.plain,
            report.texts_said,
            report.switched_off,
            yielded(report, run, &run.returns)
        ));
    }
    let each = |what: &dyn Fn(&DemonstrationRun) -> String| {
        let parts: Vec<String> =
            report.runs.iter().map(|run| format!("{}: {}", named(run), what(run))).collect();
        parts.join("; ")
    };
    screen.say(&format!(
        "A thief with a copy of the relay's files reads, without any demand, {}.",
        each(&|run| format!("{} texts", run.texts_for_a_thief()))
    ));
    for person in report.people.iter().filter(|person| person.name != report.switched_off) {
        screen.say(&format!(
            "About {} the same demands returned, {}.",
            person.name,
            each(&|run| yielded(report, run, &run.returns_about_others))
        ));
    }
    screen.say_in(Weight::Bold, &report.verdict());
}

/// Describes the most that any of these demands returned, in numbers.
fn yielded(report: &DemonstrationReport, run: &DemonstrationRun, returns: &[Served]) -> String {
    let most = |count: &dyn Fn(&Served) -> usize| returns.iter().map(count).max().unwrap_or(0);
    format!(
        "{} of {} texts, the times of {} of {} messages, and who wrote to whom in {}",
        most(&|served| served.facts.said.len()),
        report.texts_said,
        most(&|served| lines_of(served, Item::MessageTimes)),
        run.saw.len(),
        most(&|served| lines_of(served, Item::MessageSourceDestination)),
    )
}

fn phones(screen: &mut Screen, report: &DemonstrationReport) {
    for (position, person) in report.people.iter().enumerate() {
        screen.title(&format!("{}'S PHONE SHOWS", person.name.to_uppercase()));
        let screens = report.runs.iter().map(|run| run.phones.get(position).map(shown).unwrap_or_default());
        halves(screen, report, &screens.collect::<Vec<_>>());
    }
}

fn shown(phone: &PhoneScreen) -> String {
    let lines = phone.lines.iter().map(|line| match line.state {
        Some(state) => format!("{}: {} [{state}]", line.who, line.text),
        None => format!("{}: {}", line.who, line.text),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Writes both designs side by side, each under its name.
fn halves(screen: &mut Screen, report: &DemonstrationReport, cells: &[String]) {
    if screen.is_narrow() {
        for (run, cell) in report.runs.iter().zip(cells) {
            screen.say(&named(run));
            cell.lines().for_each(|line| screen.entry(Weight::Normal, &format!("  {line}")));
        }
        return;
    }
    let table = Table::headed(&HALVES, report.runs.iter().map(named).collect());
    screen.heads(&table);
    screen.row(&table, cells);
}

fn relay(screen: &mut Screen, report: &DemonstrationReport) {
    screen.title("THE RELAY SAW, PASSING THROUGH (sender to recipient, bytes)");
    let saw = report
        .runs
        .iter()
        .map(|run| format!("{}\nand {} frames of other kinds", listed(&run.saw, sight), run.saw_besides));
    halves(screen, report, &saw.collect::<Vec<_>>());
    screen.say("It saw the time and the network address of each, named or not.");
    screen.title("THE RELAY KEPT, IN ITS DATABASE");
    let kept = report.runs.iter().map(|run| match run.kept.as_slice() {
        [] => "no message".into(),
        rows => listed(rows, row),
    });
    halves(screen, report, &kept.collect::<Vec<_>>());
}

fn sight(sight: &Sight) -> String {
    let from = sight.from.as_deref().unwrap_or("(not named)");
    format!("{from} to {}, {}", sight.to, sight.bytes)
}

fn row(row: &KeptRow) -> String {
    let from = row.from.as_deref().unwrap_or("(no sender)");
    let says = row.readable.clone().unwrap_or_else(|| format!("unreadable: {}...", row.first_bytes));
    format!("{from} to {}\n  {says}", row.to)
}

fn listed<T>(rows: &[T], show: fn(&T) -> String) -> String {
    let mut lines: Vec<String> = rows.iter().take(SHOWN).map(show).collect();
    if rows.len() > SHOWN {
        lines.push(format!("and {} more", rows.len() - SHOWN));
    }
    lines.join("\n")
}

fn demands(screen: &mut Screen, report: &DemonstrationReport) {
    let count = report.runs.iter().map(|run| run.returns.len()).min().unwrap_or(0);
    for position in 0..count {
        let returns: Vec<&Served> = report.runs.iter().filter_map(|run| run.returns.get(position)).collect();
        let Some(first) = returns.first() else { continue };
        screen.title(&format!("DEMAND {}: {}, about {}", position + 1, first.demand.name, first.about));
        legal_names(screen, first.demand, AS_OF);
        screen.blank();
        let heads = report.runs.iter().map(|run| format!("{} RETURNED", named(run)));
        let table = Table::headed(&PAPER, std::iter::once("ASKED".to_owned()).chain(heads).collect());
        screen.heads(&table);
        for item in SHORT {
            let mut cells = vec![item.wording().to_owned()];
            cells.extend(returns.iter().map(|served| {
                served.answer(item).map(|answer| in_words(item, answer, RETURNED)).unwrap_or_default()
            }));
            screen.row(&table, &cells);
        }
        let mut also = vec!["others named".to_owned()];
        also.extend(returns.iter().map(|served| served.others().len().to_string()));
        screen.row(&table, &also);
    }
    screen.blank();
    screen.say(&format!(
        "Each paper has {} lines, of which {} are shown. --json has all of them, with the rows behind them.",
        Item::ALL.len(),
        SHORT.len()
    ));
}

fn not_shown(screen: &mut Screen) {
    screen.title("WHAT THIS DOES NOT SHOW");
    screen.say(
        "What a relay deletes when it has delivered it, a relay that is told to can write down from then on: an order for the \
         time to come is another demand than these two, which read the disk once. And the texts lie readable on both \
         phones: whoever has an unlocked phone needs no relay.",
    );
}

fn named(run: &DemonstrationRun) -> String {
    run.design.to_uppercase().replace('-', " ")
}
