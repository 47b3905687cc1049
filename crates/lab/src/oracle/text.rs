//! The report as text, in short and in full, as one line for each row, and as the tables of a page.

use std::fmt::Write as _;

use pillarbox_access::design::Mark;
use pillarbox_access::oracle::figures::FIGURES;
use pillarbox_access::oracle::{Agreement, ComparedRow, OracleSource, OutcomeCounts, Reason};
use pillarbox_access::{Item, designs};
use pillarbox_text::columns::Column;

use super::measure;
use super::report::{OracleReport, OracleTable};
use crate::screen::{Screen, Table as Layout, Weight};

/// Columns: item or figure, the table's value, the run's value, agreement.
const COLUMNS: [Column; 4] = [Column::Share(33), Column::Share(13), Column::Share(13), Column::Share(15)];

/// Columns: design, consequence, whether it holds.
const DERIVED: [Column; 3] = [Column::Fixed(24), Column::Share(1), Column::Fixed(5)];

/// Columns of differences: the models, the item, the source's value, the run's value, the number of rows.
const DIFFERS: [Column; 5] =
    [Column::Share(31), Column::Share(18), Column::Share(19), Column::Fixed(8), Column::Fixed(4)];

const LEGEND: &str = "no row: the source does not list the item, which a list that claims to be whole would. measured: on a run. computed: \
    arithmetic on the source's own numbers. agrees (2703d): the chart lists the item without naming a process; the run returns it under this one. \
    * : the table's row is marked recheck, its source was not checked against the original. [1]: see the reason below.";

/// Writes the differences, and the number of rows that agree, for a window of `width` columns. The sums are last.
#[must_use]
pub fn short(report: &OracleReport, width: usize) -> String {
    let mut screen = Screen::new(width);
    let heads = ["DIFFERS", "IN", "SOURCE SAYS", "RUN SAYS", "ROWS"].map(str::to_owned).to_vec();
    let table = Layout::headed(&DIFFERS, heads);
    screen.heads(&table);
    for difference in differences(report) {
        let Difference { first, designs, rows } = difference;
        let models: Vec<&str> = designs.iter().map(|design| model(design, &first.app)).collect();
        let says = format!("{}: {}", source(first.source), table_says(first));
        screen.row(&table, &[models.join("; "), item(first), says, first.run.clone(), rows.to_string()]);
    }
    screen.say_in(Weight::Dim, "A row: one item, one process, one design. The reason for each: --full.");
    for table in &report.tables {
        let (name, _) = table.heading.split_once(':').unwrap_or((table.heading, ""));
        let computed = table.rows.iter().filter(|row| is_computed(row)).count();
        let computed = match computed {
            0 => String::new(),
            number => format!(" {number} agree by arithmetic."),
        };
        screen.entry(Weight::Normal, &format!("{name}: {}{computed}", briefly(&table.counts)));
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

/// Rows that differ in the same way.
struct Difference<'r> {
    first: &'r ComparedRow,
    designs: Vec<&'r str>,
    rows: usize,
}

/// Returns each difference once for all designs of a messenger and all processes with the same difference.
fn differences(report: &OracleReport) -> Vec<Difference<'_>> {
    let mut known: Vec<Difference<'_>> = Vec::new();
    let rows = report.tables.iter().flat_map(|table| &table.rows);
    for row in rows.filter(|row| row.agreement == Agreement::Differs) {
        let is_same = |it: &&mut Difference<'_>| {
            let first = it.first;
            (first.source, &first.app, &first.item, &first.says, &first.run)
                == (row.source, &row.app, &row.item, &row.says, &row.run)
        };
        match known.iter_mut().find(is_same) {
            Some(difference) => {
                difference.rows += 1;
                if !difference.designs.contains(&row.design.as_str()) {
                    difference.designs.push(&row.design);
                }
            }
            None => known.push(Difference { first: row, designs: vec![&row.design], rows: 1 }),
        }
    }
    known
}

/// Returns a design's display name. For a figure that concerns no messenger, returns the thing to which it belongs.
fn model<'r>(design: &'r str, app: &'r str) -> &'r str {
    match designs::named(design) {
        Some(design) => &design.title,
        None if design.is_empty() => app,
        None => design,
    }
}

/// Returns an item's name for people, or the counted quantity of a figure.
fn item(row: &ComparedRow) -> String {
    let known = Item::ALL.iter().find(|item| item.as_str() == row.item).map(|item| item.wording().to_owned());
    let figure = || FIGURES.iter().find(|figure| figure.id == row.item).map(|it| it.parameter.clone());
    known.or_else(figure).unwrap_or_else(|| row.item.replace('_', " "))
}

/// Returns the table's statement. A chart that does not list an item states nothing about it.
fn table_says(row: &ComparedRow) -> &str {
    if row.says.ends_with("(no row)") { "no row" } else { &row.says }
}

/// Returns the table's name in a word or two.
const fn source(source: OracleSource) -> &'static str {
    match source {
        OracleSource::Chart => "FBI chart",
        OracleSource::PublishedReturns => "published",
        OracleSource::Figures => "figure",
    }
}

