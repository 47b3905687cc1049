//! Containment of items in the tables. An unspecified item has parts, and a finer item implies a coarser one.

use std::collections::BTreeSet;

use crate::item::Item;

/// Returns the parts of an unspecified item, and nothing for an item that is one thing. An unspecified item is
/// returned when one of its parts is.
pub(super) fn parts(item: Item) -> Vec<Item> {
    match item {
        Item::AccountRecord => Item::ALL.iter().copied().filter(|item| !is_whole(*item)).collect(),
        Item::GroupInfo => vec![Item::GroupMembership],
        item if item.is_several() => item.contains().to_vec(),
        _ => Vec::new(),
    }
}

/// Returns true if an item is unspecified.
const fn is_whole(item: Item) -> bool {
    item.is_several() || matches!(item, Item::AccountRecord | Item::GroupInfo)
}

/// Returns the items that `item` implies in addition to those that it contains. The tables have several words for
/// one thing.
const fn also(item: Item) -> &'static [Item] {
    match item {
        Item::RegistrationIp => &[Item::IpAddress],
        Item::IpLog => &[Item::LastSeenDate, Item::QueueRecipientOnline],
        Item::MessageCount => &[Item::QueueMessageCount],
        Item::MessageSourceDestination | Item::MessageTimes => {
            &[Item::QueueMessageCount, Item::QueueSenderOnline]
        }
        // A conversation that can be read shows who said what when.
        Item::MessageContent => &[
            Item::DeliveredMessages,
            Item::MessageSourceDestination,
            Item::MessageTimes,
            Item::MessageCount,
            Item::QueueMessageCount,
            Item::QueueSenderOnline,
        ],
        _ => &[],
    }
}

fn tells(item: Item, coarser: Item) -> bool {
    !is_whole(item) && (item.contains().contains(&coarser) || also(item).contains(&coarser))
}

/// Returns true if a return of `item` counts as a return of `listed`.
pub(super) fn covers(listed: Item, item: Item) -> bool {
    listed == item || parts(listed).contains(&item) || tells(listed, item)
}

/// Returns true if `wanted` was returned: itself, one of its parts, or something finer.
pub(super) fn contains(came: &BTreeSet<Item>, wanted: Item) -> bool {
    let parts = parts(wanted);
    came.iter().any(|item| *item == wanted || parts.contains(item) || tells(*item, wanted))
}

/// Returns the returned items without those that the demand itself names. An unspecified item that was returned for
/// such an item alone is removed too.
pub(super) fn without(came: BTreeSet<Item>, named: Option<Item>) -> BTreeSet<Item> {
    let Some(named) = named else { return came };
    let others: BTreeSet<Item> =
        came.iter().copied().filter(|item| *item != named && !is_whole(*item)).collect();
    let for_it_alone =
        |item: Item| parts(item).contains(&named) && !parts(item).iter().any(|part| others.contains(part));
    came.into_iter().filter(|item| *item != named && !for_it_alone(*item)).collect()
}

/// Returns the returned items without the unspecified ones that a specific one represents.
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
    fn what_the_demand_names_is_not_returned_under_another_word_either() {
        let came = BTreeSet::from([
            Item::PhoneNumber,
            Item::UserIdentifier,
            Item::BasicSubscriberRecord,
            Item::Name,
        ]);
        let left = without(came.clone(), Some(Item::PhoneNumber));
        assert_eq!(left, BTreeSet::from([Item::BasicSubscriberRecord, Item::Name]));
        assert_eq!(without(came.clone(), None), came);
    }

    #[test]
    fn an_unspecified_item_beside_its_part_is_not_counted_twice() {
        let came = BTreeSet::from([Item::AccountRecord, Item::BasicSubscriberRecord, Item::Name]);
        assert_eq!(specific(&came), BTreeSet::from([Item::Name]));
        let alone = BTreeSet::from([Item::GroupInfo]);
        assert_eq!(specific(&alone), alone);
    }
}
