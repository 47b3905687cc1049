//! All tests of this package that use it from outside, as one program: it is linked once, and its tests run side by
//! side.

mod commitment;
mod conversation;
mod gaps;
mod lengths;
mod pair;
mod record;
mod redacted;
mod sealed_sender;
mod support;
