//! A relay that hands out other keys than it was given, and that speaks in other people's names.

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::body::{Body, Content, ResendRequest};
use pillarbox_client::{ConfirmError, ContactOrigin, EntryDirection, Notice, PhoneError};
use pillarbox_crypto::kdf;
use pillarbox_crypto::labels::{ENVELOPE_DIGEST, SENDER_CERTIFICATE};
use pillarbox_session::kind::RATCHET;
use pillarbox_session::safety_number;
use pillarbox_testkit::world::{Who, World, honest};
use pillarbox_wire::{
    AccountId, Bytes, ClientFrame, Deliver, DeviceAddress, DeviceBundle, DeviceId, Duration, FetchBundles,
    FixedBytes, KemPreKey, MessageId, RelayFrame, SenderCertificate, Submit,
};

use super::forger::{Forger, text_body};
use super::world;

const NUMBER: &str = "+44 7700 900123";

/// Has the relay answer for `victim` with the keys of its own phone, and deliver to that phone the messages of
/// `writer` to `victim`.
fn stand_between(world: &mut World, writer: Who, victim: Who, own: Who) {
    let (known, theirs) = (world.address(victim), world.address(own));
    let key = Some(FixedBytes(world.delivery_key(own)));
    world.up = Box::new(move |way, frame| {
        vec![match frame {
            ClientFrame::FetchBundles(fetch) if way.who == writer && fetch.account == known.account => {
                ClientFrame::FetchBundles(FetchBundles {
                    account: theirs.account,
                    delivery_key: fetch.delivery_key.and(key),
                    ..fetch
                })
            }
            ClientFrame::Submit(submit) if way.who == writer && submit.to == known => {
                let delivery_key = submit.delivery_key.and(key);
                ClientFrame::Submit(Submit { to: theirs, delivery_key, ..submit })
            }
            frame => frame,
        }]
    });
}

fn verify(world: &mut World, who: Who, whom: Who) -> Result<(), ConfirmError> {
    let (here, there) = (world.invitation(who), world.invitation(whom));
    let number = safety_number((&there.account, &there.identity), (&here.account, &here.identity));
    let (contact, mut rng) = (world.id(whom), world.fork());
    world.at(who).confirm(contact, &number.digits(), &mut rng)
}

fn key_changes(world: &mut World, who: Who, contact: Who) -> Vec<Notice> {
    let account = world.id(contact);
    let told = world.take_notices(who);
    told.into_iter()
        .filter(|notice| matches!(notice, Notice::KeyChanged { contact, .. } if *contact == account))
        .collect()
}

#[test]
fn the_relay_cannot_replace_the_key_of_a_known_contact_without_the_phone_telling() {
    let mut world = world::new();
    let [alice, bob, carol, own] = ["Alice", "Bob", "Carol", "Mallory"].map(|name| world.phone(name));
    world.invite(alice, bob);
    world.invite(carol, bob);
    // Nobody is between them, and nothing is reported.
    world.tell(carol, bob, "hello");
    assert_eq!(key_changes(&mut world, carol, bob), []);
    // The relay hands out other keys when the conversation begins. This works for a contact whom nobody has
    // verified, and it is reported.
    stand_between(&mut world, alice, bob, own);
    world.tell(alice, bob, "for Bob only");
    assert_eq!(world.heard(own, alice), ["for Bob only"]);
    let contact = world.id(bob);
    assert_eq!(key_changes(&mut world, alice, bob), [Notice::KeyChanged { contact, blocked: false }]);
}

