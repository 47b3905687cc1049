//! The grammar of what a relay offers beside messages, and of results for programs.

use clap::{Args, Subcommand, ValueEnum};
use pillarbox_client::BackupKey;

use super::help;
use super::terminal::Form;

/// A result for programs.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Machine {
    /// Print JSON
    #[arg(long, conflicts_with = "plain")]
    json: bool,
    /// Print tab-separated fields
    #[arg(long)]
    plain: bool,
}

impl Machine {
    /// Returns the form asked for.
    pub(crate) const fn form(self) -> Form {
        match (self.json, self.plain) {
            (true, _) => Form::Json,
            (false, true) => Form::Plain,
            (false, false) => Form::Text,
        }
    }
}

/// `pillarbox backup`.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Leave a backup at the relay now, and a fresh one at each `inbox` that finds something changed
    #[command(before_help = help::BACKUP_ON)]
    On {
        /// Who has the key that opens it
        #[arg(long, value_enum, value_name = "WHO", default_value_t)]
        key: KeyHolder,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take the backup at the relay into this phone
    #[command(before_help = help::BACKUP_RESTORE)]
    Restore {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make no more backups, and delete the one at the relay
    #[command(before_help = help::BACKUP_OFF)]
    Off,
}

/// The holder of a backup's key, as typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyHolder {
    /// You alone: 64 digits to write down
    #[default]
    Own,
    /// The relay's operator: the key lies beside the backup, and nothing is to be written down
    Operator,
}

impl KeyHolder {
    /// Returns the phone's habit for this holder.
    pub(crate) const fn habit(self) -> BackupKey {
        match self {
            Self::Own => BackupKey::Owner,
            Self::Operator => BackupKey::Provider,
        }
    }
}
