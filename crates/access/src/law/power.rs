//! The powers that a demand can rest on, by country and day (`law/powers.csv`).
//!
//! An empty date in the table means *not read*, never *always*. The table's column for 22 March 2017 is a choice that
//! somebody made by hand for that day. A test compares [`powers`] with it.

use std::sync::LazyLock;

use serde::Serialize;

use super::{Country, Day};
use crate::design::Mark;
use crate::rows::{TableError, rows, word};

const TABLE: &str = "powers.csv";

const HEADING: [&str; 16] = [
    "demand",
    "country",
    "route",
    "in_force_from",
    "in_force_until",
    "power",
    "section",
    "authorised_by",
    "outside_approval",
    "secrecy",
    "on_2017_03_22",
    "mark",
    "dates_mark",
    "source",
    "in_court",
    "note",
];

/// The day for which somebody chose the powers by hand. For a power without a first day, nobody read whether it was in
/// force before.
const CHOSEN_FOR: Day = Day::new(2017, 3, 22);

/// One power in one country, and the time in which it could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Power {
    /// The demand that can rest on it.
    pub demand: &'static str,
    /// The country that enacted the law.
    pub country: Country,
    /// A word that the powers which followed one another share.
    #[serde(skip)]
    pub route: &'static str,
    /// The first day on which the power could be used, or `None` if nobody read it.
    pub from: Option<Day>,
    /// The first day on which it was no longer granted, or `None` if nobody read of one.
    pub until: Option<Day>,
    /// The power's name in the law or in practice.
    pub name: &'static str,
    /// The act and its section.
    pub section: &'static str,
    /// The person or body that decides.
    pub authorised_by: &'static str,
    /// Approval by somebody who is neither the asking authority nor a minister.
    pub outside_approval: &'static str,
    /// The rule on keeping it secret.
    pub secrecy: &'static str,
    /// The mark of the row.
    pub mark: Mark,
    /// The mark of its two dates, or `None` if it has no date.
    pub dates_mark: Option<Mark>,
    /// The source, as an address or a citation.
    pub source: &'static str,
    /// The rule on use in court of what the power obtains: `yes`, `no` with its section, or `not checked`. It is
    /// empty if the table does not say.
    pub in_court: &'static str,
    /// Further remarks, and the parts that were not read.
    pub note: &'static str,
    /// True for a power of the choice by hand for 22 March 2017.
    #[serde(skip)]
    chosen: bool,
}

/// The state of a power on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// The power could be used.
    InForce,
    /// Nobody compared its row, its first day or its last day with a source.
    NotChecked,
    /// The power could not be used yet.
    NotYet,
    /// The power could no longer be used.
    NoLonger,
}

impl Power {
    /// Returns the power that replaced this one.
    #[must_use]
    pub fn successor(&self) -> Option<&'static Self> {
        self.line().filter(|other| other.from > self.from).min_by_key(|other| other.from)
    }

    fn line(&self) -> impl Iterator<Item = &'static Self> {
        let (demand, country, route) = (self.demand, self.country, self.route);
        all_powers()
            .iter()
            .filter(move |other| other.demand == demand && other.country == country && other.route == route)
    }

    /// Returns true if a later power of the same route was in force on `day`.
    fn is_replaced(&self, day: Day) -> bool {
        self.successor().is_some_and(|next| next.from.is_some_and(|from| from <= day))
    }

    /// Returns the state of the power on `day`.
    #[must_use]
    pub fn validity(&self, day: Day) -> Validity {
        if self.from.is_some_and(|from| day < from) {
            return Validity::NotYet;
        }
        if self.until.is_some_and(|until| until <= day) {
            return Validity::NoLonger;
        }
        let start_unread = self.from.is_none() && day < CHOSEN_FOR;
        let end_unread = self.until.is_none() && self.is_replaced(day);
        if self.mark == Mark::Recheck || start_unread || end_unread {
            Validity::NotChecked
        } else {
            Validity::InForce
        }
    }

    /// Returns the power as a phrase that may be printed for `day`, without a section that nobody compared with the
    /// text.
    #[must_use]
    pub fn phrase(&self, day: Day) -> String {
        let Self { name, section, mark, .. } = self;
        match (mark, self.validity(day)) {
            (Mark::Recheck, _) => format!("{name} (not checked)"),
            (_, Validity::NotChecked) if self.is_replaced(day) => {
                format!("replaced by a later power; when it ended was not checked: {name}, {section}")
            }
            (_, Validity::NotChecked) => {
                format!("{name}, {section} (not checked for this day)")
            }
            (Mark::SecondHand, _) => format!("{name}, according to others under {section}"),
            _ => format!("{name}, {section}"),
        }
    }

    /// Returns the time in which it could be used, as words for a table.
    #[must_use]
    pub fn span(&self) -> String {
        let unsure = if self.dates_mark == Some(Mark::Recheck) { " (day not checked)" } else { "" };
        match (self.from, self.until) {
            (None, None) => "days not read".to_owned(),
            (Some(from), None) => format!("from {from}{unsure}; no end read"),
            (None, Some(until)) => format!("until {until}{unsure}; start not read"),
            (Some(from), Some(until)) => format!("from {from} until {until}{unsure}"),
        }
    }
}

