//! The legal process that a kind of data requires in the United States, and the kind's definition in the United
//! Kingdom.

use pillarbox_wire::inventory::Class;
use serde::{Deserialize, Serialize};

/// The process required for a kind of data under the US Stored Communications Act, the easiest to get first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The closed list of 18 U.S.C. 2703(c)(2): name, address, connection records or session times, length and kind of
    /// service, instrument number or other subscriber number or identity with network addresses, means of payment. A
    /// subpoena is enough.
    Subscriber,
    /// Other records about a subscriber, not the contents: 18 U.S.C. 2703(c)(1), by order under 2703(d).
    Records,
    /// The contents of communications, or what a user stores: 18 U.S.C. 2703(a) and (b), by warrant.
    Contents,
    /// On none of the usual lists. It is returned to a demand that names it, or by an operator that says it hands
    /// it over.
    Named,
}

impl Reach {
    /// Every kind, the easiest first.
    pub const ALL: [Self; 4] = [Self::Subscriber, Self::Records, Self::Contents, Self::Named];

    /// Returns the section of the law that defines this process.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Subscriber => "18 U.S.C. 2703(c)(2)",
            Self::Records => "18 U.S.C. 2703(c)(1) and (d)",
            Self::Contents => "18 U.S.C. 2703(a) and (b)",
            Self::Named => "18 U.S.C. 2703(c)(1) and (d), where a demand names it",
        }
    }
}

/// Returns the section of the Investigatory Powers Act 2016 that defines a kind of data.
#[must_use]
pub const fn uk_section(class: Class) -> &'static str {
    match class {
        Class::Entity => "Investigatory Powers Act 2016, section 261(3)",
        Class::Events => "Investigatory Powers Act 2016, section 261(4)",
        Class::Content => "Investigatory Powers Act 2016, section 261(6)",
        Class::Keys | Class::Protocol => "no kind of its own",
    }
}
