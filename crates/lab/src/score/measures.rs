//! The measures: pure functions over what came back and what was so.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::Item;
use pillarbox_access::measures::{Attribution, attribution};
use serde::{Deserialize, Serialize};

use super::brought::{Brought, Entry, Party, Wrote};
use super::special::{Besides, Elsewhere, Guesses, NoticeOutcomes, Posts, Shows, Timer};
use super::state::Counts;
use super::yardstick::{Told, Yardstick};
use crate::record::sha256;

/// A row's time and that of the text that it is about differ by the way to the relay; more than this is another message.
const SAME_MOMENT_MS: u64 = 60_000;

/// How much of how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How much.
    pub n: u64,
    /// Of how much.
    pub of: u64,
}

/// What was found, how much of it is right, and how much there was to find: precision is `right` of `found`, recall `right` of `of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// What came back.
    pub found: u64,
    /// How much of that is so.
    pub right: u64,
    /// How much there was.
    pub of: u64,
}

/// Somebody whose phone told them something that it tells nobody without the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Noticed {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Who.
    pub who: String,
    /// What the phone said.
    pub says: String,
}

/// What is counted for a cell's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Texts of the target, all of them.
    Texts,
    /// Texts of the target from the order on.
    TextsAfter,
    /// Messages of the target, one for each recipient.
    Messages,
    /// The same from the order on.
    MessagesAfter,
    /// Kinds of data that were asked for and that the demand reaches, each once.
    Entries,
}

impl What {
    /// What stands behind the number.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Texts | Self::TextsAfter => "texts",
            Self::Messages | Self::MessagesAfter => "messages",
            Self::Entries => "kinds of data",
        }
    }
}

/// What was measured for one cell. Nothing here is added up with anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measures {
    /// Texts of the target from before the order that came back readable.
    pub content_past: Share,
    /// The same from the order on.
    pub content_future: Share,
    /// Pairs of people of whom it came back that they wrote to each other.
    pub pairs: Rates,
    /// Messages of which it came back when they passed.
    pub times: Rates,
    /// Members of the target's groups.
    pub groups: Rates,
    /// How far back from the answer the oldest message or text reaches, in milliseconds; none if nothing came back.
    pub look_back_ms: Option<u64>,
    /// The longest time between something and its coming to whoever demanded it, in milliseconds; none if it waits for the answer.
    pub delay_ms: Option<u64>,
    /// People other than the target whom the answer names or whose words are in it.
    pub non_targets: Vec<String>,
    /// Who noticed, and when.
    pub noticed: Vec<Noticed>,
    /// Texts that did not arrive because of the order, of those that do without it.
    pub function_lost: Share,
    /// How firmly what came back is tied to somebody; none if nothing came back.
    pub attribution: Option<Attribution>,
    /// What came back beside what is counted, and stands in none of the other measures.
    pub besides: Vec<Besides>,
    /// What each contact shows alone, whom the target wrote to last first.
    pub shows: Vec<Shows>,
    /// Guesses at the passcode, one for each vault that lies on a phone that is off.
    pub guesses: Vec<Guesses>,
    /// Conversations on a phone whose texts disappear.
    pub timers: Vec<Timer>,
    /// What became of a channel.
    pub posts: Option<Posts>,
    /// What becomes of a block when people move.
    pub elsewhere: Option<Elsewhere>,
    /// What becomes of a notice to change the software.
    pub notice: Option<NoticeOutcomes>,
}

/// Scores what came back.
#[must_use]
pub fn score(what: What, brought: &Brought, yardstick: &Yardstick) -> (Counts, Measures) {
    let is_future = |told: &&&Told| told.at >= yardstick.ordered;
    let mut read: Vec<(u64, String)> =
        brought.said.iter().map(|text| (text.at, sha256(text.text.as_bytes()))).collect();
    let texts: Vec<&Told> = yardstick.of_target().collect();
    // Each text that came back is one text that was said, and no more: two equal ones must have come back twice.
    let known: Vec<&Told> = texts.iter().copied().filter(|told| take(&mut read, told)).collect();
    let share = |of_known: usize, of: usize| Share { n: of_known as u64, of: of as u64 };
    let future = share(known.iter().filter(is_future).count(), texts.iter().filter(is_future).count());
    let past = share(known.len() - future.n as usize, texts.len() - future.of as usize);
    let times = times(brought, yardstick, 0);
    let measures = Measures {
        content_past: past,
        content_future: future,
        pairs: pairs(brought, yardstick),
        times,
        groups: groups(brought, yardstick),
        look_back_ms: oldest(brought).map(|oldest| yardstick.served.saturating_sub(oldest)),
        delay_ms: brought.came.iter().map(|(happened, came)| came.saturating_sub(*happened)).max(),
        non_targets: non_targets(brought, yardstick),
        attribution: brought.is_something().then(|| attribution(brought.origin)),
        besides: besides(what, brought),
        shows: brought.parties.iter().map(|party| shows(party, &texts)).collect(),
        ..Measures::default()
    };
    let lines = brought.entries.iter().filter(|entry| entry.covered);
    let withheld = lines.clone().filter(|entry| entry.withheld).count() as u64;
    let unreadable = brought.unreadable + lines.clone().filter(|entry| entry.unreadable).count() as u64;
    let after = self::times(brought, yardstick, yardstick.ordered);
    let (returned, of) = match what {
        What::Texts => (past.n + future.n, past.of + future.of),
        What::TextsAfter => (future.n, future.of),
        What::Messages => (times.right, times.of),
        What::MessagesAfter => (after.right, after.of),
        What::Entries => {
            let of = things(lines.clone()).len() as u64;
            (things(lines.filter(|entry| entry.came_back())).len() as u64, of)
        }
    };
    (Counts { returned, of, unreadable, withheld }, measures)
}

