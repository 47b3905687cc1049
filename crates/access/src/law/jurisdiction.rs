//! The reach of a country's paper to an operator by law, treaty or consent, dated and with sources (`law/reach.csv`).
//!
//! One rule applies to every design. A row applies if it matches the country that asks, the operator's seat, the
//! kind of data that the demand seeks, and the day. A row that names an office or a place of data applies only if
//! the operator has one there. Several rows can apply at once, and all are reported in the order of the table. For
//! a UK paper to a US firm in March 2017 about contents, these are the UK's claim, the US bar and the treaty. If no
//! row applies, the answer is *not checked* and never *no*.

use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;

use super::power::mark_named;
use super::{Country, Day};
use crate::demand::{Demand, ViewKind};
use crate::design::{Design, Mark, Operator};
use crate::rows::{TableError, rows, word};

const TABLE: &str = "reach.csv";

const HEADING: [&str; 12] =
    ["id", "asking", "seat", "place", "data", "reach", "from", "until", "basis", "mark", "source", "note"];

/// The force of one country's paper against an operator of another country, or of the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalForce {
    /// The paper binds, and is obeyed in practice or by agreement.
    Directly,
    /// The request goes through the authorities of the other country.
    ByTreaty,
    /// The operator may answer, and need not.
    Voluntary,
    /// The law claims to bind, and no case of enforcement is public.
    Untested,
    /// The paper can be delivered there, but has no further effect.
    ServiceOnly,
    /// The paper works against a person or a sister firm.
    Pressure,
    /// The paper's force depends on a bill that is not yet law.
    Pending,
    /// The operator's own law forbids an answer, or there is no such power.
    Not,
    /// Nobody compared this with a source.
    NotChecked,
}

impl LegalForce {
    /// Returns the wording for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Directly => "directly",
            Self::ByTreaty => "by treaty",
            Self::Voluntary => "voluntary",
            Self::Untested => "untested",
            Self::ServiceOnly => "service only",
            Self::Pressure => "pressure",
            Self::Pending => "pending",
            Self::Not => "not",
            Self::NotChecked => "not checked",
        }
    }

    fn named(word: &str) -> Option<Self> {
        [
            ("directly", Self::Directly),
            ("treaty", Self::ByTreaty),
            ("voluntary", Self::Voluntary),
            ("untested", Self::Untested),
            ("service only", Self::ServiceOnly),
            ("pressure", Self::Pressure),
            ("pending", Self::Pending),
            ("not", Self::Not),
        ]
        .into_iter()
        .find_map(|(known, force)| (known == word).then_some(force))
    }
}

impl fmt::Display for LegalForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of data, or of act, that a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSought {
    /// Contents that are stored.
    Contents,
    /// Contents while they pass.
    Interception,
    /// Data about communications and accounts.
    Records,
    /// A log that is not kept yet.
    Logging,
    /// Retention of everybody's data.
    Retention,
    /// A change of the software.
    Change,
    /// A block of the whole messenger.
    Blocking,
    /// The removal of something public.
    Takedown,
    /// The holder of a push token.
    Push,
    /// The first sender of a message.
    Originator,
}

impl DataSought {
    const WORDS: [(&'static str, Self); 10] = [
        ("contents", Self::Contents),
        ("interception", Self::Interception),
        ("records", Self::Records),
        ("logging", Self::Logging),
        ("retention", Self::Retention),
        ("change", Self::Change),
        ("blocking", Self::Blocking),
        ("takedown", Self::Takedown),
        ("push", Self::Push),
        ("originator", Self::Originator),
    ];

    fn named(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find_map(|(known, sought)| (known == word).then_some(sought))
    }

    /// Returns the kinds of data that a demand seeks from an operator.
    const fn of(demand: &Demand) -> &'static [Self] {
        match demand.name.as_bytes() {
            b"content-warrant" | b"backup-warrant" => &[Self::Contents],
            b"interception" => &[Self::Interception],
            b"compelled-logging" => &[Self::Logging, Self::Records],
            b"retention" => &[Self::Retention],
            b"takedown" => &[Self::Takedown],
            b"blocking-order" => &[Self::Blocking],
            b"notice-to-change" => &[Self::Change],
            _ => &[Self::Records],
        }
    }
}

