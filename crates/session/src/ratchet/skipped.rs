//! MKSKIPPED: the keys of skipped messages (specification, sections 2.6, 4.3 and 4.6).
//!
//! The constants in [`limits`](super::limits) bound the store in three ways: the number of chains, the number of keys,
//! and the age of a key, counted in messages received since it was stored. At a bound, the oldest keys are deleted
//! first. The store is a list of shared chains of shared keys. When no key is stored or used, the next state of a
//! session shares the store at no cost; otherwise it costs one copied list of references.

use super::{
    chain::NumberedKey,
    keys::{HeaderKey, MessageKey},
    limits::{MAX_CHAINS, MAX_SKIPPED, SKIPPED_LIFETIME},
};
use std::sync::Arc;

/// One kept key.
#[derive(Clone)]
pub(super) struct SkippedKey {
    pub(super) number: u32,
    /// The number of messages that the session had received when the key was stored.
    pub(super) stored_at: u64,
    pub(super) key: Arc<MessageKey>,
}

/// The kept keys of one chain. Invariants: at least one key; numbers and ages rise.
#[derive(Clone)]
pub(super) struct SkippedChain {
    pub(super) header_key: Arc<HeaderKey>,
    pub(super) keys: Vec<SkippedKey>,
}

impl SkippedChain {
    /// Returns the key of message `number`, if it is kept.
    pub(super) fn key(&self, number: u32) -> Option<&MessageKey> {
        let at = self.keys.binary_search_by_key(&number, |key| key.number).ok()?;
        self.keys.get(at).map(|key| &*key.key)
    }
}

/// All kept keys of a session, oldest chain first.
///
/// Invariants: at most [`MAX_CHAINS`] chains with different header keys and [`MAX_SKIPPED`] keys.
#[derive(Clone, Default)]
pub(super) struct Skipped {
    pub(super) chains: Vec<Arc<SkippedChain>>,
}

impl Skipped {
    /// Returns the store with `passed` added to the chain of `header_key`.
    pub(super) fn with(&self, header_key: &Arc<HeaderKey>, passed: Vec<NumberedKey>, stored_at: u64) -> Self {
        let mut chains = self.chains.clone();
        if passed.is_empty() {
            return Self { chains };
        }
        let at = chains.iter().position(|chain| chain.header_key.same_as(header_key));
        let mut keys = at.map(|at| chains.remove(at)).map_or_else(Vec::new, |chain| chain.keys.clone());
        keys.extend(passed.into_iter().map(|NumberedKey { number, key }| SkippedKey {
            number,
            stored_at,
            key: Arc::new(key),
        }));
        chains.push(Arc::new(SkippedChain { header_key: Arc::clone(header_key), keys }));
        Self { chains }.bounded()
    }

    /// Returns the store without message `number` of the chain of `header_key`.
    pub(super) fn without(&self, header_key: &HeaderKey, number: u32) -> Self {
        self.retain(|chain, key| key.number != number || !chain.header_key.same_as(header_key))
    }

    /// Returns true if a key is older than [`SKIPPED_LIFETIME`]. The oldest of a chain is first.
    pub(super) fn has_aged(&self, received: u64) -> bool {
        let oldest = self.chains.iter().filter_map(|chain| chain.keys.first());
        oldest.into_iter().any(|key| aged(key, received))
    }

    /// Returns the store without keys older than [`SKIPPED_LIFETIME`].
    pub(super) fn without_aged(&self, received: u64) -> Self {
        self.retain(|_, key| !aged(key, received))
    }

    fn retain(&self, keep: impl Fn(&SkippedChain, &SkippedKey) -> bool) -> Self {
        let kept = self.chains.iter().filter_map(|chain| {
            if chain.keys.iter().all(|key| keep(chain, key)) {
                return Some(Arc::clone(chain));
            }
            let keys: Vec<_> = chain.keys.iter().filter(|key| keep(chain, key)).cloned().collect();
            let header_key = Arc::clone(&chain.header_key);
            (!keys.is_empty()).then(|| Arc::new(SkippedChain { header_key, keys }))
        });
        Self { chains: kept.collect() }
    }

    fn bounded(mut self) -> Self {
        let surplus = self.chains.len().saturating_sub(MAX_CHAINS);
        self.chains.drain(..surplus);
        let mut surplus = self.len().saturating_sub(MAX_SKIPPED);
        while surplus > 0 {
            let Some(oldest) = self.chains.first_mut() else { break };
            let keys = &mut Arc::make_mut(oldest).keys;
            let gone = surplus.min(keys.len());
            keys.drain(..gone);
            surplus -= gone;
            if keys.is_empty() {
                self.chains.remove(0);
            }
        }
        self
    }

    /// Returns the number of keys in all chains together.
    pub(super) fn len(&self) -> usize {
        self.chains.iter().map(|chain| chain.keys.len()).sum()
    }
}

fn aged(key: &SkippedKey, received: u64) -> bool {
    received.saturating_sub(key.stored_at) > SKIPPED_LIFETIME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_key(seed: u8) -> Arc<HeaderKey> {
        Arc::new(HeaderKey::from_bytes([seed; 32]))
    }

    fn keys(numbers: std::ops::Range<u32>) -> Vec<NumberedKey> {
        numbers.map(|number| NumberedKey { number, key: MessageKey::from_bytes([7; 32]) }).collect()
    }

    #[test]
    fn a_key_is_found_until_it_is_taken_out() {
        let (a, b) = (header_key(1), header_key(2));
        let store =
            Skipped::default().with(&a, keys(3..6), 0).with(&b, keys(4..5), 1).with(&a, keys(9..10), 2);
        assert_eq!((store.chains.len(), store.len()), (2, 5));
        let found = |store: &Skipped, key: &HeaderKey, number| {
            store.chains.iter().any(|chain| chain.header_key.same_as(key) && chain.key(number).is_some())
        };
        assert!(found(&store, &a, 4) && found(&store, &b, 4) && found(&store, &a, 9));
        assert!(!found(&store, &a, 6) && !found(&store, &b, 3));
        let without = store.without(&a, 4);
        assert!(!found(&without, &a, 4) && found(&without, &b, 4) && found(&without, &a, 5));
        assert_eq!(without.without(&b, 4).chains.len(), 1, "an empty chain is no chain");
    }

    #[test]
    fn the_oldest_chain_and_the_oldest_keys_go_first() {
        let mut store = Skipped::default();
        for seed in 0..=MAX_CHAINS as u8 {
            store = store.with(&header_key(seed), keys(0..1), u64::from(seed));
        }
        assert_eq!(store.chains.len(), MAX_CHAINS);
        assert!(store.chains[0].header_key.same_as(&header_key(1)));

        let full = store.with(&header_key(100), keys(0..MAX_SKIPPED as u32), 9);
        assert_eq!((full.chains.len(), full.len()), (1, MAX_SKIPPED));
        let over = full.with(&header_key(101), keys(0..3), 10);
        assert_eq!(over.len(), MAX_SKIPPED);
        assert!(over.chains[0].key(2).is_none() && over.chains[0].key(3).is_some());
    }

    #[test]
    fn a_key_ages_out_and_not_a_message_earlier() {
        let store =
            Skipped::default().with(&header_key(1), keys(0..2), 5).with(&header_key(2), keys(0..1), 6);
        assert!(!store.has_aged(5 + SKIPPED_LIFETIME));
        assert!(store.has_aged(6 + SKIPPED_LIFETIME));
        assert_eq!(store.without_aged(5 + SKIPPED_LIFETIME).len(), 3);
        assert_eq!(store.without_aged(6 + SKIPPED_LIFETIME).len(), 1);
    }
}