/// The things that lines are about, each once, with the line that says most of it: of a date and the time on it there is one
/// thing, and a word for several is none beside its parts.
fn things<'e>(lines: impl Iterator<Item = &'e Entry>) -> BTreeMap<Item, &'e Entry> {
    let mut things: BTreeMap<Item, &Entry> = BTreeMap::new();
    let of = |entry: &Entry| Item::named(&entry.asked);
    for line in lines {
        let Some((item, thing)) = of(line).and_then(|item| Some((item, item.thing()?))) else { continue };
        // The least exact word for a thing is the thing's own name.
        if item != thing || !things.contains_key(&thing) {
            things.insert(thing, line);
        }
    }
    things
}

/// Things that came back and that no other measure counts. Where things are what is counted, there are none beside them.
fn besides(what: What, brought: &Brought) -> Vec<Besides> {
    if what == What::Entries {
        return Vec::new();
    }
    let measured = [Item::MessageContent, Item::MessageCount, Item::GroupMembership].map(Item::thing);
    let came_back = things(brought.entries.iter().filter(|entry| entry.came_back()));
    let others = came_back.into_iter().filter(|(thing, _)| !measured.contains(&Some(*thing)));
    others.map(|(_, entry)| Besides { what: entry.asked.clone(), entries: entry.returned }).collect()
}

/// How many of the target's texts somebody shows.
fn shows(party: &Party, texts: &[&Told]) -> Shows {
    let mut read: Vec<(u64, String)> =
        party.said.iter().map(|text| (text.at, sha256(text.text.as_bytes()))).collect();
    let known = texts.iter().filter(|told| take(&mut read, told)).count();
    Shows { who: party.who.clone(), texts: Share { n: known as u64, of: texts.len() as u64 } }
}

/// Takes one of the texts that came back for one that was said.
fn take(read: &mut Vec<(u64, String)>, told: &Told) -> bool {
    match read.iter().position(|(_, digest)| *digest == told.sha256) {
        Some(at) => {
            read.swap_remove(at);
            true
        }
        None => false,
    }
}

/// Messages of which it came back that they passed, and when. A row that names neither end is about nobody.
fn times(brought: &Brought, yardstick: &Yardstick, since: u64) -> Rates {
    let mut rows: Vec<&Wrote> = brought.wrote.iter().filter(|wrote| wrote.at >= since).collect();
    let found = rows.len() as u64;
    let (mut right, mut of) = (0, 0);
    for (at, from, to) in yardstick.messages().filter(|(at, ..)| *at >= since) {
        of += 1;
        let is =
            |name: &Option<String>, who: &str| name.as_deref().map(|name| yardstick.who(name) == Some(who));
        let fits = |row: &&Wrote| {
            let (sender, recipient) = (is(&row.from, from), is(&row.to, to));
            row.at.abs_diff(at) <= SAME_MOMENT_MS
                && sender != Some(false)
                && recipient != Some(false)
                && (sender.is_some() || recipient.is_some())
        };
        if let Some(place) = rows.iter().position(fits) {
            rows.swap_remove(place);
            right += 1;
        }
    }
    Rates { found, right, of }
}

type Pair<'y> = (&'y str, &'y str);

const fn pair<'y>(one: &'y str, other: &'y str, swap: bool) -> Pair<'y> {
    if swap { (other, one) } else { (one, other) }
}

