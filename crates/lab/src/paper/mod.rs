//! A demand and its answer as a paper: what was returned, what is held and unreadable, and in a few lines what is
//! not held.
//!
//! Every paper of this program is composed here, whichever party was asked: a relay's folder
//! ([`folder`](crate::folder)), a story ([`story`]), or the two relays of the demonstration.

pub mod ends;
pub(crate) mod short;
pub mod story;

use pillarbox_access::demand::Demand;
use pillarbox_access::law::{self, Country, Day};
use pillarbox_access::reading;
use pillarbox_access::served::ItemLine;
use pillarbox_access::{Blank, Item, ItemAnswer};
use pillarbox_text::columns::Column;
use pillarbox_text::count::counted;

use crate::english::capital;
use crate::evidence::Evidence;
use crate::screen::{Screen, Table, Weight};

/// The heading of returned data.
const CAME_BACK: &str = "CAME BACK";
/// The heading of what the operator has and does not hand over.
const KEPT_BACK: &str = "HELD, NOT HANDED OVER";
/// The heading of data that is held and unreadable.
const CLOSED: &str = "DID NOT COME BACK";

/// The line of something that the design's sources do not mention.
const NOT_KNOWN: &str = "not known for this design: no source says whether it is held";

/// The columns of a paper: asked, returned.
pub const COLUMNS: [Column; 2] = [Column::Fixed(26), Column::Share(1)];

/// The part of a paper that a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The item was returned.
    Returned,
    /// It is held, and the operator does not hand it over.
    KeptBack,
    /// It is held and stays closed, or it could only be obtained in another way.
    Closed,
    /// The item was asked for, and nothing of the kind is held.
    NotHeld,
    /// The demand does not reach it.
    NotReached,
}

/// One line of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperLine {
    /// The item, if the line is about one.
    pub item: Option<Item>,
    /// The question in words.
    pub asked: String,
    /// The answer in words.
    pub says: String,
    /// Its part of the paper.
    pub standing: Standing,
    /// The reason under which it is counted if nothing is held.
    pub fold: &'static str,
    /// The number of entries that were returned, or that are held and kept back.
    pub entries: u64,
    /// The number of existing entries, readable or not.
    pub rows: u64,
}

impl Standing {
    /// Returns true for data that somebody has, whether or not it was returned.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Returned | Self::KeptBack | Self::Closed)
    }
}

/// Items that are identifiers of people. If a name replaced them, they would not be what was returned.
const IDENTIFIERS: [Item; 5] = [
    Item::PhoneNumber,
    Item::AccountRecord,
    Item::BasicSubscriberRecord,
    Item::RegistrationData,
    Item::UserIdentifier,
];

impl PaperLine {
    /// Returns the answer with the story's names instead of numbers and accounts.
    pub(crate) fn in_names(&self, evidence: &Evidence) -> String {
        match self.item {
            Some(item) if IDENTIFIERS.contains(&item) => self.says.clone(),
            _ => evidence.in_names(&self.says),
        }
    }

    /// Returns the line of one item.
    #[must_use]
    pub fn of(item: Item, answer: &ItemAnswer) -> Self {
        Self {
            item: Some(item),
            asked: item.wording().to_owned(),
            says: in_words(item, answer, usize::MAX),
            standing: match answer {
                ItemAnswer::Returned { .. } => Standing::Returned,
                ItemAnswer::NoneHeld { .. } => Standing::NotHeld,
                ItemAnswer::NotCovered => Standing::NotReached,
                ItemAnswer::Withheld { .. } => Standing::KeptBack,
                _ => Standing::Closed,
            },
            fold: match answer {
                ItemAnswer::NoneHeld { reason } => fold(reason),
                _ => "",
            },
            entries: match answer {
                ItemAnswer::Returned { count, .. } | ItemAnswer::Withheld { count, .. } => *count,
                _ => 0,
            },
            rows: answer.held(),
        }
    }

    /// Returns the lines of a whole answer.
    #[must_use]
    pub fn of_each(lines: &[ItemLine]) -> Vec<Self> {
        lines.iter().map(|line| Self::of(line.item, &line.answer).known(line.was_known)).collect()
    }

    /// Returns the line with a note if the demand itself named what was returned. Nothing was learned in this case,
    /// and it is not counted.
    #[must_use]
    pub(crate) fn known(mut self, was_known: bool) -> Self {
        if was_known && self.standing == Standing::Returned {
            self.says.push_str(KNOWN);
        }
        self
    }

