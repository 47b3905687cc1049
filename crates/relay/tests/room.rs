//! A relay without room for anything new: removals continue.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{Input, Limits, RelaySettings};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::deliveries;
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{ClientFrame, CloseAccount, PublishPreKeys, Refusal, Refused, RelayFrame, RequestId};

#[test]
fn on_a_full_disk_what_goes_goes_in_as_small_parts_as_it_takes() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (cleo, cleo_here) = world.register(3, None);
    let (_, ben_here) = world.register(2, None);
    world.process(vec![(cleo_here, Input::Closed)]);
    for _ in 0..40 {
        world.submit(ben_here, anne.address, b"to be fetched");
        world.submit(ben_here, cleo.address, b"to go with the account");
    }
    let came: Vec<_> = deliveries(&world.take(anne_here)).iter().map(|deliver| deliver.message).collect();
    assert_eq!(came.len(), 40);
    for most in [0, 3] {
        world.most_removed.set(most);
        world.acknowledge(anne_here, &came);
        let left = if most == 0 { 80 } else { 40 };
        assert_eq!(world.holdings().messages.len(), left, "in parts of {most}");
    }
    let (cleo_here, _) = world.connect(&cleo);
    world.most_removed.set(0);
    let close = |request| ClientFrame::CloseAccount(CloseAccount { request: RequestId(request) });
    let refused = world.ask_one(cleo_here, close(8));
    assert!(matches!(refused, RelayFrame::Refused(_)), "{refused:?}");
    world.most_removed.set(3);
    assert!(matches!(world.ask_one(cleo_here, close(9)), RelayFrame::Closed(_)));
    let held = world.holdings();
    assert_eq!((held.messages.len(), held.accounts.len()), (0, 2));
    assert_eq!(world.engine().counts().waiting, 0);
}

#[test]
fn past_the_total_of_bytes_nothing_new_is_taken_and_everything_may_go() {
    let limits = Limits { stored_bytes: 1 << 20, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let refused = |frame: &RelayFrame| {
        matches!(frame, RelayFrame::Refused(Refused { reason: Refusal::StorageFailed, .. }))
    };
    assert!(world.engine().has_room().unwrap());
    for len in [40_000, 1] {
        while !refused(&world.submit(ben_here, anne.address, &vec![7; len])) {}
    }
    assert!(!world.engine().has_room().unwrap());
    let nameless = world.open();
    let request = world.request();
    assert!(refused(
        &world.ask_one(nameless, pillarbox_testkit::relay::registration(4, None, nameless, request))
    ));
    let request = world.request();
    let upload = ClientFrame::PublishPreKeys(PublishPreKeys { request, prekeys: frames::upload(50..70) });
    assert!(refused(&world.ask_one(ben_here, upload)));
    // Conversations can begin, because beginning one removes prekeys. Delivered messages can be acknowledged, and
    // that makes room.
    assert!(matches!(world.fetch(ben_here, anne.address.account), RelayFrame::Bundles(_)));
    while world.engine().counts().waiting > 0 {
        let came: Vec<_> = deliveries(&world.take(anne_here)).iter().map(|deliver| deliver.message).collect();
        let more = world.acknowledge(anne_here, &came);
        world.sent.insert(anne_here, more);
    }
    assert!(world.engine().has_room().unwrap());
    assert!(matches!(world.submit(ben_here, anne.address, &[7; 40_000]), RelayFrame::Accepted(_)));
}