fn pairs(brought: &Brought, yardstick: &Yardstick) -> Rates {
    let ordered = |one, other| pair(one, other, one > other);
    let there: BTreeSet<Pair<'_>> = yardstick.messages().map(|(_, from, to)| ordered(from, to)).collect();
    let wrote = brought.wrote.iter().map(|wrote| (&wrote.from, &wrote.to));
    let said = brought.said.iter().map(|text| (&text.from, &text.to));
    let named = wrote.chain(said).filter_map(|(from, to)| Some((from.as_deref()?, to.as_deref()?)));
    let found: BTreeSet<Pair<'_>> = named
        .filter(|(from, to)| from != to)
        .map(|(from, to)| {
            let (from, to) = (yardstick.who(from).unwrap_or(from), yardstick.who(to).unwrap_or(to));
            ordered(from, to)
        })
        .collect();
    Rates {
        found: found.len() as u64,
        right: found.intersection(&there).count() as u64,
        of: there.len() as u64,
    }
}

fn groups(brought: &Brought, yardstick: &Yardstick) -> Rates {
    let there: BTreeSet<Pair<'_>> = yardstick
        .groups
        .iter()
        .flat_map(|(group, members)| members.iter().map(move |member| (group.as_str(), member.as_str())))
        .collect();
    let found: BTreeSet<Pair<'_>> = brought
        .members
        .iter()
        .map(|row| (row.group.as_str(), yardstick.who(&row.member).unwrap_or(&row.member)))
        .collect();
    Rates {
        found: found.len() as u64,
        right: found.intersection(&there).count() as u64,
        of: there.len() as u64,
    }
}

fn oldest(brought: &Brought) -> Option<u64> {
    let wrote = brought.wrote.iter().map(|wrote| wrote.at);
    wrote.chain(brought.said.iter().map(|text| text.at)).min()
}

