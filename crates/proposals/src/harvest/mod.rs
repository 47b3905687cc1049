//! Harvest: software on one phone that seals what is on it to an authority, and the authority's half that opens it.
//!
//! ```text
//! report    ephemeral X25519 key (32), ChaCha20-Poly1305(SHA-256(shared secret, both public keys), content)
//! content   the key of the phone's vault (32), and each row that is new or has changed since the last report
//! row       length (4), table (1), look-up key (32), nonce (24), the row's sealed content
//! ```
//!
//! The rows are those of a phone as an exhibit ([`Phone::exhibit`](pillarbox_client::Phone::exhibit)): what its owner
//! can read on the screen, and no key that speaks for the owner. A row that the phone deletes later has been reported
//! before. Two ways put the same software on a phone: a build that its maker signs
//! ([`targeted_update`](crate::targeted_update)), and a hole in the phone's system
//! ([`device_hack`](crate::device_hack)).
//!
//! Anybody who knows the authority's public key can seal a report. That a report opens says nothing about where it
//! comes from.

mod authority;
mod client;
mod report;

pub use authority::{HarvestKey, ReportNotOpened};
pub use client::{Harvest, HarvestError};
