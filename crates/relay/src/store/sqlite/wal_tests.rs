//! Properties of the survey, on logs that SQLite has written, compared with what SQLite recovers from them.

use std::fs;

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::*;

/// Bytes of a page in these tests: small, so that many frames take few bytes.
const PAGE: usize = 512;

const FRAME: usize = FRAME_HEADER_LEN + PAGE;

/// The number of bytes that a disk writes as one piece.
const BLOCK: usize = 512;

/// A database with a log, copied while SQLite had both open.
struct Written {
    folder: tempfile::TempDir,
    log: Vec<u8>,
    /// The bytes in the file before this round overwrote them.
    earlier: Vec<u8>,
    /// Number of frames in the log after each transaction.
    commits: Vec<usize>,
}

/// Commits transactions of this many rows of 400 bytes each. If `rounds` is true, the log was restarted before, and
/// ends in frames of a longer round.
fn written(transactions: &[u8], rounds: bool) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db");
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "page_size", PAGE as i64).unwrap();
    let _: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).unwrap();
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x);").unwrap();
    let mut earlier = Vec::new();
    if rounds {
        for _ in 0..60 {
            connection.execute("INSERT INTO t VALUES (randomblob(400))", []).unwrap();
        }
        earlier = fs::read(folder.path().join("db-wal")).unwrap();
    }
    let mode = if rounds { "RESTART" } else { "TRUNCATE" };
    let _: i64 =
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(0)).unwrap();
    let mut commits = Vec::new();
    for rows in transactions {
        let transaction = connection.unchecked_transaction().unwrap();
        for _ in 0..=*rows {
            transaction.execute("INSERT INTO t VALUES (randomblob(400))", []).unwrap();
        }
        transaction.commit().unwrap();
        let frames: i64 = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap();
        commits.push(usize::try_from(frames).unwrap());
    }
    let log = fs::read(folder.path().join("db-wal")).unwrap();
    fs::copy(&file, folder.path().join("copy")).unwrap();
    Written { folder, log, earlier, commits }
}

impl Written {
    /// Counts the frames that SQLite recovers from this log beside the database.
    fn recovered(&self, log: &[u8]) -> u64 {
        let copy = self.folder.path().join("copy");
        fs::remove_file(self.folder.path().join("copy-shm")).unwrap_or_default();
        fs::write(self.folder.path().join("copy-wal"), log).unwrap();
        let connection = Connection::open(copy).unwrap();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        // A damaged log can yield a database that cannot be read; SQLite has recovered it all the same.
        let read: Result<i64, _> =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
        drop(read);
        let frames: i64 = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap();
        u64::try_from(frames).unwrap_or(0)
    }

    fn survey(&self, log: &[u8]) -> Survey {
        let found = survey(log).unwrap();
        assert_eq!(found.recovered, self.recovered(log), "SQLite recovers the same");
        found
    }

    /// The offset of a frame.
    fn at(frame: usize) -> usize {
        HEADER_LEN + frame * FRAME
    }
}

fn transactions() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0..6_u8, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_prefix_that_a_killed_relay_leaves_is_accepted(
        transactions in transactions(),
        rounds: bool,
        cut in any::<prop::sample::Index>(),
        tear in 0..FRAME,
    ) {
        let written = written(&transactions, rounds);
        let whole = written.survey(&written.log);
        prop_assert_eq!(whole, Survey { recovered: *written.commits.last().unwrap() as u64, has_loss: false });
        // A log of the first round ends where the writing ended. In a log of a later round, earlier content
        // follows.
        let frames = *written.commits.last().unwrap();
        let cut = cut.index(frames);
        let end = Written::at(cut) + tear;
        let mut log = written.log[..end].to_vec();
        log.extend(written.earlier.get(end..).unwrap_or_default());
        let found = written.survey(&log);
        prop_assert!(!found.has_loss, "{:?} cut at frame {} and {} bytes", written.commits, cut, tear);
    }

    #[test]
    fn a_last_transaction_of_which_any_blocks_reached_the_disk_is_accepted(
        transactions in transactions(),
        lost in proptest::collection::vec(any::<bool>(), 64),
        filler: u8,
    ) {
        let written = written(&transactions, false);
        let durable = Written::at(written.commits[written.commits.len() - 2]);
        let mut log = written.log.clone();
        for (block, is_lost) in log[durable..].chunks_mut(BLOCK).zip(lost.iter().cycle()) {
            if *is_lost {
                block.fill(filler);
            }
        }
        let found = written.survey(&log);
        prop_assert!(!found.has_loss);
        prop_assert!(found.recovered >= written.commits[written.commits.len() - 2] as u64);
    }

    #[test]
    fn a_changed_byte_in_what_a_later_transaction_was_written_after_is_a_loss(
        transactions in transactions(),
        rounds: bool,
        place in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let written = written(&transactions, rounds);
        // The damage is before the last two commits. The earlier of them is finished, and the later one continues
        // from it.
        let finished = Written::at(written.commits[written.commits.len() - 2] - 1);
        let mut log = written.log.clone();
        log[place.index(finished)] ^= 1 << bit;
        prop_assert!(written.survey(&log).has_loss, "byte {}", place.index(finished));
    }

    #[test]
    fn any_bytes_are_surveyed_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..4_000)) {
        prop_assert_eq!(survey(bytes.as_slice()).unwrap().recovered, 0);
    }
}

#[test]
fn frames_of_an_earlier_round_and_of_a_transaction_that_was_given_up_are_no_loss() {
    let written = written(&[2, 2], true);
    let frames = *written.commits.last().unwrap();
    assert!(written.log.len() > Written::at(frames + 20), "nothing is left of the earlier round");
    assert!(!written.survey(&written.log).has_loss);
    // A longer transaction failed while it was written, and a shorter one overwrote its beginning.
    let failed = Written::at(written.commits[0])..Written::at(frames);
    let mut log = written.log[..Written::at(written.commits[0])].to_vec();
    log.extend(&written.log[failed.clone()]);
    log.extend(&written.log[failed]);
    assert!(!written.survey(&log).has_loss);
}

#[test]
fn a_log_without_a_header_that_checks_is_a_loss_if_a_frame_follows() {
    let written = written(&[1], false);
    for (byte, len, has_loss) in
        [(0, HEADER_LEN, false), (13, HEADER_LEN + 40, true), (31, HEADER_LEN + FRAME, true)]
    {
        let mut log = written.log[..len].to_vec();
        log[byte] ^= 1;
        assert_eq!(survey(log.as_slice()).unwrap(), Survey { recovered: 0, has_loss });
    }
    assert_eq!(survey(&[][..]).unwrap(), Survey::default());
}