/// Parses the table of powers.
///
/// # Errors
/// [`TableError`] for a row that cannot be read.
fn parse(text: &'static str) -> Result<Vec<Power>, TableError> {
    rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields)).collect()
}

fn row(line: usize, fields: [&'static str; 16]) -> Result<Power, TableError> {
    let [
        demand,
        country,
        route,
        from,
        until,
        name,
        section,
        authorised_by,
        outside_approval,
        secrecy,
        chosen,
        mark,
        dates_mark,
        source,
        in_court,
        note,
    ] = fields;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => word(TABLE, line, "day", text, Day::parse(text)).map(Some),
    };
    let checked = |text: &str| word(TABLE, line, "mark", text, mark_named(text));
    Ok(Power {
        demand,
        country: word(TABLE, line, "country", country, Country::parse(country))?,
        route,
        from: day(from)?,
        until: day(until)?,
        name,
        section,
        authorised_by,
        outside_approval,
        secrecy,
        mark: checked(mark)?,
        dates_mark: if dates_mark.is_empty() { None } else { Some(checked(dates_mark)?) },
        source,
        in_court,
        note,
        chosen: match chosen {
            "yes" => true,
            "no" => false,
            other => return word(TABLE, line, "choice", other, None),
        },
    })
}

/// Returns the mark that has this name in the tables of law.
pub(super) fn mark_named(word: &str) -> Option<Mark> {
    match word {
        "confirmed" => Some(Mark::Confirmed),
        "second-hand" => Some(Mark::SecondHand),
        "recheck" => Some(Mark::Recheck),
        _ => None,
    }
}

static ALL: LazyLock<Vec<Power>> = LazyLock::new(read);

#[expect(clippy::expect_used, reason = "the table is part of this program, and a test reads it")]
fn read() -> Vec<Power> {
    parse(include_str!("../../law/powers.csv")).expect("a table of this program")
}

/// Returns every power of the table, in its order.
#[must_use]
pub fn all_powers() -> &'static [Power] {
    &ALL
}

/// Returns the powers of `country` that `demand` can rest on, on `day`. The list is empty if the table has no power for
/// that demand or country.
#[must_use]
pub fn powers(demand: &str, country: Country, day: Day) -> Vec<&'static Power> {
    of(demand, country)
        .filter(|power| matches!(power.validity(day), Validity::InForce | Validity::NotChecked))
        .collect()
}

/// Returns the powers that `demand` could not rest on yet on `day`, and can rest on since then.
#[must_use]
pub fn not_yet(demand: &str, country: Country, day: Day) -> Vec<&'static Power> {
    of(demand, country).filter(|power| power.validity(day) == Validity::NotYet).collect()
}

/// Returns the power that is the most likely basis of `demand` on `day`. A power that another has replaced is
/// returned only if no other remains. The table names the routes of a demand in the order of their fitness.
#[must_use]
pub fn foremost(demand: &str, country: Country, day: Day) -> Option<&'static Power> {
    let place = |power: &Power| of(demand, country).position(|other| other.route == power.route);
    let is_over = |power: &Power| power.validity(day) == Validity::NotChecked && power.is_replaced(day);
    powers(demand, country, day).into_iter().min_by_key(|power| (is_over(power), place(power)))
}

