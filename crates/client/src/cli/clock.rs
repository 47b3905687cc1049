//! Times for people, by this computer's clock and zone. Times for programs are UTC (RFC 3339) and formatted
//! elsewhere.

use jiff::tz::TimeZone;
use pillarbox_wire::Timestamp;

/// The largest integer that every JSON reader reads exactly (RFC 8259, section 6).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// Milliseconds for JSON, capped: a peer may invent a time outside any calendar, which some readers would round.
pub(crate) fn milliseconds(at: Timestamp) -> u64 {
    at.0.min(MAX_EXACT)
}

/// The clock and zone that times are shown in.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    /// A zone named by `TZ` that this computer does not know, until the user is told.
    unknown: Option<String>,
}

impl Clock {
    /// Uses the zone named by `TZ` or the system. Uses UTC on request, or if neither names a known zone.
    pub(crate) fn new(utc: bool) -> Self {
        let system = || TimeZone::try_system().ok().filter(|zone| !zone.is_unknown());
        match if utc { Some(TimeZone::UTC) } else { system() } {
            Some(zone) => Self { zone, unknown: None },
            None => {
                Self { zone: TimeZone::UTC, unknown: std::env::var("TZ").ok().filter(|it| !it.is_empty()) }
            }
        }
    }

    /// Returns the unknown zone of `TZ` on the first call, so that the user is told once that times are in UTC.
    pub(crate) fn told_unknown(&mut self) -> Option<String> {
        let zone = self.unknown.take()?;
        Some(format!(
            "TZ names a time zone that this computer does not know, {zone}, so times are in UTC. Correct TZ, or install the \
             zones (tzdata)."
        ))
    }

    /// Formats hour, minute and zone, and the date if it is not that of `today`.
    pub(crate) fn time(&self, at: Timestamp, today: Timestamp) -> String {
        let ((date, clock, zone), (today, ..)) = (self.read(at), self.read(today));
        if date == today { format!("{clock} {zone}") } else { format!("{date} {clock} {zone}") }
    }

    /// Formats date, hour, minute and zone.
    pub(crate) fn date_and_time(&self, at: Timestamp) -> String {
        let (date, clock, zone) = self.read(at);
        format!("{date} {clock} {zone}")
    }

    /// Returns date, time and zone. A time outside the calendar, invented by a peer, is printed in UTC.
    fn read(&self, at: Timestamp) -> (String, String, String) {
        let instant = i64::try_from(at.0).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let Some(instant) = instant else {
            let (year, month, day, hour, minute, _) = at.calendar();
            return (
                format!("{year:04}-{month:02}-{day:02}"),
                format!("{hour:02}:{minute:02}"),
                "UTC".to_owned(),
            );
        };
        let info = self.zone.to_offset_info(instant);
        // Zones without an abbreviation have digits in the database.
        let zone = match info.abbreviation() {
            letters if letters.starts_with(|c: char| c.is_ascii_alphabetic()) => letters.to_owned(),
            _ => format!("UTC{}", info.offset()),
        };
        let read = self.zone.to_datetime(instant);
        let (date, time) = (read.date(), read.time());
        (date.to_string(), format!("{:02}:{:02}", time.hour(), time.minute()), zone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(rule: &str) -> Clock {
        Clock { zone: TimeZone::posix(rule).unwrap(), unknown: None }
    }

    /// 22 March 2017, 14:40:07 UTC.
    const AT: Timestamp = Timestamp::from_seconds(1_490_193_607);

    #[test]
    fn the_date_stands_only_where_it_is_not_today() {
        let utc = Clock::new(true);
        assert_eq!(utc.time(AT, AT), "14:40 UTC");
        assert_eq!(utc.time(AT, Timestamp(AT.0 + 86_400_000)), "2017-03-22 14:40 UTC");
    }

    #[test]
    fn a_time_is_that_of_the_clock_on_the_wall_and_says_its_zone() {
        let london = zone("GMT0BST,M3.5.0/1,M10.5.0");
        assert_eq!(london.time(AT, AT), "14:40 GMT");
        let summer = Timestamp(AT.0 + 30 * 86_400_000);
        assert_eq!(london.time(summer, summer), "15:40 BST");
        assert_eq!(zone("<-03>3").time(AT, AT), "11:40 UTC-03");
        assert_eq!(zone("IST-5:30").time(AT, AT), "20:10 IST");
        // The date is local too: at 14:40 in Greenwich it is tomorrow in Auckland.
        let auckland = zone("NZDT-13");
        assert_eq!(auckland.time(AT, Timestamp(AT.0 - 6 * 3_600_000)), "2017-03-23 03:40 NZDT");
    }

    #[test]
    fn no_time_that_a_peer_makes_up_is_rounded_by_whoever_reads_it() {
        assert_eq!(milliseconds(AT), AT.0);
        assert_eq!(milliseconds(Timestamp(u64::MAX)), 9_007_199_254_740_991);
    }

    proptest! {
        #[test]
        fn every_time_can_be_read(at in any::<u64>(), today in any::<u64>()) {
            let read = zone("GMT0BST,M3.5.0/1,M10.5.0").time(Timestamp(at), Timestamp(today));
            prop_assert!(["GMT", "BST", "UTC"].iter().any(|zone| read.ends_with(zone)), "{}", read);
        }
    }
}