#[test]
fn the_relay_cannot_write_in_the_name_of_a_known_contact_without_the_phone_telling() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let forger = Forger::new(&mut world);
    world.take_notices(alice);
    world.tell(bob, alice, "from Bob");
    assert_eq!(key_changes(&mut world, alice, bob), []);
    // The relay signs any certificate that it likes. This one says that the relay's own key is Bob's.
    let certificate = forged_certificate(&world, world.address(bob), &forger);
    let body = text_body("not from Bob", &mut world);
    let payload = Bytes(forger.envelope(&mut world, alice, &certificate, &body));
    let (message, accepted_at) = (MessageId(1_000_000), world.now);
    world.inject(
        alice,
        RelayFrame::Deliver(Deliver { message, from: None, accepted_at, payload, stamp: None }),
    );
    let contact = world.id(bob);
    assert_eq!(world.heard(alice, bob).last().unwrap(), "not from Bob", "it is shown");
    assert_eq!(key_changes(&mut world, alice, bob), [Notice::KeyChanged { contact, blocked: false }]);
    let last = world.history(alice, contact).pop().unwrap();
    assert_eq!(last.direction, EntryDirection::Received { sealed: true, verified: false });
}

#[test]
fn the_relay_cannot_make_a_phone_write_to_a_verified_contact_under_another_key() {
    for verified in [false, true] {
        let mut world = world::new();
        let [alice, bob, own] = ["Alice", "Bob", "Mallory"].map(|name| world.phone(name));
        world.invite(alice, bob);
        if verified {
            assert_eq!(verify(&mut world, alice, bob), Ok(()));
        }
        stand_between(&mut world, alice, bob, own);
        world.tell(alice, bob, "for Bob only");
        let contact = world.id(bob);
        let (now, mut rng) = (world.now, world.fork());
        let next = world.at(alice).queue_text(contact, "and this", now, &mut rng);
        world.run();
        assert_eq!(key_changes(&mut world, alice, bob), [Notice::KeyChanged { contact, blocked: verified }]);
        let submitted = world.submissions().filter(|(way, _)| way.who == alice).count();
        if verified {
            assert_eq!(next, Err(PhoneError::KeyChanged));
            assert_eq!((submitted, world.see(alice).unsent()), (0, 1), "nothing has left the phone");
            assert!(world.heard(own, alice).is_empty());
        } else {
            assert_eq!(world.heard(own, alice), ["for Bob only", "and this"]);
        }
    }
}

/// Returns the relay's certificate that its own key belongs to somebody.
fn forged_certificate(world: &World, sender: DeviceAddress, forger: &Forger) -> SenderCertificate {
    let mut certificate = SenderCertificate {
        sender,
        agreement: FixedBytes(*forger.identity.public().agreement().as_bytes()),
        expires_at: u32::MAX,
        signature: FixedBytes([0; 64]),
    };
    let signature = world.certificate_key().sign(SENDER_CERTIFICATE, &certificate.signed_bytes());
    certificate.signature = FixedBytes(*signature.as_bytes());
    certificate
}

#[test]
fn the_relay_can_make_up_strangers_and_what_they_say() {
    let mut world = world::new();
    let bob = world.phone("Bob");
    let forger = Forger::new(&mut world);
    let sender = DeviceAddress { account: AccountId([0xee; 16]), device: DeviceId::FIRST };
    let certificate = forged_certificate(&world, sender, &forger);
    let body = text_body("you do not know me", &mut world);
    let payload = Bytes(forger.envelope(&mut world, bob, &certificate, &body));
    let (message, accepted_at) = (MessageId(1_000_000), world.now);
    world
        .inject(bob, RelayFrame::Deliver(Deliver { message, from: None, accepted_at, payload, stamp: None }));
    assert!(world.holdings().accounts.iter().all(|row| row.account != sender.account), "no such account");
    assert_eq!(world.history(bob, sender.account)[0].text(), Some("you do not know me"));
    let contact = world.see(bob).contact(sender.account).unwrap();
    assert_eq!((contact.origin, contact.accepted), (ContactOrigin::Stranger, false));
}

/// A change to the bundle for the second writer. It is made from the first writer's bundle and from the intended one.
type Swap = fn(&DeviceBundle, &mut DeviceBundle);

