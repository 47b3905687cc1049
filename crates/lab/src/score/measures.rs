//! The measures: pure functions over the answer and the truth.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::attribution::{Attribution, attribution};
use pillarbox_access::facts::{ReadableText, Wrote};
use pillarbox_access::{Item, ItemAnswer};
use serde::{Deserialize, Serialize};

use super::share::{Noticed, PrecisionRecall, Share};
use super::special::{
    DisappearingTimer, ExtraEntry, Guesses, NoticeOutcomes, PostCounts, RelocationOutcome, Shows, TextsAt,
    Thief,
};
use super::state::{Absence, Counts};
use super::yardstick::{ACCOUNT, Utterance, Yardstick};
use super::yields::{Entry, Party, Yield};
use crate::record::sha256;

/// The largest difference between the time of a row and the time of the text that the row is about. The way to the
/// relay takes a few seconds at most. A row further away belongs to another message: a receipt, or the next text in the
/// same direction.
pub(crate) const SAME_MOMENT_MS: u64 = 5_000;

/// The quantity that is counted for a cell's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Texts of the target, all of them.
    Texts,
    /// Texts of the target from the order on.
    TextsAfter,
    /// Messages of the target, one for each recipient.
    Messages,
    /// Messages of the target from the order on, one for each recipient.
    MessagesAfter,
    /// Kinds of data that were asked for and that the demand reaches, each once.
    Entries,
}

impl Counted {
    /// Returns the unit of the count.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Texts | Self::TextsAfter => "texts",
            Self::Messages | Self::MessagesAfter => "messages",
            Self::Entries => "kinds of data",
        }
    }

    /// Returns the items that a column of this kind is about. They alone decide its state. Returns nothing if every
    /// item is counted.
    #[must_use]
    pub const fn own_items(self) -> Option<&'static [Item]> {
        match self {
            Self::Texts | Self::TextsAfter => Some(&[Item::MessageContent]),
            Self::Messages | Self::MessagesAfter => {
                Some(&[Item::MessageSourceDestination, Item::MessageTimes])
            }
            Self::Entries => None,
        }
    }
}

/// Stored ciphertexts that nothing opened. The scorer knows which of them are texts, and their holder does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The texts of the target among them, by the number that they have in the story.
    pub texts: Vec<String>,
    /// The number of ciphertexts in all, including receipts and other automatic messages.
    pub ciphertexts: u64,
    /// The number of ciphertexts that carry a text of the target. A text to a group is one for each member.
    pub carrying: u64,
    /// The number of texts carried by these ciphertexts that were returned from elsewhere.
    pub read_elsewhere: u64,
}

