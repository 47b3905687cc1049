//! The reserve in a build without folders, which has none.

use std::io;

/// Has no values, because there is no reserve.
#[derive(Debug)]
pub(super) enum Reserve {}

impl Reserve {
    pub(super) fn growth(&mut self) -> io::Result<u64> {
        match *self {}
    }

    pub(super) fn release(&mut self) -> io::Result<()> {
        match *self {}
    }
}
