//! Queries of the relay and of the holdings.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{DepositKind, FixedBytes, KemPreKey, MessageId, OneTimePreKey, SignedPreKey, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::note::{self, Note};
use super::query::{first, rows};
use super::schema::{self, Layout};
use super::{attachments, channels, columns, deposits, devices, events, groups, leaves};
use crate::memory::mailbox::{Entrance, QueuedMessage};
use crate::store::backend::{Skip, Stock, StoreContents, StoredPreKeys};
use crate::store::changes::Counters;
use crate::store::error::StoreError;
use crate::store::events::EventNumber;
use crate::store::holdings::Holdings;
use crate::store::rows::{DeviceNumber, MessageRow, PreKeyKind, PreKeyRow};

/// Reads the key that signs sender certificates.
pub(super) fn certificate_key(connection: &Connection) -> Result<Option<SigningSecret>, StoreError> {
    let key: Option<[u8; 32]> = connection
        .query_row("SELECT value FROM meta WHERE name = 'certificate_key'", [], |row| row.get(0))
        .optional()?;
    Ok(key.map(SigningSecret::from_bytes))
}

fn counters(connection: &Connection, layout: Layout) -> Result<Counters, StoreError> {
    let next_event = if layout < Layout::WithoutCommits { "1" } else { "next_event" };
    let query = format!("SELECT next_message, next_device, ageing_clock, {next_event} FROM counters");
    first(connection, &query, [], |row| {
        Ok(Counters {
            next_message: MessageId(columns::unsigned(row, 0)?),
            next_device: DeviceNumber(columns::unsigned(row, 1)?),
            next_event: EventNumber(columns::unsigned(row, 3)?),
            ageing_clock: columns::optional_time(row, 2)?,
        })
    })?
    .ok_or(StoreError::Damaged)
}

/// Reads the number of transactions that a database counts as committed; `None` if its layout counts none.
pub(crate) fn read_commits(connection: &Connection) -> Result<Option<u64>, StoreError> {
    if schema::check(connection)? < Layout::WithoutDevices {
        return Ok(None);
    }
    let counted = first(connection, "SELECT commits FROM counters", [], |row| columns::unsigned(row, 0))?;
    counted.map(Some).ok_or(StoreError::Damaged)
}

pub(super) fn contents(connection: &Connection) -> Result<StoreContents, StoreError> {
    Ok(StoreContents {
        certificate_key: certificate_key(connection)?,
        counters: counters(connection, Layout::Present)?,
        device_lists: devices::all(connection)?,
        push_tokens: deposits::of_kind(connection, DepositKind::PushToken)?,
        channels: rows(
            connection,
            &format!("SELECT {} FROM channels", channels::CHANNEL_COLUMNS),
            channels::channel,
        )?,
        leaves: leaves::all(connection)?,
        groups: groups::all(connection)?,
        group_members: groups::members(connection)?,
        accounts: rows(
            connection,
            &format!("SELECT {} FROM accounts", columns::ACCOUNT_COLUMNS),
            columns::account,
        )?,
        devices: rows(
            connection,
            &format!("SELECT {} FROM devices ORDER BY device_number", columns::DEVICE_COLUMNS),
            columns::device,
        )?,
    })
}

pub(super) fn waiting(
    connection: &Connection,
    visit: &mut dyn FnMut(DeviceNumber, QueuedMessage),
) -> Result<(), StoreError> {
    // `size` comes before the payload, so that no payload is read here.
    let mut statement = connection.prepare(
        "SELECT message, mailbox, accepted_at, size, sender_account IS NULL FROM messages \
         WHERE delivered_at IS NULL ORDER BY message",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let waiting = QueuedMessage::new(
            MessageId(columns::unsigned(row, 0)?),
            columns::unsigned(row, 3)?,
            Timestamp(columns::unsigned(row, 2)?),
            if row.get(4)? { Entrance::Sealed } else { Entrance::Open },
        );
        visit(DeviceNumber(columns::unsigned(row, 1)?), waiting);
    }
    Ok(())
}

pub(super) fn message(connection: &Connection, message: MessageId) -> Result<MessageRow, StoreError> {
    let query = "SELECT message, mailbox, accepted_at, sender_account, sender_device, delivered_at, payload \
                 FROM messages WHERE message = ?1";
    first(connection, query, [columns::integer(message.0)], columns::message)?.ok_or(StoreError::Damaged)
}

fn prekey(
    connection: &Connection,
    device: DeviceNumber,
    kind: PreKeyKind,
    skip: u32,
) -> Result<Option<PreKeyRow>, StoreError> {
    let query = "SELECT device_number, kind, id, key, signature FROM prekeys \
                 WHERE device_number = ?1 AND kind = ?2 ORDER BY id LIMIT 1 OFFSET ?3";
    first(connection, query, params![device.0, kind.as_str(), skip], columns::prekey)
}

pub(super) fn prekeys(
    connection: &Connection,
    device: DeviceNumber,
    skip: Skip,
) -> Result<StoredPreKeys, StoreError> {
    let find = |kind, skip| prekey(connection, device, kind, skip);
    let signed = find(PreKeyKind::Signed, 0)?.ok_or(StoreError::Damaged)?;
    let last_resort = find(PreKeyKind::LastResort, 0)?.ok_or(StoreError::Damaged)?;
    Ok(StoredPreKeys {
        signed: SignedPreKey {
            id: signed.id,
            key: exactly(&signed.key.0)?,
            signature: signed.signature.ok_or(StoreError::Damaged)?,
        },
        last_resort: kem(last_resort)?,
        one_time: find(PreKeyKind::OneTime, skip.one_time)?
            .map(|row| Ok::<_, StoreError>(OneTimePreKey { id: row.id, key: exactly(&row.key.0)? }))
            .transpose()?,
        one_time_kem: find(PreKeyKind::OneTimeKem, skip.one_time_kem)?.map(kem).transpose()?,
    })
}

