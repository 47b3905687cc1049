//! The grammar of `pillarbox device`.

use clap::Subcommand;

use super::help;
use super::machine::Machine;
use super::qr::Size;

/// `pillarbox device`.
#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// Link another device: with the account's invitation on the new device, then with its code on the first phone
    #[command(before_help = help::DEVICE_LINK)]
    Link {
        /// On the new device, the invitation of your account; on the account's first phone, the code that the new
        /// device shows
        #[arg(value_name = "INVITATION|CODE")]
        text: String,
        /// On the first phone: give the new device everything that was said before, too
        #[arg(long)]
        with_history: bool,
        /// On the first phone: do not ask
        #[arg(long)]
        yes: bool,
        /// On the new device: how to draw the code; by default the largest that the window holds
        #[arg(long, value_enum)]
        qr: Option<Size>,
    },
    /// List the devices of this account
    #[command(before_help = help::DEVICE_LIST)]
    List {
        #[command(flatten)]
        machine: Machine,
    },
    /// Remove a linked device: it gets nothing more, and keeps what it had
    #[command(before_help = help::DEVICE_REMOVE)]
    Remove {
        /// Its number, as `device list` prints it
        #[arg(value_name = "NUMBER")]
        device: u8,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// On a linked device: sign this device off; it gets nothing more, and keeps what it had
    #[command(before_help = help::DEVICE_LEAVE)]
    Leave {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}
