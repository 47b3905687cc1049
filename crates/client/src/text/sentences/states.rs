//! Words for states: trust in a key, the progress of a message, protection, and who can read a backup.

use crate::records::account::Protection;
use crate::records::contact::Trust;
use crate::records::habits::BackupKey;
use crate::records::history::DeliveryState;

/// Returns the words for the trust in a contact's key.
#[must_use]
pub const fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "VERIFIED",
        Trust::Unverified => "NOT VERIFIED",
        Trust::Changed => "KEY CHANGED",
    }
}

/// Returns one word for the trust in a contact's key, for programs.
#[must_use]
pub const fn trust_code(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "verified",
        Trust::Unverified => "unverified",
        Trust::Changed => "changed",
    }
}

/// Returns the word for the progress of a message.
#[must_use]
pub const fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => "waiting",
        DeliveryState::Sent => "sent",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Refused => "refused",
    }
}

/// The remark about a contact who was not added.
pub const WROTE_FIRST: &str = "wrote first";

/// The remark about a contact whom the owner has blocked.
pub const BLOCKED: &str = "blocked";

/// Describes who can read what a phone sends; returns nothing for a protection that promises nothing.
#[must_use]
pub const fn protection(protection: Protection) -> Option<&'static str> {
    match protection {
        Protection::EndToEnd => Some("end-to-end encrypted: only the recipient's phone can read"),
        Protection::ServerReadable => None,
    }
}

/// Describes who can read a backup, by the holder of its key.
#[must_use]
pub const fn backup_readers(held_by: BackupKey) -> &'static str {
    match held_by {
        BackupKey::Owner => {
            "Nobody but whoever has the key can read the backup: the relay keeps it sealed, without the key."
        }
        BackupKey::Provider | BackupKey::None => {
            "Whoever runs the relay can read the backup, and can be made to hand it over: its key lies beside it."
        }
    }
}
