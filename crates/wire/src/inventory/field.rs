//! A field that a relay can see, and the words that classify it.

use std::fmt;

/// What kind of thing a field tells, in the words of the Investigatory Powers Act 2016, section 261.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// What a message says, or the ciphertext of it (section 261(6)).
    Content,
    /// Communications data about an event: who, to whom, when, how much (section 261(4), events data).
    Events,
    /// Communications data about a person, an account or a device (section 261(3), entity data).
    Entity,
    /// Public keys and tokens.
    Keys,
    /// What the protocol needs to pair questions with answers; it tells nothing about people.
    Protocol,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Content => "content",
            Self::Events => "events data",
            Self::Entity => "entity data",
            Self::Keys => "keys",
            Self::Protocol => "protocol",
        })
    }
}

/// Where a relay puts a field, if anywhere. How long it stays there is the relay's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere: it passes through, and could be written down by a relay made to.
    Passing,
    /// The account record.
    Account,
    /// The device record.
    Device,
    /// The stock of prekeys.
    PreKeys,
    /// The table of deposits, if this relay keeps deposits of that kind.
    Deposits,
    /// The tables of channels and their posts.
    Channels,
    /// The log of events in the database, as far as this relay's rules have it written.
    EventLog,
    /// The mailbox row of a message.
    Mailbox,
    /// The relay's own numbering, in its database.
    Counters,
    /// The relay's log, which goes to whoever started it.
    Log,
    /// The relay's metrics, in memory.
    Metrics,
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From a phone to the relay.
    FromPhone,
    /// From the relay to a phone.
    ToPhone,
    /// Between no two parties: the relay's own record or what a connection shows.
    Own,
}

/// One field that a relay can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The frame or record.
    pub record: &'static str,
    /// The field in it.
    pub name: &'static str,
    /// What kind of thing it tells.
    pub class: Class,
    /// Where the relay puts it.
    pub place: Place,
    /// Why it is there, in one clause.
    pub why: &'static str,
}

/// Declares the inventory of one struct: `declare!(TABLE: Type { field: Class, Place, "why"; ... })`.
///
/// It expands to `pub const TABLE: &[Field]` and to a check that the list names every field of the type.
///
/// ```
/// struct Row {
///     sender: u32,
///     text: u32,
/// }
/// pillarbox_wire::declare!(
///     ROW: Row {
///         sender: Events, Mailbox, "the account that sent it";
///         text: Content, Mailbox, "the message itself";
///     }
/// );
/// assert_eq!(ROW.len(), 2);
/// ```
///
/// A field that nobody classified does not compile:
///
/// ```compile_fail,E0027
/// struct Row {
///     sender: u32,
///     text: u32,
/// }
/// pillarbox_wire::declare!(
///     ROW: Row {
///         sender: Events, Mailbox, "the account that sent it";
///     }
/// );
/// ```
#[macro_export]
macro_rules! declare {
    ($(#[$doc:meta])* $table:ident: $type:ident { $($field:ident: $class:ident, $place:ident, $why:literal;)+ }) => {
        $(#[$doc])*
        pub const $table: &[$crate::inventory::Field] = &[
            $($crate::inventory::Field {
                record: stringify!($type),
                name: stringify!($field),
                class: $crate::inventory::Class::$class,
                place: $crate::inventory::Place::$place,
                why: $why,
            },)+
        ];
        // No `..`: a field that the list does not name is a compile error here.
        const _: fn(&$type) = |$type { $($field: _),+ }| ();
    };
}

/// The fields of one frame and the way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which way it goes.
    pub direction: Direction,
    /// Its fields.
    pub fields: &'static [Field],
}
