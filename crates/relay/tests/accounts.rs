//! Accounts: creating, proving, finding and closing them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::net::IpAddr;

use pillarbox_crypto::labels::SENDER_CERTIFICATE;
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_relay::{Effect, Granularity, Holdings, Input, Keeping, Limits, Rate, RelaySettings};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::{identity, submission};
use pillarbox_testkit::relay::{LoneRelay, authenticate, registration};
use pillarbox_wire::{
    Authenticate, ClientFrame, CloseAccount, Duration, Farewell, FixedBytes, LookUp, Ping, Refusal, Refused,
    RelayFrame, RequestCertificate, RequestId,
};

const ANNE: &str = "+447700900001";

fn refusal(frame: &RelayFrame) -> Refusal {
    let RelayFrame::Refused(Refused { reason, .. }) = frame else { panic!("{frame:?}") };
    *reason
}

#[test]
fn a_registration_that_was_not_heard_is_repeated_without_a_second_account() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, first) = world.register(1, Some(ANNE));
    let (again, second) = world.register(1, Some(ANNE));
    assert_eq!(anne.address, again.address);
    assert_eq!(world.closed[&first], Farewell::Replaced);
    assert_eq!(world.engine().counts().accounts, 1);

    // Keys that were handed out since then stay handed out, because the repetition adds no one-time prekeys.
    let (_, third) = world.register(2, None);
    for _ in 0..3 {
        world.fetch(third, anne.address.account);
    }
    world.register(1, Some(ANNE));
    let RelayFrame::Bundles(bundles) = world.fetch(third, anne.address.account) else { panic!() };
    assert_eq!(bundles.devices[0].one_time, None);
    assert!(bundles.devices[0].kem_is_last_resort);
    assert!(!world.closed.contains_key(&third) && world.closed.contains_key(&second));
}

#[test]
fn a_number_belongs_to_whoever_came_first_even_in_one_batch() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let mut batch = Vec::new();
    let mut connections = Vec::new();
    for seed in [1, 2] {
        let (connection, opened) = world.opening();
        connections.push(connection);
        batch.push((connection, opened));
        let frame = registration(seed, Some(ANNE), connection, RequestId(1));
        batch.push((connection, Input::Frame(frame)));
    }
    world.process(batch);
    assert!(matches!(world.take(connections[0])[..], [RelayFrame::Welcome(_), RelayFrame::Registered(_)]));
    assert_eq!(refusal(&world.take(connections[1])[1]), Refusal::HandleTaken);
    assert_eq!(world.engine().counts().accounts, 1);
}

#[test]
fn frames_that_follow_a_registration_at_once_are_done_after_it() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (connection, opened) = world.opening();
    let register = registration(1, None, connection, RequestId(1));
    let certificate = ClientFrame::RequestCertificate(RequestCertificate { request: RequestId(2) });
    world.process(vec![
        (connection, opened),
        (connection, Input::Frame(register)),
        (connection, Input::Frame(certificate)),
    ]);
    let answers = world.take(connection);
    assert!(matches!(
        answers[..],
        [RelayFrame::Welcome(_), RelayFrame::Registered(_), RelayFrame::Certificate(_)]
    ));
}

#[test]
fn a_signature_for_one_connection_opens_no_other() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, first) = world.register(1, None);
    let other = world.open();
    let replayed = authenticate(&anne, first, RequestId(5));
    assert_eq!(refusal(&world.ask_one(other, replayed)), Refusal::NotAuthentic);
    let ClientFrame::Authenticate(good) = authenticate(&anne, other, RequestId(6)) else { panic!() };
    let unknown = ClientFrame::Authenticate(Authenticate { address: frames::nobody(), ..good.clone() });
    assert_eq!(refusal(&world.ask_one(other, unknown)), Refusal::NotAuthentic);
    let answer = world.ask_one(other, ClientFrame::Authenticate(good.clone()));
    assert!(matches!(answer, RelayFrame::Authenticated(_)));
    let twice = world.ask_one(other, ClientFrame::Authenticate(good));
    assert_eq!(refusal(&twice), Refusal::AlreadyAuthenticated);
}

