//! The views that a party may have, as types. A function that serves a demand on a relay receives [`RelayHoldings`] and
//! nothing else.
//!
//! Each view is built from real things: the relay's rows, frames that passed, a phone. No view gives access to another,
//! or to what was really said. A function that takes one view cannot use what its party does not have.

mod channel;
#[cfg(feature = "folders")]
mod folder;
mod holdings;
mod notifications;
mod phone;
mod push;
mod reported;
mod tap;
mod wire_tap;

pub use channel::{PublicChannel, PublicPost};
pub use holdings::{HeldKey, RelayHoldings};
pub use notifications::{NotificationStore, Preview};
pub use phone::{LockState, SeizedPhone};
pub use push::{PushOwner, PushRecords, Woken};
pub use reported::ReportedMessage;
pub use tap::{OperatorTap, Tapped};
pub use wire_tap::{Crossing, WireTap};
