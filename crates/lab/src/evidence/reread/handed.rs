//! Rereading phones, locked vaults and reports that somebody handed over or that were seized. It uses the code of
//! phones, demands and operators, and the evidence alone.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use pillarbox_access::demand::participant;
use pillarbox_access::demand::report::{self, NotProven};
use pillarbox_access::demand::seized_phone::{self, ERASES_AFTER, OnThePhone, PasscodeKind};
use pillarbox_access::view::ReportedMessage;
use pillarbox_client::vault::{self, SealedRow, VaultExhibit};
use pillarbox_client::{Passphrase, Phone};
use pillarbox_crypto::SecretBytes;
use pillarbox_relay::stamp::StampKey;
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::pieces::{LOOKUP_LEN, NONCE_LEN, Names, Reported};
use crate::evidence::guesses::{codes_tried, supposed_guess_ms};
use crate::evidence::{How, Piece};
use crate::score::Guesses;

/// Returns everything that the phones among these pieces show, each piece under the place where it was found, with the
/// name of the phone's owner. An error says what is wrong with the evidence.
pub(crate) fn phones(pieces: &[Piece]) -> BTreeMap<String, Result<(String, OnThePhone), String>> {
    let is_of_phone = |piece: &&Piece| matches!(piece.how, How::PhoneKey | How::PhoneRow | How::PhoneNames);
    let mut places: BTreeMap<String, Vec<&Piece>> = BTreeMap::new();
    for piece in pieces.iter().filter(is_of_phone) {
        places.entry(piece.found_in.clone()).or_default().push(piece);
    }
    places.into_iter().map(|(place, pieces)| (place, phone(&pieces))).collect()
}

fn phone(pieces: &[&Piece]) -> Result<(String, OnThePhone), String> {
    let of = |how: How| pieces.iter().filter(move |piece| piece.how == how);
    let key = of(How::PhoneKey).find_map(|piece| array(&piece.value)).ok_or("it has no key")?;
    let names = of(How::PhoneNames).find_map(|piece| serde_json::from_str::<Names>(&piece.value).ok());
    let Names { owner, contact } = names.ok_or("it does not say whose it is")?;
    let rows = of(How::PhoneRow).map(|piece| row(&piece.value)).collect::<Option<Vec<_>>>();
    let exhibit = VaultExhibit { key: SecretBytes::from_bytes(key), rows: rows.ok_or("a row is none")? };
    // The phone's new secrets open nothing and are used for nothing.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let phone = Phone::of_exhibit(&exhibit, &mut rng).map_err(|error| error.to_string())?;
    let read = match contact {
        None => seized_phone::read(&phone, &owner),
        Some(contact) => {
            let account = account(&contact).ok_or("it does not say who its contact is")?;
            let other = format!("account {account}");
            participant::serve(&phone, account, &owner, &other).map(|shown| OnThePhone {
                oldest: None,
                timers: Vec::new(),
                facts: shown.facts,
            })
        }
    };
    read.map(|found| (owner, found)).map_err(|error| error.to_string())
}

fn names(pieces: &[Piece]) -> Vec<Names> {
    let names = pieces.iter().filter(|piece| piece.how == How::PhoneNames);
    names.filter_map(|piece| serde_json::from_str(&piece.value).ok()).collect()
}

/// Returns the phones from which these pieces come: the place where each was found, and its owner.
pub(crate) fn owners_of_phones(pieces: &[Piece]) -> Vec<(String, String)> {
    let names = pieces.iter().filter(|piece| piece.how == How::PhoneNames);
    let read = |piece: &Piece| {
        Some((piece.found_in.clone(), serde_json::from_str::<Names>(&piece.value).ok()?.owner))
    };
    names.filter_map(read).collect()
}

/// Returns whether these pieces contain a whole phone, and whether they contain a conversation that was shown.
pub(crate) fn whose_phones(pieces: &[Piece]) -> (bool, bool) {
    let names = names(pieces);
    let whole = names.iter().any(|names| names.contact.is_none());
    (whole, names.iter().any(|names| names.contact.is_some()))
}

/// Tries the codes again on each wrapped key among these pieces. An error says what is wrong with the evidence. A phone
/// that erases itself is not a file, and its fate follows from the same guesses.
pub(crate) fn guesses(pieces: &[Piece], kind: &str) -> Vec<Result<Guesses, String>> {
    let kind = PasscodeKind::ALL.into_iter().find(|known| known.wording() == kind);
    let wrapped = pieces.iter().filter(|piece| piece.how == How::WrappedKey);
    wrapped
        .map(|piece| {
            let kind = kind.ok_or("there is no such kind of passcode")?;
            let bytes = HEXLOWER.decode(piece.value.as_bytes()).map_err(|error| error.to_string())?;
            let (mut tried, mut opened_by) = (0, None);
            for code in codes_tried(kind) {
                tried += 1;
                let Ok(code) = Passphrase::new(code) else { continue };
                if vault::opens(&bytes, &code).map_err(|error| error.to_string())? {
                    opened_by = Some(tried);
                    break;
                }
            }
            let opened_before = opened_by.filter(|guess| *guess <= ERASES_AFTER);
            let erased = opened_before.is_none() && tried >= ERASES_AFTER;
            Ok(Guesses {
                kind: kind.wording().to_owned(),
                codes: kind.codes().to_string(),
                supposed_guess_ms: supposed_guess_ms(),
                tried,
                opened_by,
                erases_after: ERASES_AFTER,
                erased_after: erased.then_some(ERASES_AFTER),
                opened_before,
            })
        })
        .collect()
}

/// A report that was checked again.
pub(crate) struct Checked {
    /// The accounts of the author and the recipient.
    pub(crate) from: AccountId,
    pub(crate) to: AccountId,
    /// The time at which the relay accepted it, in milliseconds since 1970.
    pub(crate) at: u64,
    /// The words, if they are proven.
    pub(crate) text: Result<String, NotProven>,
}

/// Checks every report among these pieces again. A piece that is not a report yields nothing.
pub(crate) fn reports(pieces: &[Piece]) -> Vec<Option<Checked>> {
    let reports = pieces.iter().filter(|piece| piece.how == How::Report);
    reports
        .map(|piece| {
            let reported: Reported = serde_json::from_str(&piece.value).ok()?;
            let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).ok();
            let device =
                |hex: &str, device| Some(DeviceAddress { account: account(hex)?, device: DeviceId(device) });
            let key = StampKey::from_bytes(array(&reported.stamp_key)?);
            let message = ReportedMessage {
                payload: bytes(&reported.payload)?,
                from: device(&reported.from, reported.from_device)?,
                to: device(&reported.to, reported.to_device)?,
                accepted_at: Timestamp(reported.accepted_at),
                stamp: array(&reported.stamp)?,
                body: bytes(&reported.body)?,
                opening: array(&reported.opening)?,
            };
            Some(Checked {
                from: message.from.account,
                to: message.to.account,
                at: message.accepted_at.0,
                text: report::check(&message, &key),
            })
        })
        .collect()
}

fn row(hex: &str) -> Option<SealedRow> {
    let bytes = HEXLOWER.decode(hex.as_bytes()).ok()?;
    let (&table, rest) = bytes.split_first()?;
    let (lookup, rest) = rest.split_at_checked(LOOKUP_LEN)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
    Some(SealedRow { table, lookup: lookup.to_vec(), nonce: nonce.to_vec(), sealed: sealed.to_vec() })
}

fn account(hex: &str) -> Option<AccountId> {
    array(hex).map(AccountId)
}

fn array<const N: usize>(hex: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}
