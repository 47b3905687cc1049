//! Backups: at the messenger's operator, or at another one where the owner has an account of their own.

use pillarbox_proposals::Altered;

use super::error::WorldError;
use super::state::World;
use super::state::profile::{ProfileId, Purpose};
use super::state::site::{Role, SiteId};
use crate::scenario::PersonId;

impl World {
    /// Backs up each of a person's accounts that carries conversations.
    pub(super) fn back_up(&mut self, who: PersonId) -> Result<(), WorldError> {
        if self.habits_of(who, &Purpose::Own).backup.is_none() {
            self.not_in_design(who, "backs-up", "phones make no backups");
            return Ok(());
        }
        let cloud = self.sites.iter().position(|site| site.role == Role::Cloud).map(SiteId);
        for id in self.profiles_of(who) {
            if self.profile(id)?.purpose == Purpose::Backups {
                continue;
            }
            match cloud {
                None => self.leave_backup(id)?,
                Some(cloud) => self.back_up_elsewhere(who, id, cloud)?,
            }
            if let Some(Altered::ReadableBackup(software)) = self.altered.get(&who).copied()
                && let Some((phone, rng)) = self.profile_mut(id)?.in_hand()
            {
                software.leave_key(phone, rng)?;
                self.restless.insert(id);
            }
        }
        Ok(())
    }

    fn leave_backup(&mut self, id: ProfileId) -> Result<(), WorldError> {
        let now = self.now;
        if let Some((phone, rng)) = self.profile_mut(id)?.in_hand() {
            phone.leave_backup(now, rng)?;
        }
        self.restless.insert(id);
        Ok(())
    }

    fn back_up_elsewhere(&mut self, who: PersonId, id: ProfileId, cloud: SiteId) -> Result<(), WorldError> {
        let now = self.now;
        let Some((phone, rng)) = self.profile_mut(id)?.in_hand() else { return Ok(()) };
        let backup = phone.export_backup(now, rng)?;
        let there = self.profile_for(who, cloud, &Purpose::Backups)?;
        if let Some((phone, rng)) = self.profile_mut(there)?.in_hand() {
            phone.deposit_parts(&backup, rng)?;
        }
        self.restless.insert(there);
        Ok(())
    }
}
