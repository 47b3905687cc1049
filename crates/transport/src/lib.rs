//! The Noise channel between a phone and a relay.
