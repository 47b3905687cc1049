//! Verified numbers: the person who has the code gets the number, and the account of that number.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{Effect, Input, Keeping, LogRule, Logged, RelaySettings, StoreError};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::{deliveries, device_key, identity, submission};
use pillarbox_testkit::relay::{BarePhone, LoneRelay, authenticate, registration};
use pillarbox_wire::{
    ChannelName, ClientFrame, Deposit, DepositKind, DeviceId, Duration, Farewell, Handle, LeaveDeposits,
    LookUp, MessageId, NumberCode, OpenChannel, Post, Refusal, Refused, RegisterWithCode, RelayFrame,
    RequestId, Reregistered,
};

const ANNE: &str = "+447700900001";
const BEN: &str = "+447700900002";

fn settings() -> RelaySettings {
    RelaySettings { verify_numbers: true, ..RelaySettings::default() }
}

fn refusal(frame: &RelayFrame) -> Refusal {
    let RelayFrame::Refused(Refused { reason, .. }) = frame else { panic!("{frame:?}") };
    *reason
}

/// Asks for a code, as a registration without one does.
fn ask_code(world: &mut LoneRelay, seed: u8, number: &str) -> Result<NumberCode, Refusal> {
    let connection = world.open();
    let answer = world.ask_one(connection, registration(seed, Some(number), connection, RequestId(1)));
    match refusal(&answer) {
        Refusal::CodeSent => {
            let (handle, code) = world.codes.pop().unwrap();
            assert_eq!(handle.as_str(), number);
            Ok(code)
        }
        other => Err(other),
    }
}

fn with_code(
    seed: u8,
    number: &str,
    connection: pillarbox_relay::ConnectionId,
    code: NumberCode,
) -> ClientFrame {
    let ClientFrame::Register(registration) = registration(seed, Some(number), connection, RequestId(2))
    else {
        panic!()
    };
    ClientFrame::RegisterWithCode(Box::new(RegisterWithCode { registration: *registration, code }))
}

fn show(
    world: &mut LoneRelay,
    seed: u8,
    number: &str,
    code: NumberCode,
) -> Result<(BarePhone, Vec<RelayFrame>), Refusal> {
    let connection = world.open();
    let mut answer = world.ask(connection, with_code(seed, number, connection, code));
    let address = match answer.remove(0) {
        RelayFrame::Registered(registered) => registered.address,
        RelayFrame::Reregistered(Reregistered { address, .. }) => address,
        RelayFrame::Refused(Refused { reason, .. }) => return Err(reason),
        other => panic!("{other:?}"),
    };
    let handle = Some(Handle::parse(number).unwrap());
    Ok((BarePhone { key: device_key(seed), delivery_key: [seed; 32], handle, address, seed }, answer))
}

/// A phone that has registered its number with the code that was sent to it.
fn register(world: &mut LoneRelay, seed: u8, number: &str) -> BarePhone {
    let code = ask_code(world, seed, number).unwrap();
    show(world, seed, number, code).unwrap().0
}

fn other(code: NumberCode, by: u32) -> NumberCode {
    NumberCode::from_number(code.to_string().parse::<u32>().unwrap() + by)
}

#[test]
fn a_number_is_registered_with_its_code_and_without_it_by_nobody() {
    let mut world = LoneRelay::in_memory(settings());
    let code = ask_code(&mut world, 1, ANNE).unwrap();
    assert_eq!(world.engine().counts().accounts, 0);
    assert_eq!(show(&mut world, 1, ANNE, other(code, 1)).err(), Some(Refusal::CodeRefused));
    assert_eq!(show(&mut world, 1, BEN, code).err(), Some(Refusal::CodeRefused));
    let (anne, _) = show(&mut world, 1, ANNE, code).unwrap();
    assert_eq!(anne.address.device, DeviceId::FIRST);
    // An account without a number needs no code.
    world.register(2, None);
    let at_once = LoneRelay::in_memory(RelaySettings::default()).register(1, Some(ANNE));
    assert_eq!(at_once.0.address.device, DeviceId::FIRST);
}

