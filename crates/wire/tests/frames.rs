//! Every frame survives its encoding, and every encoding is the only one of its frame.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_wire::arbitrary::{client_frame, relay_frame};
use pillarbox_wire::inventory::{self, WIRE};
use pillarbox_wire::{ClientFrame, Encoded, RelayFrame, decode, encode};
use proptest::prelude::*;

fn survives<T: Encoded + PartialEq + std::fmt::Debug>(frame: &T) {
    let bytes = encode(frame).unwrap();
    assert_eq!(&decode::<T>(&bytes).unwrap(), frame);
}

/// Checks that bytes which decode are the encoding of the decoded value. Without that, a hash or signature over
/// them would mean nothing.
fn is_unique<T: Encoded>(bytes: &[u8]) {
    if let Ok(frame) = decode::<T>(bytes) {
        assert_eq!(encode(&frame).unwrap(), bytes);
    }
}

proptest! {
    #[test]
    fn a_frame_from_a_phone_survives(frame in client_frame()) {
        survives(&frame);
    }

    #[test]
    fn a_frame_from_a_relay_survives(frame in relay_frame()) {
        survives(&frame);
    }

    #[test]
    fn a_damaged_frame_is_refused_or_is_another_frame(
        frame in client_frame(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&frame).unwrap();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        is_unique::<ClientFrame>(&bytes);
        is_unique::<RelayFrame>(&bytes);
    }

    #[test]
    fn a_frame_that_breaks_off_is_refused(frame in relay_frame(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&frame).unwrap();
        prop_assert!(decode::<RelayFrame>(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn random_bytes_are_refused_or_unique(bytes in prop::collection::vec(any::<u8>(), 0..200), variant in 0u8..40, phone: bool) {
        let mut bytes = bytes;
        if bytes.len() > 5 {
            let version = if phone { ClientFrame::VERSION } else { RelayFrame::VERSION };
            bytes[..5].copy_from_slice(&[version, 0, 0, 0, variant]);
        }
        is_unique::<ClientFrame>(&bytes);
        is_unique::<RelayFrame>(&bytes);
    }

    #[test]
    fn the_inventory_names_every_frame(phone in client_frame(), relay in relay_frame()) {
        for fields in [inventory::from_phone(&phone), inventory::to_phone(&relay)] {
            prop_assert!(WIRE.iter().any(|entry| entry.fields == fields));
        }
    }
}
