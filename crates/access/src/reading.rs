//! Tries to read a payload with everything that a relay's operator has, by the same steps for every design.
//!
//! Each step is a real attempt by the code that a phone would use. A payload in the clear goes to the body decoder. Any
//! other goes to the sealed-sender and session code, with each 32 bytes of the relay's rows in place of the private
//! key. An attempt that works gives the text. An attempt that fails gives its error, which becomes part of the
//! evidence.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use pillarbox_client::PicturePointer;
use pillarbox_client::body::{
    Body, BodyId, CHECKS_LOG, Content, READS_VERSION_2, Roster, SHOWS_PICTURES, SeenGroupText, Text,
};
use pillarbox_client::display;
use pillarbox_client::group::{Group, GroupId};
use pillarbox_crypto::{SecretBytes, SigningPublic};
use pillarbox_relay::legible;
use pillarbox_session::kind::{self, PayloadKind};
use pillarbox_session::lengths::overheads;
use pillarbox_session::{Conversation, commitment_of, sealed_sender};
use pillarbox_wire::{AccountId, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::view::{HeldKey, RelayHoldings};

mod guess;

use guess::Guess;

/// The attempts to read one payload, and what they showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempts {
    /// The content of the payload in words, if an attempt opened it.
    pub readable: Option<String>,
    /// The text byte for byte, if the payload carries one that a person wrote.
    #[serde(skip)]
    pub text: Option<String>,
    /// The group to which that text went.
    #[serde(skip)]
    pub went_to: Option<GroupId>,
    /// The group that the payload announces, with its members.
    #[serde(skip)]
    pub group: Option<Group>,
    /// The pointer to a picture, with its key, if the payload carries one that was read.
    #[serde(skip)]
    pub picture: Option<PicturePointer>,
    /// True if the payload carries a text that a person wrote. Receipts and other messages that phones send by
    /// themselves do not count.
    pub is_text: bool,
    /// The longest run of printable characters in the raw payload. This measure knows nothing of our formats.
    pub longest_printable_run: usize,
    /// True if the payload has the layout that this program's phones use.
    #[serde(skip)]
    pub is_in_form: bool,
    /// True if the raw payload contains plain words, as `pillarbox-relay ledger` would show them.
    #[serde(skip)]
    pub has_plain_words: bool,
    /// The number of times that each outcome occurred, by method and error.
    pub outcomes: BTreeMap<String, u64>,
}

impl Attempts {
    /// Returns true if a text that a person wrote was read.
    #[must_use]
    pub const fn reads_a_text(&self) -> bool {
        self.readable.is_some() && self.is_text
    }

    fn read(&mut self, body: &Body) {
        self.readable = Some(in_words(body));
        self.text = text_of(&body.content).map(|text| text.text.clone());
        self.is_text = self.text.is_some();
        if let Content::Roster(roster) = &body.content {
            let Roster { group: id, name, members, .. } = roster;
            self.group = Some(Group { id: *id, name: name.clone(), members: members.clone() });
        }
        if let Content::Picture(told) = &body.content {
            self.picture = Some(told.picture.clone());
        }
        if let Some(said) = body.content.group_text() {
            self.went_to = Some(said.group);
        }
    }

    /// Returns true if nothing opened the payload and its form is foreign: its layout is not that of this program's
    /// phones, or it contains plain words.
    #[must_use]
    pub const fn is_in_another_form(&self) -> bool {
        self.readable.is_none() && (!self.is_in_form || self.has_plain_words)
    }

    fn note(&mut self, method: &str, outcome: impl std::fmt::Display) {
        *self.outcomes.entry(format!("{method}: {outcome}")).or_default() += 1;
    }
}

/// The keys to try on payloads, with the relay's key for certificates.
pub(crate) struct Keys<'a> {
    certificate_key: Option<SigningPublic>,
    keys: Vec<&'a HeldKey>,
}

