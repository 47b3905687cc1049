//! Lengths: each payload is compared with the length that the protocol fixes for it.
//!
//! The search finds forms that it knows. Bytes that are appended in any other form still change the length. The length
//! of an end-to-end payload is the overhead of its kind and the padding bucket of its content (`docs/protocol.md`,
//! section 6). The audit knows the content: one text of a known length, or a receipt. It therefore knows each length,
//! the number of payloads that are long enough for a text, and the number that begin a session. The length of a payload
//! in the clear is that of its body, which has to decode to its last byte.
//!
//! This shows nothing about bytes that replace other bytes: keys, nonces, the padding itself.

use std::collections::BTreeSet;

use pillarbox_access::Design;
use pillarbox_client::Protection;
use pillarbox_client::body::{Body, BodyId, Content, Introduction, READS_VERSION_2, Receipt, Text};
use pillarbox_crypto::KEM_PUBLIC_LEN;
use pillarbox_relay::Holdings;
use pillarbox_relay::store::{PreKeyKind, PreKeyRow};
use pillarbox_session::kind::{self, PayloadKind};
use pillarbox_session::lengths::overheads;
use pillarbox_wire::{FixedBytes, Timestamp};

use super::person::Person;
use super::report::{Measured, Misfit};

/// The number of bytes of an X25519 public key.
const AGREEMENT_LEN: usize = 32;

/// The lengths of payloads that the phones of one conversation may submit.
#[derive(Clone, Debug)]
pub(super) struct Lengths {
    protection: Protection,
    /// The lengths of padded plaintexts of a text, and of a receipt with an introduction.
    long: BTreeSet<usize>,
    /// The lengths of padded plaintexts of a receipt without an introduction.
    receipts: BTreeSet<usize>,
}

/// The deeds of one phone in the conversation. The payloads that it submitted have to match them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deeds {
    /// The number of texts that it said.
    pub(super) texts: usize,
    /// The number of receipts with an introduction: it sent these before the other phone had confirmed one.
    pub(super) introducing: usize,
    /// The number of sessions that it began.
    pub(super) sessions: usize,
}

/// The kind of a payload, by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fit {
    /// True for a payload that cannot be a receipt without an introduction.
    is_long: bool,
    /// True if it begins a session.
    begins: bool,
}

impl Lengths {
    /// Returns the lengths under a design, for texts of `text` bytes, receipts for up to `confirmed` texts at a time,
    /// and phones with these names for themselves.
    pub(super) fn new(design: &Design, text: usize, confirmed: usize, names: &[&str]) -> Self {
        let padding = design.phone.padding.padding();
        let id = BodyId(FixedBytes([0; 16]));
        let said =
            Content::Text(Text { id, sent_at: Timestamp(0), text: "x".repeat(text), expires_after: None });
        // Every receipt also says which version of bodies its phone reads.
        let receipt = |count| {
            let ids = std::iter::repeat_n(id, count).chain([READS_VERSION_2]).collect();
            Content::Receipt(Receipt { ids })
        };
        // A phone withholds its delivery key only where a server can read, and there a body says what it is.
        let delivery_key = Some(FixedBytes([0; 32]));
        let introduction = |name: &&str| Introduction { delivery_key, name: (*name).to_owned() };
        let with: Vec<Introduction> = names.iter().map(introduction).collect();
        let bucket = |content: Content, introduction: Option<&Introduction>| {
            let body = Body { introduction: introduction.cloned(), content }.write().ok()?;
            Some(padding.padded_len(body.len()))
        };
        let texts = with.iter().map(Some).chain([None]).filter_map(|with| bucket(said.clone(), with));
        // A phone that has received several texts has itself been heard from, so it no longer introduces itself.
        let introducing = with.iter().filter_map(|with| bucket(receipt(1), Some(with)));
        Self {
            protection: design.phone.protection,
            long: texts.chain(introducing).collect(),
            receipts: (1..=confirmed).filter_map(|count| bucket(receipt(count), None)).collect(),
        }
    }

    /// Returns the kind of the payload. If this conversation has no such payload, returns the lengths that it could
    /// have.
    fn fit(&self, payload: &[u8]) -> Result<Fit, Vec<usize>> {
        let kind = kind::kind(payload).map_err(|_| Vec::new())?;
        match (self.protection, kind) {
            (Protection::ServerReadable, PayloadKind::ServerReadable) => {
                let body = payload.get(1..).unwrap_or_default();
                // A decoded body encodes to the same bytes again, so nothing follows it in the payload.
                let body = Body::read(body).map_err(|_| Vec::new())?;
                let is_long = matches!(body.content, Content::Text(_)) || body.introduction.is_some();
                Ok(Fit { is_long, begins: false })
            }
            (Protection::EndToEnd, PayloadKind::Ratchet | PayloadKind::PreKey | PayloadKind::Sealed) => {
                let running = kind != PayloadKind::PreKey;
                for (position, over) in overheads(kind).iter().enumerate() {
                    let padded = payload.len().checked_sub(*over);
                    let is =
                        |lengths: &BTreeSet<usize>| padded.is_some_and(|padded| lengths.contains(&padded));
                    if is(&self.long) || is(&self.receipts) {
                        return Ok(Fit { is_long: !is(&self.receipts), begins: position > 0 || !running });
                    }
                }
                Err(self.allowed(kind))
            }
            _ => Err(Vec::new()),
        }
    }

