//! Device hack: a hole in the system of somebody's phone lends the running messenger to software of others.
//!
//! No maker signs anything, and the program on the phone stays the shipped one. The software that the hole lets in is
//! the [`harvest`](crate::harvest) of one phone's update, and so is the authority's half. This crate has no exploit: a
//! device that [is not patched](PhoneSystem) hands over what an exploit would reach.

mod system;

pub use system::{HoleClosed, PhoneSystem};