fn of(demand: &str, country: Country) -> impl Iterator<Item = &'static Power> {
    all_powers().iter().filter(move |power| power.demand == demand && power.country == country)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand;

    const WESTMINSTER: Day = CHOSEN_FOR;

    fn names(demand: &str, day: Day) -> Vec<&'static str> {
        powers(demand, Country::GB, day).iter().map(|power| power.name).collect()
    }

    #[test]
    fn every_demand_has_powers_in_both_countries_and_every_row_is_of_a_demand() {
        for demand in demand::ALL {
            for country in [Country::GB, Country::US] {
                assert!(of(demand.name, country).next().is_some(), "{} {country}", demand.name);
            }
        }
        // Hacking of a device is not a demand of this program yet. Its powers are in the table for the day when it
        // becomes one.
        let known = |name: &str| name == "hacking" || demand::named(name).is_some();
        assert!(all_powers().iter().all(|power| known(power.demand)));
    }

    #[test]
    fn the_powers_of_march_2017_are_those_that_were_chosen_by_hand() {
        for power in all_powers() {
            let stands = matches!(power.validity(WESTMINSTER), Validity::InForce | Validity::NotChecked);
            assert_eq!(stands, power.chosen, "{} {} {}", power.demand, power.country, power.name);
        }
    }

    #[test]
    fn march_2017_is_the_act_of_2000_and_no_capability_notice_could_be_given() {
        for demand in ["entity-data", "events-data", "content-warrant", "interception", "pen-register"] {
            let powers = powers(demand, Country::GB, WESTMINSTER);
            assert!(powers.iter().all(|power| !power.section.contains("2016")), "{demand}: {powers:?}");
            assert!(powers.iter().any(|power| power.section.contains("Powers Act 2000")), "{demand}");
        }
        let notice = "technical capability notice";
        assert!(!names("notice-to-change", WESTMINSTER).contains(&notice));
        let not_yet = not_yet("notice-to-change", Country::GB, WESTMINSTER);
        assert!(
            not_yet.iter().any(|power| power.name == notice && power.from == Some(Day::new(2018, 3, 12)))
        );
        assert!(names("notice-to-change", Day::new(2025, 1, 20)).contains(&notice));
        let retention = powers("retention", Country::GB, WESTMINSTER);
        assert!(retention.iter().all(|power| power.outside_approval.starts_with("none")), "{retention:?}");
    }

    #[test]
    fn a_day_decides_and_the_day_of_change_is_the_new_powers() {
        let [before, on] = [Day::new(2019, 2, 4), Day::new(2019, 2, 5)];
        assert!(
            powers("events-data", Country::GB, before).iter().all(|power| power.section.contains("2000"))
        );
        assert!(powers("events-data", Country::GB, on).iter().all(|power| power.section.contains("2016")));
        let overlap = names("interception", Day::new(2018, 9, 30));
        assert_eq!(overlap, ["interception warrant", "targeted interception warrant"]);
        assert!(names("content-warrant", Day::new(2022, 10, 3)).contains(&"overseas production order"));
        assert!(!names("content-warrant", Day::new(2022, 10, 2)).contains(&"overseas production order"));
    }

    #[test]
    fn powers_follow_one_another() {
        let replaced =
            |by| all_powers().iter().filter(move |power| power.successor() == Some(by)).collect::<Vec<_>>();
        for power in all_powers() {
            if let Some(next) = power.successor() {
                assert_eq!(replaced(next), [power], "{} {}", power.demand, power.name);
            }
        }
        let [retained] = powers("retention", Country::GB, WESTMINSTER)[..] else { panic!("one power") };
        assert!(replaced(retained)[0].section.contains("2014"));
        assert_eq!(retained.successor().unwrap().from, Some(Day::new(2018, 11, 1)));
    }

    #[test]
    fn what_nobody_checked_is_never_printed_as_a_fact() {
        for power in all_powers() {
            for day in [Day::new(2010, 1, 1), WESTMINSTER, super::super::AS_OF] {
                let phrase = power.phrase(day);
                if power.mark == Mark::Recheck {
                    assert!(power.section == "-" || !phrase.contains(power.section), "{phrase}");
                }
                if power.validity(day) == Validity::NotChecked {
                    assert!(phrase.contains("not checked"), "{phrase}");
                }
            }
            assert!(!power.note.contains("recheck") && !power.secrecy.contains("recheck"));
            assert!(power.mark == Mark::Recheck || !power.source.is_empty(), "{} has no source", power.name);
        }
        // Nobody read its first day, and the choice by hand is of 2017.
        let [ripa, ..] = powers("interception", Country::GB, Day::new(2010, 1, 1))[..] else { panic!() };
        assert_eq!(ripa.validity(Day::new(2010, 1, 1)), Validity::NotChecked);
        // Nobody read its last day, and another power has replaced it.
        let old = powers("notice-to-change", Country::GB, super::super::AS_OF);
        for replaced in ["Powers Act 2000, s.12", "Act 1984, s.94"] {
            let power = old.iter().find(|power| power.section.contains(replaced)).unwrap();
            assert_eq!(power.validity(super::super::AS_OF), Validity::NotChecked, "{replaced}");
        }
    }

    #[test]
    fn what_was_replaced_stands_foremost_only_where_nothing_else_is_there() {
        let power = foremost("notice-to-change", Country::GB, Day::new(2025, 2, 1)).unwrap();
        assert_eq!(power.section, "Investigatory Powers Act 2016, s.253; SI 2018/353");
        let power = foremost("notice-to-change", Country::GB, WESTMINSTER).unwrap();
        assert!(power.section.contains("Powers Act 2000, s.12"), "{power:?}");
        for demand in demand::ALL {
            for country in [Country::GB, Country::US] {
                for year in 2014..=2026 {
                    let day = Day::new(year, 12, 1);
                    let Some(power) = foremost(demand.name, country, day) else { continue };
                    let all = powers(demand.name, country, day);
                    let is_over = |power: &Power| power.phrase(day).starts_with("replaced");
                    let has_another = all.iter().any(|other| !is_over(other));
                    assert!(!(has_another && is_over(power)), "{} {country} {year}", demand.name);
                }
            }
        }
    }

    #[test]
    fn a_table_with_a_mistake_is_refused_with_its_line() {
        let broken = concat!(
            "demand,country,route,in_force_from,in_force_until,power,section,authorised_by,outside_approval,secrecy,",
            "on_2017_03_22,mark,dates_mark,source,in_court,note\n",
            "retention,GB,retention,yesterday,,n,s,a,o,s,yes,confirmed,,u,,n\n"
        );
        assert_eq!(parse(broken).unwrap_err().to_string(), "powers.csv, line 2: `yesterday` is no day");
    }
}
