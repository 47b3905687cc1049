//! Every limit of the relay, in one table.
//!
//! A limit is a named constant with the reason for its number. [`Limits`] carries the values at run time, so that a
//! test or a laboratory can set smaller ones. Documents, the inventory and metrics print [`TABLE`]. The time-outs
//! of a connection belong to the transport and are defined there.

use std::fmt;

use pillarbox_wire::Duration;
use pillarbox_wire::limits::{
    MAX_ACKNOWLEDGEMENTS, MAX_ATTACHMENT_PART_LEN, MAX_ATTACHMENT_PARTS, MAX_FRAME_LEN, MAX_GROUP_ACCOUNTS,
    MAX_GROUP_NAME_LEN, MAX_GROUPS_OF_ONE, MAX_LOG_LEAVES, MAX_PAYLOAD_LEN, MAX_PREKEYS_PER_UPLOAD,
};
use serde::{Deserialize, Serialize};

use crate::rules::ageing::SWEEP_INTERVAL;

/// A rate: `burst` requests at once, and one more after each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The number of requests at once. Zero allows nothing.
    pub burst: u32,
    /// The time after which one more is allowed, in milliseconds. Zero allows everything.
    pub every: Duration,
}

impl Rate {
    /// Returns a rate of `burst` at once, then `count` in each minute.
    #[must_use]
    pub const fn per_minute(burst: u32, count: u32) -> Self {
        let count = if count == 0 { 1 } else { count };
        Self { burst, every: Duration(60_000 / count as u64) }
    }

    /// Returns the same rate, multiplied.
    #[must_use]
    pub(crate) const fn times(self, times: u32) -> Self {
        // A refill that takes no time means no limit.
        let least = if self.every.0 == 0 { 0 } else { 1 };
        let every = if times == 0 { self.every.0 } else { self.every.0 / times as u64 };
        let every = if every < least { least } else { every };
        Self { burst: self.burst.saturating_mul(times), every: Duration(every) }
    }

    /// A rate without any limit, for a load generator that measures other things.
    pub const UNLIMITED: Self = Self { burst: u32::MAX, every: Duration(0) };
}

/// The number of a limit, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A number of items.
    Count(u32),
    /// A number of bytes.
    Bytes(u64),
    /// A length of time.
    Span(Duration),
    /// A rate.
    Often(Rate),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Bytes(bytes) => write!(f, "{bytes} bytes"),
            Self::Span(span) if span.0 >= Duration::from_days(2).0 => write!(f, "{} days", span.as_days()),
            Self::Span(span) if span.0 >= 7_200_000 => write!(f, "{} hours", span.as_seconds() / 3_600),
            Self::Span(span) => write!(f, "{} s", span.as_seconds()),
            Self::Often(rate) if rate.every.0 == 0 => f.write_str("no limit"),
            Self::Often(Rate { burst, every }) => {
                write!(f, "{burst} at once, then one every {}.{:03} s", every.as_seconds(), every.0 % 1_000)
            }
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name of the limit: a field of [`Limits`], or a constant of the wire crate.
    pub name: &'static str,
    /// The number as shipped.
    pub amount: Amount,
    /// The reason for this number, and what a peer would gain if it were larger.
    pub why: &'static str,
}

/// Declares each limit once: the constant, the field, the shipped value and the line of the table.
macro_rules! limits {
    ($($constant:ident / $field:ident: $type:ty as $kind:ident = $value:expr, $why:literal;)+) => {
        $(#[doc = $why] pub const $constant: $type = $value;)+

        /// The limits that a relay runs with. [`Default`] is the shipped set.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Limits {
            $(#[doc = $why] pub $field: $type,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $constant,)+ }
            }
        }

        impl Limits {
            /// Returns the table with the values of this relay instead of the shipped ones.
            #[must_use]
            pub fn table(&self) -> Vec<Limit> {
                let own = [$(Limit { name: stringify!($field), amount: Amount::$kind(self.$field), why: $why },)+];
                own.into_iter().chain(FRAME_LIMITS.iter().copied()).collect()
            }
        }

        /// Every limit as shipped. The limits of the frames follow in [`FRAME_LIMITS`].
        pub const TABLE: &[Limit] = &[
            $(Limit { name: stringify!($field), amount: Amount::$kind($constant), why: $why },)+
        ];
    };
}

