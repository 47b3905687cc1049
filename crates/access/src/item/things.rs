//! Things: what is left of the items when each thing is counted once.
//!
//! The words of the tables overlap. Some are words for several, and some say the same thing more or less exactly: whoever hands over
//! the time of registration has handed over its date. Asked for by both words, it is one thing.

use super::Item;

impl Item {
    /// The thing that this word is about, named by the least exact word for it; none for a word for several, whose parts are things of
    /// their own.
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

    /// Whether this is a word for several items.
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

    /// What else this item says: its parts, if it is a word for several, or what follows from it.
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
        // Whoever has a hash can only test guesses with it.
        assert_ne!(Item::PhoneNumber.thing(), Item::PhoneNumberHash.thing());
    }
}
