//! Defences: padding, late receipts, no receipts and Tor, the inference that each prevents, and their costs.
//!
//! Each row is a world of its own, from the same story and seed. The observer is the operator, which sees all traffic.
//! Pairs that rows name are counted apart. Addresses and connections are used for messages without a sender only, and
//! times and sizes for all messages.

use pillarbox_access::design::Design;
use pillarbox_client::{PaddingRule, Receipts};
use pillarbox_metadata::{Kind, Means, Observer, Settings};
use serde::Serialize;

use super::source::world::{self, WorldSourceError};
use super::{Choices, Inquiry};
use crate::columns::{Column, grouped};
use crate::scenario::{AddressKind, Scenario};
use crate::screen::{Screen, Table, Weight};
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
    /// The means, by its word in files.
    pub means: &'static str,
    /// The number of right pairs.
    pub right: u64,
    /// The number of pairs that it named.
    pub named: u64,
    /// The number of right pairs on shuffled rows: the control.
    pub shuffled_right: u64,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bought {
    /// The defence.
    pub defence: Defence,
    /// The number of pairs of people who wrote to each other.
    pub there: u64,
    /// The number of those pairs that a row names.
    pub named: u64,
    /// The result of each means. A means that was not tried has no entry.
    pub found: Vec<Right>,
    /// The number of messages that passed, receipts included.
    pub messages: u64,
    /// The number of their bytes.
    pub bytes: u64,
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
            settings: Settings { seed: story.seed, ..Settings::default() },
            ..Choices::default()
        };
        let inquiry = Inquiry::of(&source, choices)?;
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
            bytes: inquiry.trace.of(Kind::Sent).filter_map(|row| row.bytes).map(u64::from).sum(),
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
         means to rest on. A receipt that is late tells its reader late that a text has \
         arrived; without receipts nobody is told. The story's network takes as long over Tor as otherwise, which the real one \
         does not.",
    );
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
