//! Readable backup: what backups give with the keys that phones have left with an operator, to whoever has an order and
//! to a thief.

use std::collections::BTreeMap;

use pillarbox_access::Item;
use pillarbox_access::demand::backup_warrant::BACKUP_WARRANT;
use pillarbox_access::demand::{Demand, notice_to_change};
use pillarbox_access::design::Design;
use pillarbox_access::evidence::Exhibit;
use pillarbox_proposals::readable_backup::KeyTable;
use pillarbox_wire::DepositKind;

use super::answered::{Answered, piece};
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::Views;
use crate::answer::counted_by;
use crate::evidence::reread::LeftBackups;
use crate::scenario::Scenario;
use crate::score::{Capability, Counted};

/// What becomes of the keys that owners hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnKeys {
    /// They stay as they are.
    Kept,
    /// Everybody's phone leaves a copy with the operator, and does not say so.
    CopiedOfEverybody,
    /// The phones of one country do.
    CopiedInCountry,
    /// They are withdrawn in one country, in words: backups are then what they were before such keys existed.
    Withdrawn,
}

/// One case of a readable backup.
pub(crate) struct ReadableBackup {
    /// What becomes of the owners' keys.
    pub(crate) own_keys: OwnKeys,
    /// True for somebody without an order, who has the rows of every operator.
    pub(crate) is_thief: bool,
}

impl Experiment for ReadableBackup {
    fn demand(&self) -> &'static Demand {
        &BACKUP_WARRANT
    }

    fn name(&self) -> &'static str {
        match (self.own_keys, self.is_thief) {
            (OwnKeys::Kept, false) => "readable-backup-own-key",
            (OwnKeys::CopiedOfEverybody, false) => "readable-backup-everybody",
            (OwnKeys::CopiedInCountry, false) => "readable-backup-one-country",
            (OwnKeys::Withdrawn, false) => "readable-backup-withdrawn",
            (OwnKeys::Kept, true) => "readable-backup-own-key-thief",
            (OwnKeys::CopiedOfEverybody, true) => "readable-backup-everybody-thief",
            (OwnKeys::CopiedInCountry, true) => "readable-backup-one-country-thief",
            (OwnKeys::Withdrawn, true) => "readable-backup-withdrawn-thief",
        }
    }

    fn control(&self) -> &'static str {
        "readable-backup-everybody"
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn ordered(&self, design: &Design, scenario: &Scenario) -> Ordered {
        let country = || scenario.inquiry.country.to_string();
        let habits = notice_to_change::without_owner_keys(design);
        match self.own_keys {
            // A design without backups has nothing to change.
            _ if habits.backup.is_none() => Ordered::Nothing,
            OwnKeys::Kept => Ordered::Nothing,
            OwnKeys::CopiedOfEverybody => Ordered::CopyBackupKeys { country: None },
            OwnKeys::CopiedInCountry => Ordered::CopyBackupKeys { country: Some(country()) },
            OwnKeys::Withdrawn => {
                let relay = Box::new(notice_to_change::taking(design.relay.clone(), &habits, design));
                Ordered::WithdrawBackups { country: country(), habits, relay }
            }
        }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered {
            means: Capability::There,
            rereadable: true,
            container: "backup",
            ..Answered::default()
        };
        let mut left = LeftBackups::default();
        let cloud = views.cloud()?.map(|(holdings, _)| holdings);
        for holdings in views.operators()?.into_iter().chain(cloud) {
            let is_asked_for = |account| self.is_thief || views.accounts().contains(account);
            for row in holdings.rows().deposits.iter().filter(|row| is_asked_for(&row.account)) {
                let item = match row.kind {
                    DepositKind::BackupPart => Item::DeviceBackup,
                    DepositKind::BackupKey => Item::BackupKeys,
                    _ => continue,
                };
                left.add_row(row);
                answered.pieces.push(piece(item, &Exhibit::row("deposits", row)));
            }
        }
        let (mut opened, mut closed) = (0_u64, BTreeMap::<String, u64>::new());
        for (_, texts) in left.open(left.keys()) {
            match texts {
                Ok(texts) => {
                    opened += 1;
                    answered.brought.said.extend(texts);
                }
                Err(why) => *closed.entry(why.to_string()).or_default() += 1,
            }
        }
        answered.brought.closed = closed.values().sum();
        answered.brought.origin.named_by_operator = !answered.brought.said.is_empty();
        let backups = opened + answered.brought.closed;
        let no_keys = KeyTable::default();
        let bare = left.open(&no_keys).filter(|(_, texts)| texts.is_ok()).count() as u64;
        answered.reasons.push(match (backups, left.keys().len() as u64) {
            (0, _) => "No backup lies anywhere.".to_owned(),
            (_, 0) => format!(
                "Of {}, {bare} opened without a key. No key lies there.",
                counted_by(backups, "backups")
            ),
            (_, keys) => format!(
                "Of {}, {opened} opened with {} that lay with an operator. Without a key {bare} opened.",
                counted_by(backups, "backups"),
                counted_by(keys, "keys"),
            ),
        });
        let refused = closed.into_iter().map(|(why, count)| format!("Not opened: {count}, because {why}."));
        answered.reasons.extend(refused);
        Ok(answered)
    }
}