/// The measures of one cell. Nothing here is added up with anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measures {
    /// Texts of the target from before the order that were returned readable.
    pub content_past: Share,
    /// Texts of the target from the order on that were returned readable.
    pub content_future: Share,
    /// Pairs of people who, according to the answer, wrote to each other.
    pub pairs: PrecisionRecall,
    /// Messages whose time the answer states.
    pub times: PrecisionRecall,
    /// The messages that the answer shows to have passed: each text with one of its recipients.
    pub passed: Vec<String>,
    /// Members of the target's groups.
    pub groups: PrecisionRecall,
    /// The time from the oldest message or text to the answer, in milliseconds; `None` if nothing was returned.
    pub look_back_ms: Option<u64>,
    /// The longest time between an event and its arrival at the demanding authority, in milliseconds; `None` if
    /// everything waits for the answer.
    pub delay_ms: Option<u64>,
    /// The target's texts that were returned readable, by the number that they have in the story.
    pub texts: Vec<String>,
    /// Stored ciphertexts that nothing opened.
    pub sealed: Sealed,
    /// People other than the target whom the answer names.
    pub named: Vec<String>,
    /// The number of accounts, other than the target's, that an operator's answer names without a number. The
    /// answer does not say who their owners are.
    pub named_accounts: u64,
    /// People other than the target whose words are in the answer.
    pub read: Vec<String>,
    /// People whose phones received something different because of the order: bytes, a program, a refusal. Nobody
    /// else had anything to notice.
    pub could_notice: Vec<String>,
    /// The people who noticed, and the times.
    pub noticed: Vec<Noticed>,
    /// Texts that did not arrive because of the order, as a fraction of those that arrive without it.
    pub function_lost: Share,
    /// The lost texts, each with one of the people who would have read it.
    pub lost: Vec<String>,
    /// The strength of the answer's tie to a person; `None` if nothing was returned.
    pub attribution: Option<Attribution>,
    /// The kinds of data that were returned, if kinds are counted.
    pub kinds: Vec<Item>,
    /// The kinds that the operator has and, according to a statement about it, does not hand over.
    pub kinds_withheld: Vec<Item>,
    /// Things that were returned, are not counted, and are in none of the other measures.
    pub besides: Vec<ExtraEntry>,
    /// Other places with readable copies of the texts that the demand is about.
    pub copies: Vec<TextsAt>,
    /// The share of a thief of the same rows and keys; `None` if no rows are asked for.
    pub thief: Option<Thief>,
    /// The texts that each contact shows alone. The contact to whom the target wrote last comes first.
    pub shows: Vec<Shows>,
    /// Guesses at the passcode, one for each vault on a phone that is off.
    pub guesses: Vec<Guesses>,
    /// Conversations on a phone whose texts disappear.
    pub timers: Vec<DisappearingTimer>,
    /// The fate of a channel's posts.
    pub posts: Option<PostCounts>,
    /// The effect of a block when people move.
    pub elsewhere: Option<RelocationOutcome>,
    /// The outcomes of a notice to change the software.
    pub notice: Option<NoticeOutcomes>,
}

impl Measures {
    /// Returns each person who noticed, with the first time, because a phone may say several things.
    #[must_use]
    pub fn first_noticed(&self) -> BTreeMap<&str, u64> {
        let mut first: BTreeMap<&str, u64> = BTreeMap::new();
        for noticed in &self.noticed {
            let at = first.entry(noticed.who.as_str()).or_insert(noticed.at);
            *at = noticed.at.min(*at);
        }
        first
    }
}

/// Scores an answer.
#[must_use]
pub fn score(what: Counted, brought: &Yield, yardstick: &Yardstick) -> (Counts, Measures) {
    let is_future = |told: &&&Utterance| told.at >= yardstick.ordered;
    let mut read: Vec<(u64, String)> =
        brought.said.iter().map(|text| (text.at.0, sha256(text.text.as_bytes()))).collect();
    let texts: Vec<&Utterance> = yardstick.of_target().collect();
    // Each returned text matches one text that was said, and no more: two equal texts count only if two were
    // returned.
    let known: Vec<&Utterance> = texts.iter().copied().filter(|told| take(&mut read, told)).collect();
    let share = |of_known: usize, of: usize| Share { n: of_known as u64, of: of as u64 };
    let future = share(known.iter().filter(is_future).count(), texts.iter().filter(is_future).count());
    let past = share(known.len() - future.n as usize, texts.len() - future.of as usize);
    let (times, passed) = times(brought, yardstick, &known, 0);
    let (sealed, carrying, read_elsewhere) = sealed(brought, yardstick, &known);
    let measures = Measures {
        content_past: past,
        content_future: future,
        pairs: pairs(brought, yardstick),
        times,
        passed,
        groups: groups(brought, yardstick),
        texts: known.iter().map(|told| yardstick.id(told)).collect(),
        sealed: Sealed {
            texts: sealed.iter().map(|told| yardstick.id(told)).collect(),
            ciphertexts: brought.sealed.len() as u64,
            carrying,
            read_elsewhere,
        },
        look_back_ms: oldest(brought).map(|oldest| yardstick.served.saturating_sub(oldest)),
        delay_ms: brought.came.iter().map(|(happened, came)| came.saturating_sub(*happened)).max(),
        named: others(names(brought).filter(|name| !is_bare_account(brought, name)), yardstick),
        named_accounts: accounts(brought, yardstick),
        read: read_people(brought, yardstick),
        attribution: brought.is_something().then(|| attribution(brought.origin)),
        kinds: kinds(what, brought, false),
        kinds_withheld: kinds(what, brought, true),
        besides: besides(what, brought),
        shows: brought.parties.iter().map(|party| shows(party, &texts)).collect(),
        ..Measures::default()
    };
    let (after, _) = self::times(brought, yardstick, &known, yardstick.ordered);
    let sealed_after = sealed.iter().filter(|told| told.at >= yardstick.ordered).count() as u64;
    let (returned, of, unreadable) = match what {
        Counted::Texts => (past.n + future.n, past.of + future.of, sealed.len() as u64),
        Counted::TextsAfter => (future.n, future.of, sealed_after),
        Counted::Messages => (times.right, times.of, 0),
        Counted::MessagesAfter => (after.right, after.of, 0),
        Counted::Entries => {
            let things = things(brought.entries.iter().filter(|entry| entry.is_covered()));
            let of_things = |wanted: &dyn Fn(&Entry) -> bool| things.values().filter(|it| wanted(it)).count();
            let unreadable = of_things(&|it| matches!(it.answer, ItemAnswer::HeldUnreadable { .. }));
            (of_things(&Entry::came_back) as u64, things.len() as u64, unreadable as u64)
        }
    };
    let counts = Counts {
        returned,
        of,
        unreadable,
        closed: brought.closed,
        withheld: withheld(what, brought, returned),
        absence: absence(what, brought, of),
    };
    (counts, measures)
}

