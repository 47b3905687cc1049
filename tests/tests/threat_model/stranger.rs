//! A stranger with an account at the same relay.

use std::net::IpAddr;

use pillarbox_client::{ContactOrigin, Notice};
use pillarbox_crypto::{IdentitySecret, SigningSecret};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::frames::{handle, session_registration};
use pillarbox_testkit::world::World;
use pillarbox_wire::{
    AccountId, Acknowledge, ClientFrame, Duration, FetchBundles, FixedBytes, LookUp, Refusal, Refused,
    RelayFrame,
};

use super::forger::{Forger, REQUEST, login, submission, text_body};
use super::world;

const NUMBER: &str = "+44 7700 900123";
const FREE: &str = "+44 7700 900999";

fn refused(reason: Refusal) -> [RelayFrame; 1] {
    [RelayFrame::Refused(Refused { request: REQUEST, reason })]
}

fn fetch(account: AccountId, delivery_key: Option<[u8; 32]>) -> ClientFrame {
    let delivery_key = delivery_key.map(FixedBytes);
    ClientFrame::FetchBundles(FetchBundles { request: REQUEST, account, delivery_key })
}

#[test]
fn a_stranger_can_ask_whether_a_number_has_an_account() {
    let mut world = world::new();
    let (stranger, bob) = (world.phone("Mallory"), world.phone_with_number("Bob", NUMBER));
    world.take_notices(bob);
    for number in [NUMBER, FREE] {
        world.look_up(stranger, number);
    }
    let told = world.take_notices(stranger);
    assert!(told.contains(&Notice::Found { contact: world.id(bob), handle: handle(NUMBER) }));
    assert!(told.contains(&Notice::NotFound { handle: handle(FREE), reason: Refusal::UnknownHandle }));
    assert_eq!(world.take_notices(bob), [], "and nobody is told");
    // An attempt without a name works too: the stranger asks for the number as their own.
    let (connection, hash) = world.guest();
    let mut rng = world.fork();
    let (identity, device) = (IdentitySecret::generate(&mut rng), SigningSecret::generate(&mut rng));
    let frame = session_registration(&identity, &device, Some(handle(NUMBER)), &hash, &mut rng);
    assert_eq!(world.ask(connection, frame), refused(Refusal::HandleTaken));
}

/// Returns how many numbers a stranger can try at once with `accounts` accounts at each of these addresses.
fn tried(world: &mut World, accounts: usize, addresses: &[IpAddr]) -> usize {
    let mut answered = 0;
    let looked_for = ClientFrame::LookUp(LookUp { request: REQUEST, handle: handle(FREE) });
    for address in addresses {
        for _ in 0..accounts {
            let stranger = Forger::at(world, *address);
            while world.ask(stranger.connection, looked_for.clone()) == refused(Refusal::UnknownHandle) {
                answered += 1;
            }
        }
    }
    answered
}

#[test]
fn a_stranger_can_try_out_numbers_as_fast_as_the_relays_limits_let_them() {
    let limits = RelaySettings::default().limits;
    let mut world = world::new();
    let here = [IpAddr::from([198, 51, 100, 1])];
    assert_eq!(tried(&mut world, 1, &here), limits.look_ups.burst as usize);
    assert_eq!(
        tried(&mut world, 3, &here),
        (limits.look_ups_per_address.burst - limits.look_ups.burst) as usize
    );
    // More addresses allow more tries. More addresses of one household allow four times as many, and not two hundred
    // times.
    let elsewhere = [IpAddr::from([198, 51, 100, 2])];
    assert_eq!(tried(&mut world, 4, &elsewhere), limits.look_ups_per_address.burst as usize);
    let household: Vec<IpAddr> = (0..8).map(|at| format!("2001:db8:1:{at:x}::1").parse().unwrap()).collect();
    assert_eq!(tried(&mut world, 4, &household), 4 * limits.look_ups_per_address.burst as usize);
}

#[test]
fn a_stranger_cannot_try_out_more_numbers_by_making_more_accounts() {
    let limits = RelaySettings::default().limits;
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let here = [IpAddr::from([198, 51, 100, 1])];
    let most = limits.look_ups_per_address.burst as usize;
    assert_eq!(tried(&mut world, limits.register.burst as usize, &here), most);
    // Ten minutes later there are even more accounts. They share the number of tries that the address has.
    world.pass(Duration::from_seconds(600));
    let refilled = 600_000 / limits.look_ups_per_address.every.0 as usize;
    assert_eq!(tried(&mut world, limits.register.burst as usize, &here), refilled.min(most));
    world.look_up(alice, NUMBER);
    let found = Notice::Found { contact: world.id(bob), handle: handle(NUMBER) };
    assert!(world.take_notices(alice).contains(&found), "whoever is at another address looks up as ever");
}

