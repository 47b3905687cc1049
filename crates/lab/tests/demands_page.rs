//! `docs/demands.md` is generated from the demands' data. This test generates it again and compares.
//!
//! After a change of a demand: `PILLARBOX_UPDATE=1 cargo test -p pillarbox-lab --test all demands_page`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;

use pillarbox_access::demand::{self, Demand, ViewKind, When};
use pillarbox_access::design::Mark;
use pillarbox_access::item::{Item, Reach, uk_section};
use pillarbox_access::law::{self, Power};
use pillarbox_lab::english::capital;
use pillarbox_lab::experiments;
use pillarbox_wire::inventory::Class;

use crate::markdown;

const HEAD: &str = "\
# The demands

A *demand* is a legal power used.
Each is a constant of data in [`crates/access/src/demand`](../crates/access/src/demand), with a function that
serves it on one *view* and on nothing else: a demand that is entitled to the operator's rows cannot be given a
phone, and none can be given what was really said ([architecture](architecture.md#access-and-entitlement)).

The powers are facts with dates and sources, in this project's words, and no advice.
An empty day means that nobody read it.
**Not checked** stands where nobody compared the row with its source: its section is then not printed.
*According to others* means a law firm, the press or a summary; the text itself was not read.
Sections of an Act are written s.
The table is [`powers.csv`](../crates/access/law/powers.csv).

A demand in a story rests on the powers of its day: what is ordered, of the day of the order;
what looks back, of the day on which it is served.
So a story of 22 March 2017 rests on the Regulation of Investigatory Powers Act 2000 (RIPA): of the
Investigatory Powers Act 2016 (IPA) only retention notices could be given, without the approval of a judge.
**Not possible on that day:** a technical capability notice (of section 253 only subsections (3) to (6) were in
force, for making regulations), a warrant that a Judicial Commissioner approved, an overseas production order, a
blocking order under the Online Safety Act.

This page is made from the data, and a test compares it with them.
What a demand *brings* is nowhere here: that is measured, under each of [the designs](designs.md), by
`pillarbox-lab matrix`.
";

const REACH: &str = "
## Reach

A demand has a country, and an operator a seat, offices and places of data ([the designs](designs.md)).
This table says how the paper of the one reaches the other.
It changes no byte and stands beside what is measured.
A row holds if it is about the country that asks, the seat, the kind of data and the day, and, where it names an
office or a place of data, if the design has one there.
Several rows can hold at once, and all are told.
Where none holds, or where nobody compared the row with its source, the word is **not checked**, which is not
*no*.

*Directly*: it binds, and is obeyed in practice or by agreement.
*By treaty*: through the other country's authorities.
*Untested*: claimed by law, with no public case of enforcement.
*Voluntary*: the operator may, and need not.
*Not*: its own law forbids it, or there is no such power.
*Service only*: a place where a paper can be delivered.
*Pressure*: against a person or a sister firm.
*Pending*: a bill.
A phone and its owner are no operator, so that these demands have no reach here.
The table is [`reach.csv`](../crates/access/law/reach.csv).

A UK paper to a US firm with a UK office, for contents, on 22 March 2017, had three sides at once: the UK's
claim, the US bar on contents without US process, and the treaty, which took most of a year.
The office was at most a place of delivery.
**An open point:** the words of 2014 that stretched sections 11, 12 and 22 of the Regulation of Investigatory
Powers Act 2000 to firms abroad repealed themselves on 31 December 2016, and whether the Act of 2016 kept them
was not read here, so that the claim's footing on that day is *not checked*.
What could **not** be given on that day: a technical capability notice, a demand under an agreement with the
United States (none was in force until 3 October 2022), and contents by a US firm without US process.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| demand | in one phrase | about |\n|---|---|---|\n");
    for demand in demand::ALL {
        writeln!(page, "| [{0}](#{0}) | {1} | {2} |", demand.name, demand.plain, when(demand.when)).unwrap();
    }
    for demand in demand::ALL {
        section(&mut page, demand);
    }
    reach(&mut page);
    kinds(&mut page);
    markdown::broken(&page)
}

fn section(page: &mut String, demand: &Demand) {
    let Demand { name, title, plain, reaches, view, when: time } = demand;
    writeln!(page, "\n## {name}\n\n{}: {plain}.\n", capital(title)).unwrap();
    page.push_str("| country | in force | power | decided by | approval from outside | secrecy | mark |\n");
    page.push_str("|---|---|---|---|---|---|---|\n");
    let rows: Vec<&Power> = law::all_powers().iter().filter(|power| power.demand == *name).collect();
    rows.iter().for_each(|row| power(page, row));
    page.push('\n');
    rows.iter().for_each(|row| source(page, row));
    let reached: Vec<&str> = reaches.iter().map(|reach| word(*reach)).collect();
    let reached = if reached.is_empty() { "nothing: it does not ask".to_owned() } else { reached.join(", ") };
    writeln!(page, "\n- Reaches: {reached}.\n- Entitled to: {}.", entitled(*view)).unwrap();
    writeln!(page, "- About: {}.", when(*time)).unwrap();
    let columns: Vec<String> = columns(name).iter().map(|column| format!("`{column}`")).collect();
    writeln!(page, "- In the matrix: {}.", columns.join(", ")).unwrap();
}

fn power(page: &mut String, power: &Power) {
    let Power { country, name, section, authorised_by, outside_approval, secrecy, .. } = power;
    let (section, mark) = match power.mark {
        Mark::Recheck => ("", "**not checked**"),
        Mark::SecondHand => (*section, "according to others"),
        _ => (*section, "checked"),
    };
    let comma = if matches!(section, "" | "-") { "" } else { ", " };
    let section = if section == "-" { "" } else { section };
    writeln!(
        page,
        "| {country} | {} | {name}{comma}{section} | {authorised_by} | {outside_approval} | {secrecy} | {mark} |",
        power.span(),
    )
    .unwrap();
}

/// Writes the source of a power, and the remark about it.
fn source(page: &mut String, power: &Power) {
    let Power { country, name, source, note, .. } = power;
    let source = if source.is_empty() { "no source was read" } else { source };
    let stop = if note.is_empty() { "" } else { ". " };
    writeln!(page, "- {country}, {name}: {note}{stop}Source: {source}.").unwrap();
}

/// Writes the dated table of the countries whose paper reaches each operator.
fn reach(page: &mut String) {
    page.push_str(REACH);
    page.push_str("\n| asking | seat | place | data | reach | in force | basis | mark |\n|---|---|---|---|---|---|---|---|\n");
    for row in law::all_rows() {
        let [asking, seat, place, data] = row.words();
        let (word, mark) = match row.mark {
            Mark::Recheck => ("not checked", "**not checked**"),
            Mark::SecondHand => (row.force.as_str(), "according to others"),
            _ => (row.force.as_str(), "checked"),
        };
        let span = match (row.from, row.until) {
            (None, None) => "days not read".to_owned(),
            (Some(from), None) => format!("from {from}; no end read"),
            (None, Some(until)) => format!("until {until}; start not read"),
            (Some(from), Some(until)) => format!("from {from} until {until}"),
        };
        writeln!(page, "| {asking} | {seat} | {place} | {data} | {word} | {span} | {} | {mark} |", row.basis)
            .unwrap();
    }
    page.push('\n');
    for row in law::all_rows() {
        let source = if row.source.is_empty() { "no source was read" } else { row.source };
        let stop = if row.note.is_empty() { "" } else { ". " };
        writeln!(page, "- {}: {}{stop}Source: {source}.", row.basis, row.note).unwrap();
    }
}

/// Writes the names of the kinds of data in law and on the bench, and every item of each.
fn kinds(page: &mut String) {
    page.push_str(
        "\n## What can be asked for\n\n\
        Each item is looked for in the relay's rows, and comes back or stays blank with a reason. The kind decides which demand reaches it, unless the \
        operator's own practice says otherwise (see each [design](designs.md)). The UK's classes are those of the Investigatory Powers Act 2016, \
        the kinds those of the US statute.\n",
    );
    for reach in Reach::ALL {
        writeln!(page, "\n### {} ({})\n", capital(word(reach)), reach.section()).unwrap();
        page.push_str("| item | on paper | UK class |\n|---|---|---|\n");
        for item in Item::ALL.iter().filter(|item| item.reach() == reach) {
            let class = match item.class() {
                Class::Protocol => "none".to_owned(),
                class => format!("{class}, {}", uk_section(class)),
            };
            writeln!(page, "| `{}` | {} | {class} |", item.as_str(), item.wording()).unwrap();
        }
    }
}

fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Subscriber => "the subscriber's data",
        Reach::Records => "other records",
        Reach::Contents => "contents",
        Reach::Named => "what only a demand that names it reaches",
    }
}