/// The asking countries that a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asking {
    One(Country),
    ForeignExcept(Vec<Country>),
}

/// The country in which an operator's seat must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Any,
    In(Country),
}

/// A further condition of a row on the operator's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Any,
    OfficeIn(Country),
    DataAbroad,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachRow {
    /// The row's name in the table.
    pub id: &'static str,
    asking: Asking,
    seat: Seat,
    place: Presence,
    /// The kinds of data. An empty list means all kinds.
    data: Vec<DataSought>,
    /// The force that the row gives a paper.
    pub force: LegalForce,
    /// The first day on which the row applies, or `None` if nobody read it.
    pub from: Option<Day>,
    /// The first day on which it no longer applied, or `None` if nobody read of one.
    pub until: Option<Day>,
    /// The law, treaty or decision.
    pub basis: &'static str,
    /// The mark of the row.
    pub mark: Mark,
    /// The source, as an address or a citation.
    pub source: &'static str,
    /// Further remarks, and the parts that were not read.
    pub note: &'static str,
    /// The table's words for the asking country, the seat, the place and the data.
    words: [&'static str; 4],
}

/// One line beside an answer: the force of the paper, and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachLine {
    /// The force, which is *not checked* if nobody compared the row with its source.
    pub force: LegalForce,
    /// The operator that is asked, where a demand asks more than one; otherwise empty.
    pub whom: &'static str,
    /// The law, treaty or decision.
    pub basis: String,
    /// The mark of the row.
    pub mark: Mark,
    /// The source, as an address or a citation.
    pub source: &'static str,
    /// Further remarks, and the parts that were not read.
    pub note: &'static str,
}

impl ReachLine {
    /// Returns the line as a sentence without its full stop.
    #[must_use]
    pub fn phrase(&self) -> String {
        let Self { force, whom, basis, mark, note, .. } = self;
        let whom = if whom.is_empty() { String::new() } else { format!(" ({whom})") };
        let said = if *mark == Mark::SecondHand { "according to others, " } else { "" };
        let note = if note.is_empty() { String::new() } else { format!("; {note}") };
        format!("{force}{whom}: {said}{basis}{note}")
    }

    fn not_checked(basis: String) -> Self {
        Self { force: LegalForce::NotChecked, whom: "", basis, mark: Mark::Recheck, source: "", note: "" }
    }
}

impl ReachRow {
    /// Returns the table's words for the asking country, the seat, the place and the data.
    #[must_use]
    pub const fn words(&self) -> [&'static str; 4] {
        self.words
    }

    fn holds(
        &self,
        asking: Country,
        operator: &Operator,
        seat: Country,
        sought: &[DataSought],
        day: Day,
    ) -> bool {
        let asks = match &self.asking {
            Asking::One(Country::EU) => asking.is_in_european_union(),
            Asking::One(country) => *country == asking,
            Asking::ForeignExcept(others) => asking != seat && !others.contains(&asking),
        };
        let sits = match self.seat {
            Seat::Any => true,
            Seat::In(Country::EU) => seat.is_in_european_union(),
            Seat::In(country) => country == seat,
        };
        let is_there = match self.place {
            Presence::Any => true,
            Presence::OfficeIn(country) => operator.offices.contains(&country),
            Presence::DataAbroad => operator.data_in.iter().any(|country| *country != seat),
        };
        let begun = self.from.is_none_or(|from| from <= day);
        let over = self.until.is_some_and(|until| until <= day);
        let about = self.data.is_empty() || self.data.iter().any(|kind| sought.contains(kind));
        asks && sits && is_there && begun && !over && about
    }

    fn line(&self, whom: &'static str) -> ReachLine {
        let Self { basis, mark, source, note, .. } = self;
        let force = if *mark == Mark::Recheck { LegalForce::NotChecked } else { self.force };
        ReachLine { force, whom, basis: (*basis).to_owned(), mark: *mark, source, note }
    }
}

/// The country of the firms whose push services wake phones: Apple and Google (letter of Senator Wyden, 6 December
/// 2023).
const PUSH_SERVICES: Country = Country::US;

