//! Changes of groups as the owner signs them.

use pillarbox_crypto::IdentitySecret;
use pillarbox_wire::{AccountId, CodecError, FixedBytes, Timestamp};

use crate::phone::error::PhoneError;
use crate::records::contact::ContactRecord;
use crate::records::group::GroupRecord;
use crate::records::membership::log::{ChangeTaken, MembershipLog};
use crate::records::membership::state::Membership;
use crate::records::membership::{GroupMember, MemberAct, MemberChange, MemberClaim};
use crate::vault::StorageError;

/// The owner, signing at one moment.
pub(super) struct GroupSigner<'a> {
    pub(super) own: AccountId,
    pub(super) identity: &'a IdentitySecret,
    pub(super) now: Timestamp,
}

impl GroupSigner<'_> {
    /// Signs a group of the owner and these contacts into an empty log.
    pub(super) fn make(
        &self,
        log: &mut MembershipLog,
        name: &str,
        salt: FixedBytes<16>,
        contacts: &[ContactRecord],
    ) -> Result<GroupRecord, PhoneError> {
        let claim = MemberClaim::make(self.member(), name.to_owned(), salt, self.now).map_err(too_long)?;
        let mut record = GroupRecord::new(claim.group, name.to_owned(), FixedBytes([0; 32]));
        self.sign(log, claim)?;
        for contact in contacts {
            let act = MemberAct::Add { member: signed(contact)? };
            self.sign(log, self.claim(&record, act))?;
        }
        record.follow(log);
        Ok(record)
    }

    /// Signs that a contact is in the group, under the key that this phone knows. Returns no change if that is signed
    /// already.
    pub(super) fn add(
        &self,
        log: &mut MembershipLog,
        record: &GroupRecord,
        contact: &ContactRecord,
    ) -> Result<Option<MemberChange>, PhoneError> {
        let (state, member) = (self.state(log)?, signed(contact)?);
        let knew = state.people.contains_key(&member.account) || log.has_parted(member.account);
        if knew && !record.has(member.account) {
            return Err(PhoneError::TooManyMembers);
        }
        if state.is_author(member) {
            return Ok(None);
        }
        let change = self.sign(log, self.claim(record, MemberAct::Add { member }))?;
        Ok(Some(change))
    }

    /// Signs the removal of a member. All its additions remain valid. Returns all acts of the keeper, the new one
    /// last.
    pub(super) fn remove(
        &self,
        log: &mut MembershipLog,
        record: &GroupRecord,
        member: AccountId,
    ) -> Result<Vec<MemberChange>, PhoneError> {
        let state = self.state(log)?;
        if state.keeper != self.member() {
            return Err(PhoneError::OtherKey);
        }
        let honoured = log.additions_of(member, &state);
        let before = state.last;
        let change = self.sign(log, self.claim(record, MemberAct::Remove { member, honoured, before }))?;
        let holds = self.state(log)?.holds;
        let mut acts: Vec<MemberChange> = log
            .changes()
            .iter()
            .filter(|(digest, other)| holds.contains(digest) && is_keepers(other) && **other != change)
            .map(|(_, other)| other.clone())
            .collect();
        acts.push(change);
        Ok(acts)
    }

    /// Signs the owner's departure, and before that the hand-over to another keeper, if the owner is the keeper.
    /// Returns nothing if the group knows the owner by another key: the members then rely on this phone's sessions.
    pub(super) fn leave(
        &self,
        log: &mut MembershipLog,
        record: &GroupRecord,
    ) -> Result<Vec<MemberChange>, PhoneError> {
        let mut state = match self.state(log) {
            Err(PhoneError::OtherKey) => return Ok(Vec::new()),
            other => other?,
        };
        let mut acts = Vec::new();
        if state.keeper == self.member()
            && let Some(to) = self.successor(record, &state)
        {
            let act = MemberAct::Hand { to, before: state.last };
            acts.push(self.sign(log, self.claim(record, act))?);
            state = self.state(log)?;
        }
        let honoured = log.additions_of(self.own, &state);
        let act = MemberAct::Leave { honoured, before: state.last };
        acts.push(self.sign(log, self.claim(record, act))?);
        Ok(acts)
    }

    /// Returns the member who has been in the group longest after the owner.
    fn successor(&self, record: &GroupRecord, state: &Membership) -> Option<GroupMember> {
        let keys = state.people.iter().filter(|(account, _)| **account != self.own && record.has(**account));
        let firsts = keys.filter_map(|(_, person)| person.keys.last().map(|key| (key.at, key.member)));
        firsts.min().map(|(_, member)| member)
    }

    fn claim(&self, record: &GroupRecord, act: MemberAct) -> MemberClaim {
        MemberClaim { group: record.id, by: self.member(), act, at: self.now }
    }

    fn member(&self) -> GroupMember {
        GroupMember { account: self.own, key: FixedBytes(*self.identity.public().signing().as_bytes()) }
    }

    /// Returns the group's members, if the owner's key signs there.
    fn state(&self, log: &MembershipLog) -> Result<Membership, PhoneError> {
        log.state().filter(|state| state.is_author(self.member())).ok_or(PhoneError::OtherKey)
    }

    /// Signs a claim and adds it to the log.
    fn sign(&self, log: &mut MembershipLog, claim: MemberClaim) -> Result<MemberChange, PhoneError> {
        let group = claim.group;
        let change = claim.sign(self.identity.signing()).map_err(too_long)?;
        match log.take(group, &change) {
            ChangeTaken::New | ChangeTaken::Known => Ok(change),
            ChangeTaken::NoRoom => Err(PhoneError::TooManyMembers),
            ChangeTaken::Refused => Err(StorageError::Damaged.into()),
        }
    }
}

/// Names and lists are checked before they are signed, so one that is too long came from a damaged row.
fn too_long(_: CodecError) -> PhoneError {
    StorageError::Damaged.into()
}

/// Returns the contact as changes name it.
fn signed(contact: &ContactRecord) -> Result<GroupMember, PhoneError> {
    let identity = contact.identity.ok_or(PhoneError::NoIdentity)?;
    Ok(GroupMember { account: contact.account, key: identity.signing })
}

const fn is_keepers(change: &MemberChange) -> bool {
    matches!(change.claim.act, MemberAct::Remove { .. } | MemberAct::Hand { .. })
}
