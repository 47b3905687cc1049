//! A relay can look at what passes and at what it keeps, and it decides what it forwards.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use pillarbox_client::{ConfirmError, DeliveryState, EntryDirection, Link, Notice};
use pillarbox_relay::{FrameSubject, Passing};
use pillarbox_session::safety_number;
use pillarbox_testkit::frames::handle;
use pillarbox_testkit::relay::START;
use pillarbox_testkit::world::{PhoneLink, Who, World, honest};
use pillarbox_wire::{Accepted, AccountId, DeviceAddress, Duration, Found, Refusal, Refused, RelayFrame};

use super::world;

const NUMBER: &str = "+44 7700 900123";

/// Returns the messages that arrived on connections without a name: their times, network addresses, and mailboxes.
fn nameless(passed: &[Passing]) -> impl Iterator<Item = (&Passing, DeviceAddress)> {
    passed.iter().filter_map(|passing| match (&passing.about, passing.frame, passing.from) {
        (Some(FrameSubject::Device(to)), "Submit", None) => Some((passing, *to)),
        _ => None,
    })
}

#[test]
fn the_relay_can_see_which_account_is_connected_and_from_which_address() {
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    for who in [alice, bob] {
        let named: Vec<_> =
            world.passed.iter().filter(|passing| passing.from == Some(world.address(who))).collect();
        assert!(!named.is_empty());
        assert!(named.iter().all(|passing| passing.peer == world.peer(who) && passing.time == START));
    }
}

#[test]
fn the_relay_can_see_whose_mailbox_a_message_goes_to_and_how_long_it_is() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    world.offline(bob);
    world.tell(alice, bob, "short");
    world.tell(alice, bob, &"long ".repeat(500));
    let holdings = world.holdings();
    let [short, long] = &holdings.messages[..] else { panic!("two rows wait") };
    for row in [short, long] {
        assert_eq!(holdings.address(row.mailbox), Some(world.address(bob)));
        assert_eq!(row.sender, None, "it was sealed");
    }
    assert!((2_000..3_000).contains(&(long.payload.len() - short.payload.len())));
    let passed: Vec<_> = nameless(&world.passed).filter(|(_, to)| *to == world.address(bob)).collect();
    assert_eq!(passed.last().unwrap().0.bytes as usize, long.payload.len());
}

#[test]
fn the_relay_can_see_who_sends_a_message_when_the_sender_has_no_delivery_key_for_the_recipient() {
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let carol = world.phone("Carol");
    world.look_up(alice, NUMBER);
    world.invite(carol, bob);
    world.offline(bob);
    world.tell(alice, bob, "found by number");
    world.tell(carol, bob, "invited");
    let senders: Vec<_> = world.holdings().messages.iter().map(|row| row.sender).collect();
    assert_eq!(senders, [Some(world.address(alice)), None]);
}

#[test]
fn the_relay_can_make_a_phone_name_itself_by_refusing_a_sealed_message() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let senders = |world: &World| -> Vec<_> {
        let texts = world.submissions().filter(|(way, _)| way.who == alice);
        texts.map(|(way, _)| way.link).collect()
    };
    assert!(senders(&world).iter().all(|link| *link == Link::Nameless), "sealed so far");
    world.take_notices(alice);
    world.offline(bob);
    world.down = Box::new(move |way, frame| match frame {
        RelayFrame::Accepted(Accepted { request }) if way.who == alice && way.link == Link::Nameless => {
            vec![RelayFrame::Refused(Refused { request, reason: Refusal::DeliveryKeyRefused })]
        }
        frame => vec![frame],
    });
    world.tell(alice, bob, "who is there?");
    assert!(senders(&world).contains(&Link::Named), "sent again on the connection that names her");
    let contact = world.id(bob);
    assert!(world.take_notices(alice).contains(&Notice::Unsealed { contact }), "and she is told");
}

