//! Signed membership: who created a group, who added, removed and left, each act signed by its author.
//!
//! A change is a [`MemberClaim`] and its author's signature, so a phone can check it no matter who sends it. The
//! claims of a group are a set, not a sequence: the members follow from the set alone (`state`), so that phones
//! which have the same changes agree, in whatever order the changes arrived. `log` keeps the set within limits.
//!
//! | act | author | rule |
//! |---|---|---|
//! | make | the creator of the group | the group's id is the digest of this claim, so a group has one |
//! | add | any member | valid until its author is removed or leaves; then only if that removal or farewell lists it |
//! | remove, hand over | the keeper | each names the keeper's act before it: one author, one chain |
//! | leave | oneself | names the keeper's last act that the leaver knew |
//!
//! A keeper that signs two acts over the same one forks its own chain; every phone follows the act with the lower
//! digest. This layer knows no contacts and no sessions: a key is whatever the claim that added it states.

pub(crate) mod log;
pub(crate) mod state;
#[cfg(test)]
mod tests;

use pillarbox_crypto::{Signature, SigningPublic, SigningSecret, kdf, labels};
use pillarbox_wire::{AccountId, CodecError, Encoded, FixedBytes, Timestamp, encode};
use serde::{Deserialize, Serialize};

use crate::records::ids::GroupId;
use crate::records::limits::{MAX_GROUP_MEMBERS, MAX_NAME_LEN};

/// Additions that one removal or farewell can list: an author adds each member once, and once more after a new phone.
pub const MAX_HONOURED: usize = 2 * MAX_GROUP_MEMBERS;

/// Names a change among the changes of its group.
pub type ChangeDigest = FixedBytes<32>;

/// An account together with the key that signs for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupMember {
    /// The member's account.
    pub account: AccountId,
    /// Its Ed25519 identity key.
    pub key: FixedBytes<32>,
}

/// The act that a member signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemberAct {
    /// The author makes the group and is its first member.
    Make {
        /// The group's name, at most [`MAX_NAME_LEN`] bytes.
        name: String,
        /// The one who may remove members.
        keeper: GroupMember,
        /// Makes the group's id differ from that of any earlier group.
        salt: FixedBytes<16>,
    },
    /// The author adds somebody.
    Add {
        /// The member to be added, under this key.
        member: GroupMember,
    },
    /// The keeper removes somebody, for good.
    Remove {
        /// The account, under any key.
        member: AccountId,
        /// The additions by the removed member that are still valid, ascending; at most [`MAX_HONOURED`].
        honoured: Vec<ChangeDigest>,
        /// The keeper's act before this one.
        before: ChangeDigest,
    },
    /// The keeper makes somebody else the keeper.
    Hand {
        /// The member who becomes the keeper.
        to: GroupMember,
        /// The keeper's act before this one.
        before: ChangeDigest,
    },
    /// The author leaves, for good.
    Leave {
        /// The additions by the author that are still valid, ascending; at most [`MAX_HONOURED`].
        honoured: Vec<ChangeDigest>,
        /// The keeper's last act that the author knew.
        before: ChangeDigest,
    },
}

/// The signed part of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberClaim {
    /// The group that the claim belongs to.
    pub group: GroupId,
    /// The member whose key signs the claim.
    pub by: GroupMember,
    /// The act that the author claims.
    pub act: MemberAct,
    /// By the author's clock.
    pub at: Timestamp,
}

impl Encoded for MemberClaim {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 32 * MAX_HONOURED + MAX_NAME_LEN + 192;
}

/// A claim and the signature of its author over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChange {
    /// The signed claim.
    pub claim: MemberClaim,
    /// Ed25519, under the label of group changes, over the encoded claim.
    pub signature: FixedBytes<64>,
}

impl MemberClaim {
    /// Returns the claim that makes a group: the group's id follows from it.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] for a name over the limit.
    pub fn make(
        by: GroupMember,
        name: String,
        salt: FixedBytes<16>,
        at: Timestamp,
    ) -> Result<Self, CodecError> {
        let act = MemberAct::Make { name, keeper: by, salt };
        let mut claim = Self { group: GroupId(FixedBytes([0; 16])), by, act, at };
        claim.group = claim.made_id()?;
        Ok(claim)
    }

    /// Signs the claim.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] for lists or names over their limits.
    pub fn sign(self, key: &SigningSecret) -> Result<MemberChange, CodecError> {
        let signature = FixedBytes(*key.sign(labels::GROUP_CHANGE, &encode(&self)?).as_bytes());
        Ok(MemberChange { claim: self, signature })
    }

    /// Returns the id of the group that this claim makes.
    fn made_id(&self) -> Result<GroupId, CodecError> {
        let blank = Self { group: GroupId(FixedBytes([0; 16])), ..self.clone() };
        let digest = blank.digest()?;
        let mut id = [0; 16];
        id.iter_mut().zip(digest.0).for_each(|(to, from)| *to = from);
        Ok(GroupId(FixedBytes(id)))
    }

    fn digest(&self) -> Result<ChangeDigest, CodecError> {
        Ok(FixedBytes(kdf::hash(labels::GROUP_CHANGE_DIGEST, &[&encode(self)?])))
    }

    /// Returns true if lists and names are within their limits and lists ascend, so that each claim has one form.
    pub(crate) fn is_within_limits(&self) -> bool {
        match &self.act {
            MemberAct::Make { name, .. } => name.len() <= MAX_NAME_LEN,
            MemberAct::Remove { honoured, .. } | MemberAct::Leave { honoured, .. } => {
                honoured.len() <= MAX_HONOURED && honoured.is_sorted_by(|one, next| one < next)
            }
            MemberAct::Add { .. } | MemberAct::Hand { .. } => true,
        }
    }
}

impl MemberChange {
    /// Returns the change's digest if it is of this group, within its limits and signed by its author. For the claim
    /// that makes a group, the group's id has to follow from it.
    #[must_use]
    pub fn check(&self, group: GroupId) -> Option<ChangeDigest> {
        let claim = &self.claim;
        if claim.group != group || !claim.is_within_limits() {
            return None;
        }
        if matches!(claim.act, MemberAct::Make { .. }) && claim.made_id() != Ok(group) {
            return None;
        }
        let key = SigningPublic::from_bytes(claim.by.key.0).ok()?;
        let signature = Signature::from_bytes(self.signature.0);
        key.verify(labels::GROUP_CHANGE, &encode(claim).ok()?, &signature).ok()?;
        claim.digest().ok()
    }
}

/// The members whom a phone sees in a group, as stated in its texts there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersSeen {
    /// Their number, the sender included.
    pub count: u16,
    /// The first bytes of a digest of the group and its members in order of account.
    pub digest: FixedBytes<8>,
}

impl MembersSeen {
    /// Returns the statement of a phone that sees these members, in order of account.
    #[must_use]
    pub fn new(group: GroupId, members: &[AccountId]) -> Self {
        let list: Vec<u8> = members.iter().flat_map(|member| member.0).collect();
        let full = kdf::hash(labels::GROUP_MEMBERS, &[group.0.as_bytes(), &list]);
        let mut digest = [0; 8];
        digest.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        // A group has far fewer members than the count can express.
        Self { count: u16::try_from(members.len()).unwrap_or(u16::MAX), digest: FixedBytes(digest) }
    }
}
