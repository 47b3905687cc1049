//! Somebody with a new phone: the account continues, contacts are told, and no message is lost or shown twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{DeliveryState, NewAccount, Notice, PhoneError, Protection, Trust};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::{Fault, World, altering, honest};
use pillarbox_wire::{AccountId, Duration, Farewell, Handle, IdentityKey, Refusal, RelayFrame};

const ALICE: &str = "+447700900131";
const BOB: &str = "+447700900132";
const CAROL: &str = "+447700900133";

fn verifying() -> World {
    World::with(RelaySettings { verify_numbers: true, ..RelaySettings::default() })
}

/// Registers a phone's number, with the code if the relay asks for one.
fn phone(world: &mut World, name: &str, number: &str, protection: Protection) -> usize {
    let new = NewAccount { handle: Some(Handle::parse(number).unwrap()), ..world.account(name, protection) };
    let at = world.phone_of(new);
    if world.see(at).account().address.is_none() {
        let refused = Notice::RegistrationRefused { reason: Refusal::CodeSent };
        assert!(world.take_notices(at).contains(&refused));
        world.show_code(at);
    }
    at
}

/// Adds a phone to another one by its number.
fn add(world: &mut World, at: usize, number: &str) {
    world.at(at).look_up(Handle::parse(number).unwrap(), None).unwrap();
    world.run();
}

fn hello(world: &mut World, one: usize, other: usize) {
    world.say(one, other, "hello");
    world.run();
    world.say(other, one, "hello yourself");
    world.run();
}

/// Alice and Bob have found each other by number and have talked; Bob's phone is switched off.
fn scene(world: &mut World, protection: Protection) -> (usize, usize) {
    let alice = phone(world, "Alice", ALICE, protection);
    let bob = phone(world, "Bob", BOB, protection);
    add(world, alice, BOB);
    add(world, bob, ALICE);
    hello(world, alice, bob);
    world.offline(bob);
    (alice, bob)
}

fn verify(world: &mut World, at: usize, whom: usize) {
    let (contact, mut rng) = (world.id(whom), world.fork());
    let number = world.see(at).safety_number(contact).unwrap().digits();
    world.at(at).confirm(contact, &number, &mut rng).unwrap();
}

fn key_changes(world: &mut World, at: usize) -> Vec<(AccountId, bool)> {
    let told = world.take_notices(at).into_iter().filter_map(|notice| match notice {
        Notice::KeyChanged { contact, blocked } => Some((contact, blocked)),
        _ => None,
    });
    told.collect()
}

fn states(world: &World, at: usize, contact: AccountId) -> Vec<DeliveryState> {
    let history = world.see(at).history(contact).unwrap();
    history
        .iter()
        .filter_map(|entry| match entry.direction {
            pillarbox_client::EntryDirection::Sent(state) => Some(state),
            pillarbox_client::EntryDirection::Received { .. } => None,
        })
        .collect()
}

#[test]
fn whoever_registers_again_has_the_same_account_and_an_unverified_contacts_phone_tells_and_goes_on() {
    for protection in [Protection::EndToEnd, Protection::ServerReadable] {
        let mut world = verifying();
        let (alice, bob) = scene(&mut world, protection);
        world.take_notices(alice);
        let new = phone(&mut world, "Bob", BOB, protection);
        assert!(world.take_notices(new).iter().any(|it| matches!(it, Notice::Reregistered { .. })));
        assert_eq!(world.id(new), world.id(bob));

        world.say(alice, bob, "still you?");
        world.run();
        // Where the relay can read messages, there is no key between the two that could change.
        let told = if protection == Protection::EndToEnd { vec![(world.id(bob), false)] } else { Vec::new() };
        assert_eq!(key_changes(&mut world, alice), told, "{protection:?}");
        assert_eq!(world.heard(new, alice), ["still you?"]);
        assert_eq!(world.see(alice).contacts().unwrap().len(), 1);
        assert_eq!(world.see(alice).unsent(), 0);

        // The former phone returns to an account that has other keys.
        world.online(bob);
        world.run();
        let refused = Notice::AuthenticationRefused { reason: Refusal::NotAuthentic };
        assert!(world.take_notices(bob).contains(&refused));
    }
}

#[test]
fn a_phone_that_is_connected_hears_that_another_one_has_its_place() {
    let mut world = verifying();
    let bob = phone(&mut world, "Bob", BOB, Protection::EndToEnd);
    // Only the relay's words are tested, because this world's wire drops the goodbye together with the connection.
    phone(&mut world, "Bob", BOB, Protection::EndToEnd);
    assert!(world.see(bob).is_closed());
    assert!(Farewell::Reregistered.to_string().contains("another phone has registered"));
}