/// Returns true if the run's number is calculated from the table's own, so that it agrees regardless of the worlds.
fn is_computed(row: &ComparedRow) -> bool {
    row.source == OracleSource::Figures && measure::COMPUTED.contains(&row.item.as_str())
}

/// Writes the totals over all tables.
fn total(report: &OracleReport) -> String {
    let rows: usize = report.tables.iter().map(|table| table.rows.len()).sum();
    let all: Vec<ComparedRow> = report.tables.iter().flat_map(|table| table.rows.clone()).collect();
    format!("Of {rows} rows that others published, {}", briefly(&OutcomeCounts::of(&all)))
}

/// Writes the counts in as few words as show whether table and run agree.
fn briefly(counts: &OutcomeCounts) -> String {
    let OutcomeCounts { agree, differ, not_applicable, not_asserted, not_modelled, .. } = counts;
    let open = not_applicable + not_asserted + not_modelled;
    let [agrees, differs] = [(agree, "agree"), (differ, "differ")]
        .map(|(number, verb)| format!("{number} {verb}{}", if *number == 1 { "s" } else { "" }));
    format!("{agrees}, {differs}, {open} cannot be compared.")
}

/// Writes the whole report, for a window of `width` columns. The sums are last.
#[must_use]
pub fn render(report: &OracleReport, width: usize) -> String {
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
            screen.row(&table, &[model(&derived.design, "").to_owned(), derived.says.into(), holds.into()]);
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

/// Returns the rows of one design about one thing, which are kept together.
fn groups(rows: &[ComparedRow]) -> impl Iterator<Item = &[ComparedRow]> {
    let figures = |row: &ComparedRow| row.source == OracleSource::Figures;
    rows.chunk_by(move |one, other| {
        one.design == other.design
            && if figures(one) {
                one.app == other.app || one.design.is_empty()
            } else {
                one.origin == other.origin
            }
    })
}

fn one_group(screen: &mut Screen, rows: &[ComparedRow]) {
    let Some(first) = rows.first() else { return };
    screen.say(&match (model(&first.design, ""), first.origin.as_str()) {
        ("", _) => "of no messenger:".to_owned(),
        (design, _) if first.source == OracleSource::Figures => format!("{}, run as {design}:", first.app),
        (design, "") => format!("{}, run as {design}:", first.app),
        (design, origin) => format!("{origin}, run as {design}:"),
    });
    let head = [
        if first.source == OracleSource::Figures { "FIGURE" } else { "ITEM" },
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

/// Returns the process of some rows, and the case.
fn process(row: &ComparedRow) -> String {
    let process = row.process.replace('_', " ");
    if row.case.is_empty() {
        format!("  {process}")
    } else {
        format!("  {process}, {}", row.case.replace('_', " "))
    }
}

fn cells(row: &ComparedRow, note: Option<usize>) -> [String; 4] {
    let mut finding = match &row.agreement {
        Agreement::AgreesElsewhere { process } => format!("agrees ({process})"),
        other => other.to_string().replace('_', " "),
    };
    if row.source == OracleSource::Figures && row.agreement != Agreement::NotModelled {
        finding.push_str(if is_computed(row) { ", computed" } else { ", measured" });
    }
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
    [item(row), table_says(row).to_owned(), row.run.clone(), finding]
}

fn in_words(reason: &Reason) -> String {
    format!("{} ({}; {}.)", reason.because, reason.whose, reason.from)
}

/// Writes the counts as a sentence.
fn counted(counts: &OutcomeCounts) -> String {
    let OutcomeCounts { agree, differ, not_applicable, not_asserted, not_modelled, recheck } = counts;
    format!(
        "{agree} rows agree, {differ} differ, {not_applicable} are not applicable, {not_asserted} assert nothing, \
         {not_modelled} are not modelled. {recheck} of those that agree or differ are marked recheck."
    )
}

/// Lists the reasons for which the comparison fails.
fn complaints(report: &OracleReport) -> Vec<String> {
    let mut out = Vec::new();
    if report.unexplained > 0 {
        out.push(format!("{} rows want a reason and have none.", report.unexplained));
    }
    out.extend(
        report.unused_reasons.iter().map(|unused| format!("A reason without a difference: {unused}.")),
    );
    out
}

/// Writes one line for each row, its fields between tabs: for other programs, and for people who listen to a terminal.
#[must_use]
pub fn plain(report: &OracleReport) -> String {
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

/// Writes the tables of the page `docs/oracle.md`.
#[must_use]
pub fn markdown(report: &OracleReport) -> String {
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
            let OutcomeCounts { agree, differ, not_applicable, not_asserted, not_modelled, .. } =
                OutcomeCounts::of(rows);
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

/// Lists every reason of a table, with the rows that it is about.
fn reasons(table: &OracleTable) -> String {
    let mut told: Vec<(&Reason, Vec<&ComparedRow>)> = Vec::new();
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