impl<'a> Keys<'a> {
    /// Collects every key that an operator has.
    pub(crate) fn all(holdings: &'a RelayHoldings) -> Self {
        Self { certificate_key: holdings.certificate_key(), keys: holdings.keys().iter().collect() }
    }

    /// Collects every private key that an operator has, and at most `most_public` of the public values in the rows of
    /// `recipient`.
    pub(crate) fn for_recipient(
        holdings: &'a RelayHoldings,
        recipient: Option<AccountId>,
        most_public: usize,
    ) -> Self {
        let private = holdings.keys().iter().filter(|key| key.is_private);
        let of_recipient = |key: &&HeldKey| !key.is_private && key.owner.is_some() && key.owner == recipient;
        let public = holdings.keys().iter().filter(of_recipient).take(most_public);
        Self { certificate_key: holdings.certificate_key(), keys: private.chain(public).collect() }
    }

    /// Returns each key, the private ones first.
    pub(crate) fn each(&self) -> impl Iterator<Item = &'a SecretBytes<32>> {
        self.keys.iter().map(|key| &key.bytes)
    }

    /// Returns the number of private keys and the number of other values.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let private = self.keys.iter().filter(|key| key.is_private).count();
        let count = |length| u64::try_from(length).unwrap_or(u64::MAX);
        (count(private), count(self.keys.len() - private))
    }
}

/// Tries to read `payload` with everything in `holdings`.
#[must_use]
pub fn read(payload: &[u8], holdings: &RelayHoldings) -> Attempts {
    read_with(payload, &Keys::all(holdings))
}

/// Tries to read `payload` with one of the keys in `holdings`, chosen by its index there. Returns `None` if there
/// is no key at that index.
#[must_use]
pub fn read_with_one(payload: &[u8], holdings: &RelayHoldings, key: usize) -> Option<Attempts> {
    let key = holdings.keys().get(key)?;
    Some(read_with(payload, &Keys { certificate_key: holdings.certificate_key(), keys: vec![key] }))
}

/// Tries to read `payload` with the private keys in `holdings` alone. This is quick enough to try on each message
/// as it passes.
#[must_use]
pub fn read_with_private_keys(payload: &[u8], holdings: &RelayHoldings) -> Attempts {
    read_with(payload, &Keys::for_recipient(holdings, None, 0))
}

/// Tries to read `payload` with these keys.
pub(crate) fn read_with(payload: &[u8], keys: &Keys<'_>) -> Attempts {
    let mut attempts = Attempts {
        readable: None,
        text: None,
        went_to: None,
        group: None,
        picture: None,
        is_text: false,
        longest_printable_run: longest_printable_run(payload),
        is_in_form: is_in_form(payload),
        has_plain_words: legible::words(payload).is_some(),
        outcomes: BTreeMap::new(),
    };
    match kind::kind(payload) {
        Err(error) => attempts.note("as a payload", error),
        Ok(PayloadKind::ServerReadable) => in_the_clear(payload, &mut attempts),
        Ok(PayloadKind::Sealed) => return remembered(payload, keys, attempts, sealed),
        Ok(PayloadKind::PreKey) => return remembered(payload, keys, attempts, first_message),
        Ok(PayloadKind::Ratchet) => {
            attempts.note("as a message of a running session", "the rows hold no session state to try");
        }
    }
    attempts
}

/// The largest number of payloads whose attempts are cached. An entry takes less than a kilobyte. A full cache is
/// emptied.
const MAX_REMEMBERED: usize = 2_048;

thread_local! {
    /// The attempts, by the digest of the payload and of the keys that were tried on it.
    static REMEMBERED: RefCell<HashMap<[u8; 32], Attempts>> = RefCell::new(HashMap::new());
}

