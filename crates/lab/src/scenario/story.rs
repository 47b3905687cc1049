//! The content of a story: its people, what happens, and what a demand on it asks.

use pillarbox_access::law::{Country, Day};
use pillarbox_access::view::LockState;
use pillarbox_wire::{ChannelName, DepositKind, Handle, Timestamp};

use super::error::Warning;
use super::ids::PersonId;
use super::network::{Connectivity, Network};

/// The longest part of a story's name in a file's name, in characters. File systems allow 255 bytes, and more is
/// added to the name.
const MAX_FILE_NAME_CHARS: usize = 60;

/// The strength of a phone's passcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Passcode {
    /// Four digits.
    FourDigits,
    /// Six digits.
    #[default]
    SixDigits,
    /// Six lower-case letters and digits.
    SixLetters,
    /// Several words.
    Passphrase,
}

impl Passcode {
    /// Every class, with the words for it in scenarios.
    pub const ALL: [(Self, &str); 4] = [
        (Self::FourDigits, "4 digits"),
        (Self::SixDigits, "6 digits"),
        (Self::SixLetters, "6 letters and digits"),
        (Self::Passphrase, "passphrase"),
    ];
}

/// The words for the lock states in which a phone can be seized.
pub const LOCK_STATES: [(LockState, &str); 3] = [
    (LockState::BeforeFirstUnlock, "locked-before-first-unlock"),
    (LockState::AfterFirstUnlock, "locked-after-first-unlock"),
    (LockState::Unlocked, "unlocked"),
];

/// One of the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name in the scenario.
    pub name: String,
    /// The telephone number; `None` for somebody without one.
    pub number: Option<Handle>,
    /// The country where the person is: two capital letters (ISO 3166).
    pub country: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The account at the maker of the operating system to which the person's device is signed in.
    pub os_account: Option<String>,
    /// The strength of the device's passcode.
    pub passcode: Passcode,
    /// The people known at the start.
    pub knows: Vec<PersonId>,
    /// Other facts that the person has told the phone about themselves.
    pub facts: Vec<(DepositKind, String)>,
    /// The phone's connection, in a story that has a network.
    pub connectivity: Connectivity,
    /// True if the person uses a program of another maker for the same messenger, which no update of the messenger's
    /// maker reaches.
    pub other_program: bool,
    /// True if the person has chosen to hold the key of their own backups. It matters only under a design that makes
    /// backups.
    pub own_backup_key: bool,
    /// True if the person installs each patch of the phone's system at once.
    pub patches: bool,
}

impl Person {
    /// Creates somebody whom the story does not mention, and who knows nobody.
    pub(crate) fn outsider(name: &str, country: String) -> Self {
        Self {
            name: name.to_owned(),
            number: None,
            country,
            email: None,
            os_account: None,
            passcode: Passcode::default(),
            knows: Vec::new(),
            facts: Vec::new(),
            connectivity: Connectivity::default(),
            other_program: false,
            own_backup_key: false,
            patches: false,
        }
    }
}

/// The audience of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One person.
    Person(PersonId),
    /// All members of a group.
    Group(String),
}

/// The account that somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// One of the people, by their number.
    Person(PersonId),
    /// A number that belongs to nobody.
    Number(Handle),
}

/// An act of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Sends a text.
    Says {
        /// The words of the text.
        text: String,
        /// The person or group that it is for.
        to: Audience,
    },
    /// Creates a group.
    MakesGroup {
        /// The group's name.
        group: String,
        /// The people added to it.
        with: Vec<PersonId>,
    },
    /// Leaves a group.
    LeavesGroup {
        /// The group's name.
        group: String,
    },
    /// Opens a public channel.
    OpensChannel {
        /// The channel's name.
        channel: ChannelName,
    },
    /// Posts to their channel.
    Posts {
        /// The channel's name.
        channel: ChannelName,
        /// The words of the post.
        text: String,
    },
    /// Follows a channel.
    Follows {
        /// The channel.
        channel: ChannelName,
    },
    /// Makes a backup of their phone.
    BacksUp,
    /// Blocks somebody.
    Blocks {
        /// The person.
        whom: PersonId,
    },
    /// Asks whether a number has an account.
    LooksUp {
        /// The account looked for.
        whom: Sought,
    },
    /// Switches the phone off.
    GoesOffline,
    /// Switches the phone on again.
    ComesOnline,
    /// Gets a new phone for the same number.
    ReRegisters,
    /// Loses the phone to somebody who wants to read it.
    PhoneSeized {
        /// The lock state.
        state: LockState,
    },
    /// Loses the phone, and nobody finds it: it is destroyed with everything on it.
    LosesPhone,
    /// Makes the phone's notifications say only that a message arrived, and not from whom or what.
    HidesPreviews,
    /// Makes texts disappear, or stay again.
    SetsTimer {
        /// The other person of the conversation.
        with: PersonId,
        /// The lifetime of texts in seconds; `None` for texts that are kept.
        after: Option<u32>,
    },
    /// Reports the last text received from somebody.
    Reports {
        /// The author of the text.
        whom: PersonId,
    },
    /// Closes the account.
    DeletesAccount,
    /// Opens an account at another relay and tells those they know.
    MovesToOtherRelay,
}