limits! {
    CONNECTIONS / connections: u32 as Count = 20_000,
        "Open connections in all: at 8 KiB each they take 160 MB; more would let strangers take the memory.";
    CONNECTIONS_PER_ADDRESS / connections_per_address: u32 as Count = 256,
        "Open connections from one address (IPv6: one /64; four times as many from a /56, sixteen from a /48): an office or a mobile operator's gateway, not a flood.";
    MAILBOX_MESSAGES / mailbox_messages: u32 as Count = 10_000,
        "Messages that wait in one mailbox: a month of a busy account; each costs 16 bytes of memory besides the disk.";
    MAILBOX_BYTES / mailbox_bytes: u64 as Bytes = 64 << 20,
        "Payload bytes that wait in one mailbox: with more, a few accounts could fill the relay's disk.";
    MAILBOX_RESERVED_MESSAGES / mailbox_reserved_messages: u32 as Count = 5_000,
        "Of those, messages that only senders with the delivery key may add: half, and never more, so that strangers who fill the rest keep no contact out.";
    MAILBOX_RESERVED_BYTES / mailbox_reserved_bytes: u64 as Bytes = 32 << 20,
        "Of those bytes, the ones that only senders with the delivery key may fill: half, and never more: 800 of the longest messages.";
    STORED_BYTES / stored_bytes: u64 as Bytes = 16 << 30,
        "Bytes of the database in all: 256 full mailboxes. Past it nothing new is taken; set it to what the disk has for this relay.";
    RESERVE_BYTES / reserve_bytes: u64 as Bytes = 16 << 20,
        "Bytes of the disk set aside so that removals have room on a full one, at most an eighth of it: without them nothing could be fetched for good.";
    WINDOW_MESSAGES / window_messages: u32 as Count = MAX_ACKNOWLEDGEMENTS as u32,
        "Messages delivered and not acknowledged on one connection: one acknowledging frame empties it.";
    WINDOW_BYTES / window_bytes: u64 as Bytes = 256 << 10,
        "Payload bytes delivered and not acknowledged on one connection: what a peer that never reads can hold in memory.";
    READ_AHEAD_BYTES / read_ahead_bytes: u64 as Bytes = 8 << 20,
        "Payload bytes read from disk in one turn for all connections: when everybody comes back at once, memory stays bounded.";
    ONE_TIME_PREKEYS / one_time_prekeys: u32 as Count = 100,
        "One-time prekeys of one kind that one device may keep here: a stock for days; KEM prekeys take 1.3 kB each.";
    DEPOSIT_ROWS / deposit_rows: u32 as Count = 12_000,
        "Deposits of one account: an address book of ten thousand and a backup; each new one looks through the others.";
    DEPOSIT_BYTES / deposit_bytes: u64 as Bytes = 32 << 20,
        "Bytes that one account has deposited: some years of texts; with more, a few accounts could fill the relay's disk.";
    ATTACHMENTS / attachments: u32 as Count = 200,
        "Attachments of one account at once: six a day for a month; each is counted when its first part is left.";
    ATTACHMENT_BYTES / attachment_bytes: u64 as Bytes = 64 << 20,
        "Bytes of the attachments of one account: 64 of the longest, as much as one mailbox; with more, a few accounts could fill the relay's disk.";
    CHANNELS_PER_ACCOUNT / channels_per_account: u32 as Count = 10,
        "Channels of one account: names are found by everybody, and one account could take all the good ones.";
    CHANNEL_POSTS / channel_posts: u32 as Count = 20_000,
        "Posts that one channel ever has: ten a day for five years, 330 MB at the most; nothing of them goes by age.";
    LOG_BACKLOG / log_backlog: u32 as Count = 10_000,
        "Events that wait in memory while the disk refuses them, 2 MB; later ones are lost, for the relay goes on.";
    SWEEP_MESSAGES / sweep_messages: u32 as Count = 2_000,
        "Rows of each kind that age out in one transaction: more would stall the messages that wait for it.";
    AGEING_STEP / ageing_step: Duration as Span = Duration::from_seconds(7_200),
        "How far the ageing clock moves at each hourly sweep: a clock that is wrong by a year deletes nothing for weeks.";
    RATE_ENTRIES / rate_entries: u32 as Count = 100_000,
        "Accounts and addresses whose rates are told apart, at about 50 bytes each; the rest share one.";
    CERTIFICATE_LIFETIME / certificate_lifetime: Duration as Span = Duration::from_seconds(86_400),
        "How long a sender certificate is good: an account that was closed can seal messages for so long.";
    REGISTER / register: Rate as Often = Rate::per_minute(20, 10),
        "New accounts from one address: a household at once, and no flood of numbers.";
    CODES / codes: u32 as Count = 10_000,
        "Codes to numbers that are good at once, at about 100 bytes each: with more, strangers could take the memory.";
    CODE_LIFETIME / code_lifetime: Duration as Span = Duration::from_seconds(600),
        "How long a code to a number is good: time to find the other phone, and a message seen later opens nothing.";
    CODE_TRIES / code_tries: u32 as Count = 5,
        "Wrong tries at one code: a slip of the finger is forgiven; five guesses meet one of a million codes once in 200,000.";
    CODES_PER_NUMBER / codes_per_number: Rate as Often = Rate { burst: 3, every: Duration::from_seconds(3_600) },
        "Codes to one number: with five tries at each, guessing for a year succeeds in 1 of 23 cases; with one code a minute, in 9 of 10.";
    PLACES / places: u32 as Count = 1_000,
        "Devices that wait to be linked at once, at 2 kB each: 2 MB; with more, strangers could take the memory.";
    PLACE_LIFETIME / place_lifetime: Duration as Span = Duration::from_seconds(300),
        "How long a device may wait to be linked: time to type a code; a code seen later opens nothing.";
    OPEN_PLACES / open_places: Rate as Often = Rate::per_minute(20, 10),
        "Places opened from one address: a household at once; each may be typed wrongly a few times.";
    READ_PLACES / read_places: Rate as Often = Rate::per_minute(10, 2),
        "Places read by one account: a few slips; the name of a place has 16 random bytes and is not guessed.";
    DEVICE_CHANGES / device_changes: Rate as Often = Rate { burst: 10, every: Duration::from_seconds(8_640) },
        "Devices linked or removed by one account: ten at once, then ten a day; each is told to every contact.";
    AUTHENTICATION_FAILURES / authentication_failures: Rate as Often = Rate::per_minute(20, 20),
        "Failed proofs of a device from one address before each further one ends its connection: checking one costs 30 microseconds, and a good one is never refused for them.";
    LOOK_UPS / look_ups: Rate as Often = Rate::per_minute(60, 10),
        "Directory questions by one account: an address book at once. Accounts are free, so addresses are counted as well.";
    LOOK_UPS_PER_ADDRESS / look_ups_per_address: Rate as Often = Rate::per_minute(240, 40),
        "Directory questions from one address, whatever the accounts: trying out a thousand million numbers takes 47 years from one, and 17 days from a thousand.";
    BUNDLES / bundles: Rate as Often = Rate::per_minute(120, 30),
        "Prekey bundles asked for by one account or address: each takes a one-time prekey out of a stock.";
    BUNDLES_OF_ONE / bundles_of_one: Rate as Often = Rate::per_minute(60, 10),
        "One-time prekeys of one account handed to everybody together; past it a bundle has the last-resort one. Slows whoever wants to use its stock up, and makes nobody unreachable.";
    CERTIFICATES / certificates: Rate as Often = Rate::per_minute(10, 1),
        "Sender certificates for one account: one a day is needed; signing one costs 20 microseconds.";
    SUBMISSIONS / submissions: Rate as Often = Rate::per_minute(2_000, 1_200),
        "Messages from one account: a long group chat after a day offline, then 20 a second; more is a machine.";
    SEALED_SUBMISSIONS / sealed_submissions: Rate as Often = Rate::per_minute(4_000, 2_400),
        "Sealed messages from one address, which may be many people: the relay cannot count by sender.";
    DEPOSITS / deposits: Rate as Often = Rate::per_minute(300, 20),
        "Frames of deposits from one account: an address book or a backup at once; a stock of numbers is tried out by a hundred.";
    DEPOSITS_PER_ADDRESS / deposits_per_address: Rate as Often = Rate::per_minute(600, 40),
        "Frames with entries of an address book from one address, which ask for a hundred numbers each: two whole books at once, then 4,000 numbers a minute.";
    RECALLS / recalls: Rate as Often = Rate::per_minute(1_000, 60),
        "Deposits asked back by one account: a whole backup at once; each costs a reading of up to 40 kB.";
    PROOFS / proofs: Rate as Often = Rate::per_minute(240, 60),
        "Proofs of the directory's log asked for by one account or address: twice as many as bundles, for each needs one; making one costs some hashes.";
    LOG_READS / log_reads: Rate as Often = Rate::per_minute(600, 120),
        "Readings of the directory's log by one account or address, of 500 entries each: a log of 300,000 at once; each costs 40 kB on the line.";
    POSTS / posts: Rate as Often = Rate::per_minute(30, 10),
        "Channels opened and posts published by one account: more is a machine, and everybody who reads pays for it.";
    GROUP_ACTS / group_acts: Rate as Often = Rate::per_minute(60, 10),
        "Acts on groups by one account, and connections that ask for its groups: an evening's changes at once; each act is told to up to 99 others.";
    ATTACHMENT_PARTS / attachment_parts: Rate as Often = Rate::per_minute(320, 64),
        "Parts of attachments left by one account: ten of the longest at once, then two a minute; each is a row of up to 32 kB.";
    ATTACHMENT_READS / attachment_reads: Rate as Often = Rate::per_minute(1_000, 320),
        "Parts of attachments fetched by one account or address: thirty of the longest at once, then ten a minute; each costs a reading of up to 32 kB.";
    CHANNEL_READS / channel_reads: Rate as Often = Rate::per_minute(300, 120),
        "Readings of channels by one account or address: one for every two posts; each costs a reading of up to 40 kB.";
}