    /// Returns the question in as few words as distinguish it from others. Messages are counted together with receipts,
    /// which texts are not.
    pub(crate) fn label(&self) -> String {
        let messages = match self.item {
            Some(Item::MessageContent) => "what messages say",
            Some(Item::DeliveredMessages) => "delivered messages",
            Some(Item::MessageTimes) => "times of messages",
            Some(Item::MessageSourceDestination) => "who wrote to whom",
            _ => "",
        };
        match self.rows {
            2.. if !messages.is_empty() => format!("{messages} ({} with receipts)", self.rows),
            // The part after a comma explains the rest.
            _ => self.asked.split(',').next().unwrap_or(&self.asked).to_owned(),
        }
    }

    /// Returns true if another line covers the same thing in more detail. A thing that was found under one name is not
    /// missing because another name for it finds nothing. A collective name is covered by its parts.
    fn is_told_by_another(&self, lines: &[Self]) -> bool {
        let Some(item) = self.item else { return false };
        let Some(thing) = item.thing() else { return true };
        // The least exact word for a thing is the thing's own name.
        let rank = |line: &Self, item: Item| (line.standing, item == thing);
        let own = rank(self, item);
        let is_better = |other: &Self| {
            other.item.is_some_and(|other_item| {
                other_item.thing() == Some(thing) && (rank(other, other_item), other_item) < (own, item)
            })
        };
        lines.iter().any(is_better)
    }

    /// Returns true if another line says the same, and was returned or kept back as this one is. A collective item is
    /// answered by its parts, and the date of a registration by its time.
    pub(crate) fn is_repeated_in(&self, lines: &[Self]) -> bool {
        let Some(item) = self.item else { return false };
        let says_it = |other: &Self| {
            (other.standing == Standing::Returned
                || (other.standing, self.standing) == (Standing::KeptBack, Standing::KeptBack))
                && other.entries >= self.entries
                && other.item.is_some_and(|other| !other.is_several() && other.contains().contains(&item))
        };
        item.is_several() || lines.iter().any(says_it)
    }
}

/// Returns the lines of one part of the paper, one for each thing that was asked for.
pub(crate) fn once_each(lines: &[PaperLine], standing: Standing) -> Vec<&PaperLine> {
    lines.iter().filter(|line| line.standing == standing && !line.is_told_by_another(lines)).collect()
}

/// Items that count messages, where nobody can tell whether a message is a text.
const MESSAGES: [Item; 3] = [Item::MessageTimes, Item::MessageSourceDestination, Item::DeliveredMessages];

/// Appended to returned data that was known before.
const KNOWN: &str = " (the demand names it)";

/// Describes an answer in words, with at most `most` of the returned lines. Messages are counted together with
/// receipts. If the lines show which are receipts, so does the count.
pub(crate) fn in_words(item: Item, answer: &ItemAnswer, most: usize) -> String {
    match answer {
        ItemAnswer::Returned { count, lines } => {
            let mut shown: Vec<String> = Vec::new();
            let receipts = lines.iter().filter(|line| reading::is_receipt(line)).count();
            if *count > 1 {
                shown.push(match receipts {
                    0 if MESSAGES.contains(&item) => format!("returned {count}, receipts included:"),
                    0 => format!("returned {count}:"),
                    1 => format!("returned {count}, 1 of them a receipt:"),
                    receipts => format!("returned {count}, {receipts} of them receipts:"),
                });
            }
            shown.extend(lines.iter().take(most).cloned());
            if lines.len() > most {
                shown.push(format!("and {} more", lines.len() - most));
            }
            shown.join("\n")
        }
        other => other.to_string(),
    }
}

/// Writes the heading of a paper: the demand, the person whom it is about, and the powers on which it rests on the day
/// `on`.
pub fn heading(screen: &mut Screen, name: &str, about: &str, demand: Option<&Demand>, on: Day) {
    screen.title(&format!("DEMAND: {name}, about {about}"));
    if let Some(demand) = demand {
        legal_names(screen, demand, on);
    }
}

/// Writes the demand in one phrase, and the powers on which it rests in two countries on a day.
pub fn legal_names(screen: &mut Screen, demand: &Demand, on: Day) {
    screen.say(&format!("{}.", capital(demand.plain)));
    for power in [Country::GB, Country::US].into_iter().flat_map(|country| powers(demand, country, on)) {
        screen.say(&power);
    }
}

