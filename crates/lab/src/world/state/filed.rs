//! Reports that reached an operator.

use pillarbox_client::report::AbuseReport;
use pillarbox_wire::Timestamp;

use super::site::SiteId;
use crate::scenario::PersonId;

/// A report as received by the operator.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The relay whose operator received the report.
    pub site: SiteId,
    /// The time at which the report was made.
    pub at: Timestamp,
    /// The person who reports.
    pub by: PersonId,
    /// The report.
    pub report: AbuseReport,
}
