//! The phone's stock of prekeys: made, kept, renewed and used up (PQXDH, section 3.2 and 4.5).
//!
//! One-time keys are topped up when the relay says that few are left. The signed prekey and the last-resort KEM
//! prekey are replaced every [`SIGNED_LIFETIME`] and kept for [`RETIRED_KEPT`] after that, because a first message may wait
//! in a mailbox that long. A used one-time key is deleted in the transaction that stores what it opened.

use std::cell::Cell;

use pillarbox_crypto::IdentitySecret;
use pillarbox_session::{
    ConsumedPreKey, KemPreKeySecret, KemUse, OneTimePreKeySecret, PreKeys, SignedPreKeySecret,
};
use pillarbox_wire::limits::MAX_PREKEYS_PER_UPLOAD;
use pillarbox_wire::{Duration, Encoded, KemPreKey, OneTimePreKey, PreKeyId, PreKeyUpload, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vault::{Rows, StorageError, Table, View};

/// How long a signed prekey is handed out: a week, so that a stolen one opens first messages of one week.
pub const SIGNED_LIFETIME: Duration = Duration::from_days(7);

/// How long a replaced one is kept: a relay keeps a message for 30 days, and a sender may hold a bundle for some more.
pub const RETIRED_KEPT: Duration = Duration::from_days(45);

/// One-time keys of each kind that a full stock has: strangers who may write while the phone is away.
pub const FULL_STOCK: u32 = 100;

/// Below this the stock is filled again.
pub const LOW_STOCK: u32 = 50;

/// One-time keys whose numbers lie this far behind the newest are deleted. An upload that was lost on its way
/// leaves private halves that nobody will ever use; without this they would stay for good.
const NUMBERS_KEPT: u32 = 10 * FULL_STOCK;

const _: () = assert!(LOW_STOCK < FULL_STOCK);

/// Name of the stock's record in [`Table::Account`].
const STOCK: &[u8] = b"stock";

const ONE_TIME: u8 = 0;
const LAST_RESORT: u8 = 1;

/// What is known of the stock apart from the keys.
#[derive(Serialize, Deserialize)]
struct Stock {
    next: u32,
    current: Signed,
    /// Whether the relay has said that it has the current pair.
    published: bool,
    retired: Vec<Retired>,
    /// One-time keys up to here are deleted.
    swept: u32,
}

/// A signed prekey and the last-resort KEM prekey made with it.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Signed {
    signed: PreKeyId,
    last_resort: PreKeyId,
    made_at: Timestamp,
}

/// A pair that was replaced. Until then the relay handed it out, however old it was: a phone that was away for months
/// needs it when it comes back.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Retired {
    pair: Signed,
    replaced_at: Timestamp,
}

impl Encoded for Stock {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 4_096;
}

/// Makes the first signed and last-resort prekeys of an account.
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

/// The current signed and last-resort prekeys as they are published; a new pair if theirs is too old.
///
/// None if the relay has them already, unless `always`.
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

/// Notes that the relay has the signed prekey that `upload` held.
pub(crate) fn published(rows: &mut Rows<'_>, signed: PreKeyId) -> Result<(), StorageError> {
    let mut stock = load(rows)?;
    if stock.current.signed == signed && !stock.published {
        stock.published = true;
        rows.store(Table::Account, STOCK, &stock)?;
    }
    Ok(())
}

/// Makes what is missing to a full stock, if the relay has few left, in uploads that each fit a frame.
pub(crate) fn refill(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    left: (u32, u32),
) -> Result<Vec<PreKeyUpload>, StorageError> {
    let wanted = |left: u32| if left < LOW_STOCK { FULL_STOCK.saturating_sub(left) } else { 0 };
    let (mut one_time, mut kem) = (wanted(left.0), wanted(left.1));
    if one_time == 0 && kem == 0 {
        return Ok(Vec::new());
    }
    let mut stock = load(rows)?;
    let mut uploads = Vec::new();
    while one_time > 0 || kem > 0 {
        let mut upload = PreKeyUpload::default();
        for _ in 0..take(&mut one_time) {
            upload.one_time.push(make_one_time(rows, &mut stock.next)?);
        }
        for _ in 0..take(&mut kem) {
            upload.one_time_kem.push(make_kem(rows, identity, &mut stock.next, ONE_TIME)?);
        }
        uploads.push(upload);
    }
    sweep(rows, &mut stock)?;
    rows.store(Table::Account, STOCK, &stock)?;
    Ok(uploads)
}

/// Deletes what a first message used up.
pub(crate) fn consume(rows: &mut Rows<'_>, consumed: &[ConsumedPreKey]) -> Result<(), StorageError> {
    for used in consumed {
        match used {
            ConsumedPreKey::OneTime(id) => rows.remove(Table::OneTimePreKeys, &key(*id))?,
            ConsumedPreKey::Kem(id) => rows.remove(Table::KemPreKeys, &key(*id))?,
        }
    }
    Ok(())
}

/// The private halves, looked up for a first message.
///
/// The session layer takes a missing key for an answer; a vault that cannot be read is none. So a failure is kept
/// here, and whoever used the shelf asks for it before believing that a key is gone.
pub(crate) struct Shelf<'a, 'b> {
    rows: &'a View<'b>,
    failed: Cell<Option<StorageError>>,
}

impl<'a, 'b> Shelf<'a, 'b> {
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

impl PreKeys for Shelf<'_, '_> {
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
    let secret = KemPreKeySecret::generate(number(next), identity, &mut rows.rng);
    let mut row = secret.to_record();
    row.insert(0, tag);
    rows.put(Table::KemPreKeys, &key(secret.id()), &row)?;
    Ok(secret.public())
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

fn take(wanted: &mut u32) -> u32 {
    let taken = (*wanted).min(MAX_PREKEYS_PER_UPLOAD as u32);
    *wanted -= taken;
    taken
}

const fn key(id: PreKeyId) -> [u8; 4] {
    id.0.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::vault::Vault;

    #[test]
    fn the_keys_that_were_handed_out_while_the_phone_was_away_are_there_when_it_is_back() {
        let mut rng = StdRng::from_seed([1; 32]);
        let mut vault = Vault::in_memory(&mut rng).unwrap();
        let identity = IdentitySecret::generate(&mut rng);
        let start = Timestamp::from_seconds(1_490_193_600);
        let mut at = |now: Timestamp, begins: bool| {
            let upload = vault.transact(&mut rng, |rows| {
                if begins {
                    begin(rows, &identity, now)?;
                }
                let upload = current(rows, &identity, now, true)?.unwrap();
                let has = |id: PreKeyId| {
                    Ok::<_, StorageError>((
                        rows.has(Table::SignedPreKeys, &key(id))?,
                        rows.has(Table::KemPreKeys, &key(PreKeyId(id.0 + 1)))?,
                    ))
                };
                Ok::<_, StorageError>((upload.signed.unwrap().id, has(PreKeyId(1))?))
            });
            upload.unwrap()
        };
        let (handed_out, _) = at(start, true);
        assert_eq!(handed_out, PreKeyId(1));
        let back = start + Duration::from_days(100);
        let (replacement, first) = at(back, false);
        assert_ne!(replacement, handed_out);
        assert_eq!(first, (true, true), "a first message may have come under it yesterday");
        assert_eq!(at(back + RETIRED_KEPT, false).1, (false, false));
    }
}
