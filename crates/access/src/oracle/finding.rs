//! Rows of agreement: the table's statement, the run's result, and the comparison of the two.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::source::OracleSource;
use crate::design::Mark;

/// The comparison of a table with a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Agreement {
    /// The table and the run agree.
    Agrees,
    /// The run returns the item under this process, and the table names no process.
    AgreesElsewhere {
        /// The process under which it was returned.
        process: &'static str,
    },
    /// The table does not say.
    NotAsserted,
    /// A condition of the row does not hold.
    NotApplicable {
        /// The condition in words.
        because: String,
    },
    /// No world has anything of the kind, so its absence says nothing.
    NotModelled,
    /// The table and the run differ.
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

/// The side that may be mistaken where the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The emulation: the product does something else than our design.
    Ours,
    /// The table is wrong: its source or the transcription says less or more than is true.
    Theirs,
    /// Neither side: they are about different times, products or parts.
    Nobodys,
    /// The authors of this file do not know.
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

/// The reason for a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The explanation in plain words.
    pub because: String,
    /// The source of the explanation.
    pub from: String,
    /// The side that may be mistaken.
    pub whose: Whose,
}

/// One row of a table, compared with a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedRow {
    /// The table that contains it.
    pub source: OracleSource,
    /// The messenger, as the table names it. For a figure that is about no messenger, the experiment.
    pub app: String,
    /// The design that was run.
    pub design: String,
    /// The demand or page that is the origin, if the table has several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The process, which is empty for a figure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub process: String,
    /// The case, if the table distinguishes cases.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub case: String,
    /// The item, marker or figure.
    pub item: String,
    /// The table's statement about the item.
    pub says: String,
    /// The run's return.
    pub run: String,
    /// The comparison of the two.
    pub agreement: Agreement,
    /// The extent to which the table's row was checked.
    pub mark: Mark,
    /// The reason that they differ, or that no world has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl ComparedRow {
    /// Returns true if the row needs a written reason.
    #[must_use]
    pub const fn wants_reason(&self) -> bool {
        matches!(self.agreement, Agreement::Differs | Agreement::NotModelled)
    }
}

/// The number of rows with each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OutcomeCounts {
    /// The table and the run agree.
    pub agree: usize,
    /// The table and the run differ.
    pub differ: usize,
    /// A condition of the row does not hold.
    pub not_applicable: usize,
    /// The table does not say.
    pub not_asserted: usize,
    /// No world has anything of the kind.
    pub not_modelled: usize,
    /// Rows that agree or differ, and whose table row was not checked against its original.
    pub recheck: usize,
}

impl OutcomeCounts {
    /// Counts the outcomes of rows.
    #[must_use]
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r ComparedRow>) -> Self {
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
