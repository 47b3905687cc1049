//! How an item is read from an operator's rows: the same steps for every design. What differs is in the rows.

use pillarbox_relay::store::{AccountRow, DepositRow, EventRow, MessageRow};
use pillarbox_relay::{Keeping, Logged};
use pillarbox_wire::{AccountId, DepositKind, Timestamp};

use super::{Item, account, backup, channels, log, people, profile, queue, traffic};
use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::returned::{Answer, Blank};
use crate::view::{OperatorTap, RelayHoldings};

/// What an operator has to answer with, about one account.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Its rows and keys.
    pub holdings: &'a RelayHoldings,
    /// What happened: the log that it keeps, or what it sees pass by.
    pub events: &'a [EventRow],
    /// What passes it, payloads included, if this is about that.
    pub tap: Option<&'a OperatorTap>,
    /// The account.
    pub account: &'a AccountRow,
    /// Only what happened since then, for a demand that begins at a time.
    pub since: Option<Timestamp>,
    /// Whether backups that lie here are read too: a tap on what people say to each other has none.
    pub backups: bool,
}

/// One item, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What came of it.
    pub answer: Answer,
    /// The same as plain data, where somebody can count it.
    pub facts: Facts,
    /// The rows that it was read from.
    pub exhibits: Vec<Exhibit>,
}

impl Reply {
    /// An answer that rests on no row.
    pub(super) fn blank(reason: Blank) -> Self {
        Self { answer: Answer::NoneHeld { reason }, facts: Facts::default(), exhibits: Vec::new() }
    }

    /// Lines and the rows behind them; without lines a blank.
    pub(super) fn of(lines: Vec<String>, exhibits: Vec<Exhibit>, otherwise: Blank) -> Self {
        Self { answer: Answer::of(lines, otherwise), facts: Facts::default(), exhibits }
    }

    pub(super) fn with(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }
}

impl Item {
    /// Reads this item about an account from everything that a relay's operator has.
    #[must_use]
    pub fn read(self, holdings: &RelayHoldings, account: &AccountRow) -> Reply {
        self.read_in(&Rows::of(holdings, account))
    }

    /// Reads what the texts of an account's backup say, as far as the operator's rows open it, and no text from anywhere else.
    #[must_use]
    pub fn read_backup(holdings: &RelayHoldings, account: &AccountRow) -> Reply {
        backup::texts(&Rows::of(holdings, account))
    }

