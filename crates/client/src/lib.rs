//! The phone: account, vault, contacts, sessions, outbox.
