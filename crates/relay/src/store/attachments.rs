//! The rows of attachments: encrypted files that phones leave here for whoever is told their names.
//!
//! They stay empty unless the rule keeps attachments. A part goes by age, or with the account that left it.

use pillarbox_wire::{AccountId, Bytes, FixedBytes, Timestamp, declare};
use serde::Serialize;

use super::readable;

/// A row of `attachments`: one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttachmentRow {
    /// The attachment's name.
    #[serde(serialize_with = "readable::fixed")]
    pub attachment: FixedBytes<32>,
    /// The part's place, from 0.
    pub number: u8,
    /// The account that left it.
    #[serde(serialize_with = "readable::display")]
    pub owner: AccountId,
    /// Time at which the relay accepted it, in milliseconds since 1970.
    pub left_at: Timestamp,
    /// The part itself, byte for byte.
    #[serde(serialize_with = "readable::bytes")]
    pub part: Bytes,
}

declare!(
    /// Columns of [`AttachmentRow`].
    ATTACHMENT: AttachmentRow {
        attachment: Keys, Attachments, "names the attachment to whoever was told";
        number: Events, Attachments, "which part; the last one tells how long it is";
        owner: Entity, Attachments, "who left it, so that one account cannot fill the disk";
        left_at: Events, Attachments, "when it was left, so that it goes in time";
        part: Content, Attachments, "ciphertext; for whoever has the key";
    }
);

/// Number and size of the parts that one account has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftAttachments {
    /// Number of attachments.
    pub attachments: u32,
    /// Bytes of their parts together.
    pub bytes: u64,
}
