//! A queue of bytes that costs nothing while it is empty.

/// A queue of bytes, added at the back and removed at the front.
///
/// Invariants: `taken` is at most the length; an empty queue owns no memory.
#[derive(Clone, Default)]
pub(crate) struct Unread {
    bytes: Vec<u8>,
    taken: usize,
}

impl Unread {
    /// Returns the bytes that have not been removed.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.taken >= self.bytes.len()
    }

    /// Removes `count` bytes, or all if the queue has fewer.
    pub(crate) fn advance(&mut self, count: usize) {
        self.taken = self.taken.saturating_add(count);
        if self.is_empty() {
            *self = Self::default();
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl From<Vec<u8>> for Unread {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, taken: 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::Unread;

    proptest! {
        #[test]
        fn behaves_like_a_queue(steps in vec((vec(any::<u8>(), 0..8), 0..12usize), 0..40)) {
            let mut unread = Unread::default();
            let mut model = VecDeque::new();
            for (bytes, taken) in steps {
                unread.push(&bytes);
                model.extend(bytes);
                prop_assert_eq!(unread.rest(), model.make_contiguous());
                unread.advance(taken);
                model.drain(..taken.min(model.len()));
                prop_assert_eq!(unread.rest(), model.make_contiguous());
                prop_assert_eq!(unread.is_empty(), model.is_empty());
                if model.is_empty() {
                    prop_assert_eq!(unread.capacity(), 0);
                }
            }
        }
    }
}
