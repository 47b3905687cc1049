//! Questions to an operator who manages the members of groups.

use pillarbox_wire::{ActOnGroup, ClientFrame, FollowGroups, Timestamp};

use crate::phone::engine::Phone;
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::records::ids::GroupId;

impl Phone {
    /// Asks for the account's groups once on each connection, and then for what the owner wants done, one act at a
    /// time.
    pub(super) fn tend_groups(&mut self, now: Timestamp, frames: &mut Vec<ClientFrame>) {
        if !self.account.follows_operator() || self.group_acts.retry_at.is_some_and(|at| at > now) {
            return;
        }
        self.group_acts.retry_at = None;
        let Some(connection) = self.links.get_mut(Link::Named) else { return };
        let asks = |question: &Question| matches!(question, Question::Group { .. } | Question::FollowGroups);
        if connection.is_asking(asks) {
            return;
        }
        if !self.group_acts.followed {
            self.group_acts.followed = true;
            let request = connection.ask(Question::FollowGroups);
            frames.push(ClientFrame::FollowGroups(FollowGroups { request }));
        } else if let Some((group, act)) = self.group_acts.acts.pop_front() {
            let request = connection.ask(Question::Group { group, act: act.clone() });
            frames.push(ClientFrame::ActOnGroup(Box::new(ActOnGroup { request, group: group.0, act })));
        }
    }

    /// Returns true if the relay has been asked for an act on this group and has not answered.
    pub(crate) fn asks_for_group(&self, asked: GroupId) -> bool {
        let this = |question: &Question| matches!(question, Question::Group { group, .. } if *group == asked);
        self.links.get(Link::Named).is_some_and(|connection| connection.is_asking(this))
    }

    /// Returns true if nothing about groups waits for the operator.
    pub(crate) fn groups_are_settled(&self) -> bool {
        !self.account.follows_operator() || self.group_acts.are_settled()
    }
}