#[test]
fn the_relay_cannot_hand_out_a_one_time_prekey_twice_without_the_second_session_failing() {
    let swaps: [(Swap, bool); 4] = [
        (|_, _| {}, true),
        (|first, second| second.clone_from(first), false),
        (|first, second| second.one_time.clone_from(&first.one_time), false),
        (|first, second| second.kem.clone_from(&first.kem), false),
    ];
    for (at, (swap, opens)) in swaps.into_iter().enumerate() {
        let mut world = world::new();
        let [bob, alice, carol] = ["Bob", "Alice", "Carol"].map(|name| world.phone(name));
        let first: Rc<RefCell<Option<DeviceBundle>>> = Rc::default();
        world.down = Box::new(move |_, mut frame| {
            if let RelayFrame::Bundles(bundles) = &mut frame {
                let bundle = &mut bundles.devices[0];
                swap(first.borrow_mut().get_or_insert(bundle.clone()), bundle);
            }
            vec![frame]
        });
        for writer in [alice, carol] {
            world.invite(writer, bob);
            world.tell(writer, bob, "hello");
        }
        assert_eq!(world.heard(bob, alice), ["hello"], "swap {at}");
        assert_eq!(!world.heard(bob, carol).is_empty(), opens, "swap {at}");
        let told = world.take_notices(bob);
        let failed = told.contains(&Notice::StrangerUnopened { account: world.id(carol) });
        assert_eq!(failed, !opens, "swap {at}: {told:?}");
    }
}

#[test]
fn the_relay_can_spoil_a_strangers_first_message_and_learn_who_wrote_when_the_owner_adds_them() {
    let mut world = world::new();
    let [bob, alice] = ["Bob", "Alice"].map(|name| world.phone(name));
    let carol = world.phone_with_number("Carol", NUMBER);
    let first: Rc<RefCell<Option<DeviceBundle>>> = Rc::default();
    world.down = Box::new(move |way, mut frame| {
        if let (true, RelayFrame::Bundles(bundles)) = (way.who != bob, &mut frame) {
            let bundle = &mut bundles.devices[0];
            bundle.clone_from(first.borrow_mut().get_or_insert(bundle.clone()));
        }
        vec![frame]
    });
    let named = |world: &World| {
        let to = world.address(carol);
        world
            .submissions()
            .any(|(way, submit)| way.who == bob && submit.to == to && submit.delivery_key.is_none())
    };
    for writer in [alice, carol] {
        world.invite(writer, bob);
        world.tell(writer, bob, "hello");
    }
    world.pass(Duration::from_days(1));
    world.run();
    assert!(!named(&world), "the phone says nothing by itself");
    // Bob's phone has never opened a message of Carol's, so it has no delivery key of hers to seal with.
    world.look_up(bob, NUMBER);
    assert!(named(&world));
    assert_eq!(world.heard(bob, carol), ["hello"], "and what was spoilt is said again");
}

#[test]
fn the_relay_cannot_hold_one_time_prekeys_back_unnoticed() {
    // The relay does so openly, or passes the key of last resort off as a one-time key. Only the owner of the key can
    // tell the latter.
    let degraded = |told: &[Notice]| told.iter().any(|notice| matches!(notice, Notice::Degraded { .. }));
    for (holds_back, lies) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut world = world::new();
        let [bob, alice] = ["Bob", "Alice"].map(|name| world.phone(name));
        let last_resort = last_resort_of(&world, bob);
        world.down = Box::new(move |_, mut frame| {
            if let RelayFrame::Bundles(bundles) = &mut frame {
                let bundle = &mut bundles.devices[0];
                if holds_back {
                    bundle.one_time = None;
                }
                if lies {
                    bundle.kem.clone_from(&last_resort);
                }
            }
            vec![frame]
        });
        world.invite(alice, bob);
        world.tell(alice, bob, "hello");
        assert_eq!(world.heard(bob, alice), ["hello"]);
        let told = [alice, bob].map(|who| degraded(&world.take_notices(who)));
        assert_eq!(told, [holds_back, holds_back || lies], "held back {holds_back}, lied {lies}");
    }
}

