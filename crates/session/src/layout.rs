//! A cursor for reading fixed layouts. It returns a given number of bytes or an error.
//!
//! It does not know what the bytes mean. Every layout in this crate is a row of fields of known length with at most
//! one open-ended field at the end, so reading is total and leaves no bytes over.

/// The bytes end early, or there are more than the layout has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongLength;

/// A cursor over bytes that somebody else wrote.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the next `N` bytes.
    pub(crate) fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], WrongLength> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(WrongLength)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Returns the next `len` bytes.
    pub(crate) fn take_slice(&mut self, len: usize) -> Result<&'a [u8], WrongLength> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(WrongLength)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, WrongLength> {
        self.take().map(|&[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, WrongLength> {
        self.take().map(|bytes| u16::from_be_bytes(*bytes))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, WrongLength> {
        self.take().map(|bytes| u32::from_be_bytes(*bytes))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, WrongLength> {
        self.take().map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// Returns all remaining bytes.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Checks that no bytes remain.
    pub(crate) fn end(self) -> Result<(), WrongLength> {
        if self.0.is_empty() { Ok(()) } else { Err(WrongLength) }
    }
}
