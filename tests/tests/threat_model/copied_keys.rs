//! An attacker with the phone's keys: the open vault in its state at one moment, and a recording of every message.

use pillarbox_client::{Notice, Phone};
use pillarbox_crypto::IdentitySecret;
use pillarbox_session::{seal, unseal};
use pillarbox_testkit::world::{Who, World, passphrase};
use pillarbox_wire::Duration;

use super::copy::Copy;
use super::forger::Forger;
use super::world;

/// Returns Alice, and Bob with a profile that can be copied, after they have talked.
fn talked(world: &mut World) -> (Who, Who) {
    let alice = world.phone("Alice");
    let bob = world.phone_on_disk(world.new_account("Bob"));
    world.introduce(alice, bob);
    (alice, bob)
}

/// Sends these texts to Bob, and returns those that the copy can read.
fn overhear(world: &mut World, copy: &mut Copy, (alice, bob): (Who, Who), text: &str) -> Vec<String> {
    let from = world.deliveries(bob).len();
    world.tell(alice, bob, text);
    assert_eq!(world.heard(bob, alice).last().unwrap(), text);
    copy.read(&world.deliveries(bob)[from..])
}

#[test]
fn somebody_with_a_copy_of_the_keys_can_read_what_is_sent_until_both_sides_have_answered() {
    let mut world = world::new();
    let pair @ (alice, bob) = talked(&mut world);
    let mut copy = Copy::take(&mut world, bob);
    world.offline(bob);
    world.tell(alice, bob, "one");
    let from = world.deliveries(bob).len();
    world.tell(alice, bob, "two");
    world.online(bob);
    world.run();
    assert_eq!(copy.read(&world.deliveries(bob)[from..]), ["one", "two"]);
    // Bob's phone has answered by now, with a key that was drawn before the copy was made.
    assert_eq!(overhear(&mut world, &mut copy, pair, "three"), ["three"]);
}

#[test]
fn somebody_with_a_copy_of_the_keys_can_read_first_messages_of_strangers_begun_with_copied_prekeys() {
    let mut world = world::new();
    let (_, bob) = talked(&mut world);
    let mut copy = Copy::take(&mut world, bob);
    let carol = world.phone("Carol");
    world.invite(carol, bob);
    assert_eq!(overhear(&mut world, &mut copy, (carol, bob), "from a stranger"), ["from a stranger"]);
}

#[test]
fn somebody_with_a_copy_of_the_keys_can_see_who_sent_the_sealed_messages_that_they_recorded_before() {
    let mut world = world::new();
    let (sender, recipient) = (Forger::new(&mut world), Forger::new(&mut world));
    let certificate = sender.certificate(&mut world);
    let mut rng = world.fork();
    let to = recipient.identity.public();
    let recorded = seal(&mut rng, &sender.identity, &certificate, &to, b"\x01 said long ago").unwrap();

    let vouched = world.certificate_key().public();
    let another = IdentitySecret::generate(&mut rng);
    assert!(unseal(&another, &vouched, world.now, &recorded).is_err(), "without the key nobody sees it");
    let copied = IdentitySecret::from_bytes(*recipient.identity.to_bytes());
    assert_eq!(unseal(&copied, &vouched, world.now, &recorded).unwrap().sender, sender.address);
}

#[test]
fn somebody_with_a_copy_of_the_keys_can_see_who_sends_sealed_messages_from_then_on() {
    let mut world = world::new();
    let pair @ (alice, bob) = talked(&mut world);
    let mut copy = Copy::take(&mut world, bob);
    for round in 0..4 {
        overhear(&mut world, &mut copy, pair, &format!("round {round}"));
    }
    let from = world.deliveries(bob).len();
    world.tell(alice, bob, "unreadable by now");
    let messages = &world.deliveries(bob)[from..];
    assert!(messages.iter().all(|deliver| deliver.from.is_none()), "the relay is told nothing");
    let told = copy.feed(messages);
    let contact = Some(world.id(alice));
    assert_eq!(told, [Notice::Undecryptable { contact, asked_again: true }]);
}

#[test]
fn somebody_with_a_copy_of_the_keys_can_log_in_as_the_phone_and_take_its_messages() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let folder = world.copy_folder(bob);
    world.run();
    world.offline(bob);
    let (now, mut rng) = (world.now, world.fork());
    let copied = Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap();
    let thief = world.add(copied, Some(folder));
    world.tell(alice, bob, "for Bob");
    assert_eq!(world.heard(thief, alice), ["hello", "for Bob"]);
    world.offline(thief);
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello"], "the relay has forgotten it");
}

#[test]
fn somebody_with_a_copy_of_the_keys_cannot_read_what_was_sent_before_and_deleted() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let (contact, mut rng) = (world.id(bob), world.fork());
    world.offline(bob);
    let now = world.now;
    world.at(alice).set_timer(contact, Some(60), now, &mut rng).unwrap();
    world.tell(alice, bob, "gone in a minute");
    let from = world.deliveries(bob).len();
    let before = world.copy_folder(bob);
    world.run();
    world.online(bob);
    world.run();
    let messages = world.deliveries(bob)[from..].to_vec();
    let kept = world.copy_folder(bob);
    world.run();
    let here = world.id(alice);
    let last = world.history(bob, here).pop().unwrap();
    world.at(bob).mark_shown(here, last.place, now, &mut rng).unwrap();
    world.pass(Duration::from_seconds(61));
    let now = world.now;
    assert_eq!(world.at(bob).remove_expired(now, &mut rng).unwrap(), 1);

    // The attacker sets the clock. By then, the program no longer refuses what it has seen before, so that only the
    // keys decide.
    let clock = now + Duration::from_days(91);
    let folder = world.copy_folder(bob);
    world.run();
    let mut copy = Copy::open(folder, clock, &world);
    assert!(!copy.kept(here).contains(&"gone in a minute".to_owned()));
    assert!(copy.read(&messages).is_empty());
    // A copy from before the text was opened can read it, and a copy from before it was deleted contains it.
    assert_eq!(Copy::open(before, clock, &world).read(&messages), ["gone in a minute"]);
    assert!(Copy::open(kept, now, &world).kept(here).contains(&"gone in a minute".to_owned()));
}

#[test]
fn somebody_with_a_copy_of_the_keys_cannot_read_on_after_both_sides_have_answered() {
    let mut world = world::new();
    let pair @ (_, bob) = talked(&mut world);
    let [mut copy, mut patient] = [(); 2].map(|()| Copy::take(&mut world, bob));
    for text in ["read along", "and this"] {
        assert_eq!(overhear(&mut world, &mut copy, pair, text), [text]);
    }
    let from = world.deliveries(bob).len();
    for round in 0..3 {
        let text = format!("round {round}");
        assert!(overhear(&mut world, &mut copy, pair, &text).is_empty(), "{text}");
    }
    // A copy that was not used in between cannot read it either.
    assert!(patient.read(&world.deliveries(bob)[from..]).is_empty());
}
