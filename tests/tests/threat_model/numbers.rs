//! Numbers. A person with the code gets the number, and the phones of people who know the number report it.

use pillarbox_client::{NewAccount, Notice, PhoneError};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::frames::handle;
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{Found, NumberCode, Refusal, RelayFrame};

use super::world;

const BOB: &str = "+44 7700 900123";
const ALICE: &str = "+44 7700 900124";

fn verifying() -> World {
    world::with(RelaySettings { verify_numbers: true, ..RelaySettings::default() })
}

/// Returns a phone that asks for a number and is told that a code was sent to it.
fn asking(world: &mut World, name: &str, number: &str) -> Who {
    let who = world.phone_with_number(name, number);
    assert!(world.take_notices(who).contains(&Notice::RegistrationRefused { reason: Refusal::CodeSent }));
    who
}

/// Types the code, as a reader of what is sent to the number would.
fn show_code(world: &mut World, who: Who, code: NumberCode) {
    world.at(who).enter_code(code).unwrap();
    world.run();
}

fn registered(world: &mut World, name: &str, number: &str) -> Who {
    let who = asking(world, name, number);
    let (_, code) = world.relay.codes.pop().unwrap();
    show_code(world, who, code);
    who
}

/// Returns Alice, who has Bob by his number, and Bob, after they have talked.
fn scene(world: &mut World) -> (Who, Who) {
    let (alice, bob) = (registered(world, "Alice", ALICE), registered(world, "Bob", BOB));
    world.look_up(alice, BOB);
    world.look_up(bob, ALICE);
    world.tell(alice, bob, "hello");
    world.tell(bob, alice, "hello yourself");
    world.take_notices(alice);
    (alice, bob)
}

fn verify(world: &mut World, alice: Who, bob: Who) {
    let (contact, mut rng) = (world.id(bob), world.fork());
    let number = world.see(bob).safety_number(world.id(alice)).unwrap().digits();
    world.at(alice).confirm(contact, &number, &mut rng).unwrap();
}

fn told(world: &mut World, who: Who) -> Vec<Notice> {
    let told = world.take_notices(who);
    told.into_iter().filter(|notice| matches!(notice, Notice::KeyChanged { .. })).collect()
}

#[test]
fn a_stranger_can_have_codes_sent_to_somebody_elses_number() {
    let mut world = verifying();
    let bob = registered(&mut world, "Bob", BOB);
    asking(&mut world, "Mallory", BOB);
    let (number, _) = world.relay.codes.pop().unwrap();
    assert_eq!(number, handle(BOB));
    assert!(world.see(bob).is_ready(pillarbox_client::Link::Named), "the account stays with its phone");
    // The stranger asks until the relay has sent as many codes as it sends to one number.
    let more = NewAccount { handle: Some(handle(BOB)), ..world.new_account("Mallory") };
    let again = (0..4).map(|_| world.phone_of(more.clone())).last().unwrap();
    let refused = world.take_notices(again);
    let limited = |notice: &Notice| {
        matches!(notice, Notice::RegistrationRefused { reason: Refusal::RateLimited { .. } })
    };
    assert!(refused.iter().any(limited), "{refused:?}");
}

#[test]
fn a_stranger_can_take_over_an_account_if_they_can_read_the_code_that_is_sent_to_its_number() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world);
    let thief = registered(&mut world, "Mallory", BOB);
    assert_eq!(world.id(thief), world.id(bob));
    world.tell(alice, bob, "is it you?");
    assert_eq!(world.heard(thief, alice), ["is it you?"]);
    assert!(world.see(bob).is_closed(), "and the owner's phone is signed out");
}

#[test]
fn a_stranger_cannot_take_over_an_account_by_guessing_the_code_that_is_sent_to_its_number() {
    let mut world = verifying();
    let bob = registered(&mut world, "Bob", BOB);
    let thief = asking(&mut world, "Mallory", BOB);
    let (_, code) = world.relay.codes.pop().unwrap();
    let number: u32 = code.to_string().parse().unwrap();
    for guess in 1..=RelaySettings::default().limits.code_tries {
        show_code(&mut world, thief, NumberCode::from_number(number + guess));
    }
    show_code(&mut world, thief, code);
    assert_eq!(world.see(thief).account().address, None, "the right one comes too late");
    assert!(world.see(bob).is_ready(pillarbox_client::Link::Named));
    // The control: the right code works if nobody has guessed before.
    let owner = asking(&mut world, "Bob", BOB);
    let (_, code) = world.relay.codes.pop().unwrap();
    show_code(&mut world, owner, code);
    assert_eq!(world.id(owner), world.id(bob));
}

