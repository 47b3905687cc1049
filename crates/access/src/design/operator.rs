//! An operator: its places, its statements about demands and notices, and the source of each statement.
//!
//! Nothing here is measured. A statement is true of its date, and a firm may act differently. If there is no
//! source, the answer is *not known* ([`Stated::NotKnown`]). It is never filled by analogy with another firm or
//! country.

use pillarbox_relay::keeping::span;
use pillarbox_wire::Duration;
use serde::{Deserialize, Serialize};

use crate::country::Country;
use crate::day::Day;
use crate::item::{Item, Reach};
use crate::mark::Mark;
use crate::speaker::Speaker;

/// An operator of a messenger, or of the cloud that stores its backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operator {
    /// The country of its seat; `None` if no source states it.
    pub seat: Option<Country>,
    /// Other countries in which it, or its parent, has an office.
    pub offices: Vec<Country>,
    /// The countries in which its data are stored.
    pub data_in: Vec<Country>,
    /// The countries of its relays, if it has several: one relay for the people of each country. Otherwise one
    /// relay is at the seat.
    pub relays_in: Vec<String>,
    /// Its practice of reporting who writes to whom while it happens.
    pub pen_register: Option<LiveDelivery>,
    /// The items that it says it hands over.
    pub practice: Vec<Practice>,
    /// The items that it has and does not hand over.
    pub withholds: Vec<Withholding>,
    /// The items that it says it does not have.
    pub has_none: Vec<Denial>,
    /// The only items that it hands over, if it says so: everything else is withheld.
    pub hands_over: Option<HandsOver>,
    /// Its answers to a notice that orders it to change its software.
    pub answers_notice: Vec<NoticeAnswer>,
}

/// The practice of reporting who writes to whom while it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveDelivery {
    /// The longest wait for a delivery.
    #[serde(deserialize_with = "span::deserialize")]
    pub every: Duration,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
}

/// An answer to a notice to change the software.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswersNotice {
    /// The operator ships the changed software.
    Complies,
    /// It withdraws the feature that the notice is about, for the people of that country.
    Withdraws,
    /// The operator leaves the country rather than change.
    Leaves,
    /// The operator refuses, and is blocked in the country.
    Refuses,
}

/// One answer to one country, as it was given in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeAnswer {
    /// The country that it was given to.
    pub country: Country,
    /// The answer that the operator gave.
    pub answer: AnswersNotice,
    /// The day on which it was given.
    pub on: Day,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
    /// The mark of the source.
    pub mark: Mark,
}

/// A statement that the operator hands over these items and no others, with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandsOver {
    /// The items that the statement is about.
    pub only: Vec<Item>,
    /// The only circumstance in which it hands them over, as a word that a demand may carry.
    #[serde(default)]
    pub when: Option<String>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
    /// The speaker of the statement.
    #[serde(default)]
    pub by: Speaker,
}

/// The reason that an item which is held is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld<'a> {
    /// The operator's words, or a report of them.
    pub says: &'a str,
    /// The source of the statement.
    pub from: &'a str,
    /// The speaker of the statement.
    pub by: Speaker,
}

/// Items that an operator says it hands over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// The items that the statement is about.
    pub items: Vec<Item>,
    /// The process that is enough, or that it insists on; `None` for the law's usual one.
    #[serde(default)]
    pub reach: Option<Reach>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
}

/// Items that an operator has and does not hand over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// The items that the statement is about.
    pub items: Vec<Item>,
    /// The circumstance in which it does hand them over, as a word that a demand may carry.
    #[serde(default)]
    pub unless: Option<String>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
    /// The speaker of the statement.
    #[serde(default)]
    pub by: Speaker,
}

/// Items that an operator says it does not have. The part of them that its design actually stores is measured, and is
/// shown beside the statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// The items that the statement is about.
    pub items: Vec<Item>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// The source of the statement.
    pub from: String,
}

