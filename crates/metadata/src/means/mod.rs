//! Means of finding the pairs who talk to each other, one file each. Each takes a trace and nothing else.

mod address;
mod connection;
mod epochs;
mod groups;
mod leads;
mod lookup;
mod named;
mod push;
mod receipt;
mod size;
mod statistics;
mod terms;

use crate::trace::{Trace, TraceTiming};

pub use groups::sets;
pub use terms::{Lead, MeansRefusal, MeansSettings};

/// A means of finding the pairs who talk to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// A row of a message names both.
    Named,
    /// A look-up or a key fetch names both, and a message follows.
    Lookup,
    /// A message without a sender comes from an address that one known person uses.
    Address,
    /// Messages without a sender share one connection.
    Connection,
    /// Sizes distinguish a receipt from a text, or one message from another on the wire.
    Size,
    /// A receipt follows a message.
    Receipt,
    /// Receipts follow more often than by chance, over many messages.
    Statistics,
    /// One text is sent to several people at once.
    Groups,
    /// The push service wakes one phone after another.
    Push,
}

impl Means {
    /// Every means, in the order of the reference.
    pub const ALL: [Self; 9] = [
        Self::Named,
        Self::Lookup,
        Self::Address,
        Self::Connection,
        Self::Size,
        Self::Receipt,
        Self::Statistics,
        Self::Groups,
        Self::Push,
    ];

    /// Returns the name used in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Lookup => "lookup",
            Self::Address => "address",
            Self::Connection => "connection",
            Self::Size => "size",
            Self::Receipt => "receipt",
            Self::Statistics => "statistics",
            Self::Groups => "groups",
            Self::Push => "push",
        }
    }

    /// Returns the name for a reader of a table.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Named => "named by the phone",
            Self::Lookup => "key fetch before a message",
            Self::Address => "network address",
            Self::Connection => "connection without name",
            Self::Size => "size of messages",
            Self::Receipt => "receipt that follows",
            Self::Statistics => "statistics over messages",
            Self::Groups => "one text to several people",
            Self::Push => "wakes by the push service",
        }
    }

    /// Returns true if a row names the pair; otherwise the pair is inferred, and never counted as returned.
    #[must_use]
    pub const fn is_named(self) -> bool {
        matches!(self, Self::Named)
    }

    /// Returns true if the means rests on times, addresses or connections as a network makes them.
    const fn needs_a_network(self) -> bool {
        !matches!(self, Self::Named | Self::Lookup | Self::Groups)
    }

    /// Returns the pairs that this means names.
    ///
    /// # Errors
    /// [`MeansRefusal`], if the trace offers it no basis.
    pub fn find(self, trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
        if trace.timing == TraceTiming::Instant && self.needs_a_network() {
            return Err(MeansRefusal::NoNetwork);
        }
        match self {
            Self::Named => named::find(trace),
            Self::Lookup => lookup::find(trace, settings),
            Self::Address => address::find(trace, settings),
            Self::Connection => connection::find(trace, settings),
            Self::Size => size::find(trace, settings),
            Self::Receipt => receipt::find(trace, settings),
            Self::Statistics => statistics::find(trace, settings),
            Self::Groups => groups::find(trace, settings),
            Self::Push => push::find(trace, settings),
        }
    }
}
