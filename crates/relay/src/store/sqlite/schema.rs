//! The tables, under names that a person with `sqlite3` can read.

use rusqlite::{Connection, TransactionBehavior};

use super::{attachments, groups, leaves};
use crate::store::error::StoreError;

/// The layout number, in the file's `user_version`. A changed table gets a new number.
const LAYOUT: i64 = 6;

/// The layout before this one, which had no attachments.
const WITHOUT_ATTACHMENTS: i64 = 5;

/// The layout before it, which had no groups.
const WITHOUT_GROUPS: i64 = 4;

/// The layout before that, which had no linked devices and no directory's log.
const WITHOUT_DEVICES: i64 = 3;

/// The layout before that one, which did not count transactions.
const WITHOUT_COMMITS: i64 = 2;

/// The first layout, which had no deposits, events and channels either.
const WITHOUT_ADDITIONS: i64 = 1;

/// Marks the file as a relay's ("PBox"), in its `application_id`.
const APPLICATION: i64 = 0x5042_6f78;

/// The tables. Times are milliseconds since 1970 (UTC).
///
/// `messages` has no index over waiting messages: the relay holds that in memory. The two indexes are over
/// delivered messages that are kept, and are empty where there are none.
const TABLES: &str = "
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT;

CREATE TABLE counters (
    only_row     INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    next_message INTEGER NOT NULL,
    next_device  INTEGER NOT NULL,
    ageing_clock INTEGER
) STRICT;
INSERT INTO counters VALUES (1, 1, 1, NULL);

CREATE TABLE accounts (
    account                  BLOB NOT NULL PRIMARY KEY,
    handle                   TEXT UNIQUE,
    registered_at            INTEGER,
    identity_signing         BLOB NOT NULL,
    identity_agreement       BLOB NOT NULL,
    identity_cross_signature BLOB NOT NULL,
    delivery_verifier        BLOB NOT NULL
) STRICT;

CREATE TABLE devices (
    device_number     INTEGER NOT NULL PRIMARY KEY,
    account           BLOB NOT NULL,
    device            INTEGER NOT NULL,
    device_key        BLOB NOT NULL UNIQUE,
    last_seen         INTEGER,
    last_address      TEXT,
    next_one_time     INTEGER NOT NULL,
    next_one_time_kem INTEGER NOT NULL,
    UNIQUE (account, device)
) STRICT;

CREATE TABLE prekeys (
    device_number INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    id            INTEGER NOT NULL,
    key           BLOB NOT NULL,
    signature     BLOB,
    PRIMARY KEY (device_number, kind, id)
) STRICT;

