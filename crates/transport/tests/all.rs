//! All tests of this package that use it from outside, as one program: it is linked once, and its tests run side by
//! side.

mod channel;
mod common;
mod halves;
mod handshake;
mod redacted;
