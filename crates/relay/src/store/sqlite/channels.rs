//! The tables of channels and posts, read and written.

use pillarbox_wire::{AccountId, Bytes, ChannelName, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::{optional_time, time, unsigned};
use crate::store::channels::{ChannelRow, PublishedRow};
use crate::store::error::StoreError;

pub(super) const CHANNEL_COLUMNS: &str = "channel, owner, opened_at, posted, taken_down";
pub(super) const POST_COLUMNS: &str = "channel, number, posted_at, content";

fn name(row: &Row<'_>) -> Result<ChannelName, StoreError> {
    ChannelName::try_from(row.get::<_, String>(0)?).map_err(|_| StoreError::Damaged)
}

pub(super) fn channel(row: &Row<'_>) -> Result<ChannelRow, StoreError> {
    Ok(ChannelRow {
        channel: name(row)?,
        owner: AccountId(row.get(1)?),
        opened_at: Timestamp(unsigned(row, 2)?),
        posted: unsigned(row, 3)?,
        taken_down: optional_time(row, 4)?,
    })
}

pub(super) fn post(row: &Row<'_>) -> Result<PublishedRow, StoreError> {
    Ok(PublishedRow {
        channel: name(row)?,
        number: unsigned(row, 1)?,
        posted_at: Timestamp(unsigned(row, 2)?),
        content: Bytes(row.get(3)?),
    })
}

pub(super) fn posts(
    connection: &Connection,
    channel: &ChannelName,
    after: u32,
    bytes: usize,
    most: u32,
) -> Result<Vec<PublishedRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT channel, number, posted_at, content FROM posts WHERE channel = ?1 AND number > ?2 \
         ORDER BY number LIMIT ?3",
    )?;
    let mut found = statement.query(params![channel.as_str(), after, most])?;
    let mut posts: Vec<PublishedRow> = Vec::new();
    let mut room = bytes;
    while let Some(row) = found.next()? {
        let post = post(row)?;
        if post.content.len() > room && !posts.is_empty() {
            break;
        }
        room = room.saturating_sub(post.content.len());
        posts.push(post);
    }
    Ok(posts)
}

pub(super) fn open(transaction: &Transaction<'_>, row: &ChannelRow) -> Result<(), StoreError> {
    let ChannelRow { channel, owner, opened_at, posted, taken_down } = row;
    transaction.prepare_cached("INSERT INTO channels VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        channel.as_str(),
        owner.0.as_slice(),
        time(*opened_at),
        posted,
        taken_down.map(time)
    ])?;
    Ok(())
}

pub(super) fn publish(transaction: &Transaction<'_>, row: &PublishedRow) -> Result<(), StoreError> {
    let PublishedRow { channel, number, posted_at, content } = row;
    transaction.prepare_cached("INSERT INTO posts VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        channel.as_str(),
        number,
        time(*posted_at),
        content.as_slice()
    ])?;
    transaction
        .prepare_cached("UPDATE channels SET posted = ?2 WHERE channel = ?1")?
        .execute(params![channel.as_str(), number])?;
    Ok(())
}

pub(super) fn take_down(
    transaction: &Transaction<'_>,
    channel: &ChannelName,
    at: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE channels SET taken_down = ?2 WHERE channel = ?1")?
        .execute(params![channel.as_str(), time(at)])?;
    transaction.prepare_cached("DELETE FROM posts WHERE channel = ?1")?.execute([channel.as_str()])?;
    Ok(())
}

/// Removes the channels and posts of a closed account. A channel that was taken down has no posts, and keeps its row.
pub(super) fn close(transaction: &Transaction<'_>, owner: AccountId) -> Result<(), StoreError> {
    for query in [
        "DELETE FROM posts WHERE channel IN (SELECT channel FROM channels WHERE owner = ?1)",
        "DELETE FROM channels WHERE owner = ?1 AND taken_down IS NULL",
    ] {
        transaction.prepare_cached(query)?.execute([owner.0.as_slice()])?;
    }
    Ok(())
}
