//! Parts of items, and the things that remain when each is counted once.
//!
//! The items of the tables overlap. Some are collective names for several items. Others name the same thing more or
//! less exactly: the time of registration implies its date. A thing that is asked for under two names counts once.

use super::Item;

impl Item {
    /// Returns the thing that this item is about, as the least exact item for it. A collective item returns nothing,
    /// because its parts are the things.
    #[must_use]
    pub const fn thing(self) -> Option<Self> {
        if self.is_several() {
            return None;
        }
        Some(match self {
            Self::RegisteredAt => Self::RegisteredDate,
            Self::IpLog => Self::IpAddress,
            Self::MessageSourceDestination | Self::MessageTimes => Self::MessageCount,
            Self::GroupInfo => Self::GroupMembership,
            Self::MessageContent => Self::RealVsNoiseMessages,
            other => other,
        })
    }

    /// Returns true if this is a collective name for several items.
    #[must_use]
    pub const fn is_several(self) -> bool {
        matches!(
            self,
            Self::BasicSubscriberRecord
                | Self::RegistrationData
                | Self::UserIdentifier
                | Self::UserProfile
                | Self::UsageInfo
        )
    }

    /// Returns the items that this one includes: its parts, or what follows from it.
    #[must_use]
    pub const fn contains(self) -> &'static [Self] {
        match self {
            Self::BasicSubscriberRecord => &[
                Self::Name,
                Self::PhoneNumber,
                Self::Email,
                Self::RegisteredAt,
                Self::RegisteredDate,
                Self::LastSeenDate,
                Self::IpAddress,
            ],
            Self::RegistrationData => &[
                Self::Name,
                Self::PhoneNumber,
                Self::Email,
                Self::RegisteredAt,
                Self::RegisteredDate,
                Self::RegistrationIp,
            ],
            Self::UserIdentifier => {
                &[Self::PhoneNumber, Self::Email, Self::UserId, Self::PhoneNumberHash, Self::EmailHash]
            }
            Self::UserProfile => &[Self::DisplayName, Self::AboutText, Self::ProfileImage],
            Self::UsageInfo => &[Self::IpLog, Self::SettingsChanges, Self::MessageCount],
            Self::RegisteredAt => &[Self::RegisteredDate],
            Self::IpLog => &[Self::IpAddress],
            Self::MessageSourceDestination => &[Self::MessageTimes, Self::MessageCount],
            Self::MessageTimes => &[Self::MessageCount],
            Self::GroupInfo => &[Self::GroupMembership],
            Self::MessageContent => &[Self::RealVsNoiseMessages],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_word_is_of_the_same_thing_and_parts_are_their_own() {
        for item in Item::ALL {
            match item.thing() {
                None => {
                    assert!(item.is_several());
                    assert!(item.contains().iter().all(|part| part.thing().is_some()));
                }
                Some(thing) => {
                    assert_eq!(thing.thing(), Some(thing), "{item:?}: the word for a thing is of that thing");
                    for implied in item.contains() {
                        assert_eq!(implied.thing(), Some(thing), "{implied:?} follows from {item:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_one_word_does_not_tell_of_another_is_two_things() {
        assert_eq!(Item::RegisteredAt.thing(), Item::RegisteredDate.thing());
        assert_ne!(Item::RegisteredDate.thing(), Item::LastSeenDate.thing());
        // A hash lets its holder test guesses, and does not reveal the number.
        assert_ne!(Item::PhoneNumber.thing(), Item::PhoneNumberHash.thing());
    }
}
