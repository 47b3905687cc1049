//! `[network]`: delays, addresses and sleep. A story without the section runs on wires that take no time.

use std::ops::Range;

use pillarbox_wire::{Duration, Timestamp};
use serde::Serialize;

use super::error::ScenarioError;
use super::fields::{Fields, Spot};
use super::ids::PersonId;
use super::moment::fine_span;

/// The shortest and the longest median delay. A record counts milliseconds. A phone that waits a minute for every frame
/// is cut off rather than slow.
const DELAYS: [Duration; 2] = [Duration(1), Duration(60_000)];

/// The largest number of mobile gateways, and of exits of the network of relays that hides addresses. All are in
/// 198.19.0.0/16.
const MAX_SHARED: u64 = 1_000;

/// The number of gateways in a story that states none. A carrier shows thousands of phones under one address. A
/// story has tens of people, and with four gateways each address still represents several of them.
const GATEWAYS: u16 = 4;

/// The number of exits in a story that states none. Tor had between one and two thousand for years
/// (metrics.torproject.org).
const EXITS: u16 = 1_000;

/// The shortest and the longest time between two moments at which a phone wakes, or an address changes.
const PERIODS: [Duration; 2] = [Duration::from_seconds(60), Duration::from_days(30)];

const DAY: Duration = Duration::from_days(1);

const DELAY_FORM: &str = "Write a span from 1ms to 60s, as 400ms or 2s.";
const PERIOD_FORM: &str = "Write a span from 1m to 30d, as 15m or 6h.";
const HOURS_FORM: &str = "Write two times of the day in UTC, as \"23:00 to 07:00\".";

/// The network between a story's phones and its relays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Network {
    /// The median of the time that a frame is in transit, in milliseconds.
    #[serde(rename = "delay_ms", serialize_with = "milliseconds")]
    pub delay: Duration,
    /// One frame in six takes longer than `delay` and `jitter` together: one standard deviation of a log-normal
    /// distribution.
    #[serde(rename = "jitter_ms", serialize_with = "milliseconds")]
    pub jitter: Duration,
    /// The number of addresses of mobile networks, each shared by many phones.
    pub gateways: u16,
    /// The number of exits of the Tor network.
    pub exits: u16,
}

fn milliseconds<S: serde::Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(span.0)
}

/// The internet address of somebody's phone, as a relay sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressKind {
    /// The person's own home.
    #[default]
    OwnHome,
    /// Another person's home.
    HomeOf(PersonId),
    /// A mobile network's gateway, another one at each connection.
    Mobile,
    /// An exit of the Tor network, another one at each connection.
    Tor,
}

/// Part of each day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyHours {
    /// The beginning, since midnight.
    pub from: Duration,
    /// The end, since midnight; before `from` if the hours include midnight.
    pub to: Duration,
}

/// A person's phone's connection to the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connectivity {
    /// The kind of address that relays see.
    pub address: AddressKind,
    /// The time between two changes of this home's address; `None` if it does not change.
    pub address_changes: Option<Duration>,
    /// The hours in which the phone is not connected.
    pub asleep: Option<DailyHours>,
    /// The time between two checks for messages; `None` if the phone stays connected.
    pub wakes: Option<Duration>,
}

impl DailyHours {
    /// Returns true if a moment is within these hours.
    #[must_use]
    pub const fn contain(&self, at: Timestamp) -> bool {
        let since_midnight = at.0 % DAY.0;
        if self.from.0 <= self.to.0 {
            self.from.0 <= since_midnight && since_midnight < self.to.0
        } else {
            self.from.0 <= since_midnight || since_midnight < self.to.0
        }
    }

    /// Returns the next moment after `at` at which the hours begin or end.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Timestamp {
        let midnight = at.0 - at.0 % DAY.0;
        let next = |edge: Duration| {
            let today = midnight + edge.0;
            Timestamp(if today > at.0 { today } else { today + DAY.0 })
        };
        next(self.from).min(next(self.to))
    }
}

/// The part of one table that is about the phone's connection, before all names are known.
pub(super) struct Connected<'t> {
    pub(super) connectivity: Connectivity,
    /// The person in whose home the phone is.
    pub(super) home_of: Option<Spot<&'t str>>,
    /// The position of the first of these keys, if the table has any.
    pub(super) at: Option<Range<usize>>,
}

type Read<T> = Result<T, ScenarioError>;

pub(super) fn read(table: Option<Fields<'_>>) -> Read<Option<Network>> {
    let Some(mut table) = table else { return Ok(None) };
    let delay = table.needed_text("delay", "\"400ms\"")?;
    let delay = between(&table, &delay, DELAYS, DELAY_FORM)?;
    let jitter = match table.text("jitter")? {
        Some(text) if text.is == "none" => Duration::default(),
        Some(text) => between(&table, &text, DELAYS, DELAY_FORM)?,
        None => Duration::default(),
    };
    let gateways = shared(&mut table, "gateways", GATEWAYS)?;
    let exits = shared(&mut table, "exits", EXITS)?;
    table.end("[network]")?;
    Ok(Some(Network { delay, jitter, gateways, exits }))
}

