//! The grammar of the commands that run altered software over TCP.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use pillarbox_wire::Handle;

/// `pillarbox-lab phone`.
#[derive(Debug, Args)]
#[command(override_usage = "pillarbox-lab phone --proposal NAME [OPTIONS] COMMAND OF PILLARBOX")]
pub(super) struct Phone {
    /// The proposal: ghost-device or escrow.
    #[arg(long, value_name = "NAME")]
    pub(super) proposal: String,
    /// Its variant. Of ghost-device: shown or hidden; without it, hidden. Phones are the same in each variant of
    /// escrow.
    #[arg(long, value_name = "NAME")]
    pub(super) variant: Option<String>,
    /// With escrow: the file with the authority's public key, as `authority keygen` writes it.
    #[arg(long, value_name = "FILE")]
    pub(super) authority_key: Option<PathBuf>,
    /// A command line of `pillarbox`, its options included, such as: --profile bob send Alice 'At six.'
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) line: Vec<OsString>,
}

/// `pillarbox-lab relay`.
#[derive(Debug, Args)]
#[command(override_usage = "pillarbox-lab relay --proposal NAME --about NUMBER --ghost NUMBER \
                            [OPTIONS] COMMAND OF PILLARBOX-RELAY")]
#[command(group(ArgGroup::new("whom").required(true).args(["about", "everybody"])))]
pub(super) struct Relay {
    /// The proposal: ghost-device. Escrow changes no relay.
    #[arg(long, value_name = "NAME")]
    pub(super) proposal: String,
    /// Its variant: server-alone, shown or hidden. In server-alone the relay refuses a message of each phone once, so
    /// that phones which ask for no devices ask for keys.
    #[arg(long, value_name = "NAME")]
    pub(super) variant: Option<String>,
    /// The number of a person who is read along; may be given several times.
    #[arg(long, value_name = "NUMBER", value_parser = Handle::parse)]
    pub(super) about: Vec<Handle>,
    /// Read everybody along.
    #[arg(long)]
    pub(super) everybody: bool,
    /// The number of the phone that reads along: an unaltered `pillarbox`, which stays connected with `inbox
    /// --follow`.
    #[arg(long, value_name = "NUMBER", value_parser = Handle::parse)]
    pub(super) ghost: Handle,
    /// A command line of `pillarbox-relay`, its options included, such as: run --data relay
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) line: Vec<OsString>,
}

/// `pillarbox-lab authority`.
#[derive(Debug, Subcommand)]
pub(super) enum Authority {
    /// Draw the key of an escrow authority, and write it into files of a new folder.
    Keygen(Keygen),
    /// Open what a relay holds with the key, or with the shares of two agents, and print the texts.
    Open(Open),
}

#[derive(Debug, Args)]
pub(super) struct Keygen {
    /// The proposal: escrow.
    #[arg(long, value_name = "NAME", default_value = "escrow")]
    pub(super) proposal: String,
    /// Its variant: one-key, or two-of-three, which writes a share for each of three agents and no key.
    #[arg(long, value_name = "NAME", default_value = "one-key")]
    pub(super) variant: String,
    /// The folder to write into, which is not there yet.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Open {
    /// A file with the key, or with an agent's share; may be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    pub(super) key: Vec<PathBuf>,
    /// The relay's data folder, or a copy of it. Only read.
    #[arg(value_name = "FOLDER")]
    pub(super) folder: PathBuf,
    /// Says that you may look into this data: it can be other people's.
    #[arg(long)]
    pub(super) i_own_this_data: bool,
}
