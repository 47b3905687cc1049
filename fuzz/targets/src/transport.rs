//! Addresses of relays, and bytes that arrive on a socket: preambles, handshakes, records.

use std::sync::LazyLock;

use pillarbox_crypto::AgreementSecret;
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer};
use pillarbox_transport::{Established, Opener, RelayAddress, Sealer, Versions};
use pillarbox_wire::{ClientFrame, Encoded, Ping, RelayFrame, RequestId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeTuple, Serializer};

use crate::feed::Feed;

static RELAY: LazyLock<AgreementSecret> = LazyLock::new(|| AgreementSecret::from_bytes([7; 32]));

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

/// Reads a relay's address as somebody types it. An address that reads is printed, and reads again as the same.
pub fn relay_address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(address) = text.parse::<RelayAddress>() {
        assert_eq!(address.to_string().parse::<RelayAddress>(), Ok(address));
    }
}

/// Runs both sides of a handshake with a stranger. Nobody finishes one with a relay whose key they do not use, and
/// nobody without that key finishes one with a phone.
pub fn handshake(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let versions = Versions::new(feed.byte() % 4, feed.byte() % 4).unwrap_or(Versions::SUPPORTED);

    let relay = AwaitingOffer::begin(&RELAY, versions, &mut rng());
    let (phone, offer) = AwaitingAnswer::begin(&RELAY.public(), Versions::SUPPORTED, &mut rng());
    let offer = feed.altered(&offer);
    let Ok(offer) = offer.as_slice().try_into() else { return };
    if let Ok((relay, answer)) = relay.offered(offer) {
        let opening = if feed.byte().is_multiple_of(2) {
            feed.array()
        } else {
            let Ok((_, opening)) = phone.answered(&answer) else { return };
            let altered = feed.altered(&opening);
            let Ok(altered) = altered.as_slice().try_into() else { return };
            assert!(altered == opening || relay_refuses(offer, versions, &altered));
            altered
        };
        // The sixteen bytes of a stranger's tag are right once in 2^128 times, or if they are the phone's own tag.
        let _established_or_refused = relay.opened(&opening);
    }

    let (phone, _) = AwaitingAnswer::begin(&RELAY.public(), versions, &mut rng());
    if let Ok((phone, _)) = phone.answered(&feed.array()) {
        assert!(phone.replied(&feed.array()).is_err(), "a phone took a stranger for its relay");
    }
}

fn relay_refuses(offer: &[u8; 10], versions: Versions, opening: &[u8; 48]) -> bool {
    let relay = AwaitingOffer::begin(&RELAY, versions, &mut rng());
    relay.offered(offer).is_ok_and(|(relay, _)| relay.opened(opening).is_err())
}

/// Opens records that were altered in transit, and records of somebody who has the channel's key and sends any
/// bytes.
pub fn records(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let (mut sealer, mut opener) = channel();
    if feed.byte().is_multiple_of(2) {
        altered_on_the_way(&mut feed, &mut sealer, &mut opener);
    } else {
        let frames: Vec<Raw> = (0..feed.byte() % 4).map(|_| Raw(feed.piece().to_vec())).collect();
        let Ok(records) = sealer.seal(&frames) else { return };
        opener.feed(&records);
        for frame in &frames {
            let expected = pillarbox_wire::decode::<ClientFrame>(&frame.encoded());
            match opener.next_frame::<ClientFrame>() {
                Ok(read) => assert_eq!(read, expected.ok()),
                Err(_) => return assert!(expected.is_err()),
            }
        }
        assert!(opener.is_idle());
    }
}

fn altered_on_the_way(feed: &mut Feed<'_>, sealer: &mut Sealer, opener: &mut Opener) {
    let sent: Vec<ClientFrame> =
        (0..3).map(|number| ClientFrame::Ping(Ping { request: RequestId(number) })).collect();
    // Each frame gets its own record, so that there are boundaries between records.
    let records: Vec<u8> = sent.iter().flat_map(|frame| sealer.seal([frame]).unwrap_or_default()).collect();
    let arriving = feed.altered(&records);
    let unharmed = arriving.iter().zip(&records).take_while(|(got, sent)| got == sent).count();
    let mut read = 0;
    for piece in arriving.chunks(1 + feed.below(64)) {
        opener.feed(piece);
        loop {
            match opener.next_frame::<ClientFrame>() {
                Ok(Some(frame)) => {
                    assert_eq!(sent.get(read), Some(&frame));
                    read += 1;
                    assert!(
                        read * records.len() / sent.len() <= unharmed,
                        "a record opened that was altered"
                    );
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(
                        opener.next_frame::<RelayFrame>(),
                        Err(error),
                        "the channel goes on after an error"
                    );
                    return;
                }
            }
        }
    }
}

fn channel() -> (Sealer, Opener) {
    let ends = || -> Option<(Established, Established)> {
        let (phone, offer) = AwaitingAnswer::begin(&RELAY.public(), Versions::SUPPORTED, &mut rng());
        let relay = AwaitingOffer::begin(&RELAY, Versions::SUPPORTED, &mut ChaCha20Rng::seed_from_u64(2));
        let (relay, answer) = relay.offered(&offer).ok()?;
        let (phone, opening) = phone.answered(&answer).ok()?;
        let (relay, reply) = relay.opened(&opening).ok()?;
        Some((phone.replied(&reply).ok()?, relay))
    };
    let (phone, relay) = ends().expect("an honest handshake is done");
    (phone.sealer, relay.opener)
}

/// Bytes that travel as a frame but need not be a valid frame.
struct Raw(Vec<u8>);

impl Raw {
    fn encoded(&self) -> Vec<u8> {
        [&[Self::VERSION], self.0.as_slice()].concat()
    }
}

impl Encoded for Raw {
    const VERSION: u8 = ClientFrame::VERSION;
    const MAX_LEN: usize = ClientFrame::MAX_LEN;
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0.iter().try_for_each(|byte| tuple.serialize_element(byte))?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("only ever sent"))
    }
}