fn when(when: When) -> &'static str {
    match when {
        When::Past => "what is there when it comes",
        When::FromNowOn => "what happens after it came",
        When::Both => "what is there, and what comes after",
    }
}

fn entitled(view: ViewKind) -> &'static str {
    match view {
        ViewKind::RelayHoldings => "the rows of the messenger's operator, and its keys",
        ViewKind::OperatorTap => "what passes the operator from the order on, with its rows and keys",
        ViewKind::PushRecords => "the operator's rows, and then those of the push service",
        ViewKind::BackupStore => "the rows of whoever the backups lie with",
        ViewKind::SeizedPhone => "one phone, in the state in which it was taken",
        ViewKind::OpenPhone => "one phone that its owner shows",
        ViewKind::ReportedMessage => "one message that its recipient hands over",
        ViewKind::PublicChannel => "what everybody can read",
        ViewKind::Nothing => "nothing",
    }
}

/// Returns the columns of a demand: its own name, or one for each of its cases.
fn columns(name: &str) -> Vec<&'static str> {
    let case = format!("{name}-");
    experiments::demands().into_iter().filter(|column| *column == name || column.starts_with(&case)).collect()
}

#[test]
fn the_page_says_what_the_data_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/demands.md");
    let page = page();
    if std::env::var_os("PILLARBOX_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    for (line, (now, then)) in page.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, then, "docs/demands.md, line {}", line + 1);
    }
    assert_eq!(page.lines().count(), kept.lines().count());
}

#[test]
fn every_column_of_the_matrix_is_a_demand_on_the_page_and_every_demand_has_a_column() {
    let named: Vec<&str> = demand::ALL.iter().flat_map(|demand| columns(demand.name)).collect();
    assert_eq!(named, experiments::demands());
    for demand in demand::ALL {
        assert!(!columns(demand.name).is_empty(), "{}", demand.name);
    }
}

#[test]
fn what_was_not_checked_is_marked_wherever_it_stands() {
    let page = page();
    for power in
        law::all_powers().iter().filter(|power| power.mark == Mark::Recheck && power.section.len() > 1)
    {
        if demand::named(power.demand).is_none() {
            continue;
        }
        let rows: Vec<&str> =
            page.lines().filter(|line| line.starts_with('|') && line.contains(power.name)).collect();
        assert!(!rows.is_empty(), "{}", power.name);
        let marked = rows.iter().filter(|line| line.contains("**not checked**")).count();
        assert!(marked > 0, "{rows:?}");
        assert!(!page.contains(&format!("{}, {}", power.name, power.section)), "{}", power.name);
    }
}
