//! The phone's stock of prekeys: generated, stored, renewed and used up (PQXDH, sections 3.2 and 4.5).
//!
//! One-time keys are refilled when the relay reports that few are left. The signed prekey and the last-resort KEM
//! prekey are replaced every [`SIGNED_LIFETIME`] and kept for [`RETIRED_KEPT`] after that, because a first message
//! may wait that long in a mailbox. A used one-time key is deleted in the transaction that stores the message it
//! opened.
//!
//! An upload or its answer may be lost. Keys that the relay has not confirmed are offered again before new ones are
//! generated. The relay accepts each number once, so offering it known keys does no harm, and a phone on a bad line
//! does not use up numbers without end.

use std::cell::Cell;

use pillarbox_crypto::IdentitySecret;
use pillarbox_session::{
    ConsumedPreKey, KemPreKeySecret, KemUse, OneTimePreKeySecret, PreKeys, SignedPreKeySecret,
};
use pillarbox_wire::limits::MAX_PREKEYS_PER_UPLOAD;
use pillarbox_wire::{Duration, Encoded, KemPreKey, OneTimePreKey, PreKeyId, PreKeyUpload, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vault::{Rows, StorageError, Table, View};

/// Time for which a signed prekey is handed out: a week, so that a stolen one opens first messages of one week only.
pub const SIGNED_LIFETIME: Duration = Duration::from_days(7);

/// Time for which a replaced prekey is kept. A relay keeps a message for 30 days, and a sender uses an unanswered
/// session for [`MAX_UNANSWERED_AGE`](crate::recovery::MAX_UNANSWERED_AGE).
pub const RETIRED_KEPT: Duration = Duration::from_days(45);

/// One-time keys of each kind in a full stock: the strangers who may write while the phone is away.
pub const FULL_STOCK: u32 = 100;

/// Stock below which it is refilled.
pub const LOW_STOCK: u32 = 50;

/// One-time keys this far behind the newest number are deleted: somebody fetched them and never wrote, and without
/// this rule they would be kept for good. The relay hands out the lowest numbers first and gets no new ones before
/// it has confirmed the last, so the keys that it still hands out are within about four full stocks of the newest.
const NUMBERS_KEPT: u32 = 10 * FULL_STOCK;

const _: () = assert!(LOW_STOCK < FULL_STOCK);

/// Name of the stock's row in [`Table::Account`].
const STOCK: &[u8] = b"stock";

/// Name of the row with the keys on offer.
const OFFER: &[u8] = b"offer";

/// Name of the row that is present while the next count must be answered with a full stock, even if it is not low.
const FILL_UP: &[u8] = b"fill up";

const ONE_TIME: u8 = 0;

const LAST_RESORT: u8 = 1;

/// The stock, apart from the keys.
#[derive(Serialize, Deserialize)]
struct Stock {
    next: u32,
    current: Signed,
    /// True once the relay has confirmed the current pair.
    published: bool,
    retired: Vec<Retired>,
    /// One-time keys up to this number are deleted.
    swept: u32,
}

/// A signed prekey and the last-resort KEM prekey made with it.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Signed {
    signed: PreKeyId,
    last_resort: PreKeyId,
    made_at: Timestamp,
}

/// A replaced pair. The relay handed it out until it was replaced, regardless of its age, so a phone that was away
/// for months needs it when it returns.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Retired {
    pair: Signed,
    replaced_at: Timestamp,
}

impl Encoded for Stock {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 4_096;
}

/// One-time keys that were generated for the relay and are not confirmed yet.
#[derive(Default, Serialize, Deserialize)]
struct Offer {
    one_time: Vec<PreKeyId>,
    kem: Vec<PreKeyId>,
}

impl Encoded for Offer {
    const VERSION: u8 = 1;
    /// A number takes at most five bytes, and at most a full stock of each kind is on offer.
    const MAX_LEN: usize = 2 * 5 * FULL_STOCK as usize + 16;
}

/// Generates the first signed and last-resort prekeys of an account.
pub(crate) fn begin(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut next = 1;
    let current = make_signed(rows, identity, &mut next, now)?;
    let stock = Stock { next, current, published: false, retired: Vec::new(), swept: 0 };
    rows.store(Table::Account, STOCK, &stock)
}

