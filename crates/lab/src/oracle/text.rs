//! The report as text of 80 columns, as one line for each row, and as the tables of a page.

use std::fmt::Write as _;

use pillarbox_access::design::Mark;
use pillarbox_access::oracle::reasons::Reason;
use pillarbox_access::oracle::{Agreement, Counts, Row, Source};

use super::{Report, Table};
use crate::columns::{paragraph, side_by_side};
use crate::paper::title;

/// Item or figure, what the table says, what the run says, agreement.
const WIDTHS: [usize; 4] = [33, 13, 13, 15];

const LEGEND: &str = "agrees (2703d): the chart lists the item without naming a process; the run returns it under this one. \
    * : the table's row is marked recheck, its source was not checked against the original. [1]: see the reason below.";

/// The report as text of 80 columns.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for table in &report.tables {
        out.push_str(&title(table.heading));
        for group in groups(&table.rows) {
            out.push('\n');
            out.push_str(&one_group(group));
        }
        out.push('\n');
        out.push_str(&paragraph(&counted(&table.counts)));
        out.push('\n');
    }
    if !report.derived.is_empty() {
        out.push_str(&title("What must follow from these returns"));
        for derived in &report.derived {
            let holds = if derived.holds { "yes" } else { "NO" };
            out.push_str(&side_by_side(
                &[18, 53, 5],
                &[derived.design.clone(), derived.says.into(), holds.into()],
            ));
        }
        out.push('\n');
    }
    out.push_str(&paragraph(LEGEND));
    out.push_str(&complaints(report));
    out
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

fn one_group(rows: &[Row]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut out = match (first.design.as_str(), first.origin.as_str()) {
        ("", _) => paragraph("of no messenger:"),
        (design, _) if first.source == Source::Figures => {
            paragraph(&format!("{}, run as {design}:", first.app))
        }
        (design, "") => paragraph(&format!("{}, run as {design}:", first.app)),
        (design, origin) => paragraph(&format!("{origin}, run as {design}:")),
    };
    let mut reasons: Vec<&Reason> = Vec::new();
    let mut lines = String::new();
    let mut under: Option<(&str, &str)> = None;
    for row in rows {
        if under != Some((&row.process, &row.case)) && !row.process.is_empty() {
            under = Some((&row.process, &row.case));
            lines.push_str(&paragraph(&process(row)));
        }
        let note = row.reason.as_ref().map(|reason| {
            let known = reasons.iter().position(|known| *known == reason);
            known.unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            })
        });
        lines.push_str(&line(row, note));
    }
    let head = [
        if first.source == Source::Figures { "FIGURE" } else { "ITEM" },
        "TABLE SAYS",
        "RUN SAYS",
        "FINDING",
    ];
    out.push_str(&side_by_side(&WIDTHS, &head.map(str::to_owned)));
    out.push_str(&lines);
    for (number, reason) in reasons.iter().enumerate() {
        out.push_str(&paragraph(&format!("[{}] {}", number + 1, in_words(reason))));
    }
    out
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

fn line(row: &Row, note: Option<usize>) -> String {
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
    side_by_side(&WIDTHS, &[row.item.clone(), row.says.clone(), row.run.clone(), finding])
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
fn complaints(report: &Report) -> String {
    let mut out = String::new();
    if report.unexplained > 0 {
        out.push_str(&paragraph(&format!("{} rows want a reason and have none.", report.unexplained)));
    }
    for unused in &report.unused_reasons {
        out.push_str(&paragraph(&format!("A reason without a difference: {unused}.")));
    }
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
