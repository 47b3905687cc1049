//! Groups whose members the operator manages, in memory: acts that wait for the relay, and whether its word has come on
//! this connection.

use std::collections::VecDeque;

use pillarbox_wire::{GroupAct, Timestamp};

use crate::records::ids::GroupId;

/// Acts and questions while the phone runs. Nothing of it is stored: an act that the relay has not answered has not
/// happened for this phone, and the relay's word on the next connection says whether it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupActs {
    pub(crate) acts: VecDeque<(GroupId, GroupAct)>,
    /// True if the relay was asked for the account's groups on this connection.
    pub(crate) followed: bool,
    pub(crate) retry_at: Option<Timestamp>,
}

impl GroupActs {
    /// Notes that the named link is gone.
    pub(crate) const fn disconnected(&mut self) {
        self.followed = false;
    }

    pub(crate) fn are_settled(&self) -> bool {
        self.retry_at.is_some() || (self.followed && self.acts.is_empty())
    }
}