    fn allowed(&self, kind: PayloadKind) -> Vec<usize> {
        let padded = self.long.union(&self.receipts);
        let mut allowed: Vec<usize> =
            padded.flat_map(|padded| overheads(kind).iter().map(move |over| over + padded)).collect();
        allowed.sort_unstable();
        allowed
    }

    /// Compares payloads with their lengths, one by one.
    pub(super) fn measure<'a>(
        &self,
        measured: &mut Measured,
        payloads: impl Iterator<Item = (String, &'a [u8])>,
    ) {
        for (what, payload) in payloads {
            measured.payloads += 1;
            measured.bytes += payload.len() as u64;
            if let Err(allowed) = self.fit(payload) {
                measured.misfits.push(Misfit { what, bytes: payload.len(), allowed, why: None });
            }
        }
    }

    /// Compares one phone's traffic with its lengths.
    pub(super) fn measure_person(&self, measured: &mut Measured, person: &Person, deeds: Deeds) {
        let (submitted, delivered) = person.passed();
        self.measure_all(measured, &format!("that {} submitted", person.name), submitted, deeds);
        let delivered = delivered.iter().enumerate();
        let named = |number: usize| format!("payload {} that {} was handed", number + 1, person.name);
        self.measure(measured, delivered.map(|(number, payload)| (named(number), payload.as_slice())));
    }

    /// Compares everything that one phone submitted with its lengths: each payload, and the number of each kind. A
    /// payload that is reported twice counts once.
    pub(super) fn measure_all(
        &self,
        measured: &mut Measured,
        whose: &str,
        payloads: &[Vec<u8>],
        Deeds { texts, introducing, sessions }: Deeds,
    ) {
        let mut seen = BTreeSet::new();
        let (mut long, mut first) = (0, 0);
        for (number, payload) in payloads.iter().enumerate().filter(|(_, payload)| seen.insert(*payload)) {
            let what = format!("payload {} {whose}", number + 1);
            self.measure(measured, std::iter::once((what.clone(), payload.as_slice())));
            let Ok(Fit { is_long, begins }) = self.fit(payload) else { continue };
            long += usize::from(is_long);
            first += usize::from(begins);
            let why = if is_long && long > texts + introducing {
                Some("as long as a text, and no text was said")
            } else if begins && first > sessions {
                Some("as long as the first message of a session, and none was begun")
            } else {
                None
            };
            if why.is_some() {
                measured.misfits.push(Misfit {
                    what,
                    bytes: payload.len(),
                    allowed: self.receipts_only(payload),
                    why,
                });
            }
        }
    }

    /// Returns the lengths of a receipt in a running session.
    fn receipts_only(&self, payload: &[u8]) -> Vec<usize> {
        let over = kind::kind(payload).ok().and_then(|kind| overheads(kind).first());
        self.receipts.iter().filter_map(|padded| Some(over? + padded)).collect()
    }

