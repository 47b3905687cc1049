//! The report as text, in short and in full, as one line for each row, and as the tables of a page.

use std::fmt::Write as _;

use pillarbox_access::design::Mark;
use pillarbox_access::oracle::reasons::Reason;
use pillarbox_access::oracle::{Agreement, Counts, Row, Source};

use super::{Report, Table};
use crate::columns::Column;
use crate::screen::{Screen, Table as Layout, Weight};

/// Item or figure, what the table says, what the run says, agreement.
const COLUMNS: [Column; 4] = [Column::Share(33), Column::Share(13), Column::Share(13), Column::Share(15)];

/// Design, what must follow, whether it does.
const DERIVED: [Column; 3] = [Column::Fixed(18), Column::Share(1), Column::Fixed(5)];

/// What differs: the design, the item, what the table says and what the run says.
const DIFFERS: [Column; 4] = [Column::Fixed(14), Column::Share(20), Column::Share(21), Column::Share(14)];

const LEGEND: &str = "agrees (2703d): the chart lists the item without naming a process; the run returns it under this one. \
    * : the table's row is marked recheck, its source was not checked against the original. [1]: see the reason below.";

/// What differs, and how many rows agree, for a window of `width` columns. The sums stand last.
#[must_use]
pub fn short(report: &Report, width: usize) -> String {
    let mut screen = Screen::new(width);
    let heads = ["DIFFERS", "ITEM", "TABLE SAYS", "RUN SAYS"].map(str::to_owned).to_vec();
    let table = Layout::headed(&DIFFERS, heads);
    screen.heads(&table);
    let rows = report.tables.iter().flat_map(|table| &table.rows);
    let mut known: Vec<[String; 4]> = Vec::new();
    for row in rows.filter(|row| row.agreement == Agreement::Differs) {
        let of = if row.design.is_empty() { &row.app } else { &row.design };
        let cells = [of.clone(), row.item.replace('_', " "), row.says.clone(), row.run.clone()];
        // The same under several processes is one difference.
        if !known.contains(&cells) {
            screen.row(&table, &cells);
            known.push(cells);
        }
    }
    screen.say_in(Weight::Dim, "Each has a written reason: --full.");
    screen.blank();
    for table in &report.tables {
        let (name, _) = table.heading.split_once(':').unwrap_or((table.heading, ""));
        screen.entry(Weight::Normal, &format!("{name}: {}", briefly(&table.counts)));
    }
    let holds = report.derived.iter().filter(|derived| derived.holds).count();
    if !report.derived.is_empty() {
        screen.say(&format!("Of {} things that must follow, {holds} do.", report.derived.len()));
    }
    for complaint in complaints(report) {
        screen.say_in(Weight::Bold, &complaint);
    }
    screen.blank();
    screen.say_in(Weight::Bold, &total(report));
    screen.into_text()
}

/// The sum over all tables.
fn total(report: &Report) -> String {
    let rows: usize = report.tables.iter().map(|table| table.rows.len()).sum();
    let all: Vec<Row> = report.tables.iter().flat_map(|table| table.rows.clone()).collect();
    format!("Of {rows} rows that others published, {}", briefly(&Counts::of(&all)))
}

/// The counts in as few words as say whether table and run agree.
fn briefly(counts: &Counts) -> String {
    let Counts { agree, differ, not_applicable, not_asserted, not_modelled, .. } = counts;
    let open = not_applicable + not_asserted + not_modelled;
    format!("{agree} agree, {differ} differ, {open} cannot be compared.")
}

/// The whole report, for a window of `width` columns. The sums stand last.
#[must_use]
pub fn render(report: &Report, width: usize) -> String {
    let mut screen = Screen::new(width);
    for table in &report.tables {
        screen.title(table.heading);
        for group in groups(&table.rows) {
            screen.blank();
            one_group(&mut screen, group);
        }
        screen.blank();
        screen.say(&counted(&table.counts));
    }
    if !report.derived.is_empty() {
        screen.title("What must follow from these returns");
        let table = Layout::new(&DERIVED);
        for derived in &report.derived {
            let holds = if derived.holds { "yes" } else { "NO" };
            screen.row(&table, &[derived.design.clone(), derived.says.into(), holds.into()]);
        }
    }
    screen.blank();
    screen.say_in(Weight::Dim, LEGEND);
    for complaint in complaints(report) {
        screen.say_in(Weight::Bold, &complaint);
    }
    screen.blank();
    screen.say_in(Weight::Bold, &total(report));
    screen.into_text()
}

/// Rows of one design about one thing, which stand together.
fn groups(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    let figures = |row: &Row| row.source == Source::Figures;
    rows.chunk_by(move |one, other| {
        one.design == other.design
            && if figures(one) {
                one.app == other.app || one.design.is_empty()
            } else {
                one.origin == other.origin
            }
    })
}

