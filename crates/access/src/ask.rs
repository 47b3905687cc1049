//! What a demand asks for, one line of the paper at a time.

use serde::Serialize;

use crate::item::Reach;

/// One thing asked about one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Which account stands behind the number.
    Subscriber,
    /// When the account was made.
    Registered,
    /// Its devices and the public keys that they left.
    Devices,
    /// When it was last used.
    LastSeen,
    /// Messages to and from it: who, to whom, when, how long.
    Traffic,
    /// What those messages say.
    Content,
}

impl Ask {
    /// Everything that can be asked, in the order of the paper.
    pub const ALL: &[Self] =
        &[Self::Subscriber, Self::Registered, Self::Devices, Self::LastSeen, Self::Traffic, Self::Content];

    /// The kind of data, which decides whether a demand covers it.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::Subscriber | Self::Registered | Self::Devices => Reach::Subscriber,
            // That somebody did something at a time describes an event: section 261(4) of the UK's act.
            Self::LastSeen | Self::Traffic => Reach::Records,
            Self::Content => Reach::Contents,
        }
    }

    /// The line as it stands on the left of the paper.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Subscriber => "account behind the number",
            Self::Registered => "when it was made",
            Self::Devices => "devices and public keys",
            Self::LastSeen => "when it was last used",
            Self::Traffic => "messages: who, to whom, when, how long",
            Self::Content => "what the messages say",
        }
    }
}
