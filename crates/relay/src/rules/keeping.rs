//! The rule of this relay's design on what it keeps, as data: every part below is a number or a switch, and no code
//! asks for a design's name.
//!
//! Seeing a field is not keeping it. A relay sees every field of every frame. This rule decides what is stored, how
//! exactly and for how long. The store gets the rule with each row, and the inventory prints it.

mod accounts;
pub mod span;

use pillarbox_wire::{AccountId, DepositKind, Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// The exactness with which a time is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// The time is not kept.
    Nothing,
    /// Only the day (UTC) is kept.
    Day,
    /// The time is kept exactly, to the millisecond.
    Exact,
}

impl Granularity {
    /// Reduces `time` to the part that is stored.
    #[must_use]
    pub const fn of(self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Nothing => None,
            Self::Day => Some(time.day()),
            Self::Exact => Some(time),
        }
    }
}

/// An event that a relay sees, whether or not it writes it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Logged {
    /// An account was created.
    Registered,
    /// A device connected under its name.
    Connected,
    /// Somebody asked the directory for a number.
    LookedUp,
    /// Somebody fetched the keys that are needed to write to an account for the first time.
    Fetched,
    /// A message was accepted.
    Sent,
    /// A device acknowledged a message.
    Delivered,
    /// A phone changed its deposits or its prekeys, or another phone registered the number and replaced the keys.
    Changed,
    /// Somebody read a channel.
    Read,
}

impl Logged {
    /// Every kind of event that a relay sees.
    pub const ALL: [Self; 8] = [
        Self::Registered,
        Self::Connected,
        Self::LookedUp,
        Self::Fetched,
        Self::Sent,
        Self::Delivered,
        Self::Changed,
        Self::Read,
    ];

    /// Returns the kind's name in files and tables, as serde writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Connected => "connected",
            Self::LookedUp => "looked-up",
            Self::Fetched => "fetched",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Changed => "changed",
            Self::Read => "read",
        }
    }

    /// Returns the kind's noun in a sentence, in the plural.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Registered => "registrations",
            Self::Connected => "connections",
            Self::LookedUp => "look-ups of a number",
            Self::Fetched => "fetches of prekeys",
            Self::Sent => "accepted messages",
            Self::Delivered => "deliveries",
            Self::Changed => "changes of what is deposited",
            Self::Read => "readings of a channel",
        }
    }

    /// Returns the kind that has this name in files and tables.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

/// One rule of the log: the kind of event, the accounts that it concerns, and the retention of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogRule {
    /// The kind of event.
    pub what: Logged,
    /// The time for which the row is kept: `"30 days"`, or milliseconds.
    #[serde(deserialize_with = "span::deserialize")]
    pub keep: Duration,
    /// True if the row holds the internet address that the event came from.
    #[serde(default)]
    pub address: bool,
    /// The accounts to which the rule is limited: events by them or about them. An empty list means everybody. Each
    /// account is written as its 32 hexadecimal digits.
    #[serde(default, with = "accounts")]
    pub only: Vec<AccountId>,
}

/// The rule by which a relay keeps rows. [`Default`] is [`Keeping::LEAST`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keeping {
    /// The time for which a message waits for a device that does not connect: `"30 days"`, or milliseconds.
    #[serde(deserialize_with = "span::deserialize")]
    pub undelivered: Duration,
    /// The time for which a message is kept after its device acknowledged it, payload included. If it is absent,
    /// the row is deleted at once.
    #[serde(deserialize_with = "span::deserialize_option")]
    pub delivered: Option<Duration>,
    /// The exactness of the time at which a device was last connected.
    pub last_seen: Granularity,
    /// The precision of the time at which an account was created.
    pub registered: Granularity,
    /// True if the row of a message names the sender, where the sender's connection had a name. If it is false, the
    /// recipient is not told the sender either, because the relay has no record of it.
    pub sender: bool,
    /// True if the device row contains the internet address that the device last connected from.
    pub last_address: bool,
    /// The kinds of deposit that the relay accepts. It keeps a deposit until its owner withdraws it or the account
    /// is closed. Other kinds are refused.
    pub deposits: Vec<DepositKind>,
    /// The events that the relay writes into its log.
    pub log: Vec<LogRule>,
    /// True if numbers can be looked up.
    pub directory: bool,
    /// True if the relay has public channels.
    pub channels: bool,
    /// True if the relay stamps messages of named senders, so that it can check a recipient's report.
    pub stamps: bool,
    /// True if it writes every account's keys, as digests, into a public log that only grows, so that phones and
    /// everybody can check what the directory says.
    #[serde(skip_serializing_if = "is_off")]
    pub directory_log: bool,
    /// True if the operator manages the members of groups: phones ask for each change, and believe what the relay says
    /// of who is in.
    #[serde(skip_serializing_if = "is_off")]
    pub groups: bool,
    /// The time for which an attachment is kept: `"30 days"`, or milliseconds. If it is absent, the relay takes no
    /// attachments.
    #[serde(deserialize_with = "span::deserialize_option", skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Duration>,
}

