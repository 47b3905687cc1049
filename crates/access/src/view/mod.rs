//! What a party may look at, as types: whoever serves a demand on a relay gets [`RelayHoldings`] and nothing else.
//!
//! Each view is built from real things: the relay's rows, frames that passed, a phone. There is no way from one to another, or to
//! what was really said; a function that takes one cannot use what its party does not have.

mod channel;
#[cfg(feature = "folders")]
mod folder;
mod holdings;
mod phone;
mod push;
mod reported;
mod tap;
mod wire_tap;

pub use channel::{PublicChannel, PublicPost};
pub use holdings::{HeldKey, RelayHoldings};
pub use phone::{LockState, SeizedPhone};
pub use push::{PushOwner, PushRecords, Woken};
pub use reported::ReportedMessage;
pub use tap::{OperatorTap, Tapped};
pub use wire_tap::{Crossing, WireTap};
