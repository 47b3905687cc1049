//! Reads an item from an operator's rows by the same steps for every design. Only the rows differ.

use pillarbox_relay::store::AccountRow;
use pillarbox_wire::DepositKind;

use super::rows::{ItemReading, Rows};
use super::{Item, account, backup, channels, log, people, profile, queue, traffic};
use crate::returned::{Blank, ItemAnswer};
use crate::view::RelayHoldings;

impl Item {
    /// Reads this item about an account from everything that a relay's operator has.
    #[must_use]
    pub fn read(self, holdings: &RelayHoldings, account: &AccountRow) -> ItemReading {
        self.read_in(&Rows::of(holdings, account))
    }

    /// Reads the texts of an account's backup, as far as the operator's rows open it. Reads no text from anywhere else.
    #[must_use]
    pub fn read_backup(holdings: &RelayHoldings, account: &AccountRow) -> ItemReading {
        backup::texts(&Rows::of(holdings, account))
    }

    /// Reads this item from the given rows.
    #[must_use]
    pub fn read_in(self, rows: &Rows<'_>) -> ItemReading {
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
            // This messenger has no calls, shops or web pages. No phone requests these items and no relay could
            // record them.
            Self::PostalAddress
            | Self::PaymentDetails
            | Self::CallDetailRecords
            | Self::AppDownloadTime
            | Self::Cookies
            | Self::Voicemail => ItemReading::blank(Blank::NoSuchThing),
        }
    }

    /// Reads this item. If it is a collective item, its `wanted` parts are read.
    #[must_use]
    pub fn read_parts(self, rows: &Rows<'_>, wanted: impl Fn(Self) -> bool) -> ItemReading {
        if self.is_several() {
            let parts = self.contains().iter().copied().filter(|part| wanted(*part));
            return together(parts, rows);
        }
        self.read_in(rows)
    }
}

/// Reads a collective item: all of its parts that the rows have.
fn together(parts: impl Iterator<Item = Item>, rows: &Rows<'_>) -> ItemReading {
    let mut lines = Vec::new();
    let mut together = ItemReading::blank(Blank::NotWrittenDown);
    for part in parts {
        let ItemReading { answer, facts, exhibits } = part.read_in(rows);
        if let ItemAnswer::Returned { lines: found, .. } = answer {
            lines.extend(found.into_iter().map(|line| format!("{}: {line}", part.wording())));
            together.facts.add(facts);
            together.exhibits.extend(exhibits);
        }
    }
    together.answer = ItemAnswer::of(lines, Blank::NotWrittenDown);
    together
}
