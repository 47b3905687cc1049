//! Nobody is mistaken for somebody else: tests of numbers, and of names that contacts give themselves.

use pillarbox_client::{Contact, ContactMatch, ContactOrigin, Trust, naming};

use super::world;
use pillarbox_testkit::world::{Who, World};

const NUMBER: &str = "+447700900123";

/// Returns Alice, Bob whom she has verified, and a third person whom she has added and who calls themselves `name`.
fn with_somebody_called(name: &str) -> (World, [Who; 3]) {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let (contact, mut rng) = (world.id(bob), world.fork());
    let number = world.see(alice).safety_number(contact).unwrap().to_string();
    world.at(alice).confirm(contact, &number, &mut rng).unwrap();
    let mallory = world.phone(name);
    world.invite(alice, mallory);
    world.invite(mallory, alice);
    (world, [alice, bob, mallory])
}

/// Returns the contact whom Alice's phone takes a text to mean.
fn meant(world: &World, alice: Who, typed: &str) -> Option<Contact> {
    match world.see(alice).whom(typed).unwrap() {
        ContactMatch::One(contact) => Some(*contact),
        ContactMatch::Nobody => None,
        ContactMatch::Several(contacts) => panic!("{typed} means {contacts:?}"),
    }
}

#[test]
fn a_contact_can_call_themselves_by_a_name_that_looks_like_another_contacts_and_the_phone_tells() {
    for name in ["Bоb", "Вob", "B0b", "BOВ"] {
        let (world, [alice, bob, mallory]) = with_somebody_called(name);
        let contacts = world.see(alice).contacts().unwrap();
        let alike = naming::alike(&contacts);
        let of = |who: Who| {
            let at = contacts.iter().position(|contact| contact.account == world.id(who)).unwrap();
            alike[at].map(|other| other.account)
        };
        assert_eq!((of(mallory), of(bob)), (Some(world.id(bob)), Some(world.id(mallory))), "{name}");
        assert_eq!(meant(&world, alice, "Bob").unwrap().account, world.id(bob), "{name}");
        assert_eq!(meant(&world, alice, name).unwrap().account, world.id(mallory), "{name}");
    }
    let (world, [alice, ..]) = with_somebody_called("Rob");
    let contacts = world.see(alice).contacts().unwrap();
    assert!(naming::alike(&contacts).iter().all(Option::is_none), "an honest newcomer is not suspected");
}

#[test]
fn a_contact_cannot_be_taken_for_another_contact_by_calling_themselves_the_same() {
    for name in [
        "Bob",
        "bob",
        "BOB",
        " Bob",
        "Bo\u{200D}b",
        "Bob\u{FE0F}",
        "B\u{FF4F}b",
        "Bob\u{200B}",
        "\u{2066}Bob",
    ] {
        let (mut world, [alice, bob, mallory]) = with_somebody_called(name);
        for typed in ["Bob", "bob", name] {
            let contact = meant(&world, alice, typed).unwrap();
            assert_eq!(
                (contact.account, contact.trust),
                (world.id(bob), Trust::Verified),
                "{name:?} {typed:?}"
            );
        }
        let contact = world.see(alice).contact(world.id(mallory)).unwrap();
        assert!(!naming::is_same(&contact.name, "Bob"), "{:?}", contact.name);
        // Alice cannot choose that name for a contact either, and both conversations continue unchanged.
        let mut rng = world.fork();
        assert!(world.at(alice).rename(contact.account, name.trim(), &mut rng).is_err());
        world.tell(alice, bob, "meet me at six");
        world.tell(mallory, alice, "where?");
        assert!(world.heard(bob, alice).contains(&"meet me at six".to_owned()));
        assert_eq!(world.heard(mallory, alice), [""; 0]);
        assert_eq!(world.heard(alice, mallory), ["where?"]);
    }
    // A contact with their own name keeps it.
    let (world, [alice, _, mallory]) = with_somebody_called("Robert");
    assert_eq!(meant(&world, alice, "robert").unwrap().account, world.id(mallory));
}

#[test]
fn a_contact_cannot_be_found_by_a_number_that_is_another_contacts() {
    for name in [NUMBER, "+44 7700 900123", "+44 (0) 7700 900123", "07700 900123", "\u{FF0B}447700900123"] {
        let (mut world, [alice, _, mallory]) = with_somebody_called(name);
        let carol = world.phone_with_number("Carol", NUMBER);
        world.look_up(alice, NUMBER);
        for typed in [NUMBER, "+44 7700 900123", "+44 (0) 7700 900-123"] {
            assert_eq!(meant(&world, alice, typed).unwrap().account, world.id(carol), "{name} {typed}");
        }
        let contact = world.see(alice).contact(world.id(mallory)).unwrap();
        assert!(!contact.name.contains("7700"), "{}", contact.name);
        let mut rng = world.fork();
        assert!(world.at(alice).rename(contact.account, NUMBER, &mut rng).is_err());
        let id = world.id(carol);
        world.at(alice).rename(id, "Carol", &mut rng).unwrap();
        assert_eq!(meant(&world, alice, NUMBER).unwrap().account, world.id(carol));
    }
}

#[test]
fn a_contact_cannot_call_themselves_by_what_means_something_else_than_a_person() {
    for name in ["You", "you", "Yоu", "Bob (VERIFIED)", "VERIFIED", "Bob, KEY CHANGED", "3c891561", "999"] {
        let (world, [alice, _, mallory]) = with_somebody_called(name);
        let contact = world.see(alice).contact(world.id(mallory)).unwrap();
        assert!(contact.account.to_string().starts_with(&contact.name), "{name}: {}", contact.name);
        assert_eq!(contact.suggested_name.as_deref(), Some(name), "it is shown as a claim");
    }
    for name in ["Verity", "Youssef", "Agent 007", "Ana Maria"] {
        let (world, [alice, _, mallory]) = with_somebody_called(name);
        assert_eq!(world.see(alice).contact(world.id(mallory)).unwrap().name, name);
    }
}

#[test]
fn a_stranger_can_take_a_number_that_has_no_account_and_be_found_by_it() {
    let mut world = world::new();
    let (alice, mallory) = (world.phone("Alice"), world.phone_with_number("Carol", NUMBER));
    world.look_up(alice, NUMBER);
    let found = meant(&world, alice, NUMBER).unwrap();
    assert_eq!((found.account, found.origin), (world.id(mallory), ContactOrigin::Number));
    assert_eq!(found.trust, Trust::Unverified, "the relay's word, and no more");
}
