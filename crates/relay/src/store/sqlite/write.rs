//! Writes one [`Changes`] in one transaction.

use pillarbox_wire::{KemPreKey, OneTimePreKey, PreKeyUpload, SignedPreKey};
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior, params};

use super::columns::{integer, time};
use super::remove::{remove, remove_device};
use super::{attachments, channels, deposits, devices, events, groups, leaves, trim};
use crate::store::changes::{
    Applied, Changes, Closing, Counters, Forget, LastSeen, Registration, Replacement, Set, Taken, Upload,
};
use crate::store::devices::Linking;
use crate::store::error::StoreError;
use crate::store::rows::{AccountRow, DeviceNumber, DeviceRow, MessageRow, PreKeyKind};

/// Messages in one statement. Starting a statement costs as much as a row; above some tens nothing more is gained.
const ROWS_AT_ONCE: usize = 32;

/// One row of an insertion into `messages`.
const MESSAGE_VALUES: &str = "(?, ?, ?, ?, ?, ?, ?, ?)";

/// Writes the changes, and returns the number of this transaction.
pub(super) fn apply(connection: &mut Connection, changes: &Changes) -> Result<(Applied, u64), StoreError> {
    let Changes {
        certificate_key,
        keeping,
        accounts,
        prekeys,
        taken,
        replaced,
        linked,
        relisted,
        leaves: logged,
        seen,
        deposits: leaving,
        channels: opened,
        posts,
        groups: regrouped,
        attachments: parts,
        taken_down,
        messages,
        delivered,
        removed,
        closed,
        forget,
        trim: beyond,
        events: happened,
        lapse,
        counters,
    } = changes;
    // Dropped without a commit, the transaction is rolled back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut applied = Applied::default();
    if let Some(key) = certificate_key {
        transaction
            .execute("INSERT INTO meta VALUES ('certificate_key', ?1)", [key.as_bytes().as_slice()])?;
    }
    if let Some(Set { keeping, at }) = keeping {
        transaction.execute(
            "INSERT OR REPLACE INTO meta SELECT 'keeping_since', ?2 \
             WHERE NOT EXISTS (SELECT 1 FROM meta WHERE name = 'keeping' AND value = ?1)",
            params![keeping, time(*at)],
        )?;
        transaction.execute("INSERT OR REPLACE INTO meta VALUES ('keeping', ?1)", [keeping])?;
    }
    for registration in accounts {
        register(&transaction, registration)?;
    }
    for upload in prekeys {
        publish(&transaction, upload)?;
    }
    for Taken { device, kind, id } in taken {
        let query = "DELETE FROM prekeys WHERE device_number = ?1 AND kind = ?2 AND id = ?3";
        let gone = transaction.prepare_cached(query)?.execute(params![device.0, kind.as_str(), id.0])?;
        if gone != 1 {
            return Err(StoreError::Damaged);
        }
    }
    replaced.iter().try_for_each(|one| replace(&transaction, one))?;
    for Linking { list, device, prekeys } in linked {
        insert_device(&transaction, device)?;
        store_prekeys(&transaction, device.device_number, prekeys)?;
        devices::store(&transaction, list)?;
    }
    relisted.iter().try_for_each(|one| devices::relist(&transaction, one))?;
    leaves::append(&transaction, logged)?;
    for LastSeen { device, at, address } in seen {
        transaction
            .prepare_cached("UPDATE devices SET last_seen = ?2, last_address = ?3 WHERE device_number = ?1")?
            .execute(params![device.0, at.map(time), address.map(|address| address.to_string())])?;
    }
    leaving.iter().try_for_each(|one| deposits::apply(&transaction, one))?;
    opened.iter().try_for_each(|row| channels::open(&transaction, row))?;
    posts.iter().try_for_each(|row| channels::publish(&transaction, row))?;
    regrouped.iter().try_for_each(|one| groups::store(&transaction, one))?;
    parts.iter().try_for_each(|row| attachments::leave(&transaction, row))?;
    taken_down.iter().try_for_each(|(channel, at)| channels::take_down(&transaction, channel, *at))?;
    append(&transaction, messages)?;
    if !delivered.is_empty() {
        let mut mark =
            transaction.prepare_cached("UPDATE messages SET delivered_at = ?2 WHERE message = ?1")?;
        for (message, at) in delivered {
            mark.execute(params![integer(message.0), time(*at)])?;
        }
    }
    remove(&transaction, removed)?;
    for closing in closed {
        close(&transaction, closing)?;
    }
    if let Some(Forget { delivered_by, attachments_by, most }) = forget {
        let gone = transaction
            .prepare_cached(
                "DELETE FROM messages WHERE message IN (SELECT message FROM messages \
                 WHERE delivered_at IS NOT NULL AND delivered_at <= ?1 ORDER BY delivered_at LIMIT ?2)",
            )?
            .execute(params![time(*delivered_by), most])?;
        applied.forgotten = u32::try_from(gone).unwrap_or(u32::MAX);
        if let Some(left_by) = attachments_by {
            let parts = attachments::forget(&transaction, *left_by, *most)?;
            applied.forgotten = applied.forgotten.max(parts);
        }
    }
    if let Some(beyond) = beyond {
        trim::trim(&transaction, beyond)?;
    }
    events::append(&transaction, happened)?;
    if let Some(lapse) = lapse {
        applied.events_left = events::lapse(&transaction, lapse)?;
    }
    let Counters { next_message, next_device, next_event, ageing_clock } = counters;
    let commits: i64 = transaction
        .prepare_cached(
            "UPDATE counters SET next_message = ?1, next_device = ?2, next_event = ?3, ageing_clock = ?4, \
             commits = commits + 1 RETURNING commits",
        )?
        .query_row(
            params![integer(next_message.0), next_device.0, integer(next_event.0), ageing_clock.map(time)],
            |row| row.get(0),
        )?;
    transaction.commit()?;
    Ok((applied, commits.cast_unsigned()))
}

