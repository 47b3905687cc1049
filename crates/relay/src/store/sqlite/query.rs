//! Rows of a query, read one by one.

use rusqlite::{Connection, Params, Row};

use crate::store::error::StoreError;

/// Reads all rows of a query, each with `read`.
pub(super) fn rows<T>(
    connection: &Connection,
    query: &str,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare(query)?;
    let mut found = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Reads the first row of a query, if there is one.
pub(super) fn first<T>(
    connection: &Connection,
    query: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut found = statement.query(params)?;
    found.next()?.map(read).transpose()
}
