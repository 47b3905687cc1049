//! The audit behind `pillarbox-lab audit`: evidence that the relay cannot read.
//!
//! Random words are said in a conversation between two phones over a relay that is its own process, once under a
//! design in which the relay can read and once end to end. Then they are searched for everywhere the relay keeps
//! data: its memory, its files, its log, its metrics, and the recorded connections. The search knows each
//! [encoding](encoding::Encoding) that a program is likely to leave, forwards, backwards and under the xor with any
//! one byte. The first run is the positive control: a search that does not find the words where they are readable
//! is an [error](AuditError::Control) and not a finding.
//!
//! What has a name or a key besides (groups, linked devices, backups, channels) has two runs ([`features`]).
//!
//! The phone's program has its own run ([`locking`]): the contents of its memory while a chat is open must be gone
//! from the same process once the chat is locked.
//!
//! | file | what |
//! |---|---|
//! | [`needle`], [`encoding`], [`form`], [`search`] | what is searched for, in which forms, and the search |
//! | [`memory`], [`files`], [`recorder`] | the places: another process, folders, the wire |
//! | [`lengths`] | the length of each payload and row |
//! | `program`, `person`, [`seam`], `randomness` | the relay's process, and phones whose secrets are remembered |
//! | `plan`, [`stage`], `phones`, `searched` | one run |
//! | [`features`] | the runs with a group, a linked device, a backup and a channel |
//! | [`locking`], `chat` | the run of the phone's program |
//! | [`selftest`] | the run of a patched phone, in which everything has to be found |
//! | `verdict`, [`report`], [`text`] | what follows, as data and for a terminal |

mod chat;
pub mod encoding;
mod error;
pub mod features;
pub mod files;
pub mod form;
pub mod lengths;
pub mod locking;
pub mod memory;
pub mod needle;
mod person;
mod phones;
mod plan;
mod program;
mod randomness;
pub mod recorder;
pub mod report;
pub mod seam;
pub mod search;
mod searched;
pub mod selftest;
pub mod stage;
pub mod text;
mod verdict;

use crate::progress::Progress;
pub use error::AuditError;
use pillarbox_client::GroupBasis;
pub use plan::AuditPlan;
pub use program::beside_this_program;
use report::{AuditReport, AuditRun, FeatureRun, Finding, Locking, SelfTest};

/// The parts that an audit leaves out. Every report lists them.
const NOT_SEARCHED: &[&str] = &[
    "the memory of the other phones: they run inside this program, which knows the words",
    "keys that the phone's program drew itself while it ran: the audit knows those that the phone was made with",
    "what the phone's program has printed, and what a terminal would keep of it",
    "swap space, core dumps and what the operating system keeps of connections",
    "words that are compressed, encrypted or cut into pieces and stand in the place of something as long: a key, a \
     nonce, padding; and what the times of messages could be made to tell",
    "who talks with whom, when, from where and how much: the relay sees that in part, see `pillarbox-relay inventory`",
];

/// The number of conversations of an audit, for [`Progress`].
pub const CONVERSATIONS: usize = 6;

/// The conversations of an audit, run and searched.
#[derive(Clone, Debug)]
pub struct Conversations {
    /// The run under the design in which the relay can read.
    pub readable: AuditRun,
    /// The run under the design for which it is claimed that the relay cannot read.
    pub unreadable: AuditRun,
    /// The runs with a group, a linked device, a backup and a channel: first that whose members sign, then that whose
    /// operator manages them.
    pub features: [FeatureRun; 2],
    /// The run of the phone's program.
    pub locking: Locking,
    /// The run of a patched phone.
    pub self_test: SelfTest,
}

/// Runs the conversations, searches, and draws the conclusions. It should run on more than one thread, because the
/// recorder and the search should not wait for each other.
///
/// # Errors
/// [`AuditError`]; in this case nothing is shown, and no files remain.
pub async fn run(plan: &AuditPlan, progress: &Progress) -> Result<AuditReport, AuditError> {
    Conversations::hold(plan, progress).await?.conclude()
}

impl Conversations {
    /// Runs the conversations of a plan, and searches.
    ///
    /// # Errors
    /// [`AuditError`]; in this case no files remain.
    pub async fn hold(plan: &AuditPlan, progress: &Progress) -> Result<Self, AuditError> {
        let readable = stage::play(&plan.relay_program, &plan.readable, None).await?;
        progress.step();
        let unreadable = stage::play(&plan.relay_program, &plan.unreadable, plan.patch).await?;
        progress.step();
        let (relay, design) = (&plan.relay_program, AuditPlan::new(plan.relay_program.clone()).unreadable);
        let signed = features::play(relay, &design, GroupBasis::Signed, GroupBasis::Signed).await?;
        progress.step();
        let operators = features::play(relay, &design, GroupBasis::Operator, GroupBasis::Operator).await?;
        progress.step();
        let locking = locking::play(plan, locking::LockingWay::Typed).await?;
        progress.step();
        let self_test = selftest::play(plan).await?;
        progress.step();
        Ok(Self { readable, unreadable, features: [signed, operators], locking, self_test })
    }

    /// Draws the conclusions.
    ///
    /// # Errors
    /// [`AuditError::Control`] if nothing was found that must not be there, and the search missed what is there.
    pub fn conclude(self) -> Result<AuditReport, AuditError> {
        let Self { readable, unreadable, features, locking, self_test } = self;
        let claims = verdict::claims(&readable, &unreadable, &features, &locking);
        let mut controls = verdict::controls(&readable, &unreadable, &features, &locking);
        controls.extend(verdict::self_test(&self_test));
        let as_claimed = claims.iter().all(|claim| claim.holds);
        // A finding is a finding, however bad the search is. Only a good search can find nothing.
        if let (true, Some(missed)) = (as_claimed, controls.iter().find(|control| control.hits == 0)) {
            return Err(AuditError::Control { control: missed.control.clone() });
        }
        let finding = if as_claimed { Finding::AsClaimed } else { Finding::NotAsClaimed };
        Ok(AuditReport {
            v: 1,
            finding,
            claims,
            controls,
            runs: vec![readable, unreadable],
            features,
            locking,
            self_test,
            not_searched: NOT_SEARCHED,
        })
    }
}
