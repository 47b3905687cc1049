//! The programs and designs of an audit.

use std::path::PathBuf;

use pillarbox_access::{Design, designs};

use super::program;
use super::seam::Patch;

/// The programs and designs of an audit.
#[derive(Clone, Debug)]
pub struct AuditPlan {
    /// The relay's program.
    pub relay_program: PathBuf,
    /// The phone's program.
    pub phone_program: PathBuf,
    /// A design under which the relay can read: the positive control.
    pub readable: Design,
    /// The design for which it is claimed that the relay cannot read.
    pub unreadable: Design,
    /// The change that a phone of that design makes to each payload with a text; `None` except in a test of the
    /// audit.
    pub patch: Option<fn(&str) -> Patch>,
}

impl AuditPlan {
    /// Creates a plan with the plain server as the control, and end to end as the claim. The phone's program is the one
    /// beside this program.
    #[must_use]
    pub fn new(relay_program: PathBuf) -> Self {
        Self {
            relay_program,
            phone_program: program::beside(program::PHONE_PROGRAM),
            readable: designs::plain_server().clone(),
            unreadable: designs::end_to_end().clone(),
            patch: None,
        }
    }
}
