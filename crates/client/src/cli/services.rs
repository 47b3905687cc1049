//! The grammar of the services that a relay offers besides messages.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use pillarbox_client::BackupKey;
use pillarbox_wire::ChannelName;

use super::help;
use super::machine::Machine;

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
    /// You alone: 24 words to write down
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

/// `pillarbox directory`.
#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// Check the keys that the relay gives against its public log from now on
    #[command(before_help = help::DIRECTORY_ON)]
    On,
    /// Check them no longer, and forget what this phone has seen of the log
    #[command(before_help = help::DIRECTORY_OFF)]
    Off,
    /// Print the last state of the log that this phone has seen, for an audit
    #[command(before_help = help::DIRECTORY_HEAD)]
    Head,
}

/// `pillarbox picture`.
#[derive(Debug, Subcommand)]
pub(crate) enum PictureCommand {
    /// Write a picture of a conversation to a new file
    #[command(before_help = help::PICTURE_SAVE)]
    Save {
        /// The contact
        name: String,
        /// The file to be made; a file that is there is never replaced
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which picture: 1 is the last one, 2 the one before it
        #[arg(long, value_name = "N", default_value = "1")]
        number: NonZeroU32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `pillarbox channel`.
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// Open a channel: only you post in it, and anybody reads it
    #[command(before_help = help::CHANNEL_CREATE)]
    Create {
        /// Its name, as everybody types it: @ and 3 to 32 lower-case letters, digits and _
        #[arg(value_name = "@NAME", value_parser = channel_name)]
        name: ChannelName,
    },
    /// Publish in your channel
    #[command(before_help = help::CHANNEL_POST)]
    Post {
        /// Your channel
        #[arg(value_name = "@NAME", value_parser = channel_name)]
        name: ChannelName,
        /// The post, or - to read it from standard input
        #[arg(required = true, value_name = "TEXT|-")]
        text: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Fetch a channel's new posts whenever this phone connects, and keep them here
    #[command(before_help = help::CHANNEL_FOLLOW)]
    Follow {
        /// The channel
        #[arg(value_name = "@NAME", value_parser = channel_name)]
        name: ChannelName,
        /// Follow it no more, and delete its posts from this phone
        #[arg(long)]
        stop: bool,
    },
    /// Print the channels that you follow, and your own
    #[command(before_help = help::CHANNEL_LIST)]
    List {
        #[command(flatten)]
        machine: Machine,
    },
    /// Print a channel's posts; of one that is gone, those that this phone has kept
    #[command(before_help = help::CHANNEL_READ)]
    Read {
        /// The channel
        #[arg(value_name = "@NAME", value_parser = channel_name)]
        name: ChannelName,
        #[command(flatten)]
        machine: Machine,
    },
}

/// Reads the name of a channel. The @ may be left out.
fn channel_name(typed: &str) -> Result<ChannelName, String> {
    let name = if typed.starts_with('@') { typed.to_owned() } else { format!("@{typed}") };
    ChannelName::try_from(name).map_err(|error| error.to_string())
}