#[test]
fn whether_a_number_has_an_account_shows_in_no_answer_to_a_registration() {
    let mut world = LoneRelay::in_memory(settings());
    register(&mut world, 1, ANNE);
    let connection = world.open();
    for (request, number) in [(1, ANNE), (2, BEN)] {
        let frame = registration(7, Some(number), connection, RequestId(request));
        assert_eq!(refusal(&world.ask_one(connection, frame)), Refusal::CodeSent);
        let wrong = with_code(7, number, connection, other(world.codes.pop().unwrap().1, 1));
        assert_eq!(refusal(&world.ask_one(connection, wrong)), Refusal::CodeRefused);
    }
}

#[test]
fn a_code_that_is_over_or_was_missed_too_often_is_no_longer_good() {
    let mut world = LoneRelay::in_memory(settings());
    let limits = settings().limits;
    let code = ask_code(&mut world, 1, ANNE).unwrap();
    world.now = world.now + limits.code_lifetime;
    assert_eq!(show(&mut world, 1, ANNE, code).err(), Some(Refusal::CodeRefused));
    let code = ask_code(&mut world, 1, ANNE).unwrap();
    for by in 1..=limits.code_tries {
        assert_eq!(show(&mut world, 1, ANNE, other(code, by)).err(), Some(Refusal::CodeRefused));
    }
    assert_eq!(show(&mut world, 1, ANNE, code).err(), Some(Refusal::CodeRefused));
    assert_eq!(world.engine().counts().accounts, 0);
}

#[test]
fn codes_to_one_number_run_dry_and_another_number_gets_one() {
    let mut world = LoneRelay::in_memory(settings());
    for _ in 0..settings().limits.codes_per_number.burst {
        ask_code(&mut world, 1, ANNE).unwrap();
    }
    assert!(matches!(ask_code(&mut world, 1, ANNE), Err(Refusal::RateLimited { .. })));
    assert!(world.codes.is_empty());
    ask_code(&mut world, 2, BEN).unwrap();
    world.now = world.now + settings().limits.codes_per_number.every;
    ask_code(&mut world, 1, ANNE).unwrap();
}

#[test]
fn a_relay_without_codes_takes_none_and_says_so() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let refused = show(&mut world, 1, ANNE, NumberCode::from_number(4_217)).err();
    assert_eq!(refused, Some(Refusal::NotOffered));
    world.register(1, Some(ANNE));
    let connection = world.open();
    let taken = world.ask_one(connection, registration(2, Some(ANNE), connection, RequestId(1)));
    assert_eq!(refusal(&taken), Refusal::HandleTaken);
}

#[test]
fn a_directory_that_sends_codes_says_so() {
    for verify_numbers in [false, true] {
        let mut world = LoneRelay::in_memory(RelaySettings { verify_numbers, ..RelaySettings::default() });
        let (_, asking) = world.register(2, None);
        if verify_numbers {
            register(&mut world, 1, ANNE);
        } else {
            world.register(1, Some(ANNE));
        }
        let look_up = LookUp { request: RequestId(1), handle: Handle::parse(ANNE).unwrap() };
        let found = world.ask_one(asking, ClientFrame::LookUp(look_up));
        assert_eq!(matches!(found, RelayFrame::FoundByCode(_)), verify_numbers, "{found:?}");
    }
}

fn deposit(kind: DepositKind) -> ClientFrame {
    let value = Some(pillarbox_wire::Bytes(b"Anne".to_vec()));
    let deposits = vec![Deposit { kind, subject: pillarbox_wire::Bytes(Vec::new()), value }];
    ClientFrame::LeaveDeposits(LeaveDeposits { request: RequestId(60), deposits })
}

