//! One phone's update: the maker of the program signs a build for one device.
//!
//! The build adds [`harvest`](crate::harvest) to the program of that phone, and its screens say what they said before.
//! The operator's relay and everybody else's phone stay as they are. The authority's half is the key that opens the
//! reports. How a build reaches a phone, and which builds a phone takes, stands in [`builds`](crate::builds).

mod client;

pub use client::{TargetedUpdateClient, source_sha256};
