//! Groups as their owner is shown them: the members, and each change of the members.

use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::{all_groups, find_group, store_group};
use crate::records::group::{Group, GroupChange, GroupRecord};
use crate::records::ids::GroupId;

impl Phone {
    /// Returns a group that the owner is in or was in.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group(&self, group: GroupId) -> Result<Group, PhoneError> {
        let found = self.vault.read(|rows| find_group(rows, group))?;
        found.map(|record| record.view()).ok_or(PhoneError::UnknownGroup)
    }

    /// Returns every group that the owner is in or was in, by name. The owner is no member of those that they left.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn all_groups(&self) -> Result<Vec<Group>, PhoneError> {
        let records = self.vault.read(all_groups)?;
        let mut groups: Vec<Group> = records.iter().map(GroupRecord::view).collect();
        groups.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(groups)
    }

    /// Returns true if the owner is in this group.
    #[must_use]
    pub fn is_in(&self, group: &Group) -> bool {
        self.account.address.is_some_and(|own| group.members.contains(&own.account))
    }

    /// Returns the changes of a group's members, in the order in which this phone made or heard them.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group_changes(&self, group: GroupId) -> Result<Vec<GroupChange>, PhoneError> {
        let found = self.vault.read(|rows| find_group(rows, group))?;
        Ok(found.ok_or(PhoneError::UnknownGroup)?.changes.unwrap_or_default())
    }

    /// Returns the changes in all groups that the owner has not seen, in the order in which this phone heard them: the
    /// group, the change's number in it, and the change.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn unshown_changes(&self) -> Result<Vec<(GroupId, usize, GroupChange)>, PhoneError> {
        let records = self.vault.read(all_groups)?;
        let mut unshown = Vec::new();
        for record in records {
            let changes = record.changes.iter().flatten().enumerate().filter(|(_, change)| !change.shown);
            unshown.extend(changes.map(|(number, change)| (record.id, number, *change)));
        }
        unshown.sort_by_key(|(group, number, change)| (change.at, *group, *number));
        Ok(unshown)
    }

    /// Marks a change as shown. A missing change is no error.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn mark_change_shown(
        &mut self,
        group: GroupId,
        number: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| {
            if let Some(mut record) = find_group(rows, group)?
                && let Some(change) = record.changes.iter_mut().flatten().nth(number)
            {
                change.shown = true;
                store_group(rows, &record)?;
            }
            Ok(())
        })
    }
}