#[test]
fn who_registers_a_number_again_keeps_the_account_and_everything_that_the_operator_has() {
    let log = Logged::ALL.map(|what| LogRule {
        what,
        keep: Duration::from_days(90),
        address: true,
        only: Vec::new(),
    });
    let keeping =
        Keeping { deposits: vec![DepositKind::Name], channels: true, log: log.to_vec(), ..Keeping::HISTORY };
    let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..settings() });
    let anne = register(&mut world, 1, ANNE);
    let (anne_here, _) = world.connect(&anne);
    let (ben, ben_here) = world.register(2, None);
    let channel = ChannelName::try_from("@anne".to_owned()).unwrap();
    world.ask_one(anne_here, deposit(DepositKind::Name));
    let open = OpenChannel { request: RequestId(61), channel: channel.clone() };
    world.ask_one(anne_here, ClientFrame::OpenChannel(open));
    let content = pillarbox_wire::Bytes(b"a post".to_vec());
    world.ask_one(anne_here, ClientFrame::Post(Post { request: RequestId(62), channel, content }));
    world.submit(anne_here, ben.address, b"from Anne");
    world.take(ben_here);
    world.submit(ben_here, anne.address, b"delivered");
    let delivered = deliveries(&world.take(anne_here))[0].message;
    world.acknowledge(anne_here, &[delivered]);
    world.submit(ben_here, anne.address, b"waits");
    let before = world.holdings();

    let code = ask_code(&mut world, 9, ANNE).unwrap();
    let (new, followed) = show(&mut world, 9, ANNE, code).unwrap();
    assert_eq!(new.address.account, anne.address.account);
    assert_eq!(new.address.device, DeviceId(2));
    assert_eq!(world.closed[&anne_here], Farewell::Reregistered);
    assert_eq!(deliveries(&followed)[0].payload.as_slice(), b"waits");

    world.crash();
    let after = world.holdings();
    assert_eq!(after.messages, before.messages);
    assert_eq!(
        (&after.deposits, &after.channels, &after.posts),
        (&before.deposits, &before.channels, &before.posts)
    );
    assert!(after.events.starts_with(&before.events) && after.events.len() > before.events.len());
    let row = after.account_of(anne.handle.as_ref().unwrap()).unwrap();
    let was = before.account_of(anne.handle.as_ref().unwrap()).unwrap();
    assert_eq!((row.account, row.registered_at), (was.account, was.registered_at));
    assert_eq!((was.identity(), row.identity()), (identity(1), identity(9)));
    let device = after.devices.iter().find(|device| device.account == row.account).unwrap();
    let former = before.devices.iter().find(|device| device.account == row.account).unwrap();
    assert_eq!(device.device_number, former.device_number);
    let keys = |rows: &pillarbox_relay::Holdings, kind| {
        let own =
            rows.prekeys.iter().filter(|key| key.device_number == device.device_number && key.kind == kind);
        own.map(|key| key.key.clone()).collect::<Vec<_>>()
    };
    let signed = pillarbox_relay::store::PreKeyKind::Signed;
    assert_eq!(keys(&after, signed).len(), 1);
    assert_ne!(keys(&after, signed), keys(&before, signed));

    // The relay no longer knows the former phone, and takes the new one for Anne. Both are true after a restart
    // too.
    let connection = world.open();
    let refused = world.ask_one(connection, authenticate(&anne, connection, RequestId(70)));
    assert_eq!(refusal(&refused), Refusal::NotAuthentic);
    let (_, waiting) = world.connect(&new);
    assert_eq!(deliveries(&waiting)[0].payload.as_slice(), b"waits");
}

#[test]
fn whoever_writes_to_the_former_phone_is_told_that_the_keys_were_replaced() {
    let mut world = LoneRelay::in_memory(settings());
    let anne = register(&mut world, 1, ANNE);
    let (_, ben_here) = world.register(2, None);
    let code = ask_code(&mut world, 9, ANNE).unwrap();
    let (new, _) = show(&mut world, 9, ANNE, code).unwrap();
    assert_eq!(refusal(&world.submit(ben_here, anne.address, b"to old keys")), Refusal::KeysReplaced);
    let RelayFrame::Bundles(bundles) = world.fetch(ben_here, new.address.account) else { panic!() };
    assert_eq!((bundles.identity, bundles.devices[0].device), (identity(9), DeviceId(2)));
    assert!(matches!(world.submit(ben_here, new.address, b"to new keys"), RelayFrame::Accepted(_)));
    let nameless = world.open();
    let sealed = submission(RequestId(80), new.address, Some(anne.delivery_key), b"sealed");
    assert_eq!(refusal(&world.ask_one(nameless, sealed)), Refusal::DeliveryKeyRefused);
}

