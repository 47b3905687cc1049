//! Deposits: data about its owner that a phone stores at the relay, apart from keys and messages.
//!
//! A deposit is a profile, an address book, a block list, a group's roster, a push token or a backup. Designs
//! differ in the kinds that their phones deposit and in the kinds that their relays store. One frame carries every
//! kind, so a relay has one rule for each kind and one table for all the deposits that it keeps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;

/// The kind of a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepositKind {
    /// The owner's name as given when signing up.
    Name,
    /// The name that others are shown.
    DisplayName,
    /// A user name: a name, not a number, that the owner chose so that others find the account by it.
    UserName,
    /// An e-mail address.
    Email,
    /// A hash of an e-mail address.
    EmailHash,
    /// A hash of a telephone number.
    NumberHash,
    /// Free text about the owner.
    About,
    /// A picture of the owner.
    ProfileImage,
    /// A picture from a stock collection, not of the owner.
    Avatar,
    /// The make or model of the device.
    DeviceType,
    /// The release of the program that runs on the device.
    AppVersion,
    /// The address at which the operating system's push service reaches the device.
    PushToken,
    /// An outside name (number, e-mail) linked to the account; the subject is its keyed hash.
    ExternalId,
    /// One entry of the address book; the subject is a number, or its hash.
    Contact,
    /// An account that the owner blocked; the subject is its number.
    Blocked,
    /// A group; the subject names it, the value is its roster.
    Group,
    /// A channel that the owner follows; the subject is its name.
    Follows,
    /// A part of a backup; the subject counts the parts.
    BackupPart,
    /// The key that opens the backup.
    BackupKey,
}

impl DepositKind {
    /// All kinds of deposit.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::DisplayName,
        Self::UserName,
        Self::Email,
        Self::EmailHash,
        Self::NumberHash,
        Self::About,
        Self::ProfileImage,
        Self::Avatar,
        Self::DeviceType,
        Self::AppVersion,
        Self::PushToken,
        Self::ExternalId,
        Self::Contact,
        Self::Blocked,
        Self::Group,
        Self::Follows,
        Self::BackupPart,
        Self::BackupKey,
    ];

    /// Returns the noun for the kind in a sentence, singular and without an article.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Name => "name of its owner",
            Self::DisplayName => "display name",
            Self::UserName => "user name",
            Self::Email => "e-mail address",
            Self::EmailHash => "hash of an e-mail address",
            Self::NumberHash => "hash of a number",
            Self::About => "free text about its owner",
            Self::ProfileImage => "profile picture",
            Self::Avatar => "avatar",
            Self::DeviceType => "type of device",
            Self::AppVersion => "version of its program",
            Self::PushToken => "push token",
            Self::ExternalId => "linked outside name",
            Self::Contact => "address book",
            Self::Blocked => "list of blocked accounts",
            Self::Group => "group",
            Self::Follows => "list of channels that it follows",
            Self::BackupPart => "backup",
            Self::BackupKey => "key of a backup",
        }
    }

    /// Returns the word for the kind in files and tables, as serde writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DisplayName => "display-name",
            Self::UserName => "user-name",
            Self::Email => "email",
            Self::EmailHash => "email-hash",
            Self::NumberHash => "number-hash",
            Self::About => "about",
            Self::ProfileImage => "profile-image",
            Self::Avatar => "avatar",
            Self::DeviceType => "device-type",
            Self::AppVersion => "app-version",
            Self::PushToken => "push-token",
            Self::ExternalId => "external-id",
            Self::Contact => "contact",
            Self::Blocked => "blocked",
            Self::Group => "group",
            Self::Follows => "follows",
            Self::BackupPart => "backup-part",
            Self::BackupKey => "backup-key",
        }
    }

    /// Returns the kind with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for DepositKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One deposit. An account has at most one deposit of each kind and subject; a later one replaces an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// The kind of the deposit.
    pub kind: DepositKind,
    /// Distinguishes deposits of one kind; empty if the account can have only one of the kind. At most
    /// [`MAX_DEPOSIT_SUBJECT_LEN`](crate::limits::MAX_DEPOSIT_SUBJECT_LEN) bytes.
    pub subject: Bytes,
    /// The deposited data; `None` deletes the deposit.
    pub value: Option<Bytes>,
}

/// The name of a public channel: `@`, then 3 to 32 lower-case letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelName(String);

/// The text is not the name of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a channel's name is @ and then 3 to 32 lower-case letters, digits and _")]
#[non_exhaustive]
pub struct ChannelNameError;

impl ChannelName {
    /// Returns the name, with its `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ChannelName {
    type Error = ChannelNameError;

    fn try_from(text: String) -> Result<Self, ChannelNameError> {
        let rest = text.strip_prefix('@').ok_or(ChannelNameError)?;
        let fits = (3..=32).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if fits { Ok(Self(text)) } else { Err(ChannelNameError) }
    }
}

impl From<ChannelName> for String {
    fn from(name: ChannelName) -> Self {
        name.0
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_word_and_is_found_by_it() {
        for (number, kind) in DepositKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            assert_eq!(DepositKind::named(kind.as_str()), Some(kind));
        }
        assert_eq!(DepositKind::named("shoe-size"), None);
    }

    #[test]
    fn channel_names_have_one_form() {
        assert!(ChannelName::try_from("@harbour_news".to_owned()).is_ok());
        for wrong in ["harbour", "@ab", "@Harbour", "@has space", "@", &format!("@{}", "x".repeat(33))] {
            assert_eq!(ChannelName::try_from((*wrong).to_owned()), Err(ChannelNameError), "{wrong}");
        }
    }
}