/// Counts the part that the party, according to a statement about it, does not hand over. A statement is about an
/// item, so an item is handed over or not. Two items are about messages, and if one of them is handed over, it
/// reveals all messages.
fn withheld(what: Counted, brought: &Yield, returned: u64) -> u64 {
    match (what, what.own_items()) {
        (Counted::Texts | Counted::TextsAfter, _) if brought.is_without_its_texts() => returned,
        (Counted::Messages | Counted::MessagesAfter, Some(own)) if brought.is_withheld(own) => returned,
        (_, Some(_)) => 0,
        (_, None) => {
            let things = things(brought.entries.iter().filter(|entry| entry.came_back()));
            things.values().filter(|entry| entry.withheld.is_some()).count() as u64
        }
    }
}

/// Returns the reason for an empty result.
fn absence(what: Counted, brought: &Yield, of: u64) -> Absence {
    let own = what.own_items().unwrap_or(Item::ALL);
    let mut lines = brought.entries.iter().filter(|entry| own.contains(&entry.asked)).peekable();
    if lines.peek().is_some() && lines.all(|entry| !entry.is_covered()) {
        return Absence::NotAsked;
    }
    if of == 0 { Absence::NotInStory } else { Absence::NothingKept }
}

/// Returns three things: the target's texts in ciphertexts that nothing opened, without those that were read
/// elsewhere; the number of ciphertexts that carry a text; and the number of texts in them that were read
/// elsewhere. The scorer recognises the texts by time and parties, which the bytes do not show.
fn sealed<'y>(
    brought: &Yield,
    yardstick: &'y Yardstick,
    known: &[&Utterance],
) -> (Vec<&'y Utterance>, u64, u64) {
    let mut rows: Vec<&Wrote> = brought.sealed.iter().collect();
    let mut carried: Vec<&Utterance> = Vec::new();
    let mut carrying = 0;
    for (told, from, to) in yardstick.legs() {
        if take_row(&mut rows, yardstick, (told.at, from, to)) {
            carrying += 1;
            if !carried.iter().any(|other| std::ptr::eq(*other, told)) {
                carried.push(told);
            }
        }
    }
    let is_known = |told: &&Utterance| known.iter().any(|other| std::ptr::eq(*other, *told));
    let (read, closed): (Vec<&Utterance>, Vec<&Utterance>) = carried.into_iter().partition(is_known);
    (closed, carrying, read.len() as u64)
}