CREATE TABLE messages (
    message        INTEGER NOT NULL PRIMARY KEY,
    mailbox        INTEGER NOT NULL,
    accepted_at    INTEGER NOT NULL,
    sender_account BLOB,
    sender_device  INTEGER,
    delivered_at   INTEGER,
    size           INTEGER NOT NULL,
    payload        BLOB NOT NULL
) STRICT;
CREATE INDEX kept_by_time ON messages (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX kept_by_mailbox ON messages (mailbox) WHERE delivered_at IS NOT NULL;

CREATE VIEW ledger AS
SELECT messages.message,
       strftime('%Y-%m-%d %H:%M:%f', messages.accepted_at / 1000.0, 'unixepoch') AS accepted_utc,
       coalesce(sender.handle, lower(hex(messages.sender_account)), '(not named)') AS sender,
       messages.sender_device,
       coalesce(recipient.handle, lower(hex(recipient.account))) AS recipient,
       devices.device AS recipient_device,
       messages.size AS bytes,
       strftime('%Y-%m-%d %H:%M:%f', messages.delivered_at / 1000.0, 'unixepoch') AS delivered_utc,
       lower(hex(substr(messages.payload, 1, 16))) AS payload_begins
FROM messages
LEFT JOIN devices ON devices.device_number = messages.mailbox
LEFT JOIN accounts AS recipient ON recipient.account = devices.account
LEFT JOIN accounts AS sender ON sender.account = messages.sender_account
ORDER BY messages.message;
";

/// Statements that turn layout 1 into layout 2. Everything in layout 1 keeps its meaning.
///
/// Events are indexed by kind and time, and those with an address once more, so that lapsed events are found
/// without reading those that are kept.
const ADDITIONS: &str = "
ALTER TABLE counters ADD COLUMN next_event INTEGER NOT NULL DEFAULT 1;

CREATE TABLE deposits (
    account BLOB NOT NULL,
    kind    TEXT NOT NULL,
    subject BLOB NOT NULL,
    value   BLOB NOT NULL,
    left_at INTEGER NOT NULL,
    PRIMARY KEY (account, kind, subject)
) STRICT;

CREATE TABLE events (
    event   INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    what    TEXT NOT NULL,
    account BLOB,
    about   BLOB,
    name    TEXT,
    address TEXT,
    bytes   INTEGER,
    message INTEGER
) STRICT;
CREATE INDEX events_by_time ON events (what, at);
CREATE INDEX addresses_by_time ON events (what, at) WHERE address IS NOT NULL;

CREATE TABLE channels (
    channel    TEXT NOT NULL PRIMARY KEY,
    owner      BLOB NOT NULL,
    opened_at  INTEGER NOT NULL,
    posted     INTEGER NOT NULL,
    taken_down INTEGER
) STRICT;

CREATE TABLE posts (
    channel   TEXT NOT NULL,
    number    INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    content   BLOB NOT NULL,
    PRIMARY KEY (channel, number)
) STRICT;
";

/// Statement that turns layout 2 into layout 3: the number of transactions that the relay has committed, written in
/// each of them.
const COMMITS: &str = "ALTER TABLE counters ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;";

/// Statements that turn layout 3 into layout 4. Each linked device has a row in `devices` too, as every device.
const DEVICES: &str = "
CREATE TABLE device_lists (
    account   BLOB NOT NULL PRIMARY KEY,
    version   INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TABLE linked_devices (
    account                  BLOB NOT NULL,
    device                   INTEGER NOT NULL,
    identity_signing         BLOB NOT NULL,
    identity_agreement       BLOB NOT NULL,
    identity_cross_signature BLOB NOT NULL,
    consent                  BLOB NOT NULL,
    PRIMARY KEY (account, device)
) STRICT;
";

/// The text in `meta` under `about`, for anyone who opens the file without knowing what it is.
const ABOUT: &str = "This is everything that a Pillarbox relay keeps. accounts: who has an account here. devices: \
    their devices, and when each was last connected. device_lists and linked_devices: which devices an account has linked to its first phone, as the account has signed it. prekeys: public keys that devices left for whoever writes to \
    them. messages: what waits to be fetched (delivered_at is empty) or is kept after it was fetched; payload is what \
    the sender handed over, byte for byte. deposits: what phones left here about their owners, such as a name, an \
    address book or a backup. events: the log, of which meta.keeping has the rules; without a rule it is empty. \
    channels and posts: what is published for everybody. directory_log: the public log of everybody's keys, as digests; empty unless meta.keeping has directory_log. groups and group_members: \
    the groups whose members this relay manages, with their names; empty unless meta.keeping has groups. attachments: encrypted files in parts, left for whoever was told their names; empty unless meta.keeping has attachments. SELECT * FROM ledger shows the messages with the names joined in. \
    Times are milliseconds since 1970-01-01 UTC. meta.keeping says what this relay was set to keep, and meta.keeping_since since when. \
    meta.relay_key is the public key of the relay that this file belongs to, which its address ends with. meta.open is 'yes' while a relay has this file open and 'no' once it has closed it; while it is 'yes' the newest rows may \
    stand in the file beside this one whose name ends in -wal. counters.commits counts what the relay has written here, and the \
    file committed beside this one says how far that count had come.";

/// The layout of a file.
///
/// Everything in an earlier layout is in each later one, which has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// The file has no layout yet.
    New,
    /// The first layout, without deposits, events and channels.
    WithoutAdditions,
    /// The second one, without a count of transactions.
    WithoutCommits,
    /// The third one, without linked devices and the directory's log.
    WithoutDevices,
    /// The fourth one, without groups.
    WithoutGroups,
    /// The fifth one, without attachments.
    WithoutAttachments,
    /// The present one.
    Present,
}

/// Checks that the file is new or of a layout that this program knows.
pub(super) fn check(connection: &Connection) -> Result<Layout, StoreError> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let layout = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    match (application, layout) {
        (0, 0) if tables == 0 => Ok(Layout::New),
        (APPLICATION, LAYOUT) => Ok(Layout::Present),
        (APPLICATION, WITHOUT_ATTACHMENTS) => Ok(Layout::WithoutAttachments),
        (APPLICATION, WITHOUT_GROUPS) => Ok(Layout::WithoutGroups),
        (APPLICATION, WITHOUT_DEVICES) => Ok(Layout::WithoutDevices),
        (APPLICATION, WITHOUT_COMMITS) => Ok(Layout::WithoutCommits),
        (APPLICATION, WITHOUT_ADDITIONS) => Ok(Layout::WithoutAdditions),
        (APPLICATION, found) if found > LAYOUT => Err(StoreError::Newer { found, known: LAYOUT }),
        (APPLICATION, _) => Err(StoreError::Damaged),
        _ => Err(StoreError::Foreign),
    }
}

/// Creates the tables if the file is new, and those that are missing if it has an earlier layout: all of them or
/// none.
pub(super) fn create(connection: &Connection) -> Result<(), StoreError> {
    let transaction = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let layout = check(&transaction)?;
    if layout == Layout::New {
        transaction.execute_batch(TABLES)?;
    }
    if layout < Layout::WithoutCommits {
        transaction.execute_batch(ADDITIONS)?;
    }
    if layout < Layout::WithoutDevices {
        transaction.execute_batch(COMMITS)?;
    }
    if layout < Layout::WithoutGroups {
        transaction.execute_batch(DEVICES)?;
        transaction.execute_batch(leaves::TABLE)?;
    }
    if layout < Layout::WithoutAttachments {
        transaction.execute_batch(groups::TABLES)?;
    }
    if layout < Layout::Present {
        transaction.execute_batch(attachments::TABLE)?;
        transaction.execute("INSERT OR REPLACE INTO meta VALUES ('about', ?1)", [ABOUT])?;
        transaction.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {LAYOUT};"
        ))?;
    }
    transaction.commit()?;
    Ok(())
}