/// Returns the powers of a country on the newest day that was checked, and the powers that came later, a sentence each.
#[must_use]
pub fn powers(demand: &Demand, country: Country, on: Day) -> Vec<String> {
    let now = law::powers(demand.name, country, on).into_iter();
    let now = now.map(|power| format!("{}: {}.", as_checked(country, on), power.phrase(on)));
    let later = law::not_yet(demand.name, country, on).into_iter().map(|power| {
        let from = power.from.map_or_else(String::new, |from| format!(", from {from}"));
        format!("{}, not yet: {}{from}.", country.name(), power.phrase(on))
    });
    now.chain(later).collect()
}

/// Returns the country and the day on which somebody checked its law. The demand need not be of that day.
pub(crate) fn as_checked(country: Country, on: Day) -> String {
    format!("{}, law as checked on {on}", country.name())
}

/// Writes the lines of a paper: first what was returned, then what is held and unreadable. Items that are not held are
/// counted by reason. Lines about `always` are printed in full whatever their result, because the question was about
/// them.
pub fn lines(screen: &mut Screen, lines: &[PaperLine], always: &[Item]) {
    let is_asked_about = |line: &PaperLine| line.item.is_some_and(|item| always.contains(&item));
    for (heading, standing) in
        [(CAME_BACK, Standing::Returned), (KEPT_BACK, Standing::KeptBack), (CLOSED, Standing::Closed)]
    {
        let shown = lines.iter().filter(|line| line.standing == standing && !line.is_repeated_in(lines));
        section(screen, heading, shown);
    }
    let not_held = |line: &&PaperLine| line.standing == Standing::NotHeld;
    section(screen, "NOT HELD", lines.iter().filter(not_held).filter(|line| is_asked_about(line)));
    let once = once_each(lines, Standing::NotHeld).into_iter();
    let others: Vec<&PaperLine> = once.filter(|line| !is_asked_about(line)).collect();
    let not_reached = once_each(lines, Standing::NotReached).len();
    if !others.is_empty() {
        screen.title("ASKED AND NOT HELD");
        screen.say(&folded(&others, usize::MAX));
        screen.say_in(Weight::Dim, "--json names each, and why.");
    }
    if not_reached > 0 {
        screen.blank();
        screen.say_in(Weight::Dim, &format!("Not reached by this demand: {}.", kinds(not_reached)));
    }
}

/// Counts lines that say that nothing is held, by their reason, the commonest first. At most `reasons_shown`
/// reasons are listed separately.
#[must_use]
pub fn folded(not_held: &[&PaperLine], reasons_shown: usize) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for line in not_held {
        match reasons.iter_mut().find(|(reason, _)| *reason == line.fold) {
            Some((_, count)) => *count += 1,
            None => reasons.push((line.fold, 1)),
        }
    }
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others: usize = reasons.iter().skip(reasons_shown).map(|(_, count)| count).sum();
    if others > 0 {
        reasons.truncate(reasons_shown);
        reasons.push((OTHER_REASONS, others));
    }
    let counted = reasons.iter().map(|(reason, count)| format!("{reason} {count}"));
    format!("{}: {}.", kinds(not_held.len()), counted.collect::<Vec<_>>().join(" · "))
}

/// Formats a number of kinds of data.
#[must_use]
pub fn kinds(count: usize) -> String {
    counted(count, "kind of data", "kinds of data")
}

/// Represents the reasons that are not listed separately.
const OTHER_REASONS: &str = "other reasons";

/// Returns the reason for a blank line, in as few words as distinguish it from others.
const fn fold(blank: &Blank) -> &'static str {
    match blank {
        Blank::NoSuchAccount | Blank::LookedUpInVain { .. } => "no such account",
        Blank::NotWrittenDown => "never written down",
        Blank::Deleted { .. } | Blank::GoneOnDelivery => "deleted on delivery",
        Blank::NonePassed => "no message passed",
        Blank::NoneDelivered => "none delivered yet",
        Blank::NoneOfThisAccount => "none of this account",
        Blank::NoSuchThing => "no such thing in this messenger",
        Blank::NotTaken { .. } => "not taken from phones",
        Blank::NoneLeft { .. } | Blank::NoneLeftAbout { .. } => "left by no phone",
        Blank::SeenNotKept { .. } => "seen, not kept",
        Blank::NoneLogged { .. } => "nothing logged",
        Blank::NothingJoinsIt => "joined to nothing",
        Blank::NoChannelOpened | Blank::NothingPublished => "nothing published",
        Blank::NoGroup => "in no group",
        Blank::ClosedAndLogged { .. } => "account closed",
        _ => OTHER_REASONS,
    }
}

