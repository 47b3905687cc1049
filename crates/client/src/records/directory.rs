//! A phone's memory of the relay's public log of keys, and the check of an answer against that memory.
//!
//! An answer contains a head that the relay signed, and the latest entry of one account. It is good if the head is
//! signed with the key that this phone saw first, continues the last head, contains the entry, and says that the
//! entry is the account's latest. The caller compares the keys and lists that the entry binds.

use std::ops::RangeInclusive;

use pillarbox_crypto::labels::DIRECTORY_HEAD;
use pillarbox_crypto::log::{self, NodeHash, verify_consistency, verify_inclusion, verify_latest};
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_wire::{
    AccountId, DeviceList, Duration, Encoded, FixedBytes, Growth, IdentityKey, LogHead, LogLeaf, Proof,
    SeenHead, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::records::ids::BodyId;

/// Reasons that an answer of the directory is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unproved {
    /// The relay has no public log, or no longer has one.
    NoLog,
    /// The head is not signed with the key that this phone knows.
    NotSigned,
    /// The head does not continue the last one: entries were changed or removed, or this phone is shown a different log
    /// from before.
    OtherLog,
    /// The log has no entry of the account, or the proof of the entry is wrong.
    NoEntry,
    /// The latest entry binds keys other than those that the relay returned.
    OtherKeys,
    /// The latest entry binds a device list other than the returned one.
    OtherDevices,
}

/// An account's latest entry, as this phone has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownEntry {
    pub(crate) count: u32,
    pub(crate) binding: FixedBytes<32>,
}

/// The owner's keys with one of the owner's device lists, as an entry binds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OwnBinding {
    /// The version of the list; 0 without one.
    pub(crate) version: u32,
    pub(crate) binding: FixedBytes<32>,
}

/// A device list that a contact has sent, held until the log has proved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnprovedList {
    pub(crate) list: DeviceList,
    /// The messages that carried it, each with the name of the device that sent it. They are confirmed once the
    /// list is adopted, so that a new device does not write before this phone reads it.
    pub(crate) told: Vec<(AccountId, BodyId)>,
}

/// Messages of one contact with device lists that wait for their proof: of more, the oldest is never confirmed, and
/// the contact's phone shows nothing about it. Each takes 32 bytes.
pub(crate) const MAX_TOLD_LISTS: usize = 16;

impl Encoded for UnprovedList {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 2_048;
}

impl UnprovedList {
    /// Records a message that carried a list. Of two lists the later one is kept.
    pub(crate) fn tell(&mut self, list: &DeviceList, peer: AccountId, id: BodyId) {
        if list.version > self.list.version {
            self.list = list.clone();
        }
        if !self.told.contains(&(peer, id)) {
            let many = (self.told.len() + 1).saturating_sub(MAX_TOLD_LISTS);
            self.told.drain(..many);
            self.told.push((peer, id));
        }
    }
}

/// A head with the key of its signature, as stored in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownHead {
    pub(crate) log_key: FixedBytes<32>,
    pub(crate) head: LogHead,
}

impl From<KnownHead> for SeenHead {
    fn from(KnownHead { log_key, head }: KnownHead) -> Self {
        Self { log_key, head }
    }
}

/// The memory of the log. A phone that has one checks the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogMemory {
    /// The last head that was good.
    pub(crate) seen: Option<KnownHead>,
    /// The first head that was signed and does not continue the last good one: together they prove that the relay
    /// showed two logs.
    pub(crate) contrary: Option<KnownHead>,
    /// The owner's own entry.
    pub(crate) own: Option<KnownEntry>,
    /// The version of the owner's device list when that entry was seen; `None` if it was seen before device lists were
    /// written into the log.
    pub(crate) own_version: Option<u32>,
    /// The last good head when [`contrary`](Self::contrary) arrived.
    pub(crate) beside: Option<KnownHead>,
}

impl Encoded for LogMemory {
    const VERSION: u8 = 3;
    const MAX_LEN: usize = 1_024;
}

/// Time between two heads sent to one device. Two logs are noticed within a day of writing to each other, and a
/// contact gets one short message a day.
pub(crate) const HEADS_EVERY: Duration = Duration::from_days(1);

/// A device that checks the public log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogChecker {
    /// Time at which it was last sent a head.
    pub(crate) told_at: Option<Timestamp>,
}

impl Encoded for LogChecker {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16;
}

/// Reasons that a head seen by a contact does not fit the log of this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadConflict {
    /// The relay has signed both heads, and cannot prove that one log continues them.
    OtherLog,
    /// The heads are signed with two keys.
    OtherKey,
}

impl LogMemory {
    /// The size from which an answer has to prove that the log has only grown.
    pub(crate) fn since(&self) -> u64 {
        self.seen.map_or(0, |seen| seen.head.size)
    }