#[test]
fn a_verified_contact_with_a_new_phone_is_blocked_until_a_choice() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world, Protection::EndToEnd);
    verify(&mut world, alice, bob);
    let before = world.see(alice).safety_number(world.id(bob)).unwrap();
    let new = phone(&mut world, "Bob", BOB, Protection::EndToEnd);
    world.say(alice, bob, "for Bob's eyes");
    world.run();
    let whom = world.id(bob);
    assert_eq!(key_changes(&mut world, alice), [(whom, true)]);
    assert!(world.heard(new, alice).is_empty());
    let (now, mut rng) = (world.now, world.fork());
    assert_eq!(world.at(alice).queue_text(whom, "more", now, &mut rng), Err(PhoneError::KeyChanged));
    assert_eq!(world.see(alice).former_safety_number(whom).unwrap(), Some(before));

    world.at(alice).accept_new_key(whom, &mut rng).unwrap();
    world.run();
    assert_eq!(world.heard(new, alice), ["for Bob's eyes"]);
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Unverified);
}

/// The relay has confirmed the text, so it is encrypted for no other key. Its loss shows in its state: it stays "sent"
/// and is never "delivered".
#[test]
fn what_waits_for_the_former_phone_does_not_open_and_is_not_said_to_be_delivered() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world, Protection::EndToEnd);
    world.say(alice, bob, "waits");
    world.run();
    world.take_notices(alice);
    let new = phone(&mut world, "Bob", BOB, Protection::EndToEnd);
    let told = world.take_notices(new);
    assert!(told.iter().any(|notice| matches!(notice, Notice::Connected { waiting: 1 })), "{told:?}");
    assert_eq!(key_changes(&mut world, alice), [], "nobody is asked before the owner knows them");

    add(&mut world, new, ALICE);
    world.run();
    assert_eq!(key_changes(&mut world, alice), [(world.id(bob), false)]);
    assert!(world.heard(new, alice).is_empty());
    let last = states(&world, alice, world.id(bob)).pop();
    assert_eq!(last, Some(DeliveryState::Sent));
    world.say(alice, bob, "again");
    world.run();
    assert_eq!(world.heard(new, alice), ["again"]);
    assert_eq!(states(&world, alice, world.id(bob)).pop(), Some(DeliveryState::Delivered));
}

#[test]
fn a_new_phone_that_adds_a_contact_makes_itself_known_and_is_in_its_groups_again() {
    for protection in [Protection::EndToEnd, Protection::ServerReadable] {
        let mut world = verifying();
        let (alice, bob) = scene(&mut world, protection);
        world.online(bob);
        let carol = phone(&mut world, "Carol", CAROL, protection);
        add(&mut world, alice, CAROL);
        let members = [world.id(bob), world.id(carol)];
        let (now, mut rng) = (world.now, world.fork());
        let group = world.at(alice).make_group("Harbour watch", &members, now, &mut rng).unwrap();
        world.run();
        world.offline(bob);
        world.take_notices(alice);

        let new = phone(&mut world, "Bob", BOB, protection);
        assert!(world.see(new).groups().unwrap().is_empty());
        add(&mut world, new, ALICE);
        assert_eq!(world.see(new).groups().unwrap().len(), 1, "{protection:?}");
        if protection == Protection::EndToEnd {
            assert_eq!(key_changes(&mut world, alice), [(world.id(bob), false)]);
        }
        for (at, text) in [(new, "back again"), (carol, "welcome")] {
            world.pass(Duration::from_seconds(1));
            let (now, mut rng) = (world.now, world.fork());
            world.at(at).queue_group_text(group, text, now, &mut rng).unwrap();
            world.run();
        }
        for at in [alice, carol, new] {
            let said = world.see(at).group_history(group).unwrap();
            let words: Vec<_> = said.iter().filter_map(|said| said.entry.text()).collect();
            assert_eq!(words, ["back again", "welcome"], "{protection:?} {at}");
        }
    }
}

