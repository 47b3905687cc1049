//! The kind of a notice in one word, for programs.

use crate::records::notice::Notice;

/// Returns the kind of a notice. It stays the same when a sentence is reworded.
#[must_use]
#[deny(clippy::wildcard_enum_match_arm)]
pub const fn word(notice: &Notice) -> &'static str {
    match notice {
        Notice::Registered { .. } => "registered",
        Notice::Reregistered { .. } => "reregistered",
        Notice::NumbersVerified => "numbers-verified",
        Notice::RegistrationRefused { .. } => "registration-refused",
        Notice::AuthenticationRefused { .. } => "authentication-refused",
        Notice::Connected { .. } => "connected",
        Notice::Farewell { .. } => "farewell",
        Notice::AccountClosed => "account-closed",
        Notice::Delayed { .. } => "delayed",
        Notice::Received { .. } => "received",
        Notice::TimerChanged { .. } => "timer-changed",
        Notice::Accepted { .. } => "accepted",
        Notice::Delivered { .. } => "delivered",
        Notice::NotSent { .. } => "not-sent",
        Notice::NotStarted { .. } => "not-started",
        Notice::DepositRefused { .. } => "deposit-refused",
        Notice::ChannelOpened { .. } => "channel-opened",
        Notice::Posted { .. } => "posted",
        Notice::ChannelPosts { .. } => "channel-posts",
        Notice::ChannelRefused { .. } => "channel-refused",
        Notice::KnownNumbers { .. } => "known-numbers",
        Notice::Requested { .. } => "requested",
        Notice::Found { .. } => "found",
        Notice::NotFound { .. } => "not-found",
        Notice::GroupJoined { .. } => "group-joined",
        Notice::MemberAdded { .. } => "member-added",
        Notice::GroupsFull { .. } => "groups-full",
        Notice::GroupFull { .. } => "group-full",
        Notice::MemberLeft { .. } => "member-left",
        Notice::DirectoryUnproved { .. } => "directory-unproved",
        Notice::NotMyEntry { .. } => "not-my-entry",
        Notice::KeyChanged { .. } => "key-changed",
        Notice::Undecryptable { .. } => "undecryptable",
        Notice::RequestUnopened { .. } => "request-unopened",
        Notice::StrangerUnopened { .. } => "stranger-unopened",
        Notice::RequestGaveWay { .. } => "request-gave-way",
        Notice::RequestsFull => "requests-full",
        Notice::MissingFull { .. } => "missing-full",
        Notice::Recovered { .. } => "recovered",
        Notice::Resent { .. } => "resent",
        Notice::OtherProtection { .. } => "other-protection",
        Notice::Degraded { .. } => "degraded",
        Notice::Unsealed { .. } => "unsealed",
    }
}
