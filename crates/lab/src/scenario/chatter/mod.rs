//! `[chatter]`: conversation among many people in a few lines. It becomes ordinary people and events, drawn from the
//! story's name and its seed. Every reader of a story therefore reads these like any others.
//!
//! The acquaintances form a small world (Watts and Strogatz 1998): a ring whose neighbours know each other, and a few
//! who know somebody far away. The number of texts between two people follows Zipf's law, as in collections of real
//! messages: a few pairs write most. The gap between two texts is exponential, as between events that nobody plans.
//!
//! | file | what |
//! |---|---|
//! | `crowd` | who there is beside those whom the file names |
//! | `ties` | who knows whom, and who is in which group |
//! | `talk` | who says what when |
//! | `words` | names and words |

mod crowd;
mod talk;
mod ties;
mod words;

use pillarbox_wire::{Duration, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use super::error::ScenarioError;
use super::fields::Fields;
use super::moment::{TIME_FORM, fine_span, moment};
use super::people::MAX_PEOPLE;
use super::{Event, Person};

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
pub(super) struct Chatter {
    /// The number of people, including those whom the file names.
    people: usize,
    /// The number of texts.
    texts: usize,
    /// The number of pairs of people who know each other.
    pairs: usize,
    groups: usize,
    /// The percentage of texts that go to a group.
    to_groups: u64,
    /// The percentage of texts that answer another text.
    replies: u64,
    mean_gap: Duration,
    begins: Timestamp,
    country: String,
    /// The number of people of each kind of connection among those whom the file does not name.
    mobile: usize,
    tor: usize,
    sharing: usize,
    sleeping: usize,
    /// The line of the section.
    line: usize,
}

/// A stream of randomness for one part of the chatter. The draws of one part change nothing in another.
struct Draw(ChaCha20Rng);

impl Draw {
    fn of(story: (&str, u64), part: &str) -> Self {
        let (name, seed) = story;
        let digest = Sha256::new()
            .chain_update("chatter")
            .chain_update((name.len() as u64).to_be_bytes())
            .chain_update(name)
            .chain_update(seed.to_be_bytes())
            .chain_update(part);
        Self(ChaCha20Rng::from_seed(digest.finalize().into()))
    }

    /// Draws a number below `most`.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.0.next_u64() % (most.max(1) as u64)).unwrap_or_default()
    }

    /// Draws whether something of this probability, in percent, happens.
    fn happens(&mut self, percent: u64) -> bool {
        self.0.next_u64() % 100 < percent
    }

    /// Draws a number from 0 to 1, neither included.
    fn share(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Draws one of several.
    fn one_of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}

type Read<T> = Result<T, ScenarioError>;

/// Reads the section. `named` people stand in the file.
pub(super) fn read(
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
        Some(text) => super::people::country_code(&table, &text)?,
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

impl Chatter {
    /// Adds the people whom the file does not name, and decides who knows each other.
    pub(super) fn add_people(&self, people: &mut Vec<Person>, story: (&str, u64)) {
        crowd::add(self, people, &mut Draw::of(story, "crowd"));
        ties::tie(self, people, &mut Draw::of(story, "ties"));
    }

    /// Adds their texts to the events of the file, in the order of time.
    pub(super) fn add_events(&self, people: &[Person], events: &mut Vec<Event>, story: (&str, u64)) {
        let groups = ties::groups(self, people, &mut Draw::of(story, "groups"));
        events.extend(talk::events(self, people, &groups, &mut Draw::of(story, "talk")));
        // Among events at the same moment, those of the file come first.
        events.sort_by_key(|event| event.at);
    }
}
