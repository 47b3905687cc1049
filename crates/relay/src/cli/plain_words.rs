//! The inventory in the words of somebody who has never seen a database: what this relay keeps, and what it only sees.
//!
//! Every phrase represents fields of the inventory, and is printed for as long as the inventory says that they are
//! kept. A field without a phrase is printed by its name, so that a new column is never left out.

use pillarbox_relay::inventory::{InventoryLine, KeptFor};
use pillarbox_relay::keeping::span::words as span;
use pillarbox_relay::{Keeping, LogRule, Logged};
use pillarbox_wire::inventory::{Class, FrameDirection};

/// Something that is kept, with the time for which it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptItem {
    /// The kept data, as the end of a sentence that begins "It keeps".
    pub(crate) what: String,
    /// The time for which it is kept.
    pub(crate) how_long: String,
}

/// Kinds of data that the relay sees. A kind counts as only seen if the relay keeps none of its fields anywhere.
const SEEN: &[(&[(&str, &str)], &str)] = &[
    (&[("Passing", "peer")], "the internet address of each connection"),
    (&[("LookUp", "handle")], "who looks for which number"),
    (&[("FetchBundles", "account")], "whose keys are asked for"),
    (&[("MessageRow", "sender")], "who sends a message"),
    (&[("MessageRow", "delivered_at"), ("Acknowledge", "messages")], "when a message is fetched"),
];

/// Lists what the relay of this inventory keeps about people. Only the inventory lists counters, the log on stderr and
/// metrics.
pub(crate) fn kept(lines: &[InventoryLine], keeping: &Keeping) -> Vec<KeptItem> {
    let mut items: Vec<KeptItem> = Vec::new();
    let rows = lines.iter().filter(|line| line.direction == FrameDirection::Own && line.kept.is_kept());
    let mut rows: Vec<_> = rows.collect();
    // The field that the other fields of a row are about moves to the front. All others keep their order.
    rows.chunk_by_mut(|one, next| one.record == next.record)
        .for_each(|row| row.sort_by_key(|line| !leads(line)));
    for line in rows {
        let Some(what) = phrase(line, keeping) else { continue };
        let how_long = how_long(line.kept);
        match items.iter_mut().find(|item| item.how_long == how_long) {
            // All fields with keys have the same phrase, which is listed once.
            Some(item) if item.what.ends_with(&what) => {}
            Some(item) => item.what = format!("{}, {what}", item.what),
            None => items.push(KeptItem { what, how_long }),
        }
    }
    items.extend(keeping.log.iter().map(logged));
    items
}

/// Lists what the relay of this inventory sees and keeps nowhere.
pub(crate) fn seen(lines: &[InventoryLine]) -> Vec<&'static str> {
    let is_kept = |(record, field): &(&str, &str)| {
        lines.iter().any(|line| line.record == *record && line.field == *field && line.kept.is_kept())
    };
    let seen = SEEN.iter().filter(|(fields, _)| !fields.iter().any(is_kept));
    seen.map(|(_, words)| *words).collect()
}

/// Describes what a field reveals. Returns `None` for a field that ties rows together or counts them, and for one
/// that [`logged`] describes.
fn phrase(line: &InventoryLine, keeping: &Keeping) -> Option<String> {
    let by_day = line.kept == KeptFor::WithAccountByDay;
    let words = match (line.record, line.field) {
        ("AccountRow", "account") => "who has an account",
        ("AccountRow", "handle") => "by which number",
        ("AccountRow", "registered_at") if by_day => "since which day",
        ("AccountRow", "registered_at") => "since when",
        ("AccountRow", _) if line.class == Class::Keys => "its public keys",
        ("DeviceRow", "device") => "its devices",
        ("DeviceRow", "last_seen") if by_day => "the day of last use",
        ("DeviceRow", "last_seen") => "the time of last use",
        ("DeviceRow", "last_address") => "the internet address of last use",
        ("PreKeyRow", "key") => "public keys for first messages",
        ("MessageRow", "payload") => "messages",
        ("MessageRow", "mailbox") => "for whom",
        ("MessageRow", "accepted_at") => "when they came",
        ("MessageRow", "sender") => "from whom if the phone says so",
        ("MessageRow", "delivered_at") => "when they were fetched",
        ("DepositRow", "value") => {
            let kinds: Vec<_> = keeping.deposits.iter().map(|kind| kind.wording()).collect();
            return Some(format!("what phones leave here about their owners: {}", kinds.join(", ")));
        }
        ("ChannelRow", "channel") => "public channels",
        ("ChannelRow", "owner") => "their owners",
        ("PublishedRow", "content") => "what is posted there",
        ("AttachmentRow", "part") => "pictures that phones have encrypted",
        ("AttachmentRow", "owner") => "who left each",
        ("AttachmentRow", "left_at") => "when",
        ("GroupRow", "name") => "the names of groups",
        ("GroupMemberRow", "account") => "who is or was in them",
        ("GroupMemberRow", "acted_by") => "who added or removed each",
        ("GroupMemberRow", "at") => "when",
        ("LeafRow", "binding") => "a public log of keys, as digests",
        ("LeafRow", "at") => "when they changed",
        ("SentCode", "handle") => "numbers that were sent a code",
        ("SentCode", "time") => "when",
        ("SentCode", "code") => "the code itself",
        // `logged` describes these fields, rule by rule.
        ("EventRow" | "Passing", _) => return None,
        // These are numbers of rows, counts, and fields that belong to a phrase above.
        ("DeviceRow", "device_number" | "account" | "device_key" | "next_one_time" | "next_one_time_kem")
        | ("DeviceListRow" | "LinkedDeviceRow", _)
        | ("PreKeyRow", "device_number" | "kind" | "id" | "signature")
        | ("MessageRow", "message")
        | ("DepositRow", "account" | "kind" | "subject" | "left_at")
        | ("ChannelRow", "opened_at" | "posted" | "taken_down")
        | ("PublishedRow", "channel" | "number" | "posted_at")
        | ("LeafRow", "place" | "label" | "count")
        | ("GroupRow", "group_id" | "version")
        | ("AttachmentRow", "attachment" | "number")
        | ("GroupMemberRow", "group_id" | "standing")
        | ("Counters" | "CommitCount" | "LogLine" | "Metrics", _) => return None,
        (record, field) => return Some(format!("{record} {field}")),
    };
    Some(words.to_owned())
}