#[test]
fn the_relay_can_link_the_two_connections_of_a_phone_by_their_network_address() {
    let mut world = world::new();
    let phones = ["Alice", "Bob", "Carol", "Dave"].map(|name| world.phone(name));
    let [alice, bob, carol, dave] = phones;
    world.introduce(alice, bob);
    world.introduce(carol, dave);
    let owners: BTreeMap<_, _> =
        world.passed.iter().filter_map(|passing| Some((passing.peer, passing.from?))).collect();
    let truth: Vec<_> =
        world.submissions().map(|(PhoneLink { who, .. }, submit)| (world.address(who), submit.to)).collect();
    let linked: Vec<_> = nameless(&world.passed).map(|(passing, to)| (owners[&passing.peer], to)).collect();
    assert!(linked.len() >= 8, "two texts, their answers, and a receipt for each");
    assert_eq!(linked, truth, "the sender of each sealed message");
}

#[test]
fn the_relay_can_guess_the_sender_of_a_sealed_message_from_the_receipt_that_follows() {
    // Martiny, Kaptchuk, Aviv, Roche and Wustrow, "Improving Signal's Sealed Sender" (NDSS 2021): Bob answers the
    // person who receives messages soon after Bob does, and fewer when Bob receives none. The attack needs no
    // network addresses.
    let mut world = world::new();
    let phones = ["Alice", "Bob", "Carol", "Dave"].map(|name| world.phone(name));
    let [alice, bob, carol, dave] = phones;
    world.introduce(alice, bob);
    world.introduce(carol, dave);
    let mut scores: BTreeMap<AccountId, i32> = BTreeMap::new();
    for round in 0..10 {
        let from = world.passed.len();
        world.say(carol, dave, "small talk");
        if round % 2 == 0 {
            world.say(alice, bob, "a question");
        }
        world.run();
        let got: Vec<AccountId> = nameless(&world.passed[from..]).map(|(_, to)| to.account).collect();
        let step = if got.contains(&world.id(bob)) { 1 } else { -1 };
        got.into_iter().for_each(|account| *scores.entry(account).or_default() += step);
    }
    scores.remove(&world.id(bob));
    let (guess, score) = scores.iter().max_by_key(|(_, score)| **score).unwrap();
    assert_eq!((*guess, *score), (world.id(alice), 5));
    assert!(scores.values().filter(|other| *other >= score).count() == 1, "{scores:?}");
}

#[test]
fn the_relay_can_see_when_a_phone_asks_for_a_sender_certificate() {
    let mut world = world::new();
    let alice = world.phone("Alice");
    world.pass(Duration::from_days(2));
    world.restart(alice);
    let asked = world.passed.iter().filter(|passing| passing.frame == "RequestCertificate");
    let asked: Vec<_> = asked.map(|passing| (passing.from.unwrap(), passing.time)).collect();
    assert_eq!(
        asked,
        [(world.address(alice), START), (world.address(alice), START + Duration::from_days(2))]
    );
}

#[test]
fn the_relay_can_see_which_numbers_an_account_asks_about() {
    let mut world = world::new();
    let alice = world.phone("Alice");
    world.look_up(alice, NUMBER);
    let about = Some(FrameSubject::Handle(handle(NUMBER)));
    let asked: Vec<_> = world.passed.iter().filter(|passing| passing.about == about).collect();
    assert_eq!(asked.iter().map(|passing| passing.from).collect::<Vec<_>>(), [Some(world.address(alice))]);
}

#[test]
fn the_relay_can_tell_when_a_number_registered_and_on_which_day_it_last_connected() {
    let mut world = world::new();
    let alice = world.phone_with_number("Alice", NUMBER);
    world.pass(Duration::from_days(3));
    world.restart(alice);
    let holdings = world.holdings();
    let row = holdings.accounts.iter().find(|row| row.handle == Some(handle(NUMBER))).unwrap();
    assert_eq!((row.account, row.registered_at), (world.id(alice), Some(START)));
    let device = holdings.devices.iter().find(|device| device.account == row.account).unwrap();
    assert_eq!(device.last_seen, Some(world.now.day()));
    assert_ne!(device.last_seen, Some(world.now), "the day, not the hour");
}