/// Returns the current signed and last-resort prekeys for publishing, after replacing a pair that is too old.
///
/// Returns `None` if the relay has them already, unless `always` is set.
pub(crate) fn current(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    now: Timestamp,
    always: bool,
) -> Result<Option<PreKeyUpload>, StorageError> {
    let mut stock = load(rows)?;
    if now.since(stock.current.made_at) >= SIGNED_LIFETIME {
        let made = make_signed(rows, identity, &mut stock.next, now)?;
        let pair = std::mem::replace(&mut stock.current, made);
        stock.retired.push(Retired { pair, replaced_at: now });
        stock.published = false;
        for Retired { pair, .. } in
            stock.retired.extract_if(.., |old| now.since(old.replaced_at) >= RETIRED_KEPT)
        {
            rows.remove(Table::SignedPreKeys, &key(pair.signed))?;
            rows.remove(Table::KemPreKeys, &key(pair.last_resort))?;
        }
        rows.store(Table::Account, STOCK, &stock)?;
    }
    if stock.published && !always {
        return Ok(None);
    }
    let signed = rows.get(Table::SignedPreKeys, &key(stock.current.signed))?.ok_or(StorageError::Damaged)?;
    let signed = SignedPreKeySecret::from_record(&signed).map_err(|_| StorageError::Damaged)?;
    let (last_resort, _) = load_kem(rows, stock.current.last_resort)?.ok_or(StorageError::Damaged)?;
    Ok(Some(PreKeyUpload {
        signed: Some(signed.public()),
        last_resort: Some(last_resort.public()),
        one_time: Vec::new(),
        one_time_kem: Vec::new(),
    }))
}

/// The key numbers in one upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    signed: Option<PreKeyId>,
    one_time: Vec<PreKeyId>,
    kem: Vec<PreKeyId>,
}

impl Numbers {
    pub(crate) fn of(upload: &PreKeyUpload) -> Self {
        Self {
            signed: upload.signed.map(|signed| signed.id),
            one_time: upload.one_time.iter().map(|prekey| prekey.id).collect(),
            kem: upload.one_time_kem.iter().map(|prekey| prekey.id).collect(),
        }
    }
}

/// Records that the relay has an upload, and whether the next count must be answered with a full stock in any case.
/// Both are stored together, because the program may end before it counts.
pub(crate) fn stored(rows: &mut Rows<'_>, upload: &Numbers, fill_up: bool) -> Result<(), StorageError> {
    if fill_up {
        rows.put(Table::Account, FILL_UP, &[])?;
    }
    let mut stock = load(rows)?;
    if upload.signed == Some(stock.current.signed) && !stock.published {
        stock.published = true;
        rows.store(Table::Account, STOCK, &stock)?;
    }
    let mut offer = load_offer(rows)?;
    offer.one_time.retain(|id| !upload.one_time.contains(id));
    offer.kem.retain(|id| !upload.kem.contains(id));
    rows.store(Table::Account, OFFER, &offer)
}

/// Uploads that fill the stock.
#[derive(Debug, Default)]
pub(crate) struct Refill {
    /// The uploads; each fits a frame.
    pub(crate) uploads: Vec<PreKeyUpload>,
    /// True if some of the keys were offered before. A relay that had them adds nothing, so its stock has to be
    /// counted once more.
    pub(crate) offered_before: bool,
}

