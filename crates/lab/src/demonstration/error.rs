//! Reasons that the demonstration did not complete.

use std::io;

use pillarbox_client::net::NetError;
use pillarbox_client::{PhoneError, ProfileError};
use pillarbox_relay::HoldingsError;
use pillarbox_relay::server::{Broken, StartError};
use pillarbox_wire::HandleError;

/// Reasons that the demonstration did not complete.
///
/// The audit's error has some of these variants, too, for phones, rows and numbers. A type that both share would save
/// these lines and cost a conversion at every call, because `?` converts once.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemonstrationError {
    /// No folder could be created for the relay and the phones.
    #[error("no folder for the relay and the phones could be made in {folder}: {kind}")]
    Folder {
        /// The path that was tried.
        folder: String,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The relay did not start.
    #[error("the relay did not start: {0}")]
    Start(#[from] StartError),
    /// The relay ended by itself.
    #[error(transparent)]
    Relay(#[from] Broken),
    /// A phone could not be created.
    #[error("a phone could not be made: {0}")]
    Profile(#[from] ProfileError),
    /// A phone could not do what was asked.
    #[error("a phone could not go on: {0}")]
    Phone(#[from] PhoneError),
    /// A phone could not connect to the relay.
    #[error("a phone and the relay did not come together: {0}")]
    Net(#[from] NetError),
    /// The relay's rows could not be read.
    #[error("the relay's rows could not be read: {0}")]
    Holdings(#[from] HoldingsError),
    /// A number of the script is invalid.
    #[error("a number in the script is wrong: {0}")]
    Script(#[from] HandleError),
    /// The texts did not arrive, so there is nothing to show.
    #[error("the conversation did not go as written: {what}")]
    WentWrong {
        /// The missing part.
        what: &'static str,
    },
}
