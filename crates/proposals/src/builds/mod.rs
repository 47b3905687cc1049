//! Builds: how the software of a maker reaches phones, and what a phone's updater takes.
//!
//! ```text
//! build     version (4), SHA-256 of the added source (32), 0, or 1 and a device's tag (17), the maker's signature (64)
//! head      size of the log (8), root (32), the log's signature (64)
//! ```
//!
//! This is a stand-in for the store of a phone's system and no half of a proposal: every change of a phone's software
//! arrives in this way, a wanted one too. An updater takes what its maker signed for all devices or for its own. An
//! updater that insists on a public log also wants a proof that the build is in the log that it follows (RFC 6962).
//! A digest of source code stands for the digest of a program.

mod build;
mod log;
mod updater;

pub use build::{Build, DeviceTag, MakerKey};
pub use log::{BuildLog, BuildLogHead, FollowedBuilds, LoggedBuild, NotFollowed};
pub use updater::{BuildRefused, Updater};
