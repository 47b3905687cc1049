//! Groups whose members the operator manages: phones ask for acts, and the relay says who is in a group.
//!
//! The relay checks that the actor may act, stores the group, and tells everybody concerned who follows. Nobody signs
//! any of it: an operator who changes its own rows is believed. A relay without the rule knows no group.

use pillarbox_wire::{
    ActOnGroup, ClientFrame, DeviceAddress, FollowGroups, GroupAct, GroupActed, GroupTold, GroupsFollow,
    Refusal, RelayFrame,
};

use super::Relay;
use super::events::{Effect, Input};
use super::log::LogEntry;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::Request;
use crate::rules::keeping::Logged;
use crate::store::{GroupMemberRow, Regrouping, Store};

/// Bytes of an account in a group besides its row's overhead: two accounts, a group, a word and a time.
const MEMBER_BYTES: usize = 3 * 16 + 8 + 8 + 32;

impl<S: Store> Relay<S> {
    pub(super) fn act_on_group(&mut self, id: ConnectionId, frame: ActOnGroup, round: &mut Round) {
        let (request, group) = (frame.request, frame.group);
        if round.claimed_groups.contains(&group) {
            return round.defer(id, Input::Frame(ClientFrame::ActOnGroup(Box::new(frame))));
        }
        match self.stage_act(id, frame, round) {
            Ok(acted) => round.promise(id, request, RelayFrame::GroupActed(Box::new(acted))),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_act(
        &mut self,
        id: ConnectionId,
        frame: ActOnGroup,
        round: &mut Round,
    ) -> Result<GroupActed, Refusal> {
        let ActOnGroup { request, group, act } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let actor = connection.named()?.account;
        self.groups_offered()?;
        let rate = self.settings.limits.group_acts;
        self.limiter.take(Request::Group, connection.subject(), rate, round.now)?;
        let new = match &act {
            GroupAct::Create { name: _, members } => members.as_slice(),
            GroupAct::Add { member } => std::slice::from_ref(member),
            GroupAct::Remove { .. } | GroupAct::Leave | GroupAct::HandOver { .. } => &[],
        };
        if new.iter().any(|account| self.directory.account(*account).is_none()) {
            return Err(Refusal::UnknownRecipient);
        }
        if !new.is_empty() {
            self.take_room(new.len() * MEMBER_BYTES, round)?;
        }
        let (after, is_new) = self.groups.after(group, act, actor, round.now)?;
        let state = after.state_for(actor).ok_or(Refusal::UnknownGroup)?;
        if is_new {
            round.claimed_groups.insert(group);
            round.block(id);
            self.log(LogEntry::on(&connection, Logged::Changed).named("groups"), round);
            round.changes.groups.push(after);
            round.grouping.push(id);
        }
        Ok(GroupActed { request, state })
    }

    pub(super) fn follow_groups(&mut self, id: ConnectionId, frame: FollowGroups, round: &mut Round) {
        let FollowGroups { request } = frame;
        let account = self.connections.get(id).ok_or(Refusal::NotAuthenticated).and_then(|connection| {
            let account = connection.named()?.account;
            self.groups_offered()?;
            let rate = self.settings.limits.group_acts;
            self.limiter.take(Request::Group, connection.subject(), rate, round.now)?;
            Ok(account)
        });
        let account = match account {
            Ok(account) => account,
            Err(reason) => return round.refuse(id, request, reason),
        };
        self.connections.follow_groups(id);
        for state in self.groups.around(account).filter_map(|group| group.state_for(account)) {
            round.answer(id, RelayFrame::GroupTold(Box::new(GroupTold { state })));
        }
        let groups = self.groups.with(account).map(|group| group.group.group_id).collect();
        round.answer(id, RelayFrame::GroupsFollow(GroupsFollow { request, groups }));
    }

    fn groups_offered(&self) -> Result<(), Refusal> {
        if self.settings.keeping.groups { Ok(()) } else { Err(Refusal::NotOffered) }
    }

    /// Takes a committed change over, and returns the news for everybody concerned who follows, apart from the
    /// connection that asked for it.
    pub(super) fn bring_in_group(&mut self, after: Regrouping, asked: Option<ConnectionId>) -> Vec<Effect> {
        let mut news = Vec::new();
        let before = self.groups.group(after.group.group_id);
        // Whoever is out is told so once, and nothing of what happens afterwards.
        let is_news = |row: &&GroupMemberRow| {
            row.standing.is_in() || before.and_then(|before| before.member(row.account)) != Some(row)
        };
        for account in after.members.iter().filter(is_news).map(|row| row.account) {
            let devices = self.directory.account(account).map_or(&[][..], |account| &account.devices);
            let online = devices.iter().filter_map(|device| {
                let address = DeviceAddress { account, device: *device };
                self.directory.device(&address)?.online.filter(|online| Some(*online) != asked)
            });
            for connection in online.filter(|online| self.connections.follows_groups(*online)) {
                if let Some(state) = after.state_for(account) {
                    let told = RelayFrame::GroupTold(Box::new(GroupTold { state }));
                    news.push(Effect::Send(connection, told));
                }
            }
        }
        self.groups.take(after);
        news
    }
}
