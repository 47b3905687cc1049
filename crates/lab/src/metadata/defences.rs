//! Defences: padding, late receipts, no receipts and Tor, the inference that each prevents, and their costs.
//!
//! Each row is its own world, from the same story and seed. The observer is the operator, which sees all traffic.
//! Pairs that rows name are counted apart. Addresses and connections are used for messages without a sender only,
//! and times and sizes for all messages.

use std::collections::BTreeMap;

use pillarbox_access::design::Design;
use pillarbox_client::{PaddingRule, Receipts};
use pillarbox_metadata::{Means, MeansSettings, Observer, RowKind};
use pillarbox_text::columns::Column;
use pillarbox_wire::Timestamp;
use serde::Serialize;

use super::source::world::{self, WorldSourceError};
use super::{AnalysedSource, Choices};
use crate::english::grouped;
use crate::scenario::{AddressKind, PersonId, Scenario};
use crate::screen::{Screen, Table, Weight};
use crate::truth::{SaidId, Scorer};
use crate::world::World;

/// The means that rest on the remaining data, in the order of the columns.
pub const MEANS: [Means; 5] =
    [Means::Address, Means::Connection, Means::Size, Means::Receipt, Means::Statistics];

/// The longest time that a late receipt waits, in seconds.
const LATE: u32 = 3_600;

/// A defence, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defence {
    /// No defence: any length, receipts at once, the addresses of the story.
    None,
    /// Lengths are multiples of 80 bytes.
    Padding,
    /// Lengths are multiples of 16 KiB.
    MuchPadding,
    /// A receipt is sent at a random moment within an hour.
    LateReceipts,
    /// No receipts.
    NoReceipts,
    /// Everybody uses Tor.
    Tor,
    /// Padding to 80 bytes, no receipts, and everybody uses Tor.
    Together,
}

impl Defence {
    /// Every row, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Padding,
        Self::MuchPadding,
        Self::LateReceipts,
        Self::NoReceipts,
        Self::Tor,
        Self::Together,
    ];

    const fn wording(self) -> &'static str {
        match self {
            Self::None => "no defence",
            Self::Padding => "padding to 80 bytes",
            Self::MuchPadding => "padding to 16 KiB",
            Self::LateReceipts => "receipts at random within an hour",
            Self::NoReceipts => "no receipts",
            Self::Tor => "everybody over Tor",
            Self::Together => "padding to 80 bytes, no receipts, Tor",
        }
    }

    /// Returns the same design and story with this defence and no other.
    fn applied(self, design: &Design, story: &Scenario) -> (Design, Scenario) {
        let (mut design, mut story) = (design.clone(), story.clone());
        design.phone.padding = match self {
            Self::Padding | Self::Together => PaddingRule::Blocks80,
            Self::MuchPadding => PaddingRule::Blocks16K,
            _ => PaddingRule::None,
        };
        design.phone.habits.receipts = match self {
            Self::LateReceipts => Receipts::Within(LATE),
            Self::NoReceipts | Self::Together => Receipts::Never,
            _ => Receipts::AtOnce,
        };
        if matches!(self, Self::Tor | Self::Together) {
            story.people.iter_mut().for_each(|person| person.connectivity.address = AddressKind::Tor);
        }
        (design, story)
    }
}

/// The result of one means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Right {
    /// The means' name in files.
    pub means: &'static str,
    /// The number of right pairs.
    pub right: u64,
    /// The number of pairs that it named.
    pub named: u64,
    /// The number of right pairs on shuffled rows: the control.
    pub shuffled_right: u64,
}

/// The delay until senders learn that their texts have arrived: the cost of a late receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReceiptTimes {
    /// The number of texts that a phone showed, each counted once for each reader.
    pub shown: u64,
    /// The number of those texts whose sender's phone received a receipt.
    pub told: u64,
    /// The median time from the showing of a text until the sender's phone received the receipt, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_ms: Option<u64>,
    /// The time within which nineteen of twenty receipts arrived, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_ms: Option<u64>,
    /// The longest such time, in milliseconds. A phone confirms nothing to a stranger before its owner knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_ms: Option<u64>,
}