/// Returns the prekeys needed to refill the relay's stock, split into frame-sized uploads: first those offered and
/// not confirmed, then new ones. The stock is refilled if the relay has few left, or in any case if that was
/// recorded.
pub(crate) fn refill(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    left: (u32, u32),
) -> Result<Refill, StorageError> {
    let fill_up = rows.has(Table::Account, FILL_UP)?;
    if fill_up {
        rows.remove(Table::Account, FILL_UP)?;
    }
    let (mut stock, mut offer) = (load(rows)?, load_offer(rows)?);
    // A started upload is finished, however many keys the relay has by now.
    let begun = !offer.one_time.is_empty() || !offer.kem.is_empty();
    let low = if fill_up || begun { FULL_STOCK } else { LOW_STOCK };
    let wanted = |left: u32| if left < low { FULL_STOCK.saturating_sub(left) as usize } else { 0 };
    let (one_time, kem) = (wanted(left.0), wanted(left.1));
    if one_time == 0 && kem == 0 {
        return Ok(Refill::default());
    }
    let offered_before = one_time > 0 && !offer.one_time.is_empty() || kem > 0 && !offer.kem.is_empty();
    let one_time = offer_one_time(rows, &mut stock.next, &mut offer.one_time, one_time)?;
    let kem = offer_kem(rows, identity, &mut stock.next, &mut offer.kem, kem)?;
    sweep(rows, &mut stock)?;
    rows.store(Table::Account, STOCK, &stock)?;
    rows.store(Table::Account, OFFER, &offer)?;
    let (mut one_time, mut kem) = (one_time.into_iter(), kem.into_iter());
    let mut uploads = Vec::new();
    loop {
        let upload = PreKeyUpload {
            one_time: one_time.by_ref().take(MAX_PREKEYS_PER_UPLOAD).collect(),
            one_time_kem: kem.by_ref().take(MAX_PREKEYS_PER_UPLOAD).collect(),
            ..PreKeyUpload::default()
        };
        if upload == PreKeyUpload::default() {
            return Ok(Refill { uploads, offered_before });
        }
        uploads.push(upload);
    }
}

/// Returns the public halves of the keys on offer, with new keys up to the number wanted. Keys no longer in the
/// vault were used, so the relay had them.
fn offer_one_time(
    rows: &mut Rows<'_>,
    next: &mut u32,
    offered: &mut Vec<PreKeyId>,
    wanted: usize,
) -> Result<Vec<OneTimePreKey>, StorageError> {
    let mut keys = Vec::new();
    for id in offered.iter().take(wanted) {
        if let Some(record) = rows.get(Table::OneTimePreKeys, &key(*id))? {
            let secret = OneTimePreKeySecret::from_record(&record).map_err(|_| StorageError::Damaged)?;
            keys.push(secret.public());
        }
    }
    while keys.len() < wanted {
        keys.push(make_one_time(rows, next)?);
    }
    if wanted > 0 {
        *offered = keys.iter().map(|key| key.id).collect();
    }
    Ok(keys)
}

/// Does the same as [`offer_one_time`] for KEM keys.
fn offer_kem(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    next: &mut u32,
    offered: &mut Vec<PreKeyId>,
    wanted: usize,
) -> Result<Vec<KemPreKey>, StorageError> {
    let mut keys = Vec::new();
    for id in offered.iter().take(wanted) {
        if let Some((secret, _)) = load_kem(rows, *id)? {
            keys.push(secret.public());
        }
    }
    while keys.len() < wanted {
        keys.push(make_kem(rows, identity, next, ONE_TIME)?);
    }
    if wanted > 0 {
        *offered = keys.iter().map(|key| key.id).collect();
    }
    Ok(keys)
}

/// Deletes the keys used up by a first message.
pub(crate) fn consume(rows: &mut Rows<'_>, consumed: &[ConsumedPreKey]) -> Result<(), StorageError> {
    for used in consumed {
        match used {
            ConsumedPreKey::OneTime(id) => rows.remove(Table::OneTimePreKeys, &key(*id))?,
            ConsumedPreKey::Kem(id) => rows.remove(Table::KemPreKeys, &key(*id))?,
        }
    }
    Ok(())
}

/// The private prekeys, looked up for a first message.
///
/// The session layer treats a missing key as a normal answer, but an unreadable vault must not pass for a missing
/// key. So a read failure is stored here, and the caller checks it before believing that a key is missing.
pub(crate) struct PrekeyLookup<'a, 'b> {
    rows: &'a View<'b>,
    failed: Cell<Option<StorageError>>,
}

impl<'a, 'b> PrekeyLookup<'a, 'b> {
    pub(crate) const fn new(rows: &'a View<'b>) -> Self {
        Self { rows, failed: Cell::new(None) }
    }