/// The limits that both sides enforce on each other; `pillarbox_wire::limits` owns them.
pub const FRAME_LIMITS: &[Limit] = &[
    Limit {
        name: "MAX_FRAME_LEN",
        amount: Amount::Bytes(MAX_FRAME_LEN as u64),
        why: "Longest frame: with its length it fits one Noise message.",
    },
    Limit {
        name: "MAX_PAYLOAD_LEN",
        amount: Amount::Bytes(MAX_PAYLOAD_LEN as u64),
        why: "Longest message payload: two padding blocks of 16 KiB and what the session adds.",
    },
    Limit {
        name: "MAX_PREKEYS_PER_UPLOAD",
        amount: Amount::Count(MAX_PREKEYS_PER_UPLOAD as u32),
        why: "One-time prekeys of one kind in one upload: half a frame.",
    },
    Limit {
        name: "MAX_ACKNOWLEDGEMENTS",
        amount: Amount::Count(MAX_ACKNOWLEDGEMENTS as u32),
        why: "Messages acknowledged by one frame: the delivery window.",
    },
    Limit {
        name: "MAX_ATTACHMENT_PART_LEN",
        amount: Amount::Bytes(MAX_ATTACHMENT_PART_LEN as u64),
        why: "Longest part of an attachment: half a frame.",
    },
    Limit {
        name: "MAX_ATTACHMENT_PARTS",
        amount: Amount::Count(MAX_ATTACHMENT_PARTS as u32),
        why: "Parts of one attachment: a mebibyte together, three photos scaled for a phone's screen.",
    },
    Limit {
        name: "MAX_LOG_LEAVES",
        amount: Amount::Count(MAX_LOG_LEAVES as u32),
        why: "Entries of the directory's log in one frame: two thirds of a frame.",
    },
    Limit {
        name: "MAX_GROUP_ACCOUNTS",
        amount: Amount::Count(MAX_GROUP_ACCOUNTS as u32),
        why: "Accounts that are or were in one group: a text goes to each member in a message of its own.",
    },
    Limit {
        name: "MAX_GROUPS_OF_ONE",
        amount: Amount::Count(MAX_GROUPS_OF_ONE as u32),
        why: "Groups that one account may be in: half a megabyte of states for a phone that comes back.",
    },
    Limit {
        name: "MAX_GROUP_NAME_LEN",
        amount: Amount::Bytes(MAX_GROUP_NAME_LEN as u64),
        why: "Longest name of a group: that of a person.",
    },
];

