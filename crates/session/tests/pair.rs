//! Two phones, a network that loses, repeats and reorders, phones that restart and are restored from old copies,
//! and a model of the texts that may be returned.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

use pillarbox_crypto::Padding;
use pillarbox_session::{Conversation, OpenError};
use proptest::prelude::*;
use std::collections::BTreeSet;

use crate::support::{Phone, Stock};

/// One of the two phones.
type Side = usize;

/// An event of the test. A number picks a message or a copy, modulo the number of messages or copies.
#[derive(Debug, Clone)]
enum Event {
    /// The phone writes a message, starting a session if it has none.
    Send(Side),
    /// One of the messages in transit to the phone arrives.
    Deliver(Side, usize),
    /// One of the messages arrives and stays in transit.
    Repeat(Side, usize),
    /// One of the messages is lost.
    Lose(Side, usize),
    /// The phone stops and reads its records again.
    Restart(Side),
    /// A copy of the phone is made.
    Copy(Side),
    /// The phone is replaced by one of its copies.
    RollBack(Side, usize),
    /// The phone starts a new session.
    Initiate(Side),
}

fn side() -> impl Strategy<Value = Side> {
    0..2_usize
}

fn quiet_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => side().prop_map(Event::Send),
        8 => (side(), any::<usize>()).prop_map(|(side, at)| Event::Deliver(side, at)),
        2 => (side(), any::<usize>()).prop_map(|(side, at)| Event::Repeat(side, at)),
        2 => (side(), any::<usize>()).prop_map(|(side, at)| Event::Lose(side, at)),
        1 => side().prop_map(Event::Restart),
        1 => side().prop_map(Event::Copy),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => quiet_event(),
        1 => (side(), any::<usize>()).prop_map(|(side, at)| Event::RollBack(side, at)),
        1 => side().prop_map(Event::Initiate),
    ]
}

/// A copy of a phone. The inbox is part of it: a restored phone forgets which messages it has read.
#[derive(Clone)]
struct Backup {
    conversation: Option<Vec<u8>>,
    stock: Stock,
    inbox: BTreeSet<u32>,
}

struct End {
    phone: Phone,
    conversation: Option<Conversation>,
    inbox: BTreeSet<u32>,
    backups: Vec<Backup>,
    /// Payloads in transit to this phone.
    under_way: Vec<(u32, Vec<u8>)>,
}

impl End {
    fn new(seed: u64) -> Self {
        let (inbox, backups, under_way) = Default::default();
        Self { phone: Phone::new(seed), conversation: None, inbox, backups, under_way }
    }

    fn record(&self) -> Option<Vec<u8>> {
        self.conversation.as_ref().map(|conversation| conversation.to_record().to_vec())
    }

    fn backup(&self) -> Backup {
        Backup { conversation: self.record(), stock: self.phone.stock.clone(), inbox: self.inbox.clone() }
    }

    fn restore(&mut self, backup: Backup) {
        let Backup { conversation, stock, inbox } = backup;
        self.conversation = conversation.map(|record| {
            let conversation = Conversation::from_record(&record).unwrap();
            assert_eq!(*conversation.to_record(), record, "a record that reads writes the same bytes");
            conversation
        });
        self.phone.stock = stock;
        self.inbox = inbox;
    }
}

struct Network {
    ends: [End; 2],
    next_text: u32,
}

impl Network {
    fn new() -> Self {
        Self { ends: [End::new(1), End::new(2)], next_text: 0 }
    }

    fn pair(&mut self, side: Side) -> (&mut End, &mut End) {
        let [first, second] = &mut self.ends;
        if side == 0 { (first, second) } else { (second, first) }
    }

    fn initiate(&mut self, side: Side) {
        let (ours, theirs) = self.pair(side);
        ours.conversation = Some(match &ours.conversation {
            Some(conversation) => ours.phone.initiate_again(conversation, &mut theirs.phone),
            None => ours.phone.initiate(&mut theirs.phone),
        });
    }

    fn send(&mut self, side: Side) -> u32 {
        if self.ends[side].conversation.is_none() {
            self.initiate(side);
        }
        let text = self.next_text;
        self.next_text += 1;
        let (ours, theirs) = self.pair(side);
        let conversation = ours.conversation.as_ref().unwrap();
        let (payload, next) = conversation.encrypt(&text.to_be_bytes(), Padding::BLOCKS_80).unwrap();
        ours.conversation = Some(next);
        theirs.under_way.push((text, payload));
        text
    }

