//! Reports: a recipient's report of a message is checked against the relay's stamp and the message's commitment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::body::{Body, Content};
use pillarbox_client::{BodyId, Habits, NewAccount, PhoneError, Protection};
use pillarbox_relay::RelaySettings;
use pillarbox_session::{Opening, commitment_of, franking};
use pillarbox_testkit::world::World;
use pillarbox_wire::{Duration, decode};

fn reporting(world: &mut World, sealed_sender: bool, reports: bool) -> [usize; 2] {
    let habits = Habits { sealed_sender, reports, ..Habits::default() };
    let phones = ["Alice", "Bob"].map(|name| {
        let new = world.account(name, Protection::EndToEnd);
        world.phone_of(NewAccount { habits: habits.clone(), ..new })
    });
    world.introduce(phones[0], phones[1]);
    phones
}

fn stamping() -> World {
    let mut settings = RelaySettings::default();
    settings.keeping.stamps = true;
    World::with(settings)
}

fn last(world: &World, at: usize, from: usize) -> BodyId {
    world.see(at).history(world.id(from)).unwrap().iter().rfind(|entry| entry.is_received()).unwrap().id
}

#[test]
fn a_report_shows_a_stamped_payload_whose_commitment_opens_to_the_words() {
    let mut world = stamping();
    let [alice, bob] = reporting(&mut world, false, true);
    world.say(alice, bob, "give me your password");
    world.run();
    world.crash(bob);
    let message = last(&world, bob, alice);
    let report = world.see(bob).report(world.id(alice), message).unwrap();
    assert_eq!((report.from.account, report.to.account), (world.id(alice), world.id(bob)));
    let commitment = commitment_of(&report.payload).unwrap();
    let opening = Opening::from_bytes(report.opening);
    assert_eq!(franking::verify(&opening, &commitment, &report.body), Ok(()));
    let mut altered = report.body.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(franking::verify(&opening, &commitment, &altered).is_err());
    match decode::<Body>(&report.body).unwrap().content {
        Content::Text(text) => assert_eq!(text.text, "give me your password"),
        _ => panic!("it was a text"),
    }
    assert!(!format!("{report:?}").contains("password"));
    let own = world.see(alice).history(world.id(bob)).unwrap()[0].id;
    assert_eq!(world.see(alice).report(world.id(bob), own), Err(PhoneError::NotReportable));
}

#[test]
fn nothing_is_kept_of_a_sealed_message_or_without_the_habit_or_without_a_stamp() {
    for (mut world, sealed, habit) in
        [(stamping(), true, true), (stamping(), false, false), (World::new(), false, true)]
    {
        let [alice, bob] = reporting(&mut world, sealed, habit);
        let message = last(&world, bob, alice);
        assert_eq!(world.see(bob).report(world.id(alice), message), Err(PhoneError::NotReportable));
    }
}

#[test]
fn what_a_report_needs_goes_with_the_message() {
    let mut world = stamping();
    let [alice, bob] = reporting(&mut world, false, true);
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.at(alice).set_timer(whom, Some(60), now, &mut rng).unwrap();
    world.say(alice, bob, "this will disappear");
    world.run();
    let (from, message) = (world.id(alice), last(&world, bob, alice));
    assert!(world.see(bob).report(from, message).is_ok());
    let place = world.see(bob).history(from).unwrap().last().unwrap().place;
    world.at(bob).mark_shown(from, place, now, &mut rng).unwrap();
    world.pass(Duration::from_seconds(61));
    let later = world.now;
    assert_eq!(world.at(bob).remove_expired(later, &mut rng), Ok(1));
    assert_eq!(world.see(bob).report(from, message), Err(PhoneError::NotReportable));
}
