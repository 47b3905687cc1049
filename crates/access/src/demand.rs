//! Demands: legal powers to ask an operator for what it has. Each is data; [`crate::serve`] puts any of them
//! to any relay's holdings.

use pillarbox_wire::inventory::Class;
use serde::Serialize;

/// One power in one legal system, and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Power {
    /// What the law or the practice calls it.
    pub name: &'static str,
    /// Act and section. The text of the law is the source.
    pub section: &'static str,
}

/// A demand on a relay's operator for what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in one plain phrase.
    pub plain: &'static str,
    /// The power in the United Kingdom.
    pub uk: Power,
    /// The power in the United States.
    pub us: Power,
    /// The kinds of data that it reaches. Everything else is asked and stays blank.
    #[serde(skip)]
    pub covers: &'static [Class],
}

/// The metadata that an operator holds.
pub const COMMUNICATIONS_DATA: Demand = Demand {
    name: "communications-data",
    plain: "who, to whom, when: not what was said",
    uk: Power {
        name: "communications data authorisation",
        section: "Investigatory Powers Act 2016, Part 3 (sections 60A, 61 and 61A)",
    },
    us: Power { name: "subpoena or court order for records", section: "18 U.S.C. 2703(c)(2) and (d)" },
    covers: &[Class::Entity, Class::Events],
};

/// What was said, as far as the operator holds it. Both powers reach the data about it too: secondary data in the UK (section
/// 15(2)(b)), records in the US (18 U.S.C. 2703(c)(1)(A)).
pub const CONTENT_WARRANT: Demand = Demand {
    name: "content-warrant",
    plain: "what was said, as far as the operator has it, and the data about it",
    uk: Power {
        name: "targeted interception warrant, stored communications",
        section: "Investigatory Powers Act 2016, Part 2 (sections 4 and 15)",
    },
    us: Power { name: "search warrant", section: "18 U.S.C. 2703(a) to (c)" },
    covers: &[Class::Entity, Class::Events, Class::Content],
};

/// The demands that can be served today.
pub const ALL: &[&Demand] = &[&COMMUNICATIONS_DATA, &CONTENT_WARRANT];

/// The demand of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Demand> {
    ALL.iter().copied().find(|demand| demand.name == name)
}