/// Returns the things that lines are about, each once. A time implies its date, so the line that says more
/// represents both. A word for several things is skipped, because its parts have their own lines.
pub(crate) fn things<'e>(lines: impl Iterator<Item = &'e Entry>) -> BTreeMap<Item, &'e Entry> {
    let mut things: BTreeMap<Item, &Entry> = BTreeMap::new();
    for line in lines {
        let Some(thing) = line.asked.thing() else { continue };
        // The least exact word for a thing is the thing's own name.
        let says_more = |known: &&Entry| {
            (line.came_back(), line.asked != thing) > (known.came_back(), known.asked != thing)
        };
        if things.get(&thing).is_none_or(says_more) {
            things.insert(thing, line);
        }
    }
    things
}

/// Returns the kinds of returned data, if kinds are counted: those that the operator hands over, or those that it
/// keeps back.
fn kinds(what: Counted, brought: &Yield, withheld: bool) -> Vec<Item> {
    match what {
        Counted::Entries => things(brought.entries.iter().filter(|entry| entry.came_back()))
            .values()
            .filter(|entry| entry.withheld.is_some() == withheld)
            .map(|entry| entry.asked)
            .collect(),
        Counted::Texts | Counted::TextsAfter | Counted::Messages | Counted::MessagesAfter => Vec::new(),
    }
}

/// Returns the returned things that no other measure counts. If kinds of data are counted, there are no others.
fn besides(what: Counted, brought: &Yield) -> Vec<ExtraEntry> {
    if what == Counted::Entries {
        return Vec::new();
    }
    let measured = [Item::MessageContent, Item::MessageCount, Item::GroupMembership].map(Item::thing);
    let came_back = things(brought.entries.iter().filter(|entry| entry.came_back()));
    let others = came_back.into_iter().filter(|(thing, _)| !measured.contains(&Some(*thing)));
    others.map(|(_, entry)| ExtraEntry { what: entry.asked, entries: entry.returned() }).collect()
}

/// Counts the target's texts that somebody shows.
fn shows(party: &Party, texts: &[&Utterance]) -> Shows {
    let mut read: Vec<(u64, String)> =
        party.said.iter().map(|text| (text.at.0, sha256(text.text.as_bytes()))).collect();
    let known = texts.iter().filter(|told| take(&mut read, told)).count();
    Shows { who: party.who.clone(), texts: Share { n: known as u64, of: texts.len() as u64 } }
}

/// Returns everybody's texts, said to people and groups, that are among the returned ones, by their numbers.
#[must_use]
pub(crate) fn of_everybody(said: &[ReadableText], yardstick: &Yardstick) -> Vec<String> {
    let mut read: Vec<(u64, String)> =
        said.iter().map(|text| (text.at.0, sha256(text.text.as_bytes()))).collect();
    let private = yardstick.said.iter().filter(|told| !told.public);
    private.filter(|told| take(&mut read, told)).map(|told| yardstick.id(told)).collect()
}

/// Matches one of the returned texts to one that was said, and removes it.
fn take(read: &mut Vec<(u64, String)>, told: &Utterance) -> bool {
    match read.iter().position(|(_, digest)| *digest == told.sha256) {
        Some(at) => {
            read.swap_remove(at);
            true
        }
        None => false,
    }
}

/// Returns the number of messages whose passing, with its time, was returned, and then these messages. A row about
/// a message is enough, even a row that names one party. So is the message's text, which includes its time.
fn times(
    brought: &Yield,
    yardstick: &Yardstick,
    known: &[&Utterance],
    since: u64,
) -> (PrecisionRecall, Vec<String>) {
    let mut passed = Vec::new();
    let mut rows: Vec<&Wrote> = brought.wrote.iter().filter(|row| row.at.0 >= since).collect();
    let mut rates = PrecisionRecall { found: rows.len() as u64, ..PrecisionRecall::default() };
    for (told, from, to) in yardstick.legs().filter(|(told, ..)| told.at >= since) {
        rates.of += 1;
        let has_row = take_row(&mut rows, yardstick, (told.at, from, to));
        if has_row || known.iter().any(|text| std::ptr::eq(*text, told)) {
            rates.right += 1;
            rates.found += u64::from(!has_row);
            passed.push(format!("{} to {to}", yardstick.id(told)));
        }
    }
    (rates, passed)
}

