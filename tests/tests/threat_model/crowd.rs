//! A stranger with hundreds of accounts: what they can use up at a phone, and what they cannot take from anybody
//! else.

use pillarbox_client::phone::MAX_REQUESTS;
use pillarbox_client::{DeliveryState, EntryDirection, Notice};
use pillarbox_testkit::world::{Who, World, honest};
use pillarbox_wire::{ClientFrame, Duration};

use super::forger::{Forger, submission, text_body};
use super::world;

const NUMBER: &str = "+44 7700 900123";

/// A number of accounts that is larger than the room for requests.
const CROWD: usize = MAX_REQUESTS + 100;

/// Registers another account, as fast as one network address may, and fetches keys, as fast as one person may.
fn another(world: &mut World) -> Forger {
    world.pass(Duration::from_seconds(6));
    Forger::new(world)
}

/// Sends one text to `to` from each of `count` new accounts, and returns the texts.
fn crowd(world: &mut World, to: Who, count: usize) -> Vec<String> {
    let text = |number| format!("stranger {number}");
    for number in 0..count {
        let stranger = another(world);
        let body = text_body(&text(number), world);
        let payload = stranger.first_message(world, to, &body);
        stranger.submit(world, to, payload);
    }
    (0..count).map(text).collect()
}

/// Has the owner look at everything new, and returns the texts.
fn look(world: &mut World, who: Who) -> Vec<String> {
    let (now, mut rng) = (world.now, world.fork());
    let unshown = world.see(who).unshown().unwrap();
    for (contact, entry) in &unshown {
        world.at(who).mark_shown(*contact, entry.place, now, &mut rng).unwrap();
    }
    unshown.iter().filter_map(|(_, entry)| entry.text().map(str::to_owned)).collect()
}

fn reconnect(world: &mut World, who: Who) {
    world.offline(who);
    world.online(who);
    world.run();
}

fn requests(world: &World, who: Who) -> usize {
    world.see(who).contacts().unwrap().iter().filter(|contact| !contact.accepted).count()
}

#[test]
fn a_stranger_cannot_become_a_contact_by_bytes_that_do_not_open() {
    let mut world = world::new();
    let (bob, carol) = (world.phone("Bob"), world.phone("Carol"));
    for number in 0..CROWD {
        let stranger = another(&mut world);
        // The payload is one byte, or bytes that only look like a message, or a first message with one byte changed.
        let payload = match number % 3 {
            0 => vec![1],
            1 => vec![2; 200],
            _ => {
                let body = text_body("spoilt", &mut world);
                let mut payload = stranger.first_message(&mut world, bob, &body);
                *payload.last_mut().unwrap() ^= 1;
                payload
            }
        };
        stranger.submit(&mut world, bob, payload);
    }
    assert_eq!(world.see(bob).contacts(), Ok(Vec::new()));
    let told = world.take_notices(bob);
    let unopened = |notice: &&Notice| {
        matches!(notice, Notice::StrangerUnopened { .. } | Notice::Undecryptable { contact: None, .. })
    };
    assert_eq!(told.iter().filter(unopened).count(), CROWD, "each is told");
    // A stranger with something to say becomes a request, and is shown.
    world.invite(carol, bob);
    world.tell(carol, bob, "we met on the ferry");
    assert_eq!(look(&mut world, bob), ["we met on the ferry"]);
    assert_eq!(requests(&world, bob), 1);
}

#[test]
fn a_stranger_cannot_keep_a_newcomer_from_being_heard_with_hundreds_of_accounts() {
    let mut world = world::new();
    let bob = world.phone_with_number("Bob", NUMBER);
    let (carol, dave) = (world.phone("Carol"), world.phone("Dave"));
    world.offline(bob);
    let mut said = crowd(&mut world, bob, CROWD);
    // Carol has Bob's invitation. Dave knows only his number.
    world.invite(carol, bob);
    world.tell(carol, bob, "from Carol");
    world.look_up(dave, NUMBER);
    world.tell(dave, bob, "from Dave");
    said.extend(["from Carol", "from Dave"].map(str::to_owned));

    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, carol), ["from Carol"], "the delivery key is let past the crowd");
    assert_eq!(requests(&world, bob), MAX_REQUESTS + 1);
    let told = world.take_notices(bob);
    assert_eq!(told.iter().filter(|notice| **notice == Notice::RequestsFull).count(), 1, "it is told once");
    assert_eq!(world.see(bob).held_back(), CROWD - MAX_REQUESTS + 1);
    assert_eq!(world.holdings().messages.len(), CROWD - MAX_REQUESTS + 1, "and the relay keeps the rest");

    let mut seen = look(&mut world, bob);
    reconnect(&mut world, bob);
    assert_eq!(world.heard(bob, dave), ["from Dave"]);
    seen.extend(look(&mut world, bob));
    for texts in [&mut seen, &mut said] {
        texts.sort();
    }
    assert_eq!(seen, said, "everybody was heard, once");
    assert_eq!(world.holdings().messages, []);
    assert_eq!(world.see(bob).held_back(), 0);
}