fn append(transaction: &Transaction<'_>, messages: &[MessageRow]) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let (many, rest) = messages.as_chunks::<ROWS_AT_ONCE>();
    if !many.is_empty() {
        let query = format!("INSERT INTO messages VALUES {}", [MESSAGE_VALUES; ROWS_AT_ONCE].join(","));
        let mut insert = transaction.prepare_cached(&query)?;
        for rows in many {
            insert_messages(&mut insert, rows)?;
        }
    }
    if !rest.is_empty() {
        let query = format!("INSERT INTO messages VALUES {MESSAGE_VALUES}");
        let mut insert = transaction.prepare_cached(&query)?;
        for row in rest {
            insert_messages(&mut insert, std::slice::from_ref(row))?;
        }
    }
    Ok(())
}

/// Inserts these rows with one statement.
fn insert_messages(insert: &mut CachedStatement<'_>, rows: &[MessageRow]) -> Result<(), StoreError> {
    let mut first = 1;
    for MessageRow { message, mailbox, accepted_at, sender, delivered_at, payload } in rows {
        insert.raw_bind_parameter(first, integer(message.0))?;
        insert.raw_bind_parameter(first + 1, mailbox.0)?;
        insert.raw_bind_parameter(first + 2, time(*accepted_at))?;
        insert.raw_bind_parameter(first + 3, sender.as_ref().map(|sender| sender.account.0.as_slice()))?;
        insert.raw_bind_parameter(first + 4, sender.map(|sender| sender.device.0))?;
        insert.raw_bind_parameter(first + 5, delivered_at.map(time))?;
        insert.raw_bind_parameter(first + 6, integer(payload.len() as u64))?;
        insert.raw_bind_parameter(first + 7, payload.as_slice())?;
        first += 8;
    }
    insert.raw_execute()?;
    Ok(())
}

fn register(transaction: &Transaction<'_>, registration: &Registration) -> Result<(), StoreError> {
    let Registration { account, device, prekeys } = registration;
    let AccountRow {
        account,
        handle,
        registered_at,
        identity_signing,
        identity_agreement,
        identity_cross_signature,
        delivery_verifier,
    } = account;
    transaction.prepare_cached("INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
        params![
            account.0.as_slice(),
            handle.as_ref().map(|handle| handle.as_str()),
            registered_at.map(time),
            identity_signing.0.as_slice(),
            identity_agreement.0.as_slice(),
            identity_cross_signature.0.as_slice(),
            delivery_verifier.0.as_slice(),
        ],
    )?;
    insert_device(transaction, device)?;
    store_prekeys(transaction, device.device_number, prekeys)
}

fn insert_device(transaction: &Transaction<'_>, device: &DeviceRow) -> Result<(), StoreError> {
    let DeviceRow {
        device_number,
        account,
        device,
        device_key,
        last_seen,
        last_address,
        next_one_time,
        next_one_time_kem,
    } = device;
    transaction.prepare_cached("INSERT INTO devices VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(
        params![
            device_number.0,
            account.0.as_slice(),
            device.0,
            device_key.0.as_slice(),
            last_seen.map(time),
            last_address.map(|address| address.to_string()),
            integer(*next_one_time),
            integer(*next_one_time_kem),
        ],
    )?;
    Ok(())
}

