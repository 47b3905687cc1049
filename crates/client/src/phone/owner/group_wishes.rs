//! Changes of groups by the owner of a linked device: the device wishes, and the account's first phone signs.

use std::collections::BTreeSet;

use pillarbox_wire::{AccountId, FixedBytes, GroupAct, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::{find_group, load_group};
use crate::phone::rows::records::load_contact;
use crate::phone::rows::{siblings, wishes};
use crate::records::ids::GroupId;
use crate::records::membership::{GroupMember, MemberClaim};
use crate::records::own_news::{GroupWish, OwnTold, WishFault};
use crate::vault::{StorageError, View};

impl Phone {
    /// Returns what this linked device has asked its account's first phone to do with groups, and that is not done.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn group_wishes(&self) -> Result<Vec<GroupWish>, PhoneError> {
        if self.link.is_none() {
            return Ok(Vec::new());
        }
        Ok(self.vault.read(wishes::waiting)?.into_iter().map(|noted| noted.wish).collect())
    }

    /// Asks the first phone to make a group. Returns the id that the group will have.
    pub(super) fn wish_for_group(
        &mut self,
        name: &str,
        others: &BTreeSet<AccountId>,
        salt: FixedBytes<16>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<GroupId, PhoneError> {
        let (own, link) = (self.own()?, self.link.ok_or(PhoneError::LinkedDeviceOnly)?);
        self.vault.read(|rows| others.iter().try_for_each(|member| load_contact(rows, *member).map(drop)))?;
        let by = GroupMember { account: own, key: link.identity.signing };
        let claim = MemberClaim::make(by, name.to_owned(), salt, now).map_err(|_| StorageError::Damaged)?;
        let act = GroupAct::Create { name: name.to_owned(), members: others.iter().copied().collect() };
        self.send_wish(GroupWish { wish: salt, group: claim.group, act, at: now }, |_| Ok(()), rng)?;
        Ok(claim.group)
    }

    /// Asks the first phone for a change of a group that the owner is in.
    pub(super) fn wish_for_change(
        &mut self,
        group: GroupId,
        act: GroupAct,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let own = self.own()?;
        let mut wish = FixedBytes([0; 16]);
        rng.fill_bytes(&mut wish.0);
        let check = |rows: &View<'_>| {
            let record = load_group(rows, group, own)?;
            match act {
                GroupAct::Add { member } => load_contact(rows, member).map(drop),
                GroupAct::Remove { .. } if record.keeper.is_none() => Err(PhoneError::UnsignedGroup),
                GroupAct::Remove { .. } if record.keeper != Some(own) => Err(PhoneError::NotKeeper),
                GroupAct::Remove { member } if member == own || !record.has(member) => {
                    Err(PhoneError::NotMember)
                }
                _ => Ok(()),
            }
        };
        self.send_wish(GroupWish { wish, group, act: act.clone(), at: now }, check, rng)
    }

    fn send_wish(
        &mut self,
        wish: GroupWish,
        check: impl FnOnce(&View<'_>) -> Result<(), PhoneError>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        self.vault.transact(rng, |rows| {
            check(rows)?;
            if !wishes::note(rows, &wish, own.account)? {
                return Err(PhoneError::TooManyWishes);
            }
            Ok(siblings::note(rows, Some(own), OwnTold::GroupWish(Box::new(wish)), None)?)
        })
    }

    /// Does what linked devices wish, on the account's first phone. A device that was removed wishes nothing.
    pub(crate) fn grant_wishes(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let Some(own) = self.account.address.filter(|_| self.link.is_none()) else { return Ok(()) };
        for noted in self.vault.read(wishes::waiting)? {
            let granted = match self.vault.read(|rows| wishes::is_ours(rows, &noted, own.account))? {
                true => self.grant(&noted.wish, now, rng),
                false => Err(PhoneError::UnknownDevice),
            };
            let refused = match granted {
                Ok(()) => continue,
                Err(PhoneError::Storage(error)) => return Err(error.into()),
                Err(error) => fault(&error),
            };
            self.vault
                .transact(rng, |rows| wishes::answer(rows, Some(own), noted.wish.wish, Some(refused)))?;
        }
        Ok(())
    }

    fn grant(
        &mut self,
        wish: &GroupWish,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let granted = Some(wish.wish);
        let known = self.vault.read(|rows| find_group(rows, wish.group))?;
        if known.is_some_and(|record| record.operator_admin.is_some()) {
            // The device asks the operator itself, once its owner lets the operator say who is in groups there too.
            return Err(PhoneError::UnsignedGroup);
        }
        match &wish.act {
            // The claim is what the device expects: its salt and its time, under the account's key.
            GroupAct::Create { name, members } if self.account.signs_groups() => {
                let made = self.make_group_for(name, members, wish.wish, granted, wish.at, rng)?;
                debug_assert!(made == wish.group, "the id follows from the claim");
                Ok(())
            }
            GroupAct::Add { member } => self.add_to_group_for(wish.group, *member, granted, now, rng),
            GroupAct::Remove { member } => self.remove_from_group_for(wish.group, *member, granted, now, rng),
            GroupAct::Leave => self.leave_group_for(wish.group, granted, now, rng),
            GroupAct::Create { .. } | GroupAct::HandOver { .. } => Err(PhoneError::UnsignedGroup),
        }
    }
}

const fn fault(error: &PhoneError) -> WishFault {
    match error {
        PhoneError::NotKeeper => WishFault::NotKeeper,
        PhoneError::NotMember => WishFault::NotMember,
        PhoneError::TooManyMembers | PhoneError::EmptyGroup => WishFault::NoRoom,
        PhoneError::UnknownContact | PhoneError::NoIdentity => WishFault::NoKey,
        PhoneError::UnsignedGroup | PhoneError::OtherKey => WishFault::NotSigned,
        _ => WishFault::UnknownGroup,
    }
}
