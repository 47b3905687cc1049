//! Strangers who want that somebody is not reached, does not reach the relay, or finds no room there. Each attack runs as
//! long as it likes, and an honest person beside it does what they came for.

use pillarbox_client::{Notice, Trust};
use pillarbox_relay::Settings;
use pillarbox_wire::{Bytes, ClientFrame, FetchBundles, Refusal, Refused, RelayFrame, Submit};

use crate::forger::{Forger, REQUEST, login};
use crate::world::World;

fn is_refused(answer: &[RelayFrame], reason: Refusal) -> bool {
    *answer == [RelayFrame::Refused(Refused { request: REQUEST, reason })]
}

#[test]
fn a_stranger_cannot_keep_a_phone_out_by_failing_to_prove_themselves_at_its_address() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (address, beside) = (world.address(alice), world.peer(alice));
    let stranger = Forger::new(&mut world);
    world.offline(alice);
    // Many more than an address may fail in a minute, and from the address that Alice comes from.
    for _ in 0..100 {
        let (connection, hash) = world.guest_from(beside);
        let wrong = login(&stranger.device, address, &hash);
        assert!(is_refused(&world.ask(connection, wrong), Refusal::NotAuthentic));
    }
    world.tell(bob, alice, "are you there?");
    world.online(alice);
    assert_eq!(world.heard(alice, bob).last().unwrap(), "are you there?");
    // Somebody new at that address is let in too.
    Forger::at(&mut world, beside);
}

#[test]
fn a_stranger_cannot_make_somebody_unreachable_by_asking_for_their_prekeys() {
    let mut world = World::new();
    let (bob, newcomer) = (world.phone("Bob"), world.phone("Alice"));
    let account = world.id(bob);
    let fetch = ClientFrame::FetchBundles(FetchBundles { request: REQUEST, account, delivery_key: None });
    // As many strangers as it takes to leave nothing of what is handed out to everybody together.
    let limits = Settings::default().limits;
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
    // It began without a one-time key, and both are told so.
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
        let mut world = World::with(settings);
        let (alice, bob) = world.pair();
        world.offline(bob);
        let submit = |world: &World| {
            let payload = Bytes(vec![1; bytes]);
            ClientFrame::Submit(Submit {
                request: REQUEST,
                to: world.address(bob),
                delivery_key: None,
                payload,
            })
        };
        for _ in 0..3 {
            let stranger = Forger::new(&mut world);
            while !is_refused(
                &{
                    let frame = submit(&world);
                    world.ask(stranger.connection, frame)
                },
                Refusal::MailboxFull,
            ) {}
        }
        for text in ["one", "two", "three"] {
            world.tell(alice, bob, text);
        }
        let told = world.take_notices(alice);
        assert!(!told.iter().any(|notice| matches!(notice, Notice::Delayed { .. })), "{told:?}");
        world.online(bob);
        assert_eq!(world.heard(bob, alice), ["hello", "one", "two", "three"]);
    }
}

fn few_messages() -> Settings {
    let mut settings = Settings::default();
    (settings.limits.mailbox_messages, settings.limits.mailbox_reserved_messages) = (12, 6);
    settings
}

fn few_bytes() -> Settings {
    let mut settings = Settings::default();
    (settings.limits.mailbox_bytes, settings.limits.mailbox_reserved_bytes) = (80_000, 40_000);
    settings
}
