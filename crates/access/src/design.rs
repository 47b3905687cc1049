//! Designs: how a messenger is built, as data. A design says what its phones do with a text and what its relay
//! keeps; phones and relay act on those values, and nothing anywhere asks for a design's name.

use pillarbox_client::{PaddingRule, Protection};
use pillarbox_relay::Keeping;

/// How a messenger is built.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in one plain phrase.
    pub plain: &'static str,
    /// What its phones do with a text.
    pub protection: Protection,
    /// Which lengths its messages have.
    pub padding: PaddingRule,
    /// What its relay keeps.
    pub keeping: Keeping,
}

/// Phones hand the relay readable text, and the relay keeps the history for a year.
pub const PLAIN_SERVER: Design = Design {
    name: "plain-server",
    plain: "the server can read, and keeps the history",
    protection: Protection::ServerReadable,
    padding: PaddingRule::None,
    keeping: Keeping::HISTORY,
};

/// Phones encrypt to each other with sealed senders, and the relay keeps a message until it is delivered.
pub const END_TO_END: Design = Design {
    name: "end-to-end",
    plain: "only the phones can read; delivered rows are deleted",
    protection: Protection::EndToEnd,
    padding: PaddingRule::Blocks80,
    keeping: Keeping::LEAST,
};

/// Every design, in the order of the tables.
pub const ALL: &[&Design] = &[&PLAIN_SERVER, &END_TO_END];