#[test]
fn a_registration_that_was_not_heard_is_repeated_and_takes_nothing_over_twice() {
    let mut world = LoneRelay::in_memory(settings());
    register(&mut world, 1, ANNE);
    let code = ask_code(&mut world, 9, ANNE).unwrap();
    let (new, _) = show(&mut world, 9, ANNE, code).unwrap();
    let (again, _) = show(&mut world, 9, ANNE, code).unwrap();
    assert_eq!(again.address, new.address);
    // The same keys are recognised without the code as well.
    let connection = world.open();
    let plain = world.ask(connection, registration(9, Some(ANNE), connection, RequestId(3)));
    assert!(matches!(plain[0], RelayFrame::Reregistered(_)), "{plain:?}");
}

#[test]
fn a_disk_that_refuses_leaves_the_account_with_its_former_phone() {
    let mut world = LoneRelay::on_disk(settings());
    let anne = register(&mut world, 1, ANNE);
    let code = ask_code(&mut world, 9, ANNE).unwrap();
    world.fail(Some(StoreError::Full));
    assert_eq!(show(&mut world, 9, ANNE, code).err(), Some(Refusal::StorageFailed));
    world.fail(None);
    world.connect(&anne);
    world.crash();
    world.connect(&anne);
}

/// Everything in one batch with a replacement is done before or after the replacement, and never with keys of both
/// phones.
#[test]
fn a_batch_around_a_replacement_mixes_no_keys() {
    let mut world = LoneRelay::in_memory(settings());
    let anne = register(&mut world, 1, ANNE);
    let (anne_here, _) = world.connect(&anne);
    let (_, ben_here) = world.register(2, None);
    let code = ask_code(&mut world, 9, ANNE).unwrap();
    let new = world.open();
    let fetch = |request| {
        let fetch =
            pillarbox_wire::FetchBundles { request, account: anne.address.account, delivery_key: None };
        ClientFrame::FetchBundles(fetch)
    };
    let upload = pillarbox_wire::PublishPreKeys { request: RequestId(32), prekeys: frames::upload(20..22) };
    world.process(vec![
        (ben_here, Input::Frame(fetch(RequestId(30)))),
        (new, Input::Frame(with_code(9, ANNE, new, code))),
        (ben_here, Input::Frame(fetch(RequestId(31)))),
        (anne_here, Input::Frame(ClientFrame::PublishPreKeys(upload))),
    ]);
    let identities: Vec<_> = world
        .take(ben_here)
        .into_iter()
        .map(|frame| {
            let RelayFrame::Bundles(bundles) = frame else { panic!("{frame:?}") };
            let signed = bundles.devices[0].signed.key.0[0];
            (bundles.identity, signed)
        })
        .collect();
    assert_eq!(identities, [(identity(1), 1), (identity(9), 9)]);
    // The former phone's connection was closed before its upload was processed.
    assert_eq!(world.closed[&anne_here], Farewell::Reregistered);
    assert!(world.take(anne_here).is_empty());
}

#[test]
fn two_that_show_one_code_in_one_batch_do_not_both_have_the_number() {
    let mut world = LoneRelay::in_memory(settings());
    let code = ask_code(&mut world, 1, ANNE).unwrap();
    let (one, two) = (world.open(), world.open());
    world.process(vec![
        (one, Input::Frame(with_code(1, ANNE, one, code))),
        (two, Input::Frame(with_code(2, ANNE, two, code))),
    ]);
    assert!(matches!(world.take(one)[..], [RelayFrame::Registered(_)]));
    assert_eq!(refusal(&world.take(two)[0]), Refusal::CodeRefused);
    let sent = world.history.iter().filter(|effect| matches!(effect, Effect::SendCode(..))).count();
    assert_eq!(sent, 1);
    assert_eq!(world.holdings().messages.iter().map(|row| row.message).collect::<Vec<MessageId>>(), []);
}
