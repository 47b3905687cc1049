//! The reserve of a build without folders: there is none.

use std::io;

/// Has no values.
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
