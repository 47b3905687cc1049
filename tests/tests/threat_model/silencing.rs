//! Strangers who want to keep somebody from being reached, from reaching the relay, or from finding room there. Each
//! attack runs as long as it likes. An honest person beside it does what they came for.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use pillarbox_client::{Notice, Trust};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::program::{Place, Relay};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{ClientFrame, CloseAccount, FetchBundles, Refusal, Refused, RelayFrame};

use super::forger::{Forger, REQUEST, login, submission};
use super::world;

fn is_refused(answer: &[RelayFrame], reason: Refusal) -> bool {
    *answer == [RelayFrame::Refused(Refused { request: REQUEST, reason })]
}

#[test]
fn a_stranger_cannot_keep_a_phone_out_by_failing_to_prove_themselves_at_its_address() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let (address, beside) = (world.address(alice), world.peer(alice));
    let stranger = Forger::new(&mut world);
    world.offline(alice);
    // These are many more failures than an address may have in a minute, and they come from Alice's address.
    for _ in 0..100 {
        let (connection, hash) = world.guest_from(beside);
        let wrong = login(&stranger.device, address, &hash);
        assert!(is_refused(&world.ask(connection, wrong), Refusal::NotAuthentic));
    }
    world.tell(bob, alice, "are you there?");
    world.online(alice);
    world.run();
    assert_eq!(world.heard(alice, bob).last().unwrap(), "are you there?");
    // A newcomer at that address is accepted too.
    Forger::at(&mut world, beside);
}

#[test]
fn a_stranger_cannot_make_somebody_unreachable_by_asking_for_their_prekeys() {
    let mut world = world::new();
    let (bob, newcomer) = (world.phone("Bob"), world.phone("Alice"));
    let account = world.id(bob);
    let fetch = ClientFrame::FetchBundles(FetchBundles { request: REQUEST, account, delivery_key: None });
    // Enough strangers register to use up the quota that everybody shares.
    let limits = RelaySettings::default().limits;
    for _ in 0..3 {
        let stranger = Forger::new(&mut world);
        for asked in 0..=limits.bundles.burst {
            let answer = world.ask(stranger.connection, fetch.clone());
            let held = matches!(
                answer[..],
                [RelayFrame::Refused(Refused { reason: Refusal::RateLimited { .. }, .. })]
            );
            assert_eq!(
                held,
                asked == limits.bundles.burst,
                "each is held to a rate of their own: {answer:?}"
            );
        }
    }
    world.invite(newcomer, bob);
    world.tell(newcomer, bob, "we have not met yet");
    assert_eq!(world.heard(bob, newcomer), ["we have not met yet"]);
    // The conversation began without a one-time key, and both people are told so.
    for (who, other) in [(newcomer, bob), (bob, newcomer)] {
        let contact = world.id(other);
        let told = world.take_notices(who);
        let degraded =
            |notice: &Notice| matches!(notice, Notice::Degraded { contact: of, .. } if *of == contact);
        assert!(told.iter().any(degraded), "{told:?}");
    }
    assert_eq!(world.see(newcomer).contact(account).unwrap().trust, Trust::Unverified);
}

#[test]
fn a_stranger_cannot_keep_a_contacts_message_out_by_filling_a_mailbox() {
    for (bytes, settings) in [(1, few_messages()), (1_000, few_bytes())] {
        let mut world = world::with(settings);
        let (alice, bob) = world.pair();
        world.offline(bob);
        for _ in 0..3 {
            let stranger = Forger::new(&mut world);
            let message = submission(world.address(bob), None, vec![1; bytes]);
            while !is_refused(&world.ask(stranger.connection, message.clone()), Refusal::MailboxFull) {}
        }
        for text in ["one", "two", "three"] {
            world.tell(alice, bob, text);
        }
        let told = world.take_notices(alice);
        assert!(!told.iter().any(|notice| matches!(notice, Notice::Delayed { .. })), "{told:?}");
        world.online(bob);
        world.run();
        assert_eq!(world.heard(bob, alice), ["hello", "one", "two", "three"]);
    }
}

/// Fills a small relay to the last byte, first with long messages and then with short ones.
fn fill(world: &mut World, victim: Who) {
    let stranger = Forger::new(world);
    for len in [30_000, 1] {
        let message = submission(world.address(victim), None, vec![1; len]);
        while !is_refused(&world.ask(stranger.connection, message.clone()), Refusal::StorageFailed) {}
    }
}

