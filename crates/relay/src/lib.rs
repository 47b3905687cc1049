//! The relay: accounts, prekeys, mailboxes, directory, holdings.
