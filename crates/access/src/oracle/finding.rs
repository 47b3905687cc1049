//! Rows of agreement: what a table says, what the run says, and whether that is the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::source::Source;
use crate::design::Mark;

/// Whether table and run agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Agreement {
    /// They do.
    Agrees,
    /// The run returns the item under this process; the table names none.
    AgreesElsewhere {
        /// Under which.
        process: &'static str,
    },
    /// The table is silent here.
    NotAsserted,
    /// A condition of the row does not hold.
    NotApplicable {
        /// Which.
        because: String,
    },
    /// The worlds have nothing of the kind, so that its absence says nothing.
    NotModelled,
    /// They do not.
    Differs,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agrees => f.write_str("agrees"),
            Self::AgreesElsewhere { process } => {
                write!(f, "agrees, under {process}: process not stated by the chart")
            }
            Self::NotAsserted => f.write_str("nothing is asserted"),
            Self::NotApplicable { because } => write!(f, "not applicable: {because}"),
            Self::NotModelled => f.write_str("not modelled"),
            Self::Differs => f.write_str("differs"),
        }
    }
}

/// Whose mistake a difference may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The emulation's: the product does something else than our design.
    Ours,
    /// The table's: its source, or the transcription, says less or more than is so.
    Theirs,
    /// Both are right: they speak of different times, products or parts.
    Nobodys,
    /// Nobody who wrote this knows.
    Unknown,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "perhaps the emulation's mistake",
            Self::Theirs => "perhaps the table's mistake",
            Self::Nobodys => "both can be right",
            Self::Unknown => "open whose mistake",
        })
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// In plain words.
    pub because: String,
    /// Where that is from.
    pub from: String,
    /// Whose mistake it may be.
    pub whose: Whose,
}

/// One row of a table, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which table.
    pub source: Source,
    /// The messenger, in the table's word; the experiment of a figure that is no messenger's.
    pub app: String,
    /// The design that was run.
    pub design: String,
    /// Which demand or page, where the table has several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The process; empty for a figure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub process: String,
    /// In which case, if the table tells cases apart.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub case: String,
    /// The item, marker or figure.
    pub item: String,
    /// What the table says.
    pub says: String,
    /// What the run says.
    pub run: String,
    /// Whether that is the same.
    pub agreement: Agreement,
    /// How far the table's row was checked.
    pub mark: Mark,
    /// Why they differ, or why the worlds do not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl Row {
    /// Whether somebody must say why.
    #[must_use]
    pub const fn wants_reason(&self) -> bool {
        matches!(self.agreement, Agreement::Differs | Agreement::NotModelled)
    }
}

/// How many rows came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Table and run say the same.
    pub agree: usize,
    /// They do not.
    pub differ: usize,
    /// A condition of the row does not hold.
    pub not_applicable: usize,
    /// The table is silent.
    pub not_asserted: usize,
    /// The worlds have nothing of the kind.
    pub not_modelled: usize,
    /// Of the rows that agree or differ, those whose table row was not checked against its original.
    pub recheck: usize,
}

impl Counts {
    /// Counts rows.
    #[must_use]
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            let (count, compared) = match row.agreement {
                Agreement::Agrees | Agreement::AgreesElsewhere { .. } => (&mut counts.agree, true),
                Agreement::Differs => (&mut counts.differ, true),
                Agreement::NotApplicable { .. } => (&mut counts.not_applicable, false),
                Agreement::NotAsserted => (&mut counts.not_asserted, false),
                Agreement::NotModelled => (&mut counts.not_modelled, false),
            };
            *count += 1;
            counts.recheck += usize::from(compared && row.mark == Mark::Recheck);
        }
        counts
    }
}