impl ReceiptTimes {
    fn of(scorer: Scorer<'_>) -> Self {
        let shown: BTreeMap<(SaidId, PersonId), Timestamp> =
            scorer.read().iter().rev().map(|read| ((read.said, read.who), read.at)).collect();
        let mut told: BTreeMap<(SaidId, PersonId), u64> = BTreeMap::new();
        for confirmed in scorer.confirmed() {
            let key = (confirmed.said, confirmed.who);
            let after = shown.get(&key).map(|shown| confirmed.at.since(*shown).0);
            told.entry(key).or_insert(after.unwrap_or(0));
        }
        let mut after: Vec<u64> = told.into_values().collect();
        after.sort_unstable();
        Self {
            shown: shown.len() as u64,
            told: after.len() as u64,
            median_ms: after.get(after.len() / 2).copied(),
            most_ms: after.get(after.len() * 19 / 20).copied(),
            longest_ms: after.last().copied(),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bought {
    /// The defence.
    pub defence: Defence,
    /// The number of pairs of people who wrote to each other.
    pub there: u64,
    /// The number of these pairs that a row names.
    pub named: u64,
    /// The result of each means. A means that was not tried has no entry.
    pub found: Vec<Right>,
    /// The number of messages that passed, receipts included.
    pub messages: u64,
    /// The number of their bytes.
    pub bytes: u64,
    /// The delay until senders learned that their texts had arrived.
    pub told: ReceiptTimes,
}

impl Bought {
    /// Runs the story with a defence.
    ///
    /// # Errors
    /// [`WorldSourceError`].
    pub fn with(defence: Defence, design: &Design, story: &Scenario) -> Result<Self, WorldSourceError> {
        let (design, story) = defence.applied(design, story);
        let mut world = World::new(&design, &story, story.seed)?;
        world.keep_no_wire();
        world.run_in_parts(|| ())?;
        let source = world::read(&design.name, &world)?;
        let choices = Choices {
            observer: Observer::Sees,
            settings: MeansSettings { seed: story.seed, ..MeansSettings::default() },
            ..Choices::default()
        };
        let inquiry = AnalysedSource::of(&source, choices)?;
        let found = |means: Means| {
            let found = inquiry.analysis.found(means)?;
            let score = found.score.as_ref()?;
            let shuffled_right = found.shuffled_right.unwrap_or(0);
            Some(Right { means: means.as_str(), right: score.right, named: score.named, shuffled_right })
        };
        let scores =
            inquiry.analysis.lines.iter().filter_map(|line| line.outcome.as_ref().ok()?.score.as_ref());
        Ok(Self {
            defence,
            named: inquiry
                .analysis
                .found(Means::Named)
                .and_then(|it| it.score.as_ref())
                .map_or(0, |it| it.right),
            there: scores.map(|score| score.there).max().unwrap_or(0),
            found: MEANS.into_iter().filter_map(found).collect(),
            messages: inquiry.trace.messages(),
            bytes: inquiry.trace.of(RowKind::Sent).filter_map(|row| row.bytes).map(u64::from).sum(),
            told: ReceiptTimes::of(world.scorer()),
        })
    }

    fn of(&self, means: Means) -> Option<&Right> {
        self.found.iter().find(|right| right.means == means.as_str())
    }
}

/// Writes the table for a window of `width` columns.
#[must_use]
pub fn table(rows: &[Bought], design: &Design, story: &Scenario, width: usize) -> String {
    let mut screen = Screen::new(width);
    let there = rows.iter().map(|row| row.there).max().unwrap_or(0);
    let named = rows.iter().map(|row| row.named);
    let (least, most) = (named.clone().min().unwrap_or(0), named.max().unwrap_or(0));
    let named = if least == most { least.to_string() } else { format!("{least} to {most}") };
    screen.say(&format!(
        "{} ({}) under {}, as it passes the operator. {there} pairs write to each other. A cell has how many of them one means \
         infers. Under each defence rows that name both people give {named} of them as well.",
        story.title, story.name, design.title,
    ));
    screen.blank();
    let columns = [
        vec![Column::Share(1)],
        vec![Column::Fixed(7); MEANS.len()],
        vec![Column::Fixed(8), Column::Fixed(6)],
    ]
    .concat();
    let heads = ["DEFENCE", "ADDRESS", "LINK", "SIZE", "RECEIPT", "TIMES", "MESSAGES", "KiB"];
    let table = Table::headed(&columns, heads.map(str::to_owned).to_vec());
    screen.heads(&table);
    for row in rows {
        let found =
            MEANS.map(|means| row.of(means).map_or_else(|| "-".to_owned(), |found| found.right.to_string()));
        let cost = [grouped(row.messages.into()), grouped((row.bytes / 1_024).into())];
        screen.row(&table, &[vec![row.defence.wording().to_owned()], found.to_vec(), cost.to_vec()].concat());
    }
    screen.say_in(
        Weight::Dim,
        "Link: the connection without a name. Times: statistics over many messages. A dash: the rows have nothing for that \
         means to rest on. The story's network takes as long over Tor as otherwise, which the real one \
         does not.",
    );
    if let Some(cost) = cost(rows) {
        screen.say(&cost);
    }
    let control =
        rows.iter().flat_map(|row| &row.found).filter(|found| found.means == Means::Statistics.as_str());
    let most = control.map(|found| found.shuffled_right).max().unwrap_or(0);
    let most = match most {
        0 => "none of the pairs".to_owned(),
        1 => "at most 1 pair".to_owned(),
        many => format!("at most {many} pairs"),
    };
    screen.say(&format!(
        "Control: on rows whose recipients were exchanged, statistics find {most} in any row."
    ));
    screen.into_text()
}

/// Describes the cost to senders in one sentence: when they learn that a text has arrived, in the first row and in
/// each row that differs from it.
fn cost(rows: &[Bought]) -> Option<String> {
    let first = rows.first()?;
    let differs = |row: &&Bought| {
        let (ours, theirs) = (first.told.median_ms, row.told.median_ms);
        ours.zip(theirs).is_none_or(|(ours, theirs)| theirs / 2 > ours)
    };
    let says = |row: &Bought| {
        let ReceiptTimes { shown, told, median_ms, most_ms, longest_ms } = row.told;
        let when = median_ms.zip(most_ms).zip(longest_ms).map_or_else(
            || "never".to_owned(),
            |((median, most), longest)| {
                let (median, most, longest) = (time(median), time(most), time(longest));
                format!("after {median} (median; 19 of 20 within {most}, the last after {longest})")
            },
        );
        let not = shown.saturating_sub(told);
        let not = if not > 0 && told > 0 { format!(", and of {not} not at all") } else { String::new() };
        format!("{}, {when}{not}", row.defence.wording())
    };
    let others: Vec<String> = rows.iter().skip(1).filter(differs).map(says).collect();
    let others = if others.is_empty() { String::new() } else { format!("; {}", others.join("; ")) };
    Some(format!("Senders are told that a text has arrived: {}{others}.", says(first)))
}

/// Formats a time in the unit that a person would use.
fn time(ms: u64) -> String {
    match ms {
        0..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} min", (ms + 30_000) / 60_000),
    }
}
