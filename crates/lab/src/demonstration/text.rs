//! The report as text for a terminal of 80 columns: the two designs side by side, asked on the left.

use pillarbox_access::{Answer, Item, Served};

use super::report::{Kept, Report, Run, Screen, Sight};
use crate::columns::{paragraph, side_by_side};
use crate::paper::{in_words, legal_names, title};
use pillarbox_access::law::AS_OF;

/// Two columns of equal width.
const HALVES: [usize; 2] = [39, 39];

/// What was asked, and what each design returned.
const PAPER: [usize; 3] = [18, 29, 29];

/// Lines of a list that are shown before the rest is counted: the JSON has them all.
const SHOWN: usize = 9;

/// The same for what a demand returned.
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

/// The whole report: the answer first, then what it rests on.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    opening(&mut out, report);
    answers(&mut out, report);
    phones(&mut out, report);
    relay(&mut out, report);
    demands(&mut out, report);
    closing(&mut out);
    out
}

fn opening(out: &mut String, report: &Report) {
    out.push_str(title("THE SAME CONVERSATION, UNDER TWO DESIGNS").trim_start());
    let names: Vec<String> =
        report.people.iter().map(|person| format!("{} ({})", person.name, person.number)).collect();
    out.push_str(&paragraph(&format!(
        "A relay (the messenger's server) and two phones ran on this computer, twice: {}. Each time they said the same \
         {} texts over real connections; before the last one, {off}'s phone was switched off. Then two legal demands about \
         {off} were served on the relay. Everything below was read from the phones, the connections and the relay's files.",
        names.join(" and "),
        report.texts_said,
        off = report.switched_off,
    )));
}

fn answers(out: &mut String, report: &Report) {
    out.push_str(&title("THE ANSWER"));
    for run in &report.runs {
        let receipts = run.saw.len().saturating_sub(report.texts_said);
        out.push_str(&paragraph(&format!(
            "{} ({}): {} texts and {receipts} receipts passed. About {} the relay returned {}.",
            named(run),
            run.plain,
            report.texts_said,
            report.switched_off,
            yielded(report, run, &run.returns)
        )));
    }
    out.push_str(&title("WHAT ELSE FOLLOWS FROM IT"));
    let each = |what: &dyn Fn(&Run) -> String| {
        let parts: Vec<String> =
            report.runs.iter().map(|run| format!("{}: {}", named(run), what(run))).collect();
        parts.join("; ")
    };
    out.push_str(&paragraph(&format!(
        "A thief with a copy of the relay's files reads, without any demand, {}.",
        each(&|run| format!("{} texts", run.texts_for_a_thief()))
    )));
    for person in report.people.iter().filter(|person| person.name != report.switched_off) {
        out.push_str(&paragraph(&format!(
            "About {} the same demands returned, {}.",
            person.name,
            each(&|run| yielded(report, run, &run.returns_about_others))
        )));
    }
    // The data behind this sentence are the two files in crates/access/designs.
    out.push_str(&paragraph(
        "The two designs differ in more than encryption. The plain server also keeps messages, exact times and the last \
         network address for a year. The other one deletes on delivery, keeps the day of last use, hides the sender and \
         pads. That fewer records came back is due to those; that no text came back is due to the encryption.",
    ));
}

/// The most that any of these demands returned, in numbers.
fn yielded(report: &Report, run: &Run, returns: &[Served]) -> String {
    let most = |count: &dyn Fn(&Served) -> usize| returns.iter().map(count).max().unwrap_or(0);
    format!(
        "{} of {} texts, the times of {} of {} messages, and who wrote to whom in {}",
        most(&|served| served.facts.said.len()),
        report.texts_said,
        most(&|served| lines(served, Item::MessageTimes)),
        run.saw.len(),
        most(&|served| lines(served, Item::MessageSourceDestination)),
    )
}

/// The lines of the paper that came back for an item. Facts do not do instead: several of them can be about one message.
fn lines(served: &Served, item: Item) -> usize {
    match served.answer(item) {
        Some(Answer::Returned { lines, .. }) => lines.len(),
        _ => 0,
    }
}

