//! Frames and numbers. Bytes that decode must be written the same way again; otherwise a hash over them would mean
//! nothing.

use std::fmt::Debug;

use pillarbox_client::body::Body;
use pillarbox_wire::{ClientFrame, Encoded, Handle, RelayFrame, decode, encode};

/// Decodes a frame from a phone to a relay.
pub fn client_frame(bytes: &[u8]) {
    is_unique::<ClientFrame>(bytes);
}

/// Decodes a frame from a relay to a phone.
pub fn relay_frame(bytes: &[u8]) {
    is_unique::<RelayFrame>(bytes);
}

/// Decodes the body of a message from one phone to another, after its envelopes are removed.
pub fn body(bytes: &[u8]) {
    if let Ok(body) = Body::read(bytes) {
        assert_eq!(body.write().as_deref(), Ok(bytes));
        // Every reader checks this before it reads a part.
        let _whether_it_is_kept = body.is_within_limits();
    }
}

/// Reads a telephone number as somebody types it.
pub fn handle(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(handle) = Handle::parse(&text) {
        assert_eq!(Handle::parse(handle.as_str()), Ok(handle.clone()));
        assert!(handle.as_str().len() <= 16);
    }
}

fn is_unique<T: Encoded + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(value) = decode::<T>(bytes) {
        assert_eq!(encode(&value).as_deref(), Ok(bytes));
    }
}
