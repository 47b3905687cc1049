//! The sentences below the ledger's tables: what their columns count, and who can read what is there.

use pillarbox_relay::legible;
use pillarbox_relay::store::{ChannelRow, DepositRow};
use pillarbox_wire::{AccountId, DepositKind};

/// The sentences about linked devices.
pub(super) const DEVICES: &str = "An account's first phone signs which devices belong to it, so the relay can add none. \
    CHANGES counts what it has linked and removed. In other tables a device's number stands behind its account's name and \
    a point.";

/// The sentences about groups.
pub(super) const GROUPS: &str = "Nobody signs who is in a group: phones believe what stands here. BY is the account that \
    asked this relay for the change.";

/// The sentences about attachments.
pub(super) const ATTACHMENTS: &str = "A phone encrypts each before it leaves it here, and the key goes to its recipient in a \
    message. BY is the account that left it. Who fetches it is not kept.";

/// The sentences about the public log of keys.
pub(super) const LOG: &str = "Each row is two digests: whoever knows an account's name, or its keys, finds its rows. COUNT \
    counts the account's rows: above 1 its keys or devices have changed. Rows stay when an account is closed.";

/// Returns the sentences about backups, or nothing if there are none.
pub(super) fn backups(deposits: &[DepositRow]) -> String {
    let keys: Vec<AccountId> =
        deposits.iter().filter(|row| row.kind == DepositKind::BackupKey).map(|row| row.account).collect();
    let parts = || deposits.iter().filter(|row| row.kind == DepositKind::BackupPart);
    let is_readable = |row: &DepositRow| legible::words(row.value.as_slice()).is_some();
    let mut sentences = Vec::new();
    if parts().any(|row| keys.contains(&row.account)) {
        sentences.push("Whoever has these rows reads a backup whose key is among them.");
    }
    if parts().any(|row| !keys.contains(&row.account) && !is_readable(row)) {
        sentences.push("A backup without a key here opens with its owner's key only.");
    }
    if parts().any(is_readable) {
        sentences.push("A backup with text in quotes is not sealed, and needs no key.");
    }
    sentences.join(" ")
}

/// Returns the sentences about channels.
pub(super) fn channels(channels: &[ChannelRow]) -> String {
    let mut sentences =
        "Anybody reads what is published, without an account's name on it. OWNER is the account that opened \
        the channel. Who follows a channel is not kept with it."
            .to_owned();
    if channels.iter().any(|row| row.taken_down.is_some()) {
        sentences.push_str(" What was published in a channel that is taken down is deleted here.");
    }
    sentences
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{Bytes, Timestamp};

    use super::*;

    fn left(account: u8, kind: DepositKind, value: &[u8]) -> DepositRow {
        DepositRow {
            account: AccountId([account; 16]),
            kind,
            subject: Bytes(Vec::new()),
            value: Bytes(value.to_vec()),
            left_at: Timestamp(0),
        }
    }

    #[test]
    fn the_sentences_about_backups_say_who_can_read_each_of_those_that_are_there() {
        const SEALED: &[u8] = &[0x9C; 64];
        let sealed = |account| left(account, DepositKind::BackupPart, SEALED);
        let key = |account| left(account, DepositKind::BackupKey, &[0xA5; 32]);
        let readable = left(3, DepositKind::BackupPart, b"\x00see you at six at the bridge\x00");
        assert_eq!(backups(&[left(1, DepositKind::DisplayName, b"Anne of the office")]), "");
        assert_eq!(
            backups(&[key(1), sealed(1)]),
            "Whoever has these rows reads a backup whose key is among them."
        );
        let owners = "A backup without a key here opens with its owner's key only.";
        assert_eq!(backups(&[sealed(2)]), owners);
        assert_eq!(backups(&[readable]), "A backup with text in quotes is not sealed, and needs no key.");
        assert!(backups(&[key(1), sealed(1), sealed(2)]).ends_with(owners));
    }
}