fn phones(out: &mut String, report: &Report) {
    for (position, person) in report.people.iter().enumerate() {
        out.push_str(&title(&format!("{}'S PHONE SHOWS", person.name.to_uppercase())));
        out.push_str(&side_by_side(&HALVES, &report.runs.iter().map(named).collect::<Vec<_>>()));
        let screens = report.runs.iter().map(|run| run.phones.get(position).map(screen).unwrap_or_default());
        out.push_str(&side_by_side(&HALVES, &screens.collect::<Vec<_>>()));
    }
}

fn screen(screen: &Screen) -> String {
    let lines = screen.lines.iter().map(|line| match line.state {
        Some(state) => format!("{}: {} [{state}]", line.who, line.text),
        None => format!("{}: {}", line.who, line.text),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn relay(out: &mut String, report: &Report) {
    let titles: Vec<String> = report.runs.iter().map(named).collect();
    out.push_str(&title("THE RELAY SAW, PASSING THROUGH (sender to recipient, bytes)"));
    out.push_str(&side_by_side(&HALVES, &titles));
    let saw = report.runs.iter().map(|run| listed(&run.saw, sight));
    out.push_str(&side_by_side(&HALVES, &saw.collect::<Vec<_>>()));
    let besides: Vec<String> =
        report.runs.iter().map(|run| format!("and {} frames of other kinds", run.saw_besides)).collect();
    out.push_str(&side_by_side(&HALVES, &besides));
    out.push_str(&paragraph("It saw the time and the network address of each, named or not."));
    out.push_str(&title("THE RELAY KEPT, IN ITS DATABASE"));
    out.push_str(&side_by_side(&HALVES, &titles));
    let kept = report.runs.iter().map(|run| match run.kept.as_slice() {
        [] => "no message".into(),
        rows => listed(rows, row),
    });
    out.push_str(&side_by_side(&HALVES, &kept.collect::<Vec<_>>()));
}

fn sight(sight: &Sight) -> String {
    let from = sight.from.as_deref().unwrap_or("(not named)");
    format!("{from} to {}, {}", sight.to, sight.bytes)
}

fn row(row: &Kept) -> String {
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

fn demands(out: &mut String, report: &Report) {
    let count = report.runs.iter().map(|run| run.returns.len()).min().unwrap_or(0);
    for position in 0..count {
        let returns: Vec<&Served> = report.runs.iter().filter_map(|run| run.returns.get(position)).collect();
        let Some(first) = returns.first() else { continue };
        out.push_str(&title(&format!(
            "DEMAND {}: {}, about {}",
            position + 1,
            first.demand.name,
            first.about
        )));
        out.push_str(&legal_names(first.demand, AS_OF));
        out.push('\n');
        let mut titles = vec!["ASKED".to_owned()];
        titles.extend(report.runs.iter().map(|run| format!("{} RETURNED", named(run))));
        out.push_str(&side_by_side(&PAPER, &titles));
        for item in SHORT {
            let mut cells = vec![item.wording().to_owned()];
            cells.extend(returns.iter().map(|served| {
                served.answer(item).map(|answer| in_words(answer, RETURNED)).unwrap_or_default()
            }));
            out.push_str(&side_by_side(&PAPER, &cells));
        }
        let mut also = vec!["others named".to_owned()];
        also.extend(returns.iter().map(|served| served.others().len().to_string()));
        out.push_str(&side_by_side(&PAPER, &also));
    }
    out.push('\n');
    out.push_str(&paragraph(&format!(
        "Each paper has {} lines, of which {} are shown. --json has all of them, with the rows behind them.",
        Item::ALL.len(),
        SHORT.len()
    )));
}

fn closing(out: &mut String) {
    out.push_str(&title("WHAT THIS DOES NOT SHOW"));
    out.push_str(&paragraph(
        "What a relay deletes when it has delivered it, a relay that is told to can write down from then on: an order for the \
         time to come is another demand than these two, which read the disk once. And the texts lie readable on both \
         phones: whoever has an unlocked phone needs no relay.",
    ));
}

fn named(run: &Run) -> String {
    run.design.to_uppercase().replace('-', " ")
}