#[test]
fn a_stranger_cannot_have_a_newcomers_message_acknowledged_and_dropped() {
    let mut world = world::new();
    let (bob, dave) = (world.phone_with_number("Bob", NUMBER), world.phone("Dave"));
    crowd(&mut world, bob, MAX_REQUESTS);
    world.look_up(dave, NUMBER);
    world.tell(dave, bob, "from Dave");
    // The result is the same however often Bob's phone connects or restarts before he looks.
    for _ in 0..3 {
        reconnect(&mut world, bob);
        world.restart(bob);
        assert_eq!(world.heard(bob, dave), [""; 0]);
        assert_eq!(world.holdings().messages.len(), 1);
    }
    let direction = world.history(dave, world.id(bob))[0].direction;
    assert_eq!(direction, EntryDirection::Sent(DeliveryState::Sent), "and Dave's phone claims no more");
    look(&mut world, bob);
    reconnect(&mut world, bob);
    assert_eq!(world.heard(bob, dave), ["from Dave"]);
    assert_eq!(world.holdings().messages, []);
}

#[test]
fn a_stranger_can_push_out_requests_that_the_owner_has_seen_and_not_answered() {
    let mut world = world::new();
    let [bob, erin, frank, grace] =
        [("Bob", NUMBER), ("Erin", "+447700900001"), ("Frank", "+447700900002"), ("Grace", "+447700900003")]
            .map(|(name, number)| world.phone_with_number(name, number));
    for newcomer in [erin, frank, grace] {
        world.look_up(newcomer, NUMBER);
        world.tell(newcomer, bob, "do you remember me?");
    }
    look(&mut world, bob);
    // Bob answers Erin, names Frank, and leaves Grace for later.
    world.tell(bob, erin, "of course");
    let (known, mut rng) = (world.id(frank), world.fork());
    world.at(bob).rename(known, "Frank", &mut rng).unwrap();
    world.take_notices(bob);
    crowd(&mut world, bob, MAX_REQUESTS);
    let account = world.id(grace);
    let name: String = account.to_string().chars().take(8).collect();
    let gave_way = Notice::RequestGaveWay { name, entries: 1 };
    assert!(world.take_notices(bob).contains(&gave_way), "it is told");
    assert!(world.see(bob).contact(account).is_err());
    for kept in [erin, frank] {
        assert_eq!(world.heard(bob, kept), ["do you remember me?"]);
    }
}

#[test]
fn a_stranger_cannot_hold_up_what_is_behind_their_first_messages() {
    /// A number of messages that the relay does not deliver without an answer.
    const MORE: usize = 300;
    let mut world = world::new();
    let (alice, bob) = world.pair();
    look(&mut world, bob);
    world.offline(bob);
    let mut said = crowd(&mut world, bob, MAX_REQUESTS + MORE);
    world.tell(alice, bob, "behind them all");
    // A phone that did not say what it leaves at the relay would get nothing more, and would count as done.
    let says_so =
        |frame: &ClientFrame| matches!(frame, ClientFrame::Acknowledge(it) if it.messages.is_empty());
    world.up = Box::new(move |_, frame| if says_so(&frame) { Vec::new() } else { vec![frame] });
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert!(world.see(bob).is_settled() && world.see(bob).held_back() < MORE);
    world.up = honest();

    reconnect(&mut world, bob);
    assert_eq!(world.heard(bob, alice), ["hello", "behind them all"], "it comes before the owner looks");
    assert!(world.see(bob).is_settled());
    assert_eq!((world.see(bob).held_back(), world.holdings().messages.len()), (MORE, MORE));
    world.tell(alice, bob, "and while connected");
    assert_eq!(world.heard(bob, alice).len(), 3);

    // Nothing that was left at the relay is lost.
    let mut seen = look(&mut world, bob);
    reconnect(&mut world, bob);
    seen.extend(look(&mut world, bob));
    said.extend(["behind them all", "and while connected"].map(str::to_owned));
    for texts in [&mut seen, &mut said] {
        texts.sort();
    }
    assert_eq!(seen, said, "everybody was heard, once");
    assert_eq!((world.see(bob).held_back(), world.holdings().messages.len()), (0, 0));
}

