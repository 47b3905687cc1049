//! Frames to the relay. Everything they depend on is stored before they are sent.

mod converse;
mod devices;
mod dues;
mod group_acts;
mod loaded;
mod outgoing;