    /// Checks an answer about an account, and remembers its head. After an error only the head that contradicts the
    /// last one is remembered.
    pub(crate) fn check(&mut self, account: AccountId, proof: &Proof) -> Result<LogLeaf, Unproved> {
        let Proof { request: _, log_key, head, consistency, entry } = proof;
        let known = KnownHead { log_key: *log_key, head: *head };
        check_signature(&known)?;
        if self.seen.is_some_and(|seen| seen.log_key != *log_key) {
            return Err(Unproved::NotSigned);
        }
        let tree = (head.size, &head.tree.0);
        if let Some(KnownHead { head: last, .. }) = self.seen
            && !continues(head, &last, consistency)
        {
            self.contradict(known);
            return Err(Unproved::OtherLog);
        }
        let entry = entry.as_ref().ok_or(Unproved::NoEntry)?;
        let (leaf, label) = (entry.leaf, log::label(&account.0));
        let included = verify_inclusion(tree, entry.index, &leaf.leaf_bytes(), &hashes(&entry.inclusion));
        let latest = verify_latest(&head.map.0, &label, (leaf.count, entry.index), &hashes(&entry.latest));
        if leaf.label.0 != label || included.is_err() || latest.is_err() {
            return Err(Unproved::NoEntry);
        }
        self.seen = Some(known);
        Ok(leaf)
    }

    /// Stores the first head that contradicts the last good one, together with that one.
    fn contradict(&mut self, other: KnownHead) {
        if self.contrary.is_none() {
            (self.contrary, self.beside) = (Some(other), self.seen);
        }
    }

    /// Compares a head that somebody else has seen with the last good one, as far as the two alone allow. Returns
    /// `None` if the relay has to prove that one log continues them. A head that is not signed proves nothing about
    /// the relay, and is ignored.
    pub(crate) fn compare(&mut self, told: &KnownHead) -> Option<Result<(), HeadConflict>> {
        let seen = self.seen.filter(|_| check_signature(told).is_ok());
        let Some(seen) = seen else { return Some(Ok(())) };
        if seen.log_key != told.log_key {
            self.contradict(*told);
            return Some(Err(HeadConflict::OtherKey));
        }
        if seen.head.size != told.head.size {
            return None;
        }
        if (seen.head.tree, seen.head.map) == (told.head.tree, told.head.map) {
            return Some(Ok(()));
        }
        self.contradict(*told);
        Some(Err(HeadConflict::OtherLog))
    }

    /// Checks that one log continues the last good head and the one that somebody else has seen. `Err` is a log that
    /// does not continue this phone's own.
    pub(crate) fn check_growth(
        &mut self,
        told: &KnownHead,
        growth: &Growth,
    ) -> Result<Result<(), HeadConflict>, Unproved> {
        let Growth { request: _, log_key, head, own, told: proof } = growth;
        let known = KnownHead { log_key: *log_key, head: *head };
        check_signature(&known)?;
        let Some(seen) = self.seen.filter(|seen| seen.log_key == *log_key) else {
            return Err(Unproved::NotSigned);
        };
        if !continues(head, &seen.head, own) {
            self.contradict(known);
            return Err(Unproved::OtherLog);
        }
        if !continues(head, &told.head, proof) {
            self.contradict(*told);
            return Ok(Err(HeadConflict::OtherLog));
        }
        self.seen = Some(known);
        Ok(Ok(()))
    }

    /// Compares the owner's own entry with the one before, and remembers it. `lists` are the owner's keys with the
    /// current device list, and with the next one if the relay may have it already. Returns false if somebody has
    /// published keys or devices in the owner's name: others than these, or others in between.
    pub(crate) fn is_mine(&mut self, leaf: &LogLeaf, lists: &[OwnBinding]) -> bool {
        let bound = lists.iter().find(|own| own.binding == leaf.binding);
        let is_mine = bound.is_some_and(|bound| match self.own {
            None => true,
            Some(before) => self.changes(before, *bound).contains(&leaf.count.wrapping_sub(before.count)),
        });
        if let Some(OwnBinding { version, binding }) = bound.or(lists.first()).copied() {
            // Only the number of somebody else's entry is remembered, so that it is sent again each time.
            self.own = Some(KnownEntry { count: leaf.count, binding });
            self.own_version = Some(version);
        }
        is_mine
    }

    /// Returns the number of entries that the owner's own changes have added since an entry: one for each version of
    /// the list, and one for other keys.
    fn changes(
        &self,
        before: KnownEntry,
        OwnBinding { version, binding }: OwnBinding,
    ) -> RangeInclusive<u32> {
        match self.own_version {
            Some(known) if known == version => {
                let changed = u32::from(before.binding != binding);
                changed..=changed
            }
            // An older list that is the latest again is nobody's change.
            Some(known) => version.checked_sub(known).map_or(RangeInclusive::new(1, 0), |by| by..=by),
            // The relay has written the list down when it began to, and each change after that.
            None => u32::from(version > 0)..=version,
        }
    }
}

/// Returns the digest in an entry for these keys and this device list.
pub(crate) fn binding(identity: &IdentityKey, list: Option<&DeviceList>) -> FixedBytes<32> {
    let (version, signed) = list.map_or((0, Vec::new()), |list| (list.version, list.signed_bytes()));
    FixedBytes(log::binding(&identity.signing.0, &identity.agreement.0, version, &signed))
}

