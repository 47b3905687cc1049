//! The row of a deposit that a phone made at this relay about its owner.

use pillarbox_wire::{AccountId, Bytes, DepositKind, Timestamp, declare};
use serde::Serialize;

use super::readable;

/// A row of `deposits`. An account has at most one of each kind and subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DepositRow {
    /// The account that made it.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// The kind of deposit.
    pub kind: DepositKind,
    /// Distinguishes deposits of one kind.
    #[serde(serialize_with = "readable::bytes")]
    pub subject: Bytes,
    /// The deposit itself, byte for byte.
    #[serde(serialize_with = "readable::bytes")]
    pub value: Bytes,
    /// Time at which the relay accepted it, in milliseconds since 1970.
    pub left_at: Timestamp,
}

declare!(
    /// Columns of [`DepositRow`].
    DEPOSIT: DepositRow {
        account: Entity, Deposits, "whose it is";
        kind: Entity, Deposits, "what it is: a name, an address-book entry, a part of a backup";
        subject: Entity, Deposits, "which of its kind: a number in the address book, a group, a part";
        value: Content, Deposits, "the thing itself, readable or encrypted as the phone's design has it";
        left_at: Events, Deposits, "when the phone left it";
    }
);

/// A deposit that is made or, without a value, withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The account that makes it.
    pub account: AccountId,
    /// The kind of deposit.
    pub kind: DepositKind,
    /// Distinguishes deposits of one kind.
    pub subject: Bytes,
    /// The deposit itself, which replaces an earlier one. Without it an earlier one is withdrawn, if there is one.
    pub value: Option<Bytes>,
    /// Time at which it is made.
    pub at: Timestamp,
}

/// Number and size of one account's deposits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deposits {
    /// Number of rows.
    pub rows: u32,
    /// Bytes of subjects and values together.
    pub bytes: u64,
}