    /// Reads this item from rows that somebody has put together.
    #[must_use]
    pub fn read_in(self, rows: &Rows<'_>) -> Reply {
        match self {
            Self::AccountRecord => account::record(rows),
            Self::RegisteredAt => account::registered_at(rows),
            Self::RegisteredDate => account::registered_date(rows),
            Self::PhoneNumber => account::phone_number(rows),
            Self::PublicKey => account::public_key(rows),
            Self::LastSeenDate => account::last_seen(rows),
            Self::IpAddress => account::ip_address(rows),
            Self::BasicSubscriberRecord
            | Self::RegistrationData
            | Self::UserIdentifier
            | Self::UserProfile
            | Self::UsageInfo => self.read_parts(rows, |_| true),
            Self::Name => profile::text(DepositKind::Name, rows),
            Self::Email => profile::text(DepositKind::Email, rows),
            Self::UserId => profile::text(DepositKind::UserName, rows),
            Self::DisplayName => profile::text(DepositKind::DisplayName, rows),
            Self::AboutText => profile::text(DepositKind::About, rows),
            Self::DeviceTypes => profile::text(DepositKind::DeviceType, rows),
            Self::AppVersion => profile::text(DepositKind::AppVersion, rows),
            Self::PushToken => profile::bytes(DepositKind::PushToken, rows),
            Self::PhoneNumberHash => profile::bytes(DepositKind::NumberHash, rows),
            Self::EmailHash => profile::bytes(DepositKind::EmailHash, rows),
            Self::ProfileImage => profile::picture(DepositKind::ProfileImage, rows),
            Self::AvatarImage => profile::picture(DepositKind::Avatar, rows),
            Self::ExternalIdCount => profile::count_of(DepositKind::ExternalId, rows),
            Self::BlockedUsers => people::left(DepositKind::Blocked, rows),
            Self::BlockedByUsers => people::left_about(DepositKind::Blocked, rows),
            Self::AddressBookContacts => people::left(DepositKind::Contact, rows),
            Self::UsersWithTargetInAddressBook => people::left_about(DepositKind::Contact, rows),
            Self::GroupInfo => people::groups(rows),
            Self::GroupMembership => people::memberships(rows),
            Self::RegistrationIp => log::registration_ip(rows),
            Self::IpLog => log::logins(rows),
            Self::LookupLog => log::lookups(rows),
            Self::SettingsChanges => log::changes(rows),
            Self::MessageTimes => traffic::times(rows),
            Self::MessageSourceDestination => traffic::source_destination(rows),
            Self::MessageCount => traffic::count_of(rows),
            Self::MessageContent => traffic::content(rows),
            Self::DeliveredMessages => traffic::delivered(rows),
            Self::ChannelsOpened => channels::opened(rows),
            Self::ChannelsRead => channels::read(rows),
            Self::ChannelPosts => channels::posts(rows),
            Self::DeviceBackup => backup::parts(rows),
            Self::BackupKeys => backup::keys(rows),
            Self::QueueMessageCount => queue::messages(rows),
            Self::QueueRecipientOnline => queue::reader_online(rows),
            Self::QueueSenderOnline => queue::writer_online(rows),
            Self::QueueCorrelation => queue::joined(rows),
            Self::RealVsNoiseMessages => queue::real_or_noise(rows),
            // No phone here asks for them and no relay here could take them: a messenger without calls, shops and web pages.
            Self::PostalAddress
            | Self::PaymentDetails
            | Self::CallDetailRecords
            | Self::AppDownloadTime
            | Self::Cookies
            | Self::Voicemail => Reply::blank(Blank::NoSuchThing),
        }
    }

    /// Whether this is a word for several items.
    #[must_use]
    pub const fn is_several(self) -> bool {
        matches!(
            self,
            Self::BasicSubscriberRecord
                | Self::RegistrationData
                | Self::UserIdentifier
                | Self::UserProfile
                | Self::UsageInfo
        )
    }

    /// Reads this item; of a word for several, those that are `wanted`.
    #[must_use]
    pub fn read_parts(self, rows: &Rows<'_>, wanted: impl Fn(Self) -> bool) -> Reply {
        if self.is_several() {
            let parts = self.contains().iter().copied().filter(|part| wanted(*part));
            return together(parts, rows);
        }
        self.read_in(rows)
    }

    /// What else this item says: its parts, if it is a word for several, or what follows from it.
    #[must_use]
    pub const fn contains(self) -> &'static [Self] {
        match self {
            Self::BasicSubscriberRecord => &[
                Self::Name,
                Self::PhoneNumber,
                Self::Email,
                Self::RegisteredAt,
                Self::RegisteredDate,
                Self::LastSeenDate,
                Self::IpAddress,
            ],
            Self::RegistrationData => &[
                Self::Name,
                Self::PhoneNumber,
                Self::Email,
                Self::RegisteredAt,
                Self::RegisteredDate,
                Self::RegistrationIp,
            ],
            Self::UserIdentifier => {
                &[Self::PhoneNumber, Self::Email, Self::UserId, Self::PhoneNumberHash, Self::EmailHash]
            }
            Self::UserProfile => &[Self::DisplayName, Self::AboutText, Self::ProfileImage],
            Self::UsageInfo => &[Self::IpLog, Self::SettingsChanges, Self::MessageCount],
            Self::RegisteredAt => &[Self::RegisteredDate],
            Self::IpLog => &[Self::IpAddress],
            Self::MessageSourceDestination => &[Self::MessageTimes, Self::MessageCount],
            Self::MessageTimes => &[Self::MessageCount],
            Self::GroupInfo => &[Self::GroupMembership],
            Self::MessageContent => &[Self::RealVsNoiseMessages],
            _ => &[],
        }
    }
}

