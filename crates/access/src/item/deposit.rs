//! The kind of deposit that an item is read from.

use pillarbox_wire::DepositKind;

use super::Item;

impl Item {
    /// Returns the kind of deposit that the item is read from, or nothing for an item that is read from other rows.
    #[must_use]
    pub const fn deposit(self) -> Option<DepositKind> {
        Some(match self {
            Self::Name => DepositKind::Name,
            Self::Email => DepositKind::Email,
            Self::UserId => DepositKind::UserName,
            Self::DisplayName => DepositKind::DisplayName,
            Self::AboutText => DepositKind::About,
            Self::DeviceTypes => DepositKind::DeviceType,
            Self::AppVersion => DepositKind::AppVersion,
            Self::PushToken => DepositKind::PushToken,
            Self::PhoneNumberHash => DepositKind::NumberHash,
            Self::EmailHash => DepositKind::EmailHash,
            Self::ProfileImage => DepositKind::ProfileImage,
            Self::AvatarImage => DepositKind::Avatar,
            Self::ExternalIdCount => DepositKind::ExternalId,
            Self::BlockedUsers | Self::BlockedByUsers => DepositKind::Blocked,
            Self::AddressBookContacts | Self::UsersWithTargetInAddressBook => DepositKind::Contact,
            Self::GroupInfo | Self::GroupMembership => DepositKind::Group,
            Self::DeviceBackup => DepositKind::BackupPart,
            Self::BackupKeys => DepositKind::BackupKey,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::{CONTENT_WARRANT, Case, DemandTarget, stored};
    use crate::design::Operator;
    use crate::returned::{Answer, Blank};
    use crate::testing::{TARGET, least};

    #[test]
    fn an_item_whose_blank_names_a_deposit_is_of_that_deposit() {
        let about = DemandTarget::Account(crate::testing::account(TARGET));
        let operator = Operator::default();
        let case = Case { names: Item::ALL, ..Case::new(&about, &operator) };
        for line in stored::serve(&CONTENT_WARRANT, &case, &least()).lines {
            if let Answer::NoneHeld { reason: Blank::NoneLeft { kind } } = line.answer {
                assert_eq!(line.item.deposit(), Some(kind), "{}", line.item.as_str());
            }
        }
    }
}
