//! The rows of the table about backups: the exit code, the message, and the arguments of the next command.

use super::super::exit::Exit;
use super::super::failure::BackupTrouble;

/// Returns the row for a backup that was not made, found or opened.
pub(super) fn explained(trouble: &BackupTrouble) -> (Exit, String, Option<&'static str>) {
    let (exit, what, next) = match trouble {
        BackupTrouble::NotOffered => (
            Exit::No,
            "This relay keeps no backups, so nothing was changed. Whoever runs it can start it with --backups.",
            None,
        ),
        BackupTrouble::NoKeysOffered => (
            Exit::No,
            "This relay keeps no keys of backups, so nothing was changed. A key of your own needs none there: leave --key out.",
            None,
        ),
        BackupTrouble::TooLarge => (
            Exit::No,
            "The relay has no room for all of this backup. Backups are off again, and the relay is asked to delete what it took.",
            None,
        ),
        BackupTrouble::NotRestored => (
            Exit::No,
            "A backup of this account lies at the relay, and this phone has not taken it in. A new one would take its place, \
             so nothing was changed. Restore it first, or delete it with `backup off`.",
            Some("backup restore"),
        ),
        BackupTrouble::NoneThere => {
            (Exit::No, "No backup of this account lies at the relay. Nothing was changed.", None)
        }
        BackupTrouble::KeyNeeded => (
            Exit::Usage,
            "The backup opens with its key only, and there is nobody to ask. Give its 24 words on standard input.",
            None,
        ),
        BackupTrouble::NotAKey(bad) => return (Exit::Usage, bad.explain(), None),
        BackupTrouble::WrongKey => (
            Exit::No,
            "The backup does not open. Either the key is another one, or somebody has altered the backup at the relay. \
             Nothing was changed.",
            None,
        ),
        BackupTrouble::NotWhole => (
            Exit::No,
            "What lies at the relay is no whole backup: parts are missing, or belong to another one. That is so while a phone \
             has left a part of it and not the rest. Nothing was changed.",
            None,
        ),
    };
    (exit, what.to_owned(), next)
}
