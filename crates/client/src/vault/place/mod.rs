//! The location of a vault: a folder of the file system, or SQLite's memory under the folder's name.

#[cfg(feature = "folders")]
mod folder;
#[cfg(not(feature = "folders"))]
mod memory;

#[cfg(feature = "folders")]
pub(crate) use folder::{Place, claim, connect, has, is_link, make, settle};
#[cfg(feature = "folders")]
pub use folder::{copy, erase, length};
#[cfg(not(feature = "folders"))]
pub(crate) use memory::{Place, claim, connect, has, is_link, make, settle};
#[cfg(not(feature = "folders"))]
pub use memory::{copy, erase, length};
