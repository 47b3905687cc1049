//! Frames to the relay. Whatever they depend on is in the vault before they leave.

mod converse;
mod outgoing;
