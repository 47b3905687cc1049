//! Two phones in one conversation.

use pillarbox_crypto::Padding;
use pillarbox_session::{Conversation, OpenError};

use super::Phone;

/// Two phones and their ends of one conversation.
pub(crate) struct Pair {
    pub(crate) alice: Phone,
    pub(crate) bob: Phone,
    pub(crate) at_alice: Option<Conversation>,
    pub(crate) at_bob: Option<Conversation>,
}

impl Pair {
    /// Creates a pair in which Alice has started and Bob knows nothing yet.
    pub(crate) fn begun() -> Self {
        Self::of(Phone::new(1), Phone::new(2))
    }

    pub(crate) fn of(mut alice: Phone, mut bob: Phone) -> Self {
        let at_alice = Some(alice.initiate(&mut bob));
        Self { alice, bob, at_alice, at_bob: None }
    }

    /// Creates a pair in which one message each way has arrived.
    pub(crate) fn running() -> Self {
        Self::begun().answered()
    }

    pub(crate) fn answered(self) -> Self {
        let mut pair = self;
        let hello = pair.alice_writes(b"hello");
        assert_eq!(pair.bob_reads(&hello), Ok(b"hello".to_vec()));
        let answer = pair.bob_writes(b"answer");
        assert_eq!(pair.alice_reads(&answer), Ok(b"answer".to_vec()));
        pair
    }

    pub(crate) fn alice_writes(&mut self, body: &[u8]) -> Vec<u8> {
        send(&mut self.at_alice, body)
    }

    pub(crate) fn bob_writes(&mut self, body: &[u8]) -> Vec<u8> {
        send(&mut self.at_bob, body)
    }

    pub(crate) fn alice_reads(&mut self, payload: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.alice.receive(&mut self.at_alice, payload)
    }

    pub(crate) fn bob_reads(&mut self, payload: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.bob.receive(&mut self.at_bob, payload)
    }

    pub(crate) fn assert_flows(&mut self) {
        for round in 0..3_u8 {
            let payload = self.alice_writes(&[round, 1]);
            assert_eq!(self.bob_reads(&payload), Ok(vec![round, 1]));
            let payload = self.bob_writes(&[round, 2]);
            assert_eq!(self.alice_reads(&payload), Ok(vec![round, 2]));
        }
    }
}

pub(crate) fn send(conversation: &mut Option<Conversation>, body: &[u8]) -> Vec<u8> {
    let (payload, next) = conversation.as_ref().unwrap().encrypt(body, Padding::None).unwrap();
    *conversation = Some(next);
    payload
}

/// Copies a conversation as a backup would.
pub(crate) fn copy(conversation: &Option<Conversation>) -> Option<Conversation> {
    conversation.as_ref().map(|conversation| Conversation::from_record(&conversation.to_record()).unwrap())
}