/// Removes and returns the row that fits a message best. A row that names both parties takes precedence over a row
/// that names one, and the row nearest in time over others of its kind.
fn take_row(rows: &mut Vec<&Wrote>, yardstick: &Yardstick, (at, from, to): (u64, &str, &str)) -> bool {
    let ends = |row: &Wrote| usize::from(row.from.is_some()) + usize::from(row.to.is_some());
    let fits = |row: &&Wrote| ends(row) > 0 && is_about(row, yardstick, (at, from, to));
    let best = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| fits(row))
        .min_by_key(|(_, row)| (std::cmp::Reverse(ends(row)), row.at.0.abs_diff(at)));
    let Some((place, _)) = best else { return false };
    rows.swap_remove(place);
    true
}

/// Returns true if a row agrees with a message in everything that the row says.
fn is_about(row: &Wrote, yardstick: &Yardstick, (at, from, to): (u64, &str, &str)) -> bool {
    let agrees = |name: &Option<String>, who: &str| {
        name.as_deref().is_none_or(|name| yardstick.who(name) == Some(who))
    };
    row.at.0.abs_diff(at) <= SAME_MOMENT_MS && agrees(&row.from, from) && agrees(&row.to, to)
}

type Pair<'y> = (&'y str, &'y str);

const fn pair<'y>(one: &'y str, other: &'y str, swap: bool) -> Pair<'y> {
    if swap { (other, one) } else { (one, other) }
}

fn pairs(brought: &Yield, yardstick: &Yardstick) -> PrecisionRecall {
    let ordered = |one, other| pair(one, other, one > other);
    let there: BTreeSet<Pair<'_>> = yardstick.legs().map(|(_, from, to)| ordered(from, to)).collect();
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
    PrecisionRecall {
        found: found.len() as u64,
        right: found.intersection(&there).count() as u64,
        of: there.len() as u64,
    }
}

fn groups(brought: &Yield, yardstick: &Yardstick) -> PrecisionRecall {
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
    PrecisionRecall {
        found: found.len() as u64,
        right: found.intersection(&there).count() as u64,
        of: there.len() as u64,
    }
}

fn oldest(brought: &Yield) -> Option<u64> {
    let wrote = brought.wrote.iter().map(|wrote| wrote.at.0);
    wrote.chain(brought.said.iter().map(|text| text.at.0)).min()
}

/// Returns every name in the answer.
fn names(brought: &Yield) -> impl Iterator<Item = &str> {
    let wrote = brought.wrote.iter().chain(&brought.sealed).flat_map(|wrote| [&wrote.from, &wrote.to]);
    let said = brought.said.iter().flat_map(|said| [&said.from, &said.to]);
    let parties = wrote.chain(said).filter_map(Option::as_deref);
    let members = brought.members.iter().map(|row| row.member.as_str());
    parties.chain(members).chain(brought.named.iter().map(String::as_str))
}

/// Returns true if a name is what an operator calls an account without a number. A phone or a person knows whom such a
/// name means.
fn is_bare_account(brought: &Yield, name: &str) -> bool {
    !brought.knows_accounts() && name.starts_with(ACCOUNT)
}

/// Counts the accounts without a number in an answer, other than the target's.
fn accounts(brought: &Yield, yardstick: &Yardstick) -> u64 {
    let accounts: BTreeSet<&str> = names(brought)
        .filter(|name| is_bare_account(brought, name))
        .filter(|name| yardstick.who(name).is_some_and(|who| who != yardstick.target))
        .collect();
    accounts.len() as u64
}

/// Returns the people other than the target whose words are in the answer.
fn read_people(brought: &Yield, yardstick: &Yardstick) -> Vec<String> {
    others(brought.said.iter().filter_map(|text| text.from.as_deref()), yardstick)
}

/// Returns the people behind names, each once, without the target. A name that belongs to nobody counts as a person
/// only for a reader of the answer, and not here.
fn others<'n>(names: impl Iterator<Item = &'n str>, yardstick: &Yardstick) -> Vec<String> {
    let people: BTreeSet<&str> =
        names.filter_map(|name| yardstick.who(name)).filter(|who| *who != yardstick.target).collect();
    people.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
