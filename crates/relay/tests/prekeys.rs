//! Prekeys: each one-time key is handed out once, whatever is repeated, crashes or fails.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{Input, Limits, RelaySettings, StoreError};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::upload;
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{
    ClientFrame, CountPreKeys, FetchBundles, FixedBytes, PreKeyCounts, PreKeyId, PublishPreKeys, Refusal,
    RelayFrame, RequestId,
};

fn publish(ids: std::ops::Range<u32>) -> ClientFrame {
    ClientFrame::PublishPreKeys(PublishPreKeys { request: RequestId(1), prekeys: upload(ids) })
}

fn count() -> ClientFrame {
    ClientFrame::CountPreKeys(CountPreKeys { request: RequestId(2) })
}

fn counts(frame: &RelayFrame) -> (u32, u32) {
    let RelayFrame::PreKeyCounts(PreKeyCounts { one_time, one_time_kem, .. }) = frame else {
        panic!("{frame:?}")
    };
    (*one_time, *one_time_kem)
}

fn one_time_id(frame: &RelayFrame) -> Option<PreKeyId> {
    let RelayFrame::Bundles(bundles) = frame else { panic!("{frame:?}") };
    let bundle = &bundles.devices[0];
    assert_eq!(bundle.one_time.is_none(), bundle.kem_is_last_resort);
    bundle.one_time.map(|prekey| prekey.id)
}

#[test]
fn many_who_ask_in_one_batch_get_different_keys_and_then_the_last_resort() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, _) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    let batch = (0..5).map(|at| {
        let frame =
            FetchBundles { request: RequestId(at), account: anne.address.account, delivery_key: None };
        (ben, Input::Frame(ClientFrame::FetchBundles(frame)))
    });
    let batch = batch.collect();
    world.process(batch);
    let ids: Vec<_> = world.take(ben).iter().map(one_time_id).collect();
    assert_eq!(ids, [Some(PreKeyId(1)), Some(PreKeyId(2)), Some(PreKeyId(3)), None, None]);
}

#[test]
fn an_upload_that_is_repeated_brings_no_key_back() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    world.ask(anne_here, publish(4..7));
    let handed: Vec<_> = (0..4).map(|_| one_time_id(&world.fetch(ben, anne.address.account))).collect();
    assert!(matches!(world.ask_one(anne_here, publish(4..7)), RelayFrame::PreKeysStored(_)));
    assert_eq!(counts(&world.ask_one(anne_here, count())), (2, 2));
    let rest: Vec<_> = (0..3).map(|_| one_time_id(&world.fetch(ben, anne.address.account))).collect();
    assert_eq!(handed, (1..5).map(|id| Some(PreKeyId(id))).collect::<Vec<_>>());
    assert_eq!(rest, [Some(PreKeyId(5)), Some(PreKeyId(6)), None]);
}

#[test]
fn an_upload_and_the_count_after_it_may_come_in_one_batch() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (_, anne_here) = world.register(1, None);
    world.process(vec![(anne_here, Input::Frame(publish(4..7))), (anne_here, Input::Frame(count()))]);
    let answers = world.take(anne_here);
    assert!(matches!(answers[0], RelayFrame::PreKeysStored(_)));
    assert_eq!(counts(&answers[1]), (6, 6));
}

#[test]
fn a_stock_has_a_bound() {
    let limits = Limits { one_time_prekeys: 10, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (_, anne_here) = world.register(1, None);
    assert!(matches!(world.ask_one(anne_here, publish(4..11)), RelayFrame::PreKeysStored(_)));
    let RelayFrame::Refused(refused) = world.ask_one(anne_here, publish(11..12)) else { panic!() };
    assert_eq!(refused.reason, Refusal::TooMuch);
    let RelayFrame::Refused(refused) = world.ask_one(anne_here, publish(20..46)) else { panic!() };
    assert_eq!(refused.reason, Refusal::TooMuch);
    assert_eq!(counts(&world.ask_one(anne_here, count())), (10, 10));
}

#[test]
fn a_bundle_that_could_not_be_committed_was_not_handed_out() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, _) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    world.fail(Some(StoreError::Full));
    let RelayFrame::Refused(refused) = world.fetch(ben_here, anne.address.account) else { panic!() };
    assert_eq!(refused.reason, Refusal::StorageFailed);
    world.fail(None);
    assert_eq!(one_time_id(&world.fetch(ben_here, anne.address.account)), Some(PreKeyId(1)));
    world.crash();
    let (ben_here, _) = world.connect(&ben);
    assert_eq!(one_time_id(&world.fetch(ben_here, anne.address.account)), Some(PreKeyId(2)));
}

#[test]
fn without_a_name_only_the_delivery_key_gets_a_bundle() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let nameless = world.open();
    let mut ask = |connection, account, delivery_key: Option<[u8; 32]>| {
        let delivery_key = delivery_key.map(FixedBytes);
        let frame = FetchBundles { request: RequestId(1), account, delivery_key };
        world.ask_one(connection, ClientFrame::FetchBundles(frame))
    };
    let account = anne.address.account;
    let reason = |frame| {
        let RelayFrame::Refused(refused) = frame else { panic!("{frame:?}") };
        refused.reason
    };
    assert_eq!(reason(ask(nameless, account, None)), Refusal::NotAuthenticated);
    assert_eq!(reason(ask(nameless, account, Some([8; 32]))), Refusal::DeliveryKeyRefused);
    let unknown = frames::nobody().account;
    assert_eq!(reason(ask(nameless, unknown, Some([8; 32]))), Refusal::DeliveryKeyRefused);
    assert_eq!(reason(ask(anne_here, account, Some([1; 32]))), Refusal::AlreadyAuthenticated);
    assert_eq!(reason(ask(anne_here, unknown, None)), Refusal::UnknownRecipient);
    assert_eq!(one_time_id(&ask(nameless, account, Some([1; 32]))), Some(PreKeyId(1)));
}
