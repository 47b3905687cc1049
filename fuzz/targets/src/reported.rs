//! A report sent by a liar: any part of it may be altered, or invented by somebody who knows the form.

use pillarbox_access::RelayHoldings;
use pillarbox_access::demand::report::serve;
use pillarbox_access::view::ReportedMessage;
use pillarbox_client::body::{Body, BodyId, Content, Text};
use pillarbox_crypto::{Padding, SigningSecret};
use pillarbox_relay::stamp::StampKey;
use pillarbox_session::{Conversation, kind};
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, FixedBytes, Timestamp, encode};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::feed::Feed;
use crate::keys::Keys;
use crate::world::{NOW, World};

/// The holdings by which an operator checks reports, and two valid reports.
struct Scene {
    key: StampKey,
    holdings: RelayHoldings,
    honest: [ReportedMessage; 2],
}

const FROM: DeviceAddress = DeviceAddress { account: AccountId([1; 16]), device: DeviceId::FIRST };
const TO: DeviceAddress = DeviceAddress { account: AccountId([2; 16]), device: DeviceId::FIRST };

impl Scene {
    fn new() -> Self {
        let key = StampKey::derive(&SigningSecret::from_bytes([8; 32]));
        let text = Text {
            id: BodyId(FixedBytes([4; 16])),
            sent_at: NOW,
            text: "a threat".to_owned(),
            expires_after: None,
        };
        let body = encode(&Body { introduction: None, content: Content::Text(text) }).expect("a short text");
        let report = |payload: Vec<u8>, opening| {
            let stamp = key.stamp(&payload, FROM, TO, NOW);
            let (from, to, accepted_at) = (FROM, TO, NOW);
            ReportedMessage { payload, from, to, accepted_at, stamp, body: body.clone(), opening }
        };
        let in_clear = [&[kind::SERVER_READABLE], body.as_slice()].concat();
        let (mut alice, mut bob) = (Keys::new(1), Keys::new(2));
        let bundle = bob.bundle(false);
        let state = Conversation::initiate(&mut alice.rng, &alice.identity, &bob.public(), &bundle, NOW);
        let state = state.expect("an honest bundle");
        let (payload, _) = state.encrypt(&body, Padding::BLOCKS_80).expect("a short text");
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let opened = Conversation::decrypt(None, &bob.identity, &bob.stock, None, &payload, &mut rng);
        let opening = *opened.expect("an honest payload").opening.as_bytes();
        let honest = [report(in_clear, [0; 32]), report(payload, opening)];
        let holdings = RelayHoldings::of_relay(&World::new().relay, None).expect("a sound store");
        Self { key, holdings, honest }
    }
}

/// Checks a report. The report proves its message if, and only if, nothing in it was altered; any other bytes are
/// refused.
pub fn reported(bytes: &[u8]) {
    thread_local! {
        static SCENE: Scene = Scene::new();
    }
    SCENE.with(|scene| {
        let mut feed = Feed::new(bytes);
        let choice = feed.byte();
        let honest = &scene.honest[usize::from(choice % 2)];
        let mut report = honest.clone();
        let fresh_stamp = choice & 2 != 0;
        if fresh_stamp {
            // The liar is a user of the relay whose message the relay stamped. Payload and body can be any bytes.
            report.payload = feed.piece().to_vec();
            report.stamp = scene.key.stamp(&report.payload, report.from, report.to, report.accepted_at);
            report.body = feed.piece().to_vec();
            report.opening = feed.array();
        } else {
            report.payload = feed.altered(&report.payload);
            report.body = feed.altered(&report.body);
            report.accepted_at = Timestamp(report.accepted_at.0 ^ u64::from(feed.byte()));
            report.from.account.0[0] ^= feed.byte();
            report.to.device = DeviceId(report.to.device.0 ^ feed.byte());
            let at = usize::from(feed.byte() % 32);
            report.stamp[at] ^= feed.byte();
            report.opening[at] ^= feed.byte();
        }
        let proven = serve(&report, &scene.key, &scene.holdings);
        if fresh_stamp {
            let in_clear = report.payload.first() == Some(&kind::SERVER_READABLE);
            let committed = !in_clear && pillarbox_session::commitment_of(&report.payload).is_some();
            assert!(proven.is_err() || in_clear || committed, "words that no message holds are proven");
            if in_clear && proven.is_ok() {
                assert_eq!(report.payload[1..], report.body);
            }
        } else {
            // A message in the clear needs no opening, and the bytes that would be the opening are ignored.
            let mut looked_at = report;
            if looked_at.payload.first() == Some(&kind::SERVER_READABLE) {
                looked_at.opening = honest.opening;
            }
            assert_eq!(proven.is_ok(), looked_at == *honest);
        }
    });
}