#[test]
fn a_registration_needs_its_prekeys_and_its_signature() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let connection = world.open();
    let ClientFrame::Register(good) = registration(1, None, connection, RequestId(1)) else { panic!() };
    let mut without = good.clone();
    without.prekeys.last_resort = None;
    assert_eq!(refusal(&world.ask_one(connection, ClientFrame::Register(without))), Refusal::NotWellFormed);
    let mut forged = good.clone();
    forged.signature = FixedBytes([1; 64]);
    assert_eq!(refusal(&world.ask_one(connection, ClientFrame::Register(forged))), Refusal::NotAuthentic);
    let mut repeated = good;
    repeated.prekeys.one_time = vec![frames::one_time(5), frames::one_time(5)];
    assert_eq!(refusal(&world.ask_one(connection, ClientFrame::Register(repeated))), Refusal::NotWellFormed);
}

#[test]
fn the_directory_answers_devices_only() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, _) = world.register(1, Some(ANNE));
    let (_, ben) = world.register(2, None);
    let nameless = world.open();
    let ask = |request, text| {
        let handle = pillarbox_wire::Handle::parse(text).unwrap();
        ClientFrame::LookUp(LookUp { request: RequestId(request), handle })
    };
    let RelayFrame::Found(found) = world.ask_one(ben, ask(1, ANNE)) else { panic!() };
    assert_eq!((found.account, found.identity), (anne.address.account, identity(1)));
    assert_eq!(refusal(&world.ask_one(ben, ask(2, "+447700900002"))), Refusal::UnknownHandle);
    assert_eq!(refusal(&world.ask_one(nameless, ask(3, ANNE))), Refusal::NotAuthenticated);
}

#[test]
fn a_certificate_verifies_under_the_key_of_the_welcome_and_outlives_a_restart() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, connection) = world.register(1, None);
    let request = RequestId(9);
    let frame = ClientFrame::RequestCertificate(RequestCertificate { request });
    let RelayFrame::Certificate(answer) = world.ask_one(connection, frame) else { panic!() };
    world.crash();
    let (connection, opened) = world.opening();
    world.process(vec![(connection, opened)]);
    let RelayFrame::Welcome(welcome) = world.take(connection).remove(0) else { panic!() };
    let certificate = answer.certificate;
    let key = SigningPublic::from_bytes(welcome.certificate_key.0).unwrap();
    let signature = Signature::from_bytes(certificate.signature.0);
    key.verify(SENDER_CERTIFICATE, &certificate.signed_bytes(), &signature).unwrap();
    assert_eq!((certificate.sender, certificate.agreement), (anne.address, identity(1).agreement));
    assert_eq!(u64::from(certificate.expires_at), world.now.as_seconds() + 86_400);
}

#[test]
fn closing_an_account_deletes_everything_held_of_it() {
    for keeping in [Keeping::LEAST, Keeping::HISTORY] {
        let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
        let (anne, anne_here) = world.register(1, Some(ANNE));
        let (_, ben_here) = world.register(2, None);
        world.submit(ben_here, anne.address, b"kept after delivery");
        let delivered = world.take(anne_here);
        world.acknowledge(anne_here, &[frames::deliveries(&delivered)[0].message]);
        world.submit(ben_here, anne.address, b"waits");
        // All of this is one batch. Messages accepted for the account before it closes are deleted with the
        // account.
        world.process(vec![
            (ben_here, Input::Frame(submission(RequestId(50), anne.address, None, b"in the same batch"))),
            (anne_here, Input::Frame(ClientFrame::CloseAccount(CloseAccount { request: RequestId(51) }))),
            (ben_here, Input::Frame(submission(RequestId(52), anne.address, None, b"too late"))),
            (anne_here, Input::Frame(ClientFrame::Ping(Ping { request: RequestId(53) }))),
        ]);
        assert_eq!(world.closed[&anne_here], Farewell::AccountClosed);
        assert!(matches!(world.take(anne_here).last(), Some(RelayFrame::Closed(_))));
        assert_eq!(refusal(world.take(ben_here).last().unwrap()), Refusal::UnknownRecipient);
        let held = Holdings::read(world.folder()).unwrap();
        assert_eq!((held.accounts.len(), held.devices.len(), held.messages.len()), (1, 1, 0));
        assert!(held.prekeys.iter().all(|row| row.device_number == held.devices[0].device_number));
        assert!(held.account_of(anne.handle.as_ref().unwrap()).is_none());
        // The number is free again.
        world.register(3, Some(ANNE));
    }
}

