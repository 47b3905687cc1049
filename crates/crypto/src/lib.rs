//! Key types, key derivation, authenticated encryption, signatures, safety number, padding.
