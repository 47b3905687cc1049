//! A copy of a store, in memory: the lab copies a world in order to compare two courses of the same story.

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::database::SqliteStore;
use crate::store::error::StoreError;

impl SqliteStore {
    /// Copies every page into memory.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn fork(&self) -> Result<Self, StoreError> {
        let mut copy = Connection::open_in_memory()?;
        // A negative number of pages means all of them.
        Backup::new(&self.connection, &mut copy)?.step(-1)?;
        Self::set_up(copy)
    }
}