fn kem(row: PreKeyRow) -> Result<KemPreKey, StoreError> {
    let PreKeyRow { device_number: _, kind: _, id, key, signature } = row;
    Ok(KemPreKey { id, key: Box::new(exactly(&key.0)?), signature: signature.ok_or(StoreError::Damaged)? })
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<FixedBytes<N>, StoreError> {
    bytes.try_into().map(FixedBytes).map_err(|_| StoreError::Damaged)
}

pub(super) fn stock(connection: &Connection, device: DeviceNumber) -> Result<Stock, StoreError> {
    let count = |kind: PreKeyKind| {
        let query = "SELECT count(*) FROM prekeys WHERE device_number = ?1 AND kind = ?2";
        let counted =
            first(connection, query, params![device.0, kind.as_str()], |row| columns::unsigned(row, 0))?;
        counted.ok_or(StoreError::Damaged)
    };
    Ok(Stock { one_time: count(PreKeyKind::OneTime)?, one_time_kem: count(PreKeyKind::OneTimeKem)? })
}

/// Everything in a file, as of one moment.
#[derive(Debug)]
pub(crate) struct FileContents {
    pub(crate) holdings: Holdings,
    pub(crate) certificate_key: Option<SigningSecret>,
    pub(crate) note: Option<Note>,
    /// Number of transactions that the relay has committed to it, if it counts them.
    pub(crate) commits: Option<u64>,
}

/// Reads everything, as of one moment, from a connection that was opened for reading.
pub(crate) fn read_file(connection: &Connection) -> Result<FileContents, StoreError> {
    let layout = schema::check(connection)?;
    if layout == Layout::New {
        return Err(StoreError::Foreign);
    }
    // A reading transaction sees all tables in the state of its first read.
    let moment = connection.unchecked_transaction()?;
    Ok(FileContents {
        holdings: rows_of(&moment, layout)?,
        certificate_key: certificate_key(&moment)?,
        note: note::read(&moment)?,
        commits: read_commits(&moment)?,
    })
}

/// Reads the relay's numbering from a connection that was opened for reading.
pub(crate) fn read_counters(connection: &Connection) -> Result<Counters, StoreError> {
    counters(connection, schema::check(connection)?)
}

/// Reads every row, as of one moment.
pub(super) fn holdings(connection: &Connection) -> Result<Holdings, StoreError> {
    read_file(connection).map(|file| file.holdings)
}

fn rows_of(moment: &Connection, layout: Layout) -> Result<Holdings, StoreError> {
    let keeping: Option<String> =
        moment.query_row("SELECT value FROM meta WHERE name = 'keeping'", [], |row| row.get(0)).optional()?;
    let since: Option<i64> = moment
        .query_row("SELECT value FROM meta WHERE name = 'keeping_since'", [], |row| row.get(0))
        .optional()?;
    let all =
        |columns: &str, table: &str, order: &str| format!("SELECT {columns} FROM {table} ORDER BY {order}");
    let mut holdings = Holdings {
        keeping_since: since
            .map(|since| since.try_into().map(Timestamp))
            .transpose()
            .map_err(|_| StoreError::Damaged)?,
        keeping: keeping
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| StoreError::Damaged)?,
        counters: counters(moment, layout)?,
        accounts: rows(moment, &all(columns::ACCOUNT_COLUMNS, "accounts", "rowid"), columns::account)?,
        devices: rows(moment, &all(columns::DEVICE_COLUMNS, "devices", "device_number"), columns::device)?,
        prekeys: rows(
            moment,
            &all(columns::PREKEY_COLUMNS, "prekeys", "device_number, kind, id"),
            columns::prekey,
        )?,
        messages: rows(moment, &all(columns::MESSAGE_COLUMNS, "messages", "message"), columns::message)?,
        ..Holdings::default()
    };
    // A file of an earlier layout has none of these tables. It is read without changing it.
    if layout >= Layout::WithoutCommits {
        holdings.deposits =
            rows(moment, &all(deposits::COLUMNS, "deposits", "account, kind, subject"), deposits::row)?;
        holdings.events = rows(moment, &all(events::COLUMNS, "events", "event"), events::row)?;
        holdings.channels =
            rows(moment, &all(channels::CHANNEL_COLUMNS, "channels", "channel"), channels::channel)?;
        holdings.posts =
            rows(moment, &all(channels::POST_COLUMNS, "posts", "channel, number"), channels::post)?;
    }
    if layout >= Layout::WithoutGroups {
        holdings.device_lists =
            rows(moment, &all(devices::LIST_COLUMNS, "device_lists", "account"), devices::list)?;
        holdings.linked_devices = rows(
            moment,
            &all(devices::LINKED_COLUMNS, "linked_devices", "account, device"),
            devices::linked,
        )?;
        holdings.leaves = leaves::all(moment)?;
    }
    if layout >= Layout::Present {
        holdings.attachments =
            rows(moment, &all(attachments::COLUMNS, "attachments", "attachment, number"), attachments::row)?;
    }
    if layout >= Layout::WithoutAttachments {
        holdings.groups = groups::all(moment)?;
        holdings.group_members = groups::members(moment)?;
    }
    Ok(holdings)
}