fn section<'l>(screen: &mut Screen, heading: &str, lines: impl Iterator<Item = &'l PaperLine>) {
    let table = Table::new(&COLUMNS);
    for (position, line) in lines.enumerate() {
        if position == 0 {
            screen.title(heading);
        }
        screen.row(&table, &[line.asked.clone(), line.says.clone()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::plain;
    use pillarbox_text::wrap::WIDTH;

    fn returned(item: Item, lines: &[&str]) -> PaperLine {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        PaperLine::of(item, &ItemAnswer::of(lines, Blank::NotWrittenDown))
    }

    #[test]
    fn a_thing_is_counted_once_whatever_words_ask_for_it() {
        let not_held = |item| PaperLine::of(item, &ItemAnswer::of(Vec::new(), Blank::NotWrittenDown));
        let asked = [
            not_held(Item::UserProfile),
            not_held(Item::RegisteredAt),
            returned(Item::RegisteredDate, &["2017-03-20"]),
            not_held(Item::IpLog),
            not_held(Item::IpAddress),
            PaperLine::of(Item::MessageTimes, &ItemAnswer::NotCovered),
            PaperLine::of(Item::MessageCount, &ItemAnswer::NotCovered),
            PaperLine::of(Item::UsageInfo, &ItemAnswer::NotCovered),
        ];
        let of =
            |standing| once_each(&asked, standing).iter().filter_map(|line| line.item).collect::<Vec<_>>();
        assert_eq!(of(Standing::NotHeld), [Item::IpLog], "a date is told, and its time is not missing");
        assert_eq!(of(Standing::NotReached), [Item::MessageTimes]);
        assert_eq!(of(Standing::Returned), [Item::RegisteredDate]);
    }

    #[test]
    fn what_was_known_says_so_and_messages_are_counted_with_receipts() {
        let number = returned(Item::PhoneNumber, &["+447700900101"]);
        assert_eq!(number.clone().known(true).says, "+447700900101 (the demand names it)");
        assert_eq!(number.known(false).says, "+447700900101");
        let times = |lines: &[&str]| returned(Item::MessageTimes, lines).label();
        assert_eq!(times(&["14:00"]), "date and time of each message");
        assert_eq!(times(&["14:00", "14:01"]), "times of messages (2 with receipts)");
        assert_eq!(returned(Item::IpLog, &["a", "b"]).label(), Item::IpLog.wording());
    }

    #[test]
    fn what_came_back_stands_once_and_what_did_not_is_counted() {
        let mut screen = Screen::new(WIDTH);
        lines(
            &mut screen,
            &[
                returned(Item::BasicSubscriberRecord, &["telephone number: +447700900101"]),
                returned(Item::RegisteredAt, &["2017-03-20 08:00:00 UTC"]),
                returned(Item::RegisteredDate, &["2017-03-20 (day only)"]),
                returned(Item::MessageTimes, &["14:00", "14:01"]),
                returned(Item::MessageSourceDestination, &["14:00: a to b"]),
                returned(Item::Name, &[]),
                returned(Item::Email, &[]),
                PaperLine::of(Item::Cookies, &ItemAnswer::of(Vec::new(), Blank::NoSuchThing)),
                PaperLine::of(Item::Voicemail, &ItemAnswer::of(Vec::new(), Blank::NoSuchThing)),
                PaperLine::of(Item::PushToken, &ItemAnswer::NotCovered),
                PaperLine::of(
                    Item::MessageContent,
                    &ItemAnswer::HeldUnreadable { count: 2, private_keys: 1, public_values: 3 },
                ),
            ],
            &[Item::Name],
        );
        insta::assert_snapshot!(plain(&screen.into_text()), @r"
        CAME BACK
        ---------
        date and time of            2017-03-20 08:00:00 UTC
          registration
        date and time of each       returned 2, receipts included:
          message                   14:00
                                    14:01
        who wrote to whom, message  14:00: a to b
          by message

        DID NOT COME BACK
        -----------------
        what the messages say       held but unreadable: 2. Not opened by any of the
                                      relay's 1 private keys, nor by its 3 public values
                                      tried as keys

        NOT HELD
        --------
        name of the holder          none held: the relay does not write this down

        ASKED AND NOT HELD
        ------------------
        3 kinds of data: no such thing in this messenger 2 · never written down 1.
        --json names each, and why.

        Not reached by this demand: 1 kind of data.
        ");
    }
}