    pub(crate) fn check(&self) -> Result<(), StorageError> {
        self.failed.get().map_or(Ok(()), Err)
    }

    fn note<T>(&self, found: Result<Option<T>, StorageError>) -> Option<T> {
        found.unwrap_or_else(|error| {
            self.failed.set(Some(error));
            None
        })
    }
}

impl PreKeys for PrekeyLookup<'_, '_> {
    fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret> {
        let record = self.note(self.rows.get(Table::SignedPreKeys, &key(id)))?;
        self.note(SignedPreKeySecret::from_record(&record).map(Some).map_err(|_| StorageError::Damaged))
    }

    fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret> {
        let record = self.note(self.rows.get(Table::OneTimePreKeys, &key(id)))?;
        self.note(OneTimePreKeySecret::from_record(&record).map(Some).map_err(|_| StorageError::Damaged))
    }

    fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        self.note(load_kem(self.rows, id))
    }
}

fn load(rows: &View<'_>) -> Result<Stock, StorageError> {
    rows.load(Table::Account, STOCK)?.ok_or(StorageError::Damaged)
}

fn load_offer(rows: &View<'_>) -> Result<Offer, StorageError> {
    Ok(rows.load(Table::Account, OFFER)?.unwrap_or_default())
}

fn load_kem(rows: &View<'_>, id: PreKeyId) -> Result<Option<(KemPreKeySecret, KemUse)>, StorageError> {
    let Some(row) = rows.get(Table::KemPreKeys, &key(id))? else {
        return Ok(None);
    };
    let (&tag, record) = row.split_first().ok_or(StorageError::Damaged)?;
    let secret = KemPreKeySecret::from_record(record).map_err(|_| StorageError::Damaged)?;
    Ok(Some((secret, if tag == LAST_RESORT { KemUse::LastResort } else { KemUse::OneTime })))
}

fn make_signed(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    next: &mut u32,
    now: Timestamp,
) -> Result<Signed, StorageError> {
    let secret = SignedPreKeySecret::generate(number(next), identity, &mut rows.rng);
    rows.put(Table::SignedPreKeys, &key(secret.id()), &secret.to_record())?;
    let last_resort = make_kem(rows, identity, next, LAST_RESORT)?;
    Ok(Signed { signed: secret.id(), last_resort: last_resort.id, made_at: now })
}

fn make_one_time(rows: &mut Rows<'_>, next: &mut u32) -> Result<OneTimePreKey, StorageError> {
    let secret = OneTimePreKeySecret::generate(number(next), &mut rows.rng);
    rows.put(Table::OneTimePreKeys, &key(secret.id()), &secret.to_record())?;
    Ok(secret.public())
}

fn make_kem(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    next: &mut u32,
    tag: u8,
) -> Result<KemPreKey, StorageError> {
    let (secret, public) = KemPreKeySecret::generate_with_public(number(next), identity, &mut rows.rng);
    let mut row = secret.to_record();
    row.insert(0, tag);
    rows.put(Table::KemPreKeys, &key(secret.id()), &row)?;
    Ok(public)
}

fn sweep(rows: &mut Rows<'_>, stock: &mut Stock) -> Result<(), StorageError> {
    let until = stock.next.saturating_sub(NUMBERS_KEPT);
    let pairs = stock.retired.iter().map(|old| &old.pair).chain([&stock.current]);
    let kept: Vec<PreKeyId> = pairs.map(|pair| pair.last_resort).collect();
    for id in (stock.swept..until).map(PreKeyId) {
        rows.remove(Table::OneTimePreKeys, &key(id))?;
        if !kept.contains(&id) {
            rows.remove(Table::KemPreKeys, &key(id))?;
        }
    }
    stock.swept = stock.swept.max(until);
    Ok(())
}

fn number(next: &mut u32) -> PreKeyId {
    let id = PreKeyId(*next);
    *next = next.wrapping_add(1);
    id
}

const fn key(id: PreKeyId) -> [u8; 4] {
    id.0.to_be_bytes()
}

#[cfg(test)]
mod tests;
