//! Two phones and a network with events that the fuzzer chooses: messages are lost, repeated, reordered and
//! altered, phones start again, and are restored from old copies.
//!
//! Three things must never happen: a text is shown that was not sent, or is shown twice; a failure changes a state;
//! two phones cannot find a common session again.

use std::collections::BTreeSet;

use pillarbox_crypto::Padding;
use pillarbox_session::{Conversation, OpenError};

use crate::feed::Feed;
use crate::keys::{BEGUN, Keys, Stock};

/// The maximum number of events in one run. A longer run would be slower and find nothing that two shorter runs do not
/// find.
const MAX_EVENTS: usize = 96;

/// A copy of a phone. Its inbox is part of it: a restored phone forgets which messages it has read.
#[derive(Clone)]
struct Copy {
    conversation: Option<Vec<u8>>,
    stock: Stock,
    inbox: BTreeSet<u32>,
}

struct End {
    keys: Keys,
    conversation: Option<Conversation>,
    inbox: BTreeSet<u32>,
    copies: Vec<Copy>,
    /// Payloads in transit to this phone.
    under_way: Vec<(u32, Vec<u8>)>,
}

impl End {
    fn new(seed: u64) -> Self {
        let (inbox, copies, under_way) = Default::default();
        Self { keys: Keys::new(seed), conversation: None, inbox, copies, under_way }
    }

    fn record(&self) -> Option<Vec<u8>> {
        self.conversation.as_ref().map(|conversation| conversation.to_record().to_vec())
    }

    fn copy(&self) -> Copy {
        Copy { conversation: self.record(), stock: self.keys.stock.clone(), inbox: self.inbox.clone() }
    }

    fn restore(&mut self, copy: Copy) {
        let Copy { conversation, stock, inbox } = copy;
        self.conversation = conversation.map(|record| {
            let conversation = Conversation::from_record(&record).expect("written here");
            assert_eq!(*conversation.to_record(), record);
            conversation
        });
        (self.keys.stock, self.inbox) = (stock, inbox);
    }

    fn open(&mut self, payload: &[u8]) -> Result<pillarbox_session::OpenedMessage, OpenError> {
        let Keys { identity, stock, rng, .. } = &mut self.keys;
        Conversation::decrypt(self.conversation.as_ref(), identity, stock, None, payload, rng)
    }

    /// Receives a payload unchanged.
    fn receive(&mut self, text: u32, payload: &[u8]) -> Result<(), OpenError> {
        let before = self.record();
        match self.open(payload) {
            Ok(opened) => {
                assert_eq!(*opened.body, text.to_be_bytes());
                assert!(self.inbox.insert(text), "text {text} was shown twice");
                self.keys.stock.delete(&opened.consumed);
                self.conversation = Some(opened.next);
                Ok(())
            }
            Err(error) => {
                assert_eq!(self.record(), before, "a message that failed has changed the state");
                Err(error)
            }
        }
    }

    /// Receives an altered payload, which must be refused.
    fn refuse(&mut self, payload: &[u8]) {
        let before = self.record();
        assert!(self.open(payload).is_err(), "an altered message opened");
        assert_eq!(self.record(), before, "a message that failed has changed the state");
    }
}

struct Network {
    ends: [End; 2],
    next_text: u32,
}

impl Network {
    fn pair(&mut self, side: usize) -> (&mut End, &mut End) {
        let [first, second] = &mut self.ends;
        if side == 0 { (first, second) } else { (second, first) }
    }

    fn initiate(&mut self, side: usize, used_up: bool) {
        let (ours, theirs) = self.pair(side);
        let bundle = theirs.keys.bundle(used_up);
        let Keys { identity, rng, .. } = &mut ours.keys;
        let their_identity = theirs.keys.public();
        let begun = match &ours.conversation {
            Some(conversation) => conversation.initiate_again(rng, identity, &their_identity, &bundle, BEGUN),
            None => Conversation::initiate(rng, identity, &their_identity, &bundle, BEGUN),
        };
        ours.conversation = Some(begun.expect("an honest bundle"));
    }

    fn send(&mut self, side: usize) {
        if self.ends[side].conversation.is_none() {
            self.initiate(side, false);
        }
        let text = self.next_text;
        self.next_text += 1;
        let (ours, theirs) = self.pair(side);
        let conversation = ours.conversation.as_ref().expect("begun above");
        let sealed = conversation.encrypt(&text.to_be_bytes(), Padding::BLOCKS_80);
        let (payload, next) = sealed.expect("a short text");
        ours.conversation = Some(next);
        theirs.under_way.push((text, payload));
    }

    fn happen(&mut self, feed: &mut Feed<'_>) {
        let choice = feed.byte();
        let side = usize::from(choice & 1);
        let end = &mut self.ends[side];
        let waiting = end.under_way.len();
        match choice >> 1 & 7 {
            0 => self.send(side),
            1 if waiting > 0 => {
                let (text, payload) = end.under_way.remove(usize::from(feed.byte()) % waiting);
                // The message may be late or from before a restore. The code that opens it checks the outcome.
                let _opened_or_refused = end.receive(text, &payload);
            }
            2 if waiting > 0 => {
                let (text, payload) = end.under_way[usize::from(feed.byte()) % waiting].clone();
                let _opened_or_refused = end.receive(text, &payload);
            }
            3 if waiting > 0 => drop(end.under_way.remove(usize::from(feed.byte()) % waiting)),
            4 if waiting > 0 => {
                let (_, payload) = end.under_way[usize::from(feed.byte()) % waiting].clone();
                let altered = feed.altered(&payload);
                if altered != payload {
                    end.refuse(&altered);
                }
            }
            5 => {
                let copy = end.copy();
                if choice & 16 == 0 {
                    end.copies.push(copy.clone());
                }
                end.restore(copy);
            }
            6 if !end.copies.is_empty() => {
                let at = usize::from(feed.byte()) % end.copies.len();
                let copy = end.copies[at].clone();
                end.restore(copy);
            }
            7 => self.initiate(side, choice & 16 != 0),
            _ => {}
        }
    }

    /// Delivers everything in transit, in order.
    fn drain(&mut self, all_open: bool) {
        for end in &mut self.ends {
            for (text, payload) in std::mem::take(&mut end.under_way) {
                let outcome = end.receive(text, &payload);
                assert!(!all_open || outcome.is_ok(), "{outcome:?} after a new beginning");
            }
        }
    }
}

/// Runs the events that the bytes name, then lets one side or both begin again, after which everything opens.
pub fn session_events(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let mut network = Network { ends: [End::new(1), End::new(2)], next_text: 0 };
    let recovering: &[usize] = match feed.byte() % 3 {
        0 => &[0],
        1 => &[1],
        _ => &[0, 1],
    };
    for _ in 0..MAX_EVENTS {
        if feed.is_empty() {
            break;
        }
        network.happen(&mut feed);
    }
    network.drain(false);
    for &side in recovering {
        network.initiate(side, false);
        network.send(side);
    }
    network.drain(true);
    for _ in 0..3 {
        network.send(0);
        network.send(1);
        network.send(1);
        network.drain(true);
    }
}
