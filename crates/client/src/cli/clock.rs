//! Times as people read them: on the clock of this computer, with its zone. What programs read is UTC (RFC 3339), and not
//! made here.

use jiff::tz::TimeZone;
use pillarbox_wire::Timestamp;

/// A clock on the wall.
#[derive(Clone, Debug)]
pub(crate) struct Clock(TimeZone);

impl Clock {
    /// The zone that `TZ` or the system names; UTC if it is asked for, or if neither names one that there is.
    pub(crate) fn new(utc: bool) -> Self {
        let system = || TimeZone::try_system().ok().filter(|zone| !zone.is_unknown());
        Self(if utc { None } else { system() }.unwrap_or(TimeZone::UTC))
    }

    /// Hour, minute and zone; with the date where it is not the date of `today`.
    pub(crate) fn time(&self, at: Timestamp, today: Timestamp) -> String {
        let ((date, clock, zone), (today, ..)) = (self.read(at), self.read(today));
        if date == today { format!("{clock} {zone}") } else { format!("{date} {clock} {zone}") }
    }

    /// Date, hour, minute and zone.
    pub(crate) fn date_and_time(&self, at: Timestamp) -> String {
        let (date, clock, zone) = self.read(at);
        format!("{date} {clock} {zone}")
    }

    /// Date, time and zone. A time that no calendar has, because a peer made it up, is read in UTC.
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
        let info = self.0.to_offset_info(instant);
        // Where people have no letters for their zone, the database has digits.
        let zone = match info.abbreviation() {
            letters if letters.starts_with(|c: char| c.is_ascii_alphabetic()) => letters.to_owned(),
            _ => format!("UTC{}", info.offset()),
        };
        let read = self.0.to_datetime(instant);
        let (date, time) = (read.date(), read.time());
        (date.to_string(), format!("{:02}:{:02}", time.hour(), time.minute()), zone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(rule: &str) -> Clock {
        Clock(TimeZone::posix(rule).unwrap())
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
        // The day begins on the wall, too: at 14:40 in Greenwich it is tomorrow in Auckland.
        let auckland = zone("NZDT-13");
        assert_eq!(auckland.time(AT, Timestamp(AT.0 - 6 * 3_600_000)), "2017-03-23 03:40 NZDT");
    }

    proptest! {
        #[test]
        fn every_time_can_be_read(at in any::<u64>(), today in any::<u64>()) {
            let read = zone("GMT0BST,M3.5.0/1,M10.5.0").time(Timestamp(at), Timestamp(today));
            prop_assert!(["GMT", "BST", "UTC"].iter().any(|zone| read.ends_with(zone)), "{}", read);
        }
    }
}