/// An operator's statement about one item. The same rule selects it for every operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "stated")]
pub enum Stated<'a> {
    /// It says, or is reported to say, that it hands the item over on valid process.
    HandsOver {
        /// The operator's words, or a report of them.
        says: &'a str,
        /// The source of the statement.
        from: &'a str,
    },
    /// It says, or is reported to say, that it does not hand the item over.
    Withholds {
        /// The operator's words, or a report of them.
        says: &'a str,
        /// The source of the statement.
        from: &'a str,
    },
    /// It says, or is reported to say, that it does not have the item.
    HasNone {
        /// The operator's words, or a report of them.
        says: &'a str,
        /// The source of the statement.
        from: &'a str,
    },
    /// No source for this design states it.
    NotKnown,
}

impl Operator {
    /// Returns the same operator without its statements about what it does not hand over. Its answers then contain
    /// everything it has. A thief of its rows has as much, and so has a court that it obeys.
    #[must_use]
    pub fn holding_nothing_back(&self) -> Self {
        Self { withholds: Vec::new(), hands_over: None, ..self.clone() }
    }

    /// Returns the process at which this operator hands over `item`.
    #[must_use]
    pub fn reach(&self, item: Item) -> Reach {
        let practice = self.practice.iter().find(|practice| practice.items.contains(&item));
        practice.and_then(|practice| practice.reach).unwrap_or_else(|| item.reach())
    }