fn small_relay() -> RelaySettings {
    let mut settings = RelaySettings::default();
    settings.limits.stored_bytes = 3 << 20;
    settings
}

#[test]
fn a_stranger_can_fill_the_relay_so_that_nobody_can_send() {
    let mut world = world::with(small_relay());
    let (alice, bob) = world.pair();
    let victim = world.phone("Victim");
    world.offline(victim);
    fill(&mut world, victim);
    world.take_notices(alice);
    world.tell(alice, bob, "is there room?");
    let told = world.take_notices(alice);
    assert!(told.contains(&Notice::Delayed { reason: Refusal::StorageFailed }), "{told:?}");
    assert_ne!(world.heard(bob, alice).last().unwrap(), "is there room?");
    // The message waits on Alice's phone until there is room. The owner of the filled mailbox now connects.
    world.online(victim);
    world.run();
    world.pass(pillarbox_wire::Duration::from_seconds(3_600));
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "is there room?");
}

#[test]
fn a_stranger_cannot_keep_what_waits_from_its_recipient_by_filling_the_relay() {
    let mut world = world::with(small_relay());
    let (alice, bob) = world.pair();
    let victim = world.phone("Victim");
    world.offline(bob);
    world.offline(victim);
    world.tell(alice, bob, "before it was full");
    fill(&mut world, victim);
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "before it was full");
    // It was fetched for good, because the relay has removed the row.
    let left = world.holdings();
    let to = left.devices.iter().find(|device| device.account == world.id(bob)).unwrap().device_number;
    assert!(left.messages.iter().all(|row| row.mailbox != to));
}

#[test]
fn a_stranger_cannot_keep_an_account_from_being_closed_by_filling_the_relay() {
    let mut world = world::with(small_relay());
    let (victim, leaving) = (world.phone("Victim"), Forger::new(&mut world));
    world.offline(victim);
    fill(&mut world, victim);
    let close = ClientFrame::CloseAccount(CloseAccount { request: REQUEST });
    let answer = world.ask(leaving.connection, close);
    assert!(matches!(answer[..], [RelayFrame::Closed(_)]), "{answer:?}");
    assert!(world.holdings().accounts.iter().all(|row| row.account != leaving.address.account));
}

#[test]
fn a_stranger_cannot_shut_phones_out_by_holding_the_admin_port() {
    let place = Place::new();
    // This is the program itself, with far fewer descriptors than the connections that are opened.
    let relay = Relay::with_descriptors(&place, &place.path("relay"), 160, 160);
    let admin: SocketAddr = relay.admin().parse().unwrap();
    let half_a_request = || {
        // Connections that do not fit the system's queue receive nothing at all.
        let mut stream = TcpStream::connect_timeout(&admin, Duration::from_millis(200)).ok()?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").ok()?;
        Some(stream)
    };
    let held: Vec<_> = (0..400).map_while(|_| half_a_request()).collect();
    assert!(held.len() > 100, "{} are held", held.len());
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "nothing is held up"]).expect(0));
    assert_eq!(bob.inbox(), ["nothing is held up"]);
    // Each is cut off after ten seconds, and a complete request is answered.
    drop(held);
    relay.wait_until("/readyz", |status, _| status == 200);
    let started = Instant::now();
    let mut silent = TcpStream::connect(relay.admin()).unwrap();
    assert_eq!(silent.read(&mut [0; 1]).unwrap_or_default(), 0);
    assert!(started.elapsed() >= Duration::from_secs(9), "a request may take a moment");
    let (_stopped, ended) = relay.stop();
    let said = "Connections At most 48 at once and not 20000: the system gives this process 160 open files.";
    drop(ended.expect(0).prints(said));
}

fn few_messages() -> RelaySettings {
    let mut settings = RelaySettings::default();
    (settings.limits.mailbox_messages, settings.limits.mailbox_reserved_messages) = (12, 6);
    settings
}

fn few_bytes() -> RelaySettings {
    let mut settings = RelaySettings::default();
    (settings.limits.mailbox_bytes, settings.limits.mailbox_reserved_bytes) = (80_000, 40_000);
    settings
}