#[test]
fn a_stranger_cannot_take_the_room_of_those_who_have_an_invitation() {
    let mut world = world::new();
    let (bob, carol) = (world.phone("Bob"), world.phone("Carol"));
    crowd(&mut world, bob, CROWD);
    // An envelope on a connection that names its sender shows nobody's delivery key.
    let mallory = another(&mut world);
    let certificate = mallory.certificate(&mut world);
    let body = text_body("as if invited", &mut world);
    let envelope = mallory.envelope(&mut world, bob, &certificate, &body);
    mallory.submit(&mut world, bob, envelope.clone());
    assert_eq!(requests(&world, bob), MAX_REQUESTS);
    world.invite(carol, bob);
    world.tell(carol, bob, "from Carol");
    assert_eq!(world.heard(bob, carol), ["from Carol"]);
    // With the delivery key, the relay accepts the same envelope too.
    let (connection, _) = world.guest();
    let key = world.delivery_key(bob);
    world.ask(connection, submission(world.address(bob), Some(key), envelope));
    world.run();
    assert_eq!(world.history(bob, mallory.address.account)[0].text(), Some("as if invited"));
}

#[test]
fn a_stranger_cannot_be_heard_by_an_owner_who_has_blocked_them() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let (mallory, never) = (another(&mut world), another(&mut world));
    let write = |world: &mut World, from: &Forger, text: &str| {
        let body = text_body(text, world);
        let payload = from.first_message(world, bob, &body);
        from.submit(world, bob, payload);
    };
    write(&mut world, &mallory, "before");
    assert_eq!(look(&mut world, bob), ["hello", "before"]);
    let (known, unknown, mut rng) = (mallory.address.account, never.address.account, world.fork());
    for account in [known, unknown] {
        world.at(bob).block(account, true, &mut rng).unwrap();
    }
    world.restart(bob);
    world.take_notices(bob);
    for from in [&mallory, &never] {
        write(&mut world, from, "after");
        from.submit(&mut world, bob, vec![1]);
    }
    // Contacts who were forgotten are still blocked.
    world.at(bob).remove_contact(known, &mut rng).unwrap();
    write(&mut world, &mallory, "after that");
    assert_eq!(look(&mut world, bob), [""; 0]);
    assert_eq!(world.take_notices(bob), [], "nothing is told");
    assert_eq!(world.holdings().messages, [], "and nothing is left at the relay");
    let mut blocked = [known, unknown];
    blocked.sort();
    assert_eq!(world.see(bob).blocked().unwrap(), blocked);
    // Other people's messages are shown. So are those of blocked people once they are unblocked.
    world.tell(alice, bob, "how are you?");
    world.at(bob).block(known, false, &mut rng).unwrap();
    write(&mut world, &mallory, "at last");
    let mut heard = look(&mut world, bob);
    heard.sort();
    assert_eq!(heard, ["at last", "how are you?"], "of two conversations, in any order");
}

#[test]
fn a_stranger_cannot_see_that_they_are_blocked() {
    let mut world = world::new();
    let (bob, off) =
        (world.phone_with_number("Bob", NUMBER), world.phone_with_number("Off", "+447700900001"));
    let mallory = world.phone("Mallory");
    world.look_up(mallory, NUMBER);
    world.look_up(mallory, "+447700900001");
    world.offline(off);
    let (account, mut rng) = (world.id(mallory), world.fork());
    world.at(bob).block(account, true, &mut rng).unwrap();
    world.sent.clear();
    for _ in 0..3 {
        for whom in [bob, off] {
            world.tell(mallory, whom, "are you there?");
        }
    }
    world.pass(Duration::from_days(1));
    world.run();
    // To the sender, this looks the same as a phone that is switched off.
    let states = |whom: Who| -> Vec<_> {
        world.history(mallory, world.id(whom)).iter().map(|entry| entry.direction).collect()
    };
    assert_eq!(states(bob), [EntryDirection::Sent(DeliveryState::Sent); 3]);
    assert_eq!(states(bob), states(off));
    assert_eq!(world.deliveries(mallory), []);
}