/// Returns the last-resort KEM prekey that a phone uploaded for when its one-time keys are used up.
fn last_resort_of(world: &World, who: Who) -> KemPreKey {
    let registered = world.received.iter().find_map(|(way, frame)| match frame {
        ClientFrame::Register(register) if way.who == who => register.prekeys.last_resort.clone(),
        _ => None,
    });
    registered.unwrap()
}

#[test]
fn the_relay_cannot_have_a_message_that_it_confirmed_encrypted_again_for_a_new_key() {
    // The argument about WhatsApp in January 2017: a relay claims a new key for somebody who is away, and asks
    // again for a message that it has accepted.
    for owner_asks in [true, false] {
        let mut world = world::new();
        let alice = world.phone("Alice");
        let absent = Forger::with_number(&mut world, NUMBER);
        world.look_up(alice, NUMBER);
        let (contact, now, mut rng) = (absent.address.account, world.now, world.fork());
        world.at(alice).queue_text(contact, "for the key of today", now, &mut rng).unwrap();
        world.run();
        let taken = world.submissions().last().unwrap().1.payload.clone();

        let digest = FixedBytes(kdf::hash(ENVELOPE_DIGEST, &[taken.as_slice()]));
        let content = Content::ResendRequest(ResendRequest { digests: vec![digest] });
        let request = Body { introduction: None, content };
        let relay = Forger::new(&mut world);
        let asks = if owner_asks { &absent } else { &relay };
        let payload = Bytes(asks.first_message(&mut world, alice, &request));
        let from = Some(absent.address);
        let (message, accepted_at) = (MessageId(1_000_000), world.now);
        world.take_notices(alice);
        world
            .inject(alice, RelayFrame::Deliver(Deliver { message, from, accepted_at, payload, stamp: None }));

        let told = world.take_notices(alice);
        let resent = u32::from(owner_asks);
        assert!(told.contains(&Notice::Resent { contact, messages: resent }), "{told:?}");
        let changed = told.contains(&Notice::KeyChanged { contact, blocked: false });
        assert_eq!(changed, !owner_asks);
        assert_eq!(world.submissions().count() > 1, owner_asks, "whether anything more has left the phone");
    }
}

#[test]
fn the_relay_can_have_a_message_that_it_did_not_confirm_encrypted_again_for_a_new_key() {
    // This is the opposite case of the test above. If the relay never says that it has a message, the phone sends
    // it again to the contact's current keys. The phone reports this, and sends nothing to a verified contact.
    for verified in [false, true] {
        let mut world = world::new();
        let (alice, bob) = world.pair();
        let own = world.phone("Mallory");
        if verified {
            assert_eq!(verify(&mut world, alice, bob), Ok(()));
        }
        world.offline(bob);
        world.down = Box::new(move |way, frame| match frame {
            RelayFrame::Accepted(_) if way.who == alice => Vec::new(),
            frame => vec![frame],
        });
        world.tell(alice, bob, "for the key of today");
        stand_between(&mut world, alice, bob, own);
        world.take_notices(alice);
        // A message that does not open makes the phone ask for new keys.
        let payload = Bytes([&[RATCHET][..], &[7; 400]].concat());
        let (message, from, accepted_at) = (MessageId(1_000_000), Some(world.address(bob)), world.now);
        world
            .inject(alice, RelayFrame::Deliver(Deliver { message, from, accepted_at, payload, stamp: None }));
        // While a message is in transit to somebody, the phone sends nothing else to that person. The relay
        // therefore ends the connection. From here on, it confirms what it accepts.
        world.offline(alice);
        world.down = honest();
        world.online(alice);
        world.run();
        let contact = world.id(bob);
        assert_eq!(key_changes(&mut world, alice, bob), [Notice::KeyChanged { contact, blocked: verified }]);
        let heard = world.heard(own, alice);
        assert_eq!(heard.contains(&"for the key of today".to_owned()), !verified, "{heard:?}");
    }
}
