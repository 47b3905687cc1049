//! Groups whose members the operator manages, as the owner uses them: each act is a request to the relay.
//!
//! Nothing changes on this phone before the relay has answered. [`Notice::GroupNotChanged`](crate::Notice) says that it
//! has refused.

use std::collections::BTreeSet;

use pillarbox_wire::{AccountId, FixedBytes, GroupAct};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::{find_group, load_group};
use crate::phone::rows::records::load_contact;
use crate::records::group::GroupRecord;
use crate::records::ids::GroupId;

impl Phone {
    /// Returns the admin of a group whose members the operator manages, as the operator says; `None` for every other
    /// group.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group_admin(&self, group: GroupId) -> Result<Option<AccountId>, PhoneError> {
        let found = self.vault.read(|rows| find_group(rows, group))?;
        Ok(found.ok_or(PhoneError::UnknownGroup)?.operator_admin)
    }

    /// Returns true if the relay has not answered yet what the owner asked it to do with a group.
    #[must_use]
    pub fn awaits_group(&self, group: GroupId) -> bool {
        self.asks_for_group(group) || self.group_acts.acts.iter().any(|(waiting, _)| *waiting == group)
    }

    /// Asks the operator to make another member the admin in the owner's place.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::NotOperators`], [`PhoneError::NotKeeper`],
    /// [`PhoneError::NotMember`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn hand_over_group(&mut self, group: GroupId, member: AccountId) -> Result<(), PhoneError> {
        let record = self.operators_group(group)?.ok_or(PhoneError::NotOperators)?;
        if member == self.own()? || !record.has(member) {
            return Err(PhoneError::NotMember);
        }
        self.ask_as_admin(&record, GroupAct::HandOver { member })
    }

    /// Returns the record of a group that the owner is in, if the operator manages its members.
    pub(super) fn operators_group(&self, group: GroupId) -> Result<Option<GroupRecord>, PhoneError> {
        let own = self.own()?;
        let record = self.vault.read(|rows| load_group(rows, group, own))?;
        Ok(Some(record).filter(|record| record.operator_admin.is_some()))
    }

    /// Asks the operator to make a group.
    pub(super) fn ask_for_new_group(
        &mut self,
        name: &str,
        others: &BTreeSet<AccountId>,
        rng: &mut impl CryptoRng,
    ) -> Result<GroupId, PhoneError> {
        self.vault.read(|rows| others.iter().try_for_each(|member| load_contact(rows, *member).map(drop)))?;
        let mut group = GroupId(FixedBytes([0; 16]));
        rng.fill_bytes(&mut group.0.0);
        let members = others.iter().copied().collect();
        self.ask_operator(group, GroupAct::Create { name: name.to_owned(), members })?;
        Ok(group)
    }

    /// Asks the operator for an act that it takes from the admin only.
    pub(super) fn ask_as_admin(&mut self, record: &GroupRecord, act: GroupAct) -> Result<(), PhoneError> {
        if record.operator_admin != Some(self.own()?) {
            return Err(PhoneError::NotKeeper);
        }
        self.ask_operator(record.id, act)
    }

    /// Asks the operator for an act.
    pub(super) fn ask_operator(&mut self, group: GroupId, act: GroupAct) -> Result<(), PhoneError> {
        if !self.account.follows_operator() {
            return Err(PhoneError::NotOperators);
        }
        self.own()?;
        self.group_acts.acts.push_back((group, act));
        Ok(())
    }
}