    /// Returns the reason that this operator does not hand over `item` in a case with these circumstances. Returns
    /// nothing if it hands the item over.
    #[must_use]
    pub fn withholding(&self, item: Item, circumstances: &[&str]) -> Option<Withheld<'_>> {
        let holds = |word: &Option<String>| word.as_deref().is_none_or(|word| circumstances.contains(&word));
        let only = self.hands_over.as_ref().filter(|over| !(over.only.contains(&item) && holds(&over.when)));
        let named = self.withholds.iter().find(|withheld| {
            withheld.items.contains(&item) && (withheld.unless.is_none() || !holds(&withheld.unless))
        });
        named
            .map(|withheld| Withheld { says: &withheld.says, from: &withheld.from, by: withheld.by })
            .or(only.map(|over| Withheld { says: &over.says, from: &over.from, by: over.by }))
    }

    /// Returns this operator's statement about `item`, in a case with these circumstances.
    #[must_use]
    pub fn stated(&self, item: Item, circumstances: &[&str]) -> Stated<'_> {
        if let Some(Withheld { says, from, .. }) = self.withholding(item, circumstances) {
            return Stated::Withholds { says, from };
        }
        if let Some(Practice { says, from, .. }) = self.practice.iter().find(|it| it.items.contains(&item)) {
            return Stated::HandsOver { says, from };
        }
        if let Some(Denial { says, from, .. }) = self.has_none.iter().find(|it| it.items.contains(&item)) {
            return Stated::HasNone { says, from };
        }
        // A closed list contains every item that it does not withhold.
        match &self.hands_over {
            Some(HandsOver { says, from, .. }) => Stated::HandsOver { says, from },
            None => Stated::NotKnown,
        }
    }

    /// Returns the latest answer to a notice of `country`, or nothing if no source reports one. An answer to
    /// another country does not count.
    #[must_use]
    pub fn answer_to_notice(&self, country: Country) -> Option<&NoticeAnswer> {
        let given_to = |given: &&NoticeAnswer| {
            given.country == country || (given.country == Country::EU && country.is_in_european_union())
        };
        self.answers_notice.iter().filter(given_to).max_by_key(|given| given.on)
    }

    /// Returns the country of each relay. If no source names any, it returns one relay at the seat, whose country may
    /// be unknown.
    #[must_use]
    pub fn relays(&self) -> Vec<Option<String>> {
        if self.relays_in.is_empty() {
            return vec![self.seat.map(|seat| seat.to_string())];
        }
        self.relays_in.iter().cloned().map(Some).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice(items: &[Item]) -> Practice {
        Practice { items: items.to_vec(), reach: None, says: "we do".into(), from: "a test".into() }
    }

    #[test]
    fn one_rule_tells_what_every_operator_says() {
        let silent = Operator::default();
        assert_eq!(silent.stated(Item::Email, &[]), Stated::NotKnown);
        assert_eq!(silent.reach(Item::Email), Item::Email.reach());

        let open = Operator { practice: vec![practice(&[Item::Email])], ..Operator::default() };
        assert_eq!(open.stated(Item::Email, &[]), Stated::HandsOver { says: "we do", from: "a test" });
        assert_eq!(open.stated(Item::MessageContent, &[]), Stated::NotKnown);
        assert_eq!(open.reach(Item::Email), Item::Email.reach(), "the law's usual process");

        let denial = Denial { items: vec![Item::GroupInfo], says: "none here".into(), from: "a test".into() };
        let without = Operator { has_none: vec![denial], ..Operator::default() };
        assert_eq!(
            without.stated(Item::GroupInfo, &[]),
            Stated::HasNone { says: "none here", from: "a test" }
        );

        let closed = HandsOver {
            only: vec![Item::IpAddress],
            when: Some("that-kind".into()),
            says: "this alone".into(),
            from: "a test".into(),
            by: Speaker::Operator,
        };
        let closed = Operator { hands_over: Some(closed), ..Operator::default() };
        let withholds = Stated::Withholds { says: "this alone", from: "a test" };
        assert_eq!(closed.stated(Item::IpAddress, &[]), withholds);
        assert_eq!(closed.stated(Item::MessageContent, &["that-kind"]), withholds);
        let hands_over = Stated::HandsOver { says: "this alone", from: "a test" };
        assert_eq!(closed.stated(Item::IpAddress, &["that-kind"]), hands_over);
    }

    #[test]
    fn words_are_nobodys_own_unless_the_file_says_so() {
        let by = |line: &str| {
            let file = format!("only = [\"ip_address\"]\nsays = \"this\"\nfrom = \"a chart\"\n{line}");
            toml::from_str::<HandsOver>(&file).unwrap().by
        };
        assert_eq!(by(""), Speaker::Others);
        assert_eq!(by("by = \"operator\""), Speaker::Operator);
        let over = HandsOver {
            by: Speaker::Operator,
            ..toml::from_str("only = []\nsays = \"\"\nfrom = \"\"").unwrap()
        };
        let operator = Operator { hands_over: Some(over), ..Operator::default() };
        assert_eq!(
            operator.withholding(Item::Email, &[]).map(|withheld| withheld.by),
            Some(Speaker::Operator)
        );
    }

    #[test]
    fn an_answer_to_one_country_is_none_to_another_and_the_latest_counts() {
        let given = |country, answer, on| NoticeAnswer {
            country,
            answer,
            on,
            says: "so".into(),
            from: "a test".into(),
            mark: Mark::Confirmed,
        };
        let operator = Operator {
            answers_notice: vec![
                given(Country::GB, AnswersNotice::Withdraws, Day::new(2025, 2, 21)),
                given(Country::GB, AnswersNotice::Leaves, Day::new(2023, 2, 24)),
            ],
            ..Operator::default()
        };
        let answer = operator.answer_to_notice(Country::GB).map(|given| given.answer);
        assert_eq!(answer, Some(AnswersNotice::Withdraws));
        assert_eq!(operator.answer_to_notice(Country::US), None);
    }

    #[test]
    fn one_relay_stands_at_the_seat_unless_the_file_names_several() {
        assert_eq!(Operator::default().relays(), [None]);
        let seated = Operator { seat: Some(Country::US), ..Operator::default() };
        assert_eq!(seated.relays(), [Some("US".to_owned())]);
        let two = Operator { relays_in: vec!["SG".into(), "CN".into()], ..seated };
        assert_eq!(two.relays(), [Some("SG".to_owned()), Some("CN".to_owned())]);
    }
}
