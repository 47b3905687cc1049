//! Reads choices out of the fuzzer's bytes.
//!
//! Reading is total: after the end of the bytes, every choice is zero. So any bytes can drive any target, and a
//! truncated file is still an input.

/// A cursor over the fuzzer's bytes.
#[derive(Clone, Debug)]
pub(crate) struct Feed<'a>(&'a [u8]);

impl<'a> Feed<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn short(&mut self) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()]))
    }

    /// Reads a number below `count`, which is not zero.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.short() % count
    }

    /// Reads a piece whose length the bytes themselves state.
    pub(crate) fn piece(&mut self) -> &'a [u8] {
        let length = self.short().min(self.0.len());
        let (piece, rest) = self.0.split_at(length);
        self.0 = rest;
        piece
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Returns `bytes` as somebody in between would pass them on: with some bytes altered, the end cut off or bytes
    /// added.
    ///
    /// The first bytes choose the alteration. All zeros, and so an empty feed, alter nothing.
    pub(crate) fn altered(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut altered = bytes.to_vec();
        for _ in 0..self.byte() % 8 {
            let at = self.short();
            let with = self.byte();
            if let Some(byte) = altered.get_mut(at) {
                *byte ^= with;
            }
        }
        match self.byte() % 4 {
            1 => altered.truncate(self.short()),
            2 => altered.extend_from_slice(self.piece()),
            _ => {}
        }
        altered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_alters_nothing() {
        assert_eq!(Feed::new(&[]).altered(b"as it was"), b"as it was");
        assert_eq!(Feed::new(&[1, 0, 2, 1]).altered(b"abc"), b"abb");
        assert_eq!(Feed::new(&[0, 1, 0, 2]).altered(b"abc"), b"ab");
        assert_eq!(Feed::new(&[0, 2, 0, 2, b'd', b'e']).altered(b"abc"), b"abcde");
    }
}