/// Reads the connection of one phone from its `[[people]]` table.
pub(super) fn connected<'t>(table: &mut Fields<'t>) -> Read<Connected<'t>> {
    const KEYS: [&str; 4] = ["address", "address-changes-every", "asleep", "wakes-every"];
    let at = table.keys().find(|key| KEYS.contains(key)).map(|key| table.place_of(key));
    let (mut connectivity, mut home_of) = (Connectivity::default(), None);
    if let Some(text) = table.text("address")? {
        connectivity.address = match text.is.split_once(" of ") {
            _ if text.is == "home" => AddressKind::OwnHome,
            _ if text.is == "mobile" => AddressKind::Mobile,
            _ if text.is == "tor" => AddressKind::Tor,
            Some(("home", name)) => {
                home_of = Some(Spot { is: name.trim(), at: text.at });
                // The host is filled in when everybody is known.
                AddressKind::OwnHome
            }
            _ => {
                let instead = "Write \"home\", \"home of Ada\", \"mobile\" or \"tor\".";
                return Err(table.mistake(&text.at, format!("`{}` is no address", text.is), instead));
            }
        };
    }
    let changes = table.text("address-changes-every")?;
    if let Some(text) = changes {
        if connectivity.address != AddressKind::OwnHome || home_of.is_some() {
            let wrong = "only the address of a home of one's own changes by itself";
            return Err(table.mistake(&text.at, wrong, "Write it at the person whose home it is."));
        }
        connectivity.address_changes = Some(between(table, &text, PERIODS, PERIOD_FORM)?);
    }
    if let Some(text) = table.text("asleep")? {
        let hours = daily(text.is).ok_or_else(|| {
            table.mistake(&text.at, format!("`{}` is no part of a day", text.is), HOURS_FORM)
        })?;
        connectivity.asleep = Some(hours);
    }
    if let Some(text) = table.text("wakes-every")? {
        connectivity.wakes = Some(between(table, &text, PERIODS, PERIOD_FORM)?);
    }
    Ok(Connected { connectivity, home_of, at })
}

fn between(
    table: &Fields<'_>,
    text: &Spot<&str>,
    [least, most]: [Duration; 2],
    form: &str,
) -> Read<Duration> {
    let span = fine_span(text.is).filter(|span| (least..=most).contains(span));
    span.ok_or_else(|| table.mistake(&text.at, format!("`{}` is no such span", text.is), form))
}

fn shared(table: &mut Fields<'_>, key: &'static str, otherwise: u16) -> Read<u16> {
    let place = table.place_of(key);
    let Some(count) = table.number(key)? else { return Ok(otherwise) };
    let fits = Some(count).filter(|count| (1..=MAX_SHARED).contains(count));
    fits.and_then(|count| u16::try_from(count).ok()).ok_or_else(|| {
        table.mistake(
            &place,
            format!("there are from 1 to {MAX_SHARED} {key}"),
            "Write a number between the two.",
        )
    })
}

/// Reads `23:00 to 07:00`.
fn daily(text: &str) -> Option<DailyHours> {
    let (from, to) = text.split_once(" to ")?;
    let of_day = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let number = |text: &str, below: u64| {
            let number: u64 = text.parse().ok().filter(|_| text.len() == 2)?;
            (number < below).then_some(number)
        };
        Some(Duration::from_seconds(number(hour, 24)? * 3_600 + number(minute, 60)? * 60))
    };
    let hours = DailyHours { from: of_day(from)?, to: of_day(to)? };
    (hours.from != hours.to).then_some(hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64, minute: u64) -> Timestamp {
        Timestamp(1_490_140_800_000 + (hour * 60 + minute) * 60_000)
    }

    #[test]
    fn hours_may_hold_midnight() {
        let night = daily("23:00 to 07:30").unwrap();
        for (hour, minute, asleep) in
            [(22, 59, false), (23, 0, true), (0, 0, true), (7, 29, true), (7, 30, false), (12, 0, false)]
        {
            assert_eq!(night.contain(at(hour, minute)), asleep, "{hour}:{minute}");
        }
        assert_eq!(night.next_change(at(12, 0)), at(23, 0));
        assert_eq!(night.next_change(at(23, 0)), at(24 + 7, 30));
        assert_eq!(night.next_change(at(7, 29)), at(7, 30));
        let noon = daily("12:00 to 13:00").unwrap();
        assert!(noon.contain(at(12, 30)) && !noon.contain(at(13, 0)));
        for wrong in
            ["23 to 7", "24:00 to 07:00", "07:00", "07:00 to 07:00", "7:00 to 08:00", "07:00 to 08:60"]
        {
            assert_eq!(daily(wrong), None, "{wrong}");
        }
    }
}