/// An event of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The time at which it happens.
    pub at: Timestamp,
    /// The person who acts.
    pub who: PersonId,
    /// The act.
    pub act: Act,
    /// The line of the file that contains it.
    pub line: usize,
}

/// A command of an authority to an operator or a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The networks of a country block connections to the relay from now on.
    Blocks {
        /// The country.
        country: String,
    },
    /// The networks of a country let people connect to the relay again.
    Unblocks {
        /// The country.
        country: String,
    },
    /// The operator takes a channel down.
    TakesDown {
        /// The channel.
        channel: ChannelName,
    },
}

/// An order that is part of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commanded {
    /// The time at which it is ordered.
    pub at: Timestamp,
    /// The command.
    pub command: Command,
}

/// The time and the target of the demands in this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// The target of a demand that looks back: on stored data, on a seized phone, on contacts.
    pub about: PersonId,
    /// The target of demands that begin with the order. It may be another person: somebody who still writes.
    pub from_now_on: PersonId,
    /// The country that asks.
    pub country: Country,
    /// The day whose law is printed beside the answers, if the file asks for a day other than that of each demand.
    pub day: Option<Day>,
    /// The time from which orders apply.
    pub ordered: Timestamp,
    /// The time at which the answer is due: after the last event.
    pub served: Timestamp,
    /// The circumstances of the case, as far as an operator's practice turns on them: words of designs, such as
    /// `confirmed-terrorism`.
    pub circumstances: Vec<String>,
}

/// The largest seed: the largest number that every reader of JSON reads exactly (RFC 8259, section 6). Some readers
/// would round a larger one, and the story would turn out differently.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// A whole story, checked. Times never decrease, and everybody and everything that it names exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The name on the command line.
    pub name: String,
    /// The subject, in one line.
    pub title: String,
    /// The plot, in a few sentences; may be empty.
    pub story: String,
    /// The design under which it runs unless another one is asked for.
    pub design: String,
    /// The seed with which it runs unless another one is asked for.
    pub seed: u64,
    /// The beginning. Everybody has an account from then on.
    pub start: Timestamp,
    /// The sources of the story.
    pub sources: Vec<String>,
    /// The network; `None` if frames take no time.
    pub network: Option<Network>,
    /// All people.
    pub people: Vec<Person>,
    /// The events, in order.
    pub events: Vec<Event>,
    /// Orders that are part of the story, in order.
    pub orders: Vec<Commanded>,
    /// The time and the target of the demands.
    pub inquiry: Inquiry,
    /// The file as read.
    pub text: String,
    /// True if numbers are registered with codes, although nobody in the story registers one again.
    pub numbers_by_code: bool,
    /// SHA-256 of the story's content, which comments, white space and the order of keys do not change.
    pub digest: [u8; 32],
    /// Warnings: things that are allowed and probably not meant.
    pub warnings: Vec<Warning>,
}

/// Converts a story's name into part of a file's name.
pub(crate) fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    name.chars().take(MAX_FILE_NAME_CHARS).map(plain).collect()
}

impl Scenario {
    /// Returns the name as part of a file's name. A story from elsewhere may have any name, also a path to another
    /// folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.name)
    }

    /// Returns somebody's entry.
    #[must_use]
    pub fn person(&self, who: PersonId) -> Option<&Person> {
        self.people.get(who.0)
    }

    /// Returns everybody.
    pub fn everybody(&self) -> impl Iterator<Item = (PersonId, &Person)> {
        self.people.iter().enumerate().map(|(at, person)| (PersonId(at), person))
    }
}