/// True for a switch that is off. A switch added later is written only if it is on: the text of a rule without it
/// is unchanged.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over so")]
const fn is_off(switch: &bool) -> bool {
    !*switch
}

impl Keeping {
    /// The minimum that a relay keeps. Rows are deleted when they are acknowledged, and undelivered rows after 30 days.
    /// The day of the last connection and the time of registration are kept. These are the two facts about an account
    /// that Signal's published responses to subpoenas return (signal.org/bigbrother).
    pub const LEAST: Self = Self {
        undelivered: Duration::from_days(30),
        delivered: None,
        last_seen: Granularity::Day,
        registered: Granularity::Exact,
        sender: true,
        last_address: false,
        deposits: Vec::new(),
        log: Vec::new(),
        directory: true,
        channels: false,
        stamps: false,
        directory_log: false,
        groups: false,
        attachments: None,
    };

    /// A server that keeps its users' history: delivered messages are kept for a year, and so are exact times and
    /// the last internet address.
    pub const HISTORY: Self = Self {
        undelivered: Duration::from_days(365),
        delivered: Some(Duration::from_days(365)),
        last_seen: Granularity::Exact,
        registered: Granularity::Exact,
        sender: true,
        last_address: true,
        deposits: Vec::new(),
        log: Vec::new(),
        directory: true,
        channels: false,
        stamps: false,
        directory_log: false,
        groups: false,
        attachments: None,
    };
}

impl Default for Keeping {
    fn default() -> Self {
        Self::LEAST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_tells_no_hour() {
        let afternoon = Timestamp(1_490_193_607_123);
        assert_eq!(Granularity::Nothing.of(afternoon), None);
        assert_eq!(Granularity::Day.of(afternoon), Some(Timestamp(1_490_140_800_000)));
        assert_eq!(Granularity::Exact.of(afternoon), Some(afternoon));
    }

    #[test]
    fn what_is_kept_is_plain_data() {
        for keeping in [Keeping::LEAST, Keeping::HISTORY] {
            let text = serde_json::to_string(&keeping).unwrap();
            assert_eq!(serde_json::from_str::<Keeping>(&text).unwrap(), keeping);
        }
        assert_eq!(serde_json::from_str::<Keeping>("{}").unwrap(), Keeping::default());
        assert!(serde_json::from_str::<Keeping>(r#"{"forever":true}"#).is_err());
        // The text that a relay of the first layout wrote into its database.
        let earlier = r#"{"undelivered":2592000000,"delivered":null,"last_seen":"day","registered":"exact",
            "sender":true,"last_address":false}"#;
        assert_eq!(serde_json::from_str::<Keeping>(earlier).unwrap(), Keeping::LEAST);
        // A switch added later is shown only where it is on.
        assert!(!serde_json::to_string(&Keeping::LEAST).unwrap().contains("directory_log"));
        assert!(!serde_json::to_string(&Keeping::LEAST).unwrap().contains("groups"));
        assert!(!serde_json::to_string(&Keeping::LEAST).unwrap().contains("attachments"));
        let attachments = Some(Duration::from_days(30));
        let logging = Keeping { directory_log: true, groups: true, attachments, ..Keeping::LEAST };
        let text = serde_json::to_string(&logging).unwrap();
        assert_eq!(serde_json::from_str::<Keeping>(&text).unwrap(), logging);
    }

    #[test]
    fn a_rule_as_people_write_it_is_the_rule_as_programs_write_it() {
        let written = r#"{"undelivered":"7 days","delivered":"1 year","deposits":["push-token"],
            "log":[{"what":"looked-up","keep":"90 days","only":["01010101010101010101010101010101"]}]}"#;
        let keeping = serde_json::from_str::<Keeping>(written).unwrap();
        assert_eq!(keeping.delivered, Some(Duration::from_days(365)));
        assert_eq!(keeping.deposits, [DepositKind::PushToken]);
        let only = vec![AccountId([1; 16])];
        let rule = LogRule { what: Logged::LookedUp, keep: Duration::from_days(90), address: false, only };
        assert_eq!(keeping.log, [rule]);
        let again = serde_json::to_string(&keeping).unwrap();
        assert_eq!(serde_json::from_str::<Keeping>(&again).unwrap(), keeping);
        for wrong in [
            r#"{"undelivered":"7"}"#,
            r#"{"undelivered":-1}"#,
            r#"{"log":[{"what":"looked-up","keep":"1 day","only":["0101"]}]}"#,
            r#"{"log":[{"what":"breathed","keep":"1 day"}]}"#,
        ] {
            assert!(serde_json::from_str::<Keeping>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_event_has_one_word() {
        for what in Logged::ALL {
            assert_eq!(Logged::named(what.as_str()), Some(what));
            assert_eq!(serde_json::to_string(&what).unwrap(), format!("\"{}\"", what.as_str()));
        }
    }
}
