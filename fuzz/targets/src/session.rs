//! Payloads and envelopes that a phone is sent end to end, and the records that it keeps.

use std::sync::LazyLock;

use pillarbox_crypto::{IdentitySecret, Padding, SigningSecret};
use pillarbox_session::{
    Conversation, KemPreKeySecret, OneTimePreKeySecret, SignedPreKeySecret, claimed_identity, kind, seal,
    unseal,
};
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, FixedBytes, SenderCertificate, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::feed::Feed;
use crate::keys::{BEGUN, Keys, Stock};

/// Bob, and the payloads that Alice has sent him.
struct Scene {
    alice: IdentitySecret,
    bob: IdentitySecret,
    stock: Stock,
    /// Bob's state before the payload of the same number.
    states: [Option<Vec<u8>>; 3],
    /// A first message, a message of a running session, and a message after a gap.
    payloads: [Vec<u8>; 3],
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let (mut alice, mut bob) = (Keys::new(1), Keys::new(2));
    let bundle = bob.bundle(false);
    let stock = bob.stock.clone();
    let state = Conversation::initiate(&mut alice.rng, &alice.identity, &bob.public(), &bundle, BEGUN);
    let state = state.expect("an honest bundle");
    let say =
        |state: &Conversation, text: &[u8]| state.encrypt(text, Padding::BLOCKS_80).expect("a short text");
    let (first, state) = say(&state, b"first");
    let opened = open(None, &bob.identity, &stock, &first).expect("an honest payload");
    let (answer, running_after) = opened.next.encrypt(b"answer", Padding::BLOCKS_80).expect("a short text");
    let state = Conversation::decrypt(
        Some(&state),
        &alice.identity,
        &alice.stock,
        None,
        &answer,
        &mut ChaCha20Rng::seed_from_u64(3),
    );
    let state = state.expect("an honest payload").next;
    let say =
        |state: &Conversation, text: &[u8]| state.encrypt(text, Padding::BLOCKS_80).expect("a short text");
    let (second, mut state) = say(&state, b"second");
    for _ in 0..3 {
        (_, state) = say(&state, b"lost");
    }
    let (later, _) = say(&state, b"later");
    let running_after = running_after.to_record().to_vec();
    Scene {
        states: [None, Some(running_after.clone()), Some(running_after)],
        payloads: [first, second, later],
        stock,
        alice: IdentitySecret::from_bytes(*alice.identity.to_bytes()),
        bob: bob.identity,
    }
});

fn open(
    state: Option<&Conversation>,
    ours: &IdentitySecret,
    stock: &Stock,
    payload: &[u8],
) -> Result<pillarbox_session::OpenedMessage, pillarbox_session::OpenError> {
    Conversation::decrypt(state, ours, stock, None, payload, &mut ChaCha20Rng::seed_from_u64(4))
}

/// Opens a payload that somebody invented, or altered on its way. It opens if, and only if, it is what Alice sent.
pub fn payload(bytes: &[u8]) {
    let scene = &*SCENE;
    let mut feed = Feed::new(bytes);
    let which = feed.byte() % 4;
    let Some((sent, state)) = scene.payloads.iter().zip(&scene.states).nth(which.into()) else {
        let made_up = feed.rest();
        let _known_or_not = (kind(made_up), claimed_identity(made_up));
        return assert!(open(None, &scene.bob, &scene.stock, made_up).is_err());
    };
    let arrived = feed.altered(sent);
    let state = state.as_ref().map(|record| Conversation::from_record(record).expect("written here"));
    let opened = open(state.as_ref(), &scene.bob, &scene.stock, &arrived);
    let _known_or_not = (kind(&arrived), claimed_identity(&arrived));
    assert_eq!(opened.is_ok(), arrived == *sent);
}

/// Opens a sealed-sender envelope that was altered on its way, invented, or honestly built around any payload.
pub fn envelope(bytes: &[u8]) {
    let scene = &*SCENE;
    let mut feed = Feed::new(bytes);
    let relay = SigningSecret::from_bytes([9; 32]);
    let now = Timestamp::from_seconds(1_490_193_600);
    let read = |envelope: &[u8]| unseal(&scene.bob, &relay.public(), now, envelope);
    if feed.byte().is_multiple_of(4) {
        return assert!(read(feed.rest()).is_err(), "an envelope out of nothing");
    }
    let mut certificate = SenderCertificate {
        sender: DeviceAddress { account: AccountId(feed.array()), device: DeviceId(feed.byte()) },
        agreement: FixedBytes(*scene.alice.public().agreement().as_bytes()),
        expires_at: u32::from_be_bytes(feed.array()),
        signature: FixedBytes([0; 64]),
    };
    let signed = relay.sign(pillarbox_crypto::labels::SENDER_CERTIFICATE, &certificate.signed_bytes());
    certificate.signature = FixedBytes(*signed.as_bytes());
    let forged = feed.byte() % 2 == 1;
    if forged {
        certificate.signature.0[usize::from(feed.byte() % 64)] ^= 1;
    }
    let inside = feed.piece();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let Ok(sealed) = seal(&mut rng, &scene.alice, &certificate, &scene.bob.public(), inside) else { return };
    let arrived = feed.altered(&sealed);
    match read(&arrived) {
        Ok(unsealed) => {
            assert!(arrived == sealed && !forged && u64::from(certificate.expires_at) >= now.as_seconds());
            assert_eq!((unsealed.sender, unsealed.payload.as_slice()), (certificate.sender, inside));
        }
        Err(_) => {
            assert!(arrived != sealed || forged || u64::from(certificate.expires_at) < now.as_seconds());
        }
    }
}

/// Reads a record with any contents. A record that can be read is written the same way again, and using it does no
/// harm, whatever it contains.
pub fn conversation_record(bytes: &[u8]) {
    let scene = &*SCENE;
    let mut feed = Feed::new(bytes);
    let record = match scene.states.iter().flatten().nth(usize::from(feed.byte() % 3)) {
        Some(record) => feed.altered(record),
        None => feed.piece().to_vec(),
    };
    let Ok(conversation) = Conversation::from_record(&record) else { return };
    let written = conversation.to_record();
    // A record of the previous version is written as one of the current version, and every other unchanged.
    assert!(*written == record || record.first() < written.first());
    assert!(Conversation::from_record(&written).is_ok_and(|again| again.to_record() == written));
    if let Ok((_, next)) = conversation.encrypt(b"text", Padding::Padme) {
        assert!(Conversation::from_record(&next.to_record()).is_ok());
    }
    for payload in &scene.payloads {
        if let Ok(opened) = open(Some(&conversation), &scene.bob, &scene.stock, payload) {
            assert!(Conversation::from_record(&opened.next.to_record()).is_ok());
        }
    }
}

/// Reads records of prekeys. A record that can be read is written the same way again.
pub fn prekey_record(bytes: &[u8]) {
    if let Ok(prekey) = SignedPreKeySecret::from_record(bytes) {
        assert_eq!(*prekey.to_record(), bytes);
    }
    if let Ok(prekey) = OneTimePreKeySecret::from_record(bytes) {
        assert_eq!(*prekey.to_record(), bytes);
    }
    if let Ok(prekey) = KemPreKeySecret::from_record(bytes) {
        assert_eq!(*prekey.to_record(), bytes);
        let _public_half = prekey.public();
    }
}