#[test]
fn an_account_is_taken_over_by_whoever_has_the_code_and_by_nobody_else() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world, Protection::EndToEnd);
    let handle = Some(Handle::parse(BOB).unwrap());
    let thief = NewAccount { handle, ..world.account("Mallory", Protection::EndToEnd) };
    let thief = world.phone_of(thief);
    let wrong = pillarbox_wire::NumberCode::from_number(
        world.relay.codes.last().unwrap().1.to_string().parse::<u32>().unwrap() + 1,
    );
    world.at(thief).enter_code(wrong).unwrap();
    world.run();
    let refused = Notice::RegistrationRefused { reason: Refusal::CodeRefused };
    assert!(world.take_notices(thief).contains(&refused));
    assert_eq!(world.see(thief).account().address, None);
    world.show_code(thief);
    assert_eq!(world.id(thief), world.id(bob));
    world.say(alice, bob, "who is there?");
    world.run();
    assert_eq!(key_changes(&mut world, alice), [(world.id(bob), false)]);
    assert_eq!(world.heard(thief, alice), ["who is there?"], "what not comparing numbers costs");
}

/// The new phone's program ends once at each step of the registration, and still every waiting message is shown once.
#[test]
fn a_new_phone_that_crashes_while_it_registers_loses_nothing_that_waits() {
    let mut moment = 0;
    loop {
        moment += 1;
        let mut world = verifying();
        let (alice, bob) = scene(&mut world, Protection::ServerReadable);
        world.say(alice, bob, "waits");
        world.run();
        let handle = Some(Handle::parse(BOB).unwrap());
        let new = NewAccount { handle, ..world.account("Bob", Protection::ServerReadable) };
        let new = world.phone_of(new);
        let crash = world.steps + moment;
        let mut crashed = false;
        let hit = std::rc::Rc::new(std::cell::Cell::new(false));
        let seen = std::rc::Rc::clone(&hit);
        world.fault = Box::new(move |step| {
            let now = step == crash && !std::mem::replace(&mut crashed, step == crash);
            seen.set(seen.get() || now);
            now.then_some(Fault::Crash(new))
        });
        world.show_code(new);
        // If the program crashed before the code was sent to the relay, the person who restarts it types the code
        // again.
        if world.see(new).account().address.is_none() {
            world.show_code(new);
        }
        world.run();
        assert_eq!(world.id(new), world.id(bob), "moment {moment}");
        assert_eq!(world.heard(new, alice), ["waits"], "moment {moment}");
        if !hit.get() {
            assert!(moment > 8, "{moment} moments");
            return;
        }
    }
}

#[test]
fn a_relay_that_says_without_end_that_keys_were_replaced_keeps_no_phone_busy() {
    let mut world = verifying();
    let (alice, bob) = scene(&mut world, Protection::EndToEnd);
    world.down = altering(|_, frame| {
        if let RelayFrame::Accepted(pillarbox_wire::Accepted { request }) = *frame {
            let reason = Refusal::KeysReplaced;
            *frame = RelayFrame::Refused(pillarbox_wire::Refused { request, reason });
        }
    });
    world.received.clear();
    world.say(alice, bob, "are you there?");
    world.run();
    let fetched =
        |frame: &&pillarbox_wire::ClientFrame| matches!(frame, pillarbox_wire::ClientFrame::FetchBundles(_));
    let fetches = world.seen().filter(fetched).count();
    assert_eq!(fetches, pillarbox_client::recovery::MAX_RENEWALS);
    assert_eq!(world.see(alice).unsent(), 1, "it waits");
    world.down = honest();
    world.pass(Duration::from_seconds(61));
    world.run();
    assert_eq!(world.see(alice).unsent(), 0);
}

/// Bob has closed his account, and a new account has his number.
fn moved(world: &mut World) -> (usize, usize, usize) {
    let alice = world.phone_with_number("Alice", ALICE);
    let bob = world.phone_with_number("Bob", BOB);
    world.at(alice).look_up(Handle::parse(BOB).unwrap(), Some("Bob")).unwrap();
    world.run();
    hello(world, alice, bob);
    let again = world.phone("again");
    (alice, bob, again)
}

/// A directory that names another account for Bob's number.
fn name_another(world: &mut World, account: AccountId, identity: IdentityKey) {
    world.down = altering(move |_, frame| {
        if let RelayFrame::Found(found) = frame {
            (found.account, found.identity) = (account, identity);
        }
    });
}

fn identity_of(world: &World, at: usize) -> IdentityKey {
    let identity = world.see(at).invitation().unwrap().identity;
    IdentityKey {
        signing: pillarbox_wire::FixedBytes(*identity.signing().as_bytes()),
        agreement: pillarbox_wire::FixedBytes(*identity.agreement().as_bytes()),
        cross_signature: pillarbox_wire::FixedBytes(*identity.cross_signature().as_bytes()),
    }
}

