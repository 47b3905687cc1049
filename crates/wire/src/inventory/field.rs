//! A field that a relay can see, and the words that classify it.

use std::fmt;

/// The class of data that a field belongs to, in the words of the Investigatory Powers Act 2016, section 261.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// The content of a message, or its ciphertext (section 261(6)).
    Content,
    /// Communications data about an event: who, to whom, when, how much (section 261(4), events data).
    Events,
    /// Communications data about a person, an account or a device (section 261(3), entity data).
    Entity,
    /// Public keys and tokens.
    Keys,
    /// Data by which the protocol pairs answers with requests. It reveals nothing about people.
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

/// The place where a relay stores a field, if it keeps the field. The relay's rules say for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StoragePlace {
    /// No place: the field passes through. A relay that somebody forces to do so could log it.
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
    /// The table of attachments, if this relay keeps them.
    Attachments,
    /// The tables of groups, if this relay's operator manages their members.
    Groups,
    /// The directory's public log, if this relay has one. Its entries never go.
    DirectoryLog,
    /// The log of events in the database, as far as this relay's rules write one.
    EventLog,
    /// The mailbox row of a message.
    Mailbox,
    /// The relay's own numbering, in its database.
    Counters,
    /// The relay's log output, which goes to the person who started the relay.
    Log,
    /// The relay's metrics, in memory.
    Metrics,
}

/// The direction of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FrameDirection {
    /// From a phone to the relay.
    FromPhone,
    /// From the relay to a phone.
    ToPhone,
    /// No direction: the relay's own record, or a fact that a connection shows.
    Own,
}

/// One field that a relay can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InventoryField {
    /// The frame or record.
    pub record: &'static str,
    /// The field in it.
    pub name: &'static str,
    /// The class of data.
    pub class: Class,
    /// The place where the relay stores it.
    pub place: StoragePlace,
    /// The purpose of the field, in one clause.
    pub why: &'static str,
}

/// Declares the inventory of one struct: `declare!(TABLE: Type { field: Class, Place, "why"; ... })`.
///
/// It expands to `pub const TABLE: &[InventoryField]` and to a check that the list names every field of the type:
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
        pub const $table: &[$crate::inventory::InventoryField] = &[
            $($crate::inventory::InventoryField {
                record: stringify!($type),
                name: stringify!($field),
                class: $crate::inventory::Class::$class,
                place: $crate::inventory::StoragePlace::$place,
                why: $why,
            },)+
        ];
        // No `..`: a field that the list does not name is a compile error here.
        const _: fn(&$type) = |$type { $($field: _),+ }| ();
    };
}

/// The fields of one frame or record, with its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InventoryEntry {
    /// The direction of the frame.
    pub direction: FrameDirection,
    /// The fields of the frame.
    pub fields: &'static [InventoryField],
}
