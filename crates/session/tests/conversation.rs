//! Conversations through the public interface: the defined outcome of everything that can happen to a
//! message on its way.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod support;

use pillarbox_crypto::Padding;
use pillarbox_session::{
    Conversation, Degraded, EncryptError, InitiateError, Kind, OpenError, PREKEY_OVERHEAD, RATCHET_OVERHEAD,
    claimed_identity, conversation::MAX_PLAINTEXT_LEN, franking, kind,
};
use pillarbox_wire::FixedBytes;
use support::Phone;

/// Two phones and their ends of one conversation.
struct Pair {
    alice: Phone,
    bob: Phone,
    at_alice: Option<Conversation>,
    at_bob: Option<Conversation>,
}

impl Pair {
    /// Alice has started, Bob knows nothing yet.
    fn begun() -> Self {
        let (mut alice, mut bob) = (Phone::new(1), Phone::new(2));
        let at_alice = Some(alice.initiate(&mut bob));
        Self { alice, bob, at_alice, at_bob: None }
    }

    /// One message each way has arrived.
    fn running() -> Self {
        let mut pair = Self::begun();
        let hello = pair.from_alice(b"hello");
        assert_eq!(pair.to_bob(&hello), Ok(b"hello".to_vec()));
        let answer = pair.from_bob(b"answer");
        assert_eq!(pair.to_alice(&answer), Ok(b"answer".to_vec()));
        pair
    }

    fn from_alice(&mut self, body: &[u8]) -> Vec<u8> {
        send(&mut self.alice, &mut self.at_alice, body)
    }

    fn from_bob(&mut self, body: &[u8]) -> Vec<u8> {
        send(&mut self.bob, &mut self.at_bob, body)
    }

    fn to_alice(&mut self, payload: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.alice.receive(&mut self.at_alice, payload)
    }

    fn to_bob(&mut self, payload: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.bob.receive(&mut self.at_bob, payload)
    }

    fn assert_flows(&mut self) {
        for round in 0..3_u8 {
            let payload = self.from_alice(&[round, 1]);
            assert_eq!(self.to_bob(&payload), Ok(vec![round, 1]));
            let payload = self.from_bob(&[round, 2]);
            assert_eq!(self.to_alice(&payload), Ok(vec![round, 2]));
        }
    }
}

fn send(phone: &mut Phone, conversation: &mut Option<Conversation>, body: &[u8]) -> Vec<u8> {
    let (payload, next) =
        conversation.as_ref().unwrap().encrypt(&mut phone.rng, body, Padding::None).unwrap();
    *conversation = Some(next);
    payload
}

/// A copy as a backup would make it.
fn copy(conversation: &Option<Conversation>) -> Option<Conversation> {
    conversation.as_ref().map(|conversation| Conversation::from_record(&conversation.to_record()).unwrap())
}

#[test]
fn two_phones_talk() {
    Pair::running().assert_flows();
}