/// Returns the lines for a paper of `asking` under `demand` to the operators of `design`, on `day`. The list is empty
/// if no operator is asked, because a phone, like anything that its owner discloses, is where the owner is.
#[must_use]
pub fn reach(asking: Country, demand: &Demand, design: &Design, day: Day) -> Vec<ReachLine> {
    let sought = DataSought::of(demand);
    match demand.view {
        ViewKind::SeizedPhone | ViewKind::OpenPhone | ViewKind::ReportedMessage => Vec::new(),
        ViewKind::BackupStore => match &design.cloud {
            Some(cloud) => to_operator(asking, &cloud.operator, sought, day, "whoever the backups lie with"),
            None => to_operator(asking, &design.operator, sought, day, ""),
        },
        ViewKind::PushRecords => {
            let push = Operator { seat: Some(PUSH_SERVICES), ..Operator::default() };
            let mut lines = to_operator(asking, &design.operator, sought, day, "the messenger's operator");
            lines.extend(to_operator(asking, &push, &[DataSought::Push], day, "the push service"));
            lines
        }
        ViewKind::RelayHoldings | ViewKind::OperatorTap | ViewKind::PublicChannel | ViewKind::Nothing => {
            to_operator(asking, &design.operator, sought, day, "")
        }
    }
}

fn to_operator(
    asking: Country,
    operator: &Operator,
    sought: &[DataSought],
    day: Day,
    whom: &'static str,
) -> Vec<ReachLine> {
    let Some(seat) = operator.seat else {
        let basis = "no source of this design tells where the operator has its seat".to_owned();
        return vec![ReachLine { whom, ..ReachLine::not_checked(basis) }];
    };
    let rows = all_rows().iter().filter(|row| row.holds(asking, operator, seat, sought, day));
    let mut lines: Vec<ReachLine> = rows.map(|row| row.line(whom)).collect();
    if lines.is_empty() {
        let basis =
            format!("the table has no row for {asking} asking an operator with its seat in {seat} on {day}");
        lines.push(ReachLine { whom, ..ReachLine::not_checked(basis) });
    }
    lines
}

/// Parses the table of reach.
///
/// # Errors
/// [`TableError`] for a row that cannot be read.
fn parse(text: &'static str) -> Result<Vec<ReachRow>, TableError> {
    rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields)).collect()
}

fn row(line: usize, fields: [&'static str; 12]) -> Result<ReachRow, TableError> {
    let [id, asking, seat, place, data, force, from, until, basis, mark, source, note] = fields;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => word(TABLE, line, "day", text, Day::parse(text)).map(Some),
    };
    let country = |text: &str| word(TABLE, line, "country", text, Country::parse(text));
    Ok(ReachRow {
        id,
        asking: match asking.strip_prefix("foreign") {
            Some(rest) => {
                let others = rest.trim().strip_prefix("except").unwrap_or_default();
                Asking::ForeignExcept(others.split_whitespace().map(country).collect::<Result<_, _>>()?)
            }
            None => Asking::One(country(asking)?),
        },
        seat: if seat == "any" { Seat::Any } else { Seat::In(country(seat)?) },
        place: match place.split_once(':') {
            Some(("store", "abroad")) => Presence::DataAbroad,
            Some(("office", at)) => Presence::OfficeIn(country(at)?),
            _ => word(TABLE, line, "place", place, (place == "any").then_some(Presence::Any))?,
        },
        data: match data {
            "any" => Vec::new(),
            words => {
                let kinds = words
                    .split('+')
                    .map(|kind| word(TABLE, line, "kind of data", kind, DataSought::named(kind)));
                kinds.collect::<Result<_, _>>()?
            }
        },
        force: word(TABLE, line, "reach", force, LegalForce::named(force))?,
        from: day(from)?,
        until: day(until)?,
        basis,
        mark: word(TABLE, line, "mark", mark, mark_named(mark))?,
        source,
        note,
        words: [asking, seat, place, data],
    })
}

static ALL: LazyLock<Vec<ReachRow>> = LazyLock::new(read);

#[expect(clippy::expect_used, reason = "the table is part of this program, and a test reads it")]
fn read() -> Vec<ReachRow> {
    parse(include_str!("../../law/reach.csv")).expect("a table of this program")
}

/// Returns every row of the table, in its order.
#[must_use]
pub fn all_rows() -> &'static [ReachRow] {
    &ALL
}

#[cfg(test)]
#[path = "jurisdiction_tests.rs"]
mod tests;