#[test]
fn a_stranger_can_send_a_first_message_to_a_number() {
    let mut world = world::new();
    let (stranger, bob) = (world.phone("Mallory"), world.phone_with_number("Bob", NUMBER));
    world.look_up(stranger, NUMBER);
    world.tell(stranger, bob, "you do not know me");
    assert_eq!(world.heard(bob, stranger), ["you do not know me"]);
    let contact = world.see(bob).contact(world.id(stranger)).unwrap();
    assert_eq!((contact.origin, contact.accepted), (ContactOrigin::Stranger, false), "it shows as a request");
    assert!(world.take_notices(bob).contains(&Notice::Requested { contact: contact.account }));
}

#[test]
fn a_stranger_can_fill_the_part_of_a_mailbox_that_other_strangers_write_to() {
    let mut settings = RelaySettings::default();
    settings.limits.mailbox_messages = 8;
    settings.limits.mailbox_reserved_messages = 3;
    let mut world = world::with(settings);
    let (newcomer, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let stranger = Forger::new(&mut world);
    world.look_up(newcomer, NUMBER);
    world.offline(bob);
    for _ in 0..5 {
        stranger.submit(&mut world, bob, vec![1; 100]);
    }
    world.take_notices(newcomer);
    world.tell(newcomer, bob, "is there room?");
    let told = world.take_notices(newcomer);
    assert!(told.contains(&Notice::Delayed { reason: Refusal::MailboxFull }), "{told:?}");
    // The message waits on Alice's phone until there is room.
    world.online(bob);
    world.run();
    world.pass(Duration::from_seconds(3_600));
    world.run();
    assert_eq!(world.heard(bob, newcomer), ["is there room?"]);
}

#[test]
fn a_stranger_can_use_up_one_time_prekeys_as_fast_as_the_relays_limit_lets_them() {
    let mut world = world::new();
    let (bob, stranger) = (world.phone("Bob"), Forger::new(&mut world));
    let full = world.stock(world.id(bob));
    let burst = RelaySettings::default().limits.bundles_of_one.burst as usize;
    let account = world.id(bob);
    let mut with_one_time = 0;
    for _ in 0..burst + 10 {
        let answer = world.ask(stranger.connection, fetch(account, None));
        let [RelayFrame::Bundles(bundles)] = &answer[..] else { panic!("{answer:?}") };
        let bundle = &bundles.devices[0];
        assert_eq!(bundle.one_time.is_none(), bundle.kem_is_last_resort);
        with_one_time += usize::from(bundle.one_time.is_some());
    }
    assert_eq!((with_one_time, world.stock(account)), (burst, full - burst));
}

#[test]
fn a_stranger_cannot_send_without_a_name_unless_they_have_the_delivery_key() {
    let mut world = world::new();
    let bob = world.phone("Bob");
    let (to, key) = (world.address(bob), world.delivery_key(bob));
    let (connection, _) = world.guest();
    let mut wrong = key;
    wrong[31] ^= 1;
    let mut send = |delivery_key| world.ask(connection, submission(to, delivery_key, vec![3; 200]));
    assert_eq!(send(None), refused(Refusal::NotAuthenticated));
    assert_eq!(send(Some(wrong)), refused(Refusal::DeliveryKeyRefused));
    assert_eq!(send(Some([0; 32])), refused(Refusal::DeliveryKeyRefused));
    assert!(matches!(send(Some(key))[..], [RelayFrame::Accepted(_)]));
}

#[test]
fn a_stranger_cannot_fetch_prekeys_without_a_name_unless_they_have_the_delivery_key() {
    let mut world = world::new();
    let bob = world.phone("Bob");
    let (there, key) = (world.id(bob), world.delivery_key(bob));
    let (nameless, _) = world.guest();
    // A refusal does not reveal whether there is such an account.
    for account in [there, AccountId([0xee; 16])] {
        assert_eq!(world.ask(nameless, fetch(account, None)), refused(Refusal::NotAuthenticated));
        assert_eq!(world.ask(nameless, fetch(account, Some([7; 32]))), refused(Refusal::DeliveryKeyRefused));
    }
    let full = world.stock(there);
    assert!(matches!(world.ask(nameless, fetch(there, Some(key)))[..], [RelayFrame::Bundles(_)]));
    assert_eq!(world.stock(there), full - 1);
}

#[test]
fn a_stranger_cannot_see_by_a_receipt_that_a_phone_took_their_message() {
    let mut world = world::new();
    let (stranger, bob) = (world.phone("Mallory"), world.phone_with_number("Bob", NUMBER));
    world.look_up(stranger, NUMBER);
    world.offline(bob);
    world.tell(stranger, bob, "are you awake?");
    let delivered = |notice: &Notice| matches!(notice, Notice::Delivered { .. });
    assert!(!world.take_notices(stranger).iter().any(delivered));
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, stranger), ["are you awake?"]);
    assert!(
        !world.take_notices(stranger).iter().any(delivered),
        "it came, and nobody has accepted the request"
    );
    // The control: the test would see a receipt. Bob answers, and so accepts the request.
    world.tell(bob, stranger, "who is this?");
    assert!(world.take_notices(stranger).iter().any(delivered));
}