#[test]
fn an_account_that_its_operator_ends_is_as_gone_as_one_that_its_owner_closes() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, Some(ANNE));
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"delivered and not acknowledged");
    let now = world.now;
    let outcome = world.engine().end_account(anne.address.account, now).unwrap();
    assert_eq!(outcome.effects, [Effect::Close(anne_here, Farewell::AccountClosed)]);
    let held = Holdings::read(world.folder()).unwrap();
    assert_eq!((held.accounts.len(), held.devices.len(), held.messages.len()), (1, 1, 0));
    let late = world.submit(ben_here, anne.address, b"too late");
    assert_eq!(refusal(&late), Refusal::UnknownRecipient);
    // Closing again changes nothing, and somebody else's number is kept.
    let again = world.engine().end_account(anne.address.account, now).unwrap();
    assert!(again.effects.is_empty() && !again.wrote);
    world.register(3, Some(ANNE));
}

#[test]
fn times_and_addresses_are_kept_as_exactly_as_set() {
    let nothing =
        Keeping { last_seen: Granularity::Nothing, registered: Granularity::Nothing, ..Keeping::LEAST };
    for keeping in [Keeping::LEAST, Keeping::HISTORY, nothing] {
        let mut world =
            LoneRelay::on_disk(RelaySettings { keeping: keeping.clone(), ..RelaySettings::default() });
        let (anne, first) = world.register(1, None);
        let registered = world.now;
        world.now = world.now + Duration(100_000_123);
        let (_, _) = world.connect(&anne);
        assert_eq!(world.closed[&first], Farewell::Replaced);
        let held = Holdings::read(world.folder()).unwrap();
        assert_eq!(held.accounts[0].registered_at, keeping.registered.of(registered));
        assert_eq!(held.devices[0].last_seen, keeping.last_seen.of(world.now));
        assert_eq!(held.devices[0].last_address.is_some(), keeping.last_address);
    }
}

#[test]
fn a_good_proof_is_never_refused_because_others_failed() {
    let rate = Rate { burst: 2, every: Duration(5_000) };
    let limits = Limits { authentication_failures: rate, register: rate, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, _) = world.register(1, None);
    let neighbour = IpAddr::from([198, 51, 100, 7]);
    let bad = |address, request| {
        let signature = FixedBytes([3; 64]);
        ClientFrame::Authenticate(Authenticate { request: RequestId(request), address, signature })
    };
    let forged = |connection| {
        let ClientFrame::Register(mut frame) = registration(9, None, connection, RequestId(8)) else {
            panic!()
        };
        frame.signature = FixedBytes([3; 64]);
        ClientFrame::Register(frame)
    };
    for round in 0..20 {
        // The first two bad proofs are only refused. From then on, each bad proof also ends its own connection, and
        // nobody else's.
        let attacking = world.open_from(neighbour);
        let frame = match round % 3 {
            0 => bad(anne.address, round),
            1 => bad(frames::nobody(), round),
            _ => forged(attacking),
        };
        assert_eq!(refusal(&world.ask_one(attacking, frame)), Refusal::NotAuthentic);
        assert_eq!(world.closed.contains_key(&attacking), round >= 2, "{round}");
        let honest = world.open_from(neighbour);
        let good = authenticate(&anne, honest, RequestId(4));
        assert!(matches!(world.ask_one(honest, good), RelayFrame::Authenticated(_)), "{round}");
    }
    // Failed registrations do not use up the quota of newcomers, and neither does a registration that is repeated.
    for again in [false, true, true, true] {
        let newcomer = world.open_from(neighbour);
        let frame = registration(5, None, newcomer, RequestId(1));
        let RelayFrame::Registered(_) = world.ask_one(newcomer, frame) else { panic!("{again}") };
    }
}