const _: () = assert!(WINDOW_MESSAGES as usize <= MAX_ACKNOWLEDGEMENTS);
const _: () = assert!(WINDOW_BYTES >= MAX_PAYLOAD_LEN as u64 && READ_AHEAD_BYTES >= WINDOW_BYTES);
// With a smaller step, the ageing clock could not keep up, let alone catch up.
const _: () = assert!(AGEING_STEP.0 > SWEEP_INTERVAL.0);
// One attachment of the longest always fits.
const _: () = assert!(ATTACHMENT_BYTES >= MAX_ATTACHMENT_PART_LEN as u64 * MAX_ATTACHMENT_PARTS as u64);
const _: () = assert!(MAILBOX_BYTES >= MAX_PAYLOAD_LEN as u64);
// Each side has room for the longest message.
const _: () = assert!(MAILBOX_RESERVED_BYTES >= MAX_PAYLOAD_LEN as u64);
const _: () = assert!(MAILBOX_BYTES - MAILBOX_RESERVED_BYTES >= MAX_PAYLOAD_LEN as u64);
const _: () = assert!(MAILBOX_RESERVED_MESSAGES > 0 && MAILBOX_RESERVED_MESSAGES < MAILBOX_MESSAGES);
const _: () = assert!(ONE_TIME_PREKEYS as usize >= MAX_PREKEYS_PER_UPLOAD);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_one_line_and_a_reason() {
        let table = Limits::default().table();
        assert_eq!(table.len(), TABLE.len() + FRAME_LIMITS.len());
        assert!(table.starts_with(TABLE));
        let mut names: Vec<_> = table.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.len());
        assert!(table.iter().all(|limit| limit.why.len() > 20 && limit.why.ends_with('.')));
    }

    #[test]
    fn amounts_read_as_people_say_them() {
        assert_eq!(Amount::Span(CERTIFICATE_LIFETIME).to_string(), "24 hours");
        assert_eq!(Amount::Span(Duration::from_days(30)).to_string(), "30 days");
        assert_eq!(Amount::Often(REGISTER).to_string(), "20 at once, then one every 6.000 s");
        assert_eq!(Amount::Often(Rate::UNLIMITED).to_string(), "no limit");
    }
}