#[test]
fn a_number_that_leads_to_another_account_is_the_same_contact_with_another_safety_number() {
    let mut world = World::new();
    let (alice, bob, again) = moved(&mut world);
    let (former, new) = (world.id(bob), world.id(again));
    let (account, identity) = (new, identity_of(&world, again));
    name_another(&mut world, account, identity);
    add(&mut world, alice, BOB);
    assert_eq!(key_changes(&mut world, alice), [(new, false)]);
    let contacts = world.see(alice).contacts().unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!((contacts[0].name.as_str(), contacts[0].account), ("Bob", new));
    assert!(world.see(alice).contact(former).is_err());
    world.pass(Duration::from_seconds(1));
    hello(&mut world, alice, again);
    let history = world.see(alice).history(new).unwrap();
    let said: Vec<_> = history.iter().filter_map(|entry| entry.text()).collect();
    assert_eq!(said, ["hello", "hello yourself", "hello", "hello yourself"]);
    world.crash(alice);
    assert_eq!(world.see(alice).history(new).unwrap().len(), 4);
}

#[test]
fn a_verified_contact_whose_number_leads_elsewhere_is_blocked_and_verified_again_when_it_leads_back() {
    let mut world = World::new();
    let (alice, bob, ghost) = moved(&mut world);
    verify(&mut world, alice, bob);
    let before = world.see(alice).safety_number(world.id(bob)).unwrap();
    let (account, identity) = (world.id(ghost), identity_of(&world, ghost));
    name_another(&mut world, account, identity);
    add(&mut world, alice, BOB);
    assert_eq!(key_changes(&mut world, alice), [(account, true)]);
    assert_eq!(world.see(alice).contact(account).unwrap().trust, Trust::Changed);
    assert_eq!(world.see(alice).former_safety_number(account).unwrap(), Some(before.clone()));
    let (now, mut rng) = (world.now, world.fork());
    let refused = world.at(alice).queue_text(account, "for Bob's eyes", now, &mut rng);
    assert_eq!(refused, Err(PhoneError::KeyChanged));
    assert!(world.heard(ghost, alice).is_empty());

    world.down = honest();
    add(&mut world, alice, BOB);
    let contact = world.see(alice).contact(world.id(bob)).unwrap();
    assert_eq!((contact.name.as_str(), contact.trust), ("Bob", Trust::Verified));
    assert_eq!(world.see(alice).safety_number(world.id(bob)).unwrap(), before);
    assert_eq!(world.see(alice).contacts().unwrap().len(), 1);
    world.say(alice, bob, "for Bob's eyes");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "for Bob's eyes"]);
}

#[test]
fn an_account_that_the_owner_has_compared_keeps_its_own_contact() {
    let mut world = World::new();
    let (alice, bob, again) = moved(&mut world);
    verify(&mut world, alice, bob);
    world.invite(alice, again);
    verify(&mut world, alice, again);
    let (account, identity) = (world.id(again), identity_of(&world, again));
    name_another(&mut world, account, identity);
    world.take_notices(alice);
    add(&mut world, alice, BOB);
    assert_eq!(key_changes(&mut world, alice), []);
    let of = |whom: usize| world.see(alice).contact(world.id(whom)).unwrap();
    assert_eq!((of(bob).trust, of(again).trust), (Trust::Verified, Trust::Verified));
    assert_eq!((of(bob).handle, of(again).handle), (None, Some(Handle::parse(BOB).unwrap())));
}

#[test]
fn a_request_from_the_new_account_becomes_the_contact_that_the_number_belongs_to() {
    let mut world = World::new();
    let (alice, _, again) = moved(&mut world);
    let new = world.id(again);
    world.pass(Duration::from_seconds(1));
    world.invite(again, alice);
    world.say(again, alice, "I have a new phone");
    world.run();
    assert_eq!(world.see(alice).contacts().unwrap().len(), 2);
    let (account, identity) = (new, identity_of(&world, again));
    name_another(&mut world, account, identity);
    add(&mut world, alice, BOB);
    let contacts = world.see(alice).contacts().unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!((contacts[0].name.as_str(), contacts[0].accepted), ("Bob", true));
    let history = world.see(alice).history(new).unwrap();
    let said: Vec<_> = history.iter().filter_map(|entry| entry.text()).collect();
    assert_eq!(said, ["hello", "hello yourself", "I have a new phone"]);
}
