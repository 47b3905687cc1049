//! Stamps on messages, and the waking of devices that are away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::stamp::StampKey;
use pillarbox_relay::{Input, Keeping, RelaySettings};
use pillarbox_testkit::frames::{deliveries, submission};
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{Bytes, ClientFrame, Deposit, DepositKind, LeaveDeposits, RelayFrame};

#[test]
fn a_message_of_a_named_sender_is_stamped_and_no_other() {
    let keeping = Keeping { stamps: true, ..Keeping::LEAST };
    let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"named");
    let nameless = world.open();
    let request = world.request();
    let sealed = submission(request, anne.address, Some(anne.delivery_key), b"sealed");
    world.process(vec![(nameless, Input::Frame(sealed))]);
    let got = world.take(anne_here);
    let got = deliveries(&got);
    let stamp = got[0].stamp.unwrap();
    let secret = pillarbox_relay::Holdings::read_with_certificate_key(world.folder()).unwrap().1.unwrap();
    let key = StampKey::derive(&secret);
    assert!(key.verify(&stamp.0, b"named", ben.address, anne.address, got[0].accepted_at));
    assert!(!key.verify(&stamp.0, b"Named", ben.address, anne.address, got[0].accepted_at));
    assert_eq!(got[1].stamp, None);

    // A message that is fetched again after a restart has the same stamp. Without the rule, or without the sender, it
    // has no stamp.
    world.crash();
    let (_, again) = world.connect(&anne);
    assert_eq!(deliveries(&again)[0].stamp, Some(stamp));
    let now = world.now;
    world.engine().set_keeping(Keeping::LEAST, now).unwrap();
    let (_, again) = world.connect(&anne);
    assert_eq!((deliveries(&again)[0].stamp, deliveries(&again)[0].from), (None, Some(ben.address)));
    let unsigned = Keeping { stamps: true, sender: false, ..Keeping::LEAST };
    world.engine().set_keeping(unsigned, now).unwrap();
    world.pass(pillarbox_relay::ageing::SWEEP_INTERVAL);
    let (_, again) = world.connect(&anne);
    assert_eq!((deliveries(&again)[0].stamp, deliveries(&again)[0].from), (None, None));
}

fn leave_token(world: &mut LoneRelay, connection: pillarbox_relay::ConnectionId, token: Option<&[u8]>) {
    let request = world.request();
    let value = token.map(|token| Bytes(token.to_vec()));
    let deposits = vec![Deposit { kind: DepositKind::PushToken, subject: Bytes::default(), value }];
    let answer = world.ask_one(connection, ClientFrame::LeaveDeposits(LeaveDeposits { request, deposits }));
    assert!(matches!(answer, RelayFrame::Deposited(_)), "{answer:?}");
}

#[test]
fn a_device_that_is_away_is_woken_once_for_each_message_through_the_token_that_its_phone_left() {
    let keeping = Keeping { deposits: vec![DepositKind::PushToken], ..Keeping::LEAST };
    let mut world = LoneRelay::in_memory(RelaySettings { keeping, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    leave_token(&mut world, anne_here, Some(b"first"));
    leave_token(&mut world, anne_here, Some(b"token"));
    world.submit(ben_here, anne.address, b"while she is here");
    assert_eq!(world.woken, []);
    world.process(vec![(anne_here, Input::Closed)]);
    world.submit(ben_here, anne.address, b"one");
    world.submit(ben_here, anne.address, b"two");
    let token = Bytes(b"token".to_vec());
    assert_eq!(world.woken, [token.clone(), token.clone()]);

    // A refused message wakes nobody. A restart forgets no token. A token that is withdrawn wakes nobody.
    world.fail(Some(pillarbox_relay::StoreError::Full));
    world.submit(ben_here, anne.address, b"refused");
    world.fail(None);
    assert_eq!(world.woken.len(), 2);
    world.crash();
    let (_, carol_here) = world.register(3, None);
    world.submit(carol_here, anne.address, b"three");
    assert_eq!(world.woken.len(), 3);
    let (anne_here, _) = world.connect(&anne);
    leave_token(&mut world, anne_here, None);
    world.process(vec![(anne_here, Input::Closed)]);
    world.submit(carol_here, anne.address, b"four");
    assert_eq!(world.woken.len(), 3);
}
