//! A contact: a person to whom the phone's owner writes, and who may use any program.

use pillarbox_client::{Notice, display};
use pillarbox_crypto::labels::SENDER_CERTIFICATE;
use pillarbox_crypto::{IdentitySecret, Padding, SigningSecret};
use pillarbox_session::{
    Conversation, KemPreKeySecret, KemUse, OneTimePreKeySecret, Opening, PreKeys, SignedPreKeySecret,
    franking, seal,
};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{DeviceBundle, DeviceId, Duration, FixedBytes, PreKeyId, SenderCertificate, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::forger::{Forger, submission, text_body};
use super::world;

#[test]
fn a_contact_can_keep_what_they_were_sent() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let (contact, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.at(alice).set_timer(contact, Some(60), now, &mut rng).unwrap();
    world.tell(alice, bob, "gone in a minute");
    let here = world.id(alice);
    let last = world.history(bob, here).pop().unwrap();
    world.at(bob).mark_shown(here, last.place, now, &mut rng).unwrap();
    let has = |world: &World, who: Who, with| {
        world.history(who, with).iter().any(|entry| entry.text() == Some("gone in a minute"))
    };

    let later = now + Duration::from_seconds(61);
    world.at(alice).remove_expired(later, &mut rng).unwrap();
    assert!(!has(&world, alice, contact), "the sender's phone has removed it");
    // Bob's clock is stopped.
    world.at(bob).remove_expired(now, &mut rng).unwrap();
    assert!(has(&world, bob, here));
    // A phone that follows the request removes it too.
    world.at(bob).remove_expired(later, &mut rng).unwrap();
    assert!(!has(&world, bob, here));
}

#[test]
fn a_contact_cannot_send_a_message_that_looks_as_if_somebody_else_sent_it() {
    let mut world = world::new();
    let (carol, bob) = world.pair();
    let mallory = Forger::new(&mut world);
    let true_one = mallory.certificate(&mut world);
    let sender = world.address(carol);
    let own_key = SigningSecret::generate(&mut world.fork());
    let mut self_signed = SenderCertificate { sender, ..true_one };
    self_signed.signature =
        FixedBytes(*own_key.sign(SENDER_CERTIFICATE, &self_signed.signed_bytes()).as_bytes());
    let cases = [
        (true_one, true),
        (SenderCertificate { sender, ..true_one }, false),
        (self_signed, false),
        (SenderCertificate { expires_at: u32::MAX, ..true_one }, false),
    ];
    let key = world.delivery_key(bob);
    for (at, (certificate, opens)) in cases.into_iter().enumerate() {
        let text = format!("sealed {at}");
        let body = text_body(&text, &mut world);
        let payload = mallory.envelope(&mut world, bob, &certificate, &body);
        let (connection, _) = world.guest();
        let frame = submission(world.address(bob), Some(key), payload);
        world.ask(connection, frame);
        world.run();
        assert_eq!(said_by(&world, bob, &mallory).contains(&text), opens, "{at}");
        let unreadable = Notice::Undecryptable { contact: None, asked_again: false };
        assert_eq!(world.take_notices(bob).contains(&unreadable), !opens, "{at}");
    }
    // For an unsealed message, the relay names the account of its connection. The frame has no field for anything
    // else.
    let body = text_body("not sealed", &mut world);
    let payload = mallory.first_message(&mut world, bob, &body);
    mallory.submit(&mut world, bob, payload);
    assert_eq!(said_by(&world, bob, &mallory), ["sealed 0", "not sealed"]);
    assert_eq!(world.heard(bob, carol), ["hello"], "nothing of it stands under Carol's name");
}

#[test]
fn a_contact_cannot_pass_somebody_elses_message_off_as_their_own() {
    let mut world = world::new();
    let (_, bob) = world.pair();
    let [mallory, dora] = [(); 2].map(|()| Forger::new(&mut world));
    let certificates = [&mallory, &dora].map(|forger| forger.certificate(&mut world));
    let (key, recipient) = (world.delivery_key(bob), world.invitation(bob).identity);
    // The relay accepts a first message from anybody who has the delivery key, in an envelope with a valid
    // certificate.
    let hand_over = |world: &mut World, by: &Forger, certificate, payload: &[u8]| {
        let envelope = seal(&mut world.fork(), &by.identity, certificate, &recipient, payload).unwrap();
        let (connection, _) = world.guest();
        let frame = submission(world.address(bob), Some(key), envelope);
        world.ask(connection, frame);
        world.run();
    };
    // Dora is first a stranger to Bob's phone, and then somebody whose key it knows.
    for text in ["as a stranger", "as a contact"] {
        let body = text_body(text, &mut world);
        let from_dora = dora.first_message(&mut world, bob, &body);
        let before = said_by(&world, bob, &mallory);
        world.take_notices(bob);
        hand_over(&mut world, &mallory, &certificates[0], &from_dora);
        assert_eq!(said_by(&world, bob, &mallory), before, "{text}");
        let told = world.take_notices(bob);
        assert!(!told.iter().any(|notice| matches!(notice, Notice::Received { .. })), "{told:?}");
        assert!(!told.iter().any(|notice| matches!(notice, Notice::KeyChanged { .. })), "{told:?}");
        // In its author's own envelope the same message opens. The other name on the envelope was therefore the reason
        // for the refusal.
        hand_over(&mut world, &dora, &certificates[1], &from_dora);
        assert_eq!(said_by(&world, bob, &dora).last().map(String::as_str), Some(text));

        let body = text_body("my own words", &mut world);
        let own = mallory.first_message(&mut world, bob, &body);
        hand_over(&mut world, &mallory, &certificates[0], &own);
        assert_eq!(said_by(&world, bob, &mallory).last().map(String::as_str), Some("my own words"));
    }
}

fn said_by(world: &World, who: Who, forger: &Forger) -> Vec<String> {
    let history = world.history(who, forger.address.account);
    history.iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
}

#[test]
fn a_contact_cannot_put_terminal_commands_into_a_message() {
    // The text clears the screen, sets the title, overwrites the line, turns the writing direction, and hides.
    let hostile = "\u{1b}[2J\u{1b}]0;title\u{7}\rBob: yes\u{202e}txt.exe\u{200b}\u{9b}31m";
    let mut world = world::new();
    let bob = world.phone("Bob");
    let mallory = world.phone(hostile);
    world.invite(bob, mallory);
    world.invite(mallory, bob);
    world.tell(mallory, bob, hostile);
    assert_eq!(world.heard(bob, mallory), [hostile], "the vault keeps what came");
    let acts = |text: &str| text.chars().any(|c| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}'));
    assert!(acts(hostile));
    for shown in [display::safe(hostile), display::safe_lines(hostile).replace('\n', "")] {
        assert!(!acts(&shown), "{shown:?}");
        assert!(shown.contains("Bob: yes"), "the words stay");
    }
    let contact = world.see(bob).contact(world.id(mallory)).unwrap();
    assert!(!acts(&contact.name), "{:?}", contact.name);
}

/// A hand-made recipient with one prekey of each kind.
struct Stock {
    signed: Vec<u8>,
    kem: Vec<u8>,
}

impl PreKeys for Stock {
    fn signed(&self, _: PreKeyId) -> Option<SignedPreKeySecret> {
        SignedPreKeySecret::from_record(&self.signed).ok()
    }

    fn one_time(&self, _: PreKeyId) -> Option<OneTimePreKeySecret> {
        None
    }

    fn kem(&self, _: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        Some((KemPreKeySecret::from_record(&self.kem).ok()?, KemUse::LastResort))
    }
}

#[test]
fn a_contact_cannot_open_one_message_in_two_ways() {
    // ChaCha20-Poly1305 would allow this, and the cipher of bodies does not. `crates/session/tests/commitment.rs` shows
    // that with a ciphertext built for it.
    let mut rng = StdRng::from_seed([5; 32]);
    let [sender, recipient] = [(); 2].map(|()| IdentitySecret::generate(&mut rng));
    let signed = SignedPreKeySecret::generate(PreKeyId(1), &recipient, &mut rng);
    let kem = KemPreKeySecret::generate(PreKeyId(2), &recipient, &mut rng);
    let bundle = DeviceBundle {
        device: DeviceId::FIRST,
        signed: signed.public(),
        one_time: None,
        kem: kem.public(),
        kem_is_last_resort: true,
    };
    let stock = Stock { signed: signed.to_record().to_vec(), kem: kem.to_record().to_vec() };
    let begun =
        Conversation::initiate(&mut rng, &sender, &recipient.public(), &bundle, Timestamp(0)).unwrap();
    let said = b"I will be there at eight";
    let (payload, _) = begun.encrypt(said, Padding::Padme).unwrap();
    let mut open = |payload: &[u8]| Conversation::decrypt(None, &recipient, &stock, None, payload, &mut rng);
    let opened = open(&payload).unwrap();
    let commitment = opened.commitment.as_bytes();
    let at = payload.windows(commitment.len()).position(|window| window == commitment).unwrap();

    // The recipient shows it to somebody who has the message as it passed the relay.
    let shows = |opening: &[u8; 32], body: &[u8]| {
        franking::verify(&Opening::from_bytes(*opening), &opened.commitment, body).is_ok()
    };
    let opening = *opened.opening.as_bytes();
    assert!(shows(&opening, said));
    for bit in 0..said.len() * 8 {
        let mut other = *said;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!shows(&opening, &other));
    }
    for bit in 0..256 {
        let mut other = opening;
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!shows(&other, said));
    }
    assert!(!shows(&opening, b"I will not be there"));

    // The sender committed to other words than the message contains.
    let other = franking::commit(&opened.opening, b"I will not be there", Padding::Padme);
    let mut denied = payload.clone();
    denied[at..at + commitment.len()].copy_from_slice(other.as_bytes());
    assert!(open(&denied).is_err());
}
