//! The section and its bounds.

use pillarbox_wire::{Duration, Timestamp};

use crate::scenario::error::ScenarioError;
use crate::scenario::fields::Fields;
use crate::scenario::moment::{TIME_FORM, fine_span, moment};
use crate::scenario::people::{MAX_PEOPLE, country_code};

/// The largest number of texts in one story. Each costs a phone and a relay about a millisecond, and a record some
/// kilobytes.
const MAX_TEXTS: u64 = 20_000;

/// The shortest and the longest mean gap between two texts.
const GAPS: [Duration; 2] = [Duration(10), Duration::from_days(7)];

const GAP_FORM: &str = "Write a span from 10ms to 7d, as 20s or 5m.";

/// The largest number of groups.
const MAX_GROUPS: u64 = 50;

/// The content of `[chatter]`.
#[derive(Clone, Debug)]
pub(crate) struct Chatter {
    /// The number of people, including those whom the file names.
    pub(super) people: usize,
    /// The number of texts.
    pub(super) texts: usize,
    /// The number of pairs of people who know each other.
    pub(super) pairs: usize,
    pub(super) groups: usize,
    /// The percentage of texts that go to a group.
    pub(super) to_groups: u64,
    /// The percentage of texts that answer another text.
    pub(super) replies: u64,
    pub(super) mean_gap: Duration,
    pub(super) begins: Timestamp,
    pub(super) country: String,
    /// The number of people of each kind of connection among those whom the file does not name.
    pub(super) mobile: usize,
    pub(super) tor: usize,
    pub(super) sharing: usize,
    pub(super) sleeping: usize,
    /// The line of the section.
    pub(super) line: usize,
}

type Read<T> = Result<T, ScenarioError>;

/// Reads the section. `named` people are in the file.
pub(crate) fn read(
    table: Option<Fields<'_>>,
    start: Timestamp,
    named: usize,
    has_network: bool,
) -> Read<Option<Chatter>> {
    let Some(mut table) = table else { return Ok(None) };
    let (line, _) = table.source.position(table.at.start);
    let people = count(&mut table, "people", None, (named.max(2) as u64, MAX_PEOPLE as u64))?;
    let all_pairs = people * (people - 1) / 2;
    let texts = count(&mut table, "texts", None, (1, MAX_TEXTS))?;
    let pairs = count(&mut table, "pairs", Some(people.min(all_pairs)), (1, all_pairs))?;
    let groups = count(&mut table, "groups", Some(0), (0, MAX_GROUPS.min(people / 3)))?;
    let to_groups = count(&mut table, "to-groups", Some(0), (0, 100))?;
    let replies = count(&mut table, "replies", Some(30), (0, 100))?;
    let crowd = people - named as u64;
    let [mobile, tor, sharing, sleeping] = ["mobile", "tor", "sharing", "sleeping"].map(|key| {
        let place = table.place_of(key);
        let count = count(&mut table, key, Some(0), (0, crowd))?;
        if count > 0 && !has_network {
            let instead = "Add a [network] section, or leave this line out.";
            return Err(table.mistake(&place, "this story has no network", instead));
        }
        Ok(usize::try_from(count).unwrap_or_default())
    });
    let (mobile, tor, sharing, sleeping) = (mobile?, tor?, sharing?, sleeping?);
    if mobile + tor + sharing > usize::try_from(crowd).unwrap_or_default() {
        let wrong =
            format!("`mobile`, `tor` and `sharing` are more than the {crowd} people whom nobody names");
        return Err(table.mistake(&table.at, wrong, "Write fewer: each person has one address."));
    }
    if to_groups > 0 && groups == 0 {
        let place = table.place_of("to-groups");
        return Err(table.mistake(
            &place,
            "there are no groups",
            "Write groups = 2, or leave this line out.",
        ));
    }
    let gap = table.needed_text("mean-gap", "\"20s\"")?;
    let [least, most] = GAPS;
    let mean_gap = fine_span(gap.is).filter(|gap| (least..=most).contains(gap));
    let mean_gap =
        mean_gap.ok_or_else(|| table.mistake(&gap.at, format!("`{}` is no such gap", gap.is), GAP_FORM))?;
    let begins = match table.time("begins")? {
        None => start + Duration::from_seconds(600),
        Some(text) => moment(&text.is, start)
            .filter(|begins| *begins >= start)
            .ok_or_else(|| table.mistake(&text.at, "`begins` is no time after the start", TIME_FORM))?,
    };
    let country = match table.text("country")? {
        Some(text) => country_code(&table, &text)?,
        None => "GB".to_owned(),
    };
    table.end("[chatter]")?;
    let size = |count: u64| usize::try_from(count).unwrap_or_default();
    Ok(Some(Chatter {
        people: size(people),
        texts: size(texts),
        pairs: size(pairs),
        groups: size(groups),
        to_groups,
        replies,
        mean_gap,
        begins,
        country,
        mobile,
        tor,
        sharing,
        sleeping,
        line,
    }))
}

/// Reads a whole number within bounds.
fn count(
    table: &mut Fields<'_>,
    key: &'static str,
    otherwise: Option<u64>,
    (least, most): (u64, u64),
) -> Read<u64> {
    let place = table.place_of(key);
    let number = table.number(key)?.or(otherwise);
    let number = number.ok_or_else(|| {
        table.mistake(&place, format!("`{key}` is missing"), format!("Write {key} = {}.", least.max(2)))
    })?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let instead = format!("Write a number from {least} to {most}.");
    Err(table.mistake(&place, format!("`{key}` cannot be {number} here"), instead))
}