    /// Compares the rows of a relay with their lengths. Every other column has a length by its type, or is a number or
    /// a time. A relay's database in which such a length differs cannot be read.
    pub(super) fn rows(&self, measured: &mut Measured, holdings: &Holdings, when: &str) {
        let mut of_rows = Measured::default();
        let messages = holdings.messages.iter();
        let named = messages
            .map(|row| (format!("message {} at the relay ({when})", row.message), row.payload.as_slice()));
        self.measure(&mut of_rows, named);
        for PreKeyRow { device_number, kind, id, key, signature } in &holdings.prekeys {
            let (allowed, is_signed) = match kind {
                PreKeyKind::Signed => (AGREEMENT_LEN, true),
                PreKeyKind::OneTime => (AGREEMENT_LEN, false),
                PreKeyKind::LastResort | PreKeyKind::OneTimeKem => (KEM_PUBLIC_LEN, true),
            };
            of_rows.payloads += 1;
            of_rows.bytes += key.len() as u64;
            if key.len() != allowed || signature.is_some() != is_signed {
                let what =
                    format!("{kind} prekey {} of device {} at the relay ({when})", id.0, device_number.0);
                of_rows.misfits.push(Misfit { what, bytes: key.len(), allowed: vec![allowed], why: None });
            }
        }
        measured.rows += of_rows.payloads;
        measured.bytes += of_rows.bytes;
        measured.misfits.extend(of_rows.misfits);
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_access::designs;
    use proptest::prelude::*;

    use super::super::locking::short_name;
    use super::super::needle::Planted;
    use super::super::stage::{ALICE, BOB};
    use super::*;

    fn end_to_end() -> Lengths {
        let drawn = Planted::draw(&mut rand::rng());
        Lengths::new(designs::end_to_end(), drawn.text().len(), 3, &[ALICE.0, BOB.0, &short_name(&drawn)])
    }

    /// Returns a payload of this kind in its running or its beginning form, around `padded` bytes.
    fn payload(kind: u8, begins: bool, padded: &BTreeSet<usize>) -> Vec<u8> {
        let over = overheads(kind::kind(&[kind]).unwrap());
        let over = if begins { over.last() } else { over.first() }.unwrap();
        let mut payload = vec![0; over + padded.first().unwrap()];
        payload[0] = kind;
        payload
    }

    fn judged(lengths: &Lengths, payloads: &[Vec<u8>], texts: usize, sessions: usize) -> Vec<Misfit> {
        let mut measured = Measured::default();
        // A number in the bytes of each payload makes the payloads differ.
        let numbered: Vec<Vec<u8>> = payloads
            .iter()
            .enumerate()
            .map(|(number, payload)| {
                let mut payload = payload.clone();
                payload[1] = u8::try_from(number).unwrap();
                payload
            })
            .collect();
        let deeds = Deeds { texts, introducing: 0, sessions };
        lengths.measure_all(&mut measured, "of a test", &numbered, deeds);
        measured.misfits
    }

    #[test]
    fn texts_and_receipts_have_one_bucket_each() {
        let lengths = end_to_end();
        assert_eq!((lengths.long.len(), lengths.receipts.len()), (1, 1), "{lengths:?}");
        assert!(lengths.long.is_disjoint(&lengths.receipts), "{lengths:?}");
    }

    proptest! {
        #[test]
        fn whatever_is_appended_is_found_however_long_it_is(
            sealed: bool,
            changed in 0..4_usize,
            appended in prop_oneof![1..4_000_usize, (1..50_usize).prop_map(|blocks| 80 * blocks), Just(80), Just(1_261), Just(1_341)],
        ) {
            let lengths = end_to_end();
            let kinds = if sealed { [kind::SEALED; 2] } else { [kind::PREKEY, kind::RATCHET] };
            let mut payloads = vec![
                payload(kinds[0], true, &lengths.long),
                payload(kinds[1], false, &lengths.receipts),
                payload(kinds[1], false, &lengths.long),
                payload(kinds[1], false, &lengths.receipts),
            ];
            prop_assert_eq!(judged(&lengths, &payloads, 2, 1), []);
            let longer = payloads[changed].len() + appended;
            payloads[changed].resize(longer, 0);
            let misfits = judged(&lengths, &payloads, 2, 1);
            prop_assert!(!misfits.is_empty(), "{} bytes", longer);
        }
    }

    #[test]
    fn a_body_in_the_clear_ends_where_its_encoding_ends() {
        let lengths = Lengths::new(designs::plain_server(), 9, 1, &[ALICE.0]);
        let receipt = Content::Receipt(Receipt { ids: vec![BodyId(FixedBytes([0; 16]))] });
        let body = Body { introduction: None, content: receipt }.write().unwrap();
        let mut payload = [&[kind::SERVER_READABLE][..], &body].concat();
        assert_eq!(lengths.fit(&payload), Ok(Fit { is_long: false, begins: false }));
        payload.push(0);
        assert_eq!(lengths.fit(&payload), Err(Vec::new()));
        assert_eq!(lengths.fit(&payload[..payload.len() - 2]), Err(Vec::new()));
        assert!(lengths.fit(&[kind::RATCHET; 400]).is_err(), "a plain server's phones do not encrypt");
    }

    #[test]
    fn a_misfit_says_what_is_allowed() {
        let misfit = |allowed: &[usize], why| Misfit {
            what: "payload 2 that Alice submitted".into(),
            bytes: 402,
            allowed: allowed.to_vec(),
            why,
        };
        let all = [
            misfit(&[], None),
            misfit(&[349], Some("as long as a text, and no text was said")),
            misfit(&[349, 429], None),
        ];
        insta::assert_snapshot!(all.map(|misfit| misfit.sentence()).join("\n"), @r"
        payload 2 that Alice submitted: 402 bytes, which are no payload of this design
        payload 2 that Alice submitted: 402 bytes, as long as a text, and no text was said (allowed: 349)
        payload 2 that Alice submitted: 402 bytes (allowed: 349, 429)
        ");
    }
}
