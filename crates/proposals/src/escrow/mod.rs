//! Key escrow: every message carries its key, wrapped to an authority.
//!
//! ```text
//! key        32 random bytes
//! content    ChaCha20-Poly1305(key, padded body)                                        (n + 16)
//! held       key, and SHA-256 of the content: the ratchet encrypts it in the place of the body
//! leaf       R = r·B, and ChaCha20-Poly1305(SHA-256(r·P, R), key)                       (32 + 48)
//! payload    what the ratchet gives, content, leaf, length of the content               (+ n + 100)
//! ```
//!
//! `B` is the base point of ristretto255 (RFC 9496), `P` the authority's public key, and `r` is derived from the key.
//! Whoever opens the message therefore has everything to compute the leaf again, and refuses a message whose leaf is
//! missing, garbled or of another key. That binds the leaf without a field in the session protocol. The ratchet
//! authenticates the content as well, so that whoever unwraps the key can read with it and cannot write in the sender's
//! name. The name is that of the *law enforcement access field* of the Escrowed Encryption Standard (FIPS 185).
//!
//! The authority's key is one scalar, or it is split so that two of three agents open a leaf together: each multiplies
//! `R` by a share, and to open they never join the shares (Shamir, "How to Share a Secret", 1979). Whoever made the
//! shares had the key.

mod authority;
mod client;
mod key_line;
mod leaf;

pub use authority::{EscrowAuthority, EscrowSecret, NotRecovered};
pub use client::EscrowClient;
pub use key_line::{KeyLineError, NotTogether, public_key_of_line};