#[test]
fn a_stranger_cannot_take_a_number_that_another_account_has() {
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let mut rng = world.fork();
    let (identity, device) = (IdentitySecret::generate(&mut rng), SigningSecret::generate(&mut rng));
    let (connection, hash) = world.guest();
    let mut take = |number| {
        let frame = session_registration(&identity, &device, Some(handle(number)), &hash, &mut rng);
        world.ask(connection, frame)
    };
    assert_eq!(take(NUMBER), refused(Refusal::HandleTaken));
    assert!(matches!(take(FREE)[..], [RelayFrame::Registered(_)]));
    world.look_up(alice, NUMBER);
    let found = Notice::Found { contact: world.id(bob), handle: handle(NUMBER) };
    assert!(world.take_notices(alice).contains(&found), "it is still Bob's");
}

#[test]
fn a_stranger_cannot_empty_another_accounts_mailbox() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let stranger = Forger::new(&mut world);
    world.offline(bob);
    world.tell(alice, bob, "for Bob");
    let waiting: Vec<_> = world.holdings().messages.iter().map(|row| row.message).collect();
    assert_eq!(waiting.len(), 1);
    // The stranger acknowledges the message in their own name, tries to fetch it in Bob's name, and tries without a
    // name.
    let acknowledge = ClientFrame::Acknowledge(Acknowledge { messages: waiting });
    assert_eq!(world.ask(stranger.connection, acknowledge.clone()), []);
    let (connection, hash) = world.guest();
    let as_bob = login(&stranger.device, world.address(bob), &hash);
    assert_eq!(world.ask(connection, as_bob), refused(Refusal::NotAuthentic));
    assert_eq!(world.ask(connection, acknowledge), []);
    assert_eq!(world.holdings().messages.len(), 1);
    // Bob's phone does the same two things.
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "for Bob"]);
    assert_eq!(world.holdings().messages, []);
}

#[test]
fn a_stranger_cannot_become_more_than_a_request_by_writing() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let stranger = Forger::new(&mut world);
    let body = text_body("let me in", &mut world);
    let payload = stranger.first_message(&mut world, bob, &body);
    stranger.submit(&mut world, bob, payload);
    let accepted: Vec<_> = world
        .see(bob)
        .contacts()
        .unwrap()
        .into_iter()
        .map(|contact| (contact.account, contact.accepted))
        .collect();
    assert_eq!(accepted.len(), 2);
    assert!(accepted.contains(&(world.id(alice), true)));
    assert!(
        accepted.contains(&(stranger.address.account, false)),
        "a request, until its owner says otherwise"
    );
}

#[test]
fn a_stranger_cannot_make_a_phone_answer_by_a_message_that_does_not_open() {
    let mut world = world::new();
    let bob = world.phone("Bob");
    let stranger = Forger::with_number(&mut world, NUMBER);
    let body = text_body("spoilt", &mut world);
    let mut payload = stranger.first_message(&mut world, bob, &body);
    *payload.last_mut().unwrap() ^= 1;
    stranger.submit(&mut world, bob, payload);
    world.pass(Duration::from_days(1));
    world.run();
    let account = stranger.address.account;
    assert!(world.take_notices(bob).contains(&Notice::StrangerUnopened { account }), "its owner is told");
    let answers = |world: &World| world.submissions().any(|(_, submit)| submit.to == stranger.address);
    assert!(!answers(&world));
    // The control: the test would see an answer. The owner now asks for the message to be sent again.
    world.look_up(bob, NUMBER);
    assert!(answers(&world));
}