/// Replaces an account's keys and everything that follows from them; the rest is kept.
fn replace(transaction: &Transaction<'_>, replacement: &Replacement) -> Result<(), StoreError> {
    let Replacement { account, device, prekeys, unlinked } = replacement;
    devices::unlink(transaction, unlinked)?;
    devices::remove(transaction, account.account)?;
    let AccountRow {
        account,
        handle: _,
        registered_at: _,
        identity_signing,
        identity_agreement,
        identity_cross_signature,
        delivery_verifier,
    } = account;
    let accounts = transaction
        .prepare_cached(
            "UPDATE accounts SET identity_signing = ?2, identity_agreement = ?3, identity_cross_signature = ?4, \
             delivery_verifier = ?5 WHERE account = ?1",
        )?
        .execute(params![
            account.0.as_slice(),
            identity_signing.0.as_slice(),
            identity_agreement.0.as_slice(),
            identity_cross_signature.0.as_slice(),
            delivery_verifier.0.as_slice(),
        ])?;
    let DeviceRow {
        device_number,
        account: _,
        device,
        device_key,
        last_seen,
        last_address,
        next_one_time,
        next_one_time_kem,
    } = device;
    transaction.prepare_cached("DELETE FROM prekeys WHERE device_number = ?1")?.execute([device_number.0])?;
    let devices = transaction
        .prepare_cached(
            "UPDATE devices SET device = ?2, device_key = ?3, last_seen = ?4, last_address = ?5, next_one_time = ?6, \
             next_one_time_kem = ?7 WHERE device_number = ?1",
        )?
        .execute(params![
            device_number.0,
            device.0,
            device_key.0.as_slice(),
            last_seen.map(time),
            last_address.map(|address| address.to_string()),
            integer(*next_one_time),
            integer(*next_one_time_kem),
        ])?;
    if (accounts, devices) != (1, 1) {
        return Err(StoreError::Damaged);
    }
    store_prekeys(transaction, *device_number, prekeys)
}

fn publish(transaction: &Transaction<'_>, upload: &Upload) -> Result<(), StoreError> {
    let Upload { device, prekeys, next_one_time, next_one_time_kem } = upload;
    transaction
        .prepare_cached(
            "UPDATE devices SET next_one_time = ?2, next_one_time_kem = ?3 WHERE device_number = ?1",
        )?
        .execute(params![device.0, integer(*next_one_time), integer(*next_one_time_kem)])?;
    store_prekeys(transaction, *device, prekeys)
}

fn store_prekeys(
    transaction: &Transaction<'_>,
    device: DeviceNumber,
    upload: &PreKeyUpload,
) -> Result<(), StoreError> {
    let PreKeyUpload { signed, last_resort, one_time, one_time_kem } = upload;
    let mut insert = transaction.prepare_cached("INSERT INTO prekeys VALUES (?1, ?2, ?3, ?4, ?5)")?;
    if let Some(SignedPreKey { id, key, signature }) = signed {
        forget_kind(transaction, device, PreKeyKind::Signed)?;
        insert.execute(params![
            device.0,
            PreKeyKind::Signed.as_str(),
            id.0,
            key.0.as_slice(),
            signature.0.as_slice()
        ])?;
    }
    if let Some(prekey) = last_resort {
        forget_kind(transaction, device, PreKeyKind::LastResort)?;
        insert_kem(&mut insert, device, PreKeyKind::LastResort, prekey)?;
    }
    for OneTimePreKey { id, key } in one_time {
        insert.execute(params![
            device.0,
            PreKeyKind::OneTime.as_str(),
            id.0,
            key.0.as_slice(),
            None::<&[u8]>
        ])?;
    }
    for prekey in one_time_kem {
        insert_kem(&mut insert, device, PreKeyKind::OneTimeKem, prekey)?;
    }
    Ok(())
}

fn insert_kem(
    insert: &mut CachedStatement<'_>,
    device: DeviceNumber,
    kind: PreKeyKind,
    prekey: &KemPreKey,
) -> Result<(), StoreError> {
    let KemPreKey { id, key, signature } = prekey;
    insert.execute(params![device.0, kind.as_str(), id.0, key.0.as_slice(), signature.0.as_slice()])?;
    Ok(())
}

fn forget_kind(
    transaction: &Transaction<'_>,
    device: DeviceNumber,
    kind: PreKeyKind,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM prekeys WHERE device_number = ?1 AND kind = ?2")?
        .execute(params![device.0, kind.as_str()])?;
    Ok(())
}

fn close(transaction: &Transaction<'_>, closing: &Closing) -> Result<(), StoreError> {
    let Closing { account, devices: its_own, waiting, groups: regrouped } = closing;
    remove(transaction, waiting)?;
    for device in its_own {
        remove_device(transaction, *device)?;
    }
    devices::remove(transaction, *account)?;
    channels::close(transaction, *account)?;
    attachments::close(transaction, *account)?;
    regrouped.iter().try_for_each(|one| groups::store(transaction, one))?;
    transaction.prepare_cached("DELETE FROM deposits WHERE account = ?1")?.execute([account.0.as_slice()])?;
    transaction.prepare_cached("DELETE FROM accounts WHERE account = ?1")?.execute([account.0.as_slice()])?;
    Ok(())
}
