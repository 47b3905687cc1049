//! The files of a running relay other than its database, its watch over the database's own files, and work on the
//! files while no relay runs.

pub(crate) mod codes;
pub(crate) mod data_dir;
pub(crate) mod key;
pub mod offline;
mod open_file;
pub(crate) mod presence;
pub(crate) mod rescue;