fn non_targets(brought: &Brought, yardstick: &Yardstick) -> Vec<String> {
    let wrote = brought.wrote.iter().flat_map(|wrote| [&wrote.from, &wrote.to]);
    let said = brought.said.iter().flat_map(|text| [&text.from, &text.to]);
    let parties = wrote.chain(said).filter_map(Option::as_deref);
    let members = brought.members.iter().map(|row| row.member.as_str());
    let named = parties.chain(members).chain(brought.named.iter().map(String::as_str));
    // A name that is nobody's is one more person only to whoever reads the answer; here it is nobody.
    let people: BTreeSet<&str> =
        named.filter_map(|name| yardstick.who(name)).filter(|who| *who != yardstick.target).collect();
    people.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::score::brought::Text;

    fn told(at: u64, by: &str, to: &str, text: &str) -> Told {
        Told { at, by: by.into(), to: vec![to.into()], public: false, sha256: sha256(text.as_bytes()) }
    }

    fn yardstick() -> Yardstick {
        let names = [("+1", "Ann"), ("+2", "Ben"), ("+3", "Cleo")];
        Yardstick {
            target: "Ann".into(),
            ordered: 1_000_000,
            served: 3_000_000,
            names: names.map(|(number, name)| (number.to_owned(), name.to_owned())).into(),
            said: vec![
                told(500_000, "Ann", "Ben", "one"),
                told(2_000_000, "Ben", "Ann", "two"),
                told(2_500_000, "Ben", "Cleo", "none of it"),
            ],
            ..Yardstick::default()
        }
    }

    fn entry(asked: &str, returned: u64) -> Entry {
        Entry {
            asked: asked.into(),
            answer: String::new(),
            returned,
            unreadable: false,
            withheld: false,
            covered: true,
        }
    }

    #[test]
    fn each_thing_counts_once_whatever_words_it_came_in() {
        let entries = vec![
            // A word for several, and two of its parts in both of their forms.
            entry("basic_subscriber_record", 4),
            entry("registered_at", 1),
            entry("registered_date", 1),
            entry("ip_log", 3),
            entry("ip_address", 1),
            entry("name", 1),
            entry("email", 0),
        ];
        let brought = Brought { entries, ..Brought::default() };
        let (counts, measures) = score(What::Entries, &brought, &yardstick());
        assert_eq!((counts.returned, counts.of), (3, 4));
        assert!(measures.besides.is_empty());
        // Counted for something else, they stand beside it: each once, in the form that says most.
        let (_, measures) = score(What::Messages, &brought, &yardstick());
        let besides: Vec<(&str, u64)> =
            measures.besides.iter().map(|it| (it.what.as_str(), it.entries)).collect();
        assert_eq!(besides, [("registered_at", 1), ("name", 1), ("ip_log", 3)]);
        // A date that was kept by the day is the same thing, in its other form.
        let by_day = Brought {
            entries: vec![entry("registered_at", 0), entry("registered_date", 1)],
            ..Brought::default()
        };
        let (counts, _) = score(What::Entries, &by_day, &yardstick());
        assert_eq!((counts.returned, counts.of), (1, 1));
    }

    #[test]
    fn each_of_several_is_measured_alone() {
        let text = |text: &str| Text { at: 500_000, from: None, to: None, text: text.into() };
        let party = |who: &str, said: &[&str]| Party {
            who: who.into(),
            said: said.iter().map(|it| text(it)).collect(),
        };
        let parties = vec![party("Ben", &["one", "two", "two"]), party("Cleo", &["none of it"])];
        let (_, measures) = score(What::Texts, &Brought { parties, ..Brought::default() }, &yardstick());
        let shows = |who: &str, n| Shows { who: who.into(), texts: Share { n, of: 2 } };
        assert_eq!(measures.shows, [shows("Ben", 2), shows("Cleo", 0)]);
    }

    #[test]
    fn what_came_back_says_where_from_and_nothing_says_nothing() {
        use pillarbox_access::measures::Origin;
        let origin = Origin { named_by_operator: true, ..Origin::default() };
        let nothing = Brought { origin, entries: vec![entry("name", 0)], ..Brought::default() };
        assert_eq!(score(What::Entries, &nothing, &yardstick()).1.attribution, None);
        let named = Brought { entries: vec![entry("name", 1)], ..nothing };
        let attribution = |brought: &Brought| score(What::Entries, brought, &yardstick()).1.attribution;
        assert_eq!(attribution(&named), Some(Attribution::OperatorsWord));
        let unnamed = Brought { origin: Origin::default(), ..named };
        assert_eq!(attribution(&unnamed), Some(Attribution::Nobody));
    }

    fn wrote(at: u64, from: Option<&str>, to: Option<&str>) -> Wrote {
        Wrote { at, from: from.map(str::to_owned), to: to.map(str::to_owned) }
    }

    #[test]
    fn a_text_counts_once_and_others_do_not_count() {
        let text = |text: &str| Text {
            at: 500_000,
            from: Some("+1".into()),
            to: Some("+2".into()),
            text: text.into(),
        };
        let brought = Brought {
            said: vec![text("one"), text("one"), text("none of it"), text("guessed")],
            ..Brought::default()
        };
        let (counts, measures) = score(What::Texts, &brought, &yardstick());
        assert_eq!((counts.returned, counts.of), (1, 2));
        assert_eq!(
            (measures.content_past, measures.content_future),
            (Share { n: 1, of: 1 }, Share { n: 0, of: 1 })
        );
        let (after, _) = score(What::TextsAfter, &brought, &yardstick());
        assert_eq!((after.returned, after.of), (0, 1));
        assert_eq!(measures.non_targets, ["Ben"]);
        assert_eq!(measures.look_back_ms, Some(2_500_000));
    }

    #[test]
    fn a_row_stands_for_one_message_of_its_time_and_people() {
        let rows = vec![
            wrote(500_100, Some("+1"), Some("+2")),
            wrote(500_100, Some("+1"), Some("+2")),
            wrote(2_000_000, None, Some("+1")),
            wrote(2_000_000, None, None),
            wrote(2_900_000, Some("+3"), Some("+1")),
        ];
        let brought = Brought { wrote: rows, ..Brought::default() };
        let (_, measures) = score(What::Messages, &brought, &yardstick());
        assert_eq!(measures.times, Rates { found: 5, right: 2, of: 2 });
        assert_eq!(measures.pairs, Rates { found: 2, right: 1, of: 1 });
        let nobody = Brought { wrote: vec![wrote(500_000, None, None)], ..Brought::default() };
        assert_eq!(score(What::Messages, &nobody, &yardstick()).0.returned, 0);
    }

    proptest! {
        #[test]
        fn never_more_than_there_was(rows in prop::collection::vec((0_u64..3_000_000, 0_u8..4, 0_u8..4), 0..20)) {
            let name = |at: u8| (at > 0).then(|| format!("+{at}"));
            let wrote = rows.iter().map(|(at, from, to)| Wrote { at: *at, from: name(*from), to: name(*to) });
            let brought = Brought { wrote: wrote.collect(), ..Brought::default() };
            for what in [What::Messages, What::MessagesAfter, What::Texts] {
                let (counts, measures) = score(what, &brought, &yardstick());
                prop_assert!(counts.returned <= counts.of);
                for rates in [measures.pairs, measures.times, measures.groups] {
                    prop_assert!(rates.right <= rates.of && rates.right <= rates.found);
                }
            }
        }
    }
}