/// An item that is a word for several: whatever of them is there.
fn together(parts: impl Iterator<Item = Item>, rows: &Rows<'_>) -> Reply {
    let mut lines = Vec::new();
    let mut together = Reply::blank(Blank::NotWrittenDown);
    for part in parts {
        let Reply { answer, facts, exhibits } = part.read_in(rows);
        if let Answer::Returned { lines: found, .. } = answer {
            lines.extend(found.into_iter().map(|line| format!("{}: {line}", part.wording())));
            together.facts.add(facts);
            together.exhibits.extend(exhibits);
        }
    }
    together.answer = Answer::of(lines, Blank::NotWrittenDown);
    together
}

impl<'a> Rows<'a> {
    /// Everything that the operator has about an account, whenever it happened.
    #[must_use]
    pub fn of(holdings: &'a RelayHoldings, account: &'a AccountRow) -> Self {
        Self { holdings, events: &holdings.rows().events, tap: None, account, since: None, backups: true }
    }

    /// What the relay is set to keep. A database that never had a relay keeps the least.
    pub(super) fn keeping(&self) -> &'a Keeping {
        const LEAST: &Keeping = &Keeping::LEAST;
        self.holdings.rows().keeping.as_ref().unwrap_or(LEAST)
    }

    /// Returns true if the demand asks for something of this time.
    pub(super) fn is_in_time(&self, at: Timestamp) -> bool {
        after(self.since, at)
    }

    /// What the account has left, of one kind.
    pub(super) fn left(&self, kind: DepositKind) -> impl Iterator<Item = &'a DepositRow> {
        let (account, since) = (self.account.account, self.since);
        let all = self.holdings.rows().deposits.iter();
        all.filter(move |row| row.account == account && row.kind == kind && after(since, row.left_at))
    }

    /// Why there is no deposit of a kind.
    pub(super) fn no_deposit(&self, kind: DepositKind) -> Blank {
        if self.keeping().deposits.contains(&kind) {
            Blank::NoneLeft { kind }
        } else {
            Blank::NotTaken { kind }
        }
    }

    /// The reason that no phone has left a deposit of a kind about the account.
    pub(super) fn no_deposit_about(&self, kind: DepositKind) -> Blank {
        match self.no_deposit(kind) {
            Blank::NoneLeft { kind } => Blank::NoneLeftAbout { kind },
            other => other,
        }
    }

    /// What the account did and what was done about it.
    pub(super) fn happened(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let account = self.account.account;
        self.of_everybody(what)
            .filter(move |event| event.account == Some(account) || event.about == Some(account))
    }

    /// What anybody did.
    pub(super) fn of_everybody(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let since = self.since;
        self.events.iter().filter(move |event| event.what == what && after(since, event.at))
    }

    /// Why there is no event of a kind.
    pub(super) fn not_logged(&self, what: Logged) -> Blank {
        let kept = self.keeping().log.iter().any(|rule| rule.what == what);
        if kept || !self.events.is_empty() { Blank::NoneLogged { what } } else { Blank::SeenNotKept { what } }
    }

    /// Rows of messages to and from the account.
    pub(super) fn messages(&self) -> impl Iterator<Item = &'a MessageRow> {
        let since = self.since;
        self.holdings.messages_of(self.account.account).filter(move |row| after(since, row.accepted_at))
    }

    /// An account as a paper names it.
    pub(super) fn name(&self, account: AccountId) -> String {
        self.holdings.name(account)
    }
}

fn after(since: Option<Timestamp>, time: Timestamp) -> bool {
    since.is_none_or(|since| time >= since)
}