#[test]
fn the_relay_can_count_the_conversations_that_others_start_with_an_account() {
    let mut world = world::new();
    let bob = world.phone("Bob");
    let strangers = ["Alice", "Carol", "Dave"].map(|name| world.phone(name));
    world.offline(bob);
    let full = world.stock(world.id(bob));
    for (count, stranger) in strangers.into_iter().enumerate() {
        world.invite(stranger, bob);
        world.tell(stranger, bob, "hello");
        world.tell(stranger, bob, "and another, in the same conversation");
        assert_eq!(world.stock(world.id(bob)), full - (count + 1));
    }
}

#[test]
fn the_relay_can_withhold_a_message() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    world.take_notices(bob);
    world.down = Box::new(move |way, frame| match frame {
        RelayFrame::Deliver(_) if way.who == bob => Vec::new(),
        frame => vec![frame],
    });
    world.tell(alice, bob, "are you there?");
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert_eq!(world.take_notices(bob), [], "the phone that gets nothing cannot tell");
    let state = |world: &World| world.history(alice, world.id(bob)).last().unwrap().direction;
    assert_eq!(state(&world), EntryDirection::Sent(DeliveryState::Sent), "the other one sees no receipt");
    world.down = honest();
    world.restart(bob);
    assert_eq!(world.heard(bob, alice), ["hello", "are you there?"]);
    assert_eq!(state(&world), EntryDirection::Sent(DeliveryState::Delivered));
}

#[test]
fn the_relay_can_deliver_messages_late_and_in_another_order() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let held: Rc<RefCell<Vec<RelayFrame>>> = Rc::default();
    world.down = Box::new(move |way, frame| match frame {
        RelayFrame::Deliver(_) if way.who == bob => {
            held.borrow_mut().push(frame);
            let complete = held.borrow().len() == 2;
            if complete { held.take().into_iter().rev().collect() } else { Vec::new() }
        }
        frame => vec![frame],
    });
    world.tell(alice, bob, "one");
    world.pass(Duration::from_days(1));
    world.tell(alice, bob, "two");
    assert_eq!(world.heard(bob, alice), ["hello", "two", "one"]);
    let history = world.history(bob, world.id(alice));
    let late = history.last().unwrap();
    assert_eq!((late.sent_at, late.stored_at), (START, world.now), "the sender's own time tells");
}

#[test]
fn the_relay_can_hand_out_its_own_key_in_place_of_a_strangers() {
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let mallory = world.phone("the relay's own phone");
    let words = world.words();
    let (account, identity) = (world.id(mallory), world.identity(mallory));
    world.down = Box::new(move |_, frame| match frame {
        RelayFrame::Found(found) => vec![RelayFrame::Found(Found { account, identity, ..found })],
        frame => vec![frame],
    });
    world.look_up(alice, NUMBER);
    let found = Notice::Found { contact: account, handle: handle(NUMBER) };
    assert!(world.take_notices(alice).contains(&found), "she takes it for Bob's");
    world.tell(alice, mallory, &words);
    assert_eq!(world.heard(mallory, alice), [words]);
    // Alice finds out when she compares the number with the one that Bob reads out to her.
    assert_eq!(confirm(&mut world, alice, bob, account), Err(ConfirmError::Mismatch));
    world.down = honest();
    world.look_up(alice, NUMBER);
    let contact = world.id(bob);
    assert_eq!(confirm(&mut world, alice, bob, contact), Ok(()));
}

/// Compares the number that `who` sees for a contact with the one that the true `whom` would read out.
fn confirm(world: &mut World, who: Who, whom: Who, contact: AccountId) -> Result<(), ConfirmError> {
    let (here, there) = (world.invitation(who), world.invitation(whom));
    let number = safety_number((&there.account, &there.identity), (&here.account, &here.identity));
    let mut rng = world.fork();
    world.at(who).confirm(contact, &number.digits(), &mut rng)
}
