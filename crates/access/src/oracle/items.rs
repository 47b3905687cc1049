//! How items of the tables contain each other: unspecified ones have parts, and a finer one tells a coarser one.

use std::collections::BTreeSet;

use crate::item::{Item, Reach};

/// What an unspecified item can consist of; empty for an item that is one thing. It comes back when one of its parts does.
pub(super) fn parts(item: Item) -> Vec<Item> {
    match item {
        Item::BasicSubscriberRecord => {
            Item::ALL.iter().copied().filter(|item| item.reach() == Reach::Subscriber && !is_whole(*item)).collect()
        }
        Item::AccountRecord => Item::ALL.iter().copied().filter(|item| !is_whole(*item)).collect(),
        Item::RegistrationData => vec![
            Item::RegisteredAt,
            Item::RegisteredDate,
            Item::Name,
            Item::DisplayName,
            Item::PhoneNumber,
            Item::Email,
            Item::UserId,
        ],
        Item::UsageInfo => vec![
            Item::LastSeenDate,
            Item::IpLog,
            Item::MessageCount,
            Item::MessageTimes,
            Item::DeviceTypes,
            Item::AppVersion,
            Item::SettingsChanges,
        ],
        Item::GroupInfo => vec![Item::GroupMembership],
        Item::UserProfile => vec![Item::DisplayName, Item::AboutText, Item::ProfileImage, Item::AvatarImage],
        Item::UserIdentifier => vec![Item::UserId, Item::PhoneNumber, Item::Email],
        _ => Vec::new(),
    }
}

/// Whether an item is unspecified.
const fn is_whole(item: Item) -> bool {
    matches!(
        item,
        Item::BasicSubscriberRecord
            | Item::AccountRecord
            | Item::RegistrationData
            | Item::UsageInfo
            | Item::GroupInfo
            | Item::UserProfile
            | Item::UserIdentifier
    )
}

/// What somebody who has `item` has with it.
const fn coarser(item: Item) -> &'static [Item] {
    match item {
        Item::RegisteredAt => &[Item::RegisteredDate],
        Item::IpLog => &[Item::IpAddress, Item::LastSeenDate],
        Item::MessageSourceDestination | Item::MessageTimes => &[Item::MessageCount],
        // A chat that is read shows who said what when.
        Item::MessageContent => {
            &[Item::DeliveredMessages, Item::MessageSourceDestination, Item::MessageTimes, Item::MessageCount]
        }
        _ => &[],
    }
}

/// Whether a return of `item` is what a list with `listed` on it says comes back.
pub(super) fn covers(listed: Item, item: Item) -> bool {
    listed == item || parts(listed).contains(&item) || coarser(listed).contains(&item)
}

/// Whether `wanted` is in what came back: itself, through one of its parts, or through something finer.
pub(super) fn contains(came: &BTreeSet<Item>, wanted: Item) -> bool {
    let parts = parts(wanted);
    came.iter().any(|item| *item == wanted || parts.contains(item) || coarser(*item).contains(&wanted))
}

/// What came back, without the unspecified items that something specific in it stands for.
pub(super) fn specific(came: &BTreeSet<Item>) -> BTreeSet<Item> {
    let stands_for = |whole: Item| {
        let parts = parts(whole);
        came.iter().any(|item| parts.contains(item))
    };
    came.iter().copied().filter(|item| !(is_whole(*item) && stands_for(*item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unspecified_item_comes_back_with_one_of_its_parts() {
        for whole in Item::ALL.iter().copied().filter(|item| is_whole(*item)) {
            assert!(!parts(whole).is_empty(), "{}", whole.as_str());
            assert!(!contains(&BTreeSet::new(), whole));
            for part in parts(whole) {
                assert!(contains(&BTreeSet::from([part]), whole) && covers(whole, part));
                assert!(!is_whole(part), "parts of parts: {}", part.as_str());
            }
        }
        assert!(Item::ALL.iter().all(|item| is_whole(*item) != parts(*item).is_empty()));
    }

    #[test]
    fn a_finer_item_tells_a_coarser_one_and_not_the_other_way() {
        assert!(contains(&BTreeSet::from([Item::RegisteredAt]), Item::RegisteredDate));
        assert!(!contains(&BTreeSet::from([Item::RegisteredDate]), Item::RegisteredAt));
        assert!(covers(Item::IpLog, Item::IpAddress) && !covers(Item::IpAddress, Item::IpLog));
    }

    #[test]
    fn an_unspecified_item_beside_its_part_is_not_counted_twice() {
        let came = BTreeSet::from([Item::AccountRecord, Item::BasicSubscriberRecord, Item::Name]);
        assert_eq!(specific(&came), BTreeSet::from([Item::Name]));
        let alone = BTreeSet::from([Item::GroupInfo]);
        assert_eq!(specific(&alone), alone);
    }
}