fn one_group(screen: &mut Screen, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    screen.say(&match (first.design.as_str(), first.origin.as_str()) {
        ("", _) => "of no messenger:".to_owned(),
        (design, _) if first.source == Source::Figures => format!("{}, run as {design}:", first.app),
        (design, "") => format!("{}, run as {design}:", first.app),
        (design, origin) => format!("{origin}, run as {design}:"),
    });
    let head = [
        if first.source == Source::Figures { "FIGURE" } else { "ITEM" },
        "TABLE SAYS",
        "RUN SAYS",
        "FINDING",
    ];
    let table = Layout::headed(&COLUMNS, head.map(str::to_owned).to_vec());
    screen.heads(&table);
    let mut reasons: Vec<&Reason> = Vec::new();
    let mut under: Option<(&str, &str)> = None;
    for row in rows {
        if under != Some((&row.process, &row.case)) && !row.process.is_empty() {
            under = Some((&row.process, &row.case));
            screen.say(&process(row));
        }
        let note = row.reason.as_ref().map(|reason| {
            let known = reasons.iter().position(|known| *known == reason);
            known.unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            })
        });
        screen.row(&table, &cells(row, note));
    }
    for (number, reason) in reasons.iter().enumerate() {
        screen.say(&format!("[{}] {}", number + 1, in_words(reason)));
    }
}

/// The process of some rows, and in which case.
fn process(row: &Row) -> String {
    let process = row.process.replace('_', " ");
    if row.case.is_empty() {
        format!("  {process}")
    } else {
        format!("  {process}, {}", row.case.replace('_', " "))
    }
}

fn cells(row: &Row, note: Option<usize>) -> [String; 4] {
    let mut finding = match &row.agreement {
        Agreement::AgreesElsewhere { process } => format!("agrees ({process})"),
        other => other.to_string().replace('_', " "),
    };
    if row.mark == Mark::Recheck {
        finding.push('*');
    }
    match note {
        Some(note) => {
            let _ = write!(finding, " [{}]", note + 1);
        }
        None if row.wants_reason() => finding.push_str(": NO REASON GIVEN"),
        None => {}
    }
    [row.item.clone(), row.says.clone(), row.run.clone(), finding]
}

fn in_words(reason: &Reason) -> String {
    format!("{} ({}; {}.)", reason.because, reason.whose, reason.from)
}

/// The counts as a sentence.
fn counted(counts: &Counts) -> String {
    let Counts { agree, differ, not_applicable, not_asserted, not_modelled, recheck } = counts;
    format!(
        "{agree} rows agree, {differ} differ, {not_applicable} are not applicable, {not_asserted} assert nothing, \
         {not_modelled} are not modelled. {recheck} of those that agree or differ are marked recheck."
    )
}

/// What makes the comparison fail.
fn complaints(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if report.unexplained > 0 {
        out.push(format!("{} rows want a reason and have none.", report.unexplained));
    }
    out.extend(
        report.unused_reasons.iter().map(|unused| format!("A reason without a difference: {unused}.")),
    );
    out
}

/// One line for each row, its fields between tabs: for other programs, and for who listens to a terminal.
#[must_use]
pub fn plain(report: &Report) -> String {
    let mut out = String::from(
        "source\tapp\tdesign\torigin\tprocess\tcase\titem\ttable says\trun says\tfinding\tmark\treason\n",
    );
    for row in report.tables.iter().flat_map(|table| &table.rows) {
        let mark = if row.mark == Mark::Recheck { "recheck" } else { "" };
        let reason = row.reason.as_ref().map(in_words).unwrap_or_default();
        let fields = [
            row.source.as_str(),
            &row.app,
            &row.design,
            &row.origin,
            &row.process,
            &row.case,
            &row.item,
            &row.says,
            &row.run,
            &row.agreement.to_string(),
            mark,
            &reason,
        ];
        out.push_str(&fields.join("\t"));
        out.push('\n');
    }
    for table in &report.tables {
        let _ = writeln!(out, "{}\t{}", table.source.as_str(), counted(&table.counts));
    }
    for unused in &report.unused_reasons {
        let _ = writeln!(out, "a reason without a difference\t{unused}");
    }
    out
}

/// The tables of the page `docs/oracle.md`.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    for table in &report.tables {
        let _ = writeln!(out, "### {}\n", table.heading);
        out.push_str(
            "| design | stands for | agree | differ | not applicable | nothing asserted | not modelled |\n",
        );
        out.push_str("|---|---|---:|---:|---:|---:|---:|\n");
        for rows in table.rows.chunk_by(|one, other| one.design == other.design) {
            let Some(first) = rows.first() else { continue };
            let (design, app) = if first.design.is_empty() {
                ("none", "none")
            } else {
                (first.design.as_str(), first.app.as_str())
            };
            let Counts { agree, differ, not_applicable, not_asserted, not_modelled, .. } = Counts::of(rows);
            let _ = writeln!(
                out,
                "| {design} | {app} | {agree} | {differ} | {not_applicable} | {not_asserted} | {not_modelled} |"
            );
        }
        let _ = writeln!(out, "\n{}\n", counted(&table.counts));
        out.push_str(&reasons(table));
    }
    out
}

/// Every reason of a table, with the rows that it is about.
fn reasons(table: &Table) -> String {
    let mut told: Vec<(&Reason, Vec<&Row>)> = Vec::new();
    for row in &table.rows {
        let Some(reason) = &row.reason else { continue };
        match told.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, rows)) => rows.push(row),
            None => told.push((reason, vec![row])),
        }
    }
    let mut out = String::new();
    for (reason, rows) in told {
        let mut names: Vec<String> = Vec::new();
        for row in rows {
            let of = if row.design.is_empty() { &row.app } else { &row.design };
            let process = if row.process.is_empty() { String::new() } else { format!(", {}", row.process) };
            let name = format!("{of}{process}: `{}`", row.item);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let _ = writeln!(out, "- {}\n  {}", names.join("; "), in_words(reason));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