/// Tries each key on the payload, which takes a millisecond for some keys. If the same keys were tried on the same
/// payload before, it returns the cached result, because demand after demand asks for it.
fn remembered(
    payload: &[u8],
    keys: &Keys<'_>,
    mut attempts: Attempts,
    attempt: fn(&[u8], &Keys<'_>, &mut Attempts),
) -> Attempts {
    let mut digest = Sha256::new();
    digest.update((payload.len() as u64).to_be_bytes());
    digest.update(payload);
    digest.update(keys.certificate_key.map_or([0; 32], |key| *key.as_bytes()));
    keys.each().for_each(|key| digest.update(key.as_bytes()));
    let name: [u8; 32] = digest.finalize().into();
    if let Some(known) = REMEMBERED.with_borrow(|known| known.get(&name).cloned()) {
        return known;
    }
    attempt(payload, keys, &mut attempts);
    REMEMBERED.with_borrow_mut(|known| {
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(name, attempts.clone());
    });
    attempts
}

/// Checks the layout of a payload without opening anything.
fn is_in_form(payload: &[u8]) -> bool {
    let Ok(kind) = kind::kind(payload) else { return false };
    match kind {
        PayloadKind::ServerReadable => payload.get(1..).is_some_and(|body| Body::read(body).is_ok()),
        PayloadKind::Ratchet | PayloadKind::PreKey => commitment_of(payload).is_some(),
        PayloadKind::Sealed => overheads(kind).first().is_some_and(|least| payload.len() >= *least),
    }
}

fn in_the_clear(payload: &[u8], attempts: &mut Attempts) {
    const METHOD: &str = "as a message in the clear";
    let Some((_, body)) = payload.split_first() else { return };
    match Body::read(body) {
        Ok(body) => {
            attempts.read(&body);
            attempts.note(METHOD, "read");
        }
        Err(error) => attempts.note(METHOD, error),
    }
}

/// Opens a sealed envelope as its recipient would, with each key in place of the recipient's.
fn sealed(payload: &[u8], keys: &Keys<'_>, attempts: &mut Attempts) {
    const METHOD: &str = "as a sealed envelope, each key tried as the recipient's";
    let Some(certificate_key) = keys.certificate_key else {
        return attempts.note(METHOD, "the relay has no certificate key");
    };
    // The time is zero, because an expired certificate is no reason to leave an envelope closed.
    for key in &keys.keys {
        match sealed_sender::unseal(&Guess::of(&key.bytes).identity, &certificate_key, Timestamp(0), payload)
        {
            Ok(opened) => {
                let inner = read_with(&opened.payload, keys);
                attempts.note(METHOD, "opened");
                attempts.readable = inner.readable;
                (attempts.text, attempts.group, attempts.is_text) = (inner.text, inner.group, inner.is_text);
                for (outcome, times) in inner.outcomes {
                    *attempts.outcomes.entry(outcome).or_default() += times;
                }
            }
            Err(error) => attempts.note(METHOD, error),
        }
    }
}

/// Answers a first message as its recipient would, with each key in place of all of the recipient's private keys at
/// once.
fn first_message(payload: &[u8], keys: &Keys<'_>, attempts: &mut Attempts) {
    const METHOD: &str = "as a first message, each key tried as all of the recipient's";
    for key in &keys.keys {
        let mut rng = ChaCha20Rng::from_seed([0; 32]);
        let guess = Guess::of(&key.bytes);
        match Conversation::decrypt(None, &guess.identity, &*guess, None, payload, &mut rng) {
            Ok(opened) => match Body::read(&opened.body) {
                Ok(body) => {
                    attempts.read(&body);
                    attempts.note(METHOD, "read");
                }
                Err(error) => attempts.note(METHOD, error),
            },
            Err(error) => attempts.note(METHOD, error),
        }
    }
}

/// Ids in a receipt that name no message.
const MARKS: [BodyId; 3] = [READS_VERSION_2, CHECKS_LOG, SHOWS_PICTURES];

/// The start of a receipt's line. A text's line starts with a quotation mark, so nobody can write a text that passes
/// for a receipt.
const RECEIPT: &str = "(receipt for";

/// Returns true if a line of the answer is about a receipt, which a phone sends by itself, and not about a text.
#[must_use]
pub fn is_receipt(line: &str) -> bool {
    line.starts_with(RECEIPT)
}

/// Describes a message for the answer. Texts come from strangers, so they are made safe to display.
fn in_words(body: &Body) -> String {
    match &body.content {
        Content::Text(text) => format!("\"{}\"", display::safe(&text.text)),
        Content::Receipt(receipt) => match receipt.ids.iter().filter(|id| !MARKS.contains(id)).count() {
            1 => format!("{RECEIPT} 1 message)"),
            many => format!("{RECEIPT} {many} messages)"),
        },
        Content::ResendRequest(request) => format!("(asks for {} again)", request.digests.len()),
        Content::Timer(_) => "(sets how long texts stay)".into(),
        Content::GroupText(said) | Content::SeenGroupText(SeenGroupText { said, .. }) => {
            format!("\"{}\"", display::safe(&said.text.text))
        }
        Content::Roster(roster) => {
            format!(
                "(says who is in the group {}: {} people)",
                display::safe(&roster.name),
                roster.members.len()
            )
        }
        Content::Leave(_) => "(leaves a group)".into(),
        Content::MemberChanges(told) => match told.changes.len() {
            1 => "(tells 1 signed change of a group)".into(),
            many => format!("(tells {many} signed changes of a group)"),
        },
        Content::Devices(told) => match told.list.devices.len() {
            1 => "(tells 1 linked device)".into(),
            many => format!("(tells {many} linked devices)"),
        },
        Content::OwnNews(_) => "(keeps the owner's devices in step)".into(),
        Content::LogHead(_) => "(compares the public log)".into(),
        Content::Picture(told) => format!("(sends a picture of {} bytes, with its key)", told.picture.size),
    }
}

/// Returns the text that a person wrote, to one recipient or to a group.
pub(crate) const fn text_of(content: &Content) -> Option<&Text> {
    match content {
        Content::Text(text) => Some(text),
        Content::GroupText(said) | Content::SeenGroupText(SeenGroupText { said, .. }) => Some(&said.text),
        Content::Receipt(_)
        | Content::ResendRequest(_)
        | Content::Timer(_)
        | Content::Roster(_)
        | Content::Leave(_)
        | Content::MemberChanges(_)
        | Content::Devices(_)
        | Content::LogHead(_)
        | Content::Picture(_)
        // Messages between the owner's own devices repeat what was said elsewhere.
        | Content::OwnNews(_) => None,
    }
}

/// Returns the length of the longest run of printable ASCII characters, as the `strings` tool would find it.
fn longest_printable_run(bytes: &[u8]) -> usize {
    bytes.split(|byte| !matches!(byte, b' '..=b'~')).map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::{IdentitySecret, Padding, SigningSecret, labels};
    use pillarbox_session::prekeys::{KemPreKeySecret, PreKeys as _, SignedPreKeySecret};
    use pillarbox_wire::{
        AccountId, DeviceAddress, DeviceBundle, DeviceId, FixedBytes, PreKeyId, SenderCertificate, encode,
    };

    use super::*;

    const WORDS: &str = "under the clock at six";

    fn body() -> Vec<u8> {
        let text = Text {
            id: BodyId(FixedBytes([7; 16])),
            sent_at: Timestamp(0),
            text: WORDS.into(),
            expires_after: None,
        };
        encode(&Body { introduction: None, content: Content::Text(text) }).unwrap()
    }

    /// Builds a first message to a recipient whose private keys all equal `key`, and its sealed form.
    fn messages_to(key: &SecretBytes<32>, certificates: &SigningSecret) -> (Vec<u8>, Vec<u8>) {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let guess = Guess::of(key);
        let (ours, theirs) = (IdentitySecret::generate(&mut rng), guess.identity.public());
        let bundle = DeviceBundle {
            device: DeviceId::FIRST,
            signed: guess.signed(PreKeyId(1)).as_ref().map(SignedPreKeySecret::public).unwrap(),
            one_time: None,
            kem: guess.kem(PreKeyId(2)).as_ref().map(|(kem, _)| KemPreKeySecret::public(kem)).unwrap(),
            kem_is_last_resort: true,
        };
        let start = Conversation::initiate(&mut rng, &ours, &theirs, &bundle, Timestamp(0)).unwrap();
        let (first, _) = start.encrypt(&body(), Padding::None).unwrap();
        let mut certificate = SenderCertificate {
            sender: DeviceAddress { account: AccountId([3; 16]), device: DeviceId::FIRST },
            agreement: FixedBytes(*ours.public().agreement().as_bytes()),
            expires_at: u32::MAX,
            signature: FixedBytes([0; 64]),
        };
        let signature = certificates.sign(labels::SENDER_CERTIFICATE, &certificate.signed_bytes());
        certificate.signature = FixedBytes(*signature.as_bytes());
        let sealed = sealed_sender::seal(&mut rng, &ours, &certificate, &theirs, &first).unwrap();
        (first, sealed)
    }

    fn holding(keys: &[[u8; 32]], certificates: &SigningSecret) -> RelayHoldings {
        let keys = keys
            .iter()
            .map(|key| HeldKey {
                found_in: "a test",
                is_private: false,
                owner: None,
                bytes: SecretBytes::from_bytes(*key),
            })
            .collect();
        RelayHoldings::of(pillarbox_relay::Holdings::default(), Some(certificates.public()), keys)
    }

    #[test]
    fn a_relay_with_the_recipients_key_reads_and_one_without_it_does_not() {
        let certificates = SigningSecret::from_bytes([9; 32]);
        let recipient = SecretBytes::from_bytes([5; 32]);
        let (first, sealed) = messages_to(&recipient, &certificates);
        for payload in [first, sealed] {
            let blind = read(&payload, &holding(&[[4; 32], [6; 32]], &certificates));
            assert_eq!((blind.readable.clone(), blind.outcomes.values().sum()), (None, 2_u64), "{blind:?}");
            let seeing = read(&payload, &holding(&[[4; 32], [5; 32]], &certificates));
            assert_eq!(seeing.readable, Some(format!("\"{WORDS}\"")));
        }
    }

    #[test]
    fn a_message_in_the_clear_is_read_without_any_key() {
        let payload = [&[kind::SERVER_READABLE][..], &body()].concat();
        let attempts = read(&payload, &holding(&[], &SigningSecret::from_bytes([9; 32])));
        assert_eq!(attempts.readable, Some(format!("\"{WORDS}\"")));
        assert!(attempts.longest_printable_run >= WORDS.len());
    }

    #[test]
    fn what_has_another_form_is_told_from_what_stays_closed() {
        let certificates = SigningSecret::from_bytes([9; 32]);
        let holdings = holding(&[[4; 32]], &certificates);
        let (first, sealed) = messages_to(&SecretBytes::from_bytes([5; 32]), &certificates);
        for closed in [&first, &sealed] {
            let attempts = read(closed, &holdings);
            assert!(attempts.is_in_form && !attempts.is_in_another_form(), "{attempts:?}");
        }
        let with_words = [&sealed[..], WORDS.as_bytes()].concat();
        for (other, has_plain_words) in [
            (WORDS.as_bytes(), true),
            (&with_words, true),
            (&[0xfe; 9], false),
            (&[1; 86], false),
            (&[3; 268], false),
            (b"\0\x01\xff\xff", false),
        ] {
            let attempts = read(other, &holdings);
            assert!(attempts.is_in_another_form(), "{attempts:?}");
            assert_eq!(attempts.has_plain_words, has_plain_words, "{attempts:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_message_are_no_finding() {
        let holdings = holding(&[[4; 32]], &SigningSecret::from_bytes([9; 32]));
        for payload in [&[][..], &[0], &[1; 90], &[2; 2000], &[3; 400], &[77; 9]] {
            let attempts = read(payload, &holdings);
            assert_eq!(attempts.readable, None);
            assert!(attempts.outcomes.values().any(|count| *count > 0));
        }
    }
}
