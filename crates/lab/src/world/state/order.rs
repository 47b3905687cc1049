//! The orders of an authority.

use pillarbox_client::Habits;
use pillarbox_proposals::Altered;
use pillarbox_proposals::ghost_device::ReadAlong;
use pillarbox_relay::Keeping;
use pillarbox_wire::{AccountId, ChannelName, Handle};

use super::planted::PlantedBy;
use super::site::SiteId;
use crate::scenario::{LockState, PersonId};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Changes the retention of an operator from now on.
    SetKeeping {
        /// The relay that the order is for.
        site: SiteId,
        /// The retention rule from then on.
        keeping: Keeping,
    },
    /// Makes an operator hand over the traffic of some accounts from now on.
    Tap {
        /// The relay that the order is for.
        site: SiteId,
        /// The accounts whose traffic is handed over.
        accounts: Vec<AccountId>,
        /// The numbers about which lookups are handed over as well.
        numbers: Vec<Handle>,
    },
    /// Makes every operator take a channel down.
    TakeDown {
        /// The channel.
        channel: ChannelName,
    },
    /// Makes the networks of a country block all of the messenger's relays.
    Block {
        /// The country whose networks block.
        country: String,
    },
    /// Makes the networks of a country block one relay.
    BlockRelay {
        /// The country whose networks block.
        country: String,
        /// The relay to be blocked.
        site: SiteId,
    },
    /// Makes the networks of a country let connections to every relay through again.
    Unblock {
        /// The country whose networks unblock.
        country: String,
    },
    /// Seizes somebody's phone.
    Seize {
        /// The person whose phone is seized.
        who: PersonId,
        /// The lock state.
        state: LockState,
    },
    /// Copies somebody's phone with its passcode and returns it.
    CopyPhone {
        /// The person whose phone is copied.
        who: PersonId,
        /// True if the copy connects once it no longer follows what passes.
        goes_online: bool,
    },
    /// Makes the maker ship the phones' half of an access proposal.
    AlterSoftware {
        /// The recipients.
        whom: Whom,
        /// The half.
        software: Altered,
    },
    /// Draws an authority's key and makes the maker ship software that escrows each message's key to it, to everybody.
    AdoptEscrow,
    /// Puts software on somebody's phone that seals what is there to an authority.
    PlantSoftware {
        /// The owner of the phone.
        who: PersonId,
        /// The way in which the software gets onto the phone.
        by: PlantedBy,
    },
    /// Makes an operator name a ghost device.
    NameGhost {
        /// The relay that names the ghost.
        site: SiteId,
        /// The people on whose texts the ghost should eavesdrop.
        whom: ReadAlong,
        /// True if phones that do not ask for devices are made to ask for keys.
        makes_phones_ask: bool,
    },
    /// Has an eavesdropper register somebody's number.
    TakeNumber {
        /// The owner of the number.
        who: PersonId,
    },
    /// Makes the maker ship other software.
    UpdateSoftware {
        /// The recipients of the update.
        whom: Whom,
        /// The habits of their phones from now on.
        habits: Habits,
        /// True if they stop encrypting end to end. Accounts, keys, contacts and conversations are kept, as with
        /// any update. No order makes anybody's software begin to encrypt.
        stops_encrypting: bool,
        /// The maker's announcement to the recipients; `None` if it says nothing.
        announced: Option<String>,
    },
    /// Makes the operator stop serving a country and tell the people there.
    StopServing {
        /// The country that is no longer served.
        country: String,
        /// True if it closes their accounts. Otherwise the accounts are kept, and nobody in the country reaches
        /// them.
        closes_accounts: bool,
        /// The operator's announcement.
        announced: String,
    },
}

/// The recipients of other software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// All users of the messenger.
    Everybody,
    /// The people of a country.
    Country(String),
}

impl Order {
    /// Returns the word for the order in the record.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::SetKeeping { .. } => "set-keeping",
            Self::Tap { .. } => "tap",
            Self::TakeDown { .. } => "take-down",
            Self::Block { .. } => "block",
            Self::BlockRelay { .. } => "block-relay",
            Self::Unblock { .. } => "unblock",
            Self::Seize { .. } => "seize",
            Self::CopyPhone { .. } => "copy-phone",
            Self::AlterSoftware { .. } => "alter-software",
            Self::AdoptEscrow => "adopt-escrow",
            Self::PlantSoftware { .. } => "plant-software",
            Self::NameGhost { .. } => "name-ghost",
            Self::TakeNumber { .. } => "take-number",
            Self::UpdateSoftware { .. } => "update-software",
            Self::StopServing { .. } => "stop-serving",
        }
    }
}