/// Returns true if a head continues a former one. Two of one size are one log's if both roots are the same.
fn continues(head: &LogHead, former: &LogHead, proof: &[FixedBytes<32>]) -> bool {
    let grown =
        verify_consistency((former.size, &former.tree.0), (head.size, &head.tree.0), &hashes(proof)).is_ok();
    grown && (former.size != head.size || (former.tree, former.map) == (head.tree, head.map))
}

fn check_signature(KnownHead { log_key, head }: &KnownHead) -> Result<(), Unproved> {
    let key = SigningPublic::from_bytes(log_key.0).map_err(|_| Unproved::NotSigned)?;
    let signature = Signature::from_bytes(head.signature.0);
    key.verify(DIRECTORY_HEAD, &head.signed_bytes(), &signature).map_err(|_| Unproved::NotSigned)
}

fn hashes(proof: &[FixedBytes<32>]) -> Vec<NodeHash> {
    proof.iter().map(|hash| hash.0).collect()
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{DeviceId, ListedDevice, encode};

    use super::*;

    fn at(version: u32) -> OwnBinding {
        OwnBinding { version, binding: FixedBytes([version as u8 + 1; 32]) }
    }

    fn entry(count: u32, own: OwnBinding) -> LogLeaf {
        LogLeaf { label: FixedBytes([0; 32]), count, binding: own.binding, at: Timestamp(1) }
    }

    #[test]
    fn each_version_of_the_owner_s_list_is_one_entry_and_no_more() {
        let mut memory = LogMemory::default();
        assert!(memory.is_mine(&entry(1, at(0)), &[at(0)]));
        // The relay has the next list, and this phone has not been told yet.
        assert!(memory.is_mine(&entry(2, at(1)), &[at(0), at(1)]));
        assert!(memory.is_mine(&entry(2, at(1)), &[at(1)]));
        assert!(memory.is_mine(&entry(5, at(4)), &[at(4)]), "three changes since the last look");
        assert!(!memory.is_mine(&entry(7, at(5)), &[at(5)]), "somebody else's entry lay in between");
        assert!(memory.is_mine(&entry(7, at(5)), &[at(5)]));
        assert!(!memory.is_mine(&entry(8, at(4)), &[at(5)]), "an older list is the latest again");
        assert!(memory.is_mine(&entry(9, at(6)), &[at(6)]));
        assert!(!memory.is_mine(&entry(3, at(6)), &[at(6)]), "a count does not fall");
    }

    #[test]
    fn an_entry_seen_before_lists_were_logged_is_gone_on_from() {
        let seen = |version: Option<u32>| LogMemory {
            own: Some(KnownEntry { count: 1, binding: at(0).binding }),
            own_version: version,
            ..LogMemory::default()
        };
        for (count, own, is_mine) in [(1, at(0), true), (2, at(0), false), (2, at(3), true), (4, at(3), true)]
        {
            assert_eq!(seen(None).is_mine(&entry(count, own), &[own]), is_mine, "{count}");
        }
        for (count, own) in [(1, at(3)), (5, at(3))] {
            assert!(!seen(None).is_mine(&entry(count, own), &[own]), "{count}");
        }
        // Once lists are logged, each is one entry.
        assert!(!seen(Some(0)).is_mine(&entry(2, at(3)), &[at(3)]));
    }

    #[test]
    fn the_fullest_rows_fit() {
        let head = LogHead {
            size: u64::MAX,
            tree: FixedBytes([0; 32]),
            map: FixedBytes([0; 32]),
            at: Timestamp(u64::MAX),
            signature: FixedBytes([0; 64]),
        };
        let known = Some(KnownHead { log_key: FixedBytes([0; 32]), head });
        let own = Some(KnownEntry { count: u32::MAX, binding: FixedBytes([0; 32]) });
        let memory =
            LogMemory { seen: known, contrary: known, own, own_version: Some(u32::MAX), beside: known };
        assert!(encode(&memory).is_ok());
    }

    #[test]
    fn of_too_many_told_lists_the_oldest_is_never_confirmed() {
        let zeros = FixedBytes([0; 64]);
        let identity = IdentityKey {
            signing: FixedBytes([0; 32]),
            agreement: FixedBytes([0; 32]),
            cross_signature: zeros,
        };
        let devices = vec![
            ListedDevice { device: DeviceId(128), identity, consent: zeros };
            pillarbox_wire::limits::MAX_LINKED_DEVICES
        ];
        let list = DeviceList { account: AccountId([1; 16]), version: u32::MAX, devices, signature: zeros };
        let mut held = UnprovedList { list: list.clone(), told: Vec::new() };
        for number in 0..=MAX_TOLD_LISTS as u8 {
            held.tell(&list, AccountId([1; 16]), BodyId(FixedBytes([number; 16])));
        }
        assert_eq!(held.told.len(), MAX_TOLD_LISTS);
        assert_eq!(held.told[0].1, BodyId(FixedBytes([1; 16])), "the oldest goes");
        assert!(encode(&held).is_ok());
    }
}