#[test]
fn a_stranger_can_keep_a_number_from_its_owner_by_using_up_the_codes_that_are_sent_to_it() {
    let mut world = verifying();
    let limits = RelaySettings::default().limits;
    let (owner, stranger) = (asking(&mut world, "Bob", BOB), asking(&mut world, "Mallory", BOB));
    // The owner can read the latest code, and the stranger can spoil it.
    let (_, code) = world.relay.codes.pop().unwrap();
    let number: u32 = code.to_string().parse().unwrap();
    for guess in 1..=limits.code_tries {
        show_code(&mut world, stranger, NumberCode::from_number(number + guess));
    }
    show_code(&mut world, owner, code);
    assert_eq!(world.see(owner).account().address, None);
    for _ in 2..limits.codes_per_number.burst {
        asking(&mut world, "Mallory", BOB);
    }
    world.relay.codes.clear();
    let late = world.phone_with_number("Bob", BOB);
    let told = world.take_notices(late);
    let waits = |notice: &Notice| {
        matches!(notice, Notice::RegistrationRefused { reason: Refusal::RateLimited { .. } })
    };
    assert!(told.iter().any(waits) && world.relay.codes.is_empty(), "none is sent to the owner: {told:?}");
    // An hour later, the relay sends a code again.
    world.pass(limits.codes_per_number.every);
    let owner = asking(&mut world, "Bob", BOB);
    let (_, code) = world.relay.codes.pop().unwrap();
    show_code(&mut world, owner, code);
    assert!(world.see(owner).account().address.is_some());
}

#[test]
fn a_stranger_cannot_take_over_an_account_without_its_contacts_phones_telling() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world);
    world.tell(alice, bob, "nothing is told while nothing has changed");
    assert_eq!(told(&mut world, alice), []);
    let thief = registered(&mut world, "Mallory", BOB);
    let contact = world.id(bob);
    // The result is the same whether the thief or the contact writes first.
    world.look_up(thief, ALICE);
    assert_eq!(told(&mut world, alice), [Notice::KeyChanged { contact, blocked: false }]);
    let second = registered(&mut world, "Trent", BOB);
    world.tell(alice, bob, "who is there?");
    assert_eq!(told(&mut world, alice), [Notice::KeyChanged { contact, blocked: false }]);
    assert_eq!(world.heard(second, alice), ["who is there?"]);
}

#[test]
fn a_stranger_cannot_have_what_is_written_to_a_verified_contact_by_taking_over_the_account() {
    for verified in [false, true] {
        let mut world = verifying();
        let (alice, bob) = scene(&mut world);
        if verified {
            verify(&mut world, alice, bob);
        }
        let thief = registered(&mut world, "Mallory", BOB);
        world.tell(alice, bob, "for Bob only");
        let contact = world.id(bob);
        assert_eq!(told(&mut world, alice), [Notice::KeyChanged { contact, blocked: verified }]);
        let (now, mut rng) = (world.now, world.fork());
        let next = world.at(alice).queue_text(contact, "and this", now, &mut rng);
        world.run();
        if verified {
            assert_eq!(next, Err(PhoneError::KeyChanged));
            assert!(world.heard(thief, alice).is_empty());
        } else {
            assert_eq!(world.heard(thief, alice), ["for Bob only", "and this"]);
        }
    }
}

#[test]
fn the_relay_can_give_a_numbers_account_to_another_phone() {
    let mut world = verifying();
    let (_, bob) = scene(&mut world);
    // The relay draws the codes itself.
    let own = registered(&mut world, "Mallory", BOB);
    assert_eq!(world.id(own), world.id(bob));
}

#[test]
fn the_relay_cannot_lead_a_known_number_to_another_account_without_the_phone_telling() {
    for verified in [false, true] {
        let mut world = world::new();
        let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", BOB));
        let own = world.phone("Mallory");
        world.look_up(alice, BOB);
        world.invite(bob, alice);
        if verified {
            verify(&mut world, alice, bob);
        }
        world.take_notices(alice);
        world.look_up(alice, BOB);
        assert_eq!(told(&mut world, alice), [], "the same account and key");
        let (account, identity) = (world.id(own), world.identity(own));
        world.down = Box::new(move |_, frame| match frame {
            RelayFrame::Found(Found { request, .. }) => {
                vec![RelayFrame::Found(Found { request, account, identity })]
            }
            other => vec![other],
        });
        world.look_up(alice, BOB);
        assert_eq!(told(&mut world, alice), [Notice::KeyChanged { contact: account, blocked: verified }]);
        assert_eq!(world.see(alice).contacts().unwrap().len(), 1, "no second contact");
        let (now, mut rng) = (world.now, world.fork());
        let said = world.at(alice).queue_text(account, "for Bob only", now, &mut rng);
        world.run();
        assert_eq!(said.is_err(), verified);
        assert_eq!(world.heard(own, alice).len(), usize::from(!verified));
    }
}
