//! The picture of hours: 24 columns, and a lane for each weekday or each person.

use askama::Template;
use pillarbox_text::count::counted;

use super::labels::display_width_of;
use super::network::shortened;
use super::style;

const DAY_MS: u64 = 86_400_000;
const HOUR_MS: u64 = 3_600_000;

/// The days of a week, as the calendar names them here.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The number of days between the first of January 1970, a Thursday, and the Monday before it.
const SINCE_MONDAY: u64 = 3;

/// The width of an hour.
const HOUR: i32 = 19;

/// The height of a lane, and of the highest bar in it.
const LANE: (i32, i32) = (30, 24);

/// The longest name before a lane. The text has the whole name.
const NAME_CHARS: usize = 12;

/// The most lanes in the picture. The text has all.
const MAX_LANES: usize = 40;

/// A lane: a name, and the number of rows in each hour, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The weekday, the date or the person.
    pub name: String,
    /// Rows by the hour in which they passed.
    pub hours: [u64; 24],
}

impl Lane {
    /// Builds a lane of rows from their times in milliseconds since the Unix epoch.
    #[must_use]
    pub fn of(name: &str, times: impl IntoIterator<Item = u64>) -> Self {
        let mut hours = [0; 24];
        for at in times {
            let hour = usize::try_from(at % DAY_MS / HOUR_MS).unwrap_or_default();
            if let Some(rows) = hours.get_mut(hour) {
                *rows += 1;
            }
        }
        Self { name: name.to_owned(), hours }
    }
}

/// Hours, drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    title: String,
    lanes: Vec<Lane>,
}

#[derive(Template)]
#[template(path = "picture/hours.svg")]
struct Drawing<'a> {
    id: &'a str,
    title: &'a str,
    says: String,
    style: Option<String>,
    left: i32,
    width: i32,
    height: i32,
    /// The labelled hours, each after its distance from the left.
    marks: Vec<(i32, String)>,
    lanes: Vec<Bars>,
}

/// A lane as it is drawn.
struct Bars {
    name: String,
    /// The base line of its name and its bars.
    bottom: i32,
    /// The bars: distance from the left, distance from the top, height.
    bars: Vec<(i32, i32, i32)>,
}

impl Hours {
    /// Draws the given lanes.
    #[must_use]
    pub fn of(title: &str, lanes: Vec<Lane>) -> Self {
        Self { title: title.to_owned(), lanes }
    }

    /// Draws a lane for each weekday, from times in milliseconds since the Unix epoch.
    #[must_use]
    pub fn by_weekday(title: &str, times: &[u64]) -> Self {
        let day = |at: u64| usize::try_from((at / DAY_MS + SINCE_MONDAY) % 7).unwrap_or_default();
        let lane = |(place, name): (usize, &&str)| {
            Lane::of(name, times.iter().copied().filter(|at| day(*at) == place))
        };
        Self::of(title, WEEKDAYS.iter().enumerate().map(lane).collect())
    }

    /// Returns the text beside the picture: each lane with its hours.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let lane = |lane: &Lane| {
            let hours = lane.hours.iter().enumerate().filter(|(_, rows)| **rows > 0);
            let hours: Vec<String> =
                hours.map(|(hour, rows)| format!("{hour:02}:00–{:02}:00: {rows}", hour + 1)).collect();
            match hours.is_empty() {
                true => format!("{}, nothing", lane.name),
                false => format!("{}, {}", lane.name, hours.join(", ")),
            }
        };
        self.lanes.iter().map(lane).collect()
    }

    /// Renders the picture as a part of a page. No other part of the page may have the id `id`.
    ///
    /// # Errors
    /// A template failed.
    pub fn svg(&self, id: &str) -> Result<String, askama::Error> {
        self.drawing(id, None, self.summary()).render()
    }

    /// Renders the picture as its own file, with its whole text in `<desc>`.
    ///
    /// # Errors
    /// A template failed.
    pub fn file(&self) -> Result<String, askama::Error> {
        let says = format!("{} {}.", self.summary(), self.words().join(". "));
        self.drawing("hours", Some(style::of_file()), says).render()
    }

    fn summary(&self) -> String {
        let rows: u64 = self.lanes.iter().flat_map(|lane| lane.hours).sum();
        let rows = counted(rows, "row", "rows");
        let hidden = self.lanes.len().saturating_sub(MAX_LANES);
        let hidden = if hidden > 0 { format!(" Not drawn: {hidden} lanes.") } else { String::new() };
        format!("{rows} by the hour, in UTC. The higher a bar, the more rows in that hour.{hidden}")
    }

    fn drawing<'a>(&'a self, id: &'a str, style: Option<String>, says: String) -> Drawing<'a> {
        let shown = || self.lanes.iter().take(MAX_LANES);
        let names: Vec<String> = shown().map(|lane| shortened(&lane.name, NAME_CHARS)).collect();
        let longest = names.iter().map(|name| display_width_of(name)).max().unwrap_or_default();
        // The letters have 20 units, as on a narrow page.
        let left = longest * 12 + 12;
        let most = shown().flat_map(|lane| lane.hours).max().unwrap_or(0).max(1);
        let lanes = shown().zip(names).zip(1..).map(|((lane, name), number)| {
            let bottom = number * LANE.0;
            let bar = |(hour, rows): (i32, &u64)| {
                let height = u128::from(*rows) * (LANE.1 as u128) / u128::from(most);
                let height = i32::try_from(height).unwrap_or(LANE.1).max(3);
                (*rows > 0).then_some((left + hour * HOUR + 2, bottom - height, height))
            };
            Bars { name, bottom, bars: (0..).zip(&lane.hours).filter_map(bar).collect() }
        });
        let lanes: Vec<Bars> = lanes.collect();
        let floor = i32::try_from(lanes.len()).unwrap_or_default() * LANE.0;
        Drawing {
            id,
            title: &self.title,
            says,
            style,
            left,
            width: left + 24 * HOUR + 34,
            height: floor + 30,
            marks: (0..=24).step_by(6).map(|hour| (left + hour * HOUR, format!("{hour:02}:00"))).collect(),
            lanes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 30 November 2024, 09:15 UTC.
    const AT: u64 = 1_732_958_100_000;

    #[test]
    fn rows_stand_in_their_hour_and_on_their_day() {
        let times = [AT, AT + 60_000, AT + HOUR_MS * 10, AT + DAY_MS];
        let week = Hours::by_weekday("", &times).words();
        assert_eq!(week[5..], ["Saturday, 09:00–10:00: 2, 19:00–20:00: 1", "Sunday, 09:00–10:00: 1"]);
        assert!(week[..5].iter().all(|day| day.ends_with(", nothing")), "{week:?}");
    }

    #[test]
    fn no_bar_is_higher_than_its_lane_and_none_is_invisible() {
        let hours = Hours::of("", vec![Lane::of("a", vec![AT; 1_000]), Lane::of("b", [AT])]);
        let drawn = hours.drawing("x", None, String::new());
        let heights: Vec<i32> =
            drawn.lanes.iter().flat_map(|lane| &lane.bars).map(|(.., height)| *height).collect();
        assert_eq!(heights, [24, 3]);
    }
}