/// Returns whether this is the field that the other fields of its row are about.
fn leads(line: &InventoryLine) -> bool {
    matches!(
        (line.record, line.field),
        ("MessageRow", "payload") | ("SentCode", "handle") | ("AttachmentRow", "part")
    )
}

fn how_long(kept: KeptFor) -> String {
    match kept {
        // The phrase already says that only the day is kept.
        KeptFor::WithAccountByDay => KeptFor::WithAccount.to_string(),
        other => other.to_string(),
    }
}

/// Describes what a rule of the log records.
fn logged(rule: &LogRule) -> KeptItem {
    let LogRule { what, keep, address, only } = rule;
    let what = match what {
        Logged::Registered => "who makes an account, and when",
        Logged::Connected => "who connects, and when",
        Logged::LookedUp => "who looks for which number, and when",
        Logged::Fetched => "whom somebody is about to write to, and when",
        Logged::Sent => "to whom each message goes, when, how long it is, and from whom if the phone says so",
        Logged::Delivered => "when each message is fetched",
        Logged::Changed => "who changes keys or what is left here, and when",
        Logged::Read => "who reads which channel, and when",
    };
    let address = if *address { ", from which internet address" } else { "" };
    let whose = match only.len() {
        0 => String::new(),
        1 => ", of 1 account".to_owned(),
        count => format!(", of {count} accounts"),
    };
    KeptItem { what: format!("a log of {what}{address}"), how_long: format!("{}{whose}", span(*keep)) }
}

#[cfg(test)]
mod tests {
    use pillarbox_relay::inventory::whole;
    use pillarbox_relay::server::{OPERATIONS, SENT_CODES};
    use pillarbox_wire::{AccountId, DepositKind, Duration};

    use super::*;

    /// A relay that keeps everything it can.
    fn everything() -> Keeping {
        let rule = |what| LogRule { what, keep: Duration::from_days(90), address: true, only: Vec::new() };
        Keeping {
            deposits: vec![DepositKind::Name, DepositKind::Contact],
            log: Logged::ALL.into_iter().map(rule).collect(),
            channels: true,
            directory_log: true,
            groups: true,
            attachments: Some(Duration::from_days(30)),
            ..Keeping::HISTORY
        }
    }

    fn said(keeping: &Keeping) -> (Vec<String>, Vec<&'static str>) {
        let lines = whole(keeping, &[OPERATIONS, SENT_CODES].concat());
        let kept = kept(&lines, keeping).into_iter();
        (kept.map(|KeptItem { what, how_long }| format!("{what} ({how_long})")).collect(), seen(&lines))
    }

    #[test]
    fn every_column_that_can_be_kept_has_its_words() {
        for keeping in [Keeping::LEAST, Keeping::HISTORY, everything()] {
            for item in said(&keeping).0 {
                assert!(!item.contains('_') && !item.contains("Row"), "{item}");
            }
        }
    }

    #[test]
    fn a_field_without_words_is_said_by_its_name() {
        let lines = whole(&Keeping::LEAST, &[]);
        let mut line = *lines.iter().find(|line| line.record == "AccountRow").unwrap();
        line.field = "shoe_size";
        assert_eq!(phrase(&line, &Keeping::LEAST).unwrap(), "AccountRow shoe_size");
    }

    #[test]
    fn a_relay_that_keeps_more_says_more() {
        let (least, seen) = said(&Keeping::LEAST);
        assert!(least[0].contains("the day of last use (until the account is closed)"), "{least:?}");
        assert!(least.iter().any(|item| item.ends_with("(until delivered, at most 30 days)")), "{least:?}");
        assert!(seen.contains(&"when a message is fetched"));
        let (history, seen) = said(&Keeping::HISTORY);
        assert!(history[0].contains("the time of last use, the internet address"), "{history:?}");
        assert!(history.iter().any(|item| item.ends_with("(365 days after delivery, undelivered 365)")));
        assert!(!seen.contains(&"when a message is fetched"));
        let log = vec![LogRule {
            what: Logged::LookedUp,
            keep: Duration::from_days(7),
            address: false,
            only: vec![AccountId([1; 16])],
        }];
        let (some, seen) = said(&Keeping { log, sender: false, ..Keeping::LEAST });
        assert_eq!(
            some.last().unwrap(),
            "a log of who looks for which number, and when (7 days, of 1 account)"
        );
        assert!(seen.contains(&"who sends a message") && !seen.contains(&"who looks for which number"));
        assert_eq!(said(&everything()).1, [""; 0]);
    }
}