    /// Delivers a payload. Checks that a payload that opens yields the text that was sent and was not read before,
    /// and that a payload that does not open leaves the phone unchanged.
    fn hand_over(&mut self, side: Side, text: u32, payload: &[u8]) -> Result<(), OpenError> {
        let end = &mut self.ends[side];
        let before = end.record();
        match end.phone.receive(&mut end.conversation, payload) {
            Ok(body) => {
                assert_eq!(body, text.to_be_bytes());
                assert!(end.inbox.insert(text), "text {text} was shown twice");
                Ok(())
            }
            Err(error) => {
                assert_eq!(end.record(), before, "a message that failed has changed the state");
                Err(error)
            }
        }
    }

    /// Applies an event. Returns the outcome of a delivery, if the event was one and a message was in transit.
    fn happen(&mut self, event: &Event) -> Option<(Side, u32, Result<(), OpenError>)> {
        match *event {
            Event::Send(side) => {
                self.send(side);
            }
            Event::Deliver(side, at) => {
                let under_way = &mut self.ends[side].under_way;
                let at = at.checked_rem(under_way.len())?;
                let (text, payload) = under_way.remove(at);
                return Some((side, text, self.hand_over(side, text, &payload)));
            }
            Event::Repeat(side, at) => {
                let under_way = &self.ends[side].under_way;
                let at = at.checked_rem(under_way.len())?;
                let (text, payload) = under_way[at].clone();
                return Some((side, text, self.hand_over(side, text, &payload)));
            }
            Event::Lose(side, at) => {
                let under_way = &mut self.ends[side].under_way;
                let at = at.checked_rem(under_way.len())?;
                under_way.remove(at);
            }
            Event::Restart(side) => {
                let backup = self.ends[side].backup();
                self.ends[side].restore(backup);
            }
            Event::Copy(side) => {
                let backup = self.ends[side].backup();
                self.ends[side].backups.push(backup);
            }
            Event::RollBack(side, at) => {
                let backups = &self.ends[side].backups;
                let backup = backups[at.checked_rem(backups.len())?].clone();
                self.ends[side].restore(backup);
            }
            Event::Initiate(side) => self.initiate(side),
        }
        None
    }

    /// Delivers everything in transit, in order, whatever the outcome.
    fn drain(&mut self) {
        for side in [0, 1] {
            for (text, payload) in std::mem::take(&mut self.ends[side].under_way) {
                // A message sent before a restore may be lost for good, but it must do no harm.
                let _opened_or_refused = self.hand_over(side, text, &payload);
            }
        }
    }

    fn assert_all_open(&mut self) {
        for side in [0, 1] {
            for (text, payload) in std::mem::take(&mut self.ends[side].under_way) {
                assert_eq!(self.hand_over(side, text, &payload), Ok(()), "text {text} to {side}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// No message opens twice or altered, and a failure changes nothing. After a recovery by either side, or by both at
    /// once, every later message is delivered, whether messages cross or alternate.
    #[test]
    fn no_conversation_is_wedged(
        events in proptest::collection::vec(any_event(), 0..60),
        recovering in prop_oneof![Just(&[0_usize][..]), Just(&[1][..]), Just(&[0, 1][..])],
        crossing: bool,
    ) {
        let mut network = Network::new();
        for event in &events {
            let _opened_or_refused = network.happen(event);
        }
        network.drain();
        for &side in recovering {
            network.initiate(side);
        }
        for &side in recovering {
            network.send(side);
        }
        network.assert_all_open();
        for _ in 0..4 {
            network.send(0);
            if !crossing {
                network.assert_all_open();
            }
            network.send(1);
            network.send(1);
            network.assert_all_open();
        }
    }

    /// While nobody is restored and nobody starts again, every message opens the first time that it arrives, in any
    /// order, and never again.
    #[test]
    fn whatever_arrives_opens_exactly_once(events in proptest::collection::vec(quiet_event(), 0..40)) {
        let mut network = Network::new();
        for event in &events {
            let read_before = [0, 1].map(|side| network.ends[side].inbox.clone());
            if let Some((side, text, outcome)) = network.happen(event) {
                prop_assert_eq!(outcome.is_ok(), !read_before[side].contains(&text), "{:?}", outcome);
            }
        }
    }
}
